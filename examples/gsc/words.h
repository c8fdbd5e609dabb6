/* All recordings of Speech Commands as inputs of a network (spectrogram.h), in a mapped file: they are read once, and
 * may be larger than memory. */
#ifndef GSC_WORDS_H
#define GSC_WORDS_H

#include "common/kept.h"
#include "gsc/commands.h"
#include "gsc/spectrogram.h"
#include "training/data.h"

struct words_options {
    const char *folder;
    const char *cache;     /**< the folder of the file; NULL: the default (caches.h) */
    int threads;           /**< 0: one for each processor */
    int quiet;             /**< whether progress is not shown */
    const struct say *say; /**< receives messages about work that takes long */
};

/** A part of the recordings, in order of their paths. */
struct word_part {
    size_t count;
    const uint8_t *cells; /**< [count, SPECTROGRAM_STEPS, SPECTROGRAM_CHANNELS], mapped */
    int32_t *label;       /**< [count] */
    size_t *index;        /**< [count] the index of each among the commands */
};

struct words {
    struct commands commands;
    struct kept kept;
    struct word_part part[COMMANDS_PARTS];
};

/** Finds all recordings in a folder, and the part of each. */
int words_find(const char *folder, struct words *words, struct failure *failure);

/** Maps a stored file for these words, or reads all recordings. A failure is that of the first file that is wrong,
 * whatever the number of threads. Call words_free() in any case. */
int words_read(const struct words_options *options, struct words *words, struct failure *failure);
void words_free(struct words *words);

#endif
