/* A plan is a network that is prepared for inference: every delay is whole, batch norm is reduced to a factor and a
 * shift, and synapses are listed by presynaptic neuron. It does not change after its creation. Streams run on it, and
 * exports are written from it. */
#ifndef SNND_INFERENCE_PLAN_H
#define SNND_INFERENCE_PLAN_H

#include "base/context.h"
#include "kernel/kernels.h"
#include "model/layer.h"

/* A layer of a plan. Its kind fills in what it needs of the network and how much state a stream has for it. */
typedef struct snnd_plan_layer {
    const snnd_layer_class *class;
    const struct snnd_frozen_class *frozen;
    int32_t index; /* the index in the network */
    int32_t inputs, outputs;
    size_t floats, saved; /* the size of its state in a stream, and how much of that is saved */
    size_t idle;          /* the inputs whose silent steps a stream counts */
    size_t state, past;   /* where these begin in a stream */
    snnd_frame_synapses
        synapses;     /* synapses of delays; from or to lines, where axons or dendrites have the delays (delays.h) */
    void *own;        /* data that only its kind uses, in memory of the context */
    snnd_lif lif;     /* LIF */
    snnd_leaky leaky; /* leaky integrator */
} snnd_plan_layer;

/* The functions of a kind of layer for plans and streams. Each kind has a file KIND.c. */
typedef struct snnd_frozen_class {
    /* Fills the layer of a plan. NULL: evaluation passes the input on unchanged, and the plan leaves the layer out. */
    snnd_status (*freeze)(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made);
    /* NULL where there is nothing to release except `own`, a single allocation. */
    void (*release)(snnd_context *context, const snnd_plan_layer *layer);
    /* Adds all that it has put into the layer to the fingerprint of the plan. */
    void (*mix)(uint64_t *hash, const snnd_plan_layer *layer);
    /* Passes a frame through the layer. */
    void (*step)(snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *y);
    /* Returns the cell of the state that is number `k` when it is saved, and a second cell with the same number if
     * there is one. It may be NULL where the state is saved in the order of memory. */
    float *(*cell)(const snnd_stream *stream, const snnd_plan_layer *layer, size_t k, float **twin);
    /* Computes what is not saved, after a state was restored; may be NULL. */
    void (*restored)(snnd_stream *stream, const snnd_plan_layer *layer);
    bool overflows; /* whether its state can become infinite although its inputs are finite */
} snnd_frozen_class;

#define SNND_DECLARE_FROZEN(number, kind) extern const snnd_frozen_class snnd_##kind##_frozen;
SNND_LAYER_KINDS(SNND_DECLARE_FROZEN)

struct snnd_plan {
    snnd_context *context;
    const snnd_hot_kernels *kernels;
    int32_t inputs, outputs;
    int32_t readout; /* used by streams and exports that ask for no other */
    int32_t widest;  /* the neurons of the largest layer, or the inputs */
    int32_t count;
    snnd_plan_layer *layer;
    size_t state;         /* the floats of the state of a stream, without the readout */
    size_t past;          /* the inputs whose silent steps a stream counts */
    uint64_t fingerprint; /* a hash of every number in the plan */
};

/* Returns a copy of the decays of neurons that have their own, in memory of the context, or NULL where memory is out.
 * */
float *snnd_frozen_decays(snnd_context *context, const snnd_layer *layer);

/* Adds decays to a fingerprint; NULL adds nothing. */
void snnd_mix_decays(uint64_t *hash, const float *decays, int32_t neurons);

/* Adds the constants of LIF neurons and leaky integrators, or 0 for other layers. The fingerprints of the oldest kinds
 * end with them. */
void snnd_plan_mix_constants(uint64_t *hash, const snnd_plan_layer *layer);

/* Returns whether two plans have the same fingerprint and the same shape, so that a stream of one can hold the state of
 * a stream of the other. */
bool snnd_plan_same(const snnd_plan *plan, const snnd_plan *other);

#endif
