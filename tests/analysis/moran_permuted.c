/* Moran's I against permutations: all of them, one by one in NumPy (statistics.py), and those drawn. */
#include "analysis/expected.h"

Suite *moran_permuted_suite(void);

enum { MOST = 64 };

static snnd_context *context;

static void set_up(void) {
    context = make_context(1);
}

static void tear_down(void) {
    snnd_context_free(context);
}

static snnd_moran_test permuted(const double *grid, int32_t rows, int32_t columns, snnd_shuffle shuffle,
                                const snnd_moran_options *options, double *distribution) {
    snnd_moran_test got;
    OK(context, snnd_moran_test_init(&got, sizeof got));
    OK(context, snnd_moran_permuted(context, grid, rows, columns, shuffle, options, &got, distribution));
    return got;
}

static snnd_moran_options options_of(int32_t neighbours, int32_t permutations, uint64_t seed) {
    snnd_moran_options options;
    OK(context, snnd_moran_options_init(&options, sizeof options));
    options.neighbours = neighbours;
    options.permutations = permutations;
    options.seed = seed;
    return options;
}

static double number(const cJSON *one, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(one, name);
    ck_assert_msg(cJSON_IsNumber(item), "there is no number %s", name);
    return item->valuedouble;
}

static void compare(const cJSON *one, const snnd_moran_test *got, const char *what, double tolerance) {
    char expected[40], variance[40];
    snprintf(expected, sizeof expected, "%s_expected", what);
    snprintf(variance, sizeof variance, "%s_variance", what);
    const double spread = number(one, variance);
    ck_assert_double_eq_tol(got->index, number(one, "index"), tolerance);
    ck_assert_double_eq_tol(got->expected, number(one, expected), tolerance);
    ck_assert_double_le(fabs(got->variance - spread), tolerance * spread);
    ck_assert_double_eq_tol(got->z, spread > 0 ? (got->index - got->expected) / sqrt(spread) : 0, tolerance * 100);
}

START_TEST(moments_are_those_of_all_permutations) {
    cJSON *all = golden_json("../statistics.json");
    const cJSON *one, *item;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "moran")) {
        double grid[MOST];
        int count = 0;
        cJSON_ArrayForEach(item, cJSON_GetObjectItem(one, "grid")) grid[count++] = item->valuedouble;
        const int32_t rows = (int32_t)number(one, "rows"), columns = (int32_t)number(one, "columns");
        const snnd_moran_options options = options_of(number(one, "queen") != 0 ? SNND_QUEEN : SNND_ROOK, 4000, 1);
        ck_assert_int_eq(rows * columns, count);
        const snnd_moran_test of_rows = permuted(grid, rows, columns, SNND_SHUFFLE_ROWS, &options, NULL);
        const snnd_moran_test of_cells = permuted(grid, rows, columns, SNND_SHUFFLE_CELLS, &options, NULL);
        compare(one, &of_rows, "rows", 1e-9);
        compare(one, &of_cells, "cells", 1e-9);
        ck_assert_double_eq_tol(of_rows.p, number(one, "rows_share"), 0.03);
        compared++;
    }
    ck_assert_int_eq(compared, 11);
    cJSON_Delete(all);
}
END_TEST

/* The rows rise: neighbours are alike. */
static void make_slope(double *grid, int32_t rows, int32_t columns) {
    for (int32_t r = 0; r < rows; r++)
        for (int32_t c = 0; c < columns; c++)
            grid[r * columns + c] = 3 * r + 2 * sin(5 * r * columns + 3 * c);
}

