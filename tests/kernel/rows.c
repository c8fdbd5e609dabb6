/*
 * Rows whose steps know nothing of each other: normalisation, dropout and the bits of spikes, in every instruction set
 * of this machine, against plain sums and differences in double precision.
 */
#include "kernel/rows.h"

#include <check.h>
#include <float.h>
#include <math.h>

#include "isa.h"
#include "kernel/activity.h"
#include "support.h"

Suite *rows_suite(void);

enum { L = SNND_LANES, STEPS = 9, ROW = STEPS * L, TILES = 3 };

static const double EPSILON = 1e-5;

/* Full tiles, lanes without a sample, and a single sample. */
static const int32_t all_samples[] = {1, 5, 16, 17, 32, 45};

enum { SAMPLES = sizeof all_samples / sizeof all_samples[0] };

static double noise(uint64_t stream, uint64_t index) {
    return 2 * snnd_random_uniform(21, stream, index) - 1;
}

static const snnd_row_kernels *rows_kernels(int32_t isa) {
    return kernels_of(isa)->rows;
}

/* One neuron in all tiles of a batch. */
typedef struct batch {
    _Alignas(64) float tile[TILES][ROW];
} batch;

static float *at(batch *b, int32_t sample, int32_t t) {
    return &b->tile[sample / L][t * L + sample % L];
}

/* Noise round `middle` in the lanes that hold samples, and `rest` in those that do not. */
static batch make_batch(int32_t samples, double middle, float rest, uint64_t stream) {
    batch made;
    for (int32_t b = 0; b < TILES * L; b++)
        for (int32_t t = 0; t < STEPS; t++)
            *at(&made, b, t) = b < samples ? (float)(middle + noise(stream, (uint64_t)(b * STEPS + t))) : rest;
    return made;
}

typedef struct moments {
    double mean, variance;
} moments;

/* Mean and variance as they are defined, of the samples `from` .. `to` - 1. */
static moments plain_moments(batch *x, int32_t from, int32_t to) {
    const double count = (double)(to - from) * STEPS;
    double sum = 0, squares = 0;
    for (int32_t b = from; b < to; b++)
        for (int32_t t = 0; t < STEPS; t++)
            sum += (double)*at(x, b, t);
    for (int32_t b = from; b < to; b++)
        for (int32_t t = 0; t < STEPS; t++)
            squares += ((double)*at(x, b, t) - sum / count) * ((double)*at(x, b, t) - sum / count);
    return (moments){.mean = sum / count, .variance = squares / count};
}

/* ---- sums for mean and variance ---- */

static void moments_agree(int32_t isa, batch *x, int32_t samples, double tolerance) {
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const int32_t lanes = snnd_lanes(samples, tile);
        const snnd_sums got = rows_kernels(isa)->moments(STEPS, lanes, x->tile[tile]);
        const double count = (double)lanes * STEPS, first = got.first / count;
        const moments expected = plain_moments(x, tile * L, tile * L + lanes);
        ck_assert_double_eq_tol(got.pivot + first, expected.mean, tolerance);
        ck_assert_double_eq_tol(got.second / count - first * first, expected.variance, tolerance);
    }
}

START_TEST(moments_are_those_of_the_samples_alone) {
    for (int i = 0; i < SAMPLES; i++) {
        batch x = make_batch(all_samples[i], 0.3, 1000, 1);
        moments_agree(_i, &x, all_samples[i], 1e-12);
    }
}
END_TEST

START_TEST(a_large_mean_does_not_swallow_the_variance) {
    for (int i = 0; i < SAMPLES; i++) {
        batch x = make_batch(all_samples[i], 5000, 0, 2);
        moments_agree(_i, &x, all_samples[i], 1e-9);
    }
}
END_TEST

START_TEST(sums_are_taken_round_the_first_value) {
    for (int32_t lanes = 1; lanes <= L; lanes++) {
        batch x = make_batch(lanes, -3, NAN, 3);
        const snnd_sums got = rows_kernels(_i)->moments(STEPS, lanes, x.tile[0]);
        double first = 0, second = 0;
        for (int32_t b = 0; b < lanes; b++)
            for (int32_t t = 0; t < STEPS; t++) {
                const double d = (double)*at(&x, b, t) - (double)x.tile[0][0];
                first += d;
                second += d * d;
            }
        ck_assert_double_eq(got.pivot, (double)x.tile[0][0]);
        ck_assert_double_eq_tol(got.first, first, 1e-11);
        ck_assert_double_eq_tol(got.second, second, 1e-11);
    }
}
END_TEST

