/* Random numbers of one recording: a function of the seed and of which recording it is, and of nothing else. */
#ifndef MAKE_DIGITS_DRAW_H
#define MAKE_DIGITS_DRAW_H

#include <stdint.h>

struct draw {
    uint64_t seed;
    uint64_t stream; /**< which recording */
    uint64_t next;   /**< how many numbers have been drawn */
};

/** Uniform in [low, high). */
double draw_between(struct draw *draw, double low, double high);

/** 1 with a probability of `chance`. */
int draw_chance(struct draw *draw, double chance);

#endif
