/* The chain of layers. */
#ifndef SNND_MODEL_NETWORK_H
#define SNND_MODEL_NETWORK_H

#include "model/layer.h"

struct snnd_network {
    snnd_context *context;
    int32_t inputs, count, room;
    snnd_layer **layer;
    double sigma;
    int32_t readout; /* snnd_readout of whatever is not told another */
    bool complete;   /* something was made from it: no more layers */
    const struct snnd_sparsity *controller;
};

/* Adds a layer of a class with checked options and draws its parameters from seed 0. `outputs` 0: as many as inputs. */
snnd_status snnd_network_add(snnd_network *network, const snnd_layer_class *class, int32_t outputs, const void *options,
                             snnd_layer **layer);

/* An independent network like this one, in a context. */
snnd_status snnd_network_copy(snnd_context *context, const snnd_network *network, snnd_network **copy);

/* For functions that a layer's options come through: the context of a network, NULL for NULL. */
static inline snnd_context *snnd_network_context(const snnd_network *network) {
    return network == NULL ? NULL : network->context;
}

/* An error that names the first number of the network that cannot be (snnd_layer_check_values). */
snnd_status snnd_network_check_values(const snnd_network *network);

/* Layers of delays that have no synapse. */
int32_t snnd_network_empty_layers(const snnd_network *network);

/* A number that is another one when parameters, masks or signs are others, or lie elsewhere. Running statistics, which
 * a pass itself moves, are no part of it. */
uint64_t snnd_network_fingerprint(const snnd_network *network);

/* The parameter of the largest magnitude among those that weigh something: weights, scales and shifts. */
double snnd_network_largest(const snnd_network *network, int32_t *layer, snnd_array_name *name, int64_t *place);

#endif
