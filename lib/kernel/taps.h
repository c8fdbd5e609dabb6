/* Sums over the taps of delayed synapses. Plain arrays, one tile at a time. */
#ifndef SNND_KERNEL_TAPS_H
#define SNND_KERNEL_TAPS_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/rows.h"

/* Taps of the synapses of a layer: row s of `value` has count[s] taps from first[s]. */
typedef struct snnd_taps {
    int32_t *first, *count;
    float *value; /* [synapses][width] */
    int32_t width;
    int32_t uniform; /* the count of all synapses; 0: they differ */
} snnd_taps;

/* A synapse of one tap, with all that a sum wants to know of it. */
typedef struct snnd_one_tap {
    int32_t neuron; /* source */
    int32_t first;  /* of snnd_taps */
    float value;
} snnd_one_tap;

/*
 * Sums of some neurons over lists of their synapses,
 *
 *     target_j[t] = sum_s sum_n value[s][n] source_s[t + offset + direction (first[s] + n)]
 *
 * for t = 0 .. steps-1, each a row of 16 lanes. `direction` +1 with offset -(K-1) is the delayed current; -1 with
 * offset K-1 over the outgoing synapses is its transpose, the gradient of the input. The list of a neuron is in the
 * order of its sources, and sums run in that order.
 */
typedef struct snnd_gather {
    snnd_rows target, source;
    int32_t targets, sources, steps, offset, direction;
    int32_t taps_total;     /* K */
    const int64_t *begin;   /* [targets + 1] of each list */
    const int32_t *neuron;  /* source neuron */
    const int32_t *synapse; /* row of the taps */
    const snnd_taps *taps;
    const snnd_one_tap *one; /* where taps are uniform and one: the lists once more; else NULL */
    int64_t *place;          /* [targets] scratch */
} snnd_gather;

/*
 * Correlation of some neurons' gradients with the delayed input, for consecutive synapses of each,
 *
 *     sum_j[s][n][lane] += sum_t gradient_j[t][lane] source_s[t - (K-1) + first_j[s] + n][lane]
 *
 * where synapse s comes from neuron s / group.
 */
typedef struct snnd_correlate {
    float *sum; /* of neuron j at sum + j sum_row: [synapses][width][16] */
    size_t sum_row;
    snnd_rows gradient, source;
    int32_t neurons, steps, taps_total; /* K */
    int32_t synapses, group;
    const int32_t *first, *count; /* of neuron j at first + j of_neuron: [synapses] */
    size_t of_neuron;
    int32_t width;
} snnd_correlate;

typedef struct snnd_tap_kernels {
    void (*gather)(const snnd_gather *);
    void (*correlate)(const snnd_correlate *);
} snnd_tap_kernels;

#endif
