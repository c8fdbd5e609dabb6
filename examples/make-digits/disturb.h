/* Changes a clean word so that it sounds like a recording and is hard to recognise. */
#ifndef MAKE_DIGITS_DISTURB_H
#define MAKE_DIGITS_DISTURB_H

#include "audio/audio.h"
#include "common/draw.h"

enum { MADE_RATE = 22050 /**< that of espeak-ng */ };

/** How much trials of one word differ, which decides how hard the made digits are. */
struct difficulty {
    double speed;          /**< the speaking rate is divided or multiplied by up to this */
    double pitch;          /**< added or subtracted, in espeak's units */
    double tract;          /**< formants and pitch are divided or multiplied by up to this */
    double crop;           /**< up to this share of the word is lost at either end */
    double tilt;           /**< of the microphone: coefficient of y[t] = x[t] + c x[t-1], up to this with either sign */
    double lead, tail;     /**< seconds before and after the word, up to this */
    double loudness[2];    /**< dB re full scale, of the word's mean power */
    double noise_ratio[2]; /**< signal to noise in dB, of mean powers */
    double bursts;         /**< up to this many bursts of noise, */
    double burst_length[2]; /**< this long in seconds, */
    double burst_ratio[2];  /**< this loud, signal to burst in dB */
    double noise;           /**< amplitude of noise and bursts is multiplied by this */
};

extern const struct difficulty usual_difficulty;

/** Removes silence at both ends, and changes the word into a recording at MADE_RATE, as `draw` decides. */
int disturb(const struct difficulty *difficulty, double tract, struct draw *draw, struct audio *audio,
            struct failure *failure);

#endif
