/* The default preset, `mel`: log power in Mel bands of speech at 16 kHz. */
#ifndef AUDIO_MEL_H
#define AUDIO_MEL_H

#include "audio/audio.h"
#include "audio/mel_filters.h"
#include "audio/mel_window.h"
#include "rawhd/problems.h"

/** Decibels under the loudest cell of the recording, 0 to -MEL_RANGE_DB: to be scaled by mel_scale(). A failure
 * is a problem of the recording, and its words are in `failure`. */
enum problem mel_spectrogram(struct mel *mel, const struct audio *audio, float *cells, struct failure *failure);

/** Brings `count` numbers from [low, high] to [0, 1]; what is outside becomes 0 or 1. */
void mel_scale(float *cells, long long count, double low, double high);

#endif
