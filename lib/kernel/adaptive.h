/* Kernels for adaptive neurons, over rows (rows.h) and for one step. There is one number of each parameter for each
 * neuron. As the kernels of rows, they round the same way in every instruction set. */
#ifndef SNND_KERNEL_ADAPTIVE_H
#define SNND_KERNEL_ADAPTIVE_H

#include "kernel/rows.h"

/* The constants of a layer, and its parameters from the first processed neuron on. */
typedef struct snnd_adaptive {
    float threshold, alpha;                                    /* alpha is that of the surrogate gradient */
    int32_t detach_reset, surrogate;                           /* snnd_surrogate */
    const float *membrane, *adaptation, *subthreshold, *spike; /* A, B, a, b of the equations */
} snnd_adaptive;

/* The places of the gradients of a neuron's four parameters, in the order of the arrays. */
enum { SNND_ADAPTIVE_PARAMETERS = 4 };

typedef struct snnd_adaptive_kernels {
    /*
     * Adaptive leaky integrate-and-fire (Bittar and Garner 2022), from u = w = s = 0:
     *
     *     w[t] = B w[t-1] + a u[t-1] + b s[t-1]
     *     u[t] = A (u[t-1] - threshold s[t-1]) + (1 - A) (current[t] - w[t])
     *     s[t] = u[t] > threshold
     *
     * `potential` receives u, `adaptation` w and `spikes` s. Each may have data NULL, except the potential where both
     * others have. With spikes, `lost` [16 lanes, aligned as rows are] receives 0 where all of these numbers are
     * finite, and NaN where one is not: a number that is not finite stays so until the last step.
     */
    void (*forward)(const snnd_adaptive *by, snnd_extent extent, snnd_rows current, snnd_rows potential,
                    snnd_rows adaptation, snnd_rows spikes, float *lost);

    /*
     * The backward pass through time, in place: `gradient` holds dL/ds and receives dL/dcurrent. With U[t] = dL/du[t]
     * and W[t] = dL/dw[t], and ds/dv the surrogate gradient (surrogate.h) at v = u - threshold,
     *
     *     dL/ds[t] += b W[t+1], and where the reset is differentiated, dL/ds[t] -= A threshold U[t+1]
     *     U[t] = dL/ds[t] ds/dv + A U[t+1] + a W[t+1]
     *     W[t] = B W[t+1] - (1 - A) U[t]
     *     dL/dcurrent[t] = (1 - A) U[t]
     *     dL/dA = sum of U[t] (u[t-1] - threshold s[t-1] - current[t] + w[t])
     *     dL/dB = sum of W[t] w[t-1],  dL/da = sum of W[t] u[t-1],  dL/db = sum of W[t] s[t-1]
     *
     * `sums` [neurons][4] receives the last four, over all steps of the first `lanes` lanes.
     */
    void (*backward)(const snnd_adaptive *by, snnd_extent extent, int32_t lanes, snnd_rows current, snnd_rows potential,
                     snnd_rows adaptation, snnd_rows gradient, double *sums);

    /* One step of several neurons, for streams: it computes the same bits as `forward`. u and w are the state
     * [neurons]. */
    void (*step)(const snnd_adaptive *by, int32_t neurons, const float *current, float *u, float *w, float *spikes);
} snnd_adaptive_kernels;

#endif
