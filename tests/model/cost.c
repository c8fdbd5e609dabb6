/* Which paths are chosen for a layer: of what is possible the cheapest, or what the host asks for. */
#include "kernel/basis.h"
#include "model/delay_state.h"
#include "model/small.h"

Suite *cost_suite(void);

static const snnd_path *const all_paths[] = {&snnd_taps_path, &snnd_low_rank_path, &snnd_events_path,
                                             &snnd_filtered_events_path};

/* By snnd_method. */
static const snnd_path *const path_of_method[] = {NULL, &snnd_taps_path, &snnd_low_rank_path, &snnd_events_path,
                                                  &snnd_filtered_events_path};

/* A layer of Gaussians with some share of its synapses, in a training pass. `spikes` below 0: a layer of real input. */
static snnd_load make_load(int32_t inputs, int32_t outputs, double sigma, double density, double spikes) {
    const snnd_kernel_shape shape = {.taps = 25, .kind = SNND_KERNEL_GAUSS, .spread = sigma + 0.27};
    const double synapses = floor(density * inputs * outputs);
    return (snnd_load){.inputs = inputs,
                       .outputs = outputs,
                       .taps_total = shape.taps,
                       .active = synapses,
                       .wanted = synapses,
                       .taps = snnd_kernel_mean(&shape),
                       .uniform = snnd_kernel_uniform(&shape) > 0,
                       .spikes = spikes,
                       .rank = snnd_basis_estimate(&shape),
                       .input_side = spikes < 0 && inputs <= outputs,
                       .backward = true};
}

typedef struct choice {
    const snnd_path *forward, *parameters;
} choice;

static choice choose(snnd_load load, int32_t method) {
    choice made = {NULL, NULL};
    load.method = method;
    snnd_paths_choose(&load, &made.forward, &made.parameters);
    ck_assert(made.forward != NULL && made.parameters != NULL);
    return made;
}

static void assert_chosen(const snnd_load *load, int32_t method, const snnd_path *path) {
    const choice made = choose(*load, method);
    ck_assert_msg(made.forward == path && made.parameters == path, "method %d took %s and %s; expected %s", method,
                  made.forward->name, made.parameters->name, path->name);
}

/* ---- what is cheapest ---- */

static const int32_t sizes[][2] = {{40, 256}, {256, 256}, {256, 20}, {700, 64}};

START_TEST(narrow_kernels_of_dense_layers_are_computed_by_taps) {
    for (int n = 0; n < COUNT(sizes); n++) {
        const snnd_load load = make_load(sizes[n][0], sizes[n][1], 0.23, 1, -1);
        assert_chosen(&load, SNND_METHOD_AUTO, &snnd_taps_path);
        const snnd_load busy = make_load(sizes[n][0], sizes[n][1], 0.23, 1, 0.3);
        assert_chosen(&busy, SNND_METHOD_AUTO, &snnd_taps_path);
    }
}
END_TEST

START_TEST(wide_kernels_of_dense_layers_are_computed_by_filters) {
    for (int n = 0; n < COUNT(sizes); n++) {
        const snnd_load load = make_load(sizes[n][0], sizes[n][1], 12, 1, -1);
        assert_chosen(&load, SNND_METHOD_AUTO, &snnd_low_rank_path);
        const choice spiking = choose(make_load(sizes[n][0], sizes[n][1], 12, 1, 0.1), SNND_METHOD_AUTO);
        ck_assert(spiking.forward->filters && spiking.parameters->filters);
    }
}
END_TEST

START_TEST(few_synapses_are_computed_by_taps_however_wide) {
    static const double sigmas[] = {0, 0.23, 1, 3, 6, 12, 30};
    for (int n = 0; n < COUNT(sizes); n++)
        for (int s = 0; s < COUNT(sigmas); s++) {
            const snnd_load load = make_load(sizes[n][0], sizes[n][1], sigmas[s], 0.01, -1);
            assert_chosen(&load, SNND_METHOD_AUTO, &snnd_taps_path);
            const snnd_load busy = make_load(sizes[n][0], sizes[n][1], sigmas[s], 0.01, 0.3);
            assert_chosen(&busy, SNND_METHOD_AUTO, &snnd_taps_path);
        }
}
END_TEST

