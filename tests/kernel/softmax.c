/* Softmax over classes, in every instruction set of this machine, against libm; and the exponential in it. */
#include "kernel/softmax.h"

#include "isa.h"
#include "numbers.h"

Suite *softmax_suite(void);

enum { L = SNND_LANES, MOST_CLASSES = 21, STEPS = 9 };

static const int32_t all_classes[] = {1, 2, 3, 10, MOST_CLASSES};

/* p[t][c] of one lane, by libm. */
static double share_of(snnd_rows output, int32_t classes, int32_t t, int32_t c, int lane) {
    double highest = -INFINITY, sum = 0;
    for (int32_t k = 0; k < classes; k++)
        highest = fmax(highest, (double)snnd_rows_of(output, k)[t * L + lane]);
    for (int32_t k = 0; k < classes; k++)
        sum += exp((double)snnd_rows_of(output, k)[t * L + lane] - highest);
    return exp((double)snnd_rows_of(output, c)[t * L + lane] - highest) / sum;
}

/* Potentials of the size that networks have, and far beyond. */
static snnd_rows make_output(int32_t classes, int32_t size) {
    const snnd_rows made = make_rows(classes, STEPS, (uint64_t)size);
    for (int32_t c = 0; c < classes; c++)
        for (int32_t k = 0; k < STEPS * L; k++)
            snnd_rows_of(made, c)[k] *= (float)size;
    return made;
}

static const int32_t all_sizes[] = {1, 10, 300, 5000};

START_TEST(shares_are_those_of_libm) {
    _Alignas(64) static double sum[MOST_CLASSES * L], scratch[MOST_CLASSES * L];
    for (int s = 0; s < LENGTH(all_sizes); s++)
        for (int k = 0; k < LENGTH(all_classes); k++) {
            const int32_t classes = all_classes[k];
            const snnd_rows output = make_output(classes, all_sizes[s]);
            for (int i = 0; i < classes * L; i++)
                sum[i] = scratch[i] = NAN;
            kernels_of(_i)->softmax->sum_over_time(classes, STEPS, output, sum, scratch);
            for (int32_t c = 0; c < classes; c++)
                for (int lane = 0; lane < L; lane++) {
                    double expected = 0;
                    for (int32_t t = 0; t < STEPS; t++)
                        expected += share_of(output, classes, t, c, lane);
                    /* What is below the smallest normal number is 0. */
                    ck_assert_double_le(fabs(sum[c * L + lane] - expected), 1e-14 * expected + STEPS * 0x1p-1021);
                }
            free(output.data);
        }
}
END_TEST

START_TEST(the_way_back_is_that_of_libm) {
    _Alignas(64) static double d[MOST_CLASSES * L], scratch[MOST_CLASSES * L];
    for (int s = 0; s < LENGTH(all_sizes); s++)
        for (int n = 0; n < LENGTH(all_classes); n++) {
            const int32_t classes = all_classes[n];
            const snnd_rows output = make_output(classes, all_sizes[s]), gradient = make_rows(classes, STEPS, 7);
            for (int i = 0; i < classes * L; i++)
                d[i] = (double)number(8, (uint64_t)i);
            kernels_of(_i)->softmax->backward(classes, STEPS, output, d, scratch, gradient);
            for (int lane = 0; lane < L; lane++)
                for (int32_t t = 0; t < STEPS; t++) {
                    double mean = 0, share[MOST_CLASSES];
                    for (int32_t c = 0; c < classes; c++)
                        mean += d[c * L + lane] * (share[c] = share_of(output, classes, t, c, lane));
                    for (int32_t c = 0; c < classes; c++) {
                        const double expected = share[c] * (d[c * L + lane] - mean);
                        /* One rounding to single precision of a difference of numbers up to 1; or below its range. */
                        ck_assert_double_eq_tol((double)snnd_rows_of(gradient, c)[t * L + lane], expected,
                                                0x1p-23 * fabs(expected) + 1e-15 * share[c] + 0x1p-149);
                    }
                }
            assert_rows_end(gradient, classes, STEPS);
            free(output.data);
            free(gradient.data);
        }
}
END_TEST

/* With potentials 0 and x <= 0 the second share is e^x / (1 + e^x): below 2^-52 it is e^x itself. */
static double exponential_in(int32_t isa, const float *x, double *got) {
    _Alignas(64) float zero[L] = {0}, low[L];
    _Alignas(64) double sum[2 * L], scratch[2 * L];
    _Alignas(64) float both[2 * L];
    memcpy(low, x, sizeof low);
    memcpy(both, zero, sizeof zero);
    memcpy(both + L, low, sizeof low);
    kernels_of(isa)->softmax->sum_over_time(2, 1, (snnd_rows){both, L}, sum, scratch);
    memcpy(got, sum + L, L * sizeof *got);
    return sum[0];
}

