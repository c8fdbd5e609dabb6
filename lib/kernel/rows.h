/*
 * Kernels over rows: some neurons of one tile, each [steps][16 lanes], one after the other in memory. They are compiled
 * for each instruction set, and round alike in all of them: none contracts a multiplication and an addition.
 */
#ifndef SNND_KERNEL_ROWS_H
#define SNND_KERNEL_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "snndelay.h"

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

/* Constants of LIF neurons in single precision. */
typedef struct snnd_lif {
    float decay; /* 1 - 1/tau */
    float threshold, alpha;
    int32_t detach_reset;
    int32_t order, reset, surrogate; /* snnd_order, snnd_reset and snnd_surrogate; 0: the paper's */
    const float *decays;             /* of each neuron, in place of `decay`; NULL: all have that */
} snnd_lif;

/* Those of leaky integrators. */
typedef struct snnd_leaky {
    float decay;
    int32_t order;
    const float *decays;
} snnd_leaky;

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
     * Leaky integrate-and-fire, from mem = syn = 0. In the paper's order
     *
     *     s[t] = mem > threshold;  mem = reset(decay mem + syn);  syn = current[t]
     *
     * and where the update comes first
     *
     *     mem = decay mem + current[t];  s[t] = mem > threshold;  mem = reset(mem)
     *
     * with reset(x) = x (1 - s[t]), or x - threshold s[t].
     *
     * `potential` receives mem before the spike s[t] is taken, `spikes` s[t]; either may have data NULL. With spikes,
     * `sums` [16 lanes, aligned as rows are] receives for each lane the sum over all neurons of what the reset is given
     * at every step, and of the last current where that is still to come: it is finite only where all of these are.
     */
    void (*lif_forward)(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                        snnd_rows spikes, float *sums);

    /*
     * Backwards through time, in place: `gradient` holds dL/ds and receives dL/dcurrent. With v[t] what the spike s[t]
     * is taken of, m[t] = dL/dv[t] and ds/dv the surrogate's slope (surrogate.h),
     *
     *     m[t] = dL/ds[t] ds/dv + decay k[t] m[t+1],    k[t] = 1 - s[t], or 1 where the reset subtracts
     *     dL/dcurrent[t] = k[t+1] m[t+2] in the paper's order, m[t] where the update comes first
     *
     * and where the reset is differentiated, dL/ds[t] loses m[t+1] times what it takes away: decay mem[t] + syn[t] or
     * threshold in the paper's order, and decay times v[t] or threshold where the update comes first.
     *
     * `slopes` [neurons][16 lanes] receives dL/ddecay, the sum over t of m[t+1] times what decays from t to t+1; NULL:
     * it is not wanted.
     */
    void (*lif_backward)(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                         snnd_rows gradient, float *slopes);

    /* A leaky integrator: mem = decay mem + syn; syn = current[t]; potential[t] = mem. Where the update comes first,
     * mem = decay mem + current[t]. */
    void (*leaky_forward)(const snnd_leaky *leaky, snnd_extent extent, snnd_rows current, snnd_rows potential);

    /* In place: with m[t] = dL/dpotential[t] + decay m[t+1], dL/dcurrent[t] = m[t+1], or m[t] where the update comes
     * first. */
    void (*leaky_backward)(const snnd_leaky *leaky, snnd_extent extent, snnd_rows gradient);

    /* slopes [neurons][16 lanes] = dL/ddecay = sum over t of m[t] potential[t-1]; the gradient stays. */
    void (*leaky_slopes)(const snnd_leaky *leaky, snnd_extent extent, snnd_rows potential, snnd_rows gradient,
                         float *slopes);

    /* Sums for mean and variance. The pivot is the first value, so that a large mean swallows nothing. */
    snnd_sums (*moments)(int32_t steps, int32_t lanes, const float *x);

    /* The same of x[t][l] with t < end[l]. Lane 0 has a first value. */
    snnd_sums (*moments_to_end)(int32_t steps, const int32_t end[16], const float *x);

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

    /* x[t][l] = 0 where t >= end[l]. */
    void (*cut)(int32_t steps, const int32_t end[16], float *x);

    /* Bit l of bits[t] is set where x[t][l] > 0, among the first `lanes` lanes. */
    void (*collect)(int32_t steps, int32_t lanes, const float *x, uint16_t *bits);

    /* How many numbers of all rows are not 0, in the first `lanes` lanes. */
    int32_t (*count)(int32_t steps, int32_t lanes, const float *x);

    /* x[t][l] = factor[l] where bit l of bits[t] is set, else 0. */
    void (*expand)(int32_t steps, const uint16_t *bits, const float factor[16], float *x);

    /* One step of neurons side by side, for streams: what lif_forward, leaky_forward and normalise do in each, to the
     * same bits. `mem` and `syn` are the state [neurons]; where the update comes first, `syn` is not used. What is no
     * finite number stays so in the state, though it would make a neuron fire, but for the paper's order, whose `syn`
     * has it first. */
    void (*lif_step)(const snnd_lif *lif, int32_t neurons, const float *current, float *mem, float *syn, float *spikes);
    void (*leaky_step)(const snnd_leaky *leaky, int32_t neurons, const float *current, float *mem, float *syn,
                       float *potential);
    void (*normalise_step)(int32_t neurons, const double *mean, const double *factor, const double *shift,
                           const float *x, float *y);
} snnd_row_kernels;

#endif
