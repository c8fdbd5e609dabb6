/* Scores by hand, and the loss and its gradient against differences in double precision; softmax in every instruction
 * set of this machine. */
#include "kernel/readout.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "isa.h"
#include "snndelay.h"
#include "support.h"

Suite *readout_suite(void);

enum { L = SNND_LANES, CLASSES = 4, STEPS = 7, TILES = 2, TILE = 1, LANES = 5 };

/* Tests of all readouts in all instruction sets have both in _i. */
enum { READOUTS = SNND_READOUTS_END };

static double noise(uint64_t stream, uint64_t index) {
    return 2 * snnd_random_uniform(31, stream, index) - 1;
}

/* Two tiles, of which the second is looked at; lanes without a sample hold what must not be looked at. */
static snnd_activity make_activity(uint64_t stream) {
    snnd_activity made = {.neurons = CLASSES, .steps = STEPS, .front = 1, .back = 2};
    const size_t floats = TILES * CLASSES * snnd_activity_stride(&made);
    made.data = aligned_alloc(64, floats * sizeof(float));
    ck_assert_ptr_nonnull(made.data);
    for (size_t k = 0; k < floats; k++)
        made.data[k] = NAN;
    for (int32_t c = 0; c < CLASSES; c++)
        for (int32_t t = 0; t < STEPS; t++)
            for (int32_t lane = 0; lane < LANES; lane++)
                snnd_activity_row(&made, TILE, c)[t * L + lane] =
                    (float)(2 * noise(stream, (uint64_t)((c * STEPS + t) * L + lane)));
    return made;
}

static float *at(const snnd_activity *activity, int32_t lane, int32_t c, int32_t t) {
    return snnd_activity_row(activity, TILE, c) + t * L + lane;
}

/* Of the samples where these end before the steps do. */
static const int32_t ends[L] = {3, STEPS, 1, 5, STEPS};

/* Ends that lanes may have: none of their own, and these. */
static const int32_t *const all_ends[] = {NULL, ends};

static int32_t steps_of(const int32_t *end, int32_t lane) {
    return end == NULL ? STEPS : end[lane];
}

/* Beyond its end a sample has what must not be looked at. */
static void spoil(snnd_activity *out, const int32_t *end) {
    for (int32_t c = 0; c < CLASSES; c++)
        for (int32_t lane = 0; lane < LANES; lane++)
            for (int32_t t = steps_of(end, lane); t < STEPS; t++)
                *at(out, lane, c, t) = NAN;
}

static void score_to(int32_t isa, int32_t readout, const snnd_activity *out, const int32_t *end, double *scores) {
    _Alignas(64) double scratch[2 * CLASSES * L];
    snnd_readout_scores(kernels_of(isa)->softmax, readout, out, TILE, LANES, end, scores, scratch);
}

static void score(int32_t isa, int32_t readout, const snnd_activity *out, double *scores) {
    score_to(isa, readout, out, NULL, scores);
}

static void go_back_from(int32_t isa, int32_t readout, const snnd_activity *out, const int32_t *end,
                         const snnd_activity *gradient, const double *d_scores) {
    _Alignas(64) double scratch[2 * CLASSES * L];
    snnd_readout_backward(kernels_of(isa)->softmax, readout, out, gradient, TILE, LANES, end, d_scores, scratch);
}

static void go_back(int32_t isa, int32_t readout, const snnd_activity *out, const snnd_activity *gradient,
                    const double *d_scores) {
    go_back_from(isa, readout, out, NULL, gradient, d_scores);
}

