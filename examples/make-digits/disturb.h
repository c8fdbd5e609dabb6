/* What makes a clean word sound like a recording, and the task hard. */
#ifndef MAKE_DIGITS_DISTURB_H
#define MAKE_DIGITS_DISTURB_H

#include "audio/audio.h"
#include "common/draw.h"

enum { MADE_RATE = 22050 /**< espeak-ng's own */ };

/** How far trials of one word differ: all that decides how hard the made digits are. */
struct difficulty {
    double speed;           /**< the speaking rate is divided or multiplied by up to this */
    double pitch;           /**< added or taken, in espeak's units */
    double tract;           /**< formants and pitch are divided or multiplied by up to this */
    double crop;            /**< up to this share of the word is lost at either end */
    double tilt;            /**< of the microphone: coefficient of y[t] = x[t] + c x[t-1], up to this either way */
    double lead, tail;      /**< seconds before and after the word, up to this */
    double loudness[2];     /**< dB re full scale, of the word's mean power */
    double noise_ratio[2];  /**< signal to noise in dB, of mean powers */
    double bursts;          /**< up to this many bursts of noise, */
    double burst_length[2]; /**< this long in seconds, */
    double burst_ratio[2];  /**< this loud, signal to burst in dB */
    double noise;           /**< amplitude of noise and bursts is multiplied by this */
};

extern const struct difficulty usual_difficulty;

/** Cuts silence from both ends, and makes of the bare word a recording at MADE_RATE that `draw` decides. */
int disturb(const struct difficulty *difficulty, double tract, struct draw *draw, struct audio *audio,
            struct failure *failure);

#endif
