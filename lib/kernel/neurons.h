/* Neurons over time, one neuron of one tile at a time: arrays are [steps][16 lanes]. */
#ifndef SNND_KERNEL_NEURONS_H
#define SNND_KERNEL_NEURONS_H

#include <stdint.h>

/* Constants of a LIF neuron in single precision. */
typedef struct snnd_lif {
    float decay; /* 1 - 1/tau */
    float threshold, alpha;
    int32_t detach_reset;
} snnd_lif;

/*
 * Leaky integrate-and-fire, reset to zero, from mem = syn = 0:
 *
 *     s[t] = mem > threshold;  mem = (decay mem + syn) (1 - s[t]);  syn = current[t]
 *
 * potential[t] is mem before the spike s[t] is taken.
 */
void snnd_lif_forward(const snnd_lif *lif, int32_t steps, const float *current, float *potential, float *spikes);

/*
 * Backwards through time, in place: `gradient` holds dL/ds and receives dL/dcurrent. With m[t] = dL/dmem[t],
 *
 *     m[t] = dL/ds[t] ds/dv + decay (1 - s[t]) m[t+1]
 *     dL/dcurrent[t] = (1 - s[t+1]) m[t+2]
 *     ds/dv = (alpha/2) / (1 + (pi/2 alpha v)^2),  v = mem - threshold
 *
 * and where the reset is differentiated, dL/ds[t] loses (decay mem[t] + syn[t]) m[t+1].
 */
void snnd_lif_backward(const snnd_lif *lif, int32_t steps, const float *current, const float *potential,
                       float *gradient);

/* A leaky integrator: mem = decay mem + syn; syn = current[t]; potential[t] = mem. */
void snnd_leaky_forward(float decay, int32_t steps, const float *current, float *potential);

/* In place: with m[t] = dL/dpotential[t] + decay m[t+1], dL/dcurrent[t] = m[t+1]. */
void snnd_leaky_backward(float decay, int32_t steps, float *gradient);

#endif
