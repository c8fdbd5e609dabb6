/* RigL, SET and SNFS, worked by hand. */
#include "sparsity/masked.h"

Suite *rewiring_suite(void);

enum { INPUTS = 5, OUTPUTS = 2, SYNAPSES = INPUTS * OUTPUTS };

static snnd_context *context;
static snnd_network *network;
static snnd_layer *layer;
static snnd_workspace *workspace;
static snnd_sparsity *sparsity;
static snnd_optimizer *optimizer;
static snnd_rewiring_options options;
static snnd_structure structure;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, INPUTS);
    layer = add_delays(network, OUTPUTS, NULL);
    structure = structure_of(0.5);
    sparsity = NULL;
    workspace = NULL;
    optimizer = NULL;
    OK(context, snnd_rigl_options_init(&options, sizeof options));
}

static void tear_down(void) {
    snnd_optimizer_free(optimizer);
    snnd_workspace_free(workspace);
    snnd_sparsity_free(sparsity);
    snnd_network_free(network);
    snnd_context_free(context);
}

static float *weights(void) {
    return floats(layer, SNND_ARRAY_WEIGHT);
}

static float *moment(int order) {
    snnd_array array;
    OK(context, snnd_optimizer_moment(optimizer, layer, SNND_ARRAY_WEIGHT, order, &array));
    return array.data;
}

/* ---- a scene: five of ten synapses ---- */

static const uint8_t scene_mask[SYNAPSES] = {1, 0, 1, 1, 0, 0, 1, 0, 1, 0};
static const float scene_weight[SYNAPSES] = {0.5f, 0, -0.1f, 0.3f, 0, 0, -0.4f, 0, 0.2f, 0};

static void make_optimizer(int32_t kind) {
    snnd_optimizer_options of_weights;
    OK(context, snnd_optimizer_options_init(&of_weights, sizeof of_weights));
    of_weights.kind = kind;
    OK(context, snnd_optimizer_create(network, &of_weights, &optimizer));
}

static void make_scene(const float gradient[SYNAPSES]) {
    OK(context, snnd_sparsity_create_rewiring(network, &structure, &options, &sparsity));
    workspace = make_passed_workspace(network);
    memcpy(gradient_of(workspace, layer, SNND_ARRAY_WEIGHT), gradient, SYNAPSES * sizeof(float));
    memcpy(mask_of(layer), scene_mask, sizeof scene_mask);
    memcpy(weights(), scene_weight, sizeof scene_weight);
    make_optimizer(SNND_ADAM);
    for (int s = 0; s < SYNAPSES; s++) {
        moment(1)[s] = (float)(s + 1) / 16;
        moment(2)[s] = (float)(s + 1) / 8;
    }
}

static void assert_scene(const uint8_t mask[SYNAPSES], const float values[SYNAPSES]) {
    for (int s = 0; s < SYNAPSES; s++) {
        ck_assert_msg(mask_of(layer)[s] == mask[s], "mask of %d is %d", s, mask_of(layer)[s]);
        ck_assert_msg(weights()[s] == values[s], "weight of %d is %g, not %g", s, (double)weights()[s],
                      (double)values[s]);
    }
}

static const float some_gradient[SYNAPSES] = {9, -3, 9, 9, 0.5f, 2, 9, -1, 9, 4};

/* ---- RigL ---- */

START_TEST(rigl_drops_the_smallest_magnitudes_and_grows_the_largest_gradients) {
    /* floor(0.4 * 5) = 2: of -0.1 and 0.2; 4 and -3 are the largest gradients of what is absent. */
    const float gradient[SYNAPSES] = {9, -3, 0.1f, 9, 0.5f, 2, 9, -1, 0.2f, 4};
    const uint8_t mask[SYNAPSES] = {1, 1, 0, 1, 0, 0, 1, 0, 0, 1};
    const float values[SYNAPSES] = {0.5f, 0, 0, 0.3f, 0, 0, -0.4f, 0, 0, 0};
    options.interval = 1;
    options.share = 0.4;
    make_scene(gradient);
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    assert_scene(mask, values);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 2);
    for (int s = 0; s < SYNAPSES; s++) {
        const bool is_new = s == 1 || s == 9;
        ck_assert_float_eq(moment(1)[s], is_new ? 0 : (float)(s + 1) / 16);
        ck_assert_float_eq(moment(2)[s], is_new ? 0 : (float)(s + 1) / 8);
    }
}
END_TEST

