/* Moran's I against the specification, and worked by hand. */
#include "analysis/expected.h"

Suite *moran_suite(void);

static snnd_context *context;

static void set_up(void) {
    context = make_context(1);
}

static void tear_down(void) {
    snnd_context_free(context);
}

static double moran_of(const double *grid, int32_t rows, int32_t columns, snnd_neighbours neighbours) {
    double result = NAN;
    OK(context, snnd_moran(context, grid, rows, columns, neighbours, &result));
    return result;
}

START_TEST(fields_have_the_index_of_the_specification) {
    snnd_array shape;
    double *fields = golden_numbers(context, "fields.npy", &shape);
    cJSON *expected = golden_expected();
    const int32_t rows = (int32_t)shape.shape[1], columns = (int32_t)shape.shape[2];
    ck_assert_int_eq(shape.shape[0], 3);
    for (int32_t f = 0; f < shape.shape[0]; f++) {
        const double *field = fields + (size_t)f * (size_t)(rows * columns);
        const double queen = cJSON_GetArrayItem(cJSON_GetObjectItem(expected, "moran_queen"), f)->valuedouble;
        const double rook = cJSON_GetArrayItem(cJSON_GetObjectItem(expected, "moran_rook"), f)->valuedouble;
        ck_assert_double_eq_tol(moran_of(field, rows, columns, SNND_QUEEN), queen, 1e-13);
        ck_assert_double_eq_tol(moran_of(field, rows, columns, SNND_ROOK), rook, 1e-13);
    }
    cJSON_Delete(expected);
    free(fields);
}
END_TEST

START_TEST(the_best_of_given_orders_is_that_of_the_specification) {
    snnd_array shape, orders_shape;
    double *fields = golden_numbers(context, "fields.npy", &shape);
    double *orders = golden_numbers(context, "permutations.npy", &orders_shape);
    cJSON *expected = golden_expected();
    const int32_t rows = (int32_t)shape.shape[1], columns = (int32_t)shape.shape[2];
    ck_assert_int_eq(shape.shape[0], 3);
    int32_t *given = malloc((size_t)(orders_shape.shape[0] * rows) * sizeof *given), best[64];
    for (int64_t k = 0; k < orders_shape.shape[0] * rows; k++)
        given[k] = (int32_t)orders[k];
    snnd_moran_options options;
    OK(context, snnd_moran_options_init(&options, sizeof options));
    ck_assert_int_eq(options.permutations, 2000);
    options.permutations = (int32_t)orders_shape.shape[0];
    options.orders = given;
    for (int32_t f = 0; f < shape.shape[0]; f++) {
        const double *field = fields + (size_t)f * (size_t)(rows * columns);
        const cJSON *list = cJSON_GetObjectItem(expected, "moran_max_queen_of_permutations");
        double most, moved[64 * 64];
        OK(context, snnd_moran_maximum(context, field, rows, columns, &options, &most, best));
        ck_assert_double_eq_tol(most, cJSON_GetArrayItem(list, f)->valuedouble, 1e-13);
        for (int32_t r = 0; r < rows; r++)
            memcpy(moved + r * columns, field + best[r] * columns, (size_t)columns * sizeof *moved);
        ck_assert_double_eq_tol(moran_of(moved, rows, columns, SNND_QUEEN), most, 1e-13);
    }
    cJSON_Delete(expected);
    free(given);
    free(orders);
    free(fields);
}
END_TEST

START_TEST(a_chessboard_and_two_halves_are_the_extremes) {
    double board[36], halves[36];
    for (int k = 0; k < 36; k++) {
        board[k] = (k / 6 + k % 6) % 2;
        halves[k] = k >= 18;
    }
    ck_assert_double_eq_tol(moran_of(board, 6, 6, SNND_ROOK), -1, 1e-13);
    /* 60 pairs of rook neighbours, of which 6 lie across the border: (54 - 6) / 60 of the cells' squares. */
    ck_assert_double_eq_tol(moran_of(halves, 6, 6, SNND_ROOK), 0.8, 1e-13);
}
END_TEST

START_TEST(a_line_has_neighbours_on_both_sides) {
    const double line[] = {1, 2, 3, 4};
    /* z = -1.5 -.5 .5 1.5: pairs .75 - .25 + .75 = 1.25 of squares 5, N / pairs = 4 / 3. */
    ck_assert_double_eq_tol(moran_of(line, 1, 4, SNND_QUEEN), 4.0 / 3 * 1.25 / 5, 1e-14);
    ck_assert_double_eq_tol(moran_of(line, 4, 1, SNND_ROOK), 4.0 / 3 * 1.25 / 5, 1e-14);
}
END_TEST

