/* Networks of all shapes with parameters that are not the first ones, and inputs for them. */
#ifndef SNND_TESTS_INFERENCE_SHAPES_H
#define SNND_TESTS_INFERENCE_SHAPES_H

#include "model/small.h"

/* Statistics and dropout that are not the first ones. */
static inline void unsettle(snnd_network *network) {
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++) {
        snnd_layer *layer = snnd_network_layer(network, i);
        const size_t neurons = (size_t)snnd_layer_outputs(layer);
        if (layer->arrays[SNND_ARRAY_LEAK].data != NULL)
            fill_uniform(floats(layer, SNND_ARRAY_LEAK), neurons, -4, 1, 19);
        if (snnd_layer_get_type(layer) != SNND_LAYER_BATCH_NORM)
            continue;
        fill_uniform(floats(layer, SNND_ARRAY_SCALE), neurons, -0.5, 2, 11);
        fill_uniform(floats(layer, SNND_ARRAY_SHIFT), neurons, -0.2, 0.6, 12);
        fill_uniform(floats(layer, SNND_ARRAY_RUNNING_MEAN), neurons, -1, 1, 13);
        fill_uniform(floats(layer, SNND_ARRAY_RUNNING_VARIANCE), neurons, 0.1, 4, 14);
    }
}

/* Drops a share of a layer's synapses. */
static inline void thin_out(snnd_layer *layer, double share) {
    float *weight = floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < count_of(layer, SNND_ARRAY_WEIGHT); s++)
        if (uniform(0, 1, 15, (uint64_t)s) < share)
            weight[s] = 0;
}

/* ---- networks of all shapes ---- */

static inline snnd_network *paper(snnd_context *context) {
    return make_spiking(context, 40, 256, 20, 24, 0.4);
}

static inline snnd_network *sparse(snnd_context *context) {
    snnd_network *network = make_spiking(context, 13, 50, 7, 24, 0.4);
    thin_out(snnd_network_layer(network, 0), 0.875);
    thin_out(snnd_network_layer(network, 4), 0.875);
    return network;
}

static inline snnd_network *long_delays(snnd_context *context) {
    return make_spiking(context, 9, 37, 5, 60, 0.1);
}

static inline snnd_network *no_delays(snnd_context *context) {
    return make_spiking(context, 9, 37, 5, 0, 0.1);
}

static inline snnd_network *several_synapses(snnd_context *context) {
    snnd_network *network = make_network(context, 6);
    snnd_delay_options options = delay_options(10);
    options.synapses_per_pair = 3;
    add_delays(network, 33, &options);
    add_lif(network);
    options.learn_delays = 0;
    add_delays(network, 4, &options);
    add_leaky_integrator(network);
    return network;
}

static inline snnd_network *deep(snnd_context *context) {
    snnd_network *network = make_network(context, 5);
    snnd_delay_options options = delay_options(8);
    add_delays(network, 30, &options);
    add_batch_norm(network);
    add_lif(network);
    add_dropout(network, 0.2);
    add_delays(network, 31, &options);
    add_leaky_integrator(network);
    options = delay_options(12);
    add_delays(network, 17, &options);
    add_lif(network);
    add_delays(network, 6, &options);
    return network;
}

/* Begins with neurons, ends with spikes. */
static inline snnd_network *odd(snnd_context *context) {
    snnd_network *network = make_network(context, 21);
    const snnd_delay_options options = delay_options(6);
    add_lif(network);
    add_delays(network, 18, &options);
    add_batch_norm(network);
    add_lif(network);
    return network;
}

/* Neurons that take the current of their own step: behind the input, behind the paper's and each other, and at the end.
 */
static inline snnd_network *adaptive(snnd_context *context) {
    snnd_network *network = make_network(context, 12);
    snnd_delay_options options = delay_options(8);
    add_delays(network, 34, &options);
    add_batch_norm(network);
    add_adaptive_lif(network);
    add_dropout(network, 0.2);
    add_delays(network, 21, &options);
    add_lif(network);
    options = delay_options(0);
    add_delays(network, 19, &options);
    add_batch_norm(network);
    add_adaptive_lif(network);
    options = delay_options(14);
    add_delays(network, 7, &options);
    add_adaptive_lif(network);
    return network;
}

