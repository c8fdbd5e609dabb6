/* NIR files that the library did not write: what it makes of them, and why it refuses others. */
#include <math.h>
#include <sys/wait.h>
#include <unistd.h>

#include "format/scratch.h"
#include "kernel/readout.h"
#include "model/leak.h"
#include "model/network.h"
#include "nir/by_hand.h"
#include "nir/files.h"
#include "support.h"

Suite *import_suite(void);

static const double DT = 0.01;

static snnd_network *load(snnd_context *context, const by_hand *changes, size_t count) {
    snnd_network *network = NULL;
    by_hand_write(scratch("a"), changes, count);
    GOOD(load_nir(context, DT, scratch("a"), &network));
    return network;
}

static float element(const snnd_network *network, int32_t layer, snnd_array_name name, int64_t place) {
    return snnd_layer_floats(network->layer[layer], name)[place];
}

static int32_t delay_of(const snnd_network *network, int32_t layer, int64_t place) {
    int32_t delays[256];
    ck_assert_int_le(snnd_layer_synapses(network->layer[layer]), 256);
    ck_assert_int_eq(snnd_layer_delays(network->layer[layer], delays), SNND_OK);
    return delays[place];
}

static void has_layers(const snnd_network *network, const snnd_layer_type *types, int32_t count) {
    ck_assert_int_eq(network->count, count);
    for (int32_t i = 0; i < count; i++)
        ck_assert_int_eq(network->layer[i]->class->type, types[i]);
}

/* ---- what is made of them ---- */

START_TEST(a_chain_of_others_is_read) {
    static const snnd_layer_type types[] = {SNND_LAYER_DELAYS, SNND_LAYER_LIF, SNND_LAYER_DELAYS, SNND_LAYER_BATCH_NORM,
                                            SNND_LAYER_LEAKY_INTEGRATOR};
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, NULL, 0);
    has_layers(network, types, 5);
    ck_assert_int_eq(network->layer[0]->outputs, 3);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 0), 0.75f, 2e-7f);
    ck_assert_int_eq(delay_of(network, 0, 5), 2);
    ck_assert_double_eq_tol(network->layer[1]->options.lif.tau, 5, 1e-6);
    ck_assert_int_eq(network->layer[1]->options.lif.order, SNND_ORDER_UPDATE_FIRST);
    ck_assert_int_eq(network->layer[1]->options.lif.reset, SNND_RESET_ZERO);
    ck_assert_double_eq(network->layer[1]->options.lif.threshold, 1);
    ck_assert_int_eq(delay_of(network, 2, 0), 0);
    ck_assert_float_eq(element(network, 3, SNND_ARRAY_SHIFT, 1), 0.25f);
    ck_assert_double_eq(network->layer[4]->options.leaky_integrator.tau, 10);
    ck_assert_int_eq(network->layer[4]->options.leaky_integrator.order, SNND_ORDER_UPDATE_FIRST);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_bias_is_batch_norm_that_changes_nothing_else) {
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, NULL, 0);
    const snnd_layer *norm = network->layer[3];
    ck_assert_double_eq((double)element(network, 3, SNND_ARRAY_RUNNING_VARIANCE, 0) + norm->options.batch_norm.epsilon,
                        1);
    ck_assert_float_eq(element(network, 3, SNND_ARRAY_SCALE, 0), 1);
    ck_assert_float_eq(element(network, 3, SNND_ARRAY_RUNNING_MEAN, 0), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(resistance_goes_into_the_weights) {
    const by_hand changes[] = {
        {.remove = NODE("lif/r"), .put = NODE("lif/r"), .kind = FLOATS, .axes = 1, .shape = {3}, .value = 1},
        {.remove = NODE("li/r"), .put = NODE("li/r"), .kind = FLOATS, .axes = 1, .shape = {2}, .value = 20}};
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, 2);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 0), 0.15f, 1e-7f);
    ck_assert_float_eq_tol(element(network, 2, SNND_ARRAY_WEIGHT, 0), 1, 2e-7f);
    ck_assert_float_eq_tol(element(network, 3, SNND_ARRAY_SHIFT, 0), 0.5f, 1e-7f);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(resistance_1_and_tau_over_dt_are_the_same_network) {
    const by_hand changes[] = {
        {.remove = NODE("lif/r"), .put = NODE("lif/r"), .kind = FLOATS, .axes = 1, .shape = {3}, .value = 1},
        {.remove = NODE("linear/weight"),
         .put = NODE("linear/weight"),
         .kind = FLOATS,
         .axes = 2,
         .shape = {3, 2},
         .value = 0.75 * 5}};
    snnd_context *context = make_context(1);
    snnd_network *one = load(context, NULL, 0), *other = load(context, changes, 2);
    for (int64_t s = 0; s < 6; s++)
        ck_assert_float_eq_tol(element(one, 0, SNND_ARRAY_WEIGHT, s), element(other, 0, SNND_ARRAY_WEIGHT, s), 1e-7f);
    ck_assert_double_eq(one->layer[1]->options.lif.tau, other->layer[1]->options.lif.tau);
    snnd_network_free(one);
    snnd_network_free(other);
    snnd_context_free(context);
}
END_TEST

