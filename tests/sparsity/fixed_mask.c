/* A random mask that stays. */
#include "sparsity/masked.h"

Suite *fixed_mask_suite(void);

enum { INPUTS = 6, HIDDEN = 20, CLASSES = 4, STEPS = 20, BATCH = 5 };

static snnd_context *context;
static snnd_network *network;
static snnd_layer *first, *second;
static snnd_sparsity *sparsity;

static void set_up(void) {
    context = make_context(1);
    network = make_spiking(context, INPUTS, HIDDEN, CLASSES, 8, 0);
    first = snnd_network_layer(network, 0);
    second = snnd_network_layer(network, 4);
    sparsity = NULL;
}

static void tear_down(void) {
    snnd_sparsity_free(sparsity);
    snnd_network_free(network);
    snnd_context_free(context);
}

START_TEST(the_budget_is_exact_in_every_layer) {
    snnd_network *wide = make_network(context, 25);
    snnd_layer *one = add_delays(wide, 40, NULL), *another = add_delays(wide, 27, NULL);
    snnd_sparsity *rule = make_fixed_mask(wide, budgets[_i], 3);
    assert_budget(one, budgets[_i]);
    assert_budget(another, budgets[_i]);
    snnd_sparsity_free(rule);
    snnd_network_free(wide);
}
END_TEST

START_TEST(weights_stay_where_there_is_a_synapse_and_are_0_elsewhere) {
    float before[HIDDEN * INPUTS];
    memcpy(before, floats(first, SNND_ARRAY_WEIGHT), sizeof before);
    sparsity = make_fixed_mask(network, 0.75, 0);
    for (int s = 0; s < HIDDEN * INPUTS; s++)
        ck_assert_float_eq(floats(first, SNND_ARRAY_WEIGHT)[s], mask_of(first)[s] ? before[s] : 0);
}
END_TEST

START_TEST(there_are_no_signs) {
    snnd_array array;
    sparsity = make_fixed_mask(network, 0.75, 0);
    FAILS(context, SNND_ERROR_STATE, "sign", snnd_layer_array(first, SNND_ARRAY_SIGN, &array));
}
END_TEST

START_TEST(masks_are_a_matter_of_seed_and_layer) {
    snnd_network *square = make_network(context, 10);
    snnd_layer *one = add_delays(square, 10, NULL), *another = add_delays(square, 10, NULL);
    uint8_t once[100];
    snnd_sparsity_free(make_fixed_mask(square, 0.5, 7));
    memcpy(once, mask_of(one), sizeof once);
    ck_assert_mem_ne(mask_of(another), once, sizeof once);
    OK(context, snnd_network_initialize(square, 1));
    snnd_sparsity_free(make_fixed_mask(square, 0.5, 7));
    ck_assert_mem_eq(mask_of(one), once, sizeof once);
    OK(context, snnd_network_initialize(square, 1));
    snnd_sparsity_free(make_fixed_mask(square, 0.5, 8));
    ck_assert_mem_ne(mask_of(one), once, sizeof once);
    snnd_network_free(square);
}
END_TEST

/* One step of plain gradient descent and the mask; asserts what it must have done to a layer. */
static void assert_step(snnd_workspace *workspace, snnd_optimizer *optimizer, snnd_layer *layer) {
    const int64_t count = count_of(layer, SNND_ARRAY_WEIGHT);
    float *before = malloc((size_t)count * sizeof *before);
    uint8_t *mask = malloc((size_t)count);
    int64_t moved = 0;
    memcpy(before, floats(layer, SNND_ARRAY_WEIGHT), (size_t)count * sizeof *before);
    memcpy(mask, mask_of(layer), (size_t)count);
    OK(context, snnd_optimizer_step(optimizer, workspace));
    OK(context, snnd_sparsity_step(sparsity, workspace, optimizer));
    ck_assert_mem_eq(mask_of(layer), mask, (size_t)count);
    for (int64_t s = 0; s < count; s++) {
        const float gradient = gradient_of(workspace, layer, SNND_ARRAY_WEIGHT)[s];
        const double trained = (double)before[s] - 0.1 * (double)gradient;
        ck_assert_double_eq_tol((double)floats(layer, SNND_ARRAY_WEIGHT)[s], mask[s] ? trained : 0, 1e-6);
        moved += mask[s] && gradient != 0;
    }
    ck_assert_int_gt(moved, 5);
    free(before);
    free(mask);
}

START_TEST(every_step_trains_the_synapses_and_keeps_the_others_at_0) {
    sparsity = make_fixed_mask(network, 0.75, 0);
    snnd_workspace *workspace = make_workspace(network, BATCH, STEPS);
    snnd_optimizer_options options;
    snnd_optimizer *optimizer;
    float *input = make_numbers(BATCH * STEPS * INPUTS, 1);
    int32_t *labels = make_labels(BATCH, CLASSES);
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.kind = SNND_SGD;
    options.rate = 0.1;
    options.momentum = 0;
    OK(context, snnd_optimizer_create(network, &options, &optimizer));
    for (int step = 0; step < 5; step++) {
        train_pass(workspace, input, labels, BATCH, NULL);
        assert_step(workspace, optimizer, step % 2 == 0 ? first : second);
        ck_assert_int_eq(snnd_sparsity_regrown(sparsity, NULL), 0);
    }
    free(input);
    free(labels);
    snnd_optimizer_free(optimizer);
    snnd_workspace_free(workspace);
}
END_TEST

