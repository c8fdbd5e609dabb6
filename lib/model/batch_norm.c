/* Batch normalisation, one mean and variance per neuron over time and batch (kernel/rows.h). */
#include "model/batch_norm.h"

#include <math.h>

#include "base/options.h"
#include "model/network.h"

static const snnd_field fields[] = {
    {"epsilon", SNND_FIELD_DOUBLE, offsetof(snnd_batch_norm_options, epsilon)},
    {"momentum", SNND_FIELD_DOUBLE, offsetof(snnd_batch_norm_options, momentum)},
    {0},
};

static void initialize(snnd_layer *layer, uint64_t seed) {
    (void)seed;
    for (int32_t o = 0; o < layer->outputs; o++) {
        snnd_layer_floats(layer, SNND_ARRAY_SCALE)[o] = 1;
        snnd_layer_floats(layer, SNND_ARRAY_SHIFT)[o] = 0;
        snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN)[o] = 0;
        snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[o] = 1;
    }
}

snnd_affine snnd_batch_norm_by(const snnd_layer *layer, int32_t neuron, snnd_moments m) {
    return (snnd_affine){.mean = m.mean,
                         .inverse_deviation = 1 / sqrt(m.variance + layer->options.batch_norm.epsilon),
                         .scale = (double)snnd_layer_floats(layer, SNND_ARRAY_SCALE)[neuron],
                         .shift = (double)snnd_layer_floats(layer, SNND_ARRAY_SHIFT)[neuron]};
}

snnd_affine snnd_batch_norm_running(const snnd_layer *layer, int32_t neuron) {
    const snnd_moments running = {.mean = (double)snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN)[neuron],
                                  .variance = (double)snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[neuron]};
    return snnd_batch_norm_by(layer, neuron, running);
}

snnd_status snnd_batch_norm_options_init(snnd_batch_norm_options *options, size_t size) {
    static const snnd_batch_norm_options defaults = {.epsilon = 1e-5, .momentum = 0.1};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_network_add_batch_norm(snnd_network *network, const snnd_batch_norm_options *options,
                                        snnd_layer **layer) {
    snnd_batch_norm_options known;
    snnd_batch_norm_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_batch_norm_options");
    if (status != SNND_OK)
        return status;
    if (!(known.epsilon > 0 && known.epsilon <= 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "batch norm: epsilon is %g; expected above 0, up to 1",
                         known.epsilon);
    if (!(known.momentum >= 0 && known.momentum <= 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "batch norm: momentum is %g; expected 0 to 1", known.momentum);
    return snnd_network_add(network, &snnd_batch_norm_class, 0, &known, layer);
}

snnd_status snnd_layer_batch_norm_options(const snnd_layer *layer, snnd_batch_norm_options *options) {
    return snnd_layer_show_options(layer, &snnd_batch_norm_class, options, "snnd_layer_batch_norm_options",
                                   "snnd_batch_norm_options");
}

snnd_status snnd_layer_fold(const snnd_layer *layer, double *factor, double *shift) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (layer->class != &snnd_batch_norm_class || factor == NULL || shift == NULL)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "snnd_layer_fold: %s",
                         factor == NULL  ? "factor is NULL"
                         : shift == NULL ? "shift is NULL"
                                         : "not a layer of batch_norm");
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++) {
        const snnd_status status = snnd_layer_check_values(layer, (snnd_array_name)name, SNND_ERROR_NUMERIC);
        if (status != SNND_OK)
            return status;
    }
    for (int32_t n = 0; n < layer->outputs; n++) {
        const snnd_affine norm = snnd_batch_norm_running(layer, n);
        factor[n] = norm.inverse_deviation * norm.scale;
        shift[n] = norm.shift - norm.mean * factor[n];
    }
    return SNND_OK;
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_batch_norm(network, options, layer);
}

const snnd_layer_class snnd_batch_norm_class = {
    .type = SNND_LAYER_BATCH_NORM,
    .name = "batch_norm",
    .fields = fields,
    .options_size = sizeof(snnd_batch_norm_options),
    .add = add,
    .first = SNND_ARRAY_SCALE,
    .last = SNND_ARRAY_RUNNING_VARIANCE,
    .initialize = initialize,
};
