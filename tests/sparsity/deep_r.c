/* DEEP R: drawing, dropping, growing. */
#include "sparsity/masked.h"

Suite *deep_r_suite(void);

enum { INPUTS = 3, OUTPUTS = 4, SYNAPSES = INPUTS * OUTPUTS };

static snnd_context *context;
static snnd_network *network;
static snnd_layer *layer;
static snnd_workspace *workspace;
static snnd_sparsity *sparsity;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, INPUTS);
    layer = add_delays(network, OUTPUTS, NULL);
    workspace = NULL;
    sparsity = NULL;
}

static void tear_down(void) {
    snnd_workspace_free(workspace);
    snnd_sparsity_free(sparsity);
    snnd_network_free(network);
    snnd_context_free(context);
}

static float *theta(void) {
    return floats(layer, SNND_ARRAY_WEIGHT);
}

static float *gradient(void) {
    return gradient_of(workspace, layer, SNND_ARRAY_WEIGHT);
}

/* ---- steps worked by hand ---- */

/* Every second of twelve synapses exists; 2 and 6 are about to go, 1 and 3 were moved though they do not exist. */
static const uint8_t before_mask[SYNAPSES] = {1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0};
static const float before_theta[SYNAPSES] = {0.4f, 0.7f, -0.1f, -0.2f, 0.3f, 0, 0, 0, 0.2f, 0, 0.6f, 0};

static void set_scene(const float d_theta[SYNAPSES]) {
    if (sparsity == NULL) {
        sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_DALE, 0);
        workspace = make_passed_workspace(network);
    }
    memcpy(mask_of(layer), before_mask, sizeof before_mask);
    memcpy(theta(), before_theta, sizeof before_theta);
    memcpy(gradient(), d_theta, SYNAPSES * sizeof(float));
}

static void assert_scene(const uint8_t mask[SYNAPSES], const float values[SYNAPSES]) {
    for (int s = 0; s < SYNAPSES; s++) {
        ck_assert_msg(mask_of(layer)[s] == mask[s], "mask of %d is %d", s, mask_of(layer)[s]);
        ck_assert_msg(theta()[s] == values[s], "theta of %d is %g, not %g", s, (double)theta()[s], (double)values[s]);
    }
}

START_TEST(a_step_drops_what_is_not_above_0_and_grows_by_the_most_negative_gradient) {
    const float d_theta[SYNAPSES] = {-9, -1, 5, -3, -9, -2, 5, 1, -9, 0, -9, -0.5f};
    const uint8_t mask[SYNAPSES] = {1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0};
    const float after[SYNAPSES] = {0.4f, 0, -0.1f, 1e-12f, 0.3f, 1e-12f, 0, 0, 0.2f, 0, 0.6f, 0};
    set_scene(d_theta);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    assert_scene(mask, after);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 2);
}
END_TEST

START_TEST(of_equal_gradients_the_lower_index_grows) {
    const float d_theta[SYNAPSES] = {0, -1, 0, -1, 0, -1, 0, -1, 0, -1, 0, -1};
    const uint8_t mask[SYNAPSES] = {1, 1, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0};
    const float after[SYNAPSES] = {0.4f, 1e-12f, -0.1f, 1e-12f, 0.3f, 0, 0, 0, 0.2f, 0, 0.6f, 0};
    set_scene(d_theta);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    assert_scene(mask, after);
}
END_TEST

START_TEST(a_synapse_just_dropped_may_grow_again) {
    const float d_theta[SYNAPSES] = {0, 0, -7, 0, 0, 0, 0, 0, 0, 0, 0, -1};
    const uint8_t mask[SYNAPSES] = {1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1};
    const float after[SYNAPSES] = {0.4f, 0, 1e-12f, 0, 0.3f, 0, 0, 0, 0.2f, 0, 0.6f, 1e-12f};
    set_scene(d_theta);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    assert_scene(mask, after);
}
END_TEST

START_TEST(a_dropped_synapse_keeps_its_theta_until_the_next_step) {
    const float d_theta[SYNAPSES] = {0, 0, 1, -1, 0, -1, 1, 0, 0, 0, 0, 0};
    set_scene(d_theta);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    ck_assert_float_eq(theta()[2], -0.1f);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    ck_assert_float_eq(theta()[2], 0);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 0);
    ck_assert_int_eq(snnd_layer_active(layer), 6);
}
END_TEST

