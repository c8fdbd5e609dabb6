/* Delayed synapses: what a pulse becomes, in training and in evaluation. */
#include "model/one_layer.h"

Suite *delays_suite(void);

/* A synapse's taps add up to this, not to 1: the reference divides by sum + 1e-7. */
static const double WHOLE = 1 / (1 + 1e-7);

/* One synapse of weight 0.75 and a delay of `delay` steps, fed with random numbers. */
static void assert_shifted(snnd_layer *layer, snnd_mode mode, int32_t delay) {
    float *input = make_numbers(STEPS, 1);
    workspace = make_workspace(network, 1, STEPS);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = 0.75f;
    floats(layer, SNND_ARRAY_POSITION)[0] = (float)(12 - delay);
    float *output = output_after(workspace, mode, input, 1);
    for (int t = 0; t < STEPS; t++) {
        if (t < delay)
            ck_assert_float_eq(output[t], 0);
        else
            ck_assert_double_eq_tol((double)output[t], 0.75 * WHOLE * (double)input[t - delay], 2e-7);
    }
    free(input);
    free(output);
}

START_TEST(a_delay_shifts_its_input_by_that_many_steps) {
    assert_shifted(add_delays(network, 1, NULL), SNND_EVALUATE, _i);
}
END_TEST

START_TEST(a_triangle_at_sigma_0_shifts_in_training_too) {
    snnd_delay_options options = delay_options(24);
    options.profile = SNND_PROFILE_MAX;
    snnd_layer *layer = add_delays(network, 1, &options);
    OK(context, snnd_network_set_sigma(network, 0));
    assert_shifted(layer, SNND_TRAIN, _i);
}
END_TEST

START_TEST(frozen_delays_shift_in_training_whatever_sigma_is) {
    snnd_delay_options options = delay_options(24);
    options.learn_delays = 0;
    snnd_layer *layer = add_delays(network, 1, &options);
    OK(context, snnd_network_set_sigma(network, 12));
    assert_shifted(layer, SNND_TRAIN, 4 * _i);
}
END_TEST

START_TEST(evaluation_rounds_the_position) {
    snnd_layer *layer = add_delays(network, 1, NULL);
    float input[STEPS] = {1};
    workspace = make_workspace(network, 1, STEPS);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = 1;
    floats(layer, SNND_ARRAY_POSITION)[0] = 3.4f; /* 8.6 steps */
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    for (int t = 0; t < STEPS; t++)
        ck_assert_float_eq_tol(output[t], t == 9 ? 1 : 0, 1e-6f);
    free(output);
}
END_TEST

/* What a pulse at step 0 becomes in training: the profile of model.md, straight from its formula. */
static void assert_profile(int32_t profile, double sigma, double position) {
    snnd_delay_options options = delay_options(8);
    options.profile = profile;
    snnd_layer *layer = add_delays(network, 1, &options);
    const float input[12] = {1};
    double g[9], sum = 1e-7;
    for (int n = 0; n < 9; n++) {
        const double away = n - (double)((float)position + 4);
        g[n] =
            profile == SNND_PROFILE_GAUSS ? exp(-pow(away / (sigma + 0.27), 2) / 2) : fmax(0, sigma + 1 - fabs(away));
        sum += g[n];
    }
    OK(context, snnd_network_set_sigma(network, sigma));
    workspace = make_workspace(network, 1, 12);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = -2;
    floats(layer, SNND_ARRAY_POSITION)[0] = (float)position;
    float *output = output_after(workspace, SNND_TRAIN, input, 1);
    for (int t = 0; t < 12; t++)
        ck_assert_double_eq_tol((double)output[t], t > 8 ? 0 : -2 * g[8 - t] / sum, 1e-6);
    free(output);
}

static const double shapes[][2] = {{4, 0}, {2.5, 3.3}, {1, -4}, {0.5, 0.5}, {0.23, 1.75}, {0, -2.2}, {100, 1}};

START_TEST(a_pulse_comes_out_as_a_gaussian) {
    assert_profile(SNND_PROFILE_GAUSS, shapes[_i][0], shapes[_i][1]);
}
END_TEST

START_TEST(a_pulse_comes_out_as_a_triangle) {
    assert_profile(SNND_PROFILE_MAX, shapes[_i][0], shapes[_i][1]);
}
END_TEST

START_TEST(evaluation_does_not_look_at_sigma) {
    add_delays(network, 3, NULL);
    float *input = make_numbers(STEPS, 2);
    workspace = make_workspace(network, 1, STEPS);
    OK(context, snnd_network_set_sigma(network, 12));
    float *wide = output_after(workspace, SNND_EVALUATE, input, 1);
    OK(context, snnd_network_set_sigma(network, 0.23));
    float *narrow = output_after(workspace, SNND_EVALUATE, input, 1);
    assert_same_bits(wide, narrow, 3 * STEPS * sizeof *wide, "outputs");
    free(input);
    free(wide);
    free(narrow);
}
END_TEST

