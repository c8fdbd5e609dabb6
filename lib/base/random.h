/* A counter-based generator: every number is a function of the seed, of what it is for, and of its place. */
#ifndef SNND_BASE_RANDOM_H
#define SNND_BASE_RANDOM_H

#include <stdint.h>

/* What numbers are for. Values never change: they decide what a seed gives. */
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

/* One sequence of numbers. */
typedef struct snnd_random {
    uint64_t key, stream;
    uint64_t first; /* where in the stream it begins; 0 unless set */
} snnd_random;

/* `stream` tells apart sequences of one use: a layer, an epoch, a step. */
snnd_random snnd_random_for(uint64_t seed, enum snnd_use use, uint64_t stream);

uint64_t snnd_random_bits(const snnd_random *random, uint64_t index);
double snnd_random_unit(const snnd_random *random, uint64_t index); /* [0, 1), 53 bits */
/* Uniform in 0 .. bound-1, bound below 2^53. */
uint64_t snnd_random_below(const snnd_random *random, uint64_t index, uint64_t bound);

/* Puts `chosen` of `items` into random order in front (Fisher and Yates), using numbers 0 .. chosen-1. */
void snnd_random_choose(const snnd_random *random, int32_t *items, int64_t count, int64_t chosen);

/* Philox4x32-10 (Salmon et al. 2011): ten rounds on the counter. */
void snnd_philox(uint64_t key, const uint32_t counter[4], uint32_t result[4]);

#endif
