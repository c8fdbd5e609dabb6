/* Which paths are chosen for a layer: the faster ones by counts, or what the host asks for. */
#include "delay/state.h"
#include "model/block.h"
#include "model/delays.h"
#include "model/small.h"

Suite *choose_suite(void);

/* A layer of Gaussians with some share of its synapses, in a training pass of 100 steps, which with 24 steps of delay
 * take 65 frequencies. */
static snnd_load make_load(int32_t inputs, int32_t outputs, double sigma, double density) {
    const snnd_profile profile = {.taps = 25, .kind = SNND_PROFILE_GAUSS, .spread = sigma + 0.27};
    const double synapses = floor(density * inputs * outputs);
    return (snnd_load){.pairs = (double)inputs * outputs,
                       .active = synapses,
                       .wanted = synapses,
                       .taps = snnd_profile_mean(&profile),
                       .uniform = snnd_profile_uniform(&profile) > 0,
                       .frequencies = 0.65,
                       .neurons = (double)inputs + outputs};
}

static void assert_chosen(const snnd_load *load, snnd_delay_path path) {
    const snnd_delay_path forward = snnd_choose_forward(load), parameters = snnd_choose_parameters(load);
    ck_assert_msg(forward == path && parameters == path,
                  "%g pairs, %g active, %g taps, method %d: paths %d and %d; expected %d", load->pairs, load->active,
                  load->taps, load->method, (int)forward, (int)parameters, (int)path);
}

/* ---- what is faster ---- */

static const int32_t layers[][2] = {{40, 256}, {256, 256}, {700, 64}};

START_TEST(dense_layers_are_computed_in_the_frequency_domain) {
    static const double sigmas[] = {0.23, 1, 3, 12};
    for (int n = 0; n < COUNT(layers); n++)
        for (int s = 0; s < COUNT(sigmas); s++) {
            const snnd_load load = make_load(layers[n][0], layers[n][1], sigmas[s], 1);
            assert_chosen(&load, SNND_PATH_SPECTRAL);
        }
}
END_TEST

START_TEST(sparse_layers_of_narrow_profiles_are_computed_directly) {
    for (int n = 0; n < COUNT(layers); n++) {
        const snnd_load load = make_load(layers[n][0], layers[n][1], 0.23, 0.05);
        assert_chosen(&load, SNND_PATH_DIRECT);
    }
}
END_TEST

START_TEST(very_few_synapses_are_computed_directly_however_wide) {
    static const double sigmas[] = {0.23, 1, 3, 12, 30};
    for (int n = 0; n < COUNT(layers); n++)
        for (int s = 0; s < COUNT(sigmas); s++) {
            const snnd_load load = make_load(layers[n][0], layers[n][1], sigmas[s], 0.01);
            assert_chosen(&load, SNND_PATH_DIRECT);
        }
}
END_TEST

START_TEST(parameters_may_go_another_way_than_currents) {
    snnd_load load = make_load(256, 256, 3, 0.01);
    load.wanted = load.pairs; /* the controller looks at all of them */
    ck_assert_int_eq(snnd_choose_forward(&load), SNND_PATH_DIRECT);
    ck_assert_int_eq(snnd_choose_parameters(&load), SNND_PATH_SPECTRAL);
}
END_TEST

/* ---- any layer ---- */

enum { TRIALS = 3000 };

static double draw(int what, int trial, double low, double high) {
    return uniform(low, high, 100 + (uint64_t)what, (uint64_t)trial);
}

/* Layers of all sizes. */
static snnd_load any_load(int trial) {
    const int32_t inputs = (int32_t)exp(draw(0, trial, 0, 7)), outputs = (int32_t)exp(draw(1, trial, 0, 7));
    snnd_load load = make_load(inputs, outputs, exp(draw(2, trial, -4, 3)), exp(draw(3, trial, -5, 0)));
    load.wanted = draw(4, trial, 0, 1) < 0.5 ? load.active : load.pairs;
    load.frequencies = exp(draw(5, trial, -0.7, 2));
    return load;
}

