/* Networks as NIR files: that one that is read back gives what the saved one gives. What is in the files, and what
 * others make of them, is for check_nir.py. */
#include <math.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/allocator.h"
#include "format/scratch.h"
#include "model/leak.h"
#include "model/lif.h"
#include "model/network.h"
#include "nir/files.h"
#include "nir/graph.h"
#include "support.h"

Suite *round_trip_suite(void);

enum { INPUTS = 5, HIDDEN = 7, CLASSES = 4, SAMPLES = 17, STEPS = 40, OUTPUTS = STEPS * SAMPLES * CLASSES };

/* ---- networks ---- */

static void add_delays(snnd_context *context, snnd_network *network, int32_t outputs, int32_t max_delay) {
    snnd_delay_options options;
    OK(context, snnd_delay_options_init(&options, sizeof options));
    options.max_delay = max_delay;
    OK(context, snnd_network_add_delays(network, outputs, &options, NULL));
}

static void add_norm(snnd_context *context, snnd_network *network) {
    snnd_layer *layer;
    OK(context, snnd_network_add_batch_norm(network, NULL, &layer));
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++)
        for (int32_t n = 0; n < layer->outputs; n++)
            snnd_layer_floats(layer, (snnd_array_name)name)[n] =
                (float)(0.9 - 0.6 * snnd_random_uniform(3, (uint64_t)name, (uint64_t)n));
}

/* That of all neurons of a test's networks. */
static snnd_order order = SNND_ORDER_PAPER;

static void add_lif(snnd_context *context, snnd_network *network, double tau) {
    snnd_lif_options options;
    OK(context, snnd_lif_options_init(&options, sizeof options));
    options.tau = tau;
    options.order = (int32_t)order;
    options.threshold = 0.6;
    OK(context, snnd_network_add_lif(network, &options, NULL));
}

static void add_integrator(snnd_context *context, snnd_network *network) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.order = (int32_t)order;
    OK(context, snnd_network_add_leaky_integrator(network, &options, NULL));
}

static snnd_network *build(snnd_context *context, bool with_norm, double tau) {
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, INPUTS, &network));
    add_delays(context, network, HIDDEN, 6);
    if (with_norm)
        add_norm(context, network);
    add_lif(context, network, tau);
    OK(context, snnd_network_add_dropout(network, 0.3, NULL));
    add_delays(context, network, HIDDEN, 24);
    if (with_norm)
        add_norm(context, network);
    add_lif(context, network, tau);
    add_delays(context, network, CLASSES, 10);
    add_integrator(context, network);
    return network;
}

static void evaluate(snnd_context *context, snnd_network *network, float output[OUTPUTS]) {
    static float input[SAMPLES * STEPS * INPUTS];
    snnd_workspace *workspace = NULL;
    for (int k = 0; k < SAMPLES * STEPS * INPUTS; k++)
        input[k] = (float)(4 * snnd_random_uniform(1, 1, (uint64_t)k) - 2);
    OK(context, snnd_workspace_create(network, SAMPLES, STEPS, 0, &workspace));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, SAMPLES));
    OK(context, snnd_workspace_record(workspace, network->layer[network->count - 1], SNND_RECORD_OUTPUT, output));
    snnd_workspace_free(workspace);
}

static snnd_network *round_trip(snnd_context *context, snnd_network *network, const nir_export_options *options) {
    snnd_network *loaded = NULL;
    GOOD(save_nir(context, network, options, scratch("a")));
    GOOD(load_nir(context, 0, scratch("a"), &loaded));
    return loaded;
}

/* Largest difference of the outputs of two networks, and that the outputs are not nothing. */
static double distance(snnd_context *context, snnd_network *one, snnd_network *other) {
    static float a[OUTPUTS], b[OUTPUTS];
    double worst = 0, largest = 0;
    evaluate(context, one, a);
    evaluate(context, other, b);
    for (int k = 0; k < OUTPUTS; k++) {
        worst = fmax(worst, fabs((double)a[k] - (double)b[k]));
        largest = fmax(largest, fabs((double)a[k]));
    }
    ck_assert_double_gt(largest, 0.1);
    return worst;
}

static int32_t nodes_of(const char *path, nir_type type) {
    nir_graph graph;
    int32_t count = 0;
    GOOD(nir_graph_open(path, &graph, &nir_failure));
    for (int32_t n = 0; n < graph.count; n++)
        count += graph.node[n].type == type;
    nir_graph_close(&graph);
    return count;
}