START_TEST(the_exponential_is_that_of_libm_over_its_whole_range) {
    enum { TRIALS = 20000 };
    double worst = 0, got[L];
    for (int trial = 0; trial < TRIALS; trial++) {
        float x[L];
        for (int lane = 0; lane < L; lane++) {
            const double u = snnd_random_uniform(1, 2, (uint64_t)(trial * L + lane));
            /* Evenly to -707, and towards 0 by magnitude. */
            x[lane] = (float)(trial % 2 == 0 ? -707 * u : -exp(-30 + 36 * u));
        }
        exponential_in(_i, x, got);
        for (int lane = 0; lane < L; lane++) {
            const double e = exp((double)x[lane]), expected = e / (1 + e);
            worst = fmax(worst, fabs(got[lane] - expected) / expected);
        }
    }
    ck_assert_double_le(worst, 6e-16); /* an ulp of the exponential, and of the sum and the quotient */
}
END_TEST

START_TEST(differences_too_large_for_a_double_count_nothing) {
    static const float far[] = {-708.5f, -745, -1000, -1e10f, -3e38f, -INFINITY};
    for (int k = 0; k < LENGTH(far); k++) {
        float x[L];
        double got[L];
        for (int lane = 0; lane < L; lane++)
            x[lane] = lane % 2 == 0 ? far[k] : -1;
        ck_assert_double_eq(exponential_in(_i, x, got), 1);
        for (int lane = 0; lane < L; lane++) {
            const double expected = lane % 2 == 0 ? 0 : exp(-1) / (1 + exp(-1));
            ck_assert_double_le(fabs(got[lane] - expected), 1e-15 * expected);
        }
    }
}
END_TEST

START_TEST(equal_potentials_share_alike_however_large) {
    static const float all[] = {0, 1, -1e30f, 1e30f, 3e38f};
    _Alignas(64) double sum[3 * L], scratch[3 * L];
    _Alignas(64) float output[3 * L];
    for (int k = 0; k < LENGTH(all); k++) {
        for (int i = 0; i < 3 * L; i++)
            output[i] = all[k];
        kernels_of(_i)->softmax->sum_over_time(3, 1, (snnd_rows){output, L}, sum, scratch);
        for (int i = 0; i < 3 * L; i++)
            ck_assert_double_eq(sum[i], 1.0 / 3);
    }
}
END_TEST

START_TEST(what_is_not_a_number_spoils_its_lane_and_no_other) {
    enum { CLASSES = 4 };
    _Alignas(64) double sum[CLASSES * L], scratch[CLASSES * L], d[CLASSES * L];
    for (int bad = 0; bad < CLASSES; bad++)
        for (int lane = 0; lane < L; lane++) {
            const snnd_rows output = make_output(CLASSES, 2), gradient = make_rows(CLASSES, STEPS, 9);
            snnd_rows_of(output, bad)[3 * L + lane] = NAN;
            for (int i = 0; i < CLASSES * L; i++)
                d[i] = 1 + i;
            kernels_of(_i)->softmax->sum_over_time(CLASSES, STEPS, output, sum, scratch);
            kernels_of(_i)->softmax->backward(CLASSES, STEPS, output, d, scratch, gradient);
            for (int i = 0; i < CLASSES * L; i++) {
                ck_assert_int_eq(isnan(sum[i]) != 0, i % L == lane);
                for (int t = 0; t < STEPS; t++)
                    ck_assert_int_eq(isnan(snnd_rows_of(gradient, i / L)[t * L + i % L]) != 0, i % L == lane && t == 3);
            }
            free(output.data);
            free(gradient.data);
        }
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, shares_are_those_of_libm, isa, isa + 1);
    tcase_add_loop_test(cases, the_way_back_is_that_of_libm, isa, isa + 1);
    tcase_add_loop_test(cases, the_exponential_is_that_of_libm_over_its_whole_range, isa, isa + 1);
    tcase_add_loop_test(cases, differences_too_large_for_a_double_count_nothing, isa, isa + 1);
    tcase_add_loop_test(cases, equal_potentials_share_alike_however_large, isa, isa + 1);
    tcase_add_loop_test(cases, what_is_not_a_number_spoils_its_lane_and_no_other, isa, isa + 1);
}

Suite *softmax_suite(void) {
    Suite *suite = suite_create("softmax");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
