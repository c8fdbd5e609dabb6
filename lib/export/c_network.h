/*
 * A plan in the form in which C source is written from it. A node is a layer of neurons with the synapses and the norm
 * before it; each of these may be missing:
 *
 *     h[t] = sum of weights times delayed inputs + bias,  norm folded into both;  neurons as in kernel/neurons.h
 *
 * The output of neurons in the paper's order depends on earlier currents only. So their nodes are stepped from the last
 * to the first, and a spike is added to the currents of the next node at once, without a row of numbers between layers.
 * Nodes without neurons, and nodes whose neurons use the current of the same step, are stepped after the node that they
 * get their input from.
 */
#ifndef SNND_EXPORT_C_NETWORK_H
#define SNND_EXPORT_C_NETWORK_H

#include "inference/delays.h"

/* The fixed-point form of a node. The currents and the potential of neuron n are counted in a unit of its own, in which
 * the equations do not change; only the threshold and the bias depend on the unit. */
typedef struct snnd_c_fixed {
    double *unit;   /* [outputs] the unit of potentials; a product of a weight and an input counts 2^fraction of them */
    int8_t *weight; /* one for each synapse */
    int32_t *bias;  /* [outputs] in units */
    int32_t *border; /* [outputs] in units: the threshold of LIF neurons */
    int32_t *share;  /* [outputs] for leaky integrators: their unit in 2^-30 of `potential` */
    int32_t fraction;
    int32_t decay; /* in 65536ths */
    int32_t leak;  /* where `clamps`, the loss in a step: 65536ths of 2^-leak_shift */
    int32_t leak_shift;
    int32_t *
        decays; /* [outputs] for neurons with decays of their own: the `decay` of each, or where `clamps`, its `leak` */
    int32_t *divisors;  /* [outputs] where `clamps`: 2^leak_shift of each neuron */
    int32_t limit;      /* the largest |input| */
    double input_scale; /* inputs are multiplied by this before the weights */
    double potential;   /* the unit of the output of the node */
    bool clamps;        /* whether a potential decays so slowly that it is clamped to its range */
    bool narrow;        /* whether currents fit 16 bits */
} snnd_c_fixed;

typedef struct snnd_c_node {
    const snnd_plan_layer *delays, *norm, *neurons; /* NULL where missing; norm is the first of them */
    const struct snnd_c_class *kind;                /* the kind of the neurons; NULL: there are none */
    float decay, threshold;                         /* those of the neurons; threshold 0: they never fire */
    const float *decays;                            /* [outputs] in memory of the plan; NULL: all have `decay` */
    int32_t number, inputs, outputs, taps;
    double *factor, *shift; /* [outputs] of all norms together: y = x factor + shift; NULL: there are none */
    float *weight;          /* one for each synapse, multiplied by the factor */
    /* The synapses are listed by input, or by axon where axons have the delays. Targets are neurons, or dendrites where
     * dendrites have the delays. */
    int32_t lists, targets;
    int64_t *begin; /* [lists + 1] */
    int32_t *target;
    uint16_t *delay;                /* one for each synapse; NULL where synapses share delays */
    const snnd_frozen_lines *lines; /* NULL: synapses do not share delays */
    bool at_once;                   /* whether the neurons use the current of the same step */
    bool subtract;                  /* whether a spike subtracts the threshold from the potential */
    bool full;                      /* whether every list contains all targets once */
    bool events;                    /* whether its inputs are spikes */
    /* What is stored for the synapses: past inputs [inputs][taps], or future currents [taps][outputs]. Inputs that are
     * spikes are rare and are added to future currents when they occur; for other inputs the smaller of the two is
     * stored. */
    bool past;
    snnd_c_fixed fixed;
} snnd_c_node;

typedef struct snnd_c_network {
    snnd_context *context;
    const snnd_plan *plan;
    snnd_c_node *node;
    int32_t count;
    bool fixed;
    int32_t readout;
} snnd_c_network;

enum { SNND_C_STATES = 2 };
struct snnd_c_text;

/* The functions of a kind of layer for C source. Each kind has a file c_KIND.c. A kind without `fold` is refused by its
 * name. */
typedef struct snnd_c_class {
    bool begins; /* whether it begins a node; others join the node before, where that has no neurons yet */
    snnd_status (*fold)(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer);
    /* For kinds of neurons: their name in comments, and the arrays of their state, up to the first NULL. */
    const char *words;
    struct {
        const char *name, *about;
    } state[SNND_C_STATES];
    bool fires; /* whether their output is 0 or 1 */
    /* Writes tables of constants that only this kind has; may be NULL. */
    void (*write_tables)(struct snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);
    /* Writes the loop over neurons n, from current[n] to the input of the next node. */
    void (*write)(struct snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);
    void (*write_fixed)(struct snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);
} snnd_c_class;

#define SNND_DECLARE_C(number, kind) extern const snnd_c_class snnd_##kind##_c;
SNND_LAYER_KINDS(SNND_DECLARE_C)

/* Combines the layers of a plan into nodes. The result must be freed whether or not it succeeds. */
snnd_status snnd_c_fold(const snnd_plan *plan, snnd_c_network *network);
void snnd_c_free(snnd_c_network *network);

/* Lists the synapses of a node, once its norms are known. */
snnd_status snnd_c_fold_synapses(snnd_context *context, snnd_c_node *node);

/* Computes the units and integers of the fixed-point form, for inputs up to `largest`. */
snnd_status snnd_c_quantise(snnd_c_network *network, double largest);

static inline int64_t snnd_c_synapses(const snnd_c_node *node) {
    return node->delays == NULL ? 0 : node->begin[node->lists];
}

/* Return the lists of one input, and the targets of one neuron. */
static inline int32_t snnd_c_lists_each(const snnd_c_node *node) {
    return node->lists / node->inputs;
}

static inline int32_t snnd_c_targets_each(const snnd_c_node *node) {
    return node->targets / node->outputs;
}

/* Returns the neuron at which a synapse ends. */
static inline int32_t snnd_c_neuron(const snnd_c_node *node, int64_t synapse) {
    return node->target[synapse] / snnd_c_targets_each(node);
}

/* Returns whether the output of the node is spikes. */
static inline bool snnd_c_fires(const snnd_c_node *node) {
    return node->kind != NULL && node->kind->fires;
}

/* Returns whether the output of the node depends only on earlier steps. */
static inline bool snnd_c_waits(const snnd_c_node *node) {
    return node->neurons != NULL && !node->at_once;
}

/* Returns whether the node is a norm alone, which has no state. */
static inline bool snnd_c_is_norm(const snnd_c_node *node) {
    return node->delays == NULL && node->neurons == NULL;
}

/* Returns whether the output is stored separately. The potentials of neurons that never fire are themselves the output
 * of a network that ends with them. */
static inline bool snnd_c_keeps_output(const snnd_c_network *network) {
    const snnd_c_node *last = &network->node[network->count - 1];
    return network->fixed || last->neurons == NULL || snnd_c_fires(last);
}

/* Returns the bytes of the smallest unsigned type that holds 0 to `largest`. */
static inline int32_t snnd_c_type_bytes(int64_t largest) {
    return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : 4;
}

/* Removes the synapses whose `keep` is false, where that makes the tables smaller. */
void snnd_c_drop(snnd_c_node *node, const bool *keep);

#endif