START_TEST(what_its_gradient_brings_back_at_once_keeps_its_weight_and_moments) {
    const float gradient[SYNAPSES] = {0, 1, -8, 0, 0.5f, 2, 0, 0, 0, 0};
    const uint8_t mask[SYNAPSES] = {1, 0, 1, 1, 0, 1, 1, 0, 0, 0};
    const float values[SYNAPSES] = {0.5f, 0, -0.1f, 0.3f, 0, 0, -0.4f, 0, 0, 0};
    options.interval = 1;
    options.share = 0.4;
    make_scene(gradient);
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    assert_scene(mask, values);
    ck_assert_float_eq(moment(1)[2], 3.0f / 16);
    ck_assert_float_eq(moment(1)[5], 0);
}
END_TEST

START_TEST(without_an_optimizer_moments_are_left_alone) {
    options.interval = 1;
    options.share = 0.4;
    make_scene(some_gradient);
    OK(context, snnd_sparsity_step(sparsity, workspace, NULL));
    ck_assert_float_eq(moment(1)[9], 10.0f / 16);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, NULL), 2);
}
END_TEST

/* How many grow in each of the steps 1 to 12: a share of 0.8 of 5 that falls over `stop` steps. */
static void assert_rewired(int32_t interval, int32_t stop, const int expected[12]) {
    options.interval = interval;
    options.stop = stop;
    options.share = 0.8;
    make_scene(some_gradient);
    for (int t = 0; t < 12; t++) {
        OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
        ck_assert_msg(snnd_sparsity_regrown(sparsity, NULL) == expected[t], "step %d: %lld", t + 1,
                      (long long)snnd_sparsity_regrown(sparsity, NULL));
    }
}

START_TEST(rewiring_comes_at_intervals) {
    const int expected[12] = {0, 0, 4, 0, 0, 4, 0, 0, 4, 0, 0, 4};
    assert_rewired(3, 0, expected);
}
END_TEST

START_TEST(the_share_falls_by_half_a_cosine_until_it_stops) {
    /* 5 * 0.4 (1 + cos(pi t / 12)) = 3.73, 3, 2, 1, 0.27 for t = 2, 4, .. 10. */
    const int expected[12] = {0, 3, 0, 3, 0, 2, 0, 1, 0, 0, 0, 0};
    assert_rewired(2, 12, expected);
}
END_TEST

START_TEST(gradients_of_absent_synapses_are_made_for_the_pass_before_a_rewiring_only) {
    options.interval = 3;
    options.stop = 9;
    make_scene(some_gradient);
    for (uint64_t t = 1; t <= 12; t++) {
        const float input[3 * INPUTS] = {1, 2, 3, 4, 5};
        const int32_t label = 0;
        snnd_workspace *passed = make_workspace(network, 1, 3);
        train_pass(passed, input, &label, 1, NULL);
        const float *made = passed->stage[0].gradient[SNND_ARRAY_WEIGHT];
        int some = 0;
        for (int s = 0; s < SYNAPSES; s++)
            some += !mask_of(layer)[s] && made[s] != 0;
        ck_assert_msg((some > 0) == (t == 3 || t == 6), "step %llu: %d", (unsigned long long)t, some);
        OK(context, snnd_sparsity_step(sparsity, passed, optimizer));
        snnd_workspace_free(passed);
    }
}
END_TEST

/* ---- signs ---- */

START_TEST(with_signs_the_most_negative_gradients_grow_and_theta_stays_above_0) {
    const float gradient[SYNAPSES] = {9, -3, 9, 9, 0.5f, 20, 9, -1, 9, 4};
    const uint8_t mask[SYNAPSES] = {1, 1, 0, 1, 0, 0, 1, 1, 0, 0};
    structure.signs = _i == 0 ? SNND_SIGNS_SYNAPSE : SNND_SIGNS_DALE;
    options.interval = 2;
    options.share = 0.4;
    make_scene(gradient);
    const float theta[SYNAPSES] = {0.5f, 0.7f, -0.1f, 0.3f, 0, 0, 0.4f, 0, 0.2f, 0};
    memcpy(weights(), theta, sizeof theta);
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    const float held[SYNAPSES] = {0.5f, 0, 1e-12f, 0.3f, 0, 0, 0.4f, 0, 0.2f, 0};
    assert_scene(scene_mask, held);
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    const float after[SYNAPSES] = {0.5f, 1e-12f, 0, 0.3f, 0, 0, 0.4f, 1e-12f, 0, 0};
    assert_scene(mask, after);
}
END_TEST