/* As the first layer and as the last, without delays in front of one, and with neurons of both kinds in a row. */
static inline snnd_network *adaptive_at_once(snnd_context *context) {
    snnd_network *network = make_network(context, 15);
    const snnd_delay_options options = delay_options(6);
    add_adaptive_lif(network);
    add_delays(network, 40, &options);
    add_adaptive_lif(network);
    add_lif(network);
    add_adaptive_lif(network);
    add_batch_norm(network);
    add_delays(network, 5, &options);
    add_leaky_integrator(network);
    return network;
}

/* Every synapse there is, between real numbers: no threshold hides how sums are rounded. */
static inline snnd_network *linear(snnd_context *context) {
    snnd_network *network = make_network(context, 11);
    snnd_delay_options options = delay_options(24);
    add_delays(network, 37, &options);
    add_leaky_integrator(network);
    options = delay_options(60);
    add_delays(network, 60, &options);
    return network;
}

/* Layers without delays, the second with batch norm. */
static inline snnd_network *at_once(snnd_context *context) {
    snnd_network *network = make_network(context, 9);
    const snnd_delay_options options = delay_options(0);
    add_delays(network, 12, &options);
    add_lif(network);
    add_delays(network, 8, &options);
    add_batch_norm(network);
    add_lif(network);
    add_delays(network, 5, &options);
    add_leaky_integrator(network);
    return network;
}

/* Two layers of LIF neurons of an order and a reset, and leaky integrators of an order. */
static inline snnd_network *of_order(snnd_context *context, int32_t order, int32_t reset, int32_t readout_order,
                                     int32_t tau_per_neuron) {
    snnd_network *network = make_network(context, 12);
    const snnd_delay_options options = delay_options(10);
    snnd_lif_options lif;
    snnd_leaky_integrator_options readout;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&readout, sizeof readout));
    lif.order = order;
    lif.reset = reset;
    readout.order = readout_order;
    lif.tau_per_neuron = readout.tau_per_neuron = tau_per_neuron;
    add_delays(network, 30, &options);
    add_batch_norm(network);
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    add_delays(network, 21, &options);
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    add_delays(network, 6, &options);
    OK(context, snnd_network_add_leaky_integrator(network, &readout, NULL));
    return network;
}

static inline snnd_network *update_first(snnd_context *context) {
    return of_order(context, SNND_ORDER_UPDATE_FIRST, SNND_RESET_ZERO, SNND_ORDER_UPDATE_FIRST, SNND_TAU_SHARED);
}

static inline snnd_network *update_first_subtracting(snnd_context *context) {
    return of_order(context, SNND_ORDER_UPDATE_FIRST, SNND_RESET_SUBTRACT, SNND_ORDER_PAPER, SNND_TAU_GIVEN);
}

static inline snnd_network *subtracting(snnd_context *context) {
    return of_order(context, SNND_ORDER_PAPER, SNND_RESET_SUBTRACT, SNND_ORDER_UPDATE_FIRST, SNND_TAU_SHARED);
}

static inline snnd_network *of_their_own_tau(snnd_context *context) {
    return of_order(context, SNND_ORDER_PAPER, SNND_RESET_ZERO, SNND_ORDER_PAPER, SNND_TAU_LEARNED);
}

/* Neurons of both orders in turn, leaky integrators and norms between them, layers without delays, and spikes at the
 * end: all ways in which a number may go on in its own step. */
