/* LIF neurons and leaky integrators, by their recursions. */
#include "model/one_layer.h"

Suite *neurons_suite(void);

enum { NEURONS = 3 };

/* Replaces the network by one of `neurons` inputs and LIF neurons that take them as currents. */
static snnd_layer *build_lif(int32_t neurons, const snnd_lif_options *options) {
    snnd_layer *layer;
    snnd_network_free(network);
    network = make_network(context, neurons);
    OK(context, snnd_network_add_lif(network, options, &layer));
    return layer;
}

/* By hand: what the potential is taken for and becomes, in each order with each reset. */
START_TEST(lif_neurons_follow_their_recursion) {
    snnd_lif_options options;
    OK(context, snnd_lif_options_init(&options, sizeof options));
    options.tau = 4;
    options.threshold = 0.8;
    options.order = _i / 2 == 0 ? SNND_ORDER_PAPER : SNND_ORDER_UPDATE_FIRST;
    options.reset = _i % 2 == 0 ? SNND_RESET_ZERO : SNND_RESET_SUBTRACT;
    snnd_layer *layer = build_lif(NEURONS, &options);
    float *input = make_numbers(STEPS * NEURONS, 7);
    for (int k = 0; k < STEPS * NEURONS; k++)
        input[k] += 0.4f;
    workspace = make_workspace(network, 1, STEPS);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    float *spikes = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    float *potential = record_of(workspace, layer, SNND_RECORD_POTENTIAL);
    int fired = 0;
    for (int n = 0; n < NEURONS; n++) {
        double mem = 0, syn = 0;
        for (int t = 0; t < STEPS; t++) {
            const double now = (double)input[t * NEURONS + n];
            const double next = (1 - 1 / 4.0) * mem + (options.order == SNND_ORDER_PAPER ? syn : now);
            const double v = options.order == SNND_ORDER_PAPER ? mem : next;
            ck_assert_double_eq_tol((double)potential[t * NEURONS + n], v, 1e-5);
            ck_assert_double_gt(fabs(v - 0.8), 1e-5); /* so that rounding decides nothing */
            const double spike = v - 0.8 > 0 ? 1 : 0;
            ck_assert_double_eq((double)spikes[t * NEURONS + n], spike);
            mem = options.reset == SNND_RESET_ZERO ? next * (1 - spike) : next - 0.8 * spike;
            syn = now;
            fired += spike > 0;
        }
    }
    ck_assert_int_gt(fired, 10);
    free(input);
    free(spikes);
    free(potential);
}
END_TEST

START_TEST(a_current_makes_a_spike_at_once_where_the_update_comes_first) {
    float input[4][2] = {{1, nextafterf(1, 2)}};
    snnd_lif_options options;
    OK(context, snnd_lif_options_init(&options, sizeof options));
    options.order = SNND_ORDER_UPDATE_FIRST;
    snnd_layer *layer = build_lif(2, &options);
    workspace = make_workspace(network, 1, 4);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input[0], 1));
    float *spikes = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    for (int t = 0; t < 4; t++) {
        ck_assert_float_eq(spikes[2 * t], 0);
        ck_assert_float_eq(spikes[2 * t + 1], t == 0 ? 1 : 0);
    }
    free(spikes);
}
END_TEST

START_TEST(a_current_makes_a_spike_two_steps_later_strictly_above_the_threshold) {
    float input[6][2] = {{1, nextafterf(1, 2)}}; /* the threshold, and the next number above it */
    snnd_layer *layer = build_lif(2, NULL);
    workspace = make_workspace(network, 1, 6);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input[0], 1));
    float *spikes = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    for (int t = 0; t < 6; t++) {
        ck_assert_float_eq(spikes[2 * t], 0);
        ck_assert_float_eq(spikes[2 * t + 1], t == 2 ? 1 : 0);
    }
    free(spikes);
}
END_TEST

