/* Leaky integrate-and-fire neurons with adaptation (kernel/adaptive.h). */
#include "model/adaptive_lif.h"

#include "base/options.h"
#include "base/random.h"
#include "model/network.h"

static const snnd_field fields[] = {
    {"threshold", SNND_FIELD_DOUBLE, offsetof(snnd_adaptive_lif_options, threshold)},
    {"alpha", SNND_FIELD_DOUBLE, offsetof(snnd_adaptive_lif_options, alpha)},
    {"detach_reset", SNND_FIELD_INT32, offsetof(snnd_adaptive_lif_options, detach_reset)},
    {"surrogate", SNND_FIELD_INT32, offsetof(snnd_adaptive_lif_options, surrogate)},
    {0},
};

snnd_adaptive snnd_adaptive_lif_constants(const snnd_layer *layer) {
    const snnd_adaptive_lif_options *options = &layer->options.adaptive_lif;
    return (snnd_adaptive){.threshold = (float)options->threshold,
                           .alpha = (float)options->alpha,
                           .detach_reset = options->detach_reset,
                           .surrogate = options->surrogate,
                           .membrane = snnd_layer_floats(layer, SNND_ARRAY_MEMBRANE_DECAY),
                           .adaptation = snnd_layer_floats(layer, SNND_ARRAY_ADAPTATION_DECAY),
                           .subthreshold = snnd_layer_floats(layer, SNND_ARRAY_SUBTHRESHOLD_ADAPTATION),
                           .spike = snnd_layer_floats(layer, SNND_ARRAY_SPIKE_ADAPTATION)};
}

/* ---- parameters ---- */

/* The ranges of the publication. Decays are from e^(-1/5) to e^(-1/25) and from e^(-1/30) to e^(-1/120), which are time
 * constants of as many steps. */
static bool range_of(const snnd_layer *layer, snnd_array_name name, snnd_range *range) {
    (void)layer;
    switch (name) {
    case SNND_ARRAY_MEMBRANE_DECAY:
        *range = (snnd_range){0.81873075f, 0.96078944f};
        return true;
    case SNND_ARRAY_ADAPTATION_DECAY:
        *range = (snnd_range){0.96721610f, 0.99170129f};
        return true;
    case SNND_ARRAY_SUBTHRESHOLD_ADAPTATION:
        *range = (snnd_range){-1, 1};
        return true;
    case SNND_ARRAY_SPIKE_ADAPTATION:
        *range = (snnd_range){0, 2};
        return true;
    default:
        return false;
    }
}

/* Draws the parameters uniformly in their ranges. */
static void initialize(snnd_layer *layer, uint64_t seed) {
    const snnd_random random = snnd_random_for(seed, SNND_USE_NEURON, (uint64_t)layer->index);
    for (int name = SNND_ARRAY_MEMBRANE_DECAY; name <= SNND_ARRAY_SPIKE_ADAPTATION; name++) {
        snnd_range range;
        range_of(layer, (snnd_array_name)name, &range);
        float *value = snnd_layer_floats(layer, (snnd_array_name)name);
        for (int32_t n = 0; n < layer->outputs; n++)
            value[n] = (float)((double)range.low + ((double)range.high - (double)range.low) *
                                                       snnd_random_unit(&random, (uint64_t)name << 32 | (uint64_t)n));
    }
}

/* ---- options ---- */

snnd_status snnd_adaptive_lif_options_init(snnd_adaptive_lif_options *options, size_t size) {
    static const snnd_adaptive_lif_options defaults = {.threshold = 1, .alpha = 5, .surrogate = SNND_SURROGATE_ARCTAN};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_network_add_adaptive_lif(snnd_network *network, const snnd_adaptive_lif_options *options,
                                          snnd_layer **layer) {
    snnd_adaptive_lif_options known;
    snnd_adaptive_lif_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_adaptive_lif_options");
    const snnd_bound bounds[] = {
        {"threshold", known.threshold, known.threshold > 0 && known.threshold <= 1e9, "above 0, up to 1e9"},
        {"alpha", known.alpha, known.alpha > 0 && known.alpha <= 1e9, "above 0, up to 1e9"},
        {"detach_reset", known.detach_reset, known.detach_reset == 0 || known.detach_reset == 1, "0 or 1"},
        {"surrogate", known.surrogate,
         known.surrogate >= SNND_SURROGATE_ARCTAN && known.surrogate <= SNND_SURROGATE_RECTANGLE,
         "SNND_SURROGATE_ARCTAN, _FAST_SIGMOID, _SIGMOID, _TRIANGLE or _RECTANGLE"},
    };
    if (status == SNND_OK)
        status = snnd_options_check_bounds(context, "adaptive LIF", bounds, sizeof bounds / sizeof *bounds);
    return status == SNND_OK ? snnd_network_add(network, &snnd_adaptive_lif_class, 0, &known, layer) : status;
}

snnd_status snnd_layer_adaptive_lif_options(const snnd_layer *layer, snnd_adaptive_lif_options *options) {
    return snnd_layer_show_options(layer, &snnd_adaptive_lif_class, options, "snnd_layer_adaptive_lif_options",
                                   "snnd_adaptive_lif_options");
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_adaptive_lif(network, options, layer);
}

const snnd_layer_class snnd_adaptive_lif_class = {
    .type = SNND_LAYER_ADAPTIVE_LIF,
    .name = "adaptive_lif",
    .fields = fields,
    .options_size = sizeof(snnd_adaptive_lif_options),
    .add = add,
    .first = SNND_ARRAY_MEMBRANE_DECAY,
    .last = SNND_ARRAY_SPIKE_ADAPTATION,
    .initialize = initialize,
    .range = range_of,
};
