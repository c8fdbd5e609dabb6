/* Profiles of 16 synapses at a time and what is made of their taps, by every instruction set, against the formulas. */
#include <math.h>
#include <string.h>

#include "isa.h"
#include "kernel/activity.h"
#include "numbers.h"

Suite *shares_suite(void);

enum { L = SNND_LANES, TAPS = 25 };

/* The last ones lie outside of all taps. */
static const float positions[L] = {0,      0.25f, -0.5f, 0.5f,  1.7f,   -3.3f, 11.9f,  -11.9f,
                                   12.25f, -12,   5,     -7.5f, 13.75f, 14.5f, -13.1f, -15};

static const snnd_shape shapes[] = {
    {TAPS, true, 0.5, INFINITY}, {TAPS, true, 2.77, 7.3},    {TAPS, true, 12.27, INFINITY},
    {TAPS, false, 1.23, 1.23},   {TAPS, false, 7, INFINITY},
};

/* Windows of all taps, and of some. */
static void make_windows(int width, snnd_windows *made) {
    for (int lane = 0; lane < L; lane++) {
        const double nearest = rint((double)positions[lane] + TAPS / 2), low = nearest - width / 2;
        made->position[lane] = positions[lane];
        made->first[lane] = (float)fmin(fmax(low, 0), TAPS - 1);
        made->end[lane] = (float)fmin(fmax(low + width, 1), TAPS);
    }
}

static double weight_of(const snnd_shape *shape, const snnd_windows *windows, int lane, int n) {
    const double offset = n - ((double)windows->position[lane] + TAPS / 2);
    const double centre = n - offset, nearest = fmin(fmax(rint(centre), 0), TAPS - 1), away = nearest - centre;
    if (n < (int)windows->first[lane] || n >= (int)windows->end[lane] ||
        offset * offset > shape->reach * shape->reach + away * away)
        return 0;
    return shape->gauss ? exp(-0.5 * (offset / shape->spread) * (offset / shape->spread))
                        : fmax(0, shape->spread - fabs(offset));
}

static double share_of(const snnd_shape *shape, const snnd_windows *windows, int lane, int n) {
    double sum = 1e-7;
    for (int m = 0; m < shape->taps; m++)
        sum += weight_of(shape, windows, lane, m);
    return weight_of(shape, windows, lane, n) / sum;
}

static double slope_of(const snnd_shape *shape, const snnd_windows *windows, int lane, int n) {
    double sum = 1e-7, along = 0, own = 0;
    for (int m = 0; m < shape->taps; m++) {
        const double weight = weight_of(shape, windows, lane, m);
        const double offset = m - ((double)windows->position[lane] + TAPS / 2);
        const double derivative = shape->gauss ? weight * offset / (shape->spread * shape->spread)
                                  : weight > 0 ? (double)((offset > 0) - (offset < 0))
                                               : 0;
        sum += weight;
        along += derivative;
        own = m == n ? derivative : own;
    }
    return (own - share_of(shape, windows, lane, n) * along) / sum;
}

START_TEST(shares_and_slopes_are_those_of_the_formulas) {
    const snnd_share_kernels *kernels = kernels_of(_i)->shares;
    float *share = make_row(TAPS * L, 2), *slope = make_row(TAPS * L, 3);
    for (int s = 0; s < LENGTH(shapes); s++)
        for (int width = 3; width <= 2 * TAPS; width *= 2) {
            snnd_windows windows;
            make_windows(width, &windows);
            kernels->shares(&shapes[s], &windows, share, slope);
            for (int n = 0; n < TAPS; n++)
                for (int lane = 0; lane < L; lane++) {
                    const double wanted = share_of(&shapes[s], &windows, lane, n);
                    const double change = slope_of(&shapes[s], &windows, lane, n);
                    HOLDS(fabs((double)share[n * L + lane] - wanted) <= 2e-7 * wanted + 1e-37,
                          "shape %d, %d taps: share %d in lane %d is %.9g, not %.9g", s, width, n, lane,
                          (double)share[n * L + lane], wanted);
                    HOLDS(fabs((double)slope[n * L + lane] - change) <= 1e-6,
                          "shape %d, %d taps: slope %d in lane %d is %.9g, not %.9g", s, width, n, lane,
                          (double)slope[n * L + lane], change);
                }
        }
    free(share);
    free(slope);
}
END_TEST