/* Numbers of neurons may be one for all, in an axis or without. */
START_TEST(one_number_is_that_of_all_neurons) {
    static const struct {
        const char *name;
        double value;
    } fields[] = {{"lif/tau", 0.05}, {"lif/r", 5}, {"lif/v_leak", 0}, {"lif/v_threshold", 1},
                  {"li/tau", 0.1},   {"li/r", 10}, {"li/v_leak", 0}};
    enum { FIELDS = sizeof fields / sizeof fields[0] };
    by_hand changes[FIELDS + 1];
    char path[FIELDS][64];
    for (int f = 0; f < FIELDS; f++) {
        snprintf(path[f], sizeof path[f], "node/nodes/%s", fields[f].name);
        changes[f] = (by_hand){
            .remove = path[f], .put = path[f], .kind = FLOATS, .axes = _i, .shape = {1}, .value = fields[f].value};
    }
    changes[FIELDS] = (by_hand){.put = NODE("lif/v_reset"), .kind = FLOATS, .axes = _i, .shape = {1}};
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, FIELDS + 1);
    ck_assert_int_eq(network->layer[1]->outputs, 3);
    ck_assert_double_eq_tol(network->layer[1]->options.lif.tau, 5, 1e-6);
    ck_assert_int_eq(network->layer[4]->outputs, 2);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 0), 0.75f, 2e-7f);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_block_of_the_users_comes_before_the_file) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    by_hand_write_behind((hsize_t)512 << _i, scratch("a"), NULL, 0);
    GOOD(load_nir(context, DT, scratch("a"), &network));
    ck_assert_int_eq(network->count, 5);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* In place of the edges, the same in chunks that have passed filters. */
static void write_chunked_edges(const char *path, const hsize_t chunk[2], bool shuffled, bool deflated) {
    static const char *const edge[6][2] = {{"input", "delay"}, {"delay", "linear"}, {"linear", "lif"},
                                           {"lif", "affine"},  {"affine", "li"},    {"li", "output"}};
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT), type = H5Tcopy(H5T_C_S1);
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, (const hsize_t[]){6, 2}, NULL);
    H5Tset_size(type, H5T_VARIABLE);
    H5Pset_chunk(how, 2, chunk);
    if (shuffled)
        H5Pset_shuffle(how);
    if (deflated)
        H5Pset_deflate(how, 9);
    H5Ldelete(file, "node/edges", H5P_DEFAULT);
    const hid_t made = H5Dcreate2(file, "node/edges", type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    by_hand_good(made >= 0 && H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, edge) >= 0, "the edges");
    H5Dclose(made);
    H5Sclose(space);
    H5Pclose(how);
    H5Tclose(type);
    H5Fclose(file);
}

START_TEST(edges_in_chunks_are_read) {
    static const hsize_t chunks[3][2] = {{4, 2}, {6, 1}, {1, 1}};
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    by_hand_write(scratch("a"), NULL, 0);
    write_chunked_edges(scratch("a"), chunks[_i / 4], _i % 2 != 0, _i / 2 % 2 != 0);
    GOOD(load_nir(context, DT, scratch("a"), &network));
    ck_assert_int_eq(network->count, 5);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_order_is_that_of_the_metadata) {
    static const struct {
        const char *text;
        nir_order order;
        bool told;
        snnd_order neurons;
    } said[] = {{NIR_SPIKE_FIRST_WORDS ": as it is written", NIR_SPIKE_FIRST, true, SNND_ORDER_PAPER},
                {NIR_UPDATE_FIRST_WORDS, NIR_UPDATE_FIRST, true, SNND_ORDER_UPDATE_FIRST},
                {"exponential Euler", NIR_UPDATE_FIRST, false, SNND_ORDER_UPDATE_FIRST}};
    const by_hand changes[] = {PUT(GROUP, "node/metadata", .text = NULL),
                               PUT(TEXT, "node/metadata/discretization", .text = said[_i].text)};
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, 2);
    ck_assert_int_eq(nir_report.order, said[_i].order);
    ck_assert_int_eq(nir_report.told, said[_i].told);
    ck_assert_int_eq(nir_report.firing, 1);
    ck_assert_int_eq(network->layer[1]->options.lif.order, said[_i].neurons);
    ck_assert_int_eq(network->layer[4]->options.leaky_integrator.order, said[_i].neurons);
    /* Of the two steps the paper's neurons take one. */
    ck_assert_int_eq(delay_of(network, 0, 5), said[_i].neurons == SNND_ORDER_PAPER ? 1 : 2);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* The library's words, so that a readout that the program does not know fails. */
