/* Resets parameters to those of an initial network, under the present masks. */
#include <math.h>
#include <string.h>

#include "format/network_file.h"
#include "sparsity/sparsity.h"

/* Resets the weights of existing synapses, as signed numbers or as magnitudes. A synapse that `initial` does not have
 * is new. */
static void rewind_weights(snnd_layer *layer, const snnd_layer *initial) {
    const uint8_t *mask = snnd_mask_of(layer);
    const bool is_signed = layer->arrays[SNND_ARRAY_SIGN].data != NULL;
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        const float then = snnd_delays_weight(initial, s);
        if (mask != NULL && !mask[s])
            weight[s] = 0;
        else
            weight[s] = is_signed ? fmaxf(fabsf(then), SNND_NEW_SYNAPSE) : then;
    }
}

static void rewind_layer(snnd_layer *layer, const snnd_layer *initial) {
    for (int name = SNND_ARRAY_WEIGHT; name < SNND_ARRAY_NAMES; name++) {
        const snnd_array *array = &layer->arrays[name];
        if (array->data == NULL || snnd_array_kinds[name].controlled)
            continue;
        if (name == SNND_ARRAY_WEIGHT)
            rewind_weights(layer, initial);
        else
            memcpy(array->data, initial->arrays[name].data, snnd_array_bytes(array));
    }
}

snnd_status snnd_network_rewind(snnd_network *network, const snnd_network *initial) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (initial == NULL)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "snnd_network_rewind: initial is NULL");
    snnd_status status = snnd_network_same(network, initial);
    if (status != SNND_OK)
        return snnd_fail(network->context, status, "snnd_network_rewind: the network `initial` does not match: %s",
                         network->context->error);
    for (int32_t i = 0; i < network->count; i++)
        rewind_layer(network->layer[i], initial->layer[i]);
    network->sigma = initial->sigma;
    return SNND_OK;
}
