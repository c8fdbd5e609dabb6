/* Stores spectrograms between runs, in the four files that the paper's code reads. */
#ifndef RAWHD_CACHE_H
#define RAWHD_CACHE_H

#include <snndelay.h>

#include "rawhd/spectrograms.h"

#define TRAINING_INPUT "training_x_data.npy"  /* float32 [N, 80, 40] */
#define TRAINING_LABELS "training_y_data.npy" /* int64 [N] */
#define TESTING_INPUT "testing_x_data.npy"
#define TESTING_LABELS "testing_y_data.npy"
#define CACHE_SETTINGS "settings.json" /* describes them, with a front end (front_end_settings.h) */

/** What the files were computed from. */
struct cache_key {
    enum preset preset;
    int german_first;
    const char *fingerprint; /**< of the recordings */
};

/** Returns PRESET-ORDER in a folder of caches.h for a data set, to be freed: the first that has the files for this key,
 * or can be written to, or the last. Returns NULL if there is none. */
char *cache_folder(const char *data, const char *cache, const struct cache_key *key);

/** Returns 1 if the folder has the four files for this key, and neither it nor they are links. */
int cache_is_current(const char *folder, const struct cache_key *key);

/** Writes the four files and CACHE_SETTINGS to a temporary folder, which then replaces `folder`. */
int cache_store(snnd_context *context, const char *folder, const struct cache_key *key,
                const struct spectrograms *training, const struct spectrograms *testing,
                const struct spectrogram_scale *scale, struct failure *failure);

#endif
