/* Batch normalisation of one neuron, against plain sums and differences in double precision. */
#include "kernel/norm.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "support.h"

Suite *norm_suite(void);

enum { L = SNND_LANES, STEPS = 9, NEURONS = 3, FRONT = 2, BACK = 1, NEURON = 1 };

static const double EPSILON = 1e-5;

/* Full tiles, lanes without a sample, and a single sample. */
static const int32_t all_samples[] = {1, 5, 16, 17, 32, 45};

enum { SAMPLES = sizeof all_samples / sizeof all_samples[0] };

static double noise(uint64_t stream, uint64_t index) {
    return 2 * snnd_random_uniform(21, stream, index) - 1;
}

/* Noise round `middle` in the lanes that hold samples, and something large in those that do not. */
static snnd_activity make_activity(int32_t samples, double middle, uint64_t stream) {
    snnd_activity made = {.neurons = NEURONS, .steps = STEPS, .front = FRONT, .back = BACK};
    const size_t floats = (size_t)snnd_tiles(samples) * NEURONS * snnd_activity_stride(&made);
    made.data = aligned_alloc(64, floats * sizeof(float));
    ck_assert_ptr_nonnull(made.data);
    for (size_t k = 0; k < floats; k++)
        made.data[k] = 1000;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++)
        for (int32_t n = 0; n < NEURONS; n++)
            for (int32_t t = 0; t < STEPS; t++)
                for (int32_t lane = 0; lane < snnd_lanes(samples, tile); lane++)
                    snnd_activity_row(&made, tile, n)[t * L + lane] =
                        (float)(middle + noise(stream, (uint64_t)(((tile * NEURONS + n) * STEPS + t) * L + lane)));
    return made;
}

static float *at(const snnd_activity *activity, int32_t sample, int32_t t) {
    return snnd_activity_row(activity, sample / L, NEURON) + t * L + sample % L;
}

/* Mean and variance of NEURON as they are defined. */
static snnd_moments plain_moments(const snnd_activity *x, int32_t samples) {
    double sum = 0, squares = 0;
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < STEPS; t++)
            sum += (double)*at(x, b, t);
    const double mean = sum / (samples * STEPS);
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < STEPS; t++)
            squares += ((double)*at(x, b, t) - mean) * ((double)*at(x, b, t) - mean);
    return (snnd_moments){.mean = mean, .variance = squares / (samples * STEPS)};
}

/* ---- moments ---- */

START_TEST(moments_are_those_of_the_samples_alone) {
    const int32_t samples = all_samples[_i];
    snnd_activity x = make_activity(samples, 0.3, 1);
    const snnd_moments got = snnd_norm_moments(&x, NEURON, samples), expected = plain_moments(&x, samples);
    ck_assert_double_eq_tol(got.mean, expected.mean, 1e-12);
    ck_assert_double_eq_tol(got.variance, expected.variance, 1e-12);
    free(x.data);
}
END_TEST

START_TEST(a_large_mean_does_not_swallow_the_variance) {
    const int32_t samples = all_samples[_i];
    snnd_activity x = make_activity(samples, 5000, 2);
    const snnd_moments got = snnd_norm_moments(&x, NEURON, samples), expected = plain_moments(&x, samples);
    ck_assert_double_eq_tol(got.mean, expected.mean, 1e-9);
    ck_assert_double_eq_tol(got.variance, expected.variance, 1e-9);
    free(x.data);
}
END_TEST

START_TEST(a_constant_has_no_variance) {
    snnd_activity x = make_activity(17, 0, 3);
    for (int32_t b = 0; b < 17; b++)
        for (int32_t t = 0; t < STEPS; t++)
            *at(&x, b, t) = 0.3f;
    const snnd_moments got = snnd_norm_moments(&x, NEURON, 17);
    ck_assert_double_eq_tol(got.mean, (double)0.3f, 1e-12);
    ck_assert_double_eq_tol(got.variance, 0, 1e-20);
    free(x.data);
}
END_TEST

/* ---- forwards ---- */

START_TEST(what_comes_out_is_the_formula) {
    const int32_t samples = all_samples[_i];
    snnd_activity x = make_activity(samples, 0.3, 1), y = make_activity(samples, 0, 4);
    const snnd_affine by = {.mean = 0.25, .inverse_deviation = 1.7, .scale = -0.8, .shift = 0.1};
    snnd_norm_forward(&x, &y, NEURON, samples, &by);
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < STEPS; t++)
            ck_assert_double_eq_tol((double)*at(&y, b, t), ((double)*at(&x, b, t) - 0.25) * 1.7 * -0.8 + 0.1, 2e-7);
    free(x.data);
    free(y.data);
}
END_TEST

START_TEST(only_the_steps_of_the_neuron_are_written) {
    const int32_t samples = 20;
    snnd_activity x = make_activity(samples, 0.3, 1), y = make_activity(samples, 0, 4), before;
    before = make_activity(samples, 0, 4);
    const snnd_affine by = {.mean = 0, .inverse_deviation = 2, .scale = 3, .shift = 4};
    snnd_norm_forward(&x, &y, NEURON, samples, &by);
    for (int32_t tile = 0; tile < 2; tile++)
        for (int32_t n = 0; n < NEURONS; n++)
            for (int32_t t = -FRONT; t < STEPS + BACK; t++)
                if (n != NEURON || t < 0 || t >= STEPS)
                    ck_assert_mem_eq(snnd_activity_row(&y, tile, n) + (ptrdiff_t)t * L,
                                     snnd_activity_row(&before, tile, n) + (ptrdiff_t)t * L, L * sizeof(float));
    free(x.data);
    free(y.data);
    free(before.data);
}
END_TEST

