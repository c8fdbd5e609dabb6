/* Time constants of neurons that are their own: drawn, set by the host, and learned. */
#include <math.h>

#include "model/small.h"

Suite *leak_suite(void);

enum { INPUTS = 3, HIDDEN = 7, CLASSES = 4, STEPS = 25, BATCH = 19 };

static snnd_context *context;
static snnd_network *network;
static snnd_workspace *workspace;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, INPUTS);
    workspace = NULL;
}

static void tear_down(void) {
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

static snnd_lif_options lif_of(int32_t kind, double tau, double spread) {
    snnd_lif_options options;
    OK(NULL, snnd_lif_options_init(&options, sizeof options));
    options.tau_per_neuron = kind;
    options.tau = tau;
    options.tau_spread = spread;
    return options;
}

static snnd_leaky_integrator_options leaky_of(int32_t kind, double tau, double spread) {
    snnd_leaky_integrator_options options;
    OK(NULL, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.tau_per_neuron = kind;
    options.tau = tau;
    options.tau_spread = spread;
    return options;
}

static double tau_at(snnd_layer *layer, int32_t neuron) {
    return 1 + exp(-(double)floats(layer, SNND_ARRAY_LEAK)[neuron]);
}

/* ---- made ---- */

START_TEST(neurons_that_share_a_tau_have_no_array) {
    snnd_layer *lif = add_lif(network), *leaky = add_leaky_integrator(network);
    snnd_array array;
    FAILS(context, SNND_ERROR_STATE, "layer 0 (lif) has no array 'leak'",
          snnd_layer_array(lif, SNND_ARRAY_LEAK, &array));
    FAILS(context, SNND_ERROR_STATE, "layer 1 (leaky_integrator) has no array 'leak'",
          snnd_layer_array(leaky, SNND_ARRAY_LEAK, &array));
}
END_TEST

START_TEST(without_a_spread_all_begin_with_tau) {
    const snnd_lif_options lif = lif_of(SNND_TAU_GIVEN, 7.5, 0);
    const snnd_leaky_integrator_options leaky = leaky_of(SNND_TAU_LEARNED, 3.25, 0);
    snnd_layer *layer[2];
    OK(context, snnd_network_add_lif(network, &lif, &layer[0]));
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, &layer[1]));
    for (int32_t n = 0; n < INPUTS; n++) {
        ck_assert_double_eq_tol(tau_at(layer[0], n), 7.5, 1e-5);
        ck_assert_double_eq_tol(tau_at(layer[1], n), 3.25, 1e-5);
    }
}
END_TEST

START_TEST(time_constants_are_drawn_in_their_range) {
    enum { MANY = 2000 };
    const snnd_lif_options lif = lif_of(SNND_TAU_LEARNED, 8, 1);
    snnd_layer *layer;
    double sum = 0, least = 1e9, most = 0;
    float before[MANY];
    snnd_network_free(network);
    network = make_network(context, MANY);
    OK(context, snnd_network_add_lif(network, &lif, &layer));
    memcpy(before, floats(layer, SNND_ARRAY_LEAK), sizeof before);
    for (int32_t n = 0; n < MANY; n++) {
        const double tau = tau_at(layer, n);
        sum += tau;
        least = fmin(least, tau);
        most = fmax(most, tau);
    }
    ck_assert(least > 4 - 1e-4 && least < 4.1 && most > 15.9 && most < 16 + 1e-4);
    ck_assert_double_eq_tol(sum / MANY, 10, 0.25);
    OK(context, snnd_network_initialize(network, 1));
    ck_assert(memcmp(before, floats(layer, SNND_ARRAY_LEAK), sizeof before) != 0);
    OK(context, snnd_network_initialize(network, 0)); /* what a layer that is added holds */
    ck_assert_mem_eq(before, floats(layer, SNND_ARRAY_LEAK), sizeof before);
}
END_TEST

static const struct {
    int32_t kind;
    double tau, spread;
    const char *words;
} bad[] = {{0, 10, 0, "tau_per_neuron is 0"},
           {4, 10, 0, "tau_per_neuron is 4"},
           {SNND_TAU_SHARED, 10, 0.5, "all neurons share one tau"},
           {SNND_TAU_GIVEN, 10, -1, "tau_spread is -1"},
           {SNND_TAU_GIVEN, 10, NAN, "tau_spread is"},
           {SNND_TAU_LEARNED, 1, 0, "must be above 1"},
           {SNND_TAU_GIVEN, 10, 9, "must be above 1"},
           {SNND_TAU_LEARNED, 0.5, 0, "tau is 0.5"}};

