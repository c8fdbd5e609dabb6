/* Delay layers whose synapses are given, with signs and masks that no controller made. */
#ifndef SNND_TESTS_ANALYSIS_SYNAPSES_H
#define SNND_TESTS_ANALYSIS_SYNAPSES_H

#include "model/delays.h"
#include "model/small.h"

static inline snnd_layer *add_synapses(snnd_network *network, int32_t outputs, int32_t max_delay, int32_t each) {
    snnd_delay_options options = delay_options(max_delay);
    options.synapses_per_pair = each;
    return add_delays(network, outputs, &options);
}

static inline void add_structure(snnd_layer *layer, snnd_array_name name, snnd_dtype dtype) {
    OK(layer->network->context, snnd_layer_add_array(layer, name, dtype, 3, layer->arrays[SNND_ARRAY_WEIGHT].shape));
}

/* Signs to a layer, all +1 (for the caller to change). */
static inline int8_t *add_signs(snnd_layer *layer) {
    add_structure(layer, SNND_ARRAY_SIGN, SNND_INT8);
    int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    memset(sign, 1, (size_t)snnd_layer_synapses(layer));
    return sign;
}

/* A mask of ones (for the caller to change). */
static inline uint8_t *add_mask(snnd_layer *layer) {
    add_structure(layer, SNND_ARRAY_MASK, SNND_UINT8);
    uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    memset(mask, 1, (size_t)snnd_layer_synapses(layer));
    return mask;
}

/* The synapses of a layer: weights and whole delays. */
static inline void set_synapses(snnd_layer *layer, const float *weight, const int32_t *delay) {
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        floats(layer, SNND_ARRAY_WEIGHT)[s] = weight[s];
        floats(layer, SNND_ARRAY_POSITION)[s] = (float)(layer->options.delays.max_delay / 2 - delay[s]);
    }
}

#endif