START_TEST(a_network_that_hardly_fires_is_computed_by_its_spikes) {
    const choice made = choose(make_load(256, 256, 3, 1, 1e-4), SNND_METHOD_AUTO);
    ck_assert(made.forward->events && made.parameters->events);
}
END_TEST

START_TEST(wanting_dormant_gradients_costs_no_less) {
    for (int n = 0; n < COUNT(sizes); n++) {
        snnd_load load = make_load(sizes[n][0], sizes[n][1], 3, 0.125, 0.05);
        for (int p = 0; p < 4; p++) {
            const double few = snnd_cost_parameters(all_paths[p], &load);
            load.wanted = load.inputs * load.outputs;
            ck_assert_double_ge(snnd_cost_parameters(all_paths[p], &load), few);
            load.wanted = load.active;
        }
    }
}
END_TEST

/* ---- any layer ---- */

static double draw(int what, int trial, double low, double high) {
    return uniform(low, high, 100 + (uint64_t)what, (uint64_t)trial);
}

/* Layers of all sizes, of which some have no spikes, some no filters. */
static snnd_load any_load(int trial) {
    const int32_t inputs = (int32_t)exp(draw(0, trial, 0, 7)), outputs = (int32_t)exp(draw(1, trial, 0, 7));
    const double spikes = draw(2, trial, 0, 1) < 0.4 ? -1 : exp(draw(3, trial, -12, 0));
    snnd_load load = make_load(inputs, outputs, exp(draw(4, trial, -4, 3)), exp(draw(5, trial, -5, 0)), spikes);
    load.wanted = draw(6, trial, 0, 1) < 0.5 ? load.active : inputs * outputs;
    load.backward = draw(7, trial, 0, 1) < 0.5;
    if (draw(8, trial, 0, 1) < 0.3)
        load.rank = 0;
    return load;
}

enum { TRIALS = 3000 };

/* Spikes where the input has none, filters where there are none, and spikes filtered before they add anything. */
static bool is_possible(const snnd_path *path, const snnd_load *load) {
    return !(path->events && load->spikes < 0) && !(path->filters && load->rank == 0) &&
           !(path == &snnd_filtered_events_path && load->input_side);
}

/* Shares and slopes in terms of filters are what A is made of; taps would be missing. */
static bool go_together(const snnd_path *forward, const snnd_path *parameters) {
    return !forward->filters || parameters->filters;
}

START_TEST(what_is_impossible_costs_infinitely_and_is_never_chosen) {
    for (int trial = 0; trial < TRIALS; trial++) {
        const snnd_load load = any_load(trial);
        for (int p = 0; p < 4; p++) {
            ck_assert_int_eq(isfinite(snnd_cost_forward(all_paths[p], &load)) != 0, is_possible(all_paths[p], &load));
            ck_assert_int_eq(isfinite(snnd_cost_parameters(all_paths[p], &load)) != 0,
                             is_possible(all_paths[p], &load));
            ck_assert(snnd_cost_forward(all_paths[p], &load) >= 0 && snnd_cost_parameters(all_paths[p], &load) >= 0);
        }
        for (int32_t method = SNND_METHOD_AUTO; method <= SNND_METHOD_FILTERED_EVENTS; method++) {
            const choice made = choose(load, method);
            ck_assert(is_possible(made.forward, &load) && is_possible(made.parameters, &load));
            ck_assert(go_together(made.forward, made.parameters));
        }
    }
}
END_TEST