/* Steps of the samples in the lanes of a tile; the last lanes have none. */
static const int32_t ends[L] = {4, STEPS, 1, 7, 2, STEPS, 3, 8, 5, 6, 1, STEPS, 4};

START_TEST(moments_to_the_ends_are_those_of_the_samples_own_steps) {
    batch x = make_batch(L, 5000, 0, 4);
    double first = 0, second = 0;
    for (int32_t b = 0; b < L; b++)
        for (int32_t t = 0; t < STEPS; t++) {
            const double d = (double)*at(&x, b, t) - (double)x.tile[0][0];
            first += t < ends[b] ? d : 0;
            second += t < ends[b] ? d * d : 0;
            if (t >= ends[b])
                *at(&x, b, t) = NAN;
        }
    const snnd_sums got = rows_kernels(_i)->moments_to_end(STEPS, ends, x.tile[0]);
    ck_assert_double_eq(got.pivot, (double)x.tile[0][0]);
    ck_assert_double_eq_tol(got.first, first, 1e-11);
    ck_assert_double_eq_tol(got.second, second, 1e-11);
}
END_TEST

START_TEST(what_lies_beyond_the_ends_becomes_zero) {
    batch x = make_batch(L, 0, 0, 5), before;
    for (int32_t b = 0; b < L; b++)
        for (int32_t t = ends[b]; t < STEPS; t++)
            *at(&x, b, t) = t % 2 == 0 ? NAN : -INFINITY;
    before = x;
    rows_kernels(_i)->cut(STEPS, ends, x.tile[0]);
    for (int32_t b = 0; b < TILES * L; b++)
        for (int32_t t = 0; t < STEPS; t++) {
            const float kept = b >= L || t < ends[b] ? *at(&before, b, t) : 0.0f;
            ck_assert_mem_eq(at(&x, b, t), &kept, sizeof kept);
        }
}
END_TEST

START_TEST(a_constant_has_no_variance) {
    batch x = make_batch(5, 0, 1000, 3);
    for (int32_t b = 0; b < 5; b++)
        for (int32_t t = 0; t < STEPS; t++)
            *at(&x, b, t) = 0.3f;
    const snnd_sums got = rows_kernels(_i)->moments(STEPS, 5, x.tile[0]);
    ck_assert_double_eq(got.pivot, (double)0.3f);
    ck_assert_double_eq(got.first, 0);
    ck_assert_double_eq(got.second, 0);
}
END_TEST

START_TEST(sums_of_a_gradient_are_those_of_the_samples_alone) {
    for (int32_t lanes = 1; lanes <= L; lanes++) {
        batch x = make_batch(lanes, 5000, NAN, 5), g = make_batch(lanes, 0.2, NAN, 6);
        const snnd_sums got = rows_kernels(_i)->norm_sums(STEPS, lanes, 4999.5, x.tile[0], g.tile[0]);
        double first = 0, second = 0;
        for (int32_t b = 0; b < lanes; b++)
            for (int32_t t = 0; t < STEPS; t++) {
                first += (double)*at(&g, b, t);
                second += (double)*at(&g, b, t) * ((double)*at(&x, b, t) - 4999.5);
            }
        ck_assert_double_eq(got.pivot, 0);
        ck_assert_double_eq_tol(got.first, first, 1e-11);
        ck_assert_double_eq_tol(got.second, second, 1e-11);
    }
}
END_TEST

/* ---- normalising, and back ---- */

START_TEST(what_comes_out_is_the_formula) {
    const snnd_affine by = {.mean = 0.25, .inverse_deviation = 1.7, .scale = -0.8, .shift = 0.1};
    batch x = make_batch(TILES * L, 0.3, 0, 1), y = make_batch(0, 0, 77, 0);
    rows_kernels(_i)->normalise(STEPS, &by, x.tile[1], y.tile[1]);
    for (int32_t b = 0; b < TILES * L; b++)
        for (int32_t t = 0; t < STEPS; t++)
            if (b / L == 1)
                ck_assert_double_eq_tol((double)*at(&y, b, t), ((double)*at(&x, b, t) - 0.25) * 1.7 * -0.8 + 0.1, 2e-7);
            else
                ck_assert_float_eq(*at(&y, b, t), 77);
}
END_TEST

