/*
 * LIF neurons and leaky integrators over rows (rows.h), and one step of them; neurons that adapt are in adaptive.h.
 * Like the kernels of rows these round alike in every instruction set.
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
    const float *decays;             /* of each neuron, in place of `decay`; NULL: all have that */
} snnd_lif;

/* Those of leaky integrators. */
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

    /* One step of neurons side by side, for streams: what lif_forward and leaky_forward do in each, to the
     * same bits. `mem` and `syn` are the state [neurons]; where the update comes first, `syn` is not used. What is no
     * finite number stays so in the state, though it would make a neuron fire, but for the paper's order, whose `syn`
     * has it first. */
    void (*lif_step)(const snnd_lif *lif, int32_t neurons, const float *current, float *mem, float *syn, float *spikes);
    void (*leaky_step)(const snnd_leaky *leaky, int32_t neurons, const float *current, float *mem, float *syn,
                       float *potential);
} snnd_neuron_kernels;

#endif