START_TEST(two_synapses_for_a_pair_are_the_sum_of_one_and_one) {
    const snnd_mode mode = _i == 0 ? SNND_EVALUATE : SNND_TRAIN;
    snnd_delay_options options = delay_options(6);
    float *input = make_numbers(STEPS * 3, 3), *sum = calloc(STEPS * 4, sizeof *sum);
    snnd_network *pair = make_network(context, 3);
    options.synapses_per_pair = 2;
    snnd_layer *both = add_delays(pair, 4, &options);
    OK(context, snnd_network_initialize(pair, 8));
    options.synapses_per_pair = 1;
    for (int which = 0; which < 2; which++) {
        snnd_network *single = make_network(context, 3);
        snnd_layer *layer = add_delays(single, 4, &options);
        for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
            for (int s = 0; s < 12; s++)
                floats(layer, (snnd_array_name)name)[s] = floats(both, (snnd_array_name)name)[2 * s + which];
        snnd_workspace *own = make_workspace(single, 1, STEPS);
        float *output = output_after(own, mode, input, 1);
        for (int k = 0; k < STEPS * 4; k++)
            sum[k] += output[k];
        free(output);
        snnd_workspace_free(own);
        snnd_network_free(single);
    }
    workspace = make_workspace(pair, 1, STEPS);
    float *output = output_after(workspace, mode, input, 1);
    for (int k = 0; k < STEPS * 4; k++)
        ck_assert_float_eq_tol(output[k], sum[k], 1e-5f);
    snnd_workspace_free(workspace);
    workspace = NULL;
    snnd_network_free(pair);
    free(input);
    free(sum);
    free(output);
}
END_TEST

START_TEST(a_sign_turns_its_synapse_round) {
    snnd_layer *layer = add_delays(network, 2, NULL);
    const snnd_structure structure = structure_of(0);
    snnd_sparsity *sparsity;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &sparsity));
    int8_t *sign = array_of(layer, SNND_ARRAY_SIGN).data;
    for (int o = 0; o < 2; o++) {
        sign[o] = o == 0 ? 1 : -1;
        floats(layer, SNND_ARRAY_WEIGHT)[o] = 0.5f;
        floats(layer, SNND_ARRAY_POSITION)[o] = 12;
    }
    float *input = make_numbers(STEPS, 4);
    workspace = make_workspace(network, 1, STEPS);
    for (int mode = SNND_EVALUATE; mode <= SNND_TRAIN; mode++) {
        float *output = output_after(workspace, (snnd_mode)mode, input, 1);
        for (int t = 0; t < STEPS; t++)
            ck_assert_float_eq(output[2 * t], -output[2 * t + 1]);
        ck_assert_float_ne(output[2 * (STEPS - 1)], 0);
        free(output);
    }
    snnd_sparsity_free(sparsity);
    free(input);
}
END_TEST

START_TEST(a_weight_of_0_carries_nothing) {
    snnd_layer *layer = add_delays(network, 1, NULL);
    float *input = make_numbers(STEPS, 5);
    workspace = make_workspace(network, 1, STEPS);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = 0;
    for (int mode = SNND_EVALUATE; mode <= SNND_TRAIN; mode++) {
        float *output = output_after(workspace, (snnd_mode)mode, input, 1);
        for (int t = 0; t < STEPS; t++)
            ck_assert_float_eq(output[t], 0);
        free(output);
    }
    free(input);
}
END_TEST

Suite *delays_suite(void) {
    Suite *suite = suite_create("model/delays");
    TCase *cases = tcase_create("delays");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_delay_shifts_its_input_by_that_many_steps, 0, 25);
    tcase_add_loop_test(cases, a_triangle_at_sigma_0_shifts_in_training_too, 0, 25);
    tcase_add_loop_test(cases, frozen_delays_shift_in_training_whatever_sigma_is, 0, 7);
    tcase_add_test(cases, evaluation_rounds_the_position);
    tcase_add_loop_test(cases, a_pulse_comes_out_as_a_gaussian, 0, COUNT(shapes));
    tcase_add_loop_test(cases, a_pulse_comes_out_as_a_triangle, 0, COUNT(shapes));
    tcase_add_test(cases, evaluation_does_not_look_at_sigma);
    tcase_add_loop_test(cases, two_synapses_for_a_pair_are_the_sum_of_one_and_one, 0, 2);
    tcase_add_test(cases, a_sign_turns_its_synapse_round);
    tcase_add_test(cases, a_weight_of_0_carries_nothing);
    suite_add_tcase(suite, cases);
    return suite;
}