START_TEST(the_pass_after_a_drop_still_sees_it) {
    const float d_theta[SYNAPSES] = {0, 0, 1, -1, 0, -1, 1, 0, 0, 0, 0, 0}, input[3 * INPUTS] = {0, 0, 1};
    set_scene(d_theta);
    floats(layer, SNND_ARRAY_POSITION)[2] = 12; /* from input 2 to output 0 without delay */
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    snnd_workspace *other = make_workspace(network, 1, 3);
    float *output = output_after(other, SNND_EVALUATE, input, 1);
    ck_assert_float_eq_tol(output[0], -0.1f * (float)signs_of(layer)[2], 1e-6f);
    free(output);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    output = output_after(other, SNND_EVALUATE, input, 1);
    ck_assert_float_eq(output[0], 0);
    free(output);
    snnd_workspace_free(other);
}
END_TEST

START_TEST(a_gradient_that_is_no_number_grows_last) {
    const float d_theta[SYNAPSES] = {0, NAN, 9, NAN, 0, NAN, 9, NAN, 0, 2, 0, 3};
    const uint8_t mask[SYNAPSES] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1};
    set_scene(d_theta);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    ck_assert_mem_eq(mask_of(layer), mask, sizeof mask);
}
END_TEST

START_TEST(positions_and_signs_stay) {
    float position[SYNAPSES], d_theta[SYNAPSES];
    int8_t sign[SYNAPSES];
    fill_uniform(d_theta, SYNAPSES, -1, 1, 1);
    set_scene(d_theta);
    memcpy(position, floats(layer, SNND_ARRAY_POSITION), sizeof position);
    memcpy(sign, signs_of(layer), sizeof sign);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    ck_assert_mem_eq(floats(layer, SNND_ARRAY_POSITION), position, sizeof position);
    ck_assert_mem_eq(signs_of(layer), sign, sizeof sign);
}
END_TEST

START_TEST(without_a_drop_nothing_grows) {
    float d_theta[SYNAPSES], kept[SYNAPSES];
    fill_uniform(d_theta, SYNAPSES, -1, 1, 1);
    set_scene(d_theta);
    theta()[2] = theta()[6] = 0.5f;
    theta()[1] = theta()[3] = 0;
    memcpy(kept, theta(), sizeof kept);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    assert_scene(before_mask, kept);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, NULL), 0);
}
END_TEST

START_TEST(regrown_synapses_are_counted_by_layer_and_in_all) {
    snnd_layer *second = add_delays(network, 2, NULL);
    snnd_network *other = make_network(context, 1);
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, 0);
    workspace = make_passed_workspace(network);
    int left = 2;
    for (int s = 0; s < SYNAPSES && left > 0; s++)
        if (mask_of(layer)[s]) {
            theta()[s] = 0;
            left--;
        }
    for (int s = 0; s < 2 * OUTPUTS; s++)
        floats(second, SNND_ARRAY_WEIGHT)[s] = -1;
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 2);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, second), 4);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, NULL), 6);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, add_delays(other, 1, NULL)), 0);
    ck_assert_int_eq(snnd_sparsity_regrown(NULL, NULL), 0);
    snnd_network_free(other);
}
END_TEST

/* ---- counts ---- */

START_TEST(the_budget_is_exact) {
    snnd_network *wide = make_network(context, 25);
    snnd_delay_options two = delay_options(24);
    two.synapses_per_pair = 2;
    snnd_layer *one = add_delays(wide, 40, NULL), *another = add_delays(wide, 13, &two);
    snnd_sparsity *rule = make_deep_r(wide, budgets[_i], SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, 3);
    assert_budget(one, budgets[_i]);
    assert_budget(another, budgets[_i]);
    ck_assert_int_eq(snnd_network_active(wide), snnd_layer_active(one) + snnd_layer_active(another));
    snnd_sparsity_free(rule);
    snnd_network_free(wide);
}
END_TEST

/* Steps of an optimizer on random gradients; asserts after each that the mask is theta > 0 and the budget is held. */
static int64_t wander(int32_t kind, int32_t growth) {
    enum { IN = 16, OUT = 25, MANY = 2000 };
    int64_t grown = 0;
    snnd_network *wide = make_network(context, IN);
    snnd_layer *moved = add_delays(wide, OUT, NULL);
    snnd_sparsity *rule = make_deep_r(wide, 0.9, growth, SNND_SIGNS_SYNAPSE, 3);
    snnd_workspace *passed = make_passed_workspace(wide);
    snnd_optimizer_options options;
    snnd_optimizer *optimizer;
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.kind = kind;
    options.rate = 0.02;
    OK(context, snnd_optimizer_create(wide, &options, &optimizer));
    const uint8_t *mask = mask_of(moved);
    const float *values = floats(moved, SNND_ARRAY_WEIGHT);
    float *d_theta = gradient_of(passed, moved, SNND_ARRAY_WEIGHT);
    for (uint64_t step = 0; step < MANY; step++) {
        fill_uniform(d_theta, IN * OUT, -1, 1, step);
        OK(context, snnd_optimizer_step(optimizer, passed));
        OK(context, snnd_sparsity_step(rule, passed, NULL));
        int ones = 0;
        for (int s = 0; s < IN * OUT; s++) {
            if (mask[s] != (values[s] > 0))
                ck_abort_msg("mask and theta of %d disagree", s);
            ones += mask[s];
        }
        ck_assert_int_eq(ones, (int)floor((1 - 0.9) * IN * OUT));
        grown += snnd_sparsity_regrown(rule, NULL);
    }
    snnd_optimizer_free(optimizer);
    snnd_workspace_free(passed);
    snnd_sparsity_free(rule);
    snnd_network_free(wide);
    return grown;
}

