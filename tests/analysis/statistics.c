/* Tests, intervals and corrections against SciPy's figures and the literature's (statistics.py), and what must
 * hold between them. */
#include "analysis/distributions.h"
#include "analysis/expected.h"

Suite *statistics_suite(void);

static snnd_context *context;
static cJSON *all; /* statistics.json */
static double x[400], y[400];

static void set_up(void) {
    context = make_context(1);
    all = golden_json("../statistics.json");
}

static void tear_down(void) {
    cJSON_Delete(all);
    snnd_context_free(context);
}

static double number(const cJSON *one, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(one, name);
    ck_assert_msg(cJSON_IsNumber(item), "there is no number %s", name);
    return item->valuedouble;
}

static int32_t numbers(const cJSON *one, const char *name, double *to) {
    const cJSON *list = cJSON_GetObjectItem(one, name), *item;
    int32_t count = 0;
    cJSON_ArrayForEach(item, list) {
        ck_assert_int_lt(count, 400);
        to[count++] = item->valuedouble;
    }
    return count;
}

static snnd_alternative side_of(const cJSON *one) {
    const char *side = cJSON_GetObjectItem(one, "alternative")->valuestring;
    return strcmp(side, "less") == 0 ? SNND_LESS : strcmp(side, "greater") == 0 ? SNND_GREATER : SNND_TWO_SIDED;
}

/* Whether a number is the expected one, but for its last digits. */
#define NEAR(got, one, name) near(got, number(one, name), one, name)
static void near(double got, double expected, const cJSON *one, const char *name) {
    char *text = cJSON_PrintUnformatted(one);
    ck_assert_msg(fabs(got - expected) <= 1e-11 * fmax(fabs(expected), 1e-3), "%s is %.17g; expected %.17g in %.300s",
                  name, got, expected, text);
    free(text);
}

static double log10_tail(const char *of, double at, const cJSON *one) {
    return of[0] == 'n'   ? snnd_normal_log10_tail(at)
           : of[0] == 't' ? snnd_t_log10_tail(at, number(one, "b"))
                          : snnd_f_log10_tail(at, number(one, "a"), number(one, "b"));
}

START_TEST(tails_are_those_of_scipy) {
    const cJSON *one;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "tails")) {
        const char *of = cJSON_GetObjectItem(one, "of")->valuestring;
        NEAR(log10_tail(of, number(one, "at"), one), one, "log10");
        compared++;
    }
    ck_assert_int_gt(compared, 60);
}
END_TEST

START_TEST(critical_values_are_those_of_scipy) {
    const cJSON *one;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "criticals")) {
        const char *of = cJSON_GetObjectItem(one, "of")->valuestring;
        const double tail = number(one, "tail"), a = number(one, "a"), b = number(one, "b");
        NEAR(of[0] == 'n'   ? snnd_normal_critical(tail)
             : of[0] == 't' ? snnd_t_critical(tail, b)
                            : snnd_f_critical(tail, a, b),
             one, "at");
        compared++;
    }
    ck_assert_int_eq(compared, 4 + 15 + 16);
}
END_TEST

START_TEST(tails_far_out_have_a_logarithm) {
    /* Of one degree of freedom atan(1 / t) / pi, of two half of 1 - t / sqrt(t^2 + 2), which is near 1 / (2 t^2). */
    ck_assert_double_eq_tol(snnd_t_log10_tail(1e100, 1), -100 - log10(acos(-1)), 1e-10);
    ck_assert_double_eq_tol(snnd_t_log10_tail(1e100, 2), -200 - log10(2), 1e-10);
    ck_assert_double_lt(snnd_t_log10_tail(1e300, 40), -5000);
    ck_assert_double_eq_tol(snnd_t_log10_tail(6, 4e9), snnd_normal_log10_tail(6), 1e-6);
    ck_assert_double_eq_tol(snnd_f_log10_tail(1e12, 2, 4), 2 * log10(1 / (1 + 0.5e12)), 1e-10);
    ck_assert_double_eq(snnd_f_log10_tail(0, 3, 9), 0);
}
END_TEST