START_TEST(options_out_of_range_are_named) {
    const snnd_lif_options lif = lif_of(bad[_i].kind, bad[_i].tau, bad[_i].spread);
    const snnd_leaky_integrator_options leaky = leaky_of(bad[_i].kind, bad[_i].tau, bad[_i].spread);
    FAILS(context, SNND_ERROR_ARGUMENT, bad[_i].words, snnd_network_add_lif(network, &lif, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, bad[_i].words, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    ck_assert_int_eq(snnd_network_layer_count(network), 0);
}
END_TEST

START_TEST(hosts_set_what_is_finite) {
    const snnd_lif_options lif = lif_of(SNND_TAU_GIVEN, 8, 0);
    const float good[INPUTS] = {0, -3, 20}, wrong[INPUTS] = {0, NAN, 0};
    snnd_layer *layer;
    OK(context, snnd_network_add_lif(network, &lif, &layer));
    OK(context, snnd_layer_set_array(layer, SNND_ARRAY_LEAK, good, INPUTS));
    FAILS(context, SNND_ERROR_ARGUMENT, "leak 1 of layer 0 (lif) is nan",
          snnd_layer_set_array(layer, SNND_ARRAY_LEAK, wrong, INPUTS));
    ck_assert_mem_eq(floats(layer, SNND_ARRAY_LEAK), good, sizeof good);
}
END_TEST

/* By hand: decays of 1/2, of none and of nearly all. */
START_TEST(every_neuron_decays_by_its_own_tau) {
    const float leak[INPUTS] = {0, 60, -60}, input[3 * INPUTS] = {0.5f, 0.5f, 0.5f};
    snnd_leaky_integrator_options options = leaky_of(SNND_TAU_GIVEN, 8, 0);
    snnd_layer *layer;
    options.order = SNND_ORDER_UPDATE_FIRST;
    OK(context, snnd_network_add_leaky_integrator(network, &options, &layer));
    OK(context, snnd_layer_set_array(layer, SNND_ARRAY_LEAK, leak, INPUTS));
    workspace = make_workspace(network, 1, 3);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    for (int t = 0; t < 3; t++) {
        ck_assert_float_eq(output[t * INPUTS], 0.5f / (float)(1 << t));
        ck_assert_float_eq(output[t * INPUTS + 1], t == 0 ? 0.5f : 0);
        ck_assert_float_eq(output[t * INPUTS + 2], 0.5f);
    }
    free(output);
}
END_TEST

/* ---- learned ---- */

static snnd_loss_options readout_of(int32_t readout) {
    snnd_loss_options options;
    OK(context, snnd_loss_options_init(&options, sizeof options));
    options.readout = readout;
    return options;
}

static double loss_now(const float *input, const int32_t *labels, const snnd_loss_options *options) {
    snnd_loss_report report;
    OK(context, snnd_loss_report_init(&report, sizeof report));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_loss(workspace, labels, options, &report));
    return report.loss;
}

/* Leaky integrators at the end and in front of another layer of delays, behind a norm, in a batch of two tiles. */
START_TEST(gradients_are_slopes_of_the_loss) {
    const snnd_delay_options delays = delay_options(6);
    const snnd_loss_options options = readout_of(SNND_READOUT_MEAN);
    snnd_leaky_integrator_options leaky = leaky_of(SNND_TAU_LEARNED, 5, 0.8);
    leaky.order = _i;
    float *input = make_numbers(BATCH * STEPS * INPUTS, 1);
    int32_t *labels = make_labels(BATCH, CLASSES);
    add_delays(network, HIDDEN, &delays);
    if (_i == SNND_ORDER_PAPER)
        add_batch_norm(network);
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    add_delays(network, CLASSES, &delays);
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    workspace = make_workspace(network, BATCH, STEPS);
    int checked = 0;
    for (int32_t l = 0; l < snnd_network_layer_count(network); l++) {
        snnd_layer *layer = snnd_network_layer(network, l);
        if (layer->arrays[SNND_ARRAY_LEAK].data == NULL)
            continue;
        train_pass(workspace, input, labels, BATCH, &options);
        float gradient[HIDDEN], largest = 0;
        const int32_t neurons = snnd_layer_outputs(layer);
        memcpy(gradient, gradient_of(workspace, layer, SNND_ARRAY_LEAK), (size_t)neurons * sizeof *gradient);
        for (int32_t n = 0; n < neurons; n++)
            largest = fmaxf(largest, fabsf(gradient[n]));
        ck_assert_float_gt(largest, 1e-5f);
        for (int32_t n = 0; n < neurons; n++, checked++) {
            float *leak = floats(layer, SNND_ARRAY_LEAK) + n;
            const float middle = *leak;
            double loss[5];
            for (int k = -2; k <= 2; k++) {
                *leak = middle + (float)k / 16;
                loss[k + 2] = loss_now(input, labels, &options);
            }
            *leak = middle;
            const double slope = (8 * (loss[3] - loss[1]) - (loss[4] - loss[0])) / (12 * 0.0625);
            ck_assert_msg(fabs((double)gradient[n] - slope) < 5e-3 * (double)largest,
                          "leak %d of layer %d: gradient %g, difference %g, largest %g", n, l, (double)gradient[n],
                          slope, (double)largest);
        }
    }
    ck_assert_int_eq(checked, HIDDEN + CLASSES);
    free(input);
    free(labels);
}
END_TEST

/* Neurons of every order, all of whose time constants are learned. */
static snnd_network *make_learned(snnd_context *of) {
    snnd_network *made = make_network(of, INPUTS);
    const snnd_delay_options delays = delay_options(6);
    snnd_lif_options lif = lif_of(SNND_TAU_LEARNED, 5, 0.8);
    snnd_leaky_integrator_options leaky = leaky_of(SNND_TAU_LEARNED, 5, 0.8);
    add_delays(made, HIDDEN, &delays);
    add_batch_norm(made);
    OK(of, snnd_network_add_lif(made, &lif, NULL));
    add_delays(made, HIDDEN, &delays);
    lif.order = leaky.order = SNND_ORDER_UPDATE_FIRST;
    lif.reset = SNND_RESET_SUBTRACT;
    lif.surrogate = SNND_SURROGATE_SIGMOID;
    OK(of, snnd_network_add_lif(made, &lif, NULL));
    add_delays(made, CLASSES, &delays);
    OK(of, snnd_network_add_leaky_integrator(made, &leaky, NULL));
    for (int32_t l = 0; l < snnd_network_layer_count(made); l += 3)
        if (snnd_layer_get_type(made->layer[l]) == SNND_LAYER_DELAYS)
            for (int64_t s = 0; s < count_of(made->layer[l], SNND_ARRAY_WEIGHT); s++)
                floats(made->layer[l], SNND_ARRAY_WEIGHT)[s] *= 3;
    return made;
}

static float *gradients_with(int32_t threads, int32_t low_memory, int32_t isa, size_t *count) {
    snnd_context_options options;
    snnd_context *own;
    OK(NULL, snnd_context_options_init(&options, sizeof options));
    options.threads = threads;
    options.low_memory = low_memory;
    options.isa = isa;
    options.method = SNND_METHOD_DIRECT;
    OK(NULL, snnd_context_create(&options, &own));
    snnd_network *made = make_learned(own);
    snnd_workspace *passed;
    OK(own, snnd_workspace_create(made, BATCH, STEPS, 1, &passed));
    float *input = make_numbers(BATCH * STEPS * INPUTS, 1);
    int32_t *labels = make_labels(BATCH, CLASSES);
    train_pass(passed, input, labels, BATCH, NULL);
    ck_assert_double_gt(snnd_workspace_spike_rate(passed), 0.01);
    float *all = all_gradients(passed, count);
    free(input);
    free(labels);
    snnd_workspace_free(passed);
    snnd_network_free(made);
    snnd_context_free(own);
    return all;
}

START_TEST(gradients_have_the_same_bits_with_threads_and_in_low_memory) {
    size_t count, same;
    float *expected = gradients_with(1, 0, SNND_ISA_AUTO, &count);
    for (int k = 0; k < 3; k++) {
        float *got = gradients_with(k == 0 ? 1 : 2 + k, k != 1, SNND_ISA_AUTO, &same);
        ck_assert_uint_eq(same, count);
        assert_same_bits(got, expected, count * sizeof *got, "gradients");
        free(got);
    }
    free(expected);
}
END_TEST

START_TEST(only_learned_ones_are_trained_and_none_decays) {
    snnd_optimizer_options options;
    snnd_optimizer *optimizer;
    snnd_layer *layer[2];
    snnd_array array;
    const snnd_lif_options learned = lif_of(SNND_TAU_LEARNED, 5, 0), given = lif_of(SNND_TAU_GIVEN, 5, 0);
    OK(context, snnd_network_add_lif(network, &learned, &layer[0]));
    OK(context, snnd_network_add_lif(network, &given, &layer[1]));
    workspace = make_passed_workspace(network);
    FAILS(context, SNND_ERROR_STATE, "no gradient of 'leak'",
          snnd_workspace_gradient(workspace, layer[1], SNND_ARRAY_LEAK, &array));
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.kind = SNND_SGD;
    options.rate = 0.5;
    options.momentum = 0;
    options.weight_decay = 0.25;
    options.decoupled = _i;
    OK(context, snnd_optimizer_create(network, &options, &optimizer));
    const float gradient[INPUTS] = {1, 0, -2}, before = floats(layer[0], SNND_ARRAY_LEAK)[0];
    memcpy(gradient_of(workspace, layer[0], SNND_ARRAY_LEAK), gradient, sizeof gradient);
    OK(context, snnd_optimizer_step(optimizer, workspace));
    for (int n = 0; n < INPUTS; n++) {
        ck_assert_float_eq_tol(floats(layer[0], SNND_ARRAY_LEAK)[n], before - 0.5f * gradient[n], 1e-6f);
        ck_assert_float_eq(floats(layer[1], SNND_ARRAY_LEAK)[n], before);
    }
    snnd_optimizer_free(optimizer);
}
END_TEST

/* A target that only another tau reaches. */
START_TEST(training_finds_a_time_constant) {
    enum { ROUNDS = 400 };
    const snnd_leaky_integrator_options leaky = leaky_of(SNND_TAU_LEARNED, 3, 0);
    snnd_optimizer_options options;
    snnd_optimizer *optimizer;
    snnd_layer *layer;
    float input[STEPS * INPUTS] = {1, 1, 1}, gradient[STEPS * INPUTS];
    static const double taus[INPUTS] = {1.5, 3, 9};
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, &layer));
    workspace = make_workspace(network, 1, STEPS);
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.rate = 0.05;
    OK(context, snnd_optimizer_create(network, &options, &optimizer));
    for (int round = 0; round < ROUNDS; round++) {
        float *output = output_after(workspace, SNND_TRAIN, input, 1);
        for (int t = 0; t < STEPS; t++)
            for (int n = 0; n < INPUTS; n++) {
                const double target = t == 0 ? 0 : pow(1 - 1 / taus[n], t - 1);
                gradient[t * INPUTS + n] = (float)(2 * ((double)output[t * INPUTS + n] - target));
            }
        free(output);
        OK(context, snnd_workspace_add_gradient(workspace, layer, gradient));
        OK(context, snnd_workspace_backward(workspace));
        OK(context, snnd_optimizer_step(optimizer, workspace));
    }
    for (int n = 0; n < INPUTS; n++)
        ck_assert_double_eq_tol(tau_at(layer, n), taus[n], 0.05);
    snnd_optimizer_free(optimizer);
}
END_TEST

