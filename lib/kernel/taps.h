/* The hot kernels: sums over the taps of delayed synapses. Plain arrays, one tile at a time. */
#ifndef SNND_KERNEL_TAPS_H
#define SNND_KERNEL_TAPS_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/rows.h"
#include "snndelay.h"

/* Taps of the synapses of a layer: row s of `value` has count[s] taps from first[s]. */
typedef struct snnd_taps {
    int32_t *first, *count;
    float *value; /* [synapses][width] */
    int32_t width;
} snnd_taps;

/*
 * One neuron's sum over a list of synapses,
 *
 *     target[t] = sum_s sum_n value[s][n] source_s[t + offset + direction (first[s] + n)]
 *
 * for t = 0 .. steps-1, each a row of 16 lanes. `direction` +1 with offset -(K-1) is the delayed current; -1 with
 * offset K-1 over the outgoing synapses is its transpose, the gradient of the input.
 */
typedef struct snnd_gather {
    float *target;
    const float *source; /* row of time 0 of neuron 0 */
    size_t stride;       /* floats from one source neuron to the next */
    int32_t steps, offset, direction;
    int64_t synapses;
    const int32_t *neuron;  /* [synapses] source neuron */
    const int32_t *synapse; /* [synapses] row of the taps */
    const snnd_taps *taps;
} snnd_gather;

/*
 * Correlation of one neuron's gradient with the delayed input, for consecutive synapses,
 *
 *     sum[s][n][lane] += sum_t gradient[t][lane] source_s[t - (K-1) + first[s] + n][lane]
 *
 * where synapse s comes from neuron s / group.
 */
typedef struct snnd_correlate {
    float *sum; /* [synapses][width][16] */
    const float *gradient;
    const float *source;
    size_t stride;
    int32_t steps, taps_total; /* K */
    int32_t synapses, group;
    const int32_t *first, *count; /* [synapses] */
    int32_t width;
} snnd_correlate;

typedef struct snnd_hot_kernels {
    int32_t isa;
    void (*gather)(const snnd_gather *);
    void (*correlate)(const snnd_correlate *);
    const snnd_row_kernels *rows;
} snnd_hot_kernels;

#endif