/* ---- pairs ---- */

static snnd_signed_rank_test wilcoxon(const double *of_y, int32_t count, snnd_alternative side) {
    snnd_signed_rank_test got;
    OK(context, snnd_signed_rank_test_init(&got, sizeof got));
    OK(context, snnd_wilcoxon(context, x, of_y, count, side, &got));
    return got;
}

START_TEST(signed_ranks_are_those_of_scipy) {
    const cJSON *one;
    int exact = 0, normal = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "signed_ranks")) {
        const int32_t count = numbers(one, "x", x);
        ck_assert_int_eq(numbers(one, "y", y), count);
        const snnd_signed_rank_test got = wilcoxon(y, count, side_of(one));
        ck_assert_double_eq(got.positive, number(one, "positive"));
        ck_assert_double_eq(got.negative, number(one, "negative"));
        ck_assert_int_eq(got.exact, (int)number(one, "exact"));
        ck_assert_int_eq(got.pairs + got.equal, count);
        NEAR(got.p, one, "p");
        *(got.exact ? &exact : &normal) += 1;
    }
    ck_assert_int_eq(exact, 27);
    ck_assert_int_eq(normal, 4);
}
END_TEST

START_TEST(differences_are_pairs_with_nothing) {
    for (int k = 0; k < 30; k++) {
        x[k] = round(4 * sin(k));
        y[k] = 0;
    }
    const snnd_signed_rank_test pairs = wilcoxon(y, 30, SNND_LESS), alone = wilcoxon(NULL, 30, SNND_LESS);
    ck_assert_int_gt(pairs.equal, 0);
    ck_assert(memcmp(&pairs, &alone, sizeof pairs) == 0);
    const double effect = pairs.effect;
    for (int k = 0; k < 30; k++)
        x[k] = -x[k];
    const snnd_signed_rank_test turned = wilcoxon(NULL, 30, SNND_GREATER);
    ck_assert_double_eq(turned.effect, -effect);
    ck_assert_double_eq(turned.p, alone.p);
}
END_TEST

/* n positive differences: of all 2^n signs one is as extreme; the approximation takes over without a step. */
START_TEST(the_smallest_p_of_pairs) {
    for (int k = 0; k < 400; k++)
        x[k] = k + 1;
    for (int n = 1; n <= 200; n++) {
        const snnd_signed_rank_test got = wilcoxon(NULL, n, SNND_GREATER);
        ck_assert_int_eq(got.exact, 1);
        ck_assert_double_eq(got.effect, 1);
        ck_assert_double_eq_tol(got.log10_p, -n * log10(2), 1e-12 * n);
        ck_assert_double_eq_tol(wilcoxon(NULL, n, SNND_LESS).p, 1, 1e-13);
    }
    for (int k = 0; k < 201; k++)
        x[k] = (k % 3 ? 1 : -1) * (k + 1.0);
    const double counted = wilcoxon(NULL, 200, SNND_GREATER).log10_p, curve = wilcoxon(NULL, 201, SNND_GREATER).log10_p;
    ck_assert_double_eq_tol(curve, counted, 0.2);
    ck_assert_double_lt(counted, -4);
}
END_TEST

START_TEST(equal_pairs_say_nothing) {
    for (int k = 0; k < 5; k++)
        x[k] = y[k] = k;
    const snnd_signed_rank_test got = wilcoxon(y, 5, SNND_TWO_SIDED);
    ck_assert_double_eq(got.p, 1);
    ck_assert_double_eq(got.effect, 0);
    ck_assert_int_eq(got.equal, 5);
    ck_assert_int_eq(got.pairs, 0);
}
END_TEST

/* ---- intervals ---- */

static snnd_interval auc_of(int32_t n, int32_t m, double level) {
    snnd_interval got;
    OK(context, snnd_interval_init(&got, sizeof got));
    OK(context, snnd_auc(context, x, n, y, m, level, &got));
    return got;
}