START_TEST(what_is_drawn_has_the_moments_of_all) {
    enum { ROWS = 8, COLUMNS = 5, DRAWN = 20000 };
    double grid[ROWS * COLUMNS], *drawn = malloc(DRAWN * sizeof *drawn);
    make_slope(grid, ROWS, COLUMNS);
    for (int neighbours = SNND_QUEEN; neighbours <= SNND_ROOK; neighbours++)
        for (int shuffle = SNND_SHUFFLE_ROWS; shuffle <= SNND_SHUFFLE_CELLS; shuffle++) {
            const snnd_moran_options options = options_of(neighbours, DRAWN, 5);
            const snnd_moran_test got = permuted(grid, ROWS, COLUMNS, (snnd_shuffle)shuffle, &options, drawn);
            snnd_summary summary = {.size = sizeof summary};
            int32_t as_large = 0;
            OK(context, snnd_summarize(context, drawn, DRAWN, &summary));
            ck_assert_double_eq_tol(summary.mean, got.expected, 5 * sqrt(got.variance / DRAWN));
            ck_assert_double_eq_tol(summary.deviation / sqrt(got.variance), 1, 0.03);
            for (int p = 0; p < DRAWN; p++)
                as_large += drawn[p] >= got.index - 1e-12;
            ck_assert_int_eq(got.permutations, DRAWN);
            ck_assert_int_eq(got.as_large, as_large);
            ck_assert_double_eq(got.p, (as_large + 1.0) / (DRAWN + 1.0));
            ck_assert_double_gt(got.z, 2);
            ck_assert_double_lt(got.p, 0.01);
        }
    free(drawn);
}
END_TEST

START_TEST(the_maximum_is_the_largest_of_the_orders_drawn) {
    enum { ROWS = 9, COLUMNS = 4, DRAWN = 300 };
    double grid[ROWS * COLUMNS], drawn[DRAWN], most, largest = -INFINITY;
    make_slope(grid, ROWS, COLUMNS);
    const snnd_moran_options options = options_of(SNND_QUEEN, DRAWN, 77);
    permuted(grid, ROWS, COLUMNS, SNND_SHUFFLE_ROWS, &options, drawn);
    for (int p = 0; p < DRAWN; p++)
        largest = fmax(largest, drawn[p]);
    OK(context, snnd_moran_maximum(context, grid, ROWS, COLUMNS, &options, &most, NULL));
    ck_assert_double_eq(most, largest);
}
END_TEST

START_TEST(the_seed_moves_p_but_not_z) {
    enum { ROWS = 12, COLUMNS = 6 };
    double grid[ROWS * COLUMNS];
    make_slope(grid, ROWS, COLUMNS);
    for (int k = 0; k < ROWS * COLUMNS; k++)
        grid[k] -= 2.8 * (k / COLUMNS); /* nearly no slope */
    snnd_moran_options options = options_of(SNND_QUEEN, 200, 1);
    const snnd_moran_test one = permuted(grid, ROWS, COLUMNS, SNND_SHUFFLE_ROWS, &options, NULL);
    const snnd_moran_test again = permuted(grid, ROWS, COLUMNS, SNND_SHUFFLE_ROWS, &options, NULL);
    options.seed = 2;
    const snnd_moran_test other = permuted(grid, ROWS, COLUMNS, SNND_SHUFFLE_ROWS, &options, NULL);
    ck_assert_double_eq(one.p, again.p);
    ck_assert_double_ne(one.p, other.p);
    ck_assert_double_eq(one.z, other.z);
    options.permutations = 0;
    const snnd_moran_test none = permuted(grid, ROWS, COLUMNS, SNND_SHUFFLE_ROWS, &options, NULL);
    ck_assert_double_eq(none.z, one.z);
    ck_assert_double_eq(none.p, 1);
}
END_TEST

START_TEST(orders_that_make_no_difference_say_nothing) {
    const double two[6] = {1, 5, 2, 0, 3, 3}, alike[12] = {0.1, 0.7, 0.3, 0.1, 0.7, 0.3, 0.1, 0.7, 0.3, 0.1, 0.7, 0.3};
    const snnd_moran_options options = options_of(SNND_QUEEN, 50, 0);
    const snnd_moran_test turned = permuted(two, 2, 3, SNND_SHUFFLE_ROWS, &options, NULL);
    const snnd_moran_test single = permuted(two, 1, 6, SNND_SHUFFLE_ROWS, &options, NULL);
    const snnd_moran_test same = permuted(alike, 4, 3, SNND_SHUFFLE_ROWS, &options, NULL);
    const snnd_moran_test *const all[] = {&turned, &single, &same};
    for (int k = 0; k < 3; k++) {
        ck_assert_double_eq(all[k]->variance, 0);
        ck_assert_double_eq(all[k]->z, 0);
        ck_assert_double_eq(all[k]->p, 1);
        ck_assert_double_eq_tol(all[k]->expected, all[k]->index, 1e-12);
    }
}
END_TEST

