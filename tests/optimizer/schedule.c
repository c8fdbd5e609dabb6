/* Schedules against their formulas, one epoch after the other. */
#include "model/small.h"

Suite *schedule_suite(void);

static snnd_schedule schedule;

static void set_up(void) {
    OK(NULL, snnd_schedule_init(&schedule, sizeof schedule));
}

static double value_at(int32_t epoch) {
    double value = NAN;
    OK(NULL, snnd_schedule_at(&schedule, epoch, &value, NULL));
    return value;
}

static double momentum_at(int32_t epoch) {
    double value = NAN, momentum = NAN;
    OK(NULL, snnd_schedule_at(&schedule, epoch, &value, &momentum));
    return momentum;
}

START_TEST(a_schedule_starts_as_a_constant) {
    ck_assert_int_eq(schedule.kind, SNND_SCHEDULE_CONSTANT);
    schedule.value = 0.125;
    for (int32_t epoch = 0; epoch < 1000; epoch += 50)
        ck_assert_double_eq(value_at(epoch), 0.125);
}
END_TEST

/* ---- one-cycle ---- */

static const int32_t lengths[] = {1, 2, 3, 4, 5, 7, 10, 11, 30, 33, 100, 150};

/* Annealing between two points in time, as the schedule that the reference uses does it. */
static double anneal(double from, double to, double begin, double end, double epoch) {
    return to + (from - to) / 2 * (cos(acos(-1) * (epoch - begin) / (end - begin)) + 1);
}

/* The two phases: up to rise E - 1, then up to E - 1. */
static double phases(double start, double peak, double end, double rise, int32_t epochs, int32_t epoch) {
    const double top = rise * epochs - 1;
    return epoch <= top ? anneal(start, peak, 0, top, epoch) : anneal(peak, end, top, epochs - 1, epoch);
}

START_TEST(one_cycle_goes_up_and_down_by_half_waves) {
    const int32_t epochs = lengths[_i];
    schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    schedule.epochs = epochs;
    schedule.value = 5e-3;
    for (int32_t epoch = 0; epoch < epochs; epoch++) {
        ck_assert(isfinite(value_at(epoch)) && isfinite(momentum_at(epoch)));
        ck_assert_double_eq_tol(value_at(epoch), phases(2e-4, 5e-3, 2e-8, 0.3, epochs, epoch), 1e-12);
        ck_assert_double_eq_tol(momentum_at(epoch), phases(0.95, 0.85, 0.95, 0.3, epochs, epoch), 1e-12);
    }
}
END_TEST

START_TEST(one_cycle_has_its_peak_after_the_rise) {
    schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    schedule.epochs = 100;
    schedule.value = 2;
    schedule.divide = 10;
    schedule.final_divide = 100;
    schedule.rise = 0.25;
    schedule.momentum_low = 0.5;
    schedule.momentum_high = 0.9;
    ck_assert_double_eq_tol(value_at(0), 0.2, 1e-12);
    ck_assert_double_eq_tol(value_at(24), 2, 1e-12);
    ck_assert_double_eq_tol(value_at(99), 0.002, 1e-12);
    ck_assert_double_eq_tol(momentum_at(0), 0.9, 1e-12);
    ck_assert_double_eq_tol(momentum_at(24), 0.5, 1e-12);
    ck_assert_double_eq_tol(momentum_at(99), 0.9, 1e-12);
    for (int32_t epoch = 1; epoch < 100; epoch++)
        ck_assert(epoch <= 24 ? value_at(epoch) > value_at(epoch - 1) : value_at(epoch) < value_at(epoch - 1));
}
END_TEST

START_TEST(one_cycle_stays_where_it_ended) {
    schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    schedule.epochs = lengths[_i];
    const double end = value_at(schedule.epochs - 1), momentum = momentum_at(schedule.epochs - 1);
    ck_assert_double_eq(value_at(schedule.epochs), end);
    ck_assert_double_eq(value_at(INT32_MAX), end);
    ck_assert_double_eq(momentum_at(INT32_MAX), momentum);
}
END_TEST

