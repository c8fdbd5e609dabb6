/* The made digits, trial by trial: what each one is, how it is made, and in which list it goes. */
#ifndef RAWHD_TRIALS_H
#define RAWHD_TRIALS_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"
#include "digits/disturb.h"

struct trials {
    const char *folder; /**< that is being filled */
    int trials;         /**< of each speaker, language and digit */
    uint64_t seed;
    struct difficulty difficulty;
};

/** How many recordings there are in all. */
size_t trials_count(const struct trials *trials);

/** Makes recording `index` through the scratch file `speech`. */
int trials_make(const struct trials *trials, size_t index, const char *speech, struct failure *failure);

/** Writes both lists and README.txt; gives the number of recordings for training. */
int trials_finish(const struct trials *trials, size_t *training, struct failure *failure);

#endif
