/* Profiles of delayed synapses, against a direct evaluation of their equations over all taps in double precision. */
#include "delay/profile.h"

#include <check.h>
#include <float.h>
#include <math.h>

#include "support.h"

Suite *profile_suite(void);

enum { MOST_TAPS = 1023 };

/* ---- the equations ---- */

static double reference_weight(const snnd_profile *shape, double centre, int32_t n) {
    const double away = n - centre;
    if (shape->kind == SNND_PROFILE_GAUSS)
        return exp(-(away / shape->spread) * (away / shape->spread) / 2);
    return shape->spread > fabs(away) ? shape->spread - fabs(away) : 0;
}

static void reference_share(const snnd_profile *shape, double centre, double *share) {
    double sum = 0;
    for (int32_t n = 0; n < shape->taps; n++)
        sum += share[n] = reference_weight(shape, centre, n);
    for (int32_t n = 0; n < shape->taps; n++)
        share[n] /= sum + 1e-7;
}

/* d share / d centre by central differences of fourth order. */
static void reference_slope(const snnd_profile *shape, double centre, double step, double *slope) {
    static double near_up[MOST_TAPS], near_down[MOST_TAPS], far_up[MOST_TAPS], far_down[MOST_TAPS];
    reference_share(shape, centre + step, near_up);
    reference_share(shape, centre - step, near_down);
    reference_share(shape, centre + 2 * step, far_up);
    reference_share(shape, centre - 2 * step, far_down);
    for (int32_t n = 0; n < shape->taps; n++)
        slope[n] = (8 * (near_up[n] - near_down[n]) - (far_up[n] - far_down[n])) / (12 * step);
}

/* Half to even, not by way of the rounding mode. */
static double half_to_even(double x) {
    const double below = floor(x), part = x - below;
    if (part != 0.5)
        return part < 0.5 ? below : below + 1;
    return fmod(below, 2) == 0 ? below : below + 1;
}

/* ---- what is tried ---- */

static const int32_t all_taps[] = {1, 3, 5, 25, 101, MOST_TAPS};
static const double sigmas[] = {0, 0.05, 0.23, 1, 2.72, 3.3, 12, 12.001, 511, 1e6};

enum { TAPS = sizeof all_taps / sizeof all_taps[0], SIGMAS = sizeof sigmas / sizeof sigmas[0], SHAPES = 2 * SIGMAS };

/* Shape `index` of SHAPES, with `taps`. */
static snnd_profile shape_of(int index, int32_t taps) {
    const bool gauss = index % 2 == 0;
    return (snnd_profile){.taps = taps,
                          .kind = gauss ? SNND_PROFILE_GAUSS : SNND_PROFILE_MAX,
                          .spread = sigmas[index / 2] + (gauss ? 0.27 : 1)};
}

/* Positions inside, at the borders, outside, and far outside; whole ones, halves and odd ones. -1 beyond the last. */
static bool position_of(int index, int32_t taps, float *position) {
    enum { STEPS = 61 };
    const float half = (float)(taps / 2);
    const float others[] = {-half,
                            half,
                            nextafterf(half, INFINITY),
                            nextafterf(-half, -INFINITY),
                            half + 0.5f,
                            -half - 0.5f,
                            half - 0.5f,
                            half + 3,
                            -half - 40,
                            half + 1000,
                            -1e6f,
                            1e30f,
                            -FLT_MAX,
                            0,
                            -0.0f,
                            0.5f,
                            -0.5f,
                            FLT_MIN};
    const int count = sizeof others / sizeof others[0];
    if (index >= STEPS + count)
        return false;
    *position = index < STEPS ? -half - 2 + (2 * half + 4) * (float)index / (STEPS - 1) : others[index - STEPS];
    return true;
}

/* Whether tap n is among those that were given. */
static bool is_given(int32_t n, int32_t first, int32_t count) {
    return n >= first && n < first + count;
}

