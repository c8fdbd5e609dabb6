/* The Mann-Whitney U test against SciPy's figures, the paper's, and counting. */
#include "analysis/expected.h"

Suite *mann_whitney_suite(void);

static snnd_context *context;

static void set_up(void) {
    context = make_context(1);
}

static void tear_down(void) {
    snnd_context_free(context);
}

static snnd_rank_test test_of(const double *x, int32_t n, const double *y, int32_t m, snnd_alternative alternative) {
    snnd_rank_test result;
    OK(context, snnd_rank_test_init(&result, sizeof result));
    OK(context, snnd_mann_whitney(context, x, n, y, m, alternative, &result));
    return result;
}

START_TEST(samples_have_the_p_values_of_the_specification) {
    static const char *const sides[] = {"two-sided", "less", "greater"};
    cJSON *expected = golden_expected();
    int compared = 0;
    const cJSON *one;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(expected, "mann_whitney")) {
        const char *samples = cJSON_GetObjectItem(one, "samples")->valuestring;
        const bool exact = strcmp(cJSON_GetObjectItem(one, "method")->valuestring, "exact") == 0;
        char name[100];
        snnd_array n, m;
        snprintf(name, sizeof name, "mwu_%s_x.npy", samples);
        double *x = golden_numbers(context, name, &n);
        snprintf(name, sizeof name, "mwu_%s_y.npy", samples);
        double *y = golden_numbers(context, name, &m);
        int side = 0;
        while (strcmp(sides[side], cJSON_GetObjectItem(one, "alternative")->valuestring) != 0)
            side++;
        const snnd_rank_test got = test_of(x, (int32_t)n.shape[0], y, (int32_t)m.shape[0], (snnd_alternative)side);
        ck_assert_double_eq(got.u, cJSON_GetObjectItem(one, "U")->valuedouble);
        if (exact == (got.exact != 0)) {
            const double p = cJSON_GetObjectItem(one, "p")->valuedouble;
            ck_assert_msg(fabs(got.p - p) <= 1e-11 * p, "%s, %s: p is %.17g; expected %.17g", samples, sides[side],
                          got.p, p);
            compared++;
        }
        free(x);
        free(y);
    }
    ck_assert_int_eq(compared, 12);
    cJSON_Delete(expected);
}
END_TEST

/* Samples of 60 of which x is the larger in 3600 - `lost` pairs, with a tie in 59.5 less. */
static double p_of_sixty(int lost, int tie) {
    double x[60], y[60];
    for (int k = 0; k < 60; k++) {
        y[k] = k;
        const int below = lost > 60 ? 60 : lost;
        x[k] = 59.5 - below + 1e-4 * k * (below == 0);
        x[k] += below > 0 ? 1e-6 * k : 0;
        lost -= below;
    }
    if (tie)
        x[59] = 0; /* above none, level with y[0] */
    return test_of(x, 60, y, 60, SNND_TWO_SIDED).p;
}

START_TEST(the_papers_p_values_come_from_its_u) {
    ck_assert_double_eq_tol(p_of_sixty(3600 - 3598, 0) / 3.9e-21, 1, 0.02);
    ck_assert_double_eq_tol(p_of_sixty(3600 - 3169, 0) / 6.7e-13, 1, 0.02);
    /* 166.5 lost: as many as the paper's U, which had more ties than the one here. */
    ck_assert_double_eq_tol(p_of_sixty(107, 1) / 9.97e-18, 1, 0.04);
}
END_TEST

/* All choices of ranks for x, one by one. */
static double counted(int n, int all, double u, int *sets) {
    int more = 0;
    *sets = 0;
    for (unsigned set = 0; set < 1U << all; set++) {
        if (__builtin_popcount(set) != n)
            continue;
        int larger = 0, below = 0;
        for (int k = 0; k < all; k++) {
            larger += (set >> k & 1) ? below : 0;
            below += !(set >> k & 1);
        }
        more += larger >= u;
        (*sets)++;
    }
    return (double)more / *sets;
}

START_TEST(small_samples_are_counted_exactly) {
    for (int n = 1; n <= 6; n++)
        for (int m = 1; m <= 6; m++)
            for (int shift = 0; shift <= n + m; shift++) {
                double x[6], y[6];
                int sets;
                for (int k = 0; k < n; k++)
                    x[k] = 2 * k + shift * 0.9 + 0.1;
                for (int k = 0; k < m; k++)
                    y[k] = 1.37 * k;
                const snnd_rank_test got = test_of(x, n, y, m, SNND_GREATER);
                ck_assert_int_eq(got.exact, 1);
                ck_assert_double_eq_tol(got.p, counted(n, n + m, got.u, &sets), 1e-12);
            }
}
END_TEST

/* `n` values that are larger than `m` others, the first of which may be level with one of them. */
static snnd_rank_test apart(int n, int m, bool tie) {
    static double x[600], y[600];
    for (int k = 0; k < n; k++)
        x[k] = 1000 + k;
    for (int k = 0; k < m; k++)
        y[k] = k;
    if (tie)
        x[0] = y[m - 1];
    return test_of(x, n, y, m, SNND_GREATER);
}

