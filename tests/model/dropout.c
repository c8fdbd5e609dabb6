/* Dropout: what its masks are, and what they do not depend on. */
#include "model/one_layer.h"

Suite *dropout_suite(void);

enum { WIDE = 64, MANY = 33, SHORT = 3 };
static const double PROBABILITY = 0.4;

/* A network of dropout alone over WIDE neurons, twice. */
static void build_dropout(void) {
    snnd_network_free(network);
    network = make_network(context, WIDE);
    add_dropout(network, PROBABILITY);
    add_dropout(network, PROBABILITY);
    workspace = make_workspace(network, MANY, SHORT);
}

/* Masks [B, O] of both layers for a draw, read from a pass over ones. */
static void masks_of(snnd_workspace *from, uint64_t seed, uint64_t step, int32_t count, float *first, float *second) {
    float ones[MANY * SHORT * WIDE];
    for (int k = 0; k < MANY * SHORT * WIDE; k++)
        ones[k] = 1;
    OK(context, snnd_workspace_set_draw(from, seed, step));
    OK(context, snnd_workspace_forward(from, SNND_TRAIN, ones, count));
    float *once = record_of(from, snnd_network_layer(from->network, 0), SNND_RECORD_OUTPUT);
    float *twice = record_of(from, snnd_network_layer(from->network, 1), SNND_RECORD_OUTPUT);
    memcpy(first, once, (size_t)count * WIDE * sizeof *first);
    memcpy(second, twice, (size_t)count * WIDE * sizeof *second);
    for (int32_t k = 0; k < SHORT * count * WIDE; k++) {
        ck_assert_float_eq(once[k], first[k % (count * WIDE)]); /* constant in time */
        ck_assert_float_eq(twice[k], second[k % (count * WIDE)]);
    }
    free(once);
    free(twice);
}

static int differences(const float *a, const float *b, int count) {
    int different = 0;
    for (int k = 0; k < count; k++)
        different += a[k] != b[k];
    return different;
}

static float mask_a[MANY * WIDE], mask_b[MANY * WIDE], mask_c[MANY * WIDE], mask_d[MANY * WIDE];

START_TEST(dropout_masks_are_constant_in_time_and_scale_the_survivors) {
    int dropped = 0;
    build_dropout();
    masks_of(workspace, 1, 1, MANY, mask_a, mask_b);
    for (int k = 0; k < MANY * WIDE; k++) {
        ck_assert(mask_a[k] == 0 || mask_a[k] == (float)(1 / (1 - PROBABILITY)));
        dropped += mask_a[k] == 0;
    }
    const double deviation = sqrt(PROBABILITY * (1 - PROBABILITY) / (MANY * WIDE));
    ck_assert_double_eq_tol((double)dropped / (MANY * WIDE), PROBABILITY, 5 * deviation);
}
END_TEST

START_TEST(a_draw_gives_the_same_masks_again) {
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    masks_of(workspace, 7, 4, MANY, mask_c, mask_d);
    masks_of(workspace, 7, 3, MANY, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, sizeof mask_a, "masks of the first layer");
    assert_same_bits(mask_b, mask_d, sizeof mask_b, "masks of the second layer");
}
END_TEST

START_TEST(other_seeds_steps_and_layers_give_other_masks) {
    /* Two independent masks differ in 2 p (1 - p) of their entries. */
    const int entries = MANY * WIDE, fewest = (int)(0.8 * 2 * PROBABILITY * (1 - PROBABILITY) * entries);
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    masks_of(workspace, 8, 3, MANY, mask_c, mask_d);
    ck_assert_int_gt(differences(mask_a, mask_c, entries), fewest);
    masks_of(workspace, 7, 4, MANY, mask_c, mask_d);
    ck_assert_int_gt(differences(mask_a, mask_c, entries), fewest);
    int second_alone = 0; /* dropped by the second layer though not by the first */
    for (int k = 0; k < entries; k++)
        second_alone += mask_a[k] != 0 && mask_b[k] == 0;
    ck_assert_double_eq_tol((double)second_alone / entries, PROBABILITY * (1 - PROBABILITY), 0.06);
}
END_TEST

