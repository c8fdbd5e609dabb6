/*
 * Welch's t test. With a = var(x) / n and b = var(y) / m
 *
 *     t = (mean(x) - mean(y)) / sqrt(a + b)        degrees = (a + b)^2 / (a^2 / (n - 1) + b^2 / (m - 1))
 */
#include <math.h>

#include "analysis/distributions.h"
#include "analysis/sample.h"
#include "base/options.h"

static const char *const who = "Welch's t";

snnd_status snnd_t_test_init(snnd_t_test *result, size_t size) {
    static const snnd_t_test none = {.p = 1};
    return snnd_options_init(result, size, &none, sizeof none);
}

/* Computes t, its degrees of freedom and the difference, and the standard error in `error`. */
static snnd_status measure(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                           snnd_t_test *made, double *error) {
    const double n = x_count, m = y_count;
    double x_mean, y_mean;
    const double a = snnd_squares_about_mean(x, x_count, &x_mean) / (n - 1) / n;
    const double b = snnd_squares_about_mean(y, y_count, &y_mean) / (m - 1) / m;
    *error = sqrt(a + b);
    made->difference = x_mean - y_mean;
    made->t = made->difference / *error;
    if (a + b == 0)
        return snnd_fail(context, SNND_ERROR_NUMERIC,
                         "%s: all values of x are equal and all values of y are equal, or they differ so little that "
                         "their squared differences are 0",
                         who);
    if (!isfinite(*error) || !isfinite(made->t))
        return snnd_fail(context, SNND_ERROR_NUMERIC, "%s: the values are so large that their squares overflow", who);
    /* Shares of the error are used in place of a and b, whose squares may underflow. */
    const double of_x = a / (a + b), of_y = b / (a + b);
    made->degrees = 1 / (of_x * of_x / (n - 1) + of_y * of_y / (m - 1));
    return SNND_OK;
}

snnd_status snnd_welch(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                       snnd_alternative alternative, double level, snnd_t_test *result) {
    snnd_t_test made = {.size = sizeof made};
    double error;
    snnd_status status = snnd_check_result(context, who, result, "snnd_t_test");
    if (status == SNND_OK)
        status = snnd_check_two(context, who, x, x_count, y, y_count, 2);
    if (status == SNND_OK)
        status = snnd_check_alternative(context, who, alternative);
    if (status == SNND_OK)
        status = snnd_check_level(context, who, level);
    if (status == SNND_OK)
        status = measure(context, x, x_count, y, y_count, &made, &error);
    if (status != SNND_OK)
        return status;
    const double t = alternative == SNND_GREATER ? made.t : alternative == SNND_LESS ? -made.t : fabs(made.t);
    made.log10_p = snnd_t_log10_tail(t, made.degrees);
    if (alternative == SNND_TWO_SIDED)
        made.log10_p = snnd_log10_of_both(made.log10_p);
    made.p = pow(10, made.log10_p);
    const double half = snnd_t_critical((1 - level) / 2, made.degrees) * error;
    made.low = made.difference - half;
    made.high = made.difference + half;
    return snnd_options_write(context, result, &made, sizeof made, "snnd_t_test");
}
