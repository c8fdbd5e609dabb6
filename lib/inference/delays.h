/* The lines of a layer whose synapses share delays, in a plan. */
#ifndef SNND_INFERENCE_DELAYS_H
#define SNND_INFERENCE_DELAYS_H

#include "inference/plan.h"

/* A line is an axon or a dendrite that has a delay: line k is number k % each of neuron k / each. The layer's synapses
 * are listed from axons to outputs, or from inputs to dendrites. */
typedef struct snnd_frozen_lines {
    int32_t sharing;
    int32_t each; /* lines of one neuron */
    int32_t count;
    uint16_t delay[]; /* [count] */
} snnd_frozen_lines;

/* Returns NULL where every synapse has its own delay. */
static inline const snnd_frozen_lines *snnd_plan_lines(const snnd_plan_layer *layer) {
    return layer->own;
}

#endif
