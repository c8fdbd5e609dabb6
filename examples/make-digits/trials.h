/* The made digits, trial by trial: their properties, how each is made, and in which list it is. */
#ifndef MAKE_DIGITS_TRIALS_H
#define MAKE_DIGITS_TRIALS_H

#include <stddef.h>
#include <stdint.h>

#include "common/failure.h"
#include "make-digits/disturb.h"
#include "make-digits/speakers.h"

/** The words, in some of the languages. */
struct vocabulary {
    int languages, words;
    const char *const *word[LANGUAGES]; /**< in UTF-8 */
};

extern const struct vocabulary digit_vocabulary, word_vocabulary;

struct layout;

struct trials {
    const char *folder; /**< the folder that is filled */
    int trials;         /**< of each speaker, language and word */
    uint64_t seed;
    struct difficulty difficulty;
    const struct layout *layout;
    void *state; /**< used by the layout */
};

/** The form in which trials are written. */
struct layout {
    const struct vocabulary *vocabulary;
    int (*begin)(struct trials *trials, struct failure *failure);
    /** Makes trial `index` with the scratch file `speech`. Several threads call it and begin trials in order. */
    int (*make)(const struct trials *trials, size_t index, const char *speech, struct failure *failure);
    /** Writes what follows all trials, and a sentence about the result to `summary`, to be freed. */
    int (*finish)(struct trials *trials, char **summary, struct failure *failure);
    /** Called in place of finish(), after begin(); NULL: nothing is necessary. */
    void (*abandon)(struct trials *trials);
};

/** The Heidelberg Digits. */
extern const struct layout recordings_layout;

struct trial {
    int speaker, language, word, number;
    struct draw draw;
};

/** The parts of a data set in which each speaker is in one part only. */
enum part { TRAINING, VALIDATION, TESTING, PARTS };
enum part trial_part(const struct trial *trial);

/** Returns the number of trials. */
size_t trials_count(const struct trials *trials);

/** Returns trial `index`, in the order of speaker, language, word and number. It does not depend on the number of
 * trials. */
struct trial trial_at(const struct trials *trials, size_t index);

/** Lets the word be spoken through the scratch file `speech`, and makes a recording of it. */
int trial_say(const struct trials *trials, struct trial *trial, const char *speech, struct audio *audio,
              struct failure *failure);

/** Writes a sound file with 16 bits in a format of libsndfile. */
int trial_write(const char *path, int format, const struct audio *audio, struct failure *failure);

#endif