/* The sum of what taps have that were not given. */
static double missing(const double *of_taps, int32_t taps, int32_t first, int32_t count) {
    double sum = 0;
    for (int32_t n = 0; n < taps; n++)
        if (!is_given(n, first, count))
            sum += of_taps[n];
    return sum;
}

/* ---- shares ---- */

static void shares_agree(const snnd_profile *shape, float position) {
    static double expected[MOST_TAPS];
    static float share[MOST_TAPS];
    const double centre = (double)position + shape->taps / 2;
    int32_t first = -1;
    const int32_t count = snnd_profile_taps(shape, position, &first, share, NULL);
    reference_share(shape, centre, expected);
    ck_assert_int_ge(count, 1);
    ck_assert_int_le(count, snnd_profile_width(shape));
    ck_assert_int_ge(first, 0);
    ck_assert_int_le(first + count, shape->taps);
    double largest = 0;
    const double limit = shape->kind == SNND_PROFILE_GAUSS ? 0x1p-24 : 0;
    const double more = 1 / (1 - missing(expected, shape->taps, first, count)); /* the others have what is left out */
    for (int32_t n = 0; n < shape->taps; n++)
        largest = fmax(largest, expected[n]);
    for (int32_t n = 0; n < shape->taps; n++) {
        if (!is_given(n, first, count)) {
            ck_assert_msg(expected[n] <= limit * largest * (1 + 1e-6),
                          "%d taps, kind %d, spread %g, position %g: tap %d has %g", shape->taps, shape->kind,
                          shape->spread, (double)position, n, expected[n]);
            continue;
        }
        const double got = (double)share[n - first];
        ck_assert_msg(fabs(got - more * expected[n]) <= 1e-7 * expected[n] + 1e-40,
                      "%d taps, kind %d, spread %g, position %g: share %d is %.9g; expected %.9g", shape->taps,
                      shape->kind, shape->spread, (double)position, n, got, more * expected[n]);
    }
}

START_TEST(shares_are_those_of_the_equations) {
    float position;
    for (int t = 0; t < TAPS; t++)
        for (int i = 0; position_of(i, all_taps[t], &position); i++) {
            const snnd_profile shape = shape_of(_i, all_taps[t]);
            shares_agree(&shape, position);
        }
}
END_TEST

START_TEST(shares_in_range_add_up_to_one) {
    float share[MOST_TAPS];
    for (int t = 0; t < TAPS; t++) {
        const snnd_profile shape = shape_of(_i, all_taps[t]);
        const float half = (float)(all_taps[t] / 2);
        for (float position = -half; position <= half; position += 0.37f + half / 50) {
            int32_t first;
            const int32_t count = snnd_profile_taps(&shape, position, &first, share, NULL);
            double sum = 0;
            for (int32_t n = 0; n < count; n++)
                sum += (double)share[n];
            /* Less the 1e-7 of the normaliser, which weighs most where the profile is narrow and between two taps. */
            ck_assert_double_eq_tol(sum, 1, 2e-6);
        }
    }
}
END_TEST

START_TEST(the_profile_is_a_mirror_image_at_the_opposite_position) {
    float right[MOST_TAPS], left[MOST_TAPS];
    for (int t = 0; t < TAPS; t++) {
        const snnd_profile shape = shape_of(_i, all_taps[t]);
        const int32_t last = all_taps[t] - 1;
        const float half = (float)(all_taps[t] / 2);
        for (float position = 0.125f; position <= half; position += 0.75f + half / 50) {
            int32_t first, mirrored;
            const int32_t count = snnd_profile_taps(&shape, position, &first, right, NULL);
            ck_assert_int_eq(snnd_profile_taps(&shape, -position, &mirrored, left, NULL), count);
            for (int32_t n = 0; n <= last; n++) /* a tap that only one of them has is negligible */
                ck_assert_float_eq_tol(is_given(last - n, mirrored, count) ? left[last - n - mirrored] : 0,
                                       is_given(n, first, count) ? right[n - first] : 0, 1e-7f);
        }
    }
}
END_TEST