START_TEST(the_automatic_choice_costs_the_least) {
    int mixed = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        const snnd_load load = any_load(trial);
        const choice made = choose(load, SNND_METHOD_AUTO);
        const double cost = snnd_cost_forward(made.forward, &load) + snnd_cost_parameters(made.parameters, &load);
        mixed += made.forward != made.parameters;
        for (int f = 0; f < 4; f++)
            for (int p = 0; p < 4; p++)
                ck_assert(!go_together(all_paths[f], all_paths[p]) ||
                          snnd_cost_forward(all_paths[f], &load) + snnd_cost_parameters(all_paths[p], &load) >= cost);
    }
    ck_assert_int_gt(mixed, TRIALS / 100); /* currents and parameters need not go the same way */
}
END_TEST

START_TEST(a_method_is_what_is_done_where_it_can_be) {
    for (int trial = 0; trial < TRIALS; trial++) {
        const snnd_load load = any_load(trial);
        for (int32_t method = SNND_METHOD_TAPS; method <= SNND_METHOD_FILTERED_EVENTS; method++)
            if (is_possible(path_of_method[method], &load))
                assert_chosen(&load, method, path_of_method[method]);
    }
}
END_TEST

START_TEST(a_method_falls_back_to_what_is_nearest) {
    snnd_load real = make_load(64, 32, 3, 1, -1); /* no spikes: their filters remain */
    assert_chosen(&real, SNND_METHOD_EVENTS, &snnd_taps_path);
    assert_chosen(&real, SNND_METHOD_FILTERED_EVENTS, &snnd_low_rank_path);
    real.rank = 0; /* nor filters */
    assert_chosen(&real, SNND_METHOD_FILTERS, &snnd_taps_path);
    assert_chosen(&real, SNND_METHOD_FILTERED_EVENTS, &snnd_taps_path);
    snnd_load spiking = make_load(64, 32, 3, 1, 0.1);
    spiking.rank = 0;
    assert_chosen(&spiking, SNND_METHOD_FILTERS, &snnd_taps_path);
    assert_chosen(&spiking, SNND_METHOD_FILTERED_EVENTS, &snnd_events_path);
}
END_TEST

/* ---- in a network ---- */

static snnd_context *make_method_context(int32_t method) {
    snnd_context_options options;
    snnd_context *made;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = 1;
    options.method = method;
    ck_assert_int_eq(snnd_context_create(&options, &made), SNND_OK);
    return made;
}

