/* The filters that kernels of one width are made of: that they are orthonormal, and that every kernel and slope is in
 * their span. */
#include "kernel/basis.h"

#include "numbers.h"
#include "snndelay.h"

Suite *basis_suite(void);

enum { MOST = SNND_BASIS_TAPS };

static const int32_t all_taps[] = {3, 5, 9, 15, 25, 41, 65, 101};
static const double all_spreads[] = {0.27, 0.5, 0.8, 1.27, 2, 3.27, 5, 8, 12.27, 20};

static float filters[MOST * MOST];
static double scratch[2 * MOST * MOST];

static snnd_kernel_shape shape_of(int32_t taps, double spread) {
    return (snnd_kernel_shape){.taps = taps, .kind = SNND_KERNEL_GAUSS, .spread = spread};
}

/* All taps of a kernel, and of its slope, the tails that are no taps as 0. */
static void all_of(const snnd_kernel_shape *shape, float position, float *share, float *slope) {
    float run[2][MOST];
    int32_t first;
    const int32_t count = snnd_kernel_taps(shape, position, &first, run[0], run[1]);
    for (int32_t n = 0; n < shape->taps; n++) {
        const bool there = n >= first && n < first + count;
        share[n] = there ? run[0][n - first] : 0;
        slope[n] = there ? run[1][n - first] : 0;
    }
}

/* Largest size of a tap that is not in the span of the filters. */
static double left_over(int32_t taps, int32_t rank, const float *kernel) {
    double worst = 0, rest[MOST];
    for (int32_t n = 0; n < taps; n++)
        rest[n] = (double)kernel[n];
    for (int32_t r = 0; r < rank; r++) {
        double along = 0;
        for (int32_t n = 0; n < taps; n++)
            along += (double)filters[r * taps + n] * (double)kernel[n];
        for (int32_t n = 0; n < taps; n++)
            rest[n] -= along * (double)filters[r * taps + n];
    }
    for (int32_t n = 0; n < taps; n++)
        worst = fmax(worst, fabs(rest[n]));
    return worst;
}

static double largest_of(int32_t taps, const float *kernel) {
    double largest = 0;
    for (int32_t n = 0; n < taps; n++)
        largest = fmax(largest, fabs((double)kernel[n]));
    return largest;
}

START_TEST(filters_are_orthonormal) {
    for (int s = 0; s < LENGTH(all_spreads); s++) {
        const int32_t taps = all_taps[_i];
        const snnd_kernel_shape shape = shape_of(taps, all_spreads[s]);
        const int32_t rank = snnd_basis_make(&shape, filters, scratch);
        ck_assert(rank >= 1 && rank <= taps);
        for (int32_t a = 0; a < rank; a++)
            for (int32_t b = 0; b <= a; b++) {
                double product = 0;
                for (int32_t n = 0; n < taps; n++)
                    product += (double)filters[a * taps + n] * (double)filters[b * taps + n];
                ck_assert_double_eq_tol(product, a == b, 2e-7);
            }
    }
}
END_TEST

/* Between the positions that the filters were made from, the error may be somewhat larger. */
START_TEST(every_kernel_and_slope_is_made_of_the_filters) {
    enum { TRIALS = 400 };
    const int32_t taps = all_taps[_i];
    for (int s = 0; s < LENGTH(all_spreads); s++) {
        const snnd_kernel_shape shape = shape_of(taps, all_spreads[s]);
        const int32_t rank = snnd_basis_make(&shape, filters, scratch);
        double worst = 0, worst_slope = 0, largest = 0, steepest = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            float share[MOST] = {0}, slope[MOST] = {0};
            const int32_t half = taps / 2;
            const float position = trial < 2 ? (float)(trial == 0 ? -half : half)
                                             : number((uint64_t)taps, (uint64_t)(s * TRIALS + trial)) * (float)half;
            all_of(&shape, position, share, slope);
            worst = fmax(worst, left_over(taps, rank, share));
            worst_slope = fmax(worst_slope, left_over(taps, rank, slope));
            largest = fmax(largest, largest_of(taps, share));
            steepest = fmax(steepest, largest_of(taps, slope));
        }
        ck_assert_msg(worst <= 1.5 * SNND_BASIS_ERROR * largest && worst_slope <= 1.5 * SNND_BASIS_ERROR * steepest,
                      "%d taps, spread %g, %d filters: kernels are off by %g, slopes by %g of the largest", taps,
                      all_spreads[s], rank, worst / largest, worst_slope / steepest);
    }
}
END_TEST