/* ---- SET ---- */

START_TEST(set_drops_a_share_of_each_sign_at_the_end_of_an_epoch) {
    /* Positive 0.5, 0.3, 0.2: floor(0.5 * 3) = 1, the smallest; negative -0.1, -0.4: 1, the largest. */
    OK(context, snnd_set_options_init(&options, sizeof options));
    ck_assert_double_eq(options.share, 0.3);
    options.share = 0.5;
    make_scene(some_gradient);
    for (int t = 0; t < 200; t++)
        OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    assert_scene(scene_mask, scene_weight);
    OK(context, snnd_sparsity_end_epoch(sparsity, optimizer));
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 2);
    ck_assert_int_eq(snnd_layer_active(layer), 5);
    ck_assert_float_eq(weights()[0], 0.5f);
    ck_assert_float_eq(weights()[3], 0.3f);
    ck_assert_float_eq(weights()[6], -0.4f);
    for (int s = 0; s < SYNAPSES; s++)
        if (s != 0 && s != 3 && s != 6)
            ck_assert_float_eq(weights()[s], 0);
}
END_TEST

START_TEST(set_counts_weights_of_0_among_the_positive) {
    /* Positive 0.5, 0.3, 0: one is dropped, the 0. */
    OK(context, snnd_set_options_init(&options, sizeof options));
    options.share = 0.5;
    make_scene(some_gradient);
    weights()[8] = 0;
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    OK(context, snnd_sparsity_end_epoch(sparsity, optimizer));
    ck_assert_float_eq(weights()[0], 0.5f);
    ck_assert_float_eq(weights()[3], 0.3f);
    ck_assert_float_eq(weights()[6], -0.4f);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 2);
}
END_TEST

START_TEST(set_grows_any_absent_synapse_with_equal_probability) {
    enum { MANY = 3000 };
    int grown[SYNAPSES] = {0};
    OK(context, snnd_set_options_init(&options, sizeof options));
    options.share = 0.5;
    make_scene(some_gradient);
    for (int t = 0; t < MANY; t++) {
        memcpy(mask_of(layer), scene_mask, sizeof scene_mask);
        memcpy(weights(), scene_weight, sizeof scene_weight);
        HOLDS(snnd_sparsity_step(sparsity, workspace, NULL) == SNND_OK &&
                  snnd_sparsity_end_epoch(sparsity, NULL) == SNND_OK,
              "%s", snnd_context_last_error(context));
        for (int s = 0; s < SYNAPSES; s++)
            grown[s] += mask_of(layer)[s];
    }
    for (int s = 0; s < SYNAPSES; s++) { /* two of seven, and three that are never dropped */
        const double share = 2.0 / 7, deviation = sqrt(MANY * share * (1 - share));
        if (s == 0 || s == 3 || s == 6)
            ck_assert_int_eq(grown[s], MANY);
        else
            ck_assert_double_eq_tol(grown[s], MANY * share, 5 * deviation);
    }
}
END_TEST

static void count_warnings(void *user, snnd_log_level level, const char *message) {
    ck_assert_int_eq(level, SNND_LOG_WARNING);
    ck_assert_ptr_nonnull(strstr(message, "rewiring has left layer 1 without synapses"));
    ++*(int *)user;
}

/* Layers that share a budget of a fiftieth: chance leaves the small one nothing now and then. */
START_TEST(a_layer_without_a_synapse_is_told) {
    int warnings = 0, expected = 0, back = 0;
    snnd_context_options with_log;
    snnd_context *own;
    snnd_sparsity *rule;
    OK(context, snnd_context_options_init(&with_log, sizeof with_log));
    with_log.log = count_warnings;
    with_log.log_user = &warnings;
    OK(context, snnd_context_create(&with_log, &own));
    snnd_network *net = make_network(own, 30);
    add_delays(net, 30, NULL);
    snnd_layer *small = add_delays(net, 2, NULL);
    structure.budget = SNND_BUDGET_NETWORK;
    structure.sparsity = 0.98;
    structure.signs = SNND_SIGNS_NONE;
    OK(own, snnd_set_options_init(&options, sizeof options));
    options.share = 1;
    OK(own, snnd_sparsity_create_rewiring(net, &structure, &options, &rule));
    snnd_workspace *passed = make_passed_workspace(net);
    for (int epoch = 0; epoch < 40; epoch++) {
        const bool before = snnd_layer_active(small) == 0;
        OK(own, snnd_sparsity_step(rule, passed, NULL));
        OK(own, snnd_sparsity_end_epoch(rule, NULL));
        expected += !before && snnd_layer_active(small) == 0;
        back += before && snnd_layer_active(small) > 0;
        ck_assert_int_eq(warnings, expected);
    }
    ck_assert_int_gt(expected, 0);
    ck_assert_int_gt(back, 0);
    snnd_workspace_free(passed);
    snnd_sparsity_free(rule);
    snnd_network_free(net);
    snnd_context_free(own);
}
END_TEST

