/* Random numbers of one thing, such as a recording or a sample: a function of the seed and of which thing it is, and of
 * nothing else. */
#ifndef EXAMPLES_DRAW_H
#define EXAMPLES_DRAW_H

#include <stdint.h>

struct draw {
    uint64_t seed;
    uint64_t stream; /**< which thing */
    uint64_t next;   /**< how many numbers have been drawn */
};

/** Uniform in [low, high). */
double draw_between(struct draw *draw, double low, double high);

/** Uniform in 0 .. bound - 1; `bound` is positive. */
int64_t draw_below(struct draw *draw, int64_t bound);

/** 1 with a probability of `chance`. */
int draw_chance(struct draw *draw, double chance);

/** Two numbers of the standard normal distribution (Box and Muller 1958), out of 2^52 pairs that reach to 6 deviations.
 */
void draw_normal_pair(struct draw *draw, float pair[2]);

#endif