/* sum g y, where y is x normalised by its own mean and variance, scaled and shifted. */
static double loss_of(batch *x, batch *g, int32_t samples, double scale, double shift) {
    const moments m = plain_moments(x, 0, samples);
    double loss = 0;
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < STEPS; t++)
            loss +=
                (double)*at(g, b, t) * (((double)*at(x, b, t) - m.mean) / sqrt(m.variance + EPSILON) * scale + shift);
    return loss;
}

/* In place, as batch normalisation does it; `slope` receives the gradient of the scale, then of the shift. */
static void go_back(int32_t isa, int32_t samples, const snnd_affine *by, batch *x, batch *gradient, double slope[2]) {
    const double count = (double)samples * STEPS;
    double shift = 0, scale = 0;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++) {
        const snnd_sums sums = rows_kernels(isa)->norm_sums(STEPS, snnd_lanes(samples, tile), by->mean, x->tile[tile],
                                                            gradient->tile[tile]);
        shift += sums.first;
        scale += sums.second * by->inverse_deviation;
    }
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++)
        rows_kernels(isa)->norm_backward(STEPS, snnd_lanes(samples, tile), by, shift / count,
                                         scale / count * by->inverse_deviation, x->tile[tile], gradient->tile[tile]);
    slope[0] = scale;
    slope[1] = shift;
}

static void differences_agree(int32_t isa, int32_t samples) {
    const double scale = 1.3, shift = -0.4, h = 1e-6;
    batch x = make_batch(samples, 0.3, 1000, 5), g = make_batch(samples, 0.2, 1000, 6), d = g;
    const moments m = plain_moments(&x, 0, samples);
    const snnd_affine by = {
        .mean = m.mean, .inverse_deviation = 1 / sqrt(m.variance + EPSILON), .scale = scale, .shift = shift};
    double slope[2];
    go_back(isa, samples, &by, &x, &d, slope);
    const double by_scale =
        (loss_of(&x, &g, samples, scale + h, shift) - loss_of(&x, &g, samples, scale - h, shift)) / (2 * h);
    const double by_shift =
        (loss_of(&x, &g, samples, scale, shift + h) - loss_of(&x, &g, samples, scale, shift - h)) / (2 * h);
    ck_assert_double_eq_tol(slope[0], by_scale, 1e-5);
    ck_assert_double_eq_tol(slope[1], by_shift, 1e-5);
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
}

START_TEST(gradients_are_differences_of_the_loss) {
    for (int i = 0; i < SAMPLES; i++)
        differences_agree(_i, all_samples[i]);
}
END_TEST

START_TEST(gradients_add_up_to_nothing) {
    /* Moving all inputs by the same, or away from their mean in proportion (but for epsilon), changes nothing. */
    for (int i = 0; i < SAMPLES; i++) {
        const int32_t samples = all_samples[i];
        batch x = make_batch(samples, 0.3, 1000, 7), d = make_batch(samples, 0.5, 1000, 8);
        const moments m = plain_moments(&x, 0, samples);
        const snnd_affine by = {.mean = m.mean, .inverse_deviation = 1 / sqrt(m.variance), .scale = 2};
        double slope[2], sum = 0, along = 0, size = 0;
        go_back(_i, samples, &by, &x, &d, slope);
        for (int32_t b = 0; b < samples; b++)
            for (int32_t t = 0; t < STEPS; t++) {
                sum += (double)*at(&d, b, t);
                along += (double)*at(&d, b, t) * ((double)*at(&x, b, t) - m.mean);
                size += fabs((double)*at(&d, b, t));
            }
        ck_assert_double_gt(size, 0.1);
        ck_assert_double_eq_tol(sum, 0, 1e-6 * size);
        ck_assert_double_eq_tol(along, 0, 1e-6 * size);
    }
}
END_TEST

START_TEST(lanes_without_a_sample_get_no_gradient) {
    const snnd_affine by = {.mean = 0.3, .inverse_deviation = 1.5, .scale = 2};
    for (int32_t lanes = 1; lanes <= L; lanes++) {
        batch x = make_batch(lanes, 0.3, 1000, 7), d = make_batch(lanes, 0.5, 1000, 8);
        rows_kernels(_i)->norm_backward(STEPS, lanes, &by, 0.1, 0.2, x.tile[0], d.tile[0]);
        for (int32_t k = 0; k < ROW; k++)
            ck_assert_int_eq(d.tile[0][k] != 0, k % L < lanes);
        for (int32_t k = 0; k < ROW; k++)
            ck_assert_float_eq(d.tile[1][k], 1000);
    }
}
END_TEST

