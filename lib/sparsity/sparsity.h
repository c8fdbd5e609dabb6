/*
 * Sparsity controllers. A rule is one file here: it makes a snnd_sparsity with its class, whose step is called for each
 * layer of delays after the optimizer.
 */
#ifndef SNND_SPARSITY_SPARSITY_H
#define SNND_SPARSITY_SPARSITY_H

#include "model/delays.h"

typedef struct snnd_sparsity_class {
    const char *name;
    bool fixes_signs;
    bool grows; /* needs the gradients of the workspace */
    /* Changes weights and mask of a layer; returns how many synapses were grown. */
    int64_t (*step)(snnd_sparsity *sparsity, snnd_layer *layer, const float *d_theta);
} snnd_sparsity_class;

/* A synapse that may be grown. */
typedef struct snnd_candidate {
    float gradient;
    int32_t synapse;
} snnd_candidate;

struct snnd_sparsity {
    const snnd_sparsity_class *class;
    snnd_network *network;
    double sparsity;
    int32_t growth, dormant_gradients;
    uint64_t seed, steps;       /* steps made so far: what random growth is drawn from */
    int64_t *target;            /* [layers] synapses that exist */
    int64_t *regrown;           /* [layers] in the last step */
    snnd_candidate *candidates; /* room for the largest layer */
    int32_t *order;             /* the same */
};

/* What all controllers are made from. */
typedef struct snnd_sparsity_setup {
    const snnd_sparsity_class *class;
    double sparsity;
    uint64_t seed;
    int32_t keep, growth, dale, dormant_gradients;
} snnd_sparsity_setup;

/* Checks, gives masks (and signs) to the network's layers of delays and makes the controller. */
snnd_status snnd_sparsity_create(snnd_network *network, const snnd_sparsity_setup *setup, snnd_sparsity **sparsity);

/* The magnitude of a synapse that exists but carries nothing yet. */
#define SNND_NEW_SYNAPSE 1e-12f

/* floor((1 - sparsity) * synapses). */
int64_t snnd_sparsity_budget(double sparsity, int64_t synapses);

#endif
