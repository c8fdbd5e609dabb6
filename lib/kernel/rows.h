/*
 * Kernels over rows, except for the neurons themselves (neurons.h, adaptive.h): normalisation, dropout, cutting and
 * counting. Rows are some neurons of one tile, each [steps][16 lanes], contiguous in memory. The kernels are compiled
 * for each instruction set and round the same way in all of them, since no multiplication and addition are contracted.
 */
#ifndef SNND_KERNEL_ROWS_H
#define SNND_KERNEL_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "snndelay.h"

/* The row of time 0 of the first neuron, and the floats from one neuron to the next. */
typedef struct snnd_rows {
    float *data;
    size_t stride;
} snnd_rows;

/* The number of neurons and steps. */
typedef struct snnd_extent {
    int32_t neurons, steps;
} snnd_extent;

static inline float *snnd_rows_of(snnd_rows rows, int32_t neuron) {
    return rows.data + (size_t)neuron * rows.stride;
}

/* Returns the rows from a neuron on, or no rows where there are none. */
static inline snnd_rows snnd_rows_from(snnd_rows rows, int32_t neuron) {
    if (rows.data != NULL)
        rows.data = snnd_rows_of(rows, neuron);
    return rows;
}

/* Sums of x - pivot and of its square, over the steps and the first `lanes` lanes of one neuron. */
typedef struct snnd_sums {
    double pivot, first, second;
} snnd_sums;

/* The normalisation of a neuron: y = (x - mean) * inverse_deviation * scale + shift. */
typedef struct snnd_affine {
    double mean, inverse_deviation, scale, shift;
} snnd_affine;

typedef struct snnd_row_kernels {
    /* Sums for mean and variance. The pivot is the first value, so that a large mean does not hide small
     * differences. */
    snnd_sums (*moments)(int32_t steps, int32_t lanes, const float *x);

    /* The same for x[t][l] with t < end[l]. Lane 0 has at least one step. */
    snnd_sums (*moments_to_end)(int32_t steps, const int32_t end[16], const float *x);

    void (*normalise)(int32_t steps, const snnd_affine *by, const float *x, float *y);

    /* Sums of g and of g (x - mean), with a pivot of 0. */
    snnd_sums (*norm_sums)(int32_t steps, int32_t lanes, double mean, const float *x, const float *gradient);

    /* In place: g = scale * inverse_deviation * (g - common - (x - mean) along); 0 from lane `lanes` on. */
    void (*norm_backward)(int32_t steps, int32_t lanes, const snnd_affine *by, double common, double along,
                          const float *x, float *gradient);

    /* total[k] = sum of x[k][l] over all 16 lanes. */
    void (*add_up)(int32_t count, const float *x, double *total);

    /* Multiplies x[t] by a factor for each lane. */
    void (*scale)(int32_t steps, const float factor[16], const float *x, float *y);

    /* x[t][l] = 0 where t >= end[l]. */
    void (*cut)(int32_t steps, const int32_t end[16], float *x);

    /* Bit l of bits[t] is set where x[t][l] > 0, among the first `lanes` lanes. */
    void (*collect)(int32_t steps, int32_t lanes, const float *x, uint16_t *bits);

    /* Returns how many numbers of all rows are not 0, in the first `lanes` lanes. */
    int32_t (*count)(int32_t steps, int32_t lanes, const float *x);

    /* x[t][l] = factor[l] where bit l of bits[t] is set, else 0. */
    void (*expand)(int32_t steps, const uint16_t *bits, const float factor[16], float *x);

    /* One step of several neurons, for streams: it computes the same bits as normalise. */
    void (*normalise_step)(int32_t neurons, const double *mean, const double *factor, const double *shift,
                           const float *x, float *y);
} snnd_row_kernels;

#endif