START_TEST(one_cycle_is_finite_whatever_the_rise) {
    schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    for (schedule.epochs = 1; schedule.epochs <= 8; schedule.epochs++)
        for (int eighths = 0; eighths <= 8; eighths++) {
            schedule.rise = eighths / 8.0;
            for (int32_t epoch = 0; epoch < 10; epoch++) {
                ck_assert(value_at(epoch) >= 0 && value_at(epoch) <= schedule.value * (1 + 1e-12));
                ck_assert(momentum_at(epoch) > 0.85 - 1e-12 && momentum_at(epoch) < 0.95 + 1e-12);
            }
        }
}
END_TEST

/* ---- the others ---- */

START_TEST(cosine_goes_down_by_half_a_wave) {
    const int32_t epochs = lengths[_i];
    schedule.kind = SNND_SCHEDULE_COSINE;
    schedule.epochs = epochs;
    schedule.value = 0.1;
    schedule.final = 0.01;
    for (int32_t epoch = 0; epoch <= epochs; epoch++)
        ck_assert_double_eq_tol(value_at(epoch), 0.01 + 0.09 * (1 + cos(acos(-1) * epoch / epochs)) / 2, 1e-12);
    ck_assert_double_eq_tol(value_at(epochs + 1), 0.01, 1e-15);
    ck_assert_double_eq_tol(value_at(INT32_MAX), 0.01, 1e-15);
}
END_TEST

START_TEST(exponential_takes_the_same_factor_every_epoch) {
    const int32_t epochs = lengths[_i];
    const double factor = pow(0.23 / 12, 1.0 / epochs);
    double expected = 12;
    schedule.kind = SNND_SCHEDULE_EXPONENTIAL;
    schedule.epochs = epochs;
    schedule.value = 12;
    schedule.final = 0.23;
    for (int32_t epoch = 0; epoch <= epochs; epoch++, expected *= factor)
        ck_assert_double_eq_tol(value_at(epoch), expected, 1e-10);
    ck_assert_double_eq_tol(value_at(epochs + 1), 0.23, 1e-12);
    ck_assert_double_eq_tol(value_at(INT32_MAX), 0.23, 1e-12);
}
END_TEST

START_TEST(exponential_stays_where_it_is_below_the_end_already_or_has_no_length) {
    schedule.kind = SNND_SCHEDULE_EXPONENTIAL;
    schedule.epochs = 10;
    schedule.value = 0.1;
    schedule.final = 0.23;
    for (int32_t epoch = 0; epoch < 20; epoch++)
        ck_assert_double_eq(value_at(epoch), 0.1);
    schedule.value = 3;
    schedule.epochs = 0;
    ck_assert_double_eq(value_at(7), 3);
}
END_TEST

START_TEST(only_one_cycle_has_a_momentum) {
    double value, momentum = 0.77;
    schedule.kind = _i;
    schedule.final = 1e-4;
    OK(NULL, snnd_schedule_at(&schedule, 1, &value, &momentum));
    ck_assert((momentum == 0.77) == (_i != SNND_SCHEDULE_ONE_CYCLE));
}
END_TEST

/* ---- bad ones ---- */

static void assert_refused(void) {
    double value = -5, momentum = -6;
    ck_assert_int_eq(snnd_schedule_at(&schedule, 0, &value, &momentum), SNND_ERROR_ARGUMENT);
    ck_assert_double_eq(value, -5);
    ck_assert_double_eq(momentum, -6);
}

START_TEST(kinds_and_lengths_out_of_range_are_refused) {
    static const int32_t kinds[] = {0, 5, -1};
    for (int i = 0; i < COUNT(kinds); i++) {
        schedule.kind = kinds[i];
        assert_refused();
    }
    schedule.epochs = 0;
    schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    assert_refused();
    schedule.kind = SNND_SCHEDULE_COSINE;
    assert_refused();
    schedule.epochs = -1;
    schedule.kind = SNND_SCHEDULE_CONSTANT;
    assert_refused();
}
END_TEST

