/* A random mask with exactly floor((1 - sparsity) O I C) synapses a layer, applied after every step. */
#include "base/options.h"
#include "sparsity/sparsity.h"

static int64_t step(snnd_sparsity *sparsity, snnd_layer *layer, const float *d_theta) {
    (void)sparsity, (void)d_theta;
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (!mask[s])
            weight[s] = 0;
    return 0;
}

static const snnd_sparsity_class class = {.name = "fixed mask", .step = step};

snnd_status snnd_fixed_mask_options_init(snnd_fixed_mask_options *options, size_t size) {
    static const snnd_fixed_mask_options defaults = {.sparsity = 0.875};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_sparsity_create_fixed_mask(snnd_network *network, const snnd_fixed_mask_options *options,
                                            snnd_sparsity **sparsity) {
    snnd_fixed_mask_options known;
    snnd_fixed_mask_options_init(&known, sizeof known);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(network->context, options, &known, sizeof known, "snnd_fixed_mask_options");
    if (status != SNND_OK)
        return status;
    const snnd_sparsity_setup setup = {
        .class = &class, .sparsity = known.sparsity, .seed = known.seed, .keep = known.keep};
    return snnd_sparsity_create(network, &setup, sparsity);
}
