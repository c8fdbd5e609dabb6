/* Spectrograms kept between runs, in the four files that the paper's code reads. */
#ifndef RAWHD_CACHE_H
#define RAWHD_CACHE_H

#include <snndelay.h>

#include "rawhd/spectrograms.h"

#define TRAINING_INPUT "training_x_data.npy"  /* float32 [N, 80, 40] */
#define TRAINING_LABELS "training_y_data.npy" /* int64 [N] */
#define TESTING_INPUT "testing_x_data.npy"
#define TESTING_LABELS "testing_y_data.npy"
#define CACHE_SETTINGS "settings.json" /* what they are of, with a front end (front_end_settings.h) */

/** What the files are of. */
struct cache_key {
    enum preset preset;
    int german_first;
    const char *fingerprint; /**< of the recordings */
};

/** The folder for a data set and key: DATA/.snndelay-cache/PRESET-ORDER; or CACHE/NAME-HASH/PRESET-ORDER where `cache`
 * is given, or, if DATA cannot be written to or its .snndelay-cache is a link, where the user's cache folder
 * ($XDG_CACHE_HOME or ~/.cache) takes its place. NULL if there is none. Free it. */
char *cache_folder(const char *data, const char *cache, const struct cache_key *key);

/** 1 if the folder, which is no link, holds the four files made for this key, and they are none either. */
int cache_is_current(const char *folder, const struct cache_key *key);

/** Writes the four files and CACHE_SETTINGS to a temporary folder, which then takes the place of `folder`. */
int cache_store(snnd_context *context, const char *folder, const struct cache_key *key,
                const struct spectrograms *training, const struct spectrograms *testing,
                const struct spectrogram_scale *scale, struct failure *failure);

#endif