static snnd_interval proportion(int64_t hits, int64_t trials, double level) {
    snnd_interval got;
    OK(context, snnd_interval_init(&got, sizeof got));
    OK(context, snnd_proportion(context, hits, trials, level, &got));
    return got;
}

START_TEST(areas_have_the_interval_of_newcombe) {
    const cJSON *one;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "auc")) {
        const int32_t n = numbers(one, "x", x), m = numbers(one, "y", y);
        const snnd_interval got = auc_of(n, m, number(one, "level"));
        NEAR(got.estimate, one, "estimate");
        NEAR(got.low, one, "low");
        NEAR(got.high, one, "high");
        compared++;
    }
    ck_assert_int_eq(compared, 12);
}
END_TEST

START_TEST(an_area_and_its_opposite_add_up_to_one) {
    for (int k = 0; k < 40; k++) {
        x[k] = sin(k) + 0.4;
        y[k] = sin(2.0 * k);
    }
    const snnd_interval one = auc_of(40, 30, 0.95);
    for (int k = 0; k < 40; k++) {
        x[k] = -x[k];
        y[k] = -y[k];
    }
    const snnd_interval other = auc_of(40, 30, 0.95);
    ck_assert_double_eq_tol(one.estimate + other.estimate, 1, 1e-15);
    ck_assert_double_eq_tol(one.low + other.high, 1, 1e-13);
    ck_assert_double_eq_tol(one.high + other.low, 1, 1e-13);
    snnd_rank_test ranks = {.size = sizeof ranks};
    OK(context, snnd_mann_whitney(context, x, 40, y, 30, SNND_TWO_SIDED, &ranks));
    ck_assert_double_eq(other.estimate, ranks.u / (40 * 30));
}
END_TEST

START_TEST(samples_that_are_apart_have_an_interval_too) {
    for (int k = 0; k < 20; k++) {
        x[k] = 100 + k;
        y[k] = k;
    }
    const snnd_interval few = auc_of(3, 3, 0.95), many = auc_of(20, 20, 0.95);
    ck_assert_double_eq(few.high, 1);
    ck_assert_double_eq(many.estimate, 1);
    ck_assert_double_lt(few.low, many.low);
    ck_assert_double_lt(many.low, 0.95);
    ck_assert_double_gt(many.low, 0.8);
}
END_TEST

START_TEST(shares_have_the_interval_of_wilson) {
    const cJSON *one;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "proportion")) {
        const int64_t hits = (int64_t)number(one, "hits"), trials = (int64_t)number(one, "trials");
        const snnd_interval got = proportion(hits, trials, number(one, "level"));
        const snnd_interval misses = proportion(trials - hits, trials, number(one, "level"));
        NEAR(got.low, one, "low");
        NEAR(got.high, one, "high");
        ck_assert_double_eq_tol(misses.low, 1 - got.high, 1e-15);
        compared++;
    }
    ck_assert_int_eq(compared, 18);
    /* Newcombe (1998), table I: 81 of 263, 1 of 29, 0 of 20. */
    ck_assert_double_eq_tol(proportion(81, 263, 0.95).low, 0.2553, 5e-5);
    ck_assert_double_eq_tol(proportion(81, 263, 0.95).high, 0.3662, 5e-5);
    ck_assert_double_eq_tol(proportion(1, 29, 0.95).low, 0.0061, 5e-5);
    ck_assert_double_eq_tol(proportion(1, 29, 0.95).high, 0.1718, 5e-5);
    ck_assert_double_eq(proportion(0, 20, 0.95).low, 0);
    ck_assert_double_eq(proportion(20, 20, 0.95).high, 1);
}
END_TEST

/* ---- means and groups ---- */

static snnd_t_test welch(int32_t n, int32_t m, snnd_alternative side, double level) {
    snnd_t_test got;
    OK(context, snnd_t_test_init(&got, sizeof got));
    OK(context, snnd_welch(context, x, n, y, m, side, level, &got));
    return got;
}