#define WORD(number, name) #name,
static const char *const readout_words[] = {SNND_READOUTS(WORD)};
enum { READOUTS = sizeof readout_words / sizeof *readout_words };

START_TEST(the_readout_is_that_of_the_metadata) {
    const by_hand changes[] = {PUT(GROUP, "node/metadata", .text = NULL),
                               PUT(TEXT, "node/metadata/readout", .text = readout_words[_i])};
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, 2), *loaded;
    const snnd_readout expected = (snnd_readout)(SNND_READOUT_SOFTMAX_SUM + _i);
    ck_assert_int_eq(snnd_network_readout(network), expected);
    GOOD(save_nir(context, network, NULL, scratch("b")));
    GOOD(load_nir(context, 0, scratch("b"), &loaded));
    ck_assert_int_eq(snnd_network_readout(loaded), expected);
    snnd_network_free(loaded);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_file_without_a_readout_has_that_of_the_paper) {
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, NULL, 0);
    ck_assert_int_eq(snnd_network_readout(network), SNND_READOUT_SOFTMAX_SUM);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_readout_that_is_none_is_refused) {
    const by_hand changes[] = {PUT(GROUP, "node/metadata", .text = NULL),
                               PUT(TEXT, "node/metadata/readout", .text = _i == 0 ? "median" : "")};
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    by_hand_write(scratch("a"), changes, 2);
    REFUSED(_i == 0 ? "the readout is 'median'; expected softmax_sum, sum" : "the readout is ''",
            load_nir(context, DT, scratch("a"), &network));
    ck_assert_ptr_null(network);
    snnd_context_free(context);
}
END_TEST