START_TEST(a_later_position_is_a_shorter_delay) {
    const snnd_profile shape = {.taps = 25, .kind = SNND_PROFILE_GAUSS, .spread = 0.5};
    double last = -1;
    for (float position = -12; position <= 12; position += 0.5f) {
        float share[25];
        int32_t first;
        const int32_t count = snnd_profile_taps(&shape, position, &first, share, NULL);
        double mean = 0;
        for (int32_t n = 0; n < count; n++)
            mean += (double)share[n] * (first + n);
        ck_assert_double_gt(mean, last);
        last = mean;
    }
}
END_TEST

/* ---- slopes ---- */

/* Whether a kink of the triangle is so close that a difference across it means nothing, or a foot so close that the
 * share, which is nearly 1 until the weight nears the 1e-7 of the normaliser, bends too much. */
static bool is_kink(const snnd_profile *shape, double centre, double step) {
    for (int32_t n = 0; n < shape->taps && shape->kind == SNND_PROFILE_MAX; n++)
        if (fabs(n - centre) < 3 * step || fabs(fabs(n - centre) - shape->spread) < 100 * step)
            return true;
    return false;
}

START_TEST(slopes_are_derivatives_of_shares) {
    static double expected[MOST_TAPS];
    static float share[MOST_TAPS], slope[MOST_TAPS];
    int compared = 0;
    for (int t = 0; t < TAPS; t++) {
        const snnd_profile shape = shape_of(_i, all_taps[t]);
        const double step = shape.kind == SNND_PROFILE_GAUSS ? 1e-3 * fmin(shape.spread, 10) : 1e-4;
        const float half = (float)(all_taps[t] / 2);
        for (float position = -half - 2.13f; position <= half + 2.13f; position += 0.41f + half / 50) {
            const double centre = (double)position + shape.taps / 2;
            if (is_kink(&shape, centre, step))
                continue;
            int32_t first;
            const int32_t count = snnd_profile_taps(&shape, position, &first, share, slope);
            reference_slope(&shape, centre, step, expected);
            double largest = 0, shares = 0;
            for (int32_t n = 0; n < shape.taps; n++)
                largest = fmax(largest, fabs(expected[n]));
            for (int32_t n = 0; n < count; n++)
                shares = fmax(shares, (double)share[n]);
            /* Allowing for the rounding of the differences themselves; the others have what is left out. */
            const double left_out = missing(expected, shape.taps, first, count);
            for (int32_t n = 0; n < count; n++)
                ck_assert_msg(fabs((double)slope[n] - expected[first + n] - (double)share[n] * left_out) <=
                                  1e-6 * largest + 1e-12 * shares / step,
                              "%d taps, kind %d, spread %g, position %g: slope %d is %.9g; expected %.9g", shape.taps,
                              shape.kind, shape.spread, (double)position, first + n, (double)slope[n],
                              expected[first + n]);
            compared++;
        }
    }
    ck_assert_int_gt(compared, 100);
}
END_TEST

START_TEST(shares_are_the_same_with_and_without_slopes) {
    static float with[MOST_TAPS], without[MOST_TAPS], slope[MOST_TAPS];
    for (int t = 0; t < TAPS; t++) {
        const snnd_profile shape = shape_of(_i, all_taps[t]);
        int32_t first, other;
        const int32_t count = snnd_profile_taps(&shape, 0.3f, &first, with, slope);
        ck_assert_int_eq(snnd_profile_taps(&shape, 0.3f, &other, without, NULL), count);
        ck_assert_int_eq(first, other);
        ck_assert_mem_eq(with, without, (size_t)count * sizeof with[0]);
    }
}
END_TEST

/* ---- how many taps ---- */