/* ---- there and back ---- */

/* Orders of networks and of the readers that are exact for them. */
static const struct {
    snnd_order neurons;
    nir_order reader;
} orders[] = {{SNND_ORDER_PAPER, NIR_SPIKE_FIRST}, {SNND_ORDER_UPDATE_FIRST, NIR_UPDATE_FIRST}};

/* Weights pass through what r = 1 leaves in them, which rounds; after that there is nothing left to round or to fold.
 */
static void comes_back(bool with_norm, double tau, int way) {
    snnd_context *context = make_context(1);
    order = orders[way].neurons;
    snnd_network *network = build(context, with_norm, tau), *loaded = round_trip(context, network, NULL);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    ck_assert_int_eq(loaded->count, network->count - 1);
    ck_assert_int_eq(nir_report.later, 0);
    ck_assert_int_eq(nir_written.order, orders[way].reader);
    ck_assert_int_eq(nir_written.approximate, 0);
    ck_assert(nir_report.told && nir_report.order == orders[way].reader);
    snnd_network *again = round_trip(context, loaded, NULL);
    ck_assert_double_eq(distance(context, loaded, again), 0);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_network_free(again);
    snnd_context_free(context);
}

START_TEST(without_batch_norm_it_comes_back) {
    static const double taus[] = {10.05, 1, 2, 3.3, 20, 1e6};
    comes_back(false, taus[_i / 2], _i % 2);
}
END_TEST

START_TEST(batch_norm_comes_back_folded) {
    comes_back(true, 10.05, _i);
}
END_TEST

START_TEST(layers_in_any_order_come_back) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, INPUTS, &network));
    add_norm(context, network);
    add_lif(context, network, 2);
    add_lif(context, network, 3);
    add_norm(context, network);
    add_delays(context, network, HIDDEN, 4);
    add_delays(context, network, CLASSES, 2);
    add_norm(context, network);
    add_integrator(context, network);
    add_delays(context, network, CLASSES, 2);
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

/* Delays of axons and of dendrites, of which other programs know nothing, come back as those of all their synapses. */
START_TEST(shared_delays_come_back_as_those_of_synapses) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    snnd_delay_options options;
    OK(context, snnd_delay_options_init(&options, sizeof options));
    options.max_delay = 8;
    options.synapses_per_pair = 1 + _i / 2;
    options.sharing = _i % 2 == 0 ? SNND_SHARING_AXONAL : SNND_SHARING_DENDRITIC;
    OK(context, snnd_network_create(context, INPUTS, &network));
    OK(context, snnd_network_add_delays(network, HIDDEN, &options, NULL));
    add_norm(context, network);
    add_lif(context, network, 5);
    OK(context, snnd_network_add_delays(network, CLASSES, &options, NULL));
    OK(context, snnd_network_add_leaky_integrator(network, NULL, NULL));
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    const int32_t matrices = nodes_of(scratch("a"), NIR_LINEAR) + nodes_of(scratch("a"), NIR_AFFINE);
    if (_i == 0) /* one axon for each input: a node for all delays of a layer, and one for its weights */
        ck_assert_int_eq(matrices, 2);
    else
        ck_assert_int_gt(matrices, 4);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

/* A bias in front of delays is as late as they are, from the first step on. */
START_TEST(delays_behind_a_bias_come_back) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, INPUTS, &network));
    add_norm(context, network);
    add_delays(context, network, CLASSES, 8);
    float *position = snnd_layer_floats(network->layer[1], SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < snnd_layer_synapses(network->layer[1]); s++)
        position[s] = 0; /* all of them 4 steps */
    add_integrator(context, network);
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

/* ---- shifts ---- */

/* All synapses of two layers with one delay each, in front of LIF neurons, with a bias or without. */
static snnd_network *build_shifted(snnd_context *context, int32_t delay, bool with_bias) {
    enum { MOST = 8 };
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, INPUTS, &network));
    for (int layer = 0; layer < 2; layer++) {
        add_delays(context, network, layer == 0 ? HIDDEN : CLASSES, MOST);
        const snnd_layer *synapses = network->layer[network->count - 1];
        for (int64_t s = 0; s < snnd_layer_synapses(synapses); s++) {
            snnd_layer_floats(synapses, SNND_ARRAY_POSITION)[s] = (float)(MOST / 2 - delay);
            snnd_layer_floats(synapses, SNND_ARRAY_WEIGHT)[s] *= 2;
        }
        if (with_bias)
            add_norm(context, network);
        add_lif(context, network, 5);
    }
    return network;
}