START_TEST(positions_that_are_no_numbers_show) {
    const snnd_share_kernels *kernels = kernels_of(_i)->shares;
    float *share = make_row(TAPS * L, 2);
    snnd_windows windows;
    make_windows(2 * TAPS, &windows);
    windows.position[3] = NAN;
    kernels->shares(&shapes[1], &windows, share, NULL);
    for (int n = 0; n < TAPS; n++)
        ck_assert(isnan(share[n * L + 3]) && isfinite(share[n * L + 2]));
    free(share);
}
END_TEST

/* Of TAPS lags the first REACH; the others are neither read nor written. */
START_TEST(taps_meet_the_lags_of_their_delays) {
    enum { REACH = 20 };
    const snnd_share_kernels *kernels = kernels_of(_i)->shares;
    const snnd_shape *shape = &shapes[1];
    float *weight = make_row(L, 1), *share = make_row(TAPS * L, 2), *lags = make_row(TAPS * L, 3),
          *was = make_row(TAPS * L, 3);
    _Alignas(64) double sum[L];
    for (int reach = 1; reach <= TAPS; reach += reach == 1 ? REACH - 1 : TAPS - REACH) {
        memcpy(lags, was, TAPS * L * sizeof *lags);
        kernels->spread(shape, reach, weight, share, lags);
        kernels->gather(shape, reach, was, share, sum);
        for (int lane = 0; lane < L; lane++) {
            double total = 0;
            for (int lag = 0; lag < TAPS; lag++) {
                const double of_tap = (double)share[(TAPS - 1 - lag) * L + lane], before = (double)was[lag * L + lane];
                const double wanted = before + (lag < reach ? (double)weight[lane] * of_tap : 0);
                total += lag < reach ? before * of_tap : 0;
                HOLDS(fabs((double)lags[lag * L + lane] - wanted) <= 1e-6, "lag %d of %d is %.9g, not %.9g", lag, reach,
                      (double)lags[lag * L + lane], wanted);
            }
            HOLDS(fabs(sum[lane] - total) <= 1e-12, "the sum over %d lags is %.12g, not %.12g", reach, sum[lane],
                  total);
        }
    }
    free(weight);
    free(share);
    free(lags);
    free(was);
}
END_TEST

START_TEST(lags_that_are_rounding_become_zero) {
    enum { COUNT = 9, REACH = 6 };
    const snnd_share_kernels *kernels = kernels_of(_i)->shares;
    float *lags = make_row(COUNT * L, 1);
    for (int n = 0; n < COUNT; n++)
        for (int lane = 0; lane < L; lane++)
            lags[n * L + lane] = n == 7 ? -1000 : n % 2 ? 9.9e-4f : -1.1e-3f;
    lags[7 * L + 5] = NAN;
    kernels->drop(COUNT, REACH, 1e-6f, lags);
    for (int n = 0; n < COUNT; n++) {
        const float kept = n % 2 ? 9.9e-4f : -1.1e-3f, first = n < REACH && n % 2 ? 0 : kept;
        ck_assert(lags[n * L] == (n == 7 ? -1000 : first));
        ck_assert(n == 7 || lags[n * L + 5] == kept);
    }
    free(lags);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, shares_and_slopes_are_those_of_the_formulas, isa, isa + 1);
    tcase_add_loop_test(cases, positions_that_are_no_numbers_show, isa, isa + 1);
    tcase_add_loop_test(cases, taps_meet_the_lags_of_their_delays, isa, isa + 1);
    tcase_add_loop_test(cases, lags_that_are_rounding_become_zero, isa, isa + 1);
}

Suite *shares_suite(void) {
    Suite *suite = suite_create("shares");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
