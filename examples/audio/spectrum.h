/* Power spectra, the Mel scale, and the shape of the spectrograms of both presets of the Heidelberg Digits. */
#ifndef AUDIO_SPECTRUM_H
#define AUDIO_SPECTRUM_H

enum {
    SPECTRUM_POINTS = 512,                  /**< of these presets' FFT */
    SPECTRUM_BINS = SPECTRUM_POINTS / 2 + 1 /**< from 0 to half the rate */
};

/** A spectrogram is float [MEL_STEPS][MEL_CHANNELS], with 10 ms for each step. */
enum { MEL_CHANNELS = 40, MEL_STEPS = 80, MEL_CELLS = MEL_STEPS * MEL_CHANNELS, MEL_STEPS_A_SECOND = 100 };

struct spectrum; /**< buffers of one thread */

/** Creates buffers for an even number of points. */
struct spectrum *spectrum_new(int points);
void spectrum_free(struct spectrum *spectrum);

/** power[k] = |X[k]|^2, k = 0 to half the points, where X is the DFT of the samples of `frame`. */
void spectrum_power(struct spectrum *spectrum, const float *frame, double *power);

/** mel(f) = 2595 log10(1 + f / 700), with f in Hz. */
double mel_of_hertz(double hertz);
double hertz_of_mel(double mel);

#endif