START_TEST(thousands_of_steps_keep_the_budget_exactly) {
    const int32_t kind = _i & 1 ? SNND_SGD : SNND_ADAM;
    const int32_t growth = _i & 2 ? SNND_GROWTH_RANDOM : SNND_GROWTH_GRADIENT;
    ck_assert_int_gt(wander(kind, growth), 100);
}
END_TEST

/* ---- drawing ---- */

START_TEST(theta_is_the_magnitude_of_the_weight_where_there_is_a_synapse) {
    float weight[SYNAPSES], position[SYNAPSES];
    memcpy(weight, theta(), sizeof weight);
    memcpy(position, floats(layer, SNND_ARRAY_POSITION), sizeof position);
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_DALE, 0);
    for (int s = 0; s < SYNAPSES; s++) {
        ck_assert_float_eq(theta()[s], mask_of(layer)[s] ? fabsf(weight[s]) : 0);
        ck_assert_float_eq(floats(layer, SNND_ARRAY_POSITION)[s], position[s]);
    }
}
END_TEST

START_TEST(a_weight_of_0_becomes_a_synapse_all_the_same) {
    memset(theta(), 0, SYNAPSES * sizeof(float));
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_DALE, 0);
    for (int s = 0; s < SYNAPSES; s++)
        ck_assert_float_eq(theta()[s], mask_of(layer)[s] ? 1e-12f : 0);
}
END_TEST

/* Counts positive signs of a layer of 400 inputs, 10 outputs and 2 synapses for a pair; `mixed` is how many inputs have
 * both signs. */
static int positive_signs(int32_t signs, int *mixed) {
    enum { IN = 400, OUT = 10, EACH = 2 };
    snnd_delay_options options = delay_options(24);
    options.synapses_per_pair = EACH;
    snnd_network *wide = make_network(context, IN);
    snnd_layer *made = add_delays(wide, OUT, &options);
    snnd_sparsity *rule = make_deep_r(wide, 0.5, SNND_GROWTH_GRADIENT, signs, 3);
    const int8_t *sign = signs_of(made);
    int positive = 0;
    *mixed = 0;
    for (int i = 0; i < IN; i++) {
        int here = 0;
        for (int k = 0; k < OUT * EACH; k++) {
            const int8_t value = sign[(k / EACH * IN + i) * EACH + k % EACH];
            ck_assert(value == 1 || value == -1);
            here += value == 1;
        }
        *mixed += here > 0 && here < OUT * EACH;
        positive += here;
    }
    snnd_sparsity_free(rule);
    snnd_network_free(wide);
    return positive;
}

START_TEST(under_dales_law_a_presynaptic_neuron_has_one_sign) {
    int mixed;
    const int positive = positive_signs(SNND_SIGNS_DALE, &mixed);
    ck_assert_int_eq(mixed, 0);
    ck_assert_double_eq_tol(positive / 20.0, 200, 5 * sqrt(400) / 2);
}
END_TEST

START_TEST(without_dales_law_every_synapse_has_its_own_sign) {
    int mixed;
    const int positive = positive_signs(SNND_SIGNS_SYNAPSE, &mixed);
    ck_assert_int_eq(mixed, 400);
    ck_assert_double_eq_tol(positive, 4000, 5 * sqrt(8000) / 2);
}
END_TEST

START_TEST(a_seed_draws_the_same_masks_and_signs_again) {
    uint8_t mask[SYNAPSES];
    int8_t sign[SYNAPSES];
    snnd_sparsity_free(make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 5));
    memcpy(mask, mask_of(layer), sizeof mask);
    memcpy(sign, signs_of(layer), sizeof sign);
    OK(context, snnd_network_initialize(network, 9));
    snnd_sparsity_free(make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 5));
    ck_assert_mem_eq(mask_of(layer), mask, sizeof mask);
    ck_assert_mem_eq(signs_of(layer), sign, sizeof sign);
    OK(context, snnd_network_initialize(network, 9));
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 6);
    ck_assert_mem_ne(mask_of(layer), mask, sizeof mask);
    ck_assert_mem_ne(signs_of(layer), sign, sizeof sign);
}
END_TEST

