/* Counts that no memory holds, and the largest that there may be. */
#include "base/allocator.h"
#include "model/small.h"

Suite *sizes_suite(void);

enum { MEGABYTE = 1 << 20 };

static allocator memory;
static snnd_context *context;
static double number[2] = {1, 2};

static void set_up(void) {
    context = allocator_limited(&memory, MEGABYTE, 1);
}

static void tear_down(void) {
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}

static const int64_t impossible[] = {PTRDIFF_MAX / 8 + 1, (INT64_C(1) << 61) + 1, INT64_MAX};

START_TEST(numbers_about_more_values_than_there_can_be) {
    snnd_summary summary;
    int64_t counts[1];
    ck_assert_int_eq(snnd_summary_init(&summary, sizeof summary), SNND_OK);
    FAILS(context, SNND_ERROR_ARGUMENT, "values are more than memory can hold",
          snnd_summarize(context, number, impossible[_i], &summary));
    FAILS(context, SNND_ERROR_ARGUMENT, "are more than memory can hold",
          snnd_histogram(context, number, impossible[_i], 0, 1, 1, counts));
}
END_TEST

START_TEST(bins_that_there_cannot_be) {
    int64_t counts[1] = {7};
    /* On larger machines there can be as many as the type has. */
    if (PTRDIFF_MAX == INT32_MAX) {
        const int32_t bins[] = {1 << 28, 1 << 29, INT32_MAX};
        for (int i = 0; i < 3; i++)
            FAILS(context, SNND_ERROR_ARGUMENT, "bins, are more than memory can hold",
                  snnd_histogram(context, number, 2, 0, 1, bins[i], counts));
    }
    OK(context, snnd_histogram(context, number, 2, 0, 1, 1, counts));
    ck_assert_int_eq(counts[0], 1);
}
END_TEST