/* A score as the header defines it, over some steps. */
static double plain_score(int32_t readout, const snnd_activity *out, int32_t lane, int32_t c, int32_t steps) {
    double sum = 0, most = -INFINITY, share = 0;
    for (int32_t t = 0; t < steps; t++) {
        const double value = (double)*at(out, lane, c, t);
        double all = 0;
        for (int32_t k = 0; k < CLASSES; k++)
            all += exp((double)*at(out, lane, k, t));
        share += exp(value) / all;
        sum += value;
        most = value > most ? value : most;
    }
    switch (readout) {
    case SNND_READOUT_SOFTMAX_SUM:
        return share;
    case SNND_READOUT_SUM:
        return sum;
    case SNND_READOUT_MEAN:
        return sum / steps;
    case SNND_READOUT_MAX:
        return most;
    default:
        return (double)*at(out, lane, c, steps - 1);
    }
}

/* ---- scores ---- */

START_TEST(scores_are_as_defined) {
    for (int e = 0; e < 2; e++) {
        snnd_activity out = make_activity(1);
        spoil(&out, all_ends[e]);
        double scores[L * CLASSES];
        for (int k = 0; k < L * CLASSES; k++)
            scores[k] = 77;
        score_to(_i / READOUTS, _i % READOUTS, &out, all_ends[e], scores);
        for (int32_t lane = 0; lane < L; lane++)
            for (int32_t c = 0; c < CLASSES; c++)
                ck_assert_double_eq_tol(
                    scores[lane * CLASSES + c],
                    lane < LANES ? plain_score(_i % READOUTS, &out, lane, c, steps_of(all_ends[e], lane)) : 77, 1e-12);
        free(out.data);
    }
}
END_TEST

START_TEST(samples_that_end_where_the_steps_do_have_the_same_bits) {
    static const int32_t whole[L] = {STEPS, STEPS, STEPS, STEPS, STEPS};
    snnd_activity out = make_activity(1), one = make_activity(6), other = make_activity(6);
    double scores[LANES * CLASSES], same[LANES * CLASSES];
    score_to(_i / READOUTS, _i % READOUTS, &out, NULL, scores);
    score_to(_i / READOUTS, _i % READOUTS, &out, whole, same);
    ck_assert_mem_eq(scores, same, sizeof scores);
    go_back_from(_i / READOUTS, _i % READOUTS, &out, NULL, &one, scores);
    go_back_from(_i / READOUTS, _i % READOUTS, &out, whole, &other, scores);
    ck_assert_mem_eq(snnd_activity_row(&one, TILE, 0), snnd_activity_row(&other, TILE, 0),
                     CLASSES * snnd_activity_stride(&one) * sizeof(float) - 3 * L * sizeof(float));
    free(out.data);
    free(one.data);
    free(other.data);
}
END_TEST

START_TEST(scores_of_a_softmax_sum_add_up_to_the_steps) {
    snnd_activity out = make_activity(2);
    double scores[LANES * CLASSES];
    score(_i, SNND_READOUT_SOFTMAX_SUM, &out, scores);
    for (int32_t lane = 0; lane < LANES; lane++) {
        double sum = 0;
        for (int32_t c = 0; c < CLASSES; c++)
            sum += scores[lane * CLASSES + c];
        ck_assert_double_eq_tol(sum, STEPS, 1e-12);
    }
    free(out.data);
}
END_TEST

START_TEST(large_potentials_do_not_overflow) {
    snnd_activity out = make_activity(3);
    double scores[LANES * CLASSES];
    for (int32_t c = 0; c < CLASSES; c++)
        for (int32_t t = 0; t < STEPS; t++)
            for (int32_t lane = 0; lane < LANES; lane++)
                *at(&out, lane, c, t) = c == lane % CLASSES ? 1e30f : -1e30f;
    score(_i, SNND_READOUT_SOFTMAX_SUM, &out, scores);
    for (int32_t lane = 0; lane < LANES; lane++)
        for (int32_t c = 0; c < CLASSES; c++)
            ck_assert_double_eq(scores[lane * CLASSES + c], c == lane % CLASSES ? STEPS : 0);
    free(out.data);
}
END_TEST