/* Two ways from the input to the matrix, and one past it; the three steps behind the bias are a layer of their own. */
START_TEST(branches_side_by_side_are_one_layer) {
    const by_hand changes[] = {
        {.remove = "node/edges",
         .put = "node/edges",
         .kind = EDGES,
         .text =
             "input>delay delay>linear linear>sum input>other other>scale scale>sum input>other2 other2>sum sum>lif "
             "lif>affine affine>li li>output"},
        PUT(GROUP, NODE("other"), .text = NULL),
        PUT(TEXT, NODE("other/type"), .text = "Linear"),
        PUT(FLOATS, NODE("other/weight"), .axes = 2, .shape = {3, 2}, .value = 2),
        PUT(GROUP, NODE("scale"), .text = NULL),
        PUT(TEXT, NODE("scale/type"), .text = "Scale"),
        PUT(FLOATS, NODE("scale/scale"), .axes = 1, .shape = {3}, .value = -2),
        PUT(GROUP, NODE("other2"), .text = NULL),
        PUT(TEXT, NODE("other2/type"), .text = "Affine"),
        PUT(FLOATS, NODE("other2/weight"), .axes = 2, .shape = {3, 2}, .value = 1),
        PUT(FLOATS, NODE("other2/bias"), .axes = 1, .shape = {3}, .value = 7),
        PUT(GROUP, NODE("sum"), .text = NULL),
        PUT(TEXT, NODE("sum/type"), .text = "Delay"),
        PUT(FLOATS, NODE("sum/delay"), .axes = 1, .shape = {3}, .value = 0.03),
    };
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, sizeof changes / sizeof changes[0]);
    ck_assert_int_eq(network->layer[0]->options.delays.synapses_per_pair, 2);
    ck_assert_int_eq(network->layer[0]->options.delays.max_delay, 2);
    ck_assert_int_eq(delay_of(network, 0, 0), 0);
    ck_assert_int_eq(delay_of(network, 0, 1), 2);
    ck_assert_int_eq(snnd_layer_get_type(network->layer[2]), SNND_LAYER_DELAYS);
    ck_assert_int_eq(delay_of(network, 2, 0), 3);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 0), -3, 1e-6f); /* 2 times -2, and 1 */
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 1), 0.75f, 1e-6f);
    ck_assert_float_eq(element(network, 1, SNND_ARRAY_SHIFT, 2), 7);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(two_matrices_are_two_layers) {
    static const snnd_layer_type types[] = {SNND_LAYER_DELAYS, SNND_LAYER_DELAYS, SNND_LAYER_BATCH_NORM,
                                            SNND_LAYER_LEAKY_INTEGRATOR};
    const by_hand changes[] = {
        {.remove = "node/edges",
         .put = "node/edges",
         .kind = EDGES,
         .text = "input>delay delay>linear linear>affine affine>li li>output"},
        {.remove = NODE("lif")},
    };
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, 2);
    has_layers(network, types, 4);
    ck_assert_int_eq(delay_of(network, 0, 0), 2);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(neurons_without_a_matrix_are_joined_one_to_one) {
    static const snnd_layer_type types[] = {SNND_LAYER_DELAYS, SNND_LAYER_LEAKY_INTEGRATOR};
    const by_hand changes[] = {
        {.remove = "node/edges", .put = "node/edges", .kind = EDGES, .text = "input>delay delay>li li>output"},
        {.remove = NODE("lif")},
        {.remove = NODE("linear")},
        {.remove = NODE("affine")},
    };
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, 4);
    has_layers(network, types, 2);
    ck_assert_int_eq(delay_of(network, 0, 3), 2);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 3), 1, 2e-7f);
    ck_assert_float_eq(element(network, 0, SNND_ARRAY_WEIGHT, 1), 0);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(other_ways_to_write_the_same_are_read) {
    const by_hand changes[] = {
        {.remove = "node/type", .put = "node/type", .kind = FIXED_TEXT, .text = "NIRGraph"},
        PUT(FLOATS, NODE("lif/v_reset"), .axes = 1, .shape = {3}, .value = 0),
        PUT(GROUP, NODE("lif/metadata"), .text = NULL),
        PUT(TEXT, NODE("lif/metadata/anything"), .text = "at all"),
        PUT(GROUP, NODE("li/input_type"), .text = NULL),
        {.remove = NODE("input/shape"),
         .put = NODE("input/shape"),
         .kind = INTEGERS,
         .axes = 1,
         .shape = {1},
         .value = 2},
        PUT(GROUP, NODE("flat"), .text = NULL),
        PUT(TEXT, NODE("flat/type"), .text = "Flatten"),
        PUT(INTEGERS, NODE("flat/start_dim"), .value = 0),
        PUT(INTEGERS, NODE("flat/end_dim"), .value = -1),
        PUT(INTEGERS, NODE("flat/input_type"), .axes = 1, .shape = {1}, .value = 2),
        {.remove = "node/edges",
         .put = "node/edges",
         .kind = EDGES,
         .text = "input>flat flat>delay delay>linear linear>lif lif>affine affine>li li>output"},
    };
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, sizeof changes / sizeof changes[0]);
    ck_assert_int_eq(network->count, 5);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_lag_without_room_is_told) {
    const by_hand changes[] = {
        {.remove = NODE("delay/delay"), .put = NODE("delay/delay"), .kind = FLOATS, .axes = 1, .shape = {2}},
        PUT(GROUP, "node/metadata", .text = NULL),
        PUT(TEXT, "node/metadata/discretization", .text = NIR_SPIKE_FIRST_WORDS)};
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, 3);
    ck_assert_int_eq(delay_of(network, 0, 0), 0);
    ck_assert_int_eq(nir_report.later, 1);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* The graph with a field of its LIF node that differs. */
static void let_differ(const char *field, const float values[3]) {
    char path[64];
    snprintf(path, sizeof path, "node/nodes/lif/%s", field);
    by_hand_write(scratch("a"), NULL, 0);
    const hid_t file = H5Fopen(scratch("a"), H5F_ACC_RDWR, H5P_DEFAULT), dataset = H5Dopen2(file, path, H5P_DEFAULT);
    by_hand_good(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0, field);
    H5Dclose(dataset);
    H5Fclose(file);
}

