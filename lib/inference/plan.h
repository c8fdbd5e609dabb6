/*
 * A network frozen for inference: every delay whole, batch norm down to a factor and a shift, synapses listed by
 * presynaptic neuron. Read-only once it is made. Streams run on it, and exports are written from it.
 */
#ifndef SNND_INFERENCE_PLAN_H
#define SNND_INFERENCE_PLAN_H

#include "base/context.h"
#include "kernel/kernels.h"
#include "model/layer.h"

/* A layer. Its kind writes down what it needs of the network, and what a stream is to keep for it. */
typedef struct snnd_plan_layer {
    const snnd_layer_class *class;
    const struct snnd_frozen_class *frozen;
    int32_t index; /* in the network */
    int32_t inputs, outputs;
    size_t floats, saved;         /* of its state in a stream, and those that are written down when it is saved */
    size_t idle;                  /* inputs that a stream counts silent steps of */
    size_t state, past;           /* where these begin in a stream */
    snnd_frame_synapses synapses; /* delays; from and to lines where these have the delays (delays.h) */
    void *own;                    /* of its kind: what else it knows, in memory of the context */
    snnd_lif lif;                 /* LIF */
    snnd_leaky leaky;             /* leaky integrator */
} snnd_plan_layer;

/* What a kind of layer is in plans and streams, in a file of its own, KIND.c. */
typedef struct snnd_frozen_class {
    /* Fills the layer of a plan. NULL: evaluation passes on what comes in, and the kind has no place in a plan. */
    snnd_status (*freeze)(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made);
    /* NULL where there is nothing, or one block of memory, `own`. */
    void (*release)(snnd_context *context, const snnd_plan_layer *layer);
    /* All that it has put into the layer, into the plan's fingerprint. */
    void (*mix)(uint64_t *hash, const snnd_plan_layer *layer);
    /* A frame through the layer. */
    void (*step)(snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *y);
    /* The cell of the state that is number `k` of its written form, and another one that holds the same; may be NULL
     * where the state is written as it lies. */
    float *(*cell)(const snnd_stream *stream, const snnd_plan_layer *layer, size_t k, float **twin);
    /* After a state was read: makes of it what is not written; may be NULL. */
    void (*restored)(snnd_stream *stream, const snnd_plan_layer *layer);
    bool overflows; /* its state can become infinite where its inputs are not */
} snnd_frozen_class;

#define SNND_DECLARE_FROZEN(number, kind) extern const snnd_frozen_class snnd_##kind##_frozen;
SNND_LAYER_KINDS(SNND_DECLARE_FROZEN)

struct snnd_plan {
    snnd_context *context;
    const snnd_hot_kernels *kernels;
    int32_t inputs, outputs;
    int32_t readout; /* of streams and exports that are not told another */
    int32_t widest;  /* neurons of the largest layer, or inputs */
    int32_t count;
    snnd_plan_layer *layer;
    size_t state;         /* floats of a stream's state, without readout */
    size_t past;          /* inputs whose silent steps a stream counts */
    uint64_t fingerprint; /* of every number in it */
};

/* Decays of neurons that have their own, in memory of the context; NULL without memory. */
float *snnd_frozen_decays(snnd_context *context, const snnd_layer *layer);

/* Into a fingerprint; NULL: nothing. */
void snnd_mix_decays(uint64_t *hash, const float *decays, int32_t neurons);

/* What fingerprints of the first kinds end with: constants of LIF neurons and of leaky integrators, 0 in other layers.
 */
void snnd_plan_mix_constants(uint64_t *hash, const snnd_plan_layer *layer);

/* Whether two plans are of the same numbers, as far as their fingerprints tell, and certainly of the same shape, so
 * that one's streams can hold the state of the other's. */
bool snnd_plan_same(const snnd_plan *plan, const snnd_plan *other);

#endif
