/* A network: a chain of layers. */
#ifndef SNND_MODEL_NETWORK_H
#define SNND_MODEL_NETWORK_H

#include "model/layer.h"

struct snnd_network {
    snnd_context *context;
    int32_t inputs, count, room;
    snnd_layer **layer;
    double sigma;
    int32_t readout; /* snnd_readout, used wherever no other is asked for */
    bool complete;   /* whether an object was created from it, so that no more layers can be added */
    const struct snnd_sparsity *controller;
};

/* Adds a layer of a class with checked options, and draws its parameters from seed 0. If `outputs` is 0, there are as
 * many outputs as inputs. */
snnd_status snnd_network_add(snnd_network *network, const snnd_layer_class *class, int32_t outputs, const void *options,
                             snnd_layer **layer);

/* Creates an independent copy of this network in a context. */
snnd_status snnd_network_copy(snnd_context *context, const snnd_network *network, snnd_network **copy);

/* Returns the context of a network, or NULL for NULL, for functions that check the options of a layer. */
static inline snnd_context *snnd_network_context(const snnd_network *network) {
    return network == NULL ? NULL : network->context;
}

/* Fails and names the first invalid number of the network (snnd_layer_check_values). */
snnd_status snnd_network_check_values(const snnd_network *network);

/* Returns the number of layers of delays that have no synapse. */
int32_t snnd_network_empty_layers(const snnd_network *network);

/* Returns a hash of parameters, masks and signs, and of where they are in memory. Running statistics are not included,
 * since passes change them. */
uint64_t snnd_network_fingerprint(const snnd_network *network);

/* Returns the largest magnitude among weights, scales and shifts, and which parameter has it. */
double snnd_network_largest(const snnd_network *network, int32_t *layer, snnd_array_name *name, int64_t *place);

#endif