START_TEST(a_clone_and_what_is_rewound_have_them) {
    snnd_network *made = make_learned(context), *clone, *again;
    OK(context, snnd_network_clone(made, &clone));
    assert_same_networks(made, clone);
    floats(made->layer[2], SNND_ARRAY_LEAK)[3] += 1;
    OK(context, snnd_network_clone(made, &again));
    ck_assert_float_eq(floats(again->layer[2], SNND_ARRAY_LEAK)[3], floats(made->layer[2], SNND_ARRAY_LEAK)[3]);
    OK(context, snnd_network_rewind(made, clone));
    assert_same_networks(made, clone);
    OK(context, snnd_network_copy_parameters(made, again));
    assert_same_networks(made, again);
    snnd_network_free(made);
    snnd_network_free(clone);
    snnd_network_free(again);
}
END_TEST

START_TEST(a_pass_is_of_the_time_constants_that_it_was_made_with) {
    snnd_network *made = make_learned(context);
    workspace = make_workspace(made, BATCH, STEPS);
    float *input = make_numbers(BATCH * STEPS * INPUTS, 1);
    int32_t *labels = make_labels(BATCH, CLASSES);
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, NULL));
    floats(made->layer[2], SNND_ARRAY_LEAK)[0] += 1;
    FAILS(context, SNND_ERROR_STATE, "parameters have changed", snnd_workspace_backward(workspace));
    snnd_workspace_free(workspace);
    workspace = NULL;
    snnd_network_free(made);
    free(input);
    free(labels);
}
END_TEST

Suite *leak_suite(void) {
    Suite *suite = suite_create("model/leak");
    TCase *cases = tcase_create("leak");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, neurons_that_share_a_tau_have_no_array);
    tcase_add_test(cases, without_a_spread_all_begin_with_tau);
    tcase_add_test(cases, time_constants_are_drawn_in_their_range);
    tcase_add_loop_test(cases, options_out_of_range_are_named, 0, COUNT(bad));
    tcase_add_test(cases, hosts_set_what_is_finite);
    tcase_add_test(cases, every_neuron_decays_by_its_own_tau);
    tcase_add_loop_test(cases, gradients_are_slopes_of_the_loss, SNND_ORDER_PAPER, SNND_ORDER_UPDATE_FIRST + 1);
    tcase_add_test(cases, gradients_have_the_same_bits_with_threads_and_in_low_memory);
    tcase_add_loop_test(cases, only_learned_ones_are_trained_and_none_decays, 0, 2);
    tcase_add_test(cases, training_finds_a_time_constant);
    tcase_add_test(cases, a_clone_and_what_is_rewound_have_them);
    tcase_add_test(cases, a_pass_is_of_the_time_constants_that_it_was_made_with);
    suite_add_tcase(suite, cases);
    return suite;
}