/* ---- random growth ---- */

enum { WIDE = 40, FEW = 4 };

/* Drops all FEW of WIDE synapses and marks those that grow instead. */
static void regrow_all(snnd_layer *of, snnd_sparsity *rule, const snnd_workspace *passed) {
    float *values = floats(of, SNND_ARRAY_WEIGHT);
    for (int s = 0; s < WIDE; s++)
        values[s] = -1;
    OK(context, snnd_sparsity_step(rule, passed, NULL));
    ck_assert_int_eq(snnd_sparsity_regrown(rule, of), FEW);
}

START_TEST(absent_synapses_have_gradients_where_growth_or_the_option_wants_them) {
    snnd_deep_r_options options;
    OK(context, snnd_deep_r_options_init(&options, sizeof options));
    ck_assert_int_eq(options.dormant_gradients, 0);
    const snnd_structure structure = structure_of(0.5);
    options.growth = _i == 0 ? SNND_GROWTH_GRADIENT : SNND_GROWTH_RANDOM;
    options.dormant_gradients = _i == 1;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, &options, &sparsity));
    workspace = make_passed_workspace(network);
    const float *made = workspace->stage[0].gradient[SNND_ARRAY_WEIGHT];
    int absent = 0, zero = 0;
    for (int s = 0; s < SYNAPSES; s++) {
        absent += !mask_of(layer)[s];
        zero += !mask_of(layer)[s] && made[s] == 0;
    }
    ck_assert_int_eq(absent, SYNAPSES / 2);
    ck_assert_int_eq(zero, _i == 2 ? absent : 0);
}
END_TEST

START_TEST(complete_gradients_leave_those_of_the_pass_as_they_were) {
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, 1);
    workspace = make_passed_workspace(network);
    float before[SYNAPSES];
    snnd_array complete;
    memcpy(before, gradient(), sizeof before);
    OK(context, snnd_workspace_complete_gradient(workspace, layer, SNND_ARRAY_WEIGHT, &complete));
    ck_assert_mem_eq(gradient(), before, sizeof before);
    int filled = 0;
    for (int s = 0; s < SYNAPSES; s++) {
        ck_assert(mask_of(layer)[s] || before[s] == 0);
        filled += !mask_of(layer)[s] && ((float *)complete.data)[s] != 0;
    }
    ck_assert_int_eq(filled, SYNAPSES / 2);
}
END_TEST

START_TEST(random_growth_is_uniform) {
    enum { MANY = 2000 };
    int grown[WIDE] = {0}, same_as_before = 0;
    uint8_t before[WIDE];
    snnd_network *wide = make_network(context, WIDE);
    snnd_layer *of = add_delays(wide, 1, NULL);
    snnd_sparsity *rule = make_deep_r(wide, 0.89, SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, 3);
    snnd_workspace *passed = make_passed_workspace(wide);
    const uint8_t *mask = mask_of(of);
    for (int step = 0; step < MANY; step++) {
        memcpy(before, mask, sizeof before);
        regrow_all(of, rule, passed);
        same_as_before += memcmp(before, mask, sizeof before) == 0;
        for (int s = 0; s < WIDE; s++)
            grown[s] += mask[s];
    }
    const double share = (double)FEW / WIDE, expected = MANY * share;
    double distance = 0; /* chi squared, of 39 degrees of freedom */
    for (int s = 0; s < WIDE; s++)
        distance += pow(grown[s] - expected, 2) / (expected * (1 - share));
    distance *= (WIDE - 1.0) / WIDE;
    ck_assert_double_lt(distance, 39 + 6 * sqrt(2 * 39));
    ck_assert_double_gt(distance, 39 - 4 * sqrt(2 * 39));
    ck_assert_int_lt(same_as_before, 3); /* 1 in 91390 by chance */
    snnd_workspace_free(passed);
    snnd_sparsity_free(rule);
    snnd_network_free(wide);
}
END_TEST

/* The masks of ten steps of random growth. */
static void grow_ten(uint64_t seed, uint8_t masks[10][WIDE]) {
    snnd_network *wide = make_network(context, WIDE);
    snnd_layer *of = add_delays(wide, 1, NULL);
    snnd_sparsity *rule = make_deep_r(wide, 0.89, SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, seed);
    snnd_workspace *passed = make_passed_workspace(wide);
    for (int step = 0; step < 10; step++) {
        regrow_all(of, rule, passed);
        memcpy(masks[step], mask_of(of), WIDE);
    }
    snnd_workspace_free(passed);
    snnd_sparsity_free(rule);
    snnd_network_free(wide);
}