START_TEST(what_is_not_a_number_shows_in_the_scores) {
    for (int32_t bad = 0; bad < CLASSES; bad++) {
        snnd_activity out = make_activity(4);
        *at(&out, 0, bad, STEPS - 1) = NAN;
        double scores[LANES * CLASSES];
        score(_i / READOUTS, _i % READOUTS, &out, scores);
        ck_assert_double_nan(scores[bad]);
        for (int32_t c = 0; c < CLASSES; c++)
            ck_assert_double_finite(scores[CLASSES + c]);
        free(out.data);
    }
}
END_TEST

/* ---- cross entropy ---- */

/* -log softmax_label, without care for large numbers. */
static double plain_cross_entropy(const double *scores, int32_t label) {
    double sum = 0;
    for (int32_t c = 0; c < CLASSES; c++)
        sum += exp(scores[c]);
    return -log(exp(scores[label]) / sum);
}

START_TEST(cross_entropy_is_minus_the_log_of_the_softmax) {
    for (uint64_t trial = 0; trial < 20; trial++)
        for (int32_t label = 0; label < CLASSES; label++) {
            double scores[CLASSES], gradient[CLASSES];
            for (int32_t c = 0; c < CLASSES; c++)
                scores[c] = 5 * noise(trial, (uint64_t)c);
            ck_assert_double_eq_tol(snnd_cross_entropy(scores, CLASSES, label, 0, NULL, gradient),
                                    plain_cross_entropy(scores, label), 1e-12);
        }
}
END_TEST

START_TEST(the_gradient_of_cross_entropy_is_its_difference) {
    for (uint64_t trial = 0; trial < 20; trial++)
        for (int32_t label = 0; label < CLASSES; label++) {
            double scores[CLASSES], gradient[CLASSES];
            for (int32_t c = 0; c < CLASSES; c++)
                scores[c] = 3 * noise(50 + trial, (uint64_t)c);
            snnd_cross_entropy(scores, CLASSES, label, 0, NULL, gradient);
            for (int32_t c = 0; c < CLASSES; c++) {
                const double here = scores[c], h = 1e-5;
                scores[c] = here + h;
                const double above = plain_cross_entropy(scores, label);
                scores[c] = here - h;
                const double under = plain_cross_entropy(scores, label);
                scores[c] = here;
                ck_assert_double_eq_tol(gradient[c], (above - under) / (2 * h), 1e-9);
            }
        }
}
END_TEST

/* With the target written out. */
static double smooth_cross_entropy(const double *scores, int32_t label, double smoothing, const double *weight) {
    double sum = 0;
    for (int32_t c = 0; c < CLASSES; c++) {
        const double target = (c == label ? 1 - smoothing : 0) + smoothing / CLASSES;
        sum += weight[c] * target * plain_cross_entropy(scores, c);
    }
    return sum;
}

START_TEST(smooth_labels_and_weighed_classes_are_a_target) {
    for (uint64_t trial = 0; trial < 20; trial++)
        for (int32_t label = 0; label < CLASSES; label++) {
            double scores[CLASSES], weight[CLASSES], gradient[CLASSES], unused[CLASSES];
            const double smoothing = 0.05 * (double)trial;
            for (int32_t c = 0; c < CLASSES; c++) {
                scores[c] = 3 * noise(80 + trial, (uint64_t)c);
                weight[c] = 1.5 + noise(120 + trial, (uint64_t)c);
            }
            ck_assert_double_eq_tol(snnd_cross_entropy(scores, CLASSES, label, smoothing, weight, gradient),
                                    smooth_cross_entropy(scores, label, smoothing, weight), 1e-12);
            for (int32_t c = 0; c < CLASSES; c++) {
                const double here = scores[c], h = 1e-5;
                scores[c] = here + h;
                const double above = snnd_cross_entropy(scores, CLASSES, label, smoothing, weight, unused);
                scores[c] = here - h;
                const double under = snnd_cross_entropy(scores, CLASSES, label, smoothing, weight, unused);
                scores[c] = here;
                ck_assert_double_eq_tol(gradient[c], (above - under) / (2 * h), 1e-8);
            }
        }
}
END_TEST