START_TEST(the_size_of_cells_does_not_matter) {
    double grid[6 * 5], scaled[6 * 5], of_grid, of_scaled;
    int32_t order[6], same[6];
    for (int k = 0; k < 30; k++)
        grid[k] = sin(k * k);
    OK(context, snnd_moran_maximum(context, grid, 6, 5, NULL, &of_grid, order));
    for (int power = -1000; power <= 1000; power += 250) {
        for (int k = 0; k < 30; k++)
            scaled[k] = ldexp(grid[k], power);
        ck_assert_double_eq(moran_of(scaled, 6, 5, SNND_QUEEN), moran_of(grid, 6, 5, SNND_QUEEN));
        OK(context, snnd_moran_maximum(context, scaled, 6, 5, NULL, &of_scaled, same));
        ck_assert_double_eq(of_scaled, of_grid);
        ck_assert(memcmp(order, same, sizeof order) == 0);
    }
    const double spike[9] = {0, 0, 0, 0, 1e300, 0, 0, 0, 0};
    ck_assert_double_eq_tol(moran_of(spike, 3, 3, SNND_ROOK), moran_of((double[9]){0, 0, 0, 0, 1}, 3, 3, SNND_ROOK),
                            1e-15);
}
END_TEST

START_TEST(a_search_puts_shuffled_bands_back_together) {
    enum { ROWS = 12, COLUMNS = 5 };
    double grid[ROWS * COLUMNS], most, searched;
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++)
            grid[r * COLUMNS + c] = (r * 5 % ROWS) / 4 + 0.01 * c;
    snnd_moran_options options;
    OK(context, snnd_moran_options_init(&options, sizeof options));
    options.permutations = 20;
    OK(context, snnd_moran_maximum(context, grid, ROWS, COLUMNS, &options, &most, NULL));
    options.search = 1;
    OK(context, snnd_moran_maximum(context, grid, ROWS, COLUMNS, &options, &searched, NULL));
    double sorted[ROWS * COLUMNS];
    for (int r = 0; r < ROWS; r++)
        for (int c = 0; c < COLUMNS; c++)
            sorted[r * COLUMNS + c] = r / 4 + 0.01 * c;
    ck_assert_double_gt(searched, most);
    ck_assert_double_ge(searched, moran_of(sorted, ROWS, COLUMNS, SNND_QUEEN) - 1e-9);
}
END_TEST

START_TEST(what_is_wrong_with_a_grid_is_named) {
    const double same[4] = {3, 3, 3, 3}, gap[4] = {1, NAN, 2, 3}, fine[4] = {1, 2, 3, 4};
    const int32_t twice[2] = {1, 1}, beyond[2] = {0, 2};
    double result = 7;
    FAILS(context, SNND_ERROR_NUMERIC, "all cells are equal", snnd_moran(context, same, 2, 2, SNND_QUEEN, &result));
    FAILS(context, SNND_ERROR_NUMERIC, "row 0, column 1", snnd_moran(context, gap, 2, 2, SNND_QUEEN, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "1 x 1", snnd_moran(context, fine, 1, 1, SNND_QUEEN, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "neighbours", snnd_moran(context, fine, 2, 2, (snnd_neighbours)2, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_moran(context, NULL, 2, 2, SNND_QUEEN, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_moran(context, fine, 2, 2, SNND_QUEEN, NULL));
    snnd_moran_options options;
    OK(context, snnd_moran_options_init(&options, sizeof options));
    options.permutations = 1;
    options.orders = twice;
    FAILS(context, SNND_ERROR_ARGUMENT, "twice", snnd_moran_maximum(context, fine, 2, 2, &options, &result, NULL));
    options.orders = beyond;
    FAILS(context, SNND_ERROR_ARGUMENT, "row 2, which the grid does not have",
          snnd_moran_maximum(context, fine, 2, 2, &options, &result, NULL));
    ck_assert_double_eq(result, 7);
}
END_TEST

Suite *moran_suite(void) {
    Suite *suite = suite_create("analysis/moran");
    TCase *cases = tcase_create("moran");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, fields_have_the_index_of_the_specification);
    tcase_add_test(cases, the_best_of_given_orders_is_that_of_the_specification);
    tcase_add_test(cases, a_chessboard_and_two_halves_are_the_extremes);
    tcase_add_test(cases, a_line_has_neighbours_on_both_sides);
    tcase_add_test(cases, the_size_of_cells_does_not_matter);
    tcase_add_test(cases, a_search_puts_shuffled_bands_back_together);
    tcase_add_test(cases, what_is_wrong_with_a_grid_is_named);
    suite_add_tcase(suite, cases);
    return suite;
}