START_TEST(a_method_is_what_is_done) {
    for (int trial = 0; trial < TRIALS; trial++) {
        snnd_load load = any_load(trial);
        load.method = SNND_METHOD_DIRECT;
        assert_chosen(&load, SNND_PATH_DIRECT);
        load.method = SNND_METHOD_SPECTRAL;
        assert_chosen(&load, SNND_PATH_SPECTRAL);
    }
}
END_TEST

/* The choice for `load`, which has less of what costs time directly, or more of what costs time in the frequency
 * domain, than `other`. */
static void assert_no_dearer(const snnd_load *load, const snnd_load *other, int *changed) {
    if (snnd_choose_forward(load) == SNND_PATH_SPECTRAL)
        ck_assert_int_eq(snnd_choose_forward(other), SNND_PATH_SPECTRAL);
    if (snnd_choose_parameters(load) == SNND_PATH_SPECTRAL)
        ck_assert_int_eq(snnd_choose_parameters(other), SNND_PATH_SPECTRAL);
    *changed += snnd_choose_forward(load) != snnd_choose_forward(other) ||
                snnd_choose_parameters(load) != snnd_choose_parameters(other);
}

START_TEST(the_cost_of_a_path_grows_with_what_it_depends_on) {
    enum { ACTIVE, TAPS, FREQUENCIES, NEURONS, PAIRS, WAYS };
    int changed[WAYS] = {0};
    for (int trial = 0; trial < TRIALS; trial++) {
        const snnd_load load = any_load(trial);
        snnd_load other = load;
        other.active *= 2, other.wanted *= 2;
        assert_no_dearer(&load, &other, &changed[ACTIVE]);
        other = load, other.taps *= 2;
        assert_no_dearer(&load, &other, &changed[TAPS]);
        other = load, other.frequencies /= 2;
        assert_no_dearer(&load, &other, &changed[FREQUENCIES]);
        other = load, other.neurons /= 4;
        assert_no_dearer(&load, &other, &changed[NEURONS]);
        other = load, other.pairs /= 2;
        assert_no_dearer(&load, &other, &changed[PAIRS]);
    }
    for (int way = 0; way < WAYS; way++)
        ck_assert_msg(changed[way] > 0, "quantity %d makes no difference", way);
}
END_TEST

/* ---- what a layer counts ---- */

static snnd_context *make_method_context(int32_t method) {
    snnd_context_options options;
    snnd_context *made;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = 1;
    options.method = method;
    ck_assert_int_eq(snnd_context_create(&options, &made), SNND_OK);
    return made;
}

enum { INPUTS = 12, HIDDEN = 9, CLASSES = 5, STEPS = 20, BATCH = 3 };

/* A small spiking network, after a pass. */
typedef struct net {
    snnd_context *context;
    snnd_network *network;
    snnd_sparsity *sparsity;
    snnd_workspace *workspace;
    snnd_layer *first, *second;
} net;

static net make_net(int32_t method, const snnd_delay_options *options, double sparsity, snnd_mode mode) {
    net made = {.context = make_method_context(method)};
    made.network = make_network(made.context, INPUTS);
    made.first = add_delays(made.network, HIDDEN, options);
    add_batch_norm(made.network);
    add_lif(made.network);
    made.second = add_delays(made.network, CLASSES, options);
    add_leaky_integrator(made.network);
    OK(made.context, snnd_network_initialize(made.network, 1));
    OK(made.context, snnd_network_set_sigma(made.network, 3));
    const snnd_structure structure = structure_of(sparsity);
    if (sparsity > 0)
        OK(made.context, snnd_sparsity_create_fixed_mask(made.network, &structure, &made.sparsity));
    made.workspace = make_workspace(made.network, BATCH, STEPS);
    float *input = make_numbers(BATCH * STEPS * INPUTS, 1);
    OK(made.context, snnd_workspace_forward(made.workspace, mode, input, BATCH));
    free(input);
    return made;
}

