/* Neurons with adaptation, in every instruction set of this machine, against the equations of one sample in double
 * precision. What a layer of them makes of it is in tests/model/adaptive_lif.c. */
#include "kernel/adaptive.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "isa.h"
#include "kernel/activity.h"
#include "support.h"

Suite *adaptive_suite(void);

enum { L = SNND_LANES, T = 50, MOST = 9, STRIDE = (T + 1) * L, CELLS = MOST * STRIDE };

static double noise(uint64_t stream, uint64_t index) {
    return 2 * snnd_random_uniform(12, stream, index) - 1;
}

/* Neurons with parameters of their own, and what the kernels make of them. */
typedef struct bed {
    float membrane[MOST], adaptation[MOST], subthreshold[MOST], spike[MOST];
    _Alignas(64) float current[CELLS], potential[CELLS], slow[CELLS], spikes[CELLS], gradient[CELLS], lost[L];
    double sums[MOST][SNND_ADAPTIVE_PARAMETERS];
} bed;

static void fill(bed *b) {
    memset(b, 0, sizeof *b);
    for (uint64_t n = 0; n < MOST; n++) {
        b->membrane[n] = (float)(0.89 + 0.07 * noise(1, n));
        b->adaptation[n] = (float)(0.98 + 0.01 * noise(2, n));
        b->subthreshold[n] = (float)(0.4 + 0.5 * noise(3, n));
        b->spike[n] = (float)(1 + noise(4, n));
    }
    for (int k = 0; k < CELLS; k++) {
        b->current[k] = (float)(1.5 + 3 * noise(5, (uint64_t)k));
        b->gradient[k] = (float)noise(6, (uint64_t)k);
    }
}

static int32_t surrogate = SNND_SURROGATE_ARCTAN;

static snnd_adaptive constants_from(const bed *b, int32_t n, int32_t detach) {
    return (snnd_adaptive){.threshold = 0.4f,
                           .alpha = 3,
                           .surrogate = surrogate,
                           .detach_reset = detach,
                           .membrane = b->membrane + n,
                           .adaptation = b->adaptation + n,
                           .subthreshold = b->subthreshold + n,
                           .spike = b->spike + n};
}

static snnd_rows rows_at(float *data, int32_t n) {
    return (snnd_rows){data + (size_t)n * STRIDE, STRIDE};
}

/* `count` neurons at once, from number `from` on, with all lanes in the sums. */
static void run(int32_t isa, bed *b, int32_t from, int32_t count, int32_t detach) {
    const snnd_adaptive_kernels *kernels = kernels_of(isa)->adaptive;
    const snnd_adaptive by = constants_from(b, from, detach);
    const snnd_extent extent = {count, T};
    kernels->forward(&by, extent, rows_at(b->current, from), rows_at(b->potential, from), rows_at(b->slow, from),
                     rows_at(b->spikes, from), b->lost);
    kernels->backward(&by, extent, L, rows_at(b->current, from), rows_at(b->potential, from), rows_at(b->slow, from),
                      rows_at(b->gradient, from), b->sums[from]);
}

/* ---- the recursion ---- */

/* ds/dx of the surrogate at steepness 3. */
static double slope_at(double x) {
    const double y = 3 * fabs(x), q = 1 / (1 + exp(-y));
    switch (surrogate) {
    case SNND_SURROGATE_FAST_SIGMOID:
        return 1 / ((1 + y) * (1 + y));
    case SNND_SURROGATE_SIGMOID:
        return 3 * q * (1 - q);
    case SNND_SURROGATE_TRIANGLE:
        return fmax(0, 1 - y);
    case SNND_SURROGATE_RECTANGLE:
        return y < 0.5 ? 3 : 0;
    default:
        return 1.5 / (1 + pow(acos(-1) / 2 * y, 2));
    }
}

/* d(sum g s) by a parameter, or by the current at a step, carried forwards in time. Rows of the bed begin at the
 * neuron and lane. */
typedef struct one {
    double u[T], w[T], s[T], slope;
} one;