START_TEST(equal_scores_cost_the_log_of_the_classes) {
    const double scores[CLASSES] = {7, 7, 7, 7};
    double gradient[CLASSES];
    ck_assert_double_eq_tol(snnd_cross_entropy(scores, CLASSES, 2, 0, NULL, gradient), log(CLASSES), 1e-15);
    for (int32_t c = 0; c < CLASSES; c++)
        ck_assert_double_eq_tol(gradient[c], 1.0 / CLASSES - (c == 2), 1e-15);
}
END_TEST

START_TEST(one_class_costs_nothing) {
    double gradient = 9;
    ck_assert_double_eq(snnd_cross_entropy(&(double){123}, 1, 0, 0, NULL, &gradient), 0);
    ck_assert_double_eq(gradient, 0);
}
END_TEST

START_TEST(large_scores_cost_their_distance) {
    const double scores[CLASSES] = {1e5, -1e5, 0, 0};
    double gradient[CLASSES];
    ck_assert_double_eq(snnd_cross_entropy(scores, CLASSES, 0, 0, NULL, gradient), 0);
    ck_assert_double_eq(snnd_cross_entropy(scores, CLASSES, 1, 0, NULL, gradient), 2e5);
    ck_assert_double_eq(gradient[0], 1);
    ck_assert_double_eq(gradient[1], -1);
}
END_TEST

/* ---- backwards ---- */

static void assert_differences(int32_t isa, int32_t readout, const int32_t *end) {
    snnd_activity out = make_activity(5), gradient = make_activity(6);
    double d_scores[LANES * CLASSES];
    for (int k = 0; k < LANES * CLASSES; k++)
        d_scores[k] = noise(7, (uint64_t)k);
    spoil(&out, end);
    go_back_from(isa, readout, &out, end, &gradient, d_scores);
    for (int32_t lane = 0; lane < LANES; lane++)
        for (int32_t c = 0; c < CLASSES; c++) {
            const int32_t steps = steps_of(end, lane);
            for (int32_t t = 0; t < steps; t++) {
                float *cell = at(&out, lane, c, t);
                const float here = *cell, up = here + 0x1p-12f, down = here - 0x1p-12f;
                double difference = 0;
                for (int32_t k = 0; k < CLASSES; k++) {
                    *cell = up;
                    const double above = plain_score(readout, &out, lane, k, steps);
                    *cell = down;
                    difference += d_scores[lane * CLASSES + k] * (above - plain_score(readout, &out, lane, k, steps));
                }
                *cell = here;
                difference /= (double)up - (double)down;
                ck_assert_double_eq_tol((double)*at(&gradient, lane, c, t), difference, 1e-6);
            }
            for (int32_t t = steps; t < STEPS; t++)
                ck_assert_float_eq(*at(&gradient, lane, c, t), 0);
        }
    free(out.data);
    free(gradient.data);
}

START_TEST(gradients_are_differences_of_the_scores) {
    for (int e = 0; e < 2; e++)
        assert_differences(_i / READOUTS, _i % READOUTS, all_ends[e]);
}
END_TEST

START_TEST(lanes_without_a_sample_get_no_gradient) {
    snnd_activity out = make_activity(5), gradient = make_activity(6);
    double d_scores[LANES * CLASSES];
    for (int k = 0; k < LANES * CLASSES; k++)
        d_scores[k] = 1 + k;
    go_back(_i / READOUTS, _i % READOUTS, &out, &gradient, d_scores);
    for (int32_t c = 0; c < CLASSES; c++)
        for (int32_t t = 0; t < STEPS; t++)
            for (int32_t lane = LANES; lane < L; lane++)
                ck_assert_float_eq(*at(&gradient, lane, c, t), 0);
    free(out.data);
    free(gradient.data);
}
END_TEST

