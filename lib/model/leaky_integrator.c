/* Leaky integrators, the neurons of readouts: they integrate and never fire (kernel/neurons.h). */
#include "model/leaky_integrator.h"

#include "base/options.h"
#include "model/leak.h"
#include "model/network.h"

static const snnd_leaky_integrator_options defaults = {
    .tau = 10.05, .order = SNND_ORDER_PAPER, .tau_per_neuron = SNND_TAU_SHARED};

static const snnd_field fields[] = {
    {"tau", SNND_FIELD_DOUBLE, offsetof(snnd_leaky_integrator_options, tau)},
    {"order", SNND_FIELD_LATER_INT32, offsetof(snnd_leaky_integrator_options, order)},
    {"tau_per_neuron", SNND_FIELD_LATER_INT32, offsetof(snnd_leaky_integrator_options, tau_per_neuron)},
    {"tau_spread", SNND_FIELD_LATER_DOUBLE, offsetof(snnd_leaky_integrator_options, tau_spread)},
    {0},
};

static snnd_leak_options leak_of(const snnd_leaky_integrator_options *options) {
    return (snnd_leak_options){
        .tau = options->tau, .spread = options->tau_spread, .per_neuron = options->tau_per_neuron};
}

static bool has_leak(const snnd_layer *layer) {
    return layer->options.leaky_integrator.tau_per_neuron != SNND_TAU_SHARED;
}

static bool is_fixed(const snnd_layer *layer, snnd_array_name name) {
    (void)name;
    return layer->options.leaky_integrator.tau_per_neuron != SNND_TAU_LEARNED;
}

static void initialize(snnd_layer *layer, uint64_t seed) {
    const snnd_leak_options leak = leak_of(&layer->options.leaky_integrator);
    snnd_leak_initialize(layer, &leak, seed);
}

snnd_leaky snnd_leaky_constants(const snnd_layer *layer) {
    const snnd_leaky_integrator_options *options = &layer->options.leaky_integrator;
    return (snnd_leaky){.decay = (float)(1 - 1 / options->tau), .order = options->order};
}

snnd_status snnd_leaky_integrator_options_init(snnd_leaky_integrator_options *options, size_t size) {
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_network_add_leaky_integrator(snnd_network *network, const snnd_leaky_integrator_options *options,
                                              snnd_layer **layer) {
    snnd_leaky_integrator_options known;
    snnd_leaky_integrator_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_leaky_integrator_options");
    const snnd_leak_options leak = leak_of(&known);
    if (status == SNND_OK)
        status = snnd_leak_check(context, "leaky integrator", &leak);
    if (status != SNND_OK)
        return status;
    if (known.order != SNND_ORDER_PAPER && known.order != SNND_ORDER_UPDATE_FIRST)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "leaky integrator: order is %d; expected SNND_ORDER_PAPER or _UPDATE_FIRST", known.order);
    return snnd_network_add(network, &snnd_leaky_integrator_class, 0, &known, layer);
}

snnd_status snnd_layer_leaky_integrator_options(const snnd_layer *layer, snnd_leaky_integrator_options *options) {
    return snnd_layer_show_options(layer, &snnd_leaky_integrator_class, options, "snnd_layer_leaky_integrator_options",
                                   "snnd_leaky_integrator_options");
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_leaky_integrator(network, options, layer);
}

const snnd_layer_class snnd_leaky_integrator_class = {
    .type = SNND_LAYER_LEAKY_INTEGRATOR,
    .name = "leaky_integrator",
    .fields = fields,
    .defaults = &defaults,
    .options_size = sizeof(snnd_leaky_integrator_options),
    .add = add,
    .first = SNND_ARRAY_LEAK,
    .last = SNND_ARRAY_LEAK,
    .has_parameters = has_leak,
    .initialize = initialize,
    .is_fixed = is_fixed,
};
