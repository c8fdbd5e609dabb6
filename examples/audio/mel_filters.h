/* Power of a frame of speech at 16 kHz in Mel bands. */
#ifndef AUDIO_MEL_FILTERS_H
#define AUDIO_MEL_FILTERS_H

#include "audio/spectrum.h"
#include "common/allocate.h"

enum { MEL_RATE = 16000, MEL_HOP = MEL_RATE / MEL_STEPS_A_SECOND };

#define MEL_LOWEST_HERTZ 20.0

struct mel; /**< filters and buffers of one thread */

/** Filters from MEL_LOWEST_HERTZ to half of `lowest_rate`, the lowest among the training recordings (and of
 * MEL_RATE): channels above what the recordings can hold would say nothing. */
struct mel *mel_new(int lowest_rate);
void mel_free(struct mel *mel);

/** Centre of a channel in Hz. */
double mel_centre(const struct mel *mel, int channel);

/** How many channels nothing in a sound of this rate can reach: those above what it can hold, and, where the lowest
 * rate is very low, those between two points of the spectrum. They are constant. */
int mel_empty(const struct mel *mel, int rate);

/** P[n, m] of the frame of SPECTRUM_POINTS samples. */
void mel_power(struct mel *mel, const float *samples, double power[MEL_CHANNELS]);

#endif