START_TEST(rows_round_the_steps_and_other_tiles_stay) {
    snnd_activity out = make_activity(5), gradient = make_activity(6);
    double d_scores[LANES * CLASSES] = {1};
    go_back(_i / READOUTS, _i % READOUTS, &out, &gradient, d_scores);
    for (int32_t c = 0; c < CLASSES; c++)
        for (int32_t t = -1; t < STEPS + 2; t++)
            for (int32_t lane = 0; lane < L; lane++) {
                ck_assert_float_nan(snnd_activity_row(&gradient, 0, c)[t * L + lane]);
                if (t < 0 || t >= STEPS)
                    ck_assert_float_nan(snnd_activity_row(&gradient, TILE, c)[t * L + lane]);
            }
    free(out.data);
    free(gradient.data);
}
END_TEST

START_TEST(the_first_of_equal_peaks_gets_the_gradient) {
    snnd_activity out = make_activity(5), gradient = make_activity(6);
    for (int32_t t = 0; t < STEPS; t++)
        *at(&out, 0, 0, t) = t == 2 || t == 4 ? 9.0f : 1.0f;
    double d_scores[LANES * CLASSES] = {1};
    go_back(SNND_ISA_PLAIN, SNND_READOUT_MAX, &out, &gradient, d_scores);
    for (int32_t t = 0; t < STEPS; t++)
        ck_assert_float_eq(*at(&gradient, 0, 0, t), t == 2 ? 1 : 0);
    free(out.data);
    free(gradient.data);
}
END_TEST

/* ---- the best ---- */

START_TEST(the_best_class_is_the_first_of_equals) {
    ck_assert_int_eq(snnd_best_class((const double[]){1, 3, 2}, 3), 1);
    ck_assert_int_eq(snnd_best_class((const double[]){3, 3, 2}, 3), 0);
    ck_assert_int_eq(snnd_best_class((const double[]){1, 3, 3}, 3), 1);
    ck_assert_int_eq(snnd_best_class((const double[]){-5, -6, -5}, 3), 0);
    ck_assert_int_eq(snnd_best_class((const double[]){-5, -6, -4}, 3), 2);
    ck_assert_int_eq(snnd_best_class((const double[]){0}, 1), 0);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    const int32_t first = isa * READOUTS + SNND_READOUT_SOFTMAX_SUM, end = (isa + 1) * READOUTS;
    tcase_add_loop_test(cases, scores_are_as_defined, first, end);
    tcase_add_loop_test(cases, samples_that_end_where_the_steps_do_have_the_same_bits, first, end);
    tcase_add_loop_test(cases, scores_of_a_softmax_sum_add_up_to_the_steps, isa, isa + 1);
    tcase_add_loop_test(cases, large_potentials_do_not_overflow, isa, isa + 1);
    tcase_add_loop_test(cases, what_is_not_a_number_shows_in_the_scores, first, end);
    tcase_add_loop_test(cases, gradients_are_differences_of_the_scores, first, end);
    tcase_add_loop_test(cases, lanes_without_a_sample_get_no_gradient, first, end);
    tcase_add_loop_test(cases, rows_round_the_steps_and_other_tiles_stay, first, end);
}

Suite *readout_suite(void) {
    Suite *suite = suite_create("readout");
    add_case_for_each_isa(suite, add_tests);

    TCase *loss = tcase_create("cross entropy");
    tcase_add_test(loss, cross_entropy_is_minus_the_log_of_the_softmax);
    tcase_add_test(loss, the_gradient_of_cross_entropy_is_its_difference);
    tcase_add_test(loss, smooth_labels_and_weighed_classes_are_a_target);
    tcase_add_test(loss, equal_scores_cost_the_log_of_the_classes);
    tcase_add_test(loss, one_class_costs_nothing);
    tcase_add_test(loss, large_scores_cost_their_distance);
    suite_add_tcase(suite, loss);

    TCase *best = tcase_create("best");
    tcase_add_test(best, the_first_of_equal_peaks_gets_the_gradient);
    tcase_add_test(best, the_best_class_is_the_first_of_equals);
    suite_add_tcase(suite, best);
    return suite;
}