static one recursion(const bed *b, int32_t n, int lane, const float *g, int32_t detach, int by, int32_t at) {
    const double A = (double)b->membrane[n], B = (double)b->adaptation[n], a = (double)b->subthreshold[n];
    const double jump = (double)b->spike[n], threshold = (double)0.4f;
    one made = {.slope = 0};
    double u = 0, w = 0, s = 0, du = 0, dw = 0, ds = 0;
    for (int32_t t = 0; t < T; t++) {
        const size_t k = (size_t)n * STRIDE + (size_t)(t * L + lane);
        const double h = (double)b->current[k];
        const double next = B * w + a * u + jump * s;
        dw = B * dw + (by == 1 ? w : 0) + a * du + (by == 2 ? u : 0) + jump * ds + (by == 3 ? s : 0);
        w = next;
        du = A * (du - (detach ? 0 : threshold * ds)) + (by == 0 ? u - threshold * s - (h - w) : 0) +
             (1 - A) * ((t == at) - dw);
        u = A * (u - threshold * s) + (1 - A) * (h - w);
        s = u > threshold;
        ds = slope_at(u - threshold) * du;
        made.u[t] = u, made.w[t] = w, made.s[t] = s;
        made.slope += (double)g[k] * ds;
    }
    return made;
}

START_TEST(numbers_are_those_of_the_recursion) {
    static bed b;
    fill(&b);
    run(_i, &b, 0, MOST, 0);
    int fired = 0;
    for (int32_t n = 0; n < MOST; n++)
        for (int lane = 0; lane < L; lane++) {
            const one expected = recursion(&b, n, lane, b.gradient, 0, -1, -1);
            for (int32_t t = 0; t < T; t++) {
                const size_t k = (size_t)n * STRIDE + (size_t)(t * L + lane);
                ck_assert_double_gt(fabs(expected.u[t] - (double)0.4f), 1e-6); /* so that rounding decides nothing */
                ck_assert_double_eq_tol((double)b.potential[k], expected.u[t], 1e-5);
                ck_assert_double_eq_tol((double)b.slow[k], expected.w[t], 1e-4);
                ck_assert_double_eq((double)b.spikes[k], expected.s[t]);
                fired += expected.s[t] > 0;
            }
        }
    ck_assert_int_gt(fired, 500);
    for (int lane = 0; lane < L; lane++)
        ck_assert_float_eq(b.lost[lane], 0);
}
END_TEST

START_TEST(gradients_are_derivatives) {
    static bed b, given;
    for (int32_t way = 0; way < 10; way++) {
        const int32_t detach = way % 2;
        surrogate = SNND_SURROGATE_ARCTAN + way / 2;
        fill(&b);
        fill(&given);
        run(_i, &b, 0, MOST, detach);
        for (int32_t n = 0; n < MOST; n += 4) {
            for (int by = 0; by < SNND_ADAPTIVE_PARAMETERS; by++) {
                double expected = 0, size = 1;
                for (int lane = 0; lane < L; lane++) {
                    const double slope = recursion(&given, n, lane, given.gradient, detach, by, -1).slope;
                    expected += slope;
                    size += fabs(slope);
                }
                ck_assert_double_eq_tol(b.sums[n][by], expected, 1e-4 * size);
            }
            for (int lane = 0; lane < L; lane += 5)
                for (int32_t t = 0; t < T; t++)
                    ck_assert_double_eq_tol((double)b.gradient[(size_t)n * STRIDE + (size_t)(t * L + lane)],
                                            recursion(&given, n, lane, given.gradient, detach, -1, t).slope, 1e-4);
        }
    }
    surrogate = SNND_SURROGATE_ARCTAN;
}
END_TEST

START_TEST(sums_are_of_the_lanes_that_are_samples) {
    static bed some, all;
    fill(&some);
    fill(&all);
    run(_i, &all, 0, 3, 0);
    const snnd_adaptive by = constants_from(&some, 0, 0);
    for (int32_t k = 0; k < CELLS; k++) /* lanes without samples have no gradient */
        if (k % L >= 5)
            some.gradient[k] = 0;
    memcpy(some.potential, all.potential, sizeof all.potential);
    memcpy(some.slow, all.slow, sizeof all.slow);
    double part[3][SNND_ADAPTIVE_PARAMETERS];
    const snnd_rows none = {0}, h = rows_at(some.current, 0), u = rows_at(some.potential, 0);
    kernels_of(_i)->adaptive->backward(&by, (snnd_extent){3, T}, 5, h, u, rows_at(some.slow, 0),
                                       rows_at(some.gradient, 0), part[0]);
    fill(&some);
    memcpy(some.potential, all.potential, sizeof all.potential);
    memcpy(some.slow, all.slow, sizeof all.slow);
    kernels_of(_i)->adaptive->backward(&by, (snnd_extent){3, T}, 5, h, u, rows_at(some.slow, 0),
                                       rows_at(some.gradient, 0), some.sums[0]);
    ck_assert_mem_eq(part, some.sums, sizeof part);
    ck_assert_mem_ne(part, all.sums, sizeof part);
    kernels_of(_i)->adaptive->forward(&by, (snnd_extent){3, T}, h, u, none, none, NULL); /* potentials alone */
    ck_assert_mem_eq(some.potential, all.potential, 3 * STRIDE * sizeof(float));
    kernels_of(_i)->adaptive->forward(&by, (snnd_extent){3, T}, h, none, none, rows_at(some.spikes, 0), some.lost);
    ck_assert_mem_eq(some.spikes, all.spikes, 3 * STRIDE * sizeof(float));
}
END_TEST