/* A single step has no logit. */
START_TEST(a_time_constant_of_one_step_is_exact) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    let_differ("tau", (const float[]){0.01f, 0.01f, 0.02f});
    GOOD(load_nir(context, DT, scratch("a"), &network));
    ck_assert_double_eq(snnd_leak_rate(network->layer[1], 0), 1);
    ck_assert_double_eq_tol(snnd_leak_rate(network->layer[1], 2), 0.5, 1e-7);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(time_constants_may_differ) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    let_differ("tau", (const float[]){2, 2, 3}); /* 200, 200 and 300 steps */
    GOOD(load_nir(context, DT, scratch("a"), &network));
    ck_assert_int_eq(network->layer[1]->options.lif.tau_per_neuron, SNND_TAU_GIVEN);
    ck_assert_float_eq_tol(element(network, 1, SNND_ARRAY_LEAK, 1), -(float)log(199), 1e-5f);
    ck_assert_float_eq_tol(element(network, 1, SNND_ARRAY_LEAK, 2), -(float)log(299), 1e-5f);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 0), 0.75f * 5 / 200, 1e-7f);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 5), 0.75f * 5 / 300, 1e-7f);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* A potential and its threshold are as good in any measure: weights take the difference. */
START_TEST(thresholds_may_differ) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    let_differ("v_threshold", (const float[]){2, 2, 3});
    GOOD(load_nir(context, DT, scratch("a"), &network));
    ck_assert_double_eq(network->layer[1]->options.lif.threshold, 2);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 0), 0.75f, 1e-6f);
    ck_assert_float_eq_tol(element(network, 0, SNND_ARRAY_WEIGHT, 5), 0.5f, 1e-6f);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_reset_is_that_of_the_nodes_metadata) {
    static const char *const words[] = {"zero", "subtract"};
    const by_hand changes[] = {PUT(GROUP, NODE("lif/metadata"), .text = NULL),
                               PUT(TEXT, NODE("lif/metadata/reset"), .text = words[_i])};
    snnd_context *context = make_context(1);
    snnd_network *network = load(context, changes, 2);
    ck_assert_int_eq(network->layer[1]->options.lif.reset, _i == 0 ? SNND_RESET_ZERO : SNND_RESET_SUBTRACT);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_reset_that_is_none_is_refused) {
    const by_hand changes[] = {PUT(GROUP, NODE("lif/metadata"), .text = NULL),
                               PUT(TEXT, NODE("lif/metadata/reset"), .text = _i == 0 ? "none" : "subtract"),
                               PUT(FLOATS, NODE("lif/v_reset"), .axes = 1, .shape = {3})};
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    by_hand_write(scratch("a"), changes, 3);
    REFUSED(_i == 0 ? "node 'lif': its metadata say that the reset is 'none'; expected zero or subtract"
                    : "node 'lif' (LIF) has a v_reset, and its metadata say that it subtracts",
            load_nir(context, DT, scratch("a"), &network));
    ck_assert_ptr_null(network);
    snnd_context_free(context);
}
END_TEST

/* ---- what is refused ---- */

#define INSTEAD(place, what, said, ...)                                                                                \
    { .remove = place, .put = place, .kind = what, .words = said, __VA_ARGS__ }
#define LIF_OF(field, number, said) INSTEAD(NODE("lif/" field), FLOATS, said, .axes = 1, .shape = {3}, .value = number)

