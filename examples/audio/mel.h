/* The default preset, `mel`: log power in Mel bands of speech at 16 kHz. */
#ifndef AUDIO_MEL_H
#define AUDIO_MEL_H

#include "audio/audio.h"
#include "audio/mel_filters.h"
#include "audio/mel_window.h"
#include "rawhd/problems.h"

/** Computes decibels relative to the loudest cell of the recording, 0 to -MEL_RANGE_DB, for mel_scale(). On failure it
 * returns the problem of the recording and sets `failure`. */
enum problem mel_spectrogram(struct mel *mel, const struct audio *audio, float *cells, struct failure *failure);

/** Scales `count` numbers from [low, high] to [0, 1], and clamps them. */
void mel_scale(float *cells, long long count, double low, double high);

#endif