START_TEST(masks_and_counts_outlive_the_controller) {
    sparsity = make_fixed_mask(network, 0.75, 0);
    const int64_t active = snnd_network_active(network);
    snnd_sparsity_free(sparsity);
    sparsity = NULL;
    ck_assert_int_eq(snnd_network_active(network), active);
    ck_assert_int_eq(active, (HIDDEN * INPUTS + HIDDEN * CLASSES) / 4);
}
END_TEST

static snnd_status create(double share, int32_t start) {
    snnd_structure structure = structure_of(share);
    structure.start = start;
    return snnd_sparsity_create_fixed_mask(network, &structure, &sparsity);
}

START_TEST(options_out_of_range_are_named) {
    FAILS(context, SNND_ERROR_ARGUMENT, "sparsity is 1;", create(1, SNND_START_RANDOM));
    FAILS(context, SNND_ERROR_ARGUMENT, "sparsity is -1", create(-1, SNND_START_RANDOM));
    FAILS(context, SNND_ERROR_ARGUMENT, "start is 7", create(0.5, 7));
    FAILS(context, SNND_ERROR_ARGUMENT, "leaves layer 4 none of its 80 synapses", create(0.99, SNND_START_RANDOM));
    ck_assert_ptr_null(sparsity);
    ck_assert_int_eq(snnd_network_active(network), HIDDEN * INPUTS + HIDDEN * CLASSES);
}
END_TEST

START_TEST(a_second_controller_must_keep_the_mask) {
    uint8_t mask[HIDDEN * INPUTS];
    snnd_sparsity_free(make_fixed_mask(network, 0.75, 0));
    memcpy(mask, mask_of(first), sizeof mask);
    FAILS(context, SNND_ERROR_STATE, "already has a mask", create(0.75, SNND_START_RANDOM));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 has 30 synapses; expected 60", create(0.5, SNND_START_KEEP));
    OK(context, create(0.75, SNND_START_KEEP));
    ck_assert_mem_eq(mask_of(first), mask, sizeof mask);
}
END_TEST

START_TEST(keeping_needs_masks_and_takes_the_signs_there_are) {
    FAILS(context, SNND_ERROR_STATE, "needs masks, but layer 0 has none", create(0.75, SNND_START_KEEP));
    snnd_sparsity_free(make_deep_r(network, 0.75, SNND_GROWTH_RANDOM, SNND_SIGNS_DALE, 0));
    snnd_structure unsigned_weights = structure_of(0.75);
    unsigned_weights.start = SNND_START_KEEP;
    unsigned_weights.signs = SNND_SIGNS_NONE;
    FAILS(context, SNND_ERROR_STATE, "layer 0 has fixed signs",
          snnd_sparsity_create_fixed_mask(network, &unsigned_weights, &sparsity));
    OK(context, create(0.75, SNND_START_KEEP));
    ck_assert_int_eq(sparsity->structure.signs, SNND_SIGNS_SYNAPSE);
}
END_TEST

START_TEST(a_step_needs_no_gradients) {
    snnd_workspace *bare;
    sparsity = make_fixed_mask(network, 0.75, 0);
    OK(context, snnd_workspace_create(network, 1, 1, 0, &bare));
    for (int s = 0; s < HIDDEN * INPUTS; s++)
        floats(first, SNND_ARRAY_WEIGHT)[s] = 1;
    OK(context, snnd_sparsity_step(sparsity, bare, NULL));
    for (int s = 0; s < HIDDEN * INPUTS; s++)
        ck_assert_float_eq(floats(first, SNND_ARRAY_WEIGHT)[s], mask_of(first)[s] ? 1 : 0);
    snnd_workspace_free(bare);
}
END_TEST

START_TEST(gradients_of_absent_synapses_end_with_the_next_forward_pass) {
    snnd_array array;
    sparsity = make_fixed_mask(network, 0.75, 0);
    snnd_workspace *passed = make_passed_workspace(network);
    const float input[3 * INPUTS] = {0};
    OK(context, snnd_workspace_gradient(passed, first, SNND_ARRAY_WEIGHT, &array));
    OK(context, snnd_workspace_forward(passed, SNND_EVALUATE, input, 1));
    FAILS(context, SNND_ERROR_STATE, "no backward pass",
          snnd_workspace_gradient(passed, first, SNND_ARRAY_WEIGHT, &array));
    snnd_workspace_free(passed);
}
END_TEST

Suite *fixed_mask_suite(void) {
    Suite *suite = suite_create("sparsity/fixed_mask");
    TCase *cases = tcase_create("fixed_mask");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, the_budget_is_exact_in_every_layer, 0, COUNT(budgets));
    tcase_add_test(cases, weights_stay_where_there_is_a_synapse_and_are_0_elsewhere);
    tcase_add_test(cases, there_are_no_signs);
    tcase_add_test(cases, masks_are_a_matter_of_seed_and_layer);
    tcase_add_test(cases, every_step_trains_the_synapses_and_keeps_the_others_at_0);
    tcase_add_test(cases, masks_and_counts_outlive_the_controller);
    tcase_add_test(cases, options_out_of_range_are_named);
    tcase_add_test(cases, a_second_controller_must_keep_the_mask);
    tcase_add_test(cases, keeping_needs_masks_and_takes_the_signs_there_are);
    tcase_add_test(cases, a_step_needs_no_gradients);
    tcase_add_test(cases, gradients_of_absent_synapses_end_with_the_next_forward_pass);
    suite_add_tcase(suite, cases);
    return suite;
}