/* ---- backwards ---- */

/* sum g y, where y is x normalised by its own mean and variance, scaled and shifted. */
static double loss_of(const snnd_activity *x, const snnd_activity *g, int32_t samples, double scale, double shift) {
    const snnd_moments m = plain_moments(x, samples);
    double loss = 0;
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < STEPS; t++)
            loss +=
                (double)*at(g, b, t) * (((double)*at(x, b, t) - m.mean) / sqrt(m.variance + EPSILON) * scale + shift);
    return loss;
}

START_TEST(gradients_are_differences_of_the_loss) {
    const int32_t samples = all_samples[_i];
    const double scale = 1.3, shift = -0.4, h = 1e-6;
    snnd_activity x = make_activity(samples, 0.3, 5), g = make_activity(samples, 0.2, 6);
    snnd_activity d = make_activity(samples, 0.2, 6);
    const snnd_moments m = plain_moments(&x, samples);
    const snnd_affine by = {
        .mean = m.mean, .inverse_deviation = 1 / sqrt(m.variance + EPSILON), .scale = scale, .shift = shift};
    float d_scale = 0, d_shift = 0;
    snnd_norm_backward(&x, &d, NEURON, samples, &by, &d_scale, &d_shift);
    const double by_scale =
        (loss_of(&x, &g, samples, scale + h, shift) - loss_of(&x, &g, samples, scale - h, shift)) / (2 * h);
    const double by_shift =
        (loss_of(&x, &g, samples, scale, shift + h) - loss_of(&x, &g, samples, scale, shift - h)) / (2 * h);
    ck_assert_double_eq_tol((double)d_scale, by_scale, 1e-5);
    ck_assert_double_eq_tol((double)d_shift, by_shift, 1e-5);
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < STEPS; t++) {
            /* Divided by the distance of the floats that came of it. */
            float *cell = at(&x, b, t);
            const float here = *cell, up = here + 0x1p-10f, down = here - 0x1p-10f;
            *cell = up;
            const double above = loss_of(&x, &g, samples, scale, shift);
            *cell = down;
            const double under = loss_of(&x, &g, samples, scale, shift);
            *cell = here;
            ck_assert_double_eq_tol((double)*at(&d, b, t), (above - under) / ((double)up - (double)down), 1e-5);
        }
    free(x.data);
    free(g.data);
    free(d.data);
}
END_TEST

START_TEST(gradients_add_up_to_nothing) {
    /* Moving all inputs by the same, or away from their mean in proportion (but for epsilon), changes nothing. */
    const int32_t samples = all_samples[_i];
    snnd_activity x = make_activity(samples, 0.3, 7), d = make_activity(samples, 0.5, 8);
    const snnd_moments m = plain_moments(&x, samples);
    const snnd_affine by = {.mean = m.mean, .inverse_deviation = 1 / sqrt(m.variance), .scale = 2};
    float d_scale, d_shift;
    snnd_norm_backward(&x, &d, NEURON, samples, &by, &d_scale, &d_shift);
    double sum = 0, along = 0, size = 0;
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < STEPS; t++) {
            sum += (double)*at(&d, b, t);
            along += (double)*at(&d, b, t) * ((double)*at(&x, b, t) - m.mean);
            size += fabs((double)*at(&d, b, t));
        }
    ck_assert_double_gt(size, 0.1);
    ck_assert_double_eq_tol(sum, 0, 1e-6 * size);
    ck_assert_double_eq_tol(along, 0, 1e-6 * size);
    free(x.data);
    free(d.data);
}
END_TEST

START_TEST(lanes_without_a_sample_get_no_gradient) {
    const int32_t samples = all_samples[_i];
    snnd_activity x = make_activity(samples, 0.3, 7), d = make_activity(samples, 0.5, 8);
    const snnd_affine by = {.mean = 0.3, .inverse_deviation = 1.5, .scale = 2};
    float d_scale, d_shift;
    snnd_norm_backward(&x, &d, NEURON, samples, &by, &d_scale, &d_shift);
    for (int32_t b = samples; b < snnd_tiles(samples) * L; b++)
        for (int32_t t = 0; t < STEPS; t++)
            ck_assert_float_eq(*at(&d, b, t), 0);
    free(x.data);
    free(d.data);
}
END_TEST

Suite *norm_suite(void) {
    Suite *suite = suite_create("norm");

    TCase *moments = tcase_create("moments");
    tcase_add_loop_test(moments, moments_are_those_of_the_samples_alone, 0, SAMPLES);
    tcase_add_loop_test(moments, a_large_mean_does_not_swallow_the_variance, 0, SAMPLES);
    tcase_add_test(moments, a_constant_has_no_variance);
    suite_add_tcase(suite, moments);

    TCase *forward = tcase_create("forward");
    tcase_add_loop_test(forward, what_comes_out_is_the_formula, 0, SAMPLES);
    tcase_add_test(forward, only_the_steps_of_the_neuron_are_written);
    suite_add_tcase(suite, forward);

    TCase *backward = tcase_create("backward");
    tcase_add_loop_test(backward, gradients_are_differences_of_the_loss, 0, SAMPLES);
    tcase_add_loop_test(backward, gradients_add_up_to_nothing, 0, SAMPLES);
    tcase_add_loop_test(backward, lanes_without_a_sample_get_no_gradient, 0, SAMPLES);
    suite_add_tcase(suite, backward);
    return suite;
}