/* Tables have rows of snnd_profile_width: nothing may be written beyond, wherever the centre is. */
START_TEST(no_position_needs_more_taps_than_the_width) {
    static float share[MOST_TAPS + 1];
    for (int taps = 1; taps <= 41; taps += 8)
        for (double spread = 0.27; spread < 8; spread += 0.0613) {
            const snnd_profile shape = {
                .taps = taps, .kind = _i == 0 ? SNND_PROFILE_GAUSS : SNND_PROFILE_MAX, .spread = spread};
            const int32_t width = snnd_profile_width(&shape);
            ck_assert_int_ge(width, 1);
            ck_assert_int_le(width, taps);
            for (float position = -25; position <= 25; position += 0.1977f) {
                int32_t first;
                share[width] = 77;
                ck_assert_int_le(snnd_profile_taps(&shape, position, &first, share, NULL), width);
                ck_assert_float_eq(share[width], 77);
            }
        }
}
END_TEST

START_TEST(short_profiles_all_have_the_same_number_of_taps) {
    static float share[MOST_TAPS];
    int uniform_ones = 0;
    for (int t = 0; t < TAPS; t++)
        for (int whole = 0; whole <= 1; whole++) {
            snnd_profile shape = shape_of(_i, all_taps[t]);
            shape.whole = whole;
            const int32_t uniform = snnd_profile_uniform(&shape);
            float position;
            int32_t first;
            for (int i = 0; uniform > 0 && position_of(i, all_taps[t], &position); i++)
                ck_assert_int_eq(snnd_profile_taps(&shape, position, &first, share, NULL), uniform);
            uniform_ones += uniform > 0;
        }
    ck_assert_int_gt(uniform_ones, 0);
}
END_TEST

START_TEST(a_narrow_profile_has_few_taps) {
    const snnd_profile gauss = {.taps = 25, .kind = SNND_PROFILE_GAUSS, .spread = 0.5};
    const snnd_profile triangle = {.taps = 25, .kind = SNND_PROFILE_MAX, .spread = 1};
    ck_assert_int_lt(snnd_profile_width(&gauss), 12);
    ck_assert_int_lt(snnd_profile_width(&triangle), 6);
}
END_TEST

START_TEST(a_wide_profile_has_all_taps) {
    const snnd_profile gauss = {.taps = 25, .kind = SNND_PROFILE_GAUSS, .spread = 12.27};
    float share[25];
    int32_t first;
    ck_assert_int_eq(snnd_profile_width(&gauss), 25);
    ck_assert_int_eq(snnd_profile_taps(&gauss, 0, &first, share, NULL), 25);
    ck_assert_int_eq(first, 0);
}
END_TEST

/* ---- whole positions ---- */

START_TEST(halves_are_rounded_to_even) {
    for (float position = -6; position <= 6; position += 0.25f)
        ck_assert_float_eq(snnd_whole_position(position, 25), (float)half_to_even((double)position));
    ck_assert_float_eq(snnd_whole_position(0.5f, 25), 0);
    ck_assert_float_eq(snnd_whole_position(1.5f, 25), 2);
    ck_assert_float_eq(snnd_whole_position(2.5f, 25), 2);
    ck_assert_float_eq(snnd_whole_position(-1.5f, 25), -2);
    ck_assert_float_eq(snnd_whole_position(nextafterf(2.5f, 3), 25), 3);
}
END_TEST

START_TEST(whole_positions_stay_in_range) {
    ck_assert_float_eq(snnd_whole_position(12.5f, 25), 12);
    ck_assert_float_eq(snnd_whole_position(12.6f, 25), 12);
    ck_assert_float_eq(snnd_whole_position(-13, 25), -12);
    ck_assert_float_eq(snnd_whole_position(1e30f, 25), 12);
    ck_assert_float_eq(snnd_whole_position(-1e30f, 25), -12);
    ck_assert_float_eq(snnd_whole_position(0.9f, 1), 0);
}
END_TEST