START_TEST(a_filter_less_would_not_do_for_wide_kernels) {
    for (int s = 0; s < LENGTH(all_spreads); s++) {
        const int32_t taps = all_taps[_i];
        const snnd_kernel_shape shape = shape_of(taps, all_spreads[s]);
        const int32_t rank = snnd_basis_make(&shape, filters, scratch);
        if (all_spreads[s] < 0.1 * taps || all_spreads[s] > taps)
            continue;
        double worst = 0, largest = 0, worst_slope = 0, steepest = 0;
        for (int32_t g = -2 * (taps - 1); g <= 2 * (taps - 1); g++) {
            float share[MOST] = {0}, slope[MOST] = {0};
            all_of(&shape, (float)g / 4, share, slope);
            worst = fmax(worst, left_over(taps, rank - 3, share));
            worst_slope = fmax(worst_slope, left_over(taps, rank - 3, slope));
            largest = fmax(largest, largest_of(taps, share));
            steepest = fmax(steepest, largest_of(taps, slope));
        }
        ck_assert(rank <= 3 || worst > SNND_BASIS_ERROR * largest || worst_slope > SNND_BASIS_ERROR * steepest);
    }
}
END_TEST

START_TEST(wide_kernels_need_few_filters) {
    const snnd_kernel_shape shape = shape_of(25, 12.27), wider = shape_of(101, 20);
    ck_assert_int_le(snnd_basis_make(&shape, filters, scratch), 12);
    ck_assert_int_le(snnd_basis_make(&wider, filters, scratch), 18);
}
END_TEST

START_TEST(the_estimate_is_near_the_number_of_filters) {
    const int32_t taps = all_taps[_i];
    for (double spread = 0.1 * taps; spread <= taps; spread *= 1.3) {
        const snnd_kernel_shape shape = shape_of(taps, spread);
        const int32_t rank = snnd_basis_make(&shape, filters, scratch);
        const double estimate = fmin(snnd_basis_estimate(&shape), taps); /* there are no more than that */
        ck_assert_msg(fabs(estimate - rank) <= 3, "%d taps, spread %g: %d filters, estimated as %g", taps, spread, rank,
                      snnd_basis_estimate(&shape));
    }
}
END_TEST

START_TEST(the_filters_of_a_shape_are_always_the_same) {
    static float again[MOST * MOST];
    const snnd_kernel_shape shape = shape_of(41, 5);
    const int32_t rank = snnd_basis_make(&shape, filters, scratch);
    for (int k = 0; k < 2 * MOST * MOST; k++)
        scratch[k] = NAN;
    ck_assert_int_eq(snnd_basis_make(&shape, again, scratch), rank);
    ck_assert_mem_eq(filters, again, (size_t)(rank * shape.taps) * sizeof *again);
}
END_TEST

START_TEST(as_many_taps_as_are_allowed_fit) {
    const snnd_kernel_shape shape = shape_of(MOST - 1, 10);
    float share[MOST] = {0}, slope[MOST] = {0};
    const int32_t rank = snnd_basis_make(&shape, filters, scratch);
    ck_assert_int_lt(rank, MOST / 2);
    all_of(&shape, 17.3f, share, slope);
    ck_assert_double_le(left_over(shape.taps, rank, share), 2 * SNND_BASIS_ERROR * largest_of(shape.taps, share));
}
END_TEST

Suite *basis_suite(void) {
    Suite *suite = suite_create("basis");
    TCase *cases = tcase_create("basis");
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, filters_are_orthonormal, 0, LENGTH(all_taps));
    tcase_add_loop_test(cases, every_kernel_and_slope_is_made_of_the_filters, 0, LENGTH(all_taps));
    tcase_add_loop_test(cases, a_filter_less_would_not_do_for_wide_kernels, 0, LENGTH(all_taps));
    tcase_add_test(cases, wide_kernels_need_few_filters);
    tcase_add_loop_test(cases, the_estimate_is_near_the_number_of_filters, 0, LENGTH(all_taps));
    tcase_add_test(cases, the_filters_of_a_shape_are_always_the_same);
    tcase_add_test(cases, as_many_taps_as_are_allowed_fit);
    suite_add_tcase(suite, cases);
    return suite;
}