START_TEST(masks_do_not_depend_on_the_size_of_the_batch) {
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    masks_of(workspace, 7, 3, 4, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, 4 * WIDE * sizeof *mask_a, "masks");
}
END_TEST

START_TEST(masks_do_not_depend_on_the_number_of_threads) {
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    snnd_context *one = context;
    context = make_context(5);
    snnd_network *other = make_network(context, WIDE);
    add_dropout(other, PROBABILITY);
    add_dropout(other, PROBABILITY);
    snnd_workspace *own = make_workspace(other, MANY, SHORT);
    masks_of(own, 7, 3, MANY, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, sizeof mask_a, "masks of the first layer");
    assert_same_bits(mask_b, mask_d, sizeof mask_b, "masks of the second layer");
    snnd_workspace_free(own);
    snnd_network_free(other);
    snnd_context_free(context);
    context = one;
}
END_TEST

START_TEST(dropout_does_nothing_in_evaluation) {
    build_dropout();
    float *input = make_numbers(SHORT * WIDE, 12);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    assert_same_bits(input, output, SHORT * WIDE * sizeof *input, "input and output");
    free(input);
    free(output);
}
END_TEST

START_TEST(dropout_of_probability_0_keeps_everything) {
    snnd_network_free(network);
    network = make_network(context, WIDE);
    add_dropout(network, 0);
    workspace = make_workspace(network, 1, SHORT);
    float *input = make_numbers(SHORT * WIDE, 12);
    float *output = output_after(workspace, SNND_TRAIN, input, 1);
    assert_same_bits(input, output, SHORT * WIDE * sizeof *input, "input and output");
    free(input);
    free(output);
}
END_TEST

START_TEST(a_given_mask_is_used_until_it_is_taken_back) {
    build_dropout();
    const snnd_layer *layer = snnd_network_layer(network, 0);
    masks_of(workspace, 7, 3, 5, mask_a, mask_b);
    fill_uniform(mask_c, MANY * WIDE, 0, 3, 13);
    OK(context, snnd_workspace_set_dropout_mask(workspace, layer, mask_c));
    for (int pass = 0; pass < 2; pass++) {
        float drawn[5 * WIDE], twice[5 * WIDE];
        masks_of(workspace, 7, 4 + (uint64_t)pass, 5, drawn, twice);
        assert_same_bits(mask_c, drawn, sizeof drawn, "masks");
    }
    OK(context, snnd_workspace_set_dropout_mask(workspace, layer, NULL));
    masks_of(workspace, 7, 3, 5, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, 5 * WIDE * sizeof *mask_a, "masks");
}
END_TEST

START_TEST(a_mask_must_be_finite_and_for_a_layer_of_dropout) {
    build_dropout();
    fill_uniform(mask_c, MANY * WIDE, 0, 3, 13);
    mask_c[70] = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "entry 70",
          snnd_workspace_set_dropout_mask(workspace, snnd_network_layer(network, 0), mask_c));
    snnd_network *other = make_network(context, WIDE);
    snnd_layer *lif = add_lif(other);
    snnd_workspace *own = make_workspace(other, 1, 1);
    FAILS(context, SNND_ERROR_ARGUMENT, "lif; expected a layer of dropout",
          snnd_workspace_set_dropout_mask(own, lif, mask_a));
    snnd_workspace_free(own);
    snnd_network_free(other);
}
END_TEST

Suite *dropout_suite(void) {
    Suite *suite = suite_create("model/dropout");
    TCase *cases = tcase_create("dropout");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, dropout_masks_are_constant_in_time_and_scale_the_survivors);
    tcase_add_test(cases, a_draw_gives_the_same_masks_again);
    tcase_add_test(cases, other_seeds_steps_and_layers_give_other_masks);
    tcase_add_test(cases, masks_do_not_depend_on_the_size_of_the_batch);
    tcase_add_test(cases, masks_do_not_depend_on_the_number_of_threads);
    tcase_add_test(cases, dropout_does_nothing_in_evaluation);
    tcase_add_test(cases, dropout_of_probability_0_keeps_everything);
    tcase_add_test(cases, a_given_mask_is_used_until_it_is_taken_back);
    tcase_add_test(cases, a_mask_must_be_finite_and_for_a_layer_of_dropout);
    suite_add_tcase(suite, cases);
    return suite;
}
