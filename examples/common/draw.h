/* Random numbers for one object, such as a recording or a sample. They depend only on the seed and the object. */
#ifndef EXAMPLES_DRAW_H
#define EXAMPLES_DRAW_H

#include <stdint.h>

struct draw {
    uint64_t seed;
    uint64_t stream; /**< identifies the object */
    uint64_t next;   /**< the number of numbers drawn so far */
};

/** Draws uniformly from [low, high). */
double draw_between(struct draw *draw, double low, double high);

/** Draws uniformly from 0 .. bound - 1; `bound` is positive. */
int64_t draw_below(struct draw *draw, int64_t bound);

/** Returns 1 with a probability of `chance`. */
int draw_chance(struct draw *draw, double chance);

/** Draws two numbers of the standard normal distribution (Box and Muller 1958), from 2^52 pairs that reach to 6
 * deviations. */
void draw_normal_pair(struct draw *draw, float pair[2]);

#endif
