/* Leaky integrate-and-fire neurons (kernel/neurons.h). */
#include "model/lif.h"

#include "base/options.h"
#include "model/leak.h"
#include "model/network.h"

static const snnd_lif_options defaults = {.tau = 10.05,
                                          .threshold = 1,
                                          .alpha = 5,
                                          .detach_reset = 1,
                                          .order = SNND_ORDER_PAPER,
                                          .reset = SNND_RESET_ZERO,
                                          .surrogate = SNND_SURROGATE_ARCTAN,
                                          .tau_per_neuron = SNND_TAU_SHARED};

static const snnd_field fields[] = {
    {"tau", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, tau)},
    {"threshold", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, threshold)},
    {"alpha", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, alpha)},
    {"detach_reset", SNND_FIELD_INT32, offsetof(snnd_lif_options, detach_reset)},
    {"order", SNND_FIELD_LATER_INT32, offsetof(snnd_lif_options, order)},
    {"reset", SNND_FIELD_LATER_INT32, offsetof(snnd_lif_options, reset)},
    {"surrogate", SNND_FIELD_LATER_INT32, offsetof(snnd_lif_options, surrogate)},
    {"tau_per_neuron", SNND_FIELD_LATER_INT32, offsetof(snnd_lif_options, tau_per_neuron)},
    {"tau_spread", SNND_FIELD_LATER_DOUBLE, offsetof(snnd_lif_options, tau_spread)},
    {0},
};

static snnd_leak_options leak_of(const snnd_lif_options *options) {
    return (snnd_leak_options){
        .tau = options->tau, .spread = options->tau_spread, .per_neuron = options->tau_per_neuron};
}

static bool has_leak(const snnd_layer *layer) {
    return layer->options.lif.tau_per_neuron != SNND_TAU_SHARED;
}

static bool is_fixed(const snnd_layer *layer, snnd_array_name name) {
    (void)name;
    return layer->options.lif.tau_per_neuron != SNND_TAU_LEARNED;
}

static void initialize(snnd_layer *layer, uint64_t seed) {
    const snnd_leak_options leak = leak_of(&layer->options.lif);
    snnd_leak_initialize(layer, &leak, seed);
}

snnd_lif snnd_lif_constants(const snnd_layer *layer) {
    const snnd_lif_options *options = &layer->options.lif;
    return (snnd_lif){.decay = (float)(1 - 1 / options->tau),
                      .threshold = (float)options->threshold,
                      .alpha = (float)options->alpha,
                      .detach_reset = options->detach_reset,
                      .order = options->order,
                      .reset = options->reset,
                      .surrogate = options->surrogate};
}

snnd_status snnd_lif_options_init(snnd_lif_options *options, size_t size) {
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_network_add_lif(snnd_network *network, const snnd_lif_options *options, snnd_layer **layer) {
    snnd_lif_options known;
    snnd_lif_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_lif_options");
    const snnd_leak_options leak = leak_of(&known);
    if (status == SNND_OK)
        status = snnd_leak_check(context, "LIF", &leak);
    if (status != SNND_OK)
        return status;
    if (!(known.threshold > 0 && known.threshold <= 1e9))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: threshold is %g; expected above 0, up to 1e9",
                         known.threshold);
    if (!(known.alpha > 0 && known.alpha <= 1e9))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: alpha is %g; expected above 0, up to 1e9", known.alpha);
    if (known.detach_reset != 0 && known.detach_reset != 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: detach_reset is %d; expected 0 or 1", known.detach_reset);
    if (known.order != SNND_ORDER_PAPER && known.order != SNND_ORDER_UPDATE_FIRST)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: order is %d; expected SNND_ORDER_PAPER or _UPDATE_FIRST",
                         known.order);
    if (known.reset != SNND_RESET_ZERO && known.reset != SNND_RESET_SUBTRACT)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: reset is %d; expected SNND_RESET_ZERO or _SUBTRACT",
                         known.reset);
    if (known.surrogate < SNND_SURROGATE_ARCTAN || known.surrogate > SNND_SURROGATE_RECTANGLE)
        return snnd_fail(
            context, SNND_ERROR_ARGUMENT,
            "LIF: surrogate is %d; expected SNND_SURROGATE_ARCTAN, _FAST_SIGMOID, _SIGMOID, _TRIANGLE or _RECTANGLE",
            known.surrogate);
    return snnd_network_add(network, &snnd_lif_class, 0, &known, layer);
}

snnd_status snnd_layer_lif_options(const snnd_layer *layer, snnd_lif_options *options) {
    return snnd_layer_show_options(layer, &snnd_lif_class, options, "snnd_layer_lif_options", "snnd_lif_options");
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_lif(network, options, layer);
}

const snnd_layer_class snnd_lif_class = {
    .type = SNND_LAYER_LIF,
    .name = "lif",
    .fields = fields,
    .defaults = &defaults,
    .options_size = sizeof(snnd_lif_options),
    .add = add,
    .first = SNND_ARRAY_LEAK,
    .last = SNND_ARRAY_LEAK,
    .has_parameters = has_leak,
    .initialize = initialize,
    .is_fixed = is_fixed,
};