static const by_hand broken[] = {
    /* the file and the graph */
    {.remove = "version", .words = "'version' is missing"},
    INSTEAD("version", GROUP, "'version' is not a dataset", .text = NULL),
    INSTEAD("version", INTEGERS, "'version' does not contain text", .value = 1),
    {.remove = "node", .words = "'node' is missing"},
    INSTEAD("node", TEXT, "'node' is not a group", .text = "a text"),
    INSTEAD("node", SOFT_LINK, "'node' is a link", .text = "elsewhere"),
    INSTEAD("node", OUTER_LINK, "'node' is a link", .text = "node"),
    {.remove = "node/type", .words = "'type' is missing"},
    INSTEAD("node/type", TEXT, "'Linear'; expected NIRGraph", .text = "Linear"),
    {.remove = "node/nodes", .words = "'nodes' is missing"},
    {.remove = "node/edges", .words = "'edges' is missing"},
    INSTEAD("node/edges", TEXT, "pairs of names", .text = "input>output"),
    INSTEAD("node/edges", INTEGERS, "not contain text", .axes = 2, .shape = {1, 2}),
    /* edges */
    INSTEAD("node/edges", EDGES, "names 'nobody'", .text = "input>nobody"),
    INSTEAD("node/edges", EDGES, "leads nowhere", .text = "input>delay"),
    INSTEAD("node/edges", EDGES, "not on the way", .text = "input>delay delay>output"),
    INSTEAD("node/edges", EDGES, "in a loop",
            .text = "input>delay delay>linear linear>lif lif>affine affine>li li>output affine>lif"),
    INSTEAD("node/edges", EDGES, "in a loop",
            .text = "input>delay delay>linear linear>lif lif>affine affine>li li>li li>output"),
    INSTEAD("node/edges", EDGES, "edges that end at it",
            .text = "input>delay delay>linear linear>lif lif>affine affine>li li>output li>input"),
    INSTEAD("node/edges", EDGES, "in a loop",
            .text = "input>delay delay>linear linear>lif lif>affine affine>li li>output output>output"),
    INSTEAD("node/edges", EDGES, "do not join",
            .text = "input>delay delay>linear linear>lif lif>affine affine>li li>output input>affine"),
    INSTEAD("node/edges", EDGES, "not on the way", .text = "input>output"),
    /* nodes */
    {.remove = NODE("input"), .words = "names 'input'"},
    INSTEAD(NODE("input/type"), TEXT, "0 nodes of type Input", .text = "Output"),
    INSTEAD(NODE("lif"), TEXT, "'lif' is not a group", .text = "LIF"),
    INSTEAD(NODE("lif"), SOFT_LINK, "'lif' is a link", .text = "/node/nodes/li"),
    {.remove = NODE("lif/type"), .words = "node 'lif': 'type' is missing"},
    INSTEAD(NODE("lif/type"), TEXT, "its type is 'CubaLIF'", .text = "CubaLIF"),
    INSTEAD(NODE("lif/type"), TEXT, "its type is 'NIRGraph'", .text = "NIRGraph"),
    INSTEAD(NODE("lif/type"), TEXT, "not a field of LI", .text = "LI"),
    {.put = NODE("lif/w_in"), .kind = FLOATS, .axes = 1, .shape = {3}, .words = "'w_in' is not a field of LIF"},
    {.remove = NODE("lif/tau"), .words = "node 'lif': 'tau' is missing"},
    {.put = NODE("more"), .kind = GROUP, .words = "node 'more': 'type' is missing"},
    /* fields */
    INSTEAD(NODE("lif/tau"), TEXT, "'tau' does not contain numbers", .text = "0.05"),
    INSTEAD(NODE("lif/tau"), OPAQUE, "'tau' does not contain numbers", .axes = 1, .shape = {3}),
    INSTEAD(NODE("lif/tau"), GROUP, "'tau' is not a dataset", .text = NULL),
    INSTEAD(NODE("lif/tau"), FLOATS, "'tau' is [4]; expected [3]", .axes = 1, .shape = {4}, .value = 0.05),
    INSTEAD(NODE("lif/tau"), FLOATS, "more than 4 axes", .axes = 5, .shape = {3, 1, 1, 1, 1}, .value = 0.05),
    INSTEAD(NODE("lif/tau"), FLOATS, "no elements", .axes = 1, .shape = {0}),
    INSTEAD(NODE("lif/tau"), UNWRITTEN, "more elements than the file holds", .axes = 1, .shape = {3}),
    INSTEAD(NODE("lif/tau"), UNWRITTEN, "too many", .axes = 1, .shape = {1ull << 40}),
    INSTEAD(NODE("lif/tau"), OUTER_DATA, "another file", .axes = 1, .shape = {3}, .text = "/dev/zero"),
    INSTEAD(NODE("lif/tau"), SOFT_LINK, "'tau' is a link", .text = "/node/nodes/lif/r"),
    LIF_OF("tau", NAN, "not finite"),
    LIF_OF("tau", INFINITY, "not finite"),
    LIF_OF("tau", 0, "'tau' is 0; expected more than 0"),
    LIF_OF("tau", -1, "'tau' is -1; expected more than 0"),
    LIF_OF("tau", 0.005, "'tau' is 0.5 steps of 0.01 s; expected at least one"),
    LIF_OF("v_leak", -0.5, "'v_leak' is -0.5; expected 0"),
    LIF_OF("v_threshold", 0, "'v_threshold' is 0; expected more than 0"),
    LIF_OF("v_threshold", -1, "'v_threshold' is -1"),
    {.put = NODE("lif/v_reset"), .kind = FLOATS, .axes = 1, .shape = {3}, .value = -1, .words = "'v_reset' is -1"},
    {.put = NODE("lif/v_reset"), .kind = FLOATS, .axes = 1, .shape = {2}, .words = "'v_reset' is [2]"},
    INSTEAD(NODE("delay/delay"), FLOATS, "2.5 steps", .axes = 1, .shape = {2}, .value = 0.025),
    INSTEAD(NODE("delay/delay"), FLOATS, "-1 steps", .axes = 1, .shape = {2}, .value = -0.01),
    INSTEAD(NODE("delay/delay"), FLOATS, "2000 steps", .axes = 1, .shape = {2}, .value = 20),
    INSTEAD(NODE("delay/delay"), FLOATS, "'delay' is [3]; expected [2]", .axes = 1, .shape = {3}, .value = 0.01),
    INSTEAD(NODE("linear/weight"), FLOATS, "its weight is [3, 3]; expected [up to 1048576, 2]", .axes = 2,
            .shape = {3, 3}),
    INSTEAD(NODE("linear/weight"), FLOATS, "its weight is [6];", .axes = 1, .shape = {6}),
    INSTEAD(NODE("linear/weight"), FLOATS, "its weight is [1, 3, 2];", .axes = 3, .shape = {1, 3, 2}),
    INSTEAD(NODE("linear/weight"), DOUBLES, "is inf", .axes = 2, .shape = {3, 2}, .value = 1e39),
    INSTEAD(NODE("affine/bias"), FLOATS, "'bias' is [3]", .axes = 1, .shape = {3}),
    INSTEAD(NODE("affine/bias"), DOUBLES, "is -inf", .axes = 1, .shape = {2}, .value = -1e300),
    INSTEAD(NODE("input/shape"), INTEGERS, "whole numbers", .axes = 1, .shape = {1}, .value = -2),
    INSTEAD(NODE("input/shape"), INTEGERS, "whole numbers", .axes = 1, .shape = {1}),
    INSTEAD(NODE("input/shape"), FLOATS, "whole numbers", .axes = 1, .shape = {1}, .value = 1.5),
    INSTEAD(NODE("input/shape"), INTEGERS, "whole numbers", .axes = 1, .shape = {8}, .value = 100),
    INSTEAD(NODE("input/shape"), INTEGERS, "list of extents", .axes = 1, .shape = {17}, .value = 1),
    INSTEAD(NODE("input/shape"), INTEGERS, "'delay' is [2]; expected [3]", .axes = 1, .shape = {1}, .value = 3),
    INSTEAD(NODE("output/shape"), INTEGERS, "number of elements differs", .axes = 1, .shape = {1}, .value = 3),
};