/* Delays that are all the same are one node in front of the neurons. Behind a bias there is none but for the lag of the
 * paper's order. */
START_TEST(a_common_shift_is_one_delay) {
    snnd_context *context = make_context(1);
    order = orders[_i / 2].neurons;
    snnd_network *network = build_shifted(context, 3, _i % 2 != 0);
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_int_eq(nodes_of(scratch("a"), NIR_DELAY), order == SNND_ORDER_PAPER && _i % 2 != 0 ? 4 : 2);
    ck_assert_int_eq(nodes_of(scratch("a"), NIR_SCALE), 0);
    ck_assert_int_eq(nir_written.earlier, 0);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

/* Without its shift, a graph is what readers know that have no delays, and its output comes earlier. */
START_TEST(a_shift_that_is_dropped_moves_the_output) {
    enum { DELAY = 3 };
    static float all[OUTPUTS], moved[OUTPUTS];
    snnd_context *context = make_context(1);
    nir_export_options options = export_for(NIR_ORDER_UNTOLD);
    options.drop_shift = true;
    order = orders[_i].neurons;
    snnd_network *network = build_shifted(context, DELAY, false);
    snnd_network *loaded = round_trip(context, network, &options);
    const int32_t lag = order == SNND_ORDER_PAPER ? 2 : 0;
    ck_assert_int_eq(nodes_of(scratch("a"), NIR_DELAY), 0);
    ck_assert_int_eq(nodes_of(scratch("a"), NIR_SCALE), 0);
    ck_assert_int_eq(nir_written.earlier, 2 * DELAY + lag);
    ck_assert_int_eq(nir_report.later, lag); /* the paper's neurons have it, however they are written */
    evaluate(context, network, all);
    evaluate(context, loaded, moved);
    double spikes = 0;
    for (int32_t t = 0; t < STEPS - 2 * DELAY; t++)
        for (int32_t k = 0; k < SAMPLES * CLASSES; k++) {
            const float value = moved[t * SAMPLES * CLASSES + k];
            HOLDS(value == all[(t + 2 * DELAY) * SAMPLES * CLASSES + k], "step %d differs", t);
            spikes += (double)value;
        }
    ck_assert_double_gt(spikes, 100);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(resistance_is_1) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, true, 3);
    nir_graph graph;
    int32_t neurons = 0;
    GOOD(save_nir(context, network, NULL, scratch("a")));
    GOOD(nir_graph_open(scratch("a"), &graph, &nir_failure));
    for (int32_t n = 0; n < graph.count; n++) {
        double *values;
        if (graph.node[n].type != NIR_LIF && graph.node[n].type != NIR_LI)
            continue;
        GOOD(nir_numbers(&graph, &graph.node[n], NIR_R, &values));
        for (int64_t k = 0; k < graph.node[n].field[NIR_R].count; k++, neurons++)
            ck_assert_double_eq(values[k], 1);
        free(values);
    }
    ck_assert_int_eq(neurons, 2 * HIDDEN + CLASSES);
    nir_graph_close(&graph);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* ---- orders ---- */

/* Of the paper's order, integrators are exact for all readers; LIF neurons are not, and the writer says so. */
START_TEST(the_papers_order_is_approximate_where_readers_update_first) {
    order = SNND_ORDER_PAPER;
    snnd_context *context = make_context(1);
    const nir_export_options options = export_for(NIR_UPDATE_FIRST);
    snnd_network *network = build(context, true, 3), *integrators, *loaded;
    GOOD(save_nir(context, network, &options, scratch("a")));
    ck_assert_int_eq(nir_written.order, NIR_UPDATE_FIRST);
    ck_assert_int_eq(nir_written.approximate, 2);
    OK(context, snnd_network_create(context, INPUTS, &integrators));
    add_delays(context, integrators, CLASSES, 6);
    add_norm(context, integrators);
    add_integrator(context, integrators);
    loaded = round_trip(context, integrators, &options);
    ck_assert_int_eq(nir_written.approximate, 0);
    ck_assert_double_le(distance(context, integrators, loaded), 1e-5);
    snnd_network_free(network);
    snnd_network_free(integrators);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(what_updates_first_is_not_written_for_readers_that_do_not) {
    snnd_context *context = make_context(1);
    const nir_export_options options = export_for(NIR_SPIKE_FIRST);
    order = SNND_ORDER_UPDATE_FIRST;
    snnd_network *network = build(context, true, 3);
    REFUSED("layer 2 updates first", save_nir(context, network, &options, scratch("a")));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* ---- resets and time constants ---- */

static snnd_network *build_subtracting(snnd_context *context, snnd_reset second) {
    snnd_network *network;
    snnd_lif_options options;
    OK(context, snnd_network_create(context, INPUTS, &network));
    OK(context, snnd_lif_options_init(&options, sizeof options));
    options.order = SNND_ORDER_UPDATE_FIRST;
    options.threshold = 0.3;
    options.reset = SNND_RESET_SUBTRACT;
    add_delays(context, network, HIDDEN, 6);
    OK(context, snnd_network_add_lif(network, &options, NULL));
    options.reset = (int32_t)second;
    add_delays(context, network, CLASSES, 6);
    OK(context, snnd_network_add_lif(network, &options, NULL));
    return network;
}

static snnd_reset reset_of(const snnd_network *network, int32_t layer) {
    return (snnd_reset)network->layer[layer]->options.lif.reset;
}

static bool is_version(const char *path, const char *version) {
    nir_graph graph;
    GOOD(nir_graph_open(path, &graph, &nir_failure));
    const bool same = strcmp(graph.version, version) == 0;
    nir_graph_close(&graph);
    return same;
}

/* It has no word in NIR, but a node without v_reset meant it once. */
START_TEST(a_reset_by_subtraction_comes_back) {
    const bool both = _i == 0;
    snnd_context *context = make_context(1);
    snnd_network *network = build_subtracting(context, both ? SNND_RESET_SUBTRACT : SNND_RESET_ZERO);
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_int_eq(nir_written.subtracting, both ? 2 : 1);
    ck_assert(is_version(scratch("a"), both ? "1.0.4" : "1.0.6"));
    ck_assert_int_eq(reset_of(loaded, 1), SNND_RESET_SUBTRACT);
    ck_assert_int_eq(reset_of(loaded, 3), both ? SNND_RESET_SUBTRACT : SNND_RESET_ZERO);
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_reset_that_is_told_is_that_of_all_neurons) {
    snnd_context *context = make_context(1);
    snnd_network *network = build_subtracting(context, SNND_RESET_ZERO), *loaded;
    GOOD(save_nir(context, network, NULL, scratch("a")));
    for (int reset = SNND_RESET_ZERO; reset <= SNND_RESET_SUBTRACT; reset++) {
        const nir_import_options options = {.order = NIR_ORDER_UNTOLD, .reset = (snnd_reset)reset};
        GOOD(nir_load(context, &options, scratch("a"), &loaded, &nir_report, &nir_failure));
        ck_assert_int_eq(reset_of(loaded, 1), reset);
        ck_assert_int_eq(reset_of(loaded, 3), reset);
        snnd_network_free(loaded);
    }
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* Neurons behind nothing but the input, with time constants of their own from 1.02 to 400 steps. */
static snnd_network *build_leaky(snnd_context *context, int32_t neurons, snnd_tau tau, bool fires) {
    snnd_network *network;
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    snnd_layer *layer;
    OK(context, snnd_network_create(context, neurons, &network));
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    lif.tau_per_neuron = leaky.tau_per_neuron = (int32_t)tau;
    lif.order = leaky.order = SNND_ORDER_UPDATE_FIRST;
    if (fires)
        OK(context, snnd_network_add_lif(network, &lif, &layer));
    else
        OK(context, snnd_network_add_leaky_integrator(network, &leaky, &layer));
    for (int32_t n = 0; n < neurons; n++)
        snnd_layer_floats(layer, SNND_ARRAY_LEAK)[n] = (float)(10 * snnd_random_uniform(6, 1, (uint64_t)n) - 6);
    return network;
}

/* Seconds in single precision are rounded once; from then on they are the same bits. */
START_TEST(time_constants_of_neurons_come_back) {
    enum { NEURONS = 200 };
    snnd_context *context = make_context(1);
    snnd_network *network = build_leaky(context, NEURONS, _i % 2 == 0 ? SNND_TAU_GIVEN : SNND_TAU_LEARNED, _i < 2);
    snnd_network *loaded = round_trip(context, network, NULL), *again = round_trip(context, loaded, NULL);
    ck_assert_int_eq(loaded->count, 1);
    const snnd_layer *one = network->layer[0], *other = loaded->layer[0];
    for (int32_t n = 0; n < NEURONS; n++)
        ck_assert_double_eq_tol(snnd_leak_rate(one, n) / snnd_leak_rate(other, n), 1, 2e-7);
    ck_assert_mem_eq(snnd_layer_floats(other, SNND_ARRAY_LEAK), snnd_layer_floats(again->layer[0], SNND_ARRAY_LEAK),
                     NEURONS * sizeof(float));
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_network_free(again);
    snnd_context_free(context);
}
END_TEST

/* ---- the rest ---- */

START_TEST(masks_and_signs_become_weights) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, false, 4);
    snnd_structure structure = structure_of(0.5);
    snnd_sparsity *rule = NULL;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &rule));
    snnd_sparsity_free(rule);
    /* As a synapse is that DEEP R has just dropped: it is in no mask, and evaluation has it until the next step. */
    int64_t dropped = 0;
    while (((const uint8_t *)network->layer[0]->arrays[SNND_ARRAY_MASK].data)[dropped])
        dropped++;
    snnd_layer_floats(network->layer[0], SNND_ARRAY_WEIGHT)[dropped] = -0.75F;
    snnd_network *loaded = round_trip(context, network, NULL);
    ck_assert_double_eq(distance(context, network, loaded), 0);
    int64_t carrying = -1;
    for (int64_t s = 0; s < snnd_layer_synapses(loaded->layer[0]); s++)
        carrying += snnd_layer_floats(loaded->layer[0], SNND_ARRAY_WEIGHT)[s] != 0;
    ck_assert_int_eq(carrying, snnd_layer_active(network->layer[0]));
    snnd_network_free(network);
    snnd_network_free(loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_step_is_told_or_read) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, false, 10.05), *loaded = NULL;
    nir_export_options options = export_for(NIR_ORDER_UNTOLD);
    options.dt = 0.0005;
    GOOD(save_nir(context, network, &options, scratch("a")));
    GOOD(load_nir(context, 0, scratch("a"), &loaded));
    ck_assert_double_le(distance(context, network, loaded), 1e-5);
    snnd_network_free(loaded);
    /* Steps of half the length are twice as many. */
    GOOD(load_nir(context, 0.00025, scratch("a"), &loaded));
    ck_assert_double_eq_tol(loaded->layer[1]->options.lif.tau, 20.1, 1e-5);
    snnd_network_free(loaded);
    REFUSED("steps of 0.001 s", load_nir(context, 0.001, scratch("a"), &loaded));
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(equal_networks_make_equal_files) {
    snnd_context *context = make_context(1);
    snnd_network *one = build(context, true, 3), *other = build(context, true, 3);
    size_t a_bytes, b_bytes;
    GOOD(save_nir(context, one, NULL, scratch("a")));
    sleep(1); /* a time in the file would be another then */
    GOOD(save_nir(context, other, NULL, scratch("b")));
    unsigned char *a = scratch_read(scratch("a"), &a_bytes), *b = scratch_read(scratch("b"), &b_bytes);
    ck_assert_uint_eq(a_bytes, b_bytes);
    ck_assert_mem_eq(a, b, a_bytes);
    free(a);
    free(b);
    snnd_network_free(one);
    snnd_network_free(other);
    snnd_context_free(context);
}
END_TEST

