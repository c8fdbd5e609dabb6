/* Computes the power of a frame of speech in Mel bands. */
#ifndef AUDIO_MEL_FILTERS_H
#define AUDIO_MEL_FILTERS_H

#include "audio/spectrum.h"
#include "common/allocate.h"

enum { MEL_RATE = 16000, MEL_HOP = MEL_RATE / MEL_STEPS_A_SECOND };

#define MEL_LOWEST_HERTZ 20.0

/** The frames, and the bands of each. */
struct mel_shape {
    int rate;               /**< of the sound, in Hz */
    int points;             /**< of a frame, which is weighed by hann(i), and of its FFT: an even number */
    int hop;                /**< from one frame to the next, in samples, at most `points` */
    int channels;           /**< bands */
    double lowest, highest; /**< Hz, where the first triangle begins and the last ends */
};

struct mel; /**< filters and buffers of one thread */

/** Creates triangles with peak 1 that are evenly spaced in Mel. */
struct mel *mel_create(const struct mel_shape *shape);

/** Creates the filters of the preset `mel`: MEL_CHANNELS filters of frames of SPECTRUM_POINTS at MEL_RATE, from
 * MEL_LOWEST_HERTZ to half of `lowest_rate`, the lowest among the training recordings (and of MEL_RATE), since channels
 * above it would always be empty. */
struct mel *mel_new(int lowest_rate);
void mel_free(struct mel *mel);

const struct mel_shape *mel_shape(const struct mel *mel);

/** Returns the centre of a channel in Hz. */
double mel_centre(const struct mel *mel, int channel);

/** Returns how many channels are always empty in sound of this rate: those above its highest frequency and, where the
 * lowest rate is very low, those between two points of the spectrum. */
int mel_empty(const struct mel *mel, int rate);

/** Computes P[n, m] of a frame of samples, for each channel. */
void mel_power(struct mel *mel, const float *samples, double *power);

#endif
