/* Where synapses are, what training has changed, and numbers in a few. */
#include "analysis/synapses.h"
#include "base/allocator.h"

Suite *distributions_suite(void);

static snnd_context *context;
static snnd_network *network;
static snnd_layer *layer;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, 3);
    layer = add_synapses(network, 2, 4, 2);
}

static void tear_down(void) {
    snnd_network_free(network);
    snnd_context_free(context);
}

/* 2 neurons of 3 inputs with 2 synapses each. */
static const float weight[12] = {0.5f, -0.25f, 0, 1, -1, 0.125f, 0.75f, 0.5f, -0.5f, -2, 0, 0.25f};
static const int32_t delay[12] = {0, 4, 1, 2, 2, 0, 3, 3, 4, 4, 1, 0};

/* ---- degrees and delays ---- */

START_TEST(two_results_need_two_places) {
    int64_t counts[64];
    FAILS(context, SNND_ERROR_ARGUMENT, "snnd_layer_degrees: two results would be written to the same place",
          snnd_layer_degrees(layer, counts, counts));
    FAILS(context, SNND_ERROR_ARGUMENT, "snnd_layer_delay_counts: two results would be written to the same place",
          snnd_layer_delay_counts(layer, counts, counts));
    OK(context, snnd_layer_degrees(layer, NULL, NULL));
}
END_TEST

START_TEST(degrees_count_what_exists) {
    int64_t in[2], out[3];
    set_synapses(layer, weight, delay);
    OK(context, snnd_layer_degrees(layer, in, out));
    ck_assert_int_eq(in[0], 6); /* without a mask all exist, whatever they weigh */
    ck_assert_int_eq(out[1], 4);
    uint8_t *mask = add_mask(layer);
    mask[1] = mask[2] = mask[9] = 0;
    OK(context, snnd_layer_degrees(layer, in, out));
    const int64_t expected_in[2] = {4, 5}, expected_out[3] = {3, 2, 4};
    assert_same_bits(in, expected_in, sizeof in, "degrees");
    assert_same_bits(out, expected_out, sizeof out, "degrees");
    OK(context, snnd_layer_degrees(layer, NULL, NULL));
}
END_TEST

START_TEST(delays_are_counted_by_sign) {
    int64_t excitatory[5], inhibitory[5];
    set_synapses(layer, weight, delay);
    OK(context, snnd_layer_delay_counts(layer, excitatory, inhibitory));
    const int64_t plus[5] = {3, 0, 1, 2, 0}, minus[5] = {0, 0, 1, 0, 3};
    assert_same_bits(excitatory, plus, sizeof plus, "counts");
    assert_same_bits(inhibitory, minus, sizeof minus, "counts");
    add_mask(layer)[9] = 0;
    add_signs(layer)[0] = -1;
    OK(context, snnd_layer_delay_counts(layer, excitatory, NULL));
    OK(context, snnd_layer_delay_counts(layer, NULL, inhibitory));
    ck_assert_int_eq(excitatory[0], 2);
    ck_assert_int_eq(inhibitory[0], 1);
    ck_assert_int_eq(inhibitory[4], 2);
}
END_TEST

START_TEST(only_layers_of_delays_have_them) {
    int64_t counts[5];
    snnd_layer *lif = add_lif(network);
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 1 is lif", snnd_layer_degrees(lif, counts, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 1 is lif", snnd_layer_delay_counts(lif, counts, NULL));
    ck_assert_int_eq(snnd_layer_degrees(NULL, counts, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_layer_delay_counts(NULL, counts, NULL), SNND_ERROR_ARGUMENT);
}
END_TEST

/* ---- changes ---- */

START_TEST(changes_are_counted_between_two_states) {
    snnd_network *earlier = make_network(context, 3);
    snnd_layer *then = add_synapses(earlier, 2, 4, 2);
    snnd_changes changes;
    set_synapses(then, weight, delay);
    set_synapses(layer, weight, delay);
    uint8_t *before = add_mask(then), *after = add_mask(layer);
    before[0] = before[1] = 0;                    /* two are born, */
    after[4] = 0;                                 /* one dies, */
    floats(layer, SNND_ARRAY_WEIGHT)[6] = -0.25f; /* one turns round, */
    floats(layer, SNND_ARRAY_WEIGHT)[0] = -7;
    floats(layer, SNND_ARRAY_POSITION)[8] += 1.5f; /* two move */
    floats(layer, SNND_ARRAY_POSITION)[9] -= 0.75f;
    floats(layer, SNND_ARRAY_POSITION)[4] += 3;
    OK(context, snnd_changes_init(&changes, sizeof changes));
    OK(context, snnd_network_changes(earlier, network, NULL, &changes));
    ck_assert_int_eq(changes.kept, 9);
    ck_assert_int_eq(changes.born, 2);
    ck_assert_int_eq(changes.died, 1);
    ck_assert_int_eq(changes.flipped, 1);
    ck_assert_double_eq_tol(changes.mean_move, 2.25 / 9, 1e-12);
    ck_assert_double_eq(changes.largest_move, 1.5);
    ck_assert_double_eq_tol(changes.mean_weight_change, 1.0 / 9, 1e-12);
    OK(context, snnd_network_changes(network, network, layer, &changes));
    ck_assert_int_eq(changes.kept, 11);
    ck_assert_int_eq(changes.born + changes.died + changes.flipped, 0);
    ck_assert_double_eq(changes.largest_move, 0);
    snnd_network_free(earlier);
}
END_TEST

