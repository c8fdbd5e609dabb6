/* What a network is given of a recording of up to a second: decibels in Mel bands, as whole numbers. */
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
    SPECTROGRAM_LEVELS = 255, /**< a cell is 0 to this, and a network is given 0 to 1 */
    SPECTROGRAM_RANGE = 96    /**< decibels from 0 up to SPECTROGRAM_LEVELS, which is a sine of full scale */
};

/** Raised when recordings give other numbers than before, so that what was kept is made anew. */
enum { SPECTROGRAM_VERSION = 1 };

/** What a cell is multiplied by for a network. */
#define SPECTROGRAM_SCALE (1.0 / SPECTROGRAM_LEVELS)

/** The frames and bands. */
extern const struct mel_shape spectrogram_shape;

/** Fills `cells` [SPECTROGRAM_STEPS, SPECTROGRAM_CHANNELS] with the first second of a recording of any rate, and
 * silence where it ends before. `mel` is of spectrogram_shape. */
int spectrogram_make(struct mel *mel, const struct audio *audio, uint8_t *cells, struct failure *failure);

/** A cell of power P, and the power that stands for a cell; 0: silence. */
uint8_t spectrogram_cell(double power);
double spectrogram_power(uint8_t cell);

#endif
