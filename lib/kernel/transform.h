/*
 * Discrete Fourier transforms of rows of 16 lanes along time: each lane is a transform of its own. For real x of even
 * length N,
 *
 *     X[f] = sum_t x[t] exp(-2 pi i f t / N),   f = 0 .. N/2
 *
 * It is computed by a complex transform of length M = N/2 (Stockham's self-sorting form, radices 2 to 5, 7, 11 and 13)
 * of the pairs x[2t] + i x[2t+1], from which the symmetry of real transforms separates the result.
 */
#ifndef SNND_KERNEL_TRANSFORM_H
#define SNND_KERNEL_TRANSFORM_H

#include <stddef.h>
#include <stdint.h>

enum { SNND_TRANSFORM_STAGES = 16, SNND_TRANSFORM_LONGEST = 1 << 14 };

/* The factors of M and the roots of unity that the stages need. transform_plan.c computes these arrays. */
typedef struct snnd_transform {
    int32_t length; /* N; 0 before it is prepared */
    int32_t stages, radix[SNND_TRANSFORM_STAGES];
    float *root[SNND_TRANSFORM_STAGES]; /* [radices before][radix - 1] pairs of a cosine and a sine */
    float *turn;                        /* [M + 1] the same, exp(-2 pi i f / N) */
} snnd_transform;

/* The spectrum of one neuron and tile: the 16 lanes of frequency f begin at re + f stride and im + f stride. */
typedef struct snnd_spectrum {
    float *re, *im;
    size_t stride;
} snnd_spectrum;

typedef struct snnd_transform_kernels {
    /* Computes the spectrum of N steps, which are 0 except for `steps` steps of `row` from step `at` on. */
    void (*forward)(const snnd_transform *, int32_t at, int32_t steps, const float *row, snnd_spectrum, float *scratch);

    /* Computes the steps from `at` on of the row that has this spectrum. */
    void (*inverse)(const snnd_transform *, snnd_spectrum, int32_t at, int32_t steps, float *row, float *scratch);
} snnd_transform_kernels;

/* Returns the floats of scratch memory that both need, aligned to a cache line. */
static inline size_t snnd_transform_scratch(int32_t length) {
    return 2 * (size_t)length * 16;
}

#endif