START_TEST(a_broken_file_is_refused) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    by_hand_write(scratch("a"), &broken[_i], 1);
    REFUSED(broken[_i].words, load_nir(context, DT, scratch("a"), &network));
    ck_assert_msg(strstr(nir_failure.text, scratch("a")) != NULL, "'%s' does not name the file", nir_failure.text);
    ck_assert_ptr_null(network);
    snnd_context_free(context);
}
END_TEST

START_TEST(without_dt_there_is_no_step) {
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    by_hand_write(scratch("a"), NULL, 0);
    REFUSED("'dt'", load_nir(context, 0, scratch("a"), &network));
    const by_hand changes[] = {PUT(GROUP, "node/metadata", .text = NULL),
                               PUT(DOUBLES, "node/metadata/dt", .value = _i == 0 ? 0.0 : -1.0)};
    by_hand_write(scratch("a"), changes, 2);
    REFUSED("dt is", load_nir(context, 0, scratch("a"), &network));
    snnd_context_free(context);
}
END_TEST

START_TEST(a_large_diagonal_is_refused) {
    const by_hand changes[] = {
        {.remove = "node/edges", .put = "node/edges", .kind = EDGES, .text = "input>delay delay>output"},
        {.remove = NODE("lif")},
        {.remove = NODE("li")},
        {.remove = NODE("linear")},
        {.remove = NODE("affine")},
        INSTEAD(NODE("input/shape"), INTEGERS, NULL, .axes = 1, .shape = {1}, .value = 5000),
        INSTEAD(NODE("output/shape"), INTEGERS, NULL, .axes = 1, .shape = {1}, .value = 5000),
        INSTEAD(NODE("delay/delay"), FLOATS, NULL, .axes = 1, .shape = {5000}, .value = 0.01),
    };
    snnd_context *context = make_context(1);
    snnd_network *network = NULL;
    by_hand_write(scratch("a"), changes, sizeof changes / sizeof changes[0]);
    REFUSED("5000 neurons", load_nir(context, DT, scratch("a"), &network));
    snnd_context_free(context);
}
END_TEST

