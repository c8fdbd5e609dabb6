/*
 * Intraclass correlation of k groups of N values in all. With the mean squares B = between / (k - 1) and
 * W = within / (N - k), and n the size of groups, or (N - sum n_i^2 / N) / (k - 1) where they differ,
 *
 *     correlation = (B - W) / (B + (n - 1) W) = (F - 1) / (F + n - 1)        F = B / W
 *
 * and the ends of its interval are the same of F / F1 and F / F2, where the tails of F with k - 1 and N - k degrees of
 * freedom are (1 - level) / 2 above F1, and as much below F2.
 */
#include <math.h>

#include "analysis/distributions.h"
#include "analysis/sample.h"
#include "base/options.h"

static const char *const who = "intraclass correlation";

snnd_status snnd_intraclass_init(snnd_intraclass *result, size_t size) {
    static const snnd_intraclass none = {.p = 1};
    return snnd_options_init(result, size, &none, sizeof none);
}

/* Returns the number of values. */
static snnd_status count_values(snnd_context *context, const int32_t *sizes, int32_t groups, int64_t *count) {
    *count = 0;
    if (sizes == NULL || groups < 2)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %s", who,
                         sizes == NULL ? "sizes is NULL" : "expected at least 2 groups");
    for (int32_t g = 0; g < groups; g++) {
        if (sizes[g] < 1)
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: group %d has %d values; expected at least 1", who, g,
                             sizes[g]);
        *count += sizes[g];
    }
    if (*count == groups)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: no group has more than 1 value", who);
    return SNND_OK;
}

static snnd_status measure(snnd_context *context, const double *values, const int32_t *sizes, int32_t groups,
                           int64_t count, snnd_intraclass *made) {
    double mean, size_squares = 0;
    const double all = snnd_squares_about_mean(values, count, &mean), n = (double)count;
    for (int32_t g = 0; g < groups; values += sizes[g++]) {
        double of_group;
        made->within += snnd_squares_about_mean(values, sizes[g], &of_group);
        made->between += (of_group - mean) * (of_group - mean) * sizes[g];
        size_squares += (double)sizes[g] * sizes[g];
    }
    if (!isfinite(all) || !isfinite(made->between) || !isfinite(made->within))
        return snnd_fail(context, SNND_ERROR_NUMERIC, "%s: the values are so large that their squares overflow", who);
    if (made->within == 0)
        return snnd_fail(
            context, SNND_ERROR_NUMERIC,
            "%s: the values of each group are equal, or they differ so little that their squared differences are 0",
            who);
    made->between /= groups - 1;
    made->within /= n - groups;
    made->f = made->between / made->within;
    made->group_size = (n - size_squares / n) / (groups - 1);
    return SNND_OK;
}

/* Where groups are much further apart than their values, the result cannot be distinguished from 1. */
static double correlation_of(double f, double size) {
    return isfinite(f) ? (f - 1) / (f + size - 1) : 1;
}

snnd_status snnd_intraclass_correlation(snnd_context *context, const double *values, const int32_t *sizes,
                                        int32_t groups, double level, snnd_intraclass *result) {
    snnd_intraclass made = {.size = sizeof made};
    int64_t count;
    snnd_status status = snnd_check_result(context, who, result, "snnd_intraclass");
    if (status == SNND_OK)
        status = count_values(context, sizes, groups, &count);
    if (status == SNND_OK)
        status = snnd_check_sample(context, who, values, count, 1, "values");
    if (status == SNND_OK)
        status = snnd_check_level(context, who, level);
    if (status == SNND_OK)
        status = measure(context, values, sizes, groups, count, &made);
    if (status != SNND_OK)
        return status;
    const double above = groups - 1, below = (double)count - groups, tail = (1 - level) / 2;
    made.p = pow(10, snnd_f_log10_tail(made.f, above, below));
    made.correlation = correlation_of(made.f, made.group_size);
    made.low = correlation_of(made.f / snnd_f_critical(tail, above, below), made.group_size);
    made.high = correlation_of(made.f / snnd_f_critical(1 - tail, above, below), made.group_size);
    return snnd_options_write(context, result, &made, sizeof made, "snnd_intraclass");
}
