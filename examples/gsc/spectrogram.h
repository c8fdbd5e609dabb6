/* The input of the network for a recording of up to a second: decibels in Mel bands, as integers. */
#ifndef GSC_SPECTROGRAM_H
#define GSC_SPECTROGRAM_H

#include <stdint.h>

#include "audio/audio.h"
#include "audio/mel_filters.h"

/** A step is 10 ms. */
enum {
    SPECTROGRAM_STEPS = 100,
    SPECTROGRAM_CHANNELS = 140,
    SPECTROGRAM_CELLS = SPECTROGRAM_STEPS * SPECTROGRAM_CHANNELS,
    SPECTROGRAM_BEFORE = 88,  /**< samples by which a frame begins before its step */
    SPECTROGRAM_LEVELS = 255, /**< the largest value of a cell, which is 1 for the network */
    SPECTROGRAM_RANGE = 96    /**< decibels from 0 to SPECTROGRAM_LEVELS, which is a sine of full scale */
};

/** Increase it when recordings give other numbers than before, so that stored files are written again. */
enum { SPECTROGRAM_VERSION = 1 };

/** The factor between a cell and the input of the network. */
#define SPECTROGRAM_SCALE (1.0 / SPECTROGRAM_LEVELS)

/** The frames and bands. */
extern const struct mel_shape spectrogram_shape;

/** Fills `cells` [SPECTROGRAM_STEPS, SPECTROGRAM_CHANNELS] with the first second of a recording of any rate, and
 * silence after its end. `mel` is that of spectrogram_shape. */
int spectrogram_make(struct mel *mel, const struct audio *audio, uint8_t *cells, struct failure *failure);

/** Return the cell of power P, and the power of a cell; 0 is silence. */
uint8_t spectrogram_cell(double power);
double spectrogram_power(uint8_t cell);

#endif