START_TEST(networks_that_cannot_be_compared_are_named) {
    snnd_network *other = make_network(context, 3);
    snnd_changes changes = {.size = sizeof changes, .kept = 77};
    add_synapses(other, 2, 6, 2);
    FAILS(context, SNND_ERROR_ARGUMENT, "max_delay of its layer 0 (delays) is 6; in this network it is 4",
          snnd_network_changes(other, network, NULL, &changes));
    FAILS(context, SNND_ERROR_ARGUMENT, "does not belong to the network `after`",
          snnd_network_changes(network, network, snnd_network_layer(other, 0), &changes));
    FAILS(context, SNND_ERROR_ARGUMENT, "before is NULL", snnd_network_changes(NULL, network, NULL, &changes));
    FAILS(context, SNND_ERROR_ARGUMENT, "changes is NULL", snnd_network_changes(network, network, NULL, NULL));
    floats(layer, SNND_ARRAY_WEIGHT)[1] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "weight", snnd_network_changes(network, network, NULL, &changes));
    ck_assert_int_eq(changes.kept, 77);
    snnd_network_free(other);
}
END_TEST

/* ---- numbers in a few ---- */

/* numpy: mean, std(ddof=1), quantile(.25), median, quantile(.75). */
START_TEST(summaries_are_numpys) {
    const double values[7] = {3, -1.5, 4, 1, 5.25, -9, 2.5};
    snnd_summary summary;
    OK(context, snnd_summary_init(&summary, sizeof summary));
    OK(context, snnd_summarize(context, values, 7, &summary));
    ck_assert_int_eq(summary.count, 7);
    ck_assert_double_eq_tol(summary.mean, 0.75, 1e-12);
    ck_assert_double_eq_tol(summary.deviation, 4.815340071064556, 1e-12);
    ck_assert_double_eq(summary.least, -9);
    ck_assert_double_eq_tol(summary.lower_quartile, -0.25, 1e-12);
    ck_assert_double_eq(summary.median, 2.5);
    ck_assert_double_eq_tol(summary.upper_quartile, 3.5, 1e-12);
    ck_assert_double_eq(summary.largest, 5.25);
    OK(context, snnd_summarize(context, values, 1, &summary));
    ck_assert_double_eq(summary.deviation, 0);
    ck_assert_double_eq(summary.median, 3);
}
END_TEST

START_TEST(histograms_hold_their_edges_as_numpys_do) {
    const double values[9] = {0, 0.1, 0.25, 0.5, 0.75, 1, -0.01, 1.01, NAN};
    int64_t counts[4];
    OK(context, snnd_histogram(context, values, 9, 0, 1, 4, counts));
    const int64_t expected[4] = {2, 1, 1, 2};
    assert_same_bits(counts, expected, sizeof expected, "counts");
    OK(context, snnd_histogram(context, NULL, 0, 0, 1, 4, counts));
    ck_assert_int_eq(counts[0] + counts[1] + counts[2] + counts[3], 0);
}
END_TEST

START_TEST(what_is_wrong_with_numbers_is_named) {
    const double values[3] = {1, INFINITY, 2}, huge[2] = {1e308, -1e308};
    int64_t counts[4];
    snnd_summary summary = {.size = sizeof summary, .count = 77};
    FAILS(context, SNND_ERROR_ARGUMENT, "value 1 is inf", snnd_summarize(context, values, 3, &summary));
    FAILS(context, SNND_ERROR_ARGUMENT, "no values", snnd_summarize(context, values, 0, &summary));
    FAILS(context, SNND_ERROR_NUMERIC, "so large that", snnd_summarize(context, huge, 2, &summary));
    ck_assert_int_eq(summary.count, 77);
    FAILS(context, SNND_ERROR_ARGUMENT, "the range is 1 to 0", snnd_histogram(context, values, 3, 1, 0, 4, counts));
    FAILS(context, SNND_ERROR_ARGUMENT, "bins is 0", snnd_histogram(context, values, 3, 0, 1, 0, counts));
    FAILS(context, SNND_ERROR_ARGUMENT, "counts is NULL", snnd_histogram(context, values, 3, 0, 1, 4, NULL));
    ck_assert_int_eq(snnd_summarize(NULL, values, 1, &summary), SNND_ERROR_ARGUMENT);
}
END_TEST

static snnd_status look(snnd_context *own, void *user) {
    const double values[3] = {1, 2, 3};
    int64_t counts[9];
    snnd_summary summary = {.size = sizeof summary};
    const snnd_status status = snnd_layer_delay_counts(user, counts, NULL);
    return status == SNND_OK ? snnd_summarize(own, values, 3, &summary) : status;
}

START_TEST(memory_that_runs_out_leaves_nothing_behind) {
    allocator memory = {0};
    snnd_context *starving;
    OK(context, allocator_context(&memory, 1, &starving));
    snnd_network *small = make_network(starving, 3);
    snnd_layer *of = add_synapses(small, 2, 8, 1);
    allocator_starve(starving, &memory, look, of);
    snnd_network_free(small);
    snnd_context_free(starving);
}
END_TEST

Suite *distributions_suite(void) {
    Suite *suite = suite_create("analysis/distributions");
    TCase *cases = tcase_create("distributions");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, two_results_need_two_places);
    tcase_add_test(cases, degrees_count_what_exists);
    tcase_add_test(cases, delays_are_counted_by_sign);
    tcase_add_test(cases, only_layers_of_delays_have_them);
    tcase_add_test(cases, changes_are_counted_between_two_states);
    tcase_add_test(cases, networks_that_cannot_be_compared_are_named);
    tcase_add_test(cases, summaries_are_numpys);
    tcase_add_test(cases, histograms_hold_their_edges_as_numpys_do);
    tcase_add_test(cases, what_is_wrong_with_numbers_is_named);
    tcase_add_test(cases, memory_that_runs_out_leaves_nothing_behind);
    suite_add_tcase(suite, cases);
    return suite;
}
