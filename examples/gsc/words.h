/* All recordings of Speech Commands as a network is given them (spectrogram.h), in a file that is mapped: they are read
 * once, and may be more than memory holds. */
#ifndef GSC_WORDS_H
#define GSC_WORDS_H

#include "common/kept.h"
#include "gsc/commands.h"
#include "gsc/spectrogram.h"
#include "training/data.h"

struct words_options {
    const char *folder;
    const char *cache;     /**< where the file is kept; NULL: the usual place (caches.h) */
    int threads;           /**< 0: one a processor */
    int quiet;             /**< says nothing of how far the reading is */
    const struct say *say; /**< told what takes long */
};

/** Some of them, in order of their paths. */
struct word_part {
    size_t count;
    const uint8_t *cells; /**< [count, SPECTROGRAM_STEPS, SPECTROGRAM_CHANNELS], mapped */
    int32_t *label;       /**< [count] */
    size_t *index;        /**< [count] of each among the commands */
};

struct words {
    struct commands commands;
    struct kept kept;
    struct word_part part[COMMANDS_PARTS];
};

/** Finds all recordings in a folder, and which part each is of. */
int words_find(const char *folder, struct words *words, struct failure *failure);

/** Maps what was kept of words that were found, or reads them all. A failure is of the first file that is wrong,
 * whatever the threads. words_free() follows in any case. */
int words_read(const struct words_options *options, struct words *words, struct failure *failure);
void words_free(struct words *words);

#endif