START_TEST(a_whole_profile_is_one_tap) {
    for (int t = 0; t < TAPS; t++) {
        const int32_t half = all_taps[t] / 2;
        const snnd_profile shape = {.taps = all_taps[t], .kind = SNND_PROFILE_MAX, .spread = 1, .whole = 1};
        float position;
        for (int i = 0; position_of(i, all_taps[t], &position); i++) {
            float share[4];
            int32_t first;
            const int32_t count = snnd_profile_taps(&shape, position, &first, share, NULL);
            const double whole = fmin(fmax(half_to_even((double)position), -half), half);
            ck_assert_int_le(count, snnd_profile_width(&shape));
            for (int32_t n = 0; n < count; n++)
                ck_assert_float_eq(share[n], first + n == half + (int32_t)whole ? (float)(1 / (1 + 1e-7)) : 0.0f);
            ck_assert_int_le(first, half + (int32_t)whole);
            ck_assert_int_gt(first + count, half + (int32_t)whole);
        }
    }
}
END_TEST

/* ---- what is not a number ---- */

START_TEST(a_position_that_is_not_a_number_shows) {
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int b = 0; b < 3; b++)
        for (int whole = 0; whole <= 1; whole++) {
            snnd_profile shape = shape_of(_i, 25);
            shape.whole = whole;
            float share[25] = {0}, slope[25] = {0};
            int32_t first = -1;
            const int32_t count = snnd_profile_taps(&shape, bad[b], &first, share, slope);
            ck_assert_int_ge(count, 1);
            ck_assert_int_ge(first, 0);
            ck_assert_int_le(first + count, 25);
            ck_assert_float_nan(share[0]);
            ck_assert_float_nan(slope[0]);
            ck_assert_int_ge(snnd_profile_taps(&shape, bad[b], &first, share, NULL), 1);
        }
}
END_TEST

Suite *profile_suite(void) {
    Suite *suite = suite_create("profile");

    TCase *shares = tcase_create("shares");
    tcase_set_timeout(shares, 60);
    tcase_add_loop_test(shares, shares_are_those_of_the_equations, 0, SHAPES);
    tcase_add_loop_test(shares, shares_in_range_add_up_to_one, 0, SHAPES);
    tcase_add_loop_test(shares, the_profile_is_a_mirror_image_at_the_opposite_position, 0, SHAPES);
    tcase_add_test(shares, a_later_position_is_a_shorter_delay);
    suite_add_tcase(suite, shares);

    TCase *slopes = tcase_create("slopes");
    tcase_set_timeout(slopes, 60);
    tcase_add_loop_test(slopes, slopes_are_derivatives_of_shares, 0, SHAPES);
    tcase_add_loop_test(slopes, shares_are_the_same_with_and_without_slopes, 0, SHAPES);
    suite_add_tcase(suite, slopes);

    TCase *width = tcase_create("width");
    tcase_set_timeout(width, 60);
    tcase_add_loop_test(width, no_position_needs_more_taps_than_the_width, 0, 2);
    tcase_add_loop_test(width, short_profiles_all_have_the_same_number_of_taps, 0, SHAPES);
    tcase_add_test(width, a_narrow_profile_has_few_taps);
    tcase_add_test(width, a_wide_profile_has_all_taps);
    suite_add_tcase(suite, width);

    TCase *whole = tcase_create("whole");
    tcase_add_test(whole, halves_are_rounded_to_even);
    tcase_add_test(whole, whole_positions_stay_in_range);
    tcase_add_test(whole, a_whole_profile_is_one_tap);
    suite_add_tcase(suite, whole);

    TCase *numbers = tcase_create("numbers");
    tcase_add_loop_test(numbers, a_position_that_is_not_a_number_shows, 0, SHAPES);
    suite_add_tcase(suite, numbers);
    return suite;
}
