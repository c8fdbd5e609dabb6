/* Layers with masks, and steps whose gradients the test decides. */
#ifndef SNND_TESTS_SPARSITY_MASKED_H
#define SNND_TESTS_SPARSITY_MASKED_H

#include "model/small.h"
#include "sparsity/sparsity.h"

static inline snnd_sparsity *make_deep_r(snnd_network *network, double sparsity, int32_t growth, int32_t signs,
                                         uint64_t seed) {
    snnd_structure structure = structure_of(sparsity);
    snnd_deep_r_options options;
    snnd_sparsity *made;
    OK(network->context, snnd_deep_r_options_init(&options, sizeof options));
    options.growth = growth;
    structure.signs = signs;
    structure.seed = seed;
    OK(network->context, snnd_sparsity_create_deep_r(network, &structure, &options, &made));
    return made;
}

static inline snnd_sparsity *make_fixed_mask(snnd_network *network, double sparsity, uint64_t seed) {
    snnd_structure structure = structure_of(sparsity);
    snnd_sparsity *made;
    structure.seed = seed;
    OK(network->context, snnd_sparsity_create_fixed_mask(network, &structure, &made));
    return made;
}

static inline uint8_t *mask_of(snnd_layer *layer) {
    return array_of(layer, SNND_ARRAY_MASK).data;
}

static inline int8_t *signs_of(snnd_layer *layer) {
    return array_of(layer, SNND_ARRAY_SIGN).data;
}

/* Of each layer of N synapses there are as many as the double nearest to (1 - sparsity) N has whole parts. */
static inline void assert_budget(snnd_layer *layer, double sparsity) {
    const double share = (1 - sparsity) * (double)count_of(layer, SNND_ARRAY_WEIGHT);
    int64_t ones = 0;
    for (int64_t s = 0; s < count_of(layer, SNND_ARRAY_WEIGHT); s++) {
        ck_assert_uint_le(mask_of(layer)[s], 1);
        ones += mask_of(layer)[s];
    }
    ck_assert_int_eq(ones, (int64_t)floor(share));
    ck_assert_int_eq(snnd_layer_active(layer), ones);
}

static const double budgets[] = {0, 0.1, 0.25, 0.5, 0.75, 0.8, 0.875, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998};

#endif