START_TEST(values_out_of_range_are_refused) {
    static const double bad[] = {-1e-9, NAN, INFINITY, 1e7};
    for (int i = 0; i < COUNT(bad); i++) {
        schedule.value = bad[i];
        assert_refused();
    }
    schedule.value = 1;
    schedule.kind = SNND_SCHEDULE_COSINE;
    schedule.final = NAN;
    assert_refused();
    schedule.kind = SNND_SCHEDULE_EXPONENTIAL;
    schedule.final = 0; /* no factor leads there */
    assert_refused();
    schedule.kind = SNND_SCHEDULE_CONSTANT;
    schedule.divide = INFINITY; /* not used, but kept by checkpoints */
    assert_refused();
}
END_TEST

static const struct {
    double rise, divide, final_divide, low, high;
} bad_cycles[] = {
    {-0.1, 25, 1e4, 0.85, 0.95},   {1.1, 25, 1e4, 0.85, 0.95},   {NAN, 25, 1e4, 0.85, 0.95},
    {0.3, 0, 1e4, 0.85, 0.95},     {0.3, -25, 1e4, 0.85, 0.95},  {0.3, 25, 0, 0.85, 0.95},
    {0.3, 1e-12, 1e4, 0.85, 0.95}, {0.3, 25, 1e-12, 0.85, 0.95}, {0.3, 1e-320, 1e4, 0.85, 0.95},
    {0.3, 25, 1e4, -0.1, 0.95},    {0.3, 25, 1e4, 0.85, 1},      {0.3, 25, INFINITY, 0.85, 0.95},
};

START_TEST(one_cycles_out_of_range_are_refused) {
    schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    schedule.rise = bad_cycles[_i].rise;
    schedule.divide = bad_cycles[_i].divide;
    schedule.final_divide = bad_cycles[_i].final_divide;
    schedule.momentum_low = bad_cycles[_i].low;
    schedule.momentum_high = bad_cycles[_i].high;
    assert_refused();
}
END_TEST

START_TEST(arguments_that_are_missing_are_refused) {
    double value = -5;
    ck_assert_int_eq(snnd_schedule_at(NULL, 0, &value, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_schedule_at(&schedule, -1, &value, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_schedule_at(&schedule, 0, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_schedule_at(&schedule, 0, &value, &value), SNND_ERROR_ARGUMENT);
    schedule.size = 0;
    ck_assert_int_eq(snnd_schedule_at(&schedule, 0, &value, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_double_eq(value, -5);
}
END_TEST

Suite *schedule_suite(void) {
    Suite *suite = suite_create("optimizer/schedule");
    TCase *cases = tcase_create("schedule");
    tcase_add_checked_fixture(cases, set_up, NULL);
    tcase_add_test(cases, a_schedule_starts_as_a_constant);
    tcase_add_loop_test(cases, one_cycle_goes_up_and_down_by_half_waves, 0, COUNT(lengths));
    tcase_add_test(cases, one_cycle_has_its_peak_after_the_rise);
    tcase_add_loop_test(cases, one_cycle_stays_where_it_ended, 0, COUNT(lengths));
    tcase_add_test(cases, one_cycle_is_finite_whatever_the_rise);
    tcase_add_loop_test(cases, cosine_goes_down_by_half_a_wave, 0, COUNT(lengths));
    tcase_add_loop_test(cases, exponential_takes_the_same_factor_every_epoch, 0, COUNT(lengths));
    tcase_add_test(cases, exponential_stays_where_it_is_below_the_end_already_or_has_no_length);
    tcase_add_loop_test(cases, only_one_cycle_has_a_momentum, SNND_SCHEDULE_CONSTANT, SNND_SCHEDULE_EXPONENTIAL + 1);
    tcase_add_test(cases, kinds_and_lengths_out_of_range_are_refused);
    tcase_add_test(cases, values_out_of_range_are_refused);
    tcase_add_loop_test(cases, one_cycles_out_of_range_are_refused, 0, COUNT(bad_cycles));
    tcase_add_test(cases, arguments_that_are_missing_are_refused);
    suite_add_tcase(suite, cases);
    return suite;
}
