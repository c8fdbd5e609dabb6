/* The frames of a recording that form its spectrogram, and their decibels, which are updated with each frame in a fixed
 * amount of memory. */
#ifndef AUDIO_MEL_WINDOW_H
#define AUDIO_MEL_WINDOW_H

#include <stdint.h>

#include "audio/spectrum.h"

enum { MEL_RANGE_DB = 40 /**< from the loudest cell of a recording down to silence */ };

/** All frames if there are at most MEL_STEPS, otherwise the first MEL_STEPS consecutive frames with the most power. */
struct mel_window {
    double power[MEL_STEPS][MEL_CHANNELS]; /**< the chosen frames */
    int count;                             /**< the number of chosen frames */
    double loudest;                        /**< the power of their loudest cell; 0: silence */
    /* Internal state. */
    double recent[MEL_STEPS][MEL_CHANNELS]; /* the newest frames: frame n in place n modulo MEL_STEPS */
    double total[MEL_STEPS + 1];            /* of all frames before frame n, in place n modulo MEL_STEPS + 1 */
    double most;                            /* power of the chosen frames */
    int64_t frames;                         /* so far */
};

/** The effect of a frame on the window. */
enum mel_change {
    MEL_LEFT,     /**< the frame is not chosen */
    MEL_APPENDED, /**< the frame is the last of the chosen, and the others are unchanged */
    MEL_CHANGED   /**< other frames are chosen, or there is a new loudest cell, so that all decibels change */
};

/** Empties the window for a new recording. */
void mel_window_clear(struct mel_window *window);

enum mel_change mel_window_add(struct mel_window *window, const double power[MEL_CHANNELS]);

/** Writes decibels relative to the loudest cell, 0 to -MEL_RANGE_DB, of the steps from `first` to `end` - 1 (`end` is
 * at most MEL_STEPS), to `cells` [end - first, MEL_CHANNELS]. Steps without a frame are silence. */
void mel_window_decibels(const struct mel_window *window, int first, int end, float *cells);

#endif