START_TEST(random_growth_is_a_matter_of_seed_and_step) {
    uint8_t once[10][WIDE], again[10][WIDE], other[10][WIDE];
    grow_ten(3, once);
    grow_ten(3, again);
    grow_ten(4, other);
    ck_assert_mem_eq(once, again, sizeof once);
    for (int step = 0; step < 10; step++) {
        ck_assert_mem_ne(once[step], other[step], WIDE);
        for (int before = 0; before < step; before++)
            ck_assert_mem_ne(once[step], once[before], WIDE);
    }
}
END_TEST

/* ---- the original: noise, and gradient descent ---- */

static snnd_sparsity *make_original(snnd_network *of, double temperature, uint64_t seed) {
    snnd_structure structure = structure_of(0.5);
    snnd_deep_r_options options;
    snnd_sparsity *made;
    structure.seed = seed;
    structure.signs = SNND_SIGNS_SYNAPSE;
    OK(context, snnd_deep_r_options_init(&options, sizeof options));
    options.growth = SNND_GROWTH_RANDOM;
    options.temperature = temperature;
    OK(context, snnd_sparsity_create_deep_r(of, &structure, &options, &made));
    return made;
}

static snnd_optimizer *make_descent(snnd_network *of, double rate) {
    snnd_optimizer_options options;
    snnd_optimizer *made;
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.kind = SNND_SGD;
    options.rate = rate;
    options.momentum = 0;
    OK(context, snnd_optimizer_create(of, &options, &made));
    return made;
}

/* theta - rate (dE/dtheta + alpha): the loss's l1 is alpha, and is in the gradient where theta > 0. */
START_TEST(an_original_step_descends_and_drops_what_crosses_0) {
    sparsity = make_original(network, 0, 1);
    workspace = make_passed_workspace(network);
    snnd_optimizer *descent = make_descent(network, 0.25);
    const float alpha = 0.5f, d_loss[SYNAPSES] = {1, 0, 0.6f, 0, -1, 0, 0, 0, 2, 0, 0, 0};
    const float after[SYNAPSES] = {0.025f, 0, -0.075f, 0, 0.425f, 0, 0.275f, 0, -0.125f, 0, 0.475f, 0};
    memcpy(mask_of(layer), before_mask, sizeof before_mask);
    for (int s = 0; s < SYNAPSES; s++) {
        theta()[s] = before_mask[s] ? 0.1f * (float)(s / 2 + 1) : 0;
        gradient()[s] = d_loss[s] + (before_mask[s] ? alpha : 0);
    }
    theta()[0] = 0.4f;
    OK(context, snnd_optimizer_step(descent, workspace));
    OK(context, snnd_sparsity_step(sparsity, workspace, descent));
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 2);
    int grown = 0;
    for (int s = 0; s < SYNAPSES; s++)
        if (theta()[s] == 1e-12f)
            grown += mask_of(layer)[s];
        else
            ck_assert_msg(fabsf(theta()[s] - after[s]) < 1e-6f && mask_of(layer)[s] == (after[s] > 0),
                          "theta of %d is %g", s, (double)theta()[s]);
    ck_assert_int_eq(grown, 2);
    snnd_optimizer_free(descent);
}
END_TEST

enum { NOISY = 200 };

/* One step of noise on a layer of NOISY x NOISY synapses of theta 1; the differences. */
static void add_noise_once(uint64_t seed, int steps, double rate, float moved[NOISY * NOISY], uint8_t *mask) {
    snnd_network *wide = make_network(context, NOISY);
    snnd_layer *of = add_delays(wide, NOISY, NULL);
    snnd_sparsity *rule = make_original(wide, 0.02, seed);
    snnd_workspace *passed = make_passed_workspace(wide);
    snnd_optimizer *descent = make_descent(wide, rate);
    for (int step = 0; step < steps; step++) {
        for (int s = 0; s < NOISY * NOISY; s++)
            floats(of, SNND_ARRAY_WEIGHT)[s] = (float)mask_of(of)[s];
        OK(context, snnd_sparsity_step(rule, passed, descent));
    }
    for (int s = 0; s < NOISY * NOISY; s++)
        moved[s] = floats(of, SNND_ARRAY_WEIGHT)[s] - (float)mask_of(of)[s];
    memcpy(mask, mask_of(of), NOISY * NOISY);
    snnd_optimizer_free(descent);
    snnd_workspace_free(passed);
    snnd_sparsity_free(rule);
    snnd_network_free(wide);
}