START_TEST(ranks_of_more_values_than_are_counted) {
    snnd_rank_test result;
    ck_assert_int_eq(snnd_rank_test_init(&result, sizeof result), SNND_OK);
    FAILS(context, SNND_ERROR_ARGUMENT, "2147483648 values",
          snnd_mann_whitney(context, number, INT32_MAX, number, 1, SNND_GREATER, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "4294967294 values",
          snnd_mann_whitney(context, number, INT32_MAX, number, INT32_MAX, SNND_GREATER, &result));
}
END_TEST

START_TEST(samples_of_more_values_than_are_counted) {
    snnd_interval interval = {.size = sizeof interval};
    snnd_t_test means = {.size = sizeof means};
    snnd_moran_test moran = {.size = sizeof moran};
    snnd_intraclass groups = {.size = sizeof groups};
    const int32_t most[2] = {INT32_MAX, INT32_MAX};
    FAILS(context, SNND_ERROR_ARGUMENT, "2147483648 values",
          snnd_auc(context, number, INT32_MAX, number, 1, 0.95, &interval));
    FAILS(context, SNND_ERROR_ARGUMENT, "4294967294 values",
          snnd_welch(context, number, INT32_MAX, number, INT32_MAX, SNND_LESS, 0.95, &means));
    FAILS(context, SNND_ERROR_ARGUMENT, "16384 x 131072; expected at most 2^31 - 1 cells",
          snnd_moran_permuted(context, number, 1 << 14, 1 << 17, SNND_SHUFFLE_CELLS, NULL, &moran, NULL));
    if (PTRDIFF_MAX == INT32_MAX)
        FAILS(context, SNND_ERROR_ARGUMENT, "4294967294 values are more than memory can hold",
              snnd_intraclass_correlation(context, number, most, 2, 0.95, &groups));
    OK(context, snnd_proportion(context, INT64_MAX, INT64_MAX, 0.95, &interval));
    ck_assert_double_eq(interval.high, 1);
    ck_assert_double_lt(1 - interval.low, 1e-15);
}
END_TEST

START_TEST(pairs_of_very_many_equal_differences) {
    enum { MANY = 1 << 20 };
    double *equal = malloc(MANY * sizeof *equal);
    snnd_signed_rank_test result = {.size = sizeof result};
    for (int k = 0; k < MANY; k++)
        equal[k] = k % 2 ? 1 : -1;
    memory.largest = 32 * MEGABYTE;
    OK(context, snnd_wilcoxon(context, equal, NULL, MANY, SNND_TWO_SIDED, &result));
    ck_assert_double_eq(result.positive, result.negative);
    ck_assert_double_eq(result.p, 1);
    free(equal);
}
END_TEST

/* Twice the sum of the ranks of equal values is more than 2^31. */
START_TEST(ranks_of_very_many_equal_values) {
    enum { EACH = 50000 };
    double *equal = calloc(EACH, sizeof *equal);
    snnd_rank_test result;
    ck_assert_int_eq(snnd_rank_test_init(&result, sizeof result), SNND_OK);
    memory.largest = 0;
    OK(context, snnd_mann_whitney(context, equal, EACH, equal, EACH, SNND_GREATER, &result));
    ck_assert_double_eq(result.u, (double)EACH * EACH / 2);
    free(equal);
}
END_TEST

START_TEST(grids_that_there_cannot_be) {
    snnd_moran_options options;
    double result;
    ck_assert_int_eq(snnd_moran_options_init(&options, sizeof options), SNND_OK);
    FAILS(context, SNND_ERROR_ARGUMENT, "the grid is 16385 x 1",
          snnd_moran(context, number, 16385, 1, SNND_QUEEN, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "the grid is 1 x 1048577",
          snnd_moran(context, number, 1, (1 << 20) + 1, SNND_QUEEN, &result));
    /* On larger machines there can be all grids, and 2^31 orders of the rows of each. */
    if (PTRDIFF_MAX == INT32_MAX) {
        const int32_t columns[] = {1 << 20, 1 << 18, 1 << 14};
        for (int i = 0; i < 3; i++)
            FAILS(context, SNND_ERROR_ARGUMENT, "more cells than memory can hold",
                  snnd_moran(context, number, 1 << 14, columns[i], SNND_QUEEN, &result));
        const int32_t order[2] = {0, 1};
        options.orders = order;
        options.permutations = 1 << 30;
        FAILS(context, SNND_ERROR_ARGUMENT, "1073741824 orders of 2 rows",
              snnd_moran_maximum(context, number, 2, 1, &options, &result, NULL));
    }
}
END_TEST

START_TEST(the_most_rows_of_a_grid) {
    enum { ROWS = 1 << 14 };
    double *grid = malloc(ROWS * sizeof *grid), result;
    for (int r = 0; r < ROWS; r++)
        grid[r] = r % 7;
    OK(context, snnd_moran(context, grid, ROWS, 1, SNND_ROOK, &result));
    FAILS(context, SNND_ERROR_MEMORY, "not enough memory",
          snnd_moran_maximum(context, grid, ROWS, 1, NULL, &result, NULL));
    free(grid);
}
END_TEST

/* From very many inputs through a long chain, whose fields have a column for each step that it delays, to very many
 * neurons. */
static snnd_network *make_funnel(int32_t ends, int between) {
    const snnd_delay_options none = delay_options(0), longest = delay_options(1022);
    snnd_network *network = make_network(context, ends);
    add_delays(network, 1, &none);
    for (int k = 0; k < between; k++)
        add_delays(network, 1, &longest);
    add_delays(network, ends, &none);
    return network;
}

START_TEST(fields_that_there_cannot_be) {
    memory.largest = 8 * MEGABYTE;
    snnd_network *network = make_funnel(1 << 20, 1100);
    FAILS(context, SNND_ERROR_ARGUMENT, "1048576 fields of 1048576 x 1124201 cells",
          snnd_receptive_fields(network, NULL, number, NULL, NULL));
    snnd_network_free(network);
}
END_TEST

START_TEST(fields_that_there_is_no_memory_for) {
    double *fields = malloc(sizeof *fields);
    snnd_network *network = make_funnel(1 << 8, 2);
    FAILS(context, SNND_ERROR_MEMORY, "receptive fields of 1 neurons, 256 x 1023 cells each",
          snnd_receptive_fields(network, NULL, fields, NULL, NULL));
    snnd_network_free(network);
    free(fields);
}
END_TEST

Suite *sizes_suite(void) {
    Suite *suite = suite_create("analysis/sizes");
    TCase *all = tcase_create("sizes");
    tcase_set_timeout(all, 60);
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_loop_test(all, numbers_about_more_values_than_there_can_be, 0, COUNT(impossible));
    tcase_add_test(all, bins_that_there_cannot_be);
    tcase_add_test(all, ranks_of_more_values_than_are_counted);
    tcase_add_test(all, samples_of_more_values_than_are_counted);
    tcase_add_test(all, pairs_of_very_many_equal_differences);
    tcase_add_test(all, ranks_of_very_many_equal_values);
    tcase_add_test(all, grids_that_there_cannot_be);
    tcase_add_test(all, the_most_rows_of_a_grid);
    tcase_add_test(all, fields_that_there_cannot_be);
    tcase_add_test(all, fields_that_there_is_no_memory_for);
    suite_add_tcase(suite, all);
    return suite;
}