/* ---- dropout and spikes ---- */

/* One neuron's values of all kinds, and a factor for each lane: some lanes are dropped. */
static void fill_values(float *x, float factor[L]) {
    static const float kinds[] = {0, -0.0f, 1, -1, FLT_TRUE_MIN, -FLT_TRUE_MIN, INFINITY, -INFINITY, NAN, 0.5f};
    for (int32_t k = 0; k < ROW; k++)
        x[k] = kinds[(int)(snnd_random_uniform(22, 0, (uint64_t)k) * (sizeof kinds / sizeof kinds[0]))];
    for (int lane = 0; lane < L; lane++)
        factor[lane] = lane % 4 == 1 ? 0 : 1.25f + (float)lane;
}

START_TEST(each_lane_is_scaled_by_its_factor) {
    batch x = make_batch(L, 0.3, 77, 9), y = make_batch(0, 0, 77, 0);
    _Alignas(64) float factor[L], unused[ROW];
    fill_values(unused, factor);
    rows_kernels(_i)->scale(STEPS, factor, x.tile[0], y.tile[0]);
    for (int32_t k = 0; k < ROW; k++)
        ck_assert_float_eq(y.tile[0][k], x.tile[0][k] * factor[k % L]);
    rows_kernels(_i)->scale(STEPS, factor, x.tile[0], x.tile[0]);
    ck_assert_mem_eq(&x, &y, sizeof x);
}
END_TEST

START_TEST(bits_are_set_where_something_is_above_0) {
    _Alignas(64) float x[ROW], factor[L];
    fill_values(x, factor);
    for (int32_t lanes = 1; lanes <= L; lanes++) {
        uint16_t bits[STEPS + 1];
        memset(bits, 0x5a, sizeof bits);
        rows_kernels(_i)->collect(STEPS, lanes, x, bits);
        for (int32_t k = 0; k < ROW; k++)
            ck_assert_int_eq(bits[k / L] >> k % L & 1, x[k] > 0 && k % L < lanes);
        ck_assert_int_eq(bits[STEPS], 0x5a5a);
    }
}
END_TEST

/* Bits of step t: none, all, and others. */
static uint16_t bits_at(int32_t t) {
    return t == 0 ? 0 : t == 1 ? UINT16_MAX : (uint16_t)(snnd_random_uniform(23, 0, (uint64_t)t) * (UINT16_MAX + 1.0));
}

START_TEST(a_set_bit_becomes_the_factor_of_its_lane) {
    _Alignas(64) float x[ROW + L], factor[L];
    uint16_t bits[STEPS];
    fill_values(x, factor);
    factor[2] = INFINITY;
    for (int32_t k = 0; k < ROW + L; k++)
        x[k] = 77;
    for (int32_t t = 0; t < STEPS; t++)
        bits[t] = bits_at(t);
    rows_kernels(_i)->expand(STEPS, bits, factor, x);
    for (int32_t k = 0; k < ROW; k++)
        ck_assert_float_eq(x[k], bits[k / L] >> k % L & 1 ? factor[k % L] : 0);
    for (int32_t k = ROW; k < ROW + L; k++)
        ck_assert_float_eq(x[k], 77);
}
END_TEST

START_TEST(spikes_are_counted_among_the_samples_alone) {
    _Alignas(64) float x[ROW];
    for (int32_t k = 0; k < ROW; k++)
        x[k] = (float)(bits_at(k / L) >> k % L & 1);
    for (int32_t lanes = 1; lanes <= L; lanes++)
        for (int32_t steps = 1; steps <= STEPS; steps++) {
            int32_t expected = 0;
            for (int32_t k = 0; k < steps * L; k++)
                expected += k % L < lanes && x[k] > 0;
            ck_assert_int_eq(rows_kernels(_i)->count(steps, lanes, x), expected);
        }
}
END_TEST

/* ---- all instruction sets ---- */

/* What all kernels make of the same rows. */
typedef struct outcome {
    _Alignas(64) float normalised[ROW], gradient[ROW], scaled[ROW], expanded[ROW];
    snnd_sums moments, to_end, sums;
    uint16_t bits[STEPS];
    int32_t count;
} outcome;