START_TEST(noise_is_normal_and_of_existing_synapses_only) {
    static float moved[NOISY * NOISY];
    static uint8_t mask[NOISY * NOISY];
    const double rate = 0.1, variance = 2 * rate * 0.02;
    double sum = 0, squares = 0, fourth = 0;
    int count = 0;
    add_noise_once(3, 1, rate, moved, mask);
    for (int s = 0; s < NOISY * NOISY; s++) {
        if (!mask[s]) {
            HOLDS(moved[s] == 0, "absent synapse %d moved by %g", s, (double)moved[s]);
            continue;
        }
        const double z = (double)moved[s] / sqrt(variance);
        count++;
        sum += z;
        squares += z * z;
        fourth += z * z * z * z;
    }
    ck_assert_int_eq(count, NOISY * NOISY / 2);
    ck_assert_double_eq_tol(sum / count, 0, 5 / sqrt(count));
    ck_assert_double_eq_tol(squares / count, 1, 5 * sqrt(2.0 / count));
    ck_assert_double_eq_tol(fourth / count, 3, 5 * sqrt(96.0 / count));
}
END_TEST

START_TEST(noise_is_a_matter_of_seed_and_step) {
    static float once[NOISY * NOISY], again[NOISY * NOISY], other[NOISY * NOISY], later[NOISY * NOISY];
    static uint8_t mask[NOISY * NOISY];
    add_noise_once(3, 1, 0.1, once, mask);
    add_noise_once(3, 1, 0.1, again, mask);
    add_noise_once(4, 1, 0.1, other, mask);
    add_noise_once(3, 2, 0.1, later, mask);
    ck_assert_mem_eq(once, again, sizeof once);
    ck_assert_mem_ne(once, other, sizeof once);
    ck_assert_mem_ne(once, later, sizeof once);
}
END_TEST

START_TEST(noise_needs_an_optimizers_rate) {
    snnd_deep_r_options options;
    sparsity = make_original(network, 1e-3, 1);
    workspace = make_passed_workspace(network);
    FAILS(context, SNND_ERROR_ARGUMENT, "the noise of a temperature above 0 needs the learning rate of an optimizer",
          snnd_sparsity_step(sparsity, workspace, NULL));
    OK(context, snnd_deep_r_options_init(&options, sizeof options));
    options.temperature = -1;
    snnd_sparsity *none = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "temperature is -1",
          snnd_sparsity_create_deep_r(network, NULL, &options, &none));
    options.temperature = 0;
    options.growth = SNND_GROWTH_MOMENTUM;
    FAILS(context, SNND_ERROR_ARGUMENT, "growth is 3", snnd_sparsity_create_deep_r(network, NULL, &options, &none));
    ck_assert_ptr_null(none);
}
END_TEST

/* ---- keeping and refusing ---- */

static snnd_status create(double share, int32_t start, int32_t growth, int32_t signs) {
    snnd_structure structure = structure_of(share);
    snnd_deep_r_options options;
    OK(context, snnd_deep_r_options_init(&options, sizeof options));
    structure.start = start;
    structure.signs = signs;
    options.growth = growth;
    return snnd_sparsity_create_deep_r(network, &structure, &options, &sparsity);
}

START_TEST(options_start_at_the_papers_values) {
    snnd_deep_r_options options;
    OK(context, snnd_deep_r_options_init(&options, sizeof options));
    ck_assert_int_eq(options.growth, SNND_GROWTH_GRADIENT);
    ck_assert_double_eq(options.temperature, 0);
    OK(context, snnd_sparsity_create_deep_r(network, NULL, NULL, &sparsity));
    ck_assert_double_eq(sparsity->structure.sparsity, 0.875);
    ck_assert_int_eq(sparsity->structure.signs, SNND_SIGNS_DALE);
}
END_TEST