static void free_net(net *held) {
    snnd_workspace_free(held->workspace);
    snnd_sparsity_free(held->sparsity);
    snnd_network_free(held->network);
    snnd_context_free(held->context);
}

static const snnd_delay *delay_of(const net *held, const snnd_layer *layer) {
    return snnd_delays_state(snnd_workspace_stage(held->workspace, layer));
}

START_TEST(a_layer_counts_its_synapses_taps_and_frequencies) {
    snnd_delay_options options = delay_options(24);
    options.synapses_per_pair = 2;
    net held = make_net(SNND_METHOD_AUTO, &options, 0.5, SNND_TRAIN);
    floats(held.first, SNND_ARRAY_WEIGHT)[0] = 0;
    const snnd_load load = snnd_delay_load(delay_of(&held, held.first));
    int64_t active = 0;
    for (int64_t s = 0; s < count_of(held.first, SNND_ARRAY_WEIGHT); s++)
        active += floats(held.first, SNND_ARRAY_WEIGHT)[s] != 0;
    ck_assert_double_eq(load.pairs, INPUTS * HIDDEN);
    ck_assert_double_eq(load.active, (double)active);
    ck_assert_double_eq(load.wanted, (double)snnd_layer_active(held.first));
    ck_assert_double_eq(load.neurons, INPUTS + HIDDEN);
    ck_assert_double_eq(load.frequencies, (40 / 2 + 1) / (double)STEPS); /* 20 steps and 19 that delays reach over */
    ck_assert_double_gt(load.taps, 12);
    ck_assert(!load.uniform);
    free_net(&held);
}
END_TEST

/* ---- in a network ---- */

/* Both layers, the second of which gets spikes. */
static void assert_paths(const net *held, snnd_delay_path path) {
    const snnd_layer *const both[] = {held->first, held->second};
    for (int k = 0; k < 2; k++) {
        ck_assert_int_eq(snnd_delay_forward_path(delay_of(held, both[k])), path);
        ck_assert_int_eq(snnd_delay_parameter_path(delay_of(held, both[k])), path);
    }
}

static void pass_takes(int32_t method, const snnd_delay_options *options, snnd_mode mode, snnd_delay_path path) {
    net held = make_net(method, options, 0, mode);
    assert_paths(&held, path);
    free_net(&held);
}

START_TEST(layers_of_a_network_take_the_path_of_the_method) {
    snnd_delay_options gauss = delay_options(24), triangle = delay_options(24), frozen = delay_options(24);
    snnd_delay_options one_tap = delay_options(0), many_taps = delay_options(1022);
    triangle.profile = SNND_PROFILE_MAX;
    frozen.learn_delays = 0;
    const snnd_delay_options *const all[] = {&gauss, &triangle, &frozen, &many_taps};
    for (int k = 0; k < COUNT(all); k++) {
        pass_takes(SNND_METHOD_DIRECT, all[k], SNND_TRAIN, SNND_PATH_DIRECT);
        pass_takes(SNND_METHOD_SPECTRAL, all[k], SNND_TRAIN, SNND_PATH_SPECTRAL);
    }
    pass_takes(SNND_METHOD_DIRECT, &one_tap, SNND_TRAIN, SNND_PATH_DIRECT);
    pass_takes(SNND_METHOD_SPECTRAL, &one_tap, SNND_TRAIN, SNND_PATH_UNDELAYED);
    pass_takes(SNND_METHOD_AUTO, &one_tap, SNND_TRAIN, SNND_PATH_UNDELAYED);
}
END_TEST

START_TEST(an_evaluation_is_always_direct) {
    const snnd_delay_options options = delay_options(24);
    for (int32_t method = SNND_METHOD_AUTO; method <= SNND_METHOD_SPECTRAL; method++)
        pass_takes(method, &options, SNND_EVALUATE, SNND_PATH_DIRECT);
}
END_TEST

