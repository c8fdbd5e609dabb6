/*
 * Kernels over rows: some neurons of one tile, each [steps][16 lanes], one after the other in memory. They are compiled
 * for each instruction set, and round alike in all of them: none contracts a multiplication and an addition.
 */
#ifndef SNND_KERNEL_ROWS_H
#define SNND_KERNEL_ROWS_H

#include <stddef.h>
#include <stdint.h>

/* Row of time 0 of the first neuron, and floats from one neuron to the next. */
typedef struct snnd_rows {
    float *data;
    size_t stride;
} snnd_rows;

/* How many rows there are. */
typedef struct snnd_extent {
    int32_t neurons, steps;
} snnd_extent;

static inline float *snnd_rows_of(snnd_rows rows, int32_t neuron) {
    return rows.data + (size_t)neuron * rows.stride;
}

/* Rows from a neuron on; no rows stay none. */
static inline snnd_rows snnd_rows_from(snnd_rows rows, int32_t neuron) {
    if (rows.data != NULL)
        rows.data = snnd_rows_of(rows, neuron);
    return rows;
}

/* Constants of a LIF neuron in single precision. */
typedef struct snnd_lif {
    float decay; /* 1 - 1/tau */
    float threshold, alpha;
    int32_t detach_reset;
} snnd_lif;

/* Sums over the steps and the first `lanes` lanes of one neuron: of x - pivot and of its square. */
typedef struct snnd_sums {
    double pivot, first, second;
} snnd_sums;

/* What a neuron is normalised by: y = (x - mean) * inverse_deviation * scale + shift. */
typedef struct snnd_affine {
    double mean, inverse_deviation, scale, shift;
} snnd_affine;

typedef struct snnd_row_kernels {
    /*
     * Leaky integrate-and-fire, reset to zero, from mem = syn = 0:
     *
     *     s[t] = mem > threshold;  mem = (decay mem + syn) (1 - s[t]);  syn = current[t]
     *
     * `potential` receives mem before the spike s[t] is taken, `spikes` s[t]; either may have data NULL. With spikes,
     * `sums` [16 lanes, aligned as rows are] receives for each lane the sum over all neurons of decay mem + syn at
     * every step and of the last current: it is finite only where all of these are.
     */
    void (*lif_forward)(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                        snnd_rows spikes, float *sums);

    /*
     * Backwards through time, in place: `gradient` holds dL/ds and receives dL/dcurrent. With m[t] = dL/dmem[t],
     *
     *     m[t] = dL/ds[t] ds/dv + decay (1 - s[t]) m[t+1]
     *     dL/dcurrent[t] = (1 - s[t+1]) m[t+2]
     *     ds/dv = (alpha/2) / (1 + (pi/2 alpha v)^2),  v = mem - threshold
     *
     * and where the reset is differentiated, dL/ds[t] loses (decay mem[t] + syn[t]) m[t+1].
     */
    void (*lif_backward)(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                         snnd_rows gradient);

    /* A leaky integrator: mem = decay mem + syn; syn = current[t]; potential[t] = mem. */
    void (*leaky_forward)(float decay, snnd_extent extent, snnd_rows current, snnd_rows potential);

    /* In place: with m[t] = dL/dpotential[t] + decay m[t+1], dL/dcurrent[t] = m[t+1]. */
    void (*leaky_backward)(float decay, snnd_extent extent, snnd_rows gradient);

    /* Sums for mean and variance. The pivot is the first value, so that a large mean swallows nothing. */
    snnd_sums (*moments)(int32_t steps, int32_t lanes, const float *x);

    void (*normalise)(int32_t steps, const snnd_affine *by, const float *x, float *y);

    /* Sums of g and of g (x - mean); the pivot is 0. */
    snnd_sums (*norm_sums)(int32_t steps, int32_t lanes, double mean, const float *x, const float *gradient);

    /* In place: g = scale * inverse_deviation * (g - common - (x - mean) along); 0 from lane `lanes` on. */
    void (*norm_backward)(int32_t steps, int32_t lanes, const snnd_affine *by, double common, double along,
                          const float *x, float *gradient);

    /* total[k] = sum of x[k][l] over all 16 lanes. */
    void (*add_up)(int32_t count, const float *x, double *total);

    /* x[t] factor, a factor for each lane. */
    void (*scale)(int32_t steps, const float factor[16], const float *x, float *y);

    /* Bit l of bits[t] is set where x[t][l] > 0, among the first `lanes` lanes. */
    void (*collect)(int32_t steps, int32_t lanes, const float *x, uint16_t *bits);

    /* How many numbers of all rows are not 0, in the first `lanes` lanes. */
    int32_t (*count)(int32_t steps, int32_t lanes, const float *x);

    /* x[t][l] = factor[l] where bit l of bits[t] is set, else 0. */
    void (*expand)(int32_t steps, const uint16_t *bits, const float factor[16], float *x);

    /* One step of neurons side by side, for streams: what lif_forward, leaky_forward and normalise do in each, to the
     * same bits. `mem` and `syn` are the state [neurons]. */
    void (*lif_step)(const snnd_lif *lif, int32_t neurons, const float *current, float *mem, float *syn, float *spikes);
    void (*leaky_step)(float decay, int32_t neurons, const float *current, float *mem, float *syn, float *potential);
    void (*normalise_step)(int32_t neurons, const double *mean, const double *factor, const double *shift,
                           const float *x, float *y);
} snnd_row_kernels;

#endif