/* ---- errors ---- */

START_TEST(arguments_are_checked) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, false, 3), *empty = NULL, *loaded = NULL;
    OK(context, snnd_network_create(context, 3, &empty));
    REFUSED("no layers", save_nir(context, empty, NULL, scratch("a")));
    REFUSED("none/a: cannot open", save_nir(context, network, NULL, scratch("none/a")));
    REFUSED(scratch("a"), load_nir(context, 0, scratch("a"), &loaded));
    scratch_write(scratch("b"), "nothing", 7);
    REFUSED("not an HDF5 file", load_nir(context, 0, scratch("b"), &loaded));
    ck_assert_int_eq(scratch_entries(), 1);
    snnd_network_free(network);
    snnd_network_free(empty);
    snnd_context_free(context);
}
END_TEST

START_TEST(what_single_precision_does_not_hold_is_not_written) {
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, true, 3);
    snnd_layer_floats(network->layer[0], SNND_ARRAY_WEIGHT)[3] = 1e30f;
    snnd_layer_floats(network->layer[1], SNND_ARRAY_SCALE)[0] = 1e30f;
    OK(context, snnd_network_save(network, scratch("a")));
    REFUSED("'weight'", save_nir(context, network, NULL, scratch("b")));
    snnd_layer_floats(network->layer[0], SNND_ARRAY_WEIGHT)[3] = INFINITY;
    REFUSED("'weight'", save_nir(context, network, NULL, scratch("b")));
    ck_assert_int_eq(scratch_entries(), 1);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(neurons_that_nir_has_no_node_for_are_refused_by_name) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, 3, &network));
    OK(context, snnd_network_add_delays(network, 4, NULL, NULL));
    OK(context, snnd_network_add_adaptive_lif(network, NULL, NULL));
    REFUSED("layer 1 is of adaptive LIF neurons, which NIR has no node for",
            save_nir(context, network, NULL, scratch("a")));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* HDF5 looks for a file of the name that its file in memory has, and opens whatever that is. */