/* The paths of the two delay layers of a small spiking network, the second of which gets spikes, after a pass. */
static void paths_of_pass(int32_t method, const snnd_delay_options *options, snnd_mode mode, choice chosen[2]) {
    enum { INPUTS = 12, HIDDEN = 9, CLASSES = 5, STEPS = 20, BATCH = 3 };
    snnd_context *context = make_method_context(method);
    snnd_network *network = make_network(context, INPUTS);
    snnd_layer *const first = add_delays(network, HIDDEN, options);
    add_batch_norm(network);
    add_lif(network);
    snnd_layer *const second = add_delays(network, CLASSES, options);
    add_leaky_integrator(network);
    OK(context, snnd_network_set_sigma(network, 3));
    snnd_workspace *workspace = make_workspace(network, BATCH, STEPS);
    float *input = make_numbers(BATCH * STEPS * INPUTS, 1);
    OK(context, snnd_workspace_forward(workspace, mode, input, BATCH));
    for (int k = 0; k < 2; k++) {
        const snnd_delay_state *held = snnd_delay_state_of(snnd_workspace_stage(workspace, k == 0 ? first : second));
        chosen[k] = (choice){held->forward, held->parameters};
    }
    free(input);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

static void assert_paths(const choice chosen[2], const snnd_path *first, const snnd_path *second) {
    ck_assert_str_eq(chosen[0].forward->name, first->name);
    ck_assert_str_eq(chosen[0].parameters->name, first->name);
    ck_assert_str_eq(chosen[1].forward->name, second->name);
    ck_assert_str_eq(chosen[1].parameters->name, second->name);
}

START_TEST(layers_of_a_network_take_the_paths_of_the_method) {
    const snnd_delay_options options = delay_options(24);
    choice chosen[2];
    paths_of_pass(SNND_METHOD_TAPS, &options, SNND_TRAIN, chosen);
    assert_paths(chosen, &snnd_taps_path, &snnd_taps_path);
    paths_of_pass(SNND_METHOD_FILTERS, &options, SNND_TRAIN, chosen);
    assert_paths(chosen, &snnd_low_rank_path, &snnd_low_rank_path);
    paths_of_pass(SNND_METHOD_EVENTS, &options, SNND_TRAIN, chosen);
    assert_paths(chosen, &snnd_taps_path, &snnd_events_path);
    paths_of_pass(SNND_METHOD_FILTERED_EVENTS, &options, SNND_TRAIN, chosen);
    assert_paths(chosen, &snnd_low_rank_path, &snnd_filtered_events_path);
}
END_TEST

START_TEST(layers_without_gaussians_have_no_filters) {
    snnd_delay_options triangle = delay_options(24), one_tap = delay_options(0), many_taps = delay_options(128);
    triangle.kernel = SNND_KERNEL_MAX;
    const snnd_delay_options *const without[] = {&triangle, &one_tap, &many_taps};
    for (int k = 0; k < COUNT(without); k++) {
        choice chosen[2];
        paths_of_pass(SNND_METHOD_FILTERS, without[k], SNND_TRAIN, chosen);
        assert_paths(chosen, &snnd_taps_path, &snnd_taps_path);
        paths_of_pass(SNND_METHOD_FILTERED_EVENTS, without[k], SNND_TRAIN, chosen);
        assert_paths(chosen, &snnd_taps_path, &snnd_events_path);
    }
}
END_TEST

START_TEST(whole_delays_are_computed_by_taps) {
    snnd_delay_options frozen = delay_options(24), learned = delay_options(24);
    frozen.learn_delays = 0;
    for (int32_t method = SNND_METHOD_AUTO; method <= SNND_METHOD_FILTERED_EVENTS; method++) {
        choice chosen[2];
        paths_of_pass(method, &frozen, SNND_TRAIN, chosen);
        assert_paths(chosen, &snnd_taps_path, &snnd_taps_path);
        paths_of_pass(method, &learned, SNND_EVALUATE, chosen);
        assert_paths(chosen, &snnd_taps_path, &snnd_taps_path);
    }
}
END_TEST

START_TEST(a_method_out_of_range_is_refused) {
    snnd_context_options options;
    snnd_context *made = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    for (int32_t method = -1; method <= SNND_METHOD_FILTERED_EVENTS + 1; method += SNND_METHOD_FILTERED_EVENTS + 2) {
        options.method = method;
        ck_assert_int_eq(snnd_context_create(&options, &made), SNND_ERROR_ARGUMENT);
    }
    options.method = SNND_METHOD_AUTO;
    options.low_memory = 2;
    ck_assert_int_eq(snnd_context_create(&options, &made), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(made);
}
END_TEST

Suite *cost_suite(void) {
    Suite *suite = suite_create("model/cost");
    TCase *cases = tcase_create("cost");
    tcase_add_test(cases, narrow_kernels_of_dense_layers_are_computed_by_taps);
    tcase_add_test(cases, wide_kernels_of_dense_layers_are_computed_by_filters);
    tcase_add_test(cases, few_synapses_are_computed_by_taps_however_wide);
    tcase_add_test(cases, a_network_that_hardly_fires_is_computed_by_its_spikes);
    tcase_add_test(cases, wanting_dormant_gradients_costs_no_less);
    tcase_add_test(cases, what_is_impossible_costs_infinitely_and_is_never_chosen);
    tcase_add_test(cases, the_automatic_choice_costs_the_least);
    tcase_add_test(cases, a_method_is_what_is_done_where_it_can_be);
    tcase_add_test(cases, a_method_falls_back_to_what_is_nearest);
    tcase_add_test(cases, layers_of_a_network_take_the_paths_of_the_method);
    tcase_add_test(cases, layers_without_gaussians_have_no_filters);
    tcase_add_test(cases, whole_delays_are_computed_by_taps);
    tcase_add_test(cases, a_method_out_of_range_is_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
