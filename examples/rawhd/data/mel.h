/* The default preset, `mel`: log power in Mel bands of speech at 16 kHz. */
#ifndef RAWHD_MEL_H
#define RAWHD_MEL_H

#include "data/audio.h"
#include "data/problems.h"
#include "data/spectrum.h"

enum {
    MEL_RATE = 16000,
    MEL_HOP = MEL_RATE / MEL_STEPS_A_SECOND,
    MEL_RANGE_DB = 40 /**< from the loudest cell of a recording down to what counts as silence */
};

#define MEL_LOWEST_HERTZ 20.0

struct mel; /**< filters and buffers of one thread */

/** Filters from MEL_LOWEST_HERTZ to half of `lowest_rate`, the lowest among the training recordings (and of
 * MEL_RATE): channels above what the recordings can hold would say nothing. */
struct mel *mel_new(int lowest_rate);
void mel_free(struct mel *mel);

/** Decibels under the loudest cell of the recording, 0 to -MEL_RANGE_DB: to be scaled by mel_scale(). A failure
 * is a problem of the recording, and its words are in `failure`. */
enum problem mel_spectrogram(struct mel *mel, const struct audio *audio, float *cells, struct failure *failure);

/** Brings `count` numbers from [low, high] to [0, 1]; what is outside becomes 0 or 1. */
void mel_scale(float *cells, long long count, double low, double high);

/** Centre of a channel in Hz. */
double mel_centre(const struct mel *mel, int channel);

#endif
