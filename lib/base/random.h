/* A counter-based random generator: every number is a function of the seed, of its use, and of its place. */
#ifndef SNND_BASE_RANDOM_H
#define SNND_BASE_RANDOM_H

#include <stdint.h>

/* The uses of random numbers. Values never change, since the numbers that a seed produces depend on them. */
enum snnd_use {
    SNND_USE_WEIGHT = 1,
    SNND_USE_POSITION = 2,
    SNND_USE_SIGN = 3,
    SNND_USE_MASK = 4,
    SNND_USE_DROPOUT = 5,
    SNND_USE_SHUFFLE = 6,
    SNND_USE_SPLIT = 7,
    SNND_USE_GROWTH = 8,
    SNND_USE_HOST = 9,
    SNND_USE_PERMUTATION = 10,
    SNND_USE_NOISE = 11,
    SNND_USE_NEURON = 12
};

/* One sequence of random numbers. */
typedef struct snnd_random {
    uint64_t key, stream;
    uint64_t first; /* the place in the stream at which it begins; 0 unless set */
} snnd_random;

/* `stream` separates sequences of the same use, as those of layers, epochs or steps. */
snnd_random snnd_random_for(uint64_t seed, enum snnd_use use, uint64_t stream);

uint64_t snnd_random_bits(const snnd_random *random, uint64_t index);
double snnd_random_unit(const snnd_random *random, uint64_t index); /* in [0, 1), with 53 bits */
/* Returns a uniform number in 0 .. bound-1, for a bound below 2^53. */
uint64_t snnd_random_below(const snnd_random *random, uint64_t index, uint64_t bound);

/* Moves `chosen` random items, in random order, to the front of `items` (Fisher and Yates). It uses the numbers 0 ..
 * chosen-1 of the sequence. */
void snnd_random_choose(const snnd_random *random, int32_t *items, int64_t count, int64_t chosen);

/* Philox4x32-10 (Salmon et al. 2011): ten rounds on the counter. */
void snnd_philox(uint64_t key, const uint32_t counter[4], uint32_t result[4]);

#endif