START_TEST(options_out_of_range_are_named) {
    snnd_array array;
    FAILS(context, SNND_ERROR_ARGUMENT, "sparsity is 1;",
          create(1, SNND_START_RANDOM, SNND_GROWTH_RANDOM, SNND_SIGNS_DEFAULT));
    FAILS(context, SNND_ERROR_ARGUMENT, "sparsity is -0.5",
          create(-0.5, SNND_START_RANDOM, SNND_GROWTH_RANDOM, SNND_SIGNS_DEFAULT));
    FAILS(context, SNND_ERROR_ARGUMENT, "sparsity is",
          create(NAN, SNND_START_RANDOM, SNND_GROWTH_RANDOM, SNND_SIGNS_DEFAULT));
    FAILS(context, SNND_ERROR_ARGUMENT, "growth is 3", create(0.5, SNND_START_RANDOM, 3, SNND_SIGNS_DEFAULT));
    FAILS(context, SNND_ERROR_ARGUMENT, "start is 3", create(0.5, 3, SNND_GROWTH_RANDOM, SNND_SIGNS_DEFAULT));
    FAILS(context, SNND_ERROR_ARGUMENT, "signs is 4", create(0.5, SNND_START_RANDOM, SNND_GROWTH_RANDOM, 4));
    FAILS(context, SNND_ERROR_ARGUMENT, "must have fixed signs",
          create(0.5, SNND_START_RANDOM, SNND_GROWTH_RANDOM, SNND_SIGNS_NONE));
    FAILS(context, SNND_ERROR_ARGUMENT, "sparsity is NULL", snnd_sparsity_create_deep_r(network, NULL, NULL, NULL));
    ck_assert_int_eq(snnd_sparsity_create_deep_r(NULL, NULL, NULL, &sparsity), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(sparsity);
    FAILS(context, SNND_ERROR_STATE, "mask", snnd_layer_array(layer, SNND_ARRAY_MASK, &array));
}
END_TEST

START_TEST(a_sparsity_that_leaves_a_layer_nothing_is_refused_and_changes_nothing) {
    snnd_array array;
    float before[SYNAPSES];
    add_delays(network, 1, NULL); /* of 4 synapses */
    memcpy(before, theta(), sizeof before);
    FAILS(context, SNND_ERROR_ARGUMENT, "leaves layer 1 none of its 4 synapses",
          create(0.8, SNND_START_RANDOM, SNND_GROWTH_RANDOM, SNND_SIGNS_DEFAULT));
    FAILS(context, SNND_ERROR_STATE, "mask", snnd_layer_array(layer, SNND_ARRAY_MASK, &array));
    ck_assert_mem_eq(theta(), before, sizeof before);
    OK(context, create(0.75, SNND_START_RANDOM, SNND_GROWTH_RANDOM, SNND_SIGNS_DEFAULT));
}
END_TEST

START_TEST(a_network_without_delays_has_nothing_to_control) {
    snnd_network *bare = make_network(context, 1);
    add_lif(bare);
    FAILS(context, SNND_ERROR_STATE, "no layer of delays", snnd_sparsity_create_deep_r(bare, NULL, NULL, &sparsity));
    snnd_network_free(bare);
}
END_TEST

START_TEST(a_second_controller_must_keep_what_there_is) {
    uint8_t mask[SYNAPSES];
    int8_t sign[SYNAPSES];
    float values[SYNAPSES];
    snnd_sparsity_free(make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 1));
    memcpy(mask, mask_of(layer), sizeof mask);
    memcpy(sign, signs_of(layer), sizeof sign);
    memcpy(values, theta(), sizeof values);
    FAILS(context, SNND_ERROR_STATE, "already has a mask",
          create(0.5, SNND_START_RANDOM, SNND_GROWTH_GRADIENT, SNND_SIGNS_DEFAULT));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 has 6 synapses; expected 3",
          create(0.75, SNND_START_KEEP, SNND_GROWTH_GRADIENT, SNND_SIGNS_DEFAULT));
    OK(context, create(0.5, SNND_START_KEEP, SNND_GROWTH_GRADIENT, SNND_SIGNS_DEFAULT));
    ck_assert_mem_eq(mask_of(layer), mask, sizeof mask);
    ck_assert_mem_eq(signs_of(layer), sign, sizeof sign);
    ck_assert_mem_eq(theta(), values, sizeof values);
}
END_TEST

START_TEST(keeping_needs_masks_and_signs) {
    FAILS(context, SNND_ERROR_ARGUMENT, "must have fixed signs",
          create(0.5, SNND_START_KEEP, SNND_GROWTH_GRADIENT, SNND_SIGNS_DEFAULT));
    snnd_sparsity_free(make_fixed_mask(network, 0.5, 0));
    FAILS(context, SNND_ERROR_ARGUMENT, "must have fixed signs",
          create(0.5, SNND_START_KEEP, SNND_GROWTH_GRADIENT, SNND_SIGNS_DEFAULT));
}
END_TEST

START_TEST(a_step_needs_a_workspace_of_the_network_with_gradients) {
    snnd_workspace *bare;
    snnd_network *other = make_network(context, 1);
    add_delays(other, 1, NULL);
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 1);
    workspace = make_passed_workspace(other);
    OK(context, snnd_workspace_create(network, 1, 1, 0, &bare));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_sparsity_step(sparsity, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network", snnd_sparsity_step(sparsity, workspace, NULL));
    FAILS(context, SNND_ERROR_STATE, "without gradients", snnd_sparsity_step(sparsity, bare, NULL));
    ck_assert_int_eq(snnd_sparsity_step(NULL, bare, NULL), SNND_ERROR_ARGUMENT);
    snnd_workspace_free(bare);
    snnd_workspace_free(workspace);
    workspace = NULL;
    snnd_network_free(other);
}
END_TEST

START_TEST(a_mask_changed_from_outside_is_noticed) {
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 1);
    workspace = make_passed_workspace(network);
    for (int s = 0; s < SYNAPSES; s++) {
        mask_of(layer)[s] = 1;
        theta()[s] = 1;
    }
    FAILS(context, SNND_ERROR_STATE, "layer 0 has 12 synapses; expected 6",
          snnd_sparsity_step(sparsity, workspace, NULL));
}
END_TEST