/* ---- SNFS ---- */

START_TEST(snfs_grows_the_largest_moments) {
    /* floor(0.5 * 5) = 2 of -0.1 and 0.2; moments s + 1: 10 of synapse 9, then -20 of synapse 4. */
    const uint8_t mask[SYNAPSES] = {1, 0, 0, 1, 1, 0, 1, 0, 0, 1};
    const float values[SYNAPSES] = {0.5f, 0, 0, 0.3f, 0, 0, -0.4f, 0, 0, 0};
    OK(context, snnd_snfs_options_init(&options, sizeof options));
    make_scene(some_gradient);
    moment(1)[4] = -20;
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    OK(context, snnd_sparsity_end_epoch(sparsity, optimizer));
    assert_scene(mask, values);
    ck_assert_float_eq(moment(1)[4], -20);
}
END_TEST

/* Two layers of 10 and of 6 synapses, 5 and 3 of them there, that share by momentum. */
static snnd_layer *make_two(float first, float second) {
    snnd_layer *other = add_delays(network, 3, NULL);
    const uint8_t mask[6] = {1, 0, 1, 0, 1, 0};
    structure.budget = SNND_BUDGET_NETWORK;
    OK(context, snnd_snfs_options_init(&options, sizeof options));
    options.share = 0.7;
    make_scene(some_gradient);
    memcpy(mask_of(other), mask, sizeof mask);
    snnd_array array;
    OK(context, snnd_optimizer_moment(optimizer, other, SNND_ARRAY_WEIGHT, 1, &array));
    for (int s = 0; s < SYNAPSES; s++)
        moment(1)[s] = first;
    for (int s = 0; s < 6; s++) {
        floats(other, SNND_ARRAY_WEIGHT)[s] = mask[s] ? 1 + (float)s : 0;
        ((float *)array.data)[s] = second;
    }
    return other;
}

START_TEST(snfs_layers_share_what_grows_by_their_mean_moment) {
    /* floor(0.7 * 5) = 3 and floor(0.7 * 3) = 2 are dropped; of these 5 the first gets floor(5 * 3/5) = 3 where the
     * moments are 3 and -2, floor(5 / 5) = 1 where they are 1 and -4, and floor(5 * 2 / 4.1) = 2 where they are 2 and
     * -2.1, of which sums in place of means would make 3. */
    static const float moments[3][2] = {{3, -2}, {1, -4}, {2, -2.1f}};
    static const int grows[3] = {3, 1, 2};
    snnd_layer *other = make_two(moments[_i][0], moments[_i][1]);
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    OK(context, snnd_sparsity_end_epoch(sparsity, optimizer));
    const int first = grows[_i];
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), first);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, other), 5 - first);
    ck_assert_int_eq(snnd_layer_active(layer), 2 + first);
    ck_assert_int_eq(snnd_layer_active(other), 1 + 5 - first);
}
END_TEST

START_TEST(what_a_full_layer_cannot_take_goes_to_the_others) {
    /* By their moments all would grow in the second layer, whose six synapses are all there. */
    snnd_layer *other = make_two(0, 7);
    for (int s = 1; s < 6; s += 2) {
        mask_of(other)[s] = 1;
        floats(other, SNND_ARRAY_WEIGHT)[s] = 1 + (float)s;
    }
    memcpy(mask_of(layer), (const uint8_t[SYNAPSES]){1, 0, 0, 0, 0, 0, 0, 0, 1, 0}, SYNAPSES);
    for (int s = 0; s < SYNAPSES; s++)
        weights()[s] = mask_of(layer)[s] ? 1 : 0;
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    OK(context, snnd_sparsity_end_epoch(sparsity, optimizer));
    /* floor(0.7 * 2) = 1 and 4 are dropped; 5 grow, the second layer has room for 4. */
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, other), 4);
    ck_assert_int_eq(snnd_sparsity_regrown(sparsity, layer), 1);
    ck_assert_int_eq(snnd_network_active(network), 8);
}
END_TEST

