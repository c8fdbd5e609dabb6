/* Power of a frame of speech in Mel bands. */
#ifndef AUDIO_MEL_FILTERS_H
#define AUDIO_MEL_FILTERS_H

#include "audio/spectrum.h"
#include "common/allocate.h"

enum { MEL_RATE = 16000, MEL_HOP = MEL_RATE / MEL_STEPS_A_SECOND };

#define MEL_LOWEST_HERTZ 20.0

/** Frames, and the bands of each. */
struct mel_shape {
    int rate;               /**< of the sound, in Hz */
    int points;             /**< of a frame, which is weighed by hann(i), and of its FFT: an even number */
    int hop;                /**< from one frame to the next, in samples, at most `points` */
    int channels;           /**< bands */
    double lowest, highest; /**< Hz: where the first triangle begins, and the last ends */
};

struct mel; /**< filters and buffers of one thread */

/** Triangles with peak 1, evenly spaced in Mel. */
struct mel *mel_create(const struct mel_shape *shape);

/** The preset `mel`: MEL_CHANNELS filters of frames of SPECTRUM_POINTS at MEL_RATE, from MEL_LOWEST_HERTZ to half of
 * `lowest_rate`, the lowest among the training recordings (and of MEL_RATE): channels above what the recordings can
 * hold would say nothing. */
struct mel *mel_new(int lowest_rate);
void mel_free(struct mel *mel);

const struct mel_shape *mel_shape(const struct mel *mel);

/** Centre of a channel in Hz. */
double mel_centre(const struct mel *mel, int channel);

/** How many channels nothing in a sound of this rate can reach: those above what it can hold, and, where the lowest
 * rate is very low, those between two points of the spectrum. They are constant. */
int mel_empty(const struct mel *mel, int rate);

/** P[n, m] of the frame of samples, of each channel. */
void mel_power(struct mel *mel, const float *samples, double *power);

#endif