START_TEST(a_spike_resets_to_zero_and_swallows_the_current_of_its_step) {
    const float input[6] = {5, 0.75f, 0, 0, 0, 0};
    snnd_layer *layer = build_lif(1, NULL);
    workspace = make_workspace(network, 1, 6);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    float *potential = record_of(workspace, layer, SNND_RECORD_POTENTIAL);
    for (int t = 0; t < 6; t++)
        ck_assert_float_eq(potential[t], t == 2 ? 5 : 0);
    free(potential);
}
END_TEST

START_TEST(spikes_are_0_or_1) {
    snnd_network *spiking = make_spiking(context, 4, 20, 3, 8, 0);
    snnd_workspace *own = make_workspace(spiking, 3, STEPS);
    float *input = make_numbers(3 * STEPS * 4, 9);
    int ones = 0;
    OK(context, snnd_workspace_forward(own, SNND_TRAIN, input, 3));
    float *spikes = record_of(own, snnd_network_layer(spiking, 2), SNND_RECORD_OUTPUT);
    for (int k = 0; k < STEPS * 3 * 20; k++) {
        ck_assert(spikes[k] == 0 || spikes[k] == 1);
        ones += spikes[k] == 1;
    }
    ck_assert_int_gt(ones, 50);
    free(input);
    free(spikes);
    snnd_workspace_free(own);
    snnd_network_free(spiking);
}
END_TEST

START_TEST(a_leaky_integrator_follows_its_recursion) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.tau = 3;
    OK(context, snnd_network_add_leaky_integrator(network, &options, NULL));
    float *input = make_numbers(STEPS, 10);
    workspace = make_workspace(network, 1, STEPS);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    double mem = 0, syn = 0;
    for (int t = 0; t < STEPS; t++) {
        mem = (1 - 1 / 3.0) * mem + syn;
        syn = (double)input[t];
        ck_assert_double_eq_tol((double)output[t], mem, 1e-5);
    }
    free(input);
    free(output);
}
END_TEST

START_TEST(a_leaky_integrator_that_updates_first_is_a_step_ahead) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.tau = 3;
    options.order = SNND_ORDER_UPDATE_FIRST;
    OK(context, snnd_network_add_leaky_integrator(network, &options, NULL));
    float *input = make_numbers(STEPS, 10);
    workspace = make_workspace(network, 1, STEPS);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    double mem = 0;
    for (int t = 0; t < STEPS; t++) {
        mem = (1 - 1 / 3.0) * mem + (double)input[t];
        ck_assert_double_eq_tol((double)output[t], mem, 1e-5);
    }
    free(input);
    free(output);
}
END_TEST

START_TEST(a_tau_of_one_step_forgets_at_once) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.tau = 1;
    OK(context, snnd_network_add_leaky_integrator(network, &options, NULL));
    float *input = make_numbers(STEPS, 11);
    workspace = make_workspace(network, 1, STEPS);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    for (int t = 0; t < STEPS; t++)
        ck_assert_float_eq(output[t], t == 0 ? 0 : input[t - 1]);
    free(input);
    free(output);
}
END_TEST

Suite *neurons_suite(void) {
    Suite *suite = suite_create("model/neurons");
    TCase *cases = tcase_create("neurons");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, lif_neurons_follow_their_recursion, 0, 4);
    tcase_add_test(cases, a_current_makes_a_spike_at_once_where_the_update_comes_first);
    tcase_add_test(cases, a_current_makes_a_spike_two_steps_later_strictly_above_the_threshold);
    tcase_add_test(cases, a_spike_resets_to_zero_and_swallows_the_current_of_its_step);
    tcase_add_test(cases, spikes_are_0_or_1);
    tcase_add_test(cases, a_leaky_integrator_follows_its_recursion);
    tcase_add_test(cases, a_leaky_integrator_that_updates_first_is_a_step_ahead);
    tcase_add_test(cases, a_tau_of_one_step_forgets_at_once);
    suite_add_tcase(suite, cases);
    return suite;
}