/* ---- refusing ---- */

START_TEST(options_out_of_range_are_named) {
    const snnd_rewiring_options good = options;
#define REFUSED(words, change)                                                                                         \
    do {                                                                                                               \
        options = good;                                                                                                \
        change;                                                                                                        \
        FAILS(context, SNND_ERROR_ARGUMENT, words,                                                                     \
              snnd_sparsity_create_rewiring(network, &structure, &options, &sparsity));                                \
    } while (0)
    REFUSED("drop is 3", options.drop = 3);
    REFUSED("growth is 4", options.growth = 4);
    REFUSED("interval is -1", options.interval = -1);
    REFUSED("stop is -2", options.stop = -2);
    REFUSED("share is 1.5", options.share = 1.5);
    REFUSED("share is nan", options.share = NAN);
    REFUSED("needs an interval in steps", options.interval = 0);
#undef REFUSED
    ck_assert_ptr_null(sparsity);
    ck_assert_int_eq(snnd_sparsity_create_rewiring(NULL, NULL, NULL, &sparsity), SNND_ERROR_ARGUMENT);
}
END_TEST

START_TEST(momentum_needs_an_optimizer_of_the_networks_weights) {
    snnd_network *strange = make_network(context, 1);
    snnd_optimizer_options of_positions;
    snnd_optimizer *wrong, *foreign;
    add_delays(strange, 1, NULL);
    OK(context, snnd_snfs_options_init(&options, sizeof options));
    make_scene(some_gradient);
    OK(context, snnd_optimizer_create(strange, NULL, &foreign));
    OK(context, snnd_optimizer_options_init(&of_positions, sizeof of_positions));
    of_positions.parameters = SNND_PARAMETERS_POSITIONS;
    OK(context, snnd_optimizer_create(network, &of_positions, &wrong));
    FAILS(context, SNND_ERROR_ARGUMENT, "needs the moments of an optimizer",
          snnd_sparsity_step(sparsity, workspace, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "needs the moments of an optimizer", snnd_sparsity_end_epoch(sparsity, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network", snnd_sparsity_step(sparsity, workspace, foreign));
    FAILS(context, SNND_ERROR_ARGUMENT, "does not update weights", snnd_sparsity_step(sparsity, workspace, wrong));
    ck_assert_int_eq(snnd_sparsity_end_epoch(NULL, NULL), SNND_ERROR_ARGUMENT);
    assert_scene(scene_mask, scene_weight);
    snnd_optimizer_free(wrong);
    snnd_optimizer_free(foreign);
    snnd_network_free(strange);
}
END_TEST

Suite *rewiring_suite(void) {
    Suite *suite = suite_create("sparsity/rewiring");
    TCase *cases = tcase_create("rewiring");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, rigl_drops_the_smallest_magnitudes_and_grows_the_largest_gradients);
    tcase_add_test(cases, what_its_gradient_brings_back_at_once_keeps_its_weight_and_moments);
    tcase_add_test(cases, without_an_optimizer_moments_are_left_alone);
    tcase_add_test(cases, rewiring_comes_at_intervals);
    tcase_add_test(cases, the_share_falls_by_half_a_cosine_until_it_stops);
    tcase_add_test(cases, gradients_of_absent_synapses_are_made_for_the_pass_before_a_rewiring_only);
    tcase_add_loop_test(cases, with_signs_the_most_negative_gradients_grow_and_theta_stays_above_0, 0, 2);
    tcase_add_test(cases, set_drops_a_share_of_each_sign_at_the_end_of_an_epoch);
    tcase_add_test(cases, set_counts_weights_of_0_among_the_positive);
    tcase_add_test(cases, set_grows_any_absent_synapse_with_equal_probability);
    tcase_add_test(cases, a_layer_without_a_synapse_is_told);
    tcase_add_test(cases, snfs_grows_the_largest_moments);
    tcase_add_loop_test(cases, snfs_layers_share_what_grows_by_their_mean_moment, 0, 3);
    tcase_add_test(cases, what_a_full_layer_cannot_take_goes_to_the_others);
    tcase_add_test(cases, options_out_of_range_are_named);
    tcase_add_test(cases, momentum_needs_an_optimizer_of_the_networks_weights);
    suite_add_tcase(suite, cases);
    return suite;
}
