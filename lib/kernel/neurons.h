/*
 * LIF neurons and leaky integrators over rows (rows.h), and one step of them; neurons that adapt are in adaptive.h.
 * Like the kernels of rows they round the same way in every instruction set.
 */
#ifndef SNND_KERNEL_NEURONS_H
#define SNND_KERNEL_NEURONS_H

#include "kernel/rows.h"

/* Constants of LIF neurons in single precision. */
typedef struct snnd_lif {
    float decay; /* 1 - 1/tau */
    float threshold, alpha;
    int32_t detach_reset;
    int32_t order, reset, surrogate; /* snnd_order, snnd_reset and snnd_surrogate; 0: the paper's */
    const float *decays;             /* the decay of each neuron, in place of `decay`; NULL: all have `decay` */
} snnd_lif;

/* Constants of leaky integrators. */
typedef struct snnd_leaky {
    float decay;
    int32_t order;
    const float *decays;
} snnd_leaky;

typedef struct snnd_neuron_kernels {
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
     * `potential` receives mem before the reset by s[t], and `spikes` receives s[t]; either may have data NULL. With
     * spikes, `sums` [16 lanes, aligned as rows are] receives for each lane the sum over all neurons of the argument of
     * the reset at every step, and of the last current where it has not been added yet. It is finite only where all of
     * these are.
     */
    void (*lif_forward)(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                        snnd_rows spikes, float *sums);

    /*
     * The backward pass through time, in place: `gradient` holds dL/ds and receives dL/dcurrent. With v[t] the
     * potential that the spike s[t] is computed from, m[t] = dL/dv[t] and ds/dv the surrogate gradient (surrogate.h),
     *
     *     m[t] = dL/ds[t] ds/dv + decay k[t] m[t+1],    k[t] = 1 - s[t], or 1 where the reset subtracts
     *     dL/dcurrent[t] = k[t+1] m[t+2] in the paper's order, m[t] where the update comes first
     *
     * Where the reset is differentiated, m[t+1] times the amount of the reset is subtracted from dL/ds[t]: decay mem[t]
     * + syn[t] or threshold in the paper's order, and decay times v[t] or threshold where the update comes first.
     *
     * `slopes` [neurons][16 lanes] receives dL/ddecay, the sum over t of m[t+1] times what decays from t to t+1; it may
     * be NULL.
     */
    void (*lif_backward)(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                         snnd_rows gradient, float *slopes);

    /* A leaky integrator: mem = decay mem + syn; syn = current[t]; potential[t] = mem. Where the update comes first,
     * mem = decay mem + current[t]. */
    void (*leaky_forward)(const snnd_leaky *leaky, snnd_extent extent, snnd_rows current, snnd_rows potential);

    /* Its backward pass, in place: with m[t] = dL/dpotential[t] + decay m[t+1], dL/dcurrent[t] = m[t+1], or m[t] where
     * the update comes first. */
    void (*leaky_backward)(const snnd_leaky *leaky, snnd_extent extent, snnd_rows gradient);

    /* slopes [neurons][16 lanes] = dL/ddecay = sum over t of m[t] potential[t-1]; the gradient is not changed. */
    void (*leaky_slopes)(const snnd_leaky *leaky, snnd_extent extent, snnd_rows potential, snnd_rows gradient,
                         float *slopes);

    /* One step of several neurons, for streams: these compute the same bits as lif_forward and leaky_forward. `mem` and
     * `syn` are the state [neurons]; where the update comes first, `syn` is not used. A number that is not finite stays
     * in the state, although it would make a neuron fire; in the paper's order it is in `syn` first. */
    void (*lif_step)(const snnd_lif *lif, int32_t neurons, const float *current, float *mem, float *syn, float *spikes);
    void (*leaky_step)(const snnd_leaky *leaky, int32_t neurons, const float *current, float *mem, float *syn,
                       float *potential);
} snnd_neuron_kernels;

#endif
