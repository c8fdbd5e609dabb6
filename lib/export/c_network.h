/*
 * A plan as C source has it. A node is a layer of neurons with the synapses and the norm in front of it, each of which
 * may be missing:
 *
 *     h[t] = sum of weights times delayed inputs + bias,  norm folded into both;  neurons as in kernel/neurons.h
 *
 * What the paper's neurons give on at a step depends on earlier currents only. So their nodes are stepped from the last
 * to the first, and a spike goes straight to the currents of the node behind, without a row of numbers between layers.
 * What has no neurons, or has some that take the current of their own step, follows the node that it gets its input of.
 */
#ifndef SNND_EXPORT_C_NETWORK_H
#define SNND_EXPORT_C_NETWORK_H

#include "inference/delays.h"

/* What the fixed-point variant makes of a node. Neuron n counts its currents and potential in a unit of its own, in
 * which the equations stay what they are; only threshold and bias are told in it. */
typedef struct snnd_c_fixed {
    double *unit;    /* [outputs] of potentials; a product of a weight and an input counts 2^fraction of them */
    int8_t *weight;  /* of each synapse */
    int32_t *bias;   /* [outputs] in units */
    int32_t *border; /* [outputs] in units: the threshold of LIF neurons */
    int32_t *share;  /* [outputs] of leaky integrators: their unit in 2^-30 of `potential` */
    int32_t fraction;
    int32_t decay; /* in 65536ths */
    int32_t leak;  /* where `clamps`, what is lost in a step: 65536ths of 2^-leak_shift */
    int32_t leak_shift;
    int32_t *decays;    /* [outputs] of neurons with decays of their own: `decay` of each, or where `clamps`, `leak` */
    int32_t *divisors;  /* [outputs] where `clamps`: 2^leak_shift of each */
    int32_t limit;      /* largest |input| */
    double input_scale; /* input times this is what the weights are multiplied with */
    double potential;   /* the unit of what the node gives on */
    bool clamps;        /* a potential that decays so slowly that it is held within its range */
    bool narrow;        /* currents fit 16 bits */
} snnd_c_fixed;

typedef struct snnd_c_node {
    const snnd_plan_layer *delays, *norm, *neurons; /* NULL: none; norm: the first of them */
    const struct snnd_c_class *kind;                /* of the neurons; NULL: none */
    float decay, threshold;                         /* of the neurons' potentials; threshold 0: they never fire */
    const float *decays;                            /* [outputs] of the plan's; NULL: all have `decay` */
    int32_t number, inputs, outputs, taps;
    double *factor, *shift; /* [outputs] of all norms together: y = x factor + shift; NULL: none */
    float *weight;          /* of each synapse, with the factor in it */
    /* The synapses are listed by input, or by axon where these have the delays; targets are neurons, or dendrites where
     * those have. */
    int32_t lists, targets;
    int64_t *begin; /* [lists + 1] */
    int32_t *target;
    uint16_t *delay;                /* of each synapse; NULL where they share them */
    const snnd_frozen_lines *lines; /* NULL: they do not */
    bool at_once;                   /* the neurons take the current of their own step */
    bool subtract;                  /* a spike takes the threshold off their potential */
    bool full;                      /* every list is all targets once */
    bool events;                    /* its inputs are spikes */
    /* What is remembered of the synapses: past inputs [inputs][taps], or future currents [taps][outputs]. Spikes are
     * rare and make currents when they come; of other inputs that is kept which is less. */
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

/* What a kind of layer is in C, in a file of its own, c_KIND.c. One without `fold` is refused by its name. */
typedef struct snnd_c_class {
    bool begins; /* a node of its own; others go into the one before, where that has no neurons yet */
    snnd_status (*fold)(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer);
    /* Of kinds of neurons: what they are called, and the arrays of their state, before the first NULL. */
    const char *words;
    struct {
        const char *name, *about;
    } state[SNND_C_STATES];
    bool fires; /* what they give is 0 or 1 */
    /* Tables of constants that the kind alone has; may be NULL. */
    void (*write_tables)(struct snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);
    /* The loop over neurons n: from current[n] to what goes on to the next node. */
    void (*write)(struct snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);
    void (*write_fixed)(struct snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node);
} snnd_c_class;

#define SNND_DECLARE_C(number, kind) extern const snnd_c_class snnd_##kind##_c;
SNND_LAYER_KINDS(SNND_DECLARE_C)

/* Puts the plan's layers together to nodes; to be freed whether or not it succeeds. */
snnd_status snnd_c_fold(const snnd_plan *plan, snnd_c_network *network);
void snnd_c_free(snnd_c_network *network);

/* Makes the lists of a node's synapses, once its norms are known. */
snnd_status snnd_c_fold_synapses(snnd_context *context, snnd_c_node *node);

/* Finds the units and whole numbers of the fixed-point variant for inputs up to `largest`. */
snnd_status snnd_c_quantise(snnd_c_network *network, double largest);

static inline int64_t snnd_c_synapses(const snnd_c_node *node) {
    return node->delays == NULL ? 0 : node->begin[node->lists];
}

/* Lists of an input, and targets of a neuron. */
static inline int32_t snnd_c_lists_each(const snnd_c_node *node) {
    return node->lists / node->inputs;
}

static inline int32_t snnd_c_targets_each(const snnd_c_node *node) {
    return node->targets / node->outputs;
}

/* The neuron that a synapse ends at. */
static inline int32_t snnd_c_neuron(const snnd_c_node *node, int64_t synapse) {
    return node->target[synapse] / snnd_c_targets_each(node);
}

/* Whether the node gives spikes. */
static inline bool snnd_c_fires(const snnd_c_node *node) {
    return node->kind != NULL && node->kind->fires;
}

/* Whether what the node gives on is of earlier steps alone. */
static inline bool snnd_c_waits(const snnd_c_node *node) {
    return node->neurons != NULL && !node->at_once;
}

/* Whether nothing of the node is kept from step to step: a norm that stands alone. */
static inline bool snnd_c_is_norm(const snnd_c_node *node) {
    return node->delays == NULL && node->neurons == NULL;
}

/* Potentials of neurons that never fire are the output where they are at the end; of anything else it is kept beside.
 */
static inline bool snnd_c_keeps_output(const snnd_c_network *network) {
    const snnd_c_node *last = &network->node[network->count - 1];
    return network->fixed || last->neurons == NULL || snnd_c_fires(last);
}

/* Bytes of the smallest unsigned type that holds 0 to `largest`. */
static inline int32_t snnd_c_type_bytes(int64_t largest) {
    return largest <= UINT8_MAX ? 1 : largest <= UINT16_MAX ? 2 : 4;
}

/* Drops the synapses whose `keep` is false, where that makes the tables smaller. */
void snnd_c_drop(snnd_c_node *node, const bool *keep);

#endif
