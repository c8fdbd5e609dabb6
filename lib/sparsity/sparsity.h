/*
 * Sparsity controllers. A rule is one file here: it makes a snnd_sparsity with its class, whose functions are called
 * after the optimizer's step and at the end of an epoch. Where a rule works, and within which numbers, is the structure
 * (structure.h).
 */
#ifndef SNND_SPARSITY_SPARSITY_H
#define SNND_SPARSITY_SPARSITY_H

#include "model/delays.h"
#include "optimizer/optimizer.h"
#include "sparsity/structure.h"

typedef struct snnd_sparsity_class {
    const char *name;
    const snnd_field *fields; /* of its options, for checkpoints */
    int32_t signs;            /* snnd_signs that it takes by default */
    bool needs_signs;         /* the only ones that it can do with */
    bool needs_gradients;     /* its step looks at those of a workspace */
    /* NULL, or what the rule cannot do without an optimizer, in words. */
    const char *(*needs_optimizer)(const snnd_sparsity *sparsity);
    /* Whether its next step looks at gradients of absent synapses. */
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
    uint64_t steps; /* made so far */
    uint64_t move;  /* of the optimizer, that the last of them came after */
    int32_t empty;  /* layers without a synapse after the last of them */
    snnd_group *group;
    int64_t groups;
    snnd_stretch *stretch;           /* what groups point to */
    int64_t *dealt;                  /* [layers] synapses at first, where the budget is no fan-in */
    bool *equipped;                  /* [layers] whether the mask is one that snnd_structure_equip() has made */
    int64_t *regrown;                /* [layers] in the last step */
    double *moment;                  /* [layers] what a rule weighs them by, */
    int64_t *quota;                  /* [layers] and gives to them */
    const snnd_optimizer *optimizer; /* during a call; NULL: the host has given none */
    /* Room for the largest group. */
    snnd_candidate *candidate;
    int64_t candidates;
    int32_t *order;
};

/* Makes a controller: checks the structure, gives masks (and signs) to the network's layers of delays. `options` are
 * the rule's, checked, of `bytes`; NULL: it has none. */
snnd_status snnd_sparsity_create(snnd_network *network, const snnd_sparsity_class *class,
                                 const snnd_structure *structure, const void *options, size_t bytes,
                                 snnd_sparsity **sparsity);

/* An error where the network no longer has the masks and counts that the controller has given it. */
snnd_status snnd_sparsity_check_masks(const snnd_sparsity *sparsity);

/* An error where another network of the same layers has masks or signs in other layers than this one. */
snnd_status snnd_sparsity_check_held(const snnd_network *network, const snnd_network *held);

/* Tells the layers whether the next pass is to make the gradients of absent synapses. */
void snnd_sparsity_announce(const snnd_sparsity *sparsity);

/* The magnitude of a synapse that exists but carries nothing yet. */
#define SNND_NEW_SYNAPSE 1e-12f

/* ---- what rules are made of ---- */

static inline uint8_t *snnd_mask_of(const snnd_layer *layer) {
    return layer->arrays[SNND_ARRAY_MASK].data;
}

static inline bool snnd_sparsity_keeps_signs(const snnd_sparsity *sparsity) {
    return sparsity->structure.signs != SNND_SIGNS_NONE;
}

/* Whether the optimizer leaves the weights of a layer as they are: then its synapses stay, too, and none comes. */
static inline bool snnd_sparsity_rests(const snnd_sparsity *sparsity, const snnd_layer *layer) {
    return snnd_optimizer_freezes(sparsity->optimizer, layer);
}

/* Calls `each` for all delay layers. */
void snnd_sparsity_for_layers(snnd_sparsity *sparsity, void (*each)(snnd_sparsity *sparsity, snnd_layer *layer));

/* What does not exist is 0; a theta that the optimizer brought below that of a new synapse is put there. */
void snnd_sparsity_hold(snnd_sparsity *sparsity, snnd_layer *layer);

/* Makes a synapse that carries nothing yet, and counts it. */
void snnd_sparsity_grow(snnd_sparsity *sparsity, snnd_layer *layer, int64_t synapse);

/* Puts the candidates away; adds one, whose layer does not rest. */
void snnd_candidates_clear(snnd_sparsity *sparsity);
void snnd_candidates_add(snnd_sparsity *sparsity, snnd_layer *layer, int64_t synapse, float value);

/* Takes `count` candidates, at most all: those of the smallest values, the first among equals, what is not a number
 * last; or any. */
void snnd_candidates_take_least(snnd_sparsity *sparsity, int64_t count,
                                void (*take)(void *argument, const snnd_candidate *candidate), void *argument);
void snnd_candidates_take_any(snnd_sparsity *sparsity, int64_t count, const snnd_random *random,
                              void (*take)(void *argument, const snnd_candidate *candidate), void *argument);

/* The random numbers of a group in the present step. */
snnd_random snnd_group_random(const snnd_sparsity *sparsity, const snnd_group *group);

#endif