START_TEST(a_network_keeps_its_masks_while_there_is_a_controller) {
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 1);
    const float before = theta()[0];
    FAILS(context, SNND_ERROR_STATE, "has a sparsity controller, whose masks would be lost",
          snnd_network_initialize(network, 9));
    ck_assert_float_eq(theta()[0], before);
    ck_assert_ptr_nonnull(mask_of(layer));
    snnd_sparsity_free(sparsity);
    sparsity = NULL;
    OK(context, snnd_network_initialize(network, 9));
}
END_TEST

START_TEST(a_step_of_the_optimizer_is_followed_by_one_of_the_controller) {
    snnd_optimizer *optimizer;
    sparsity = make_deep_r(network, 0.5, SNND_GROWTH_GRADIENT, SNND_SIGNS_SYNAPSE, 1);
    workspace = make_passed_workspace(network);
    OK(context, snnd_optimizer_create(network, NULL, &optimizer));
    for (int step = 0; step < 3; step++) {
        OK(context, snnd_optimizer_step(optimizer, workspace));
        OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
        FAILS(context, SNND_ERROR_STATE, "the optimizer has made no step since the last step of the controller",
              snnd_sparsity_step(sparsity, workspace, optimizer));
    }
    ck_assert_uint_eq(sparsity->steps, 3);
    snnd_optimizer_free(optimizer);
}
END_TEST

Suite *deep_r_suite(void) {
    Suite *suite = suite_create("sparsity/deep_r");
    TCase *cases = tcase_create("deep_r");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, a_step_drops_what_is_not_above_0_and_grows_by_the_most_negative_gradient);
    tcase_add_test(cases, of_equal_gradients_the_lower_index_grows);
    tcase_add_test(cases, a_synapse_just_dropped_may_grow_again);
    tcase_add_test(cases, a_dropped_synapse_keeps_its_theta_until_the_next_step);
    tcase_add_test(cases, the_pass_after_a_drop_still_sees_it);
    tcase_add_test(cases, a_gradient_that_is_no_number_grows_last);
    tcase_add_test(cases, positions_and_signs_stay);
    tcase_add_test(cases, without_a_drop_nothing_grows);
    tcase_add_test(cases, regrown_synapses_are_counted_by_layer_and_in_all);
    tcase_add_loop_test(cases, the_budget_is_exact, 0, COUNT(budgets));
    tcase_add_loop_test(cases, thousands_of_steps_keep_the_budget_exactly, 0, 4);
    tcase_add_test(cases, theta_is_the_magnitude_of_the_weight_where_there_is_a_synapse);
    tcase_add_test(cases, a_weight_of_0_becomes_a_synapse_all_the_same);
    tcase_add_test(cases, under_dales_law_a_presynaptic_neuron_has_one_sign);
    tcase_add_test(cases, without_dales_law_every_synapse_has_its_own_sign);
    tcase_add_test(cases, a_seed_draws_the_same_masks_and_signs_again);
    tcase_add_loop_test(cases, absent_synapses_have_gradients_where_growth_or_the_option_wants_them, 0, 3);
    tcase_add_test(cases, complete_gradients_leave_those_of_the_pass_as_they_were);
    tcase_add_test(cases, random_growth_is_uniform);
    tcase_add_test(cases, random_growth_is_a_matter_of_seed_and_step);
    tcase_add_test(cases, an_original_step_descends_and_drops_what_crosses_0);
    tcase_add_test(cases, noise_is_normal_and_of_existing_synapses_only);
    tcase_add_test(cases, noise_is_a_matter_of_seed_and_step);
    tcase_add_test(cases, noise_needs_an_optimizers_rate);
    tcase_add_test(cases, options_start_at_the_papers_values);
    tcase_add_test(cases, options_out_of_range_are_named);
    tcase_add_test(cases, a_sparsity_that_leaves_a_layer_nothing_is_refused_and_changes_nothing);
    tcase_add_test(cases, a_network_without_delays_has_nothing_to_control);
    tcase_add_test(cases, a_second_controller_must_keep_what_there_is);
    tcase_add_test(cases, keeping_needs_masks_and_signs);
    tcase_add_test(cases, a_step_needs_a_workspace_of_the_network_with_gradients);
    tcase_add_test(cases, a_mask_changed_from_outside_is_noticed);
    tcase_add_test(cases, a_network_keeps_its_masks_while_there_is_a_controller);
    tcase_add_test(cases, a_step_of_the_optimizer_is_followed_by_one_of_the_controller);
    suite_add_tcase(suite, cases);
    return suite;
}