START_TEST(nothing_else_is_opened) {
    enum { EVENTS = 4096 };
    char events[EVENTS];
    snnd_context *context = make_context(1);
    snnd_network *network = build(context, true, 3), *loaded = NULL;
    scratch_write(scratch("libsnndelay"), "of somebody", 11);
    ck_assert_int_eq(chdir(scratch_directory), 0);
    const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    ck_assert_int_ge(inotify_add_watch(watch, "libsnndelay", IN_OPEN), 0);
    GOOD(save_nir(context, network, NULL, "a"));
    GOOD(load_nir(context, 0, "a", &loaded));
    ck_assert_int_lt(read(watch, events, sizeof events), 0);
    close(watch);
    snnd_network_free(loaded);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* Batch norm without delays in front is a matrix of neurons times neurons, of which sizes of 32 bits would make none.
 */
START_TEST(a_matrix_of_very_many_rows_and_columns_is_refused) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    OK(context, snnd_network_create(context, 1 << 16, &network));
    OK(context, snnd_network_add_batch_norm(network, NULL, NULL));
    REFUSED("layer 0 normalises 65536 neurons", save_nir(context, network, NULL, scratch("none.nir")));
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

Suite *round_trip_suite(void) {
    Suite *suite = suite_create("round_trip");

    TCase *both = scratch_case(suite, "there and back");
    tcase_add_loop_test(both, without_batch_norm_it_comes_back, 0, 12);
    tcase_add_loop_test(both, batch_norm_comes_back_folded, 0, 2);
    tcase_add_test(both, layers_in_any_order_come_back);
    tcase_add_loop_test(both, shared_delays_come_back_as_those_of_synapses, 0, 4);
    tcase_add_test(both, delays_behind_a_bias_come_back);
    tcase_add_loop_test(both, a_common_shift_is_one_delay, 0, 4);
    tcase_add_loop_test(both, a_shift_that_is_dropped_moves_the_output, 0, 2);
    tcase_add_test(both, resistance_is_1);
    tcase_add_test(both, masks_and_signs_become_weights);
    tcase_add_test(both, the_step_is_told_or_read);
    tcase_add_test(both, equal_networks_make_equal_files);

    tcase_add_test(both, the_papers_order_is_approximate_where_readers_update_first);
    tcase_add_test(both, what_updates_first_is_not_written_for_readers_that_do_not);
    tcase_add_loop_test(both, a_reset_by_subtraction_comes_back, 0, 2);
    tcase_add_test(both, a_reset_that_is_told_is_that_of_all_neurons);
    tcase_add_loop_test(both, time_constants_of_neurons_come_back, 0, 4);

    TCase *errors = scratch_case(suite, "errors");
    tcase_add_test(errors, arguments_are_checked);
    tcase_add_test(errors, a_matrix_of_very_many_rows_and_columns_is_refused);
    tcase_add_test(errors, what_single_precision_does_not_hold_is_not_written);
    tcase_add_test(errors, neurons_that_nir_has_no_node_for_are_refused_by_name);
    tcase_add_test(errors, nothing_else_is_opened);

    return suite;
}
