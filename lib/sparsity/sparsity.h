/* Sparsity controllers. A rule is one file here: it creates a snnd_sparsity with its class, whose functions are called
 * after the step of the optimizer and at the end of an epoch. The structure (structure.h) decides where a rule works,
 * and with how many synapses. */
#ifndef SNND_SPARSITY_SPARSITY_H
#define SNND_SPARSITY_SPARSITY_H

#include "model/delays.h"
#include "optimizer/optimizer.h"
#include "sparsity/structure.h"

typedef struct snnd_sparsity_class {
    const char *name;
    const snnd_field *fields; /* the options that checkpoints store */
    int32_t signs;            /* the snnd_signs that the rule uses by default */
    bool needs_signs;         /* whether it cannot work with others */
    bool needs_gradients;     /* whether a step reads the gradients of a workspace */
    /* Returns what the rule needs an optimizer for, in words, or NULL. */
    const char *(*needs_optimizer)(const snnd_sparsity *sparsity);
    /* Returns whether the next step reads the gradients of absent synapses. */
    bool (*needs_absent)(const snnd_sparsity *sparsity);
    void (*step)(snnd_sparsity *sparsity, const snnd_workspace *workspace, snnd_optimizer *optimizer);
    void (*end_epoch)(snnd_sparsity *sparsity, snnd_optimizer *optimizer); /* NULL: nothing happens */
} snnd_sparsity_class;

/* A synapse that may be chosen, and the number that decides. */
typedef struct snnd_candidate {
    float value;
    int32_t synapse;
    snnd_layer *layer;
} snnd_candidate;

struct snnd_sparsity {
    const snnd_sparsity_class *class;
    snnd_network *network;
    snnd_structure structure;
    union {
        size_t size;
        snnd_deep_r_options deep_r;
        snnd_rewiring_options rewiring;
    } options;
    uint64_t steps; /* the number of steps so far */
    uint64_t move;  /* the move of the optimizer that the last step followed */
    int32_t empty;  /* the number of layers without synapses after the last step */
    snnd_group *group;
    int64_t groups;
    snnd_stretch *stretch;           /* the memory that the groups point to */
    int64_t *dealt;                  /* [layers] synapses at the start, where the budget is not the fan-in */
    bool *equipped;                  /* [layers] whether snnd_structure_equip() has created the mask */
    int64_t *regrown;                /* [layers] synapses that the last step has grown */
    double *moment;                  /* [layers] weights by which a rule distributes synapses, */
    int64_t *quota;                  /* [layers] and the numbers that result */
    const snnd_optimizer *optimizer; /* set during a call; NULL: the host has passed none */
    /* Memory for the largest group. */
    snnd_candidate *candidate;
    int64_t candidates;
    int32_t *order;
};

/* Creates a controller: checks the structure, and gives masks and signs to the layers of delays. `options` are those of
 * the rule, checked, of `bytes` bytes; NULL: the rule has none. */
snnd_status snnd_sparsity_create(snnd_network *network, const snnd_sparsity_class *class,
                                 const snnd_structure *structure, const void *options, size_t bytes,
                                 snnd_sparsity **sparsity);

/* Fails where the network no longer has the masks and counts of the controller. */
snnd_status snnd_sparsity_check_masks(const snnd_sparsity *sparsity);

/* Fails where another network of the same layers has masks or signs in other layers than this one. */
snnd_status snnd_sparsity_check_held(const snnd_network *network, const snnd_network *held);

/* Sets in all layers whether the next pass computes the gradients of absent synapses. */
void snnd_sparsity_announce(const snnd_sparsity *sparsity);

/* The magnitude of the weight of a new synapse, which has no effect yet. */
#define SNND_NEW_SYNAPSE 1e-12f

/* ---- what rules are made of ---- */

static inline uint8_t *snnd_mask_of(const snnd_layer *layer) {
    return layer->arrays[SNND_ARRAY_MASK].data;
}

static inline bool snnd_sparsity_keeps_signs(const snnd_sparsity *sparsity) {
    return sparsity->structure.signs != SNND_SIGNS_NONE;
}

/* Returns whether the optimizer does not train the weights of a layer. Such a layer keeps its synapses and grows none.
 * */
static inline bool snnd_sparsity_rests(const snnd_sparsity *sparsity, const snnd_layer *layer) {
    return snnd_optimizer_freezes(sparsity->optimizer, layer);
}

/* Calls `each` for all layers of delays. */
void snnd_sparsity_for_layers(snnd_sparsity *sparsity, void (*each)(snnd_sparsity *sparsity, snnd_layer *layer));

/* Sets absent synapses to 0, and a theta that the optimizer has brought below that of a new synapse to that of a new
 * one. */
void snnd_sparsity_hold(snnd_sparsity *sparsity, snnd_layer *layer);

/* Creates a synapse that has no effect yet, and counts it. */
void snnd_sparsity_grow(snnd_sparsity *sparsity, snnd_layer *layer, int64_t synapse);

/* Remove all candidates, and add one of a layer that is trained. */
void snnd_candidates_clear(snnd_sparsity *sparsity);
void snnd_candidates_add(snnd_sparsity *sparsity, snnd_layer *layer, int64_t synapse, float value);

/* Call `take` for `count` candidates, or for all if there are fewer. The first takes those with the smallest values;
 * among equal values the first come first, and NaN comes last. The second takes random ones. */
void snnd_candidates_take_least(snnd_sparsity *sparsity, int64_t count,
                                void (*take)(void *argument, const snnd_candidate *candidate), void *argument);
void snnd_candidates_take_any(snnd_sparsity *sparsity, int64_t count, const snnd_random *random,
                              void (*take)(void *argument, const snnd_candidate *candidate), void *argument);

/* Returns the random numbers of a group in the present step. */
snnd_random snnd_group_random(const snnd_sparsity *sparsity, const snnd_group *group);

#endif