START_TEST(means_are_compared_as_scipy_does) {
    const cJSON *one;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "welch")) {
        const int32_t n = numbers(one, "x", x), m = numbers(one, "y", y);
        const snnd_t_test got = welch(n, m, side_of(one), number(one, "level"));
        NEAR(got.t, one, "t");
        NEAR(got.degrees, one, "degrees");
        ck_assert_double_eq_tol(log10(got.p), log10(number(one, "p")), 1e-10);
        NEAR(got.low, one, "low");
        NEAR(got.high, one, "high");
        compared++;
    }
    ck_assert_int_eq(compared, 15);
}
END_TEST

/* The interval holds 0 where p, two-sided, is above 1 - level, and only there. */
START_TEST(the_interval_and_p_agree) {
    for (int shift = 0; shift < 30; shift++) {
        for (int k = 0; k < 9; k++) {
            x[k] = sin(k) + shift * 0.1 - 1.5;
            y[k] = 2 * sin(3 * k + 1.0);
        }
        const snnd_t_test got = welch(9, 6, SNND_TWO_SIDED, 0.9);
        ck_assert_int_eq(got.low <= 0 && got.high >= 0, got.p >= 0.1);
        ck_assert_double_eq_tol(fmin(welch(9, 6, SNND_LESS, 0.9).p, welch(9, 6, SNND_GREATER, 0.9).p) * 2, got.p,
                                1e-14);
    }
}
END_TEST

static snnd_intraclass intraclass(const double *values, const int32_t *sizes, int32_t groups) {
    snnd_intraclass got;
    OK(context, snnd_intraclass_init(&got, sizeof got));
    OK(context, snnd_intraclass_correlation(context, values, sizes, groups, 0.95, &got));
    return got;
}

START_TEST(groups_are_as_alike_as_the_formulas_say) {
    const cJSON *one;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "intraclass")) {
        static const char *const names[8] = {"correlation", "low", "high", "between", "within", "f", "p", "group_size"};
        int32_t sizes[10];
        numbers(one, "values", x);
        const int32_t groups = numbers(one, "sizes", y);
        for (int g = 0; g < groups; g++)
            sizes[g] = (int32_t)y[g];
        const snnd_intraclass got = intraclass(x, sizes, groups);
        const double of[8] = {got.correlation, got.low, got.high, got.between,
                              got.within,      got.f,   got.p,    got.group_size};
        for (int k = 0; k < 8; k++)
            NEAR(of[k], one, names[k]);
        compared++;
    }
    ck_assert_int_eq(compared, 6);
    /* Shrout and Fleiss (1979): four ratings of each of six targets. */
    const double ratings[] = {9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7};
    const int32_t of_four[] = {4, 4, 4, 4, 4, 4};
    ck_assert_double_eq_tol(intraclass(ratings, of_four, 6).correlation, 0.17, 0.005);
    ck_assert_double_eq_tol(intraclass(ratings, of_four, 6).between, 11.24, 0.005);
    ck_assert_double_eq_tol(intraclass(ratings, of_four, 6).within, 6.26, 0.005);
}
END_TEST

/* ---- several tests ---- */

static int findings(const double *p, int32_t count, snnd_correction correction) {
    double corrected[30];
    int found = 0;
    OK(context, snnd_correct(context, p, count, correction, corrected));
    for (int k = 0; k < count; k++)
        found += corrected[k] <= 0.05;
    return found;
}

START_TEST(corrections_are_those_of_the_literature) {
    const cJSON *one;
    int compared = 0;
    cJSON_ArrayForEach(one, cJSON_GetObjectItem(all, "correction")) {
        static const char *const names[] = {"holm", "benjamini_hochberg"};
        for (int c = SNND_HOLM; c <= SNND_BENJAMINI_HOCHBERG; c++) {
            const int32_t count = numbers(one, "p", x);
            ck_assert_int_eq(numbers(one, names[c], y), count);
            OK(context, snnd_correct(context, x, count, (snnd_correction)c, x)); /* in place */
            for (int k = 0; k < count; k++)
                near(x[k], y[k], one, names[c]);
            compared++;
        }
    }
    ck_assert_int_eq(compared, 8);
    /* Benjamini and Hochberg (1995), 3.1: fifteen tests, of which theirs finds four at 5 %, others three. */
    const double p[] = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                        0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1};
    ck_assert_int_eq(findings(p, 15, SNND_BENJAMINI_HOCHBERG), 4);
    ck_assert_int_eq(findings(p, 15, SNND_HOLM), 3);
}
END_TEST

