/* Distributions of the synapses of a layer of delays, over neurons and over delays. */
#include <string.h>

#include "model/delays.h"

static snnd_status check(const snnd_layer *layer, const char *who) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!snnd_layer_is_delays(layer))
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "%s: layer %d is %s; expected a layer of delays",
                         who, layer->index, layer->class->name);
    return SNND_OK;
}

snnd_status snnd_layer_degrees(const snnd_layer *layer, int64_t *fan_in, int64_t *fan_out) {
    snnd_status status = check(layer, "snnd_layer_degrees");
    if (status == SNND_OK)
        status = snnd_check_apart(layer->network->context, "snnd_layer_degrees", fan_in, fan_out);
    if (status != SNND_OK)
        return status;
    const int64_t each = layer->options.delays.synapses_per_pair, columns = snnd_delays_columns(layer);
    if (fan_in != NULL)
        memset(fan_in, 0, (size_t)layer->outputs * sizeof *fan_in);
    if (fan_out != NULL)
        memset(fan_out, 0, (size_t)layer->inputs * sizeof *fan_out);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        if (fan_in != NULL)
            fan_in[s / columns] += snnd_delays_exists(layer, s);
        if (fan_out != NULL)
            fan_out[s % columns / each] += snnd_delays_exists(layer, s);
    }
    return SNND_OK;
}

/* Counts synapses with a sign of `wanted`, 1 or -1. */
static void count_delays(const snnd_layer *layer, const int32_t *delays, float wanted, int64_t *counts) {
    if (counts == NULL)
        return;
    memset(counts, 0, (size_t)snnd_delays_taps(layer) * sizeof *counts);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        counts[delays[s]] += snnd_delays_exists(layer, s) && snnd_delays_weight(layer, s) * wanted > 0;
}

snnd_status snnd_layer_delay_counts(const snnd_layer *layer, int64_t *excitatory, int64_t *inhibitory) {
    snnd_status status = check(layer, "snnd_layer_delay_counts");
    if (status == SNND_OK)
        status = snnd_check_apart(layer->network->context, "snnd_layer_delay_counts", excitatory, inhibitory);
    if (status != SNND_OK)
        return status;
    snnd_context *context = layer->network->context;
    int32_t *delays = snnd_allocate(context, snnd_array_elements(&layer->arrays[SNND_ARRAY_WEIGHT]), sizeof *delays);
    if (delays == NULL)
        return SNND_ERROR_MEMORY;
    status = snnd_layer_delays(layer, delays);
    if (status == SNND_OK) {
        count_delays(layer, delays, 1, excitatory);
        count_delays(layer, delays, -1, inhibitory);
    }
    snnd_release(context, delays);
    return status;
}