START_TEST(exact_is_what_has_no_ties_and_can_be_counted) {
    ck_assert_int_eq(apart(8, 500, false).exact, 1);
    ck_assert_int_eq(apart(500, 8, false).exact, 1);
    ck_assert_int_eq(apart(9, 9, false).exact, 0);
    ck_assert_int_eq(apart(8, 501, false).exact, 0);
    ck_assert_int_eq(apart(4, 5, true).exact, 0);
    /* 4 against 5 with a tie: U = 19.5, ties 2^3 - 2 = 6: z = (19.5 - 10 - 0.5) / sqrt(20 / 12 (10 - 6 / 72)). */
    const double z = 9 / sqrt(20.0 / 12 * (10 - 6.0 / 72));
    ck_assert_double_eq(apart(4, 5, true).u, 19.5);
    ck_assert_double_eq_tol(apart(4, 5, true).p, erfc(z / sqrt(2)) / 2, 1e-14);
    ck_assert_double_eq_tol(apart(4, 5, false).p, 1.0 / 126, 1e-15);
}
END_TEST

START_TEST(the_sides_agree_with_each_other) {
    double x[30], y[25];
    for (int k = 0; k < 30; k++)
        x[k] = sin(k);
    for (int k = 0; k < 25; k++)
        y[k] = sin(3 * k + 0.5) + 0.3;
    const snnd_rank_test less = test_of(x, 30, y, 25, SNND_LESS), turned = test_of(y, 25, x, 30, SNND_GREATER);
    const snnd_rank_test both = test_of(x, 30, y, 25, SNND_TWO_SIDED);
    ck_assert_double_eq(less.u + turned.u, 30 * 25);
    ck_assert_double_eq_tol(less.p, turned.p, 1e-15);
    ck_assert_double_eq_tol(both.p, 2 * less.p, 1e-15);
}
END_TEST

START_TEST(the_smallest_p_values_are_no_nonsense) {
    enum { MANY = 2000 };
    static double x[MANY], y[MANY];
    double before = 0;
    for (int n = 100; n <= MANY; n += 100) {
        for (int k = 0; k < n; k++) {
            x[k] = n + k;
            y[k] = k;
        }
        const snnd_rank_test got = test_of(x, n, y, n, SNND_TWO_SIDED);
        ck_assert_double_lt(got.log10_p, before);
        /* z^2 / 2 / ln 10 with z^2 near 3 n^2 / (2 n + 1), but for the logarithm of z. */
        ck_assert_double_eq_tol(got.log10_p / (-3.0 * n * n / (2 * n + 1) / 2 / log(10)), 1, 0.1);
        if (got.log10_p > -300)
            ck_assert_double_eq_tol(log10(got.p), got.log10_p, 1e-9);
        before = got.log10_p;
    }
    ck_assert_double_lt(before, -600);
}
END_TEST

/* All outcomes together have a sum that rounding may bring above 1. */
START_TEST(no_probability_is_above_1) {
    double x[12], y[12];
    for (int k = 0; k < 12; k++) {
        x[k] = k;
        y[k] = 100 + k;
    }
    for (int n = 1; n <= 12; n++)
        for (int m = 1; m <= 12; m++) {
            const snnd_rank_test lowest = test_of(x, n, y, m, SNND_GREATER), highest = test_of(y, m, x, n, SNND_LESS);
            ck_assert_double_eq(lowest.u, 0);
            ck_assert_double_le(lowest.log10_p, 0);
            ck_assert_double_le(highest.log10_p, 0);
            ck_assert_double_le(fmax(lowest.p, highest.p), 1);
            if (lowest.exact)
                ck_assert_double_eq_tol(lowest.p, 1, 1e-14);
        }
}
END_TEST

START_TEST(equal_values_say_nothing) {
    const double same[20] = {0};
    const snnd_rank_test got = test_of(same, 20, same, 20, SNND_TWO_SIDED);
    ck_assert_double_eq(got.u, 200);
    ck_assert_double_eq(got.p, 1);
}
END_TEST

START_TEST(what_is_wrong_with_samples_is_named) {
    const double x[2] = {1, 2}, gap[2] = {1, INFINITY};
    snnd_rank_test result;
    OK(context, snnd_rank_test_init(&result, sizeof result));
    FAILS(context, SNND_ERROR_ARGUMENT, "x is empty", snnd_mann_whitney(context, x, 0, x, 2, SNND_LESS, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "y is empty", snnd_mann_whitney(context, x, 2, NULL, 2, SNND_LESS, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "value 1 of y", snnd_mann_whitney(context, x, 2, gap, 2, SNND_LESS, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "alternative",
          snnd_mann_whitney(context, x, 2, x, 2, (snnd_alternative)3, &result));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_mann_whitney(context, x, 2, x, 2, SNND_LESS, NULL));
}
END_TEST

Suite *mann_whitney_suite(void) {
    Suite *suite = suite_create("analysis/mann_whitney");
    TCase *cases = tcase_create("mann_whitney");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, samples_have_the_p_values_of_the_specification);
    tcase_add_test(cases, the_papers_p_values_come_from_its_u);
    tcase_add_test(cases, small_samples_are_counted_exactly);
    tcase_add_test(cases, exact_is_what_has_no_ties_and_can_be_counted);
    tcase_add_test(cases, the_sides_agree_with_each_other);
    tcase_add_test(cases, the_smallest_p_values_are_no_nonsense);
    tcase_add_test(cases, no_probability_is_above_1);
    tcase_add_test(cases, equal_values_say_nothing);
    tcase_add_test(cases, what_is_wrong_with_samples_is_named);
    suite_add_tcase(suite, cases);
    return suite;
}
