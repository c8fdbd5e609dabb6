/* Random networks against the plain loop in double precision, spike for spike. */
#include "model/loop.h"
#include "model/small.h"

Suite *random_networks_suite(void);

enum { NETWORKS = SOME_OF(50), SAMPLES = 4, STEPS = 60, INPUTS = 9 };

static snnd_context *context;
static snnd_network *network;

static void set_up(void) {
    context = make_context(1);
}

static void tear_down(void) {
    snnd_context_free(context);
}

/* The n-th number that network `k` is made with, from `least` to `most`. */
static int32_t drawn(int32_t least, int32_t most, int k, uint64_t n) {
    return least + (int32_t)((most - least + 1) * snnd_random_uniform(5, (uint64_t)k, n));
}

/* Neurons that fire. */
enum neurons { LIF, ADAPTIVE, KINDS };

/* Weights large enough for spikes, and statistics that are not the first ones. */
static void unsettle(int k) {
    for (int32_t l = 0; l < snnd_network_layer_count(network); l++) {
        snnd_layer *layer = snnd_network_layer(network, l);
        const uint64_t stream = (uint64_t)(100 * k + l);
        const size_t neurons = (size_t)snnd_layer_outputs(layer);
        if (snnd_layer_get_type(layer) == SNND_LAYER_DELAYS)
            for (int64_t s = 0; s < count_of(layer, SNND_ARRAY_WEIGHT); s++)
                floats(layer, SNND_ARRAY_WEIGHT)[s] *= 2;
        /* Where this is far below 0 potentials feed themselves, and rounding with them. */
        if (snnd_layer_get_type(layer) == SNND_LAYER_ADAPTIVE_LIF)
            fill_uniform(floats(layer, SNND_ARRAY_SUBTHRESHOLD_ADAPTATION), neurons, -0.1, 1, stream);
        if (snnd_layer_get_type(layer) != SNND_LAYER_BATCH_NORM)
            continue;
        fill_uniform(floats(layer, SNND_ARRAY_SCALE), neurons, 0.3, 2, stream);
        fill_uniform(floats(layer, SNND_ARRAY_SHIFT), neurons, -0.1, 0.5, stream + 10000);
        fill_uniform(floats(layer, SNND_ARRAY_RUNNING_MEAN), neurons, -0.5, 0.5, stream + 20000);
        fill_uniform(floats(layer, SNND_ARRAY_RUNNING_VARIANCE), neurons, 0.2, 2, stream + 30000);
    }
}

/* Every order with every reset, one after the other; a layer may have its own. */
static void add_lif_neurons(int k, int32_t hidden) {
    snnd_lif_options lif;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    const int kind = drawn(0, 3, k, 60) > 0 ? k : drawn(0, 3, k, 61 + (uint64_t)hidden);
    lif.order = kind % 2 == 0 ? SNND_ORDER_UPDATE_FIRST : SNND_ORDER_PAPER;
    lif.reset = kind / 2 % 2 == 0 ? SNND_RESET_SUBTRACT : SNND_RESET_ZERO;
    lif.tau = drawn(2, 20, k, 70 + (uint64_t)hidden);
    lif.tau_per_neuron = drawn(SNND_TAU_SHARED, SNND_TAU_LEARNED, k, 100 + (uint64_t)hidden);
    lif.tau_spread = lif.tau_per_neuron == SNND_TAU_SHARED ? 0 : 0.1 * drawn(0, 9, k, 110 + (uint64_t)hidden);
    lif.threshold = 0.8 + 0.1 * drawn(0, 4, k, 80 + (uint64_t)hidden);
    OK(context, snnd_network_add_lif(network, &lif, NULL));
}

/* Adaptation keeps potentials small: with a threshold of 1 few layers would have spikes. */
static void add_adaptive_neurons(void) {
    snnd_adaptive_lif_options adaptive;
    OK(context, snnd_adaptive_lif_options_init(&adaptive, sizeof adaptive));
    adaptive.threshold = 0.1;
    OK(context, snnd_network_add_adaptive_lif(network, &adaptive, NULL));
}

static void add_readout(int k) {
    snnd_leaky_integrator_options readout;
    OK(context, snnd_leaky_integrator_options_init(&readout, sizeof readout));
    readout.order = k % 2 == 0 ? SNND_ORDER_UPDATE_FIRST : SNND_ORDER_PAPER;
    readout.tau = drawn(2, 20, k, 90);
    readout.tau_per_neuron = drawn(SNND_TAU_SHARED, SNND_TAU_LEARNED, k, 91);
    readout.tau_spread = readout.tau_per_neuron == SNND_TAU_SHARED ? 0 : 0.5;
    OK(context, snnd_network_add_leaky_integrator(network, &readout, NULL));
}

static int32_t sharing;

/* One to four hidden layers, each with or without batch norm and dropout. */
static void build(int k, int kind) {
    network = make_network(context, INPUTS);
    OK(context, snnd_network_initialize(network, (uint64_t)k));
    const int32_t hidden = drawn(1, 4, k, 0);
    for (int32_t h = 0; h < hidden; h++) {
        snnd_delay_options options = delay_options(2 * drawn(0, 12, k, 10 + (uint64_t)h));
        options.synapses_per_pair = drawn(1, 2, k, 20 + (uint64_t)h);
        options.sharing = sharing;
        add_delays(network, drawn(5, 40, k, 30 + (uint64_t)h), &options);
        if (drawn(0, 2, k, 40 + (uint64_t)h) > 0)
            add_batch_norm(network);
        if (kind == ADAPTIVE)
            add_adaptive_neurons();
        else
            add_lif_neurons(k, h);
        if (drawn(0, 1, k, 50 + (uint64_t)h))
            add_dropout(network, 0.3);
    }
    snnd_delay_options options = delay_options(8);
    options.sharing = sharing;
    add_delays(network, 5, &options);
    add_readout(k);
    OK(context, snnd_network_initialize(network, (uint64_t)k));
    unsettle(k);
}

START_TEST(random_networks_follow_the_loop_spike_for_spike) {
    sharing = SNND_SHARING_NONE + _i / KINDS;
    loop_agreement agreement = {0};
    for (int k = 0; k < NETWORKS; k++) {
        build(k, _i % KINDS);
        float *input = make_numbers(SAMPLES * STEPS * INPUTS, 1000 + (uint64_t)k);
        assert_follows_loop(network, input, SAMPLES, STEPS, &agreement);
        free(input);
        snnd_network_free(network);
    }
    ck_assert_int_gt(agreement.spikes, 400 * NETWORKS);
    ck_assert_int_ge(agreement.samples, NETWORKS * SAMPLES * 95 / 100);
}
END_TEST

Suite *random_networks_suite(void) {
    Suite *suite = suite_create("model/random_networks");
    TCase *cases = tcase_create("random_networks");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, random_networks_follow_the_loop_spike_for_spike, 0, KINDS * SNND_SHARING_DENDRITIC);
    suite_add_tcase(suite, cases);
    return suite;
}