static void run_kernels(int32_t isa, int32_t lanes, uint64_t stream, outcome *o) {
    const snnd_row_kernels *kernels = rows_kernels(isa);
    batch x = make_batch(lanes, 30, 1000, stream), g = make_batch(lanes, 0.2, 1000, stream + 1);
    const snnd_affine by = {.mean = 29.7, .inverse_deviation = 1.7, .scale = -0.8, .shift = 0.1};
    _Alignas(64) float values[ROW], factor[L];
    fill_values(values, factor);
    memset(o, 0, sizeof *o);
    o->moments = kernels->moments(STEPS, lanes, x.tile[0]);
    o->to_end = kernels->moments_to_end(STEPS, ends, x.tile[0]);
    o->sums = kernels->norm_sums(STEPS, lanes, by.mean, x.tile[0], g.tile[0]);
    kernels->normalise(STEPS, &by, x.tile[0], o->normalised);
    kernels->scale(STEPS, factor, g.tile[0], o->scaled);
    kernels->norm_backward(STEPS, lanes, &by, 0.12345, 0.067, x.tile[0], g.tile[0]);
    memcpy(o->gradient, g.tile[0], sizeof o->gradient);
    kernels->collect(STEPS, lanes, values, o->bits);
    kernels->expand(STEPS, o->bits, factor, o->expanded);
    for (int32_t k = 0; k < ROW; k++)
        values[k] = o->expanded[k] > 0;
    o->count = kernels->count(STEPS, lanes, values);
}

START_TEST(rows_have_the_same_bits_in_all_instruction_sets) {
    static outcome plain, here;
    for (int32_t lanes = 1; lanes <= L; lanes++) {
        run_kernels(SNND_ISA_PLAIN, lanes, 30 + 2 * (uint64_t)lanes, &plain);
        run_kernels(_i, lanes, 30 + 2 * (uint64_t)lanes, &here);
        ck_assert_mem_eq(&here.moments, &plain.moments, sizeof here.moments);
        ck_assert_mem_eq(&here.sums, &plain.sums, sizeof here.sums);
        ck_assert_mem_eq(here.normalised, plain.normalised, sizeof here.normalised);
        ck_assert_mem_eq(here.gradient, plain.gradient, sizeof here.gradient);
        ck_assert_mem_eq(here.scaled, plain.scaled, sizeof here.scaled);
        ck_assert_mem_eq(here.expanded, plain.expanded, sizeof here.expanded);
        ck_assert_mem_eq(here.bits, plain.bits, sizeof here.bits);
        ck_assert_int_eq(here.count, plain.count);
    }
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, moments_are_those_of_the_samples_alone, isa, isa + 1);
    tcase_add_loop_test(cases, a_large_mean_does_not_swallow_the_variance, isa, isa + 1);
    tcase_add_loop_test(cases, sums_are_taken_round_the_first_value, isa, isa + 1);
    tcase_add_loop_test(cases, moments_to_the_ends_are_those_of_the_samples_own_steps, isa, isa + 1);
    tcase_add_loop_test(cases, what_lies_beyond_the_ends_becomes_zero, isa, isa + 1);
    tcase_add_loop_test(cases, a_constant_has_no_variance, isa, isa + 1);
    tcase_add_loop_test(cases, sums_of_a_gradient_are_those_of_the_samples_alone, isa, isa + 1);
    tcase_add_loop_test(cases, what_comes_out_is_the_formula, isa, isa + 1);
    tcase_add_loop_test(cases, gradients_are_differences_of_the_loss, isa, isa + 1);
    tcase_add_loop_test(cases, gradients_add_up_to_nothing, isa, isa + 1);
    tcase_add_loop_test(cases, lanes_without_a_sample_get_no_gradient, isa, isa + 1);
    tcase_add_loop_test(cases, each_lane_is_scaled_by_its_factor, isa, isa + 1);
    tcase_add_loop_test(cases, bits_are_set_where_something_is_above_0, isa, isa + 1);
    tcase_add_loop_test(cases, a_set_bit_becomes_the_factor_of_its_lane, isa, isa + 1);
    tcase_add_loop_test(cases, spikes_are_counted_among_the_samples_alone, isa, isa + 1);
    tcase_add_loop_test(cases, rows_have_the_same_bits_in_all_instruction_sets, isa, isa + 1);
}

Suite *rows_suite(void) {
    Suite *suite = suite_create("rows");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
