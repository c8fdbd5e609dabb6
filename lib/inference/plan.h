/*
 * A network frozen for inference: every delay whole, batch norm down to a factor and a shift, synapses listed by
 * presynaptic neuron. Read-only once it is made. Streams run on it, and exports are written from it.
 */
#ifndef SNND_INFERENCE_PLAN_H
#define SNND_INFERENCE_PLAN_H

#include "base/context.h"
#include "kernel/kernels.h"

/* A layer; layers of dropout have no place in a plan. */
typedef struct snnd_plan_layer {
    snnd_layer_type type;
    int32_t index; /* in the network */
    int32_t inputs, outputs;
    size_t state;                  /* where its part of a stream's state begins, in floats */
    size_t past;                   /* delays: where its part of what is idle begins */
    snnd_frame_synapses synapses;  /* delays */
    double *mean, *factor, *shift; /* batch norm: y = (x - mean) factor + shift */
    snnd_lif lif;                  /* LIF */
    float decay;                   /* leaky integrator */
} snnd_plan_layer;

struct snnd_plan {
    snnd_context *context;
    const snnd_hot_kernels *kernels;
    int32_t inputs, outputs;
    int32_t readout; /* of streams and exports that are not told another */
    int32_t widest;  /* neurons of the largest layer, or inputs */
    int32_t count;
    snnd_plan_layer *layer;
    size_t state;         /* floats of a stream's state, without readout */
    size_t past;          /* inputs of all layers of delays */
    uint64_t fingerprint; /* of every number in it */
};

/* Whether two plans are of the same numbers, as far as their fingerprints tell, and certainly of the same shape, so
 * that one's streams can hold the state of the other's. */
bool snnd_plan_same(const snnd_plan *plan, const snnd_plan *other);

/* Numbers that a layer's state takes in a saved stream, which has every input's past once. */
size_t snnd_plan_saved(const snnd_plan_layer *layer);

#endif
