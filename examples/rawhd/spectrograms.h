/* Computes the spectrograms of a whole set of recordings. */
#ifndef RAWHD_SPECTROGRAMS_H
#define RAWHD_SPECTROGRAMS_H

#include <stdint.h>

#include "audio/spectrum.h"
#include "rawhd/recordings.h"

enum preset { PRESET_MEL, PRESET_ZENKE_VOGELS };

/** Increase it when a preset gives other numbers than before, so that stored files are written again. */
enum { SPECTROGRAMS_VERSION = 1 };

struct spectrograms {
    float *cells; /**< [count][MEL_STEPS][MEL_CHANNELS] */
    int64_t *labels;
    size_t count;
};

/** How the `mel` preset was fitted to the training recordings. */
struct spectrogram_scale {
    int lowest_rate;  /**< of the training recordings, in Hz */
    double low, high; /**< decibels that became 0 and 1 */
};

/** Reads every recording on `threads` threads (0: one for each processor); the numbers do not depend on that. Shows its
 * progress unless it is `quiet`. Recordings that cannot be used are added to `problems`. If there are any, or if
 * stop_is_asked(), nothing is returned. Returns 0, or -1 with problems, which may be none after a stop. */
int spectrograms_make(enum preset preset, const struct recordings *recordings, int threads, int quiet,
                      struct spectrograms *training, struct spectrograms *testing, struct spectrogram_scale *scale,
                      struct problems *problems);

/** Returns the lowest rate among the recordings of a list that can be read, or 0 if none can. */
int spectrograms_lowest_rate(const struct recordings *recordings, const struct recording_list *list);

void spectrograms_free(struct spectrograms *spectrograms);

#endif