START_TEST(a_file_that_is_cut_off_is_refused) {
    snnd_context *context = make_context(1);
    size_t bytes;
    by_hand_write(scratch("a"), NULL, 0);
    unsigned char *whole = scratch_read(scratch("a"), &bytes);
    for (size_t kept = 0; kept < bytes; kept += 97) {
        snnd_network *network = NULL;
        scratch_write(scratch("cut"), whole, kept);
        REFUSED(scratch("cut"), load_nir(context, DT, scratch("cut"), &network));
        ck_assert_ptr_null(network);
    }
    free(whole);
    snnd_context_free(context);
}
END_TEST

/* How many of a thousand damaged files are refused; -1: one was neither read nor refused. */
static int damage(const unsigned char *whole, size_t bytes) {
    snnd_context *context = make_context(1);
    unsigned char *changed = malloc(bytes);
    int refused = 0;
    for (uint64_t n = 0; n < 1000 && refused >= 0; n++) {
        snnd_network *network = NULL;
        memcpy(changed, whole, bytes);
        for (uint64_t k = 0; k < 1 + n % 4; k++) {
            const double place = snnd_random_uniform(n, 1, k), value = snnd_random_uniform(n, 2, k);
            changed[(size_t)(place * (double)(n % 2 == 0 ? bytes : 4096))] = (unsigned char)(256 * value);
        }
        scratch_write(scratch("b"), changed, bytes);
        const int result = load_nir(context, DT, scratch("b"), &network);
        refused = (result == 0) == (network != NULL) ? refused + (result != 0) : -1;
        snnd_network_free(network);
    }
    free(changed);
    snnd_context_free(context);
    return refused;
}

/* Whatever changed bytes make of it, the file is read or refused, and both without harm. In a process that ends without
 * HDF5's farewell: what HDF5 itself loses of damaged files it complains about there. */
START_TEST(any_bytes_may_be_wrong) {
    size_t bytes;
    int ended;
    by_hand_write(scratch("a"), NULL, 0);
    unsigned char *whole = scratch_read(scratch("a"), &bytes);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        _exit(damage(whole, bytes) > 100 ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &ended, 0), child);
    ck_assert_int_eq(ended, 0);
    free(whole);
}
END_TEST

Suite *import_suite(void) {
    Suite *suite = suite_create("import");

    TCase *reading = scratch_case(suite, "reading");
    tcase_add_test(reading, a_chain_of_others_is_read);
    tcase_add_test(reading, a_bias_is_batch_norm_that_changes_nothing_else);
    tcase_add_test(reading, resistance_goes_into_the_weights);
    tcase_add_test(reading, resistance_1_and_tau_over_dt_are_the_same_network);
    tcase_add_loop_test(reading, one_number_is_that_of_all_neurons, 0, 2);
    tcase_add_loop_test(reading, a_block_of_the_users_comes_before_the_file, 0, 2);
    tcase_add_loop_test(reading, edges_in_chunks_are_read, 0, 12);
    tcase_add_loop_test(reading, the_order_is_that_of_the_metadata, 0, 3);
    tcase_add_loop_test(reading, the_readout_is_that_of_the_metadata, 0, READOUTS);
    tcase_add_test(reading, a_file_without_a_readout_has_that_of_the_paper);
    tcase_add_loop_test(reading, a_readout_that_is_none_is_refused, 0, 2);
    tcase_add_test(reading, branches_side_by_side_are_one_layer);
    tcase_add_test(reading, two_matrices_are_two_layers);
    tcase_add_test(reading, neurons_without_a_matrix_are_joined_one_to_one);
    tcase_add_test(reading, other_ways_to_write_the_same_are_read);
    tcase_add_test(reading, a_lag_without_room_is_told);
    tcase_add_test(reading, time_constants_may_differ);
    tcase_add_test(reading, a_time_constant_of_one_step_is_exact);
    tcase_add_test(reading, thresholds_may_differ);
    tcase_add_loop_test(reading, the_reset_is_that_of_the_nodes_metadata, 0, 2);
    tcase_add_loop_test(reading, a_reset_that_is_none_is_refused, 0, 2);

    TCase *refused = scratch_case(suite, "refused");
    tcase_add_loop_test(refused, a_broken_file_is_refused, 0, sizeof broken / sizeof broken[0]);
    tcase_add_loop_test(refused, without_dt_there_is_no_step, 0, 2);
    tcase_add_test(refused, a_large_diagonal_is_refused);
    tcase_add_test(refused, a_file_that_is_cut_off_is_refused);
    tcase_add_test(refused, any_bytes_may_be_wrong);
    return suite;
}