START_TEST(given_orders_are_taken) {
    const double grid[8] = {1, 2, 9, 8, 1, 3, 7, 7};
    const int32_t orders[2][4] = {{0, 2, 1, 3}, {0, 1, 2, 3}}, twice[2][4] = {{0, 2, 1, 3}, {0, 1, 1, 3}};
    double drawn[2], moved;
    snnd_moran_options options = options_of(SNND_ROOK, 2, 0);
    options.orders = &orders[0][0];
    const snnd_moran_test got = permuted(grid, 4, 2, SNND_SHUFFLE_ROWS, &options, drawn);
    OK(context, snnd_moran(context, (const double[8]){1, 2, 1, 3, 9, 8, 7, 7}, 4, 2, SNND_ROOK, &moved));
    ck_assert_double_eq_tol(drawn[0], moved, 1e-14);
    ck_assert_double_eq_tol(drawn[1], got.index, 1e-14);
    ck_assert_int_eq(got.as_large, 2);
    snnd_moran_test kept = {.size = sizeof kept, .p = 7};
    FAILS(context, SNND_ERROR_ARGUMENT, "orders are for shuffled rows",
          snnd_moran_permuted(context, grid, 4, 2, SNND_SHUFFLE_CELLS, &options, &kept, NULL));
    options.orders = &twice[0][0];
    FAILS(context, SNND_ERROR_ARGUMENT, "order 1 contains row 1 twice",
          snnd_moran_permuted(context, grid, 4, 2, SNND_SHUFFLE_ROWS, &options, &kept, NULL));
    ck_assert_double_eq(kept.p, 7);
}
END_TEST

START_TEST(what_is_wrong_is_named) {
    const double grid[4] = {1, 2, 3, 5}, same[4] = {3, 3, 3, 3};
    snnd_moran_test kept = {.size = sizeof kept, .p = 7};
    snnd_moran_options options = options_of(SNND_QUEEN, -1, 0);
    FAILS(context, SNND_ERROR_ARGUMENT, "permutations is -1",
          snnd_moran_permuted(context, grid, 2, 2, SNND_SHUFFLE_ROWS, &options, &kept, NULL));
    options = options_of(SNND_QUEEN, 1, 0);
    options.search = 1;
    FAILS(context, SNND_ERROR_ARGUMENT, "search is 1; expected",
          snnd_moran_permuted(context, grid, 2, 2, SNND_SHUFFLE_ROWS, &options, &kept, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "shuffle is 2",
          snnd_moran_permuted(context, grid, 2, 2, (snnd_shuffle)2, NULL, &kept, NULL));
    FAILS(context, SNND_ERROR_NUMERIC, "all cells are equal",
          snnd_moran_permuted(context, same, 2, 2, SNND_SHUFFLE_CELLS, NULL, &kept, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "result is NULL",
          snnd_moran_permuted(context, grid, 2, 2, SNND_SHUFFLE_ROWS, NULL, NULL, NULL));
    ck_assert_int_eq(snnd_moran_permuted(NULL, grid, 2, 2, SNND_SHUFFLE_ROWS, NULL, &kept, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_double_eq(kept.p, 7);
}
END_TEST

Suite *moran_permuted_suite(void) {
    Suite *suite = suite_create("analysis/moran_permuted");
    TCase *cases = tcase_create("moran_permuted");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, moments_are_those_of_all_permutations);
    tcase_add_test(cases, what_is_drawn_has_the_moments_of_all);
    tcase_add_test(cases, the_maximum_is_the_largest_of_the_orders_drawn);
    tcase_add_test(cases, the_seed_moves_p_but_not_z);
    tcase_add_test(cases, orders_that_make_no_difference_say_nothing);
    tcase_add_test(cases, given_orders_are_taken);
    tcase_add_test(cases, what_is_wrong_is_named);
    suite_add_tcase(suite, cases);
    return suite;
}
