/* Sums over the taps of delayed synapses, on plain arrays and one tile at a time. */
#ifndef SNND_KERNEL_TAPS_H
#define SNND_KERNEL_TAPS_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/rows.h"

/* The taps of the synapses of a layer: row s of `value` has count[s] taps from first[s]. */
typedef struct snnd_taps {
    int32_t *first, *count;
    float *value; /* [synapses][width] */
    int32_t width;
    int32_t uniform; /* the count that all synapses have; 0: they differ */
} snnd_taps;

/* A synapse with one tap, and all that a sum needs of it. */
typedef struct snnd_one_tap {
    int32_t neuron; /* the source neuron */
    int32_t first;  /* as in snnd_taps */
    float value;
} snnd_one_tap;

/*
 * Sums of some neurons over lists of their synapses,
 *
 *     target_j[t] = sum_s sum_n value[s][n] source_s[t + offset + direction (first[s] + n)]
 *
 * for t = 0 .. steps-1, each a row of 16 lanes. `direction` +1 with offset -(K-1) is the delayed current. -1 with
 * offset K-1 over the outgoing synapses is its transpose, the gradient of the input. The list of a neuron is in the
 * order of its sources, and sums are computed in that order.
 */
typedef struct snnd_gather {
    snnd_rows target, source;
    int32_t targets, sources, steps, offset, direction;
    int32_t taps_total;     /* K */
    const int64_t *begin;   /* [targets + 1] where each list begins */
    const int32_t *neuron;  /* the source neuron */
    const int32_t *synapse; /* the row of the taps */
    const snnd_taps *taps;
    const snnd_one_tap *one; /* the lists again, where every synapse has one tap; else NULL */
    int64_t *place;          /* [targets] scratch */
} snnd_gather;

/*
 * The correlation of some neurons' gradients with the delayed input, for consecutive synapses of each,
 *
 *     sum_j[s][n][lane] += sum_t gradient_j[t][lane] source_s[t - (K-1) + first_j[s] + n][lane]
 *
 * where synapse s comes from neuron s / group.
 */
typedef struct snnd_correlate {
    float *sum; /* that of neuron j is at sum + j sum_row: [synapses][width][16] */
    size_t sum_row;
    snnd_rows gradient, source;
    int32_t neurons, steps, taps_total; /* K */
    int32_t synapses, group;
    const int32_t *first, *count; /* those of neuron j are at first + j of_neuron: [synapses] */
    size_t of_neuron;
    int32_t width;
} snnd_correlate;

typedef struct snnd_tap_kernels {
    void (*gather)(const snnd_gather *);
    void (*correlate)(const snnd_correlate *);
} snnd_tap_kernels;

#endif
