/* The frames of a recording that are its spectrogram, and their decibels, kept up to date frame by frame in a fixed
 * amount of memory. */
#ifndef AUDIO_MEL_WINDOW_H
#define AUDIO_MEL_WINDOW_H

#include <stdint.h>

#include "audio/spectrum.h"

enum { MEL_RANGE_DB = 40 /**< from the loudest cell of a recording down to what counts as silence */ };

/** All frames as long as there are no more than MEL_STEPS, later the first of the MEL_STEPS consecutive ones that
 * together have the most power. */
struct mel_window {
    double power[MEL_STEPS][MEL_CHANNELS]; /**< the frames that are chosen */
    int count;                             /**< of them */
    double loudest;                        /**< of their cells; 0: silence */
    /* Of no interest outside. */
    double recent[MEL_STEPS][MEL_CHANNELS]; /* the newest frames: frame n in place n modulo MEL_STEPS */
    double total[MEL_STEPS + 1];            /* of all frames before frame n, in place n modulo MEL_STEPS + 1 */
    double most;                            /* power of the chosen ones */
    int64_t frames;                         /* so far */
};

/** What a frame did to the window. */
enum mel_change {
    MEL_LEFT,     /**< it is not among the chosen */
    MEL_APPENDED, /**< it is the last of the chosen, and the others stay */
    MEL_CHANGED   /**< other frames are chosen, or there is a new loudest cell: all decibels are new */
};

/** Empty, for a new recording. */
void mel_window_clear(struct mel_window *window);

enum mel_change mel_window_add(struct mel_window *window, const double power[MEL_CHANNELS]);

/** Decibels under the loudest cell, 0 to -MEL_RANGE_DB, of the steps `first` up to, without, `end` (at most MEL_STEPS)
 * to `cells` [end - first, MEL_CHANNELS]; silence where there is no frame. */
void mel_window_decibels(const struct mel_window *window, int first, int end, float *cells);

#endif