/* Memory of a layer alone, whose spectra of sixteen samples would take more than 256 MB, or just less. */
static void long_samples_take(int32_t steps, snnd_delay_path path) {
    snnd_context *context = make_method_context(SNND_METHOD_SPECTRAL);
    const float theta[2] = {1, 1}, position[2] = {0, 0};
    const snnd_delay_sizes sizes = {
        .inputs = 2, .outputs = 1, .per_pair = 1, .taps = 3, .steps = steps, .batch = 1, .gradients = true};
    const snnd_delay_pass pass = {
        .synapses = {.inputs = 2, .outputs = 1, .per_pair = 1, .taps = 3, .theta = theta, .position = position},
        .profile = {.taps = 3, .kind = SNND_PROFILE_MAX, .spread = 1, .whole = 1},
        .tiles = 1,
        .method = SNND_METHOD_SPECTRAL};
    snnd_spectral_memory *memory;
    snnd_delay *delay;
    OK(context, snnd_spectral_memory_create(context, &memory));
    snnd_spectral_memory_fit(memory, &sizes);
    OK(context, snnd_spectral_memory_take(memory));
    OK(context, snnd_delay_create(context, &sizes, memory, &delay));
    snnd_delay_begin(delay, &pass);
    ck_assert_int_eq(snnd_delay_forward_path(delay), path);
    ck_assert_int_eq(snnd_delay_parameter_path(delay), path);
    snnd_delay_free(delay);
    snnd_spectral_memory_free(memory);
    snnd_context_free(context);
}

/* Three neurons take 2 x 4 x 16 bytes for each frequency, of which there is one for two steps, and one more in each
 * segment. */
START_TEST(a_layer_whose_spectra_take_too_much_memory_is_direct) {
    long_samples_take(1200000, SNND_PATH_SPECTRAL);
    long_samples_take(1500000, SNND_PATH_DIRECT);
}
END_TEST

START_TEST(a_method_out_of_range_is_refused) {
    snnd_context_options options;
    snnd_context *made = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    for (int32_t method = -1; method <= SNND_METHOD_SPECTRAL + 1; method += SNND_METHOD_SPECTRAL + 2) {
        options.method = method;
        ck_assert_int_eq(snnd_context_create(&options, &made), SNND_ERROR_ARGUMENT);
    }
    options.method = SNND_METHOD_AUTO;
    for (int32_t products = -1; products <= SNND_PRODUCTS_BLAS + 1; products += SNND_PRODUCTS_BLAS + 2) {
        options.products = products;
        ck_assert_int_eq(snnd_context_create(&options, &made), SNND_ERROR_ARGUMENT);
    }
    options.products = SNND_PRODUCTS_AUTO;
    options.low_memory = 2;
    ck_assert_int_eq(snnd_context_create(&options, &made), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(made);
}
END_TEST

Suite *choose_suite(void) {
    Suite *suite = suite_create("delay/choose");
    TCase *cases = tcase_create("choose");
    tcase_add_test(cases, dense_layers_are_computed_in_the_frequency_domain);
    tcase_add_test(cases, sparse_layers_of_narrow_profiles_are_computed_directly);
    tcase_add_test(cases, very_few_synapses_are_computed_directly_however_wide);
    tcase_add_test(cases, parameters_may_go_another_way_than_currents);
    tcase_add_test(cases, a_method_is_what_is_done);
    tcase_add_test(cases, the_cost_of_a_path_grows_with_what_it_depends_on);
    tcase_add_test(cases, a_layer_counts_its_synapses_taps_and_frequencies);
    tcase_add_test(cases, layers_of_a_network_take_the_path_of_the_method);
    tcase_add_test(cases, an_evaluation_is_always_direct);
    tcase_add_test(cases, a_layer_whose_spectra_take_too_much_memory_is_direct);
    tcase_add_test(cases, a_method_out_of_range_is_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