/* ---- errors ---- */

START_TEST(what_is_wrong_with_pairs_is_named) {
    const double fine[3] = {1, 2, 3}, gap[3] = {1, NAN, 2}, far[2] = {1e308, 0}, low[2] = {-1e308, 0};
    snnd_signed_rank_test got = {.size = sizeof got, .p = 7};
    FAILS(context, SNND_ERROR_ARGUMENT, "x is empty", snnd_wilcoxon(context, NULL, fine, 3, SNND_LESS, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "x is empty", snnd_wilcoxon(context, fine, fine, -1, SNND_LESS, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "value 1 of y is nan", snnd_wilcoxon(context, fine, gap, 3, SNND_LESS, &got));
    FAILS(context, SNND_ERROR_NUMERIC, "pair 0", snnd_wilcoxon(context, far, low, 2, SNND_LESS, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "alternative is 9",
          snnd_wilcoxon(context, fine, NULL, 3, (snnd_alternative)9, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "result is NULL", snnd_wilcoxon(context, fine, NULL, 3, SNND_LESS, NULL));
    ck_assert_int_eq(snnd_wilcoxon(NULL, fine, NULL, 3, SNND_LESS, &got), SNND_ERROR_ARGUMENT);
    ck_assert_double_eq(got.p, 7);
}
END_TEST

START_TEST(what_is_wrong_with_shares_is_named) {
    const double fine[3] = {1, 2, 3}, gap[2] = {1, INFINITY};
    const double levels[5] = {0, 1, -0.5, 95, NAN};
    snnd_interval got = {.size = sizeof got, .low = 7};
    for (int k = 0; k < 5; k++) {
        FAILS(context, SNND_ERROR_ARGUMENT, "level is", snnd_auc(context, fine, 3, fine, 3, levels[k], &got));
        FAILS(context, SNND_ERROR_ARGUMENT, "level is", snnd_proportion(context, 1, 2, levels[k], &got));
    }
    FAILS(context, SNND_ERROR_ARGUMENT, "y is empty", snnd_auc(context, fine, 3, fine, 0, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "value 1 of x is inf", snnd_auc(context, gap, 2, fine, 3, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "hits is 0 and trials is 0", snnd_proportion(context, 0, 0, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "hits is -1 and trials is 5", snnd_proportion(context, -1, 5, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "hits is 6 and trials is 5", snnd_proportion(context, 6, 5, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "result is NULL", snnd_proportion(context, 1, 5, 0.95, NULL));
    ck_assert_double_eq(got.low, 7);
}
END_TEST

START_TEST(what_is_wrong_with_means_is_named) {
    const double fine[3] = {1, 2, 3}, same[4] = {0.1, 0.1, 0.1, 0.1}, gap[2] = {1, NAN}, far[2] = {1e200, -1e200};
    snnd_t_test got = {.size = sizeof got, .p = 7};
    FAILS(context, SNND_ERROR_ARGUMENT, "x has 1 value; expected at least 2",
          snnd_welch(context, fine, 1, fine, 3, SNND_LESS, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "value 1 of y", snnd_welch(context, fine, 3, gap, 2, SNND_LESS, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "level is 95", snnd_welch(context, fine, 3, fine, 3, SNND_LESS, 95, &got));
    FAILS(context, SNND_ERROR_NUMERIC, "are equal", snnd_welch(context, same, 4, same, 3, SNND_LESS, 0.95, &got));
    FAILS(context, SNND_ERROR_NUMERIC, "so large that", snnd_welch(context, far, 2, fine, 3, SNND_LESS, 0.95, &got));
    ck_assert_double_eq(got.p, 7);
    OK(context, snnd_welch(context, same, 4, fine, 3, SNND_LESS, 0.95, &got)); /* one may be constant */
    ck_assert_double_eq(got.degrees, 2);
}
END_TEST

START_TEST(what_is_wrong_with_groups_is_named) {
    const double fine[4] = {1, 2, 3, 5}, same[4] = {0.1, 0.1, 0.3, 0.3}, gap[4] = {1, 2, 3, NAN};
    const int32_t twos[2] = {2, 2}, ones[2] = {1, 1}, none[2] = {4, 0}, negative[2] = {6, -2};
    snnd_intraclass got = {.size = sizeof got, .p = 7};
    FAILS(context, SNND_ERROR_ARGUMENT, "at least 2 groups",
          snnd_intraclass_correlation(context, fine, twos, 1, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "no group has more than 1",
          snnd_intraclass_correlation(context, fine, ones, 2, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "group 1 has 0",
          snnd_intraclass_correlation(context, fine, none, 2, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "group 1 has -2",
          snnd_intraclass_correlation(context, fine, negative, 2, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "sizes is NULL",
          snnd_intraclass_correlation(context, fine, NULL, 2, 0.95, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "value 3", snnd_intraclass_correlation(context, gap, twos, 2, 0.95, &got));
    FAILS(context, SNND_ERROR_NUMERIC, "are equal", snnd_intraclass_correlation(context, same, twos, 2, 0.95, &got));
    ck_assert_double_eq(got.p, 7);
}
END_TEST

START_TEST(what_is_wrong_with_corrections_is_named) {
    const double fine[2] = {0.1, 1}, wrong[2][2] = {{0.5, 1.5}, {0.5, NAN}};
    double corrected[2] = {7, 7};
    for (int k = 0; k < 2; k++)
        FAILS(context, SNND_ERROR_ARGUMENT, "p 1 is", snnd_correct(context, wrong[k], 2, SNND_HOLM, corrected));
    FAILS(context, SNND_ERROR_ARGUMENT, "p is empty", snnd_correct(context, fine, 0, SNND_HOLM, corrected));
    FAILS(context, SNND_ERROR_ARGUMENT, "corrected is NULL", snnd_correct(context, fine, 2, SNND_HOLM, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "correction is 2",
          snnd_correct(context, fine, 2, (snnd_correction)2, corrected));
    ck_assert_double_eq(corrected[0], 7);
}
END_TEST

Suite *statistics_suite(void) {
    Suite *suite = suite_create("analysis/statistics");
    TCase *cases = tcase_create("statistics");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, tails_are_those_of_scipy);
    tcase_add_test(cases, critical_values_are_those_of_scipy);
    tcase_add_test(cases, tails_far_out_have_a_logarithm);
    tcase_add_test(cases, signed_ranks_are_those_of_scipy);
    tcase_add_test(cases, differences_are_pairs_with_nothing);
    tcase_add_test(cases, the_smallest_p_of_pairs);
    tcase_add_test(cases, equal_pairs_say_nothing);
    tcase_add_test(cases, areas_have_the_interval_of_newcombe);
    tcase_add_test(cases, an_area_and_its_opposite_add_up_to_one);
    tcase_add_test(cases, samples_that_are_apart_have_an_interval_too);
    tcase_add_test(cases, shares_have_the_interval_of_wilson);
    tcase_add_test(cases, means_are_compared_as_scipy_does);
    tcase_add_test(cases, the_interval_and_p_agree);
    tcase_add_test(cases, groups_are_as_alike_as_the_formulas_say);
    tcase_add_test(cases, corrections_are_those_of_the_literature);
    tcase_add_test(cases, what_is_wrong_with_pairs_is_named);
    tcase_add_test(cases, what_is_wrong_with_shares_is_named);
    tcase_add_test(cases, what_is_wrong_with_means_is_named);
    tcase_add_test(cases, what_is_wrong_with_groups_is_named);
    tcase_add_test(cases, what_is_wrong_with_corrections_is_named);
    suite_add_tcase(suite, cases);
    return suite;
}