static inline snnd_network *mixed_orders(snnd_context *context) {
    snnd_network *network = make_network(context, 10);
    const snnd_delay_options at_once = delay_options(0), delayed = delay_options(6);
    snnd_lif_options first;
    snnd_leaky_integrator_options leaky;
    OK(context, snnd_lif_options_init(&first, sizeof first));
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    first.order = leaky.order = SNND_ORDER_UPDATE_FIRST;
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    add_batch_norm(network);
    OK(context, snnd_network_add_lif(network, &first, NULL));
    add_delays(network, 24, &delayed);
    add_lif(network);
    add_delays(network, 20, &at_once);
    add_batch_norm(network);
    OK(context, snnd_network_add_lif(network, &first, NULL));
    OK(context, snnd_network_add_lif(network, &first, NULL));
    add_delays(network, 14, &delayed);
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    add_delays(network, 9, &delayed);
    first.reset = SNND_RESET_SUBTRACT;
    OK(context, snnd_network_add_lif(network, &first, NULL));
    return network;
}

/* Layers whose synapses share delays, all of them or some, between real numbers and of spikes, one and several for each
 * pair, and one without delays. */
static inline snnd_network *of_sharing(snnd_context *context, int32_t sharing, int32_t per_pair, double absent) {
    snnd_network *network = make_network(context, 14);
    snnd_delay_options options = delay_options(10);
    options.sharing = sharing;
    options.synapses_per_pair = per_pair;
    thin_out(add_delays(network, 37, &options), absent);
    add_batch_norm(network);
    add_lif(network);
    options.max_delay = 40;
    thin_out(add_delays(network, 9, &options), absent);
    add_leaky_integrator(network);
    thin_out(add_delays(network, 20, &options), absent);
    add_lif(network);
    options.max_delay = 0;
    thin_out(add_delays(network, 8, &options), absent);
    add_leaky_integrator(network);
    return network;
}

static inline snnd_network *axonal(snnd_context *context) {
    return of_sharing(context, SNND_SHARING_AXONAL, 1, 0);
}

static inline snnd_network *dendritic(snnd_context *context) {
    return of_sharing(context, SNND_SHARING_DENDRITIC, 1, 0);
}

static inline snnd_network *sparse_axonal(snnd_context *context) {
    return of_sharing(context, SNND_SHARING_AXONAL, 3, 0.8);
}

static inline snnd_network *sparse_dendritic(snnd_context *context) {
    return of_sharing(context, SNND_SHARING_DENDRITIC, 3, 0.8);
}

static inline snnd_network *several_axons(snnd_context *context) {
    return of_sharing(context, SNND_SHARING_AXONAL, 2, 0);
}

static inline snnd_network *several_dendrites(snnd_context *context) {
    return of_sharing(context, SNND_SHARING_DENDRITIC, 2, 0);
}

static snnd_network *(*const shapes[])(snnd_context *) = {paper,
                                                          sparse,
                                                          long_delays,
                                                          no_delays,
                                                          several_synapses,
                                                          deep,
                                                          odd,
                                                          linear,
                                                          at_once,
                                                          update_first,
                                                          update_first_subtracting,
                                                          subtracting,
                                                          of_their_own_tau,
                                                          mixed_orders,
                                                          adaptive,
                                                          adaptive_at_once,
                                                          axonal,
                                                          dendritic,
                                                          sparse_axonal,
                                                          sparse_dendritic,
                                                          several_axons,
                                                          several_dendrites};

/* Input with silences in it, and numbers too small to count. */
static inline float *make_input(int32_t samples, int32_t steps, int32_t channels) {
    float *input = malloc((size_t)samples * (size_t)steps * (size_t)channels * sizeof *input);
    ck_assert_ptr_nonnull(input);
    for (int64_t k = 0; k < (int64_t)samples * steps * channels; k++) {
        const double kind = uniform(0, 1, 16, (uint64_t)k);
        const double silent = uniform(0, 1, 17, (uint64_t)(k / channels / 30));
        input[k] = silent < 0.3 || kind < 0.2 ? 0 : kind < 0.25 ? 1e-40f : (float)uniform(-2, 6, 18, (uint64_t)k);
    }
    return input;
}

#endif