START_TEST(a_number_that_is_not_finite_is_told_of_its_lane) {
    static const float wrong[] = {INFINITY, -INFINITY, NAN, 3e38f};
    static bed b;
    for (int w = 0; w < 4; w++)
        for (int32_t t = 0; t < T; t += 7)
            for (int32_t n = 0; n < MOST; n++) {
                fill(&b);
                b.subthreshold[n] = -20; /* so that what is large grows */
                b.current[n * STRIDE + t * L + 3] = wrong[w];
                run(_i, &b, 0, MOST, 0);
                for (int lane = 0; lane < L; lane++)
                    ck_assert_msg(lane == 3 || b.lost[lane] == 0, "lane %d is lost", lane);
                ck_assert(isnan(b.lost[3]) == !isfinite(b.potential[n * STRIDE + (T - 1) * L + 3]));
                ck_assert(w == 3 || isnan(b.lost[3]));
            }
}
END_TEST

START_TEST(a_step_has_the_bits_of_rows) {
    static bed b;
    float u[MOST] = {0}, w[MOST] = {0}, current[MOST], spikes[MOST];
    fill(&b);
    run(_i, &b, 0, MOST, 0);
    const snnd_adaptive by = constants_from(&b, 0, 0);
    for (int32_t t = 0; t < T; t++) {
        for (int32_t n = 0; n < MOST; n++)
            current[n] = b.current[n * STRIDE + t * L + 7];
        kernels_of(_i)->adaptive->step(&by, MOST, current, u, w, spikes);
        for (int32_t n = 0; n < MOST; n++) {
            const size_t k = (size_t)n * STRIDE + (size_t)(t * L + 7);
            ck_assert_mem_eq(&u[n], &b.potential[k], sizeof u[n]);
            ck_assert_mem_eq(&w[n], &b.slow[k], sizeof w[n]);
            ck_assert_float_eq(spikes[n], b.spikes[k]);
        }
    }
}
END_TEST

START_TEST(neurons_at_once_are_each_as_alone_and_as_in_the_plain_set) {
    static bed at_once, alone, plain;
    for (int32_t neurons = 1; neurons <= MOST; neurons++) {
        fill(&at_once);
        fill(&alone);
        fill(&plain);
        run(_i, &at_once, 0, neurons, 0);
        run(SNND_ISA_PLAIN, &plain, 0, neurons, 0);
        for (int32_t n = 0; n < neurons; n++)
            run(_i, &alone, n, 1, 0);
        ck_assert_msg(memcmp(&at_once, &alone, sizeof alone) == 0, "%d neurons differ", neurons);
        ck_assert_msg(memcmp(&at_once, &plain, sizeof plain) == 0, "%d neurons differ from the plain set's", neurons);
    }
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, numbers_are_those_of_the_recursion, isa, isa + 1);
    tcase_add_loop_test(cases, gradients_are_derivatives, isa, isa + 1);
    tcase_add_loop_test(cases, sums_are_of_the_lanes_that_are_samples, isa, isa + 1);
    tcase_add_loop_test(cases, a_number_that_is_not_finite_is_told_of_its_lane, isa, isa + 1);
    tcase_add_loop_test(cases, a_step_has_the_bits_of_rows, isa, isa + 1);
    tcase_add_loop_test(cases, neurons_at_once_are_each_as_alone_and_as_in_the_plain_set, isa, isa + 1);
}

Suite *adaptive_suite(void) {
    Suite *suite = suite_create("adaptive");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
