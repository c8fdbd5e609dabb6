/* Common parts of tests and intervals (sample.h). */
#include "analysis/sample.h"

#include <math.h>
#include <stdlib.h>

#include "base/options.h"

snnd_status snnd_check_result(snnd_context *context, const char *who, const void *result, const char *name) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    return result == NULL ? snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: result is NULL", who)
                          : snnd_options_check(context, result, name);
}

snnd_status snnd_check_sample(snnd_context *context, const char *who, const double *values, int64_t count,
                              int32_t least, const char *name) {
    if (values == NULL || count < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %s is empty", who, name);
    if (count < least)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %s has %lld value%s; expected at least %d", who, name,
                         (long long)count, count == 1 ? "" : "s", least);
    if (!snnd_size_fits(snnd_size_multiply(snnd_size_of(count), sizeof *values)))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %lld values are more than memory can hold", who,
                         (long long)count);
    for (int64_t k = 0; k < count; k++)
        if (!isfinite(values[k]))
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: value %lld of %s is %g; expected a finite number", who,
                             (long long)k, name, values[k]);
    return SNND_OK;
}

snnd_status snnd_check_alternative(snnd_context *context, const char *who, snnd_alternative alternative) {
    if (alternative < SNND_TWO_SIDED || alternative > SNND_GREATER)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: alternative is %d; expected one of snnd_alternative", who,
                         (int)alternative);
    return SNND_OK;
}

snnd_status snnd_check_level(snnd_context *context, const char *who, double level) {
    if (!(level > 0 && level < 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: level is %g; expected above 0 and below 1", who, level);
    return SNND_OK;
}

snnd_status snnd_check_two(snnd_context *context, const char *who, const double *x, int32_t x_count, const double *y,
                           int32_t y_count, int32_t least) {
    if ((int64_t)x_count + y_count > INT32_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %lld values are more than 2^31 - 1", who,
                         (long long)x_count + y_count);
    const snnd_status status = snnd_check_sample(context, who, x, x_count, least, "x");
    return status == SNND_OK ? snnd_check_sample(context, who, y, y_count, least, "y") : status;
}

/* ---- ranks ---- */

static int compare(const void *a, const void *b) {
    const double x = ((const snnd_ranked *)a)->value, y = ((const snnd_ranked *)b)->value;
    return (x > y) - (x < y);
}

double snnd_rank_sum(snnd_ranked *values, int32_t count, double *ties) {
    double sum = 0;
    *ties = 0;
    qsort(values, (size_t)count, sizeof *values, compare);
    for (int32_t begin = 0, end; begin < count; begin = end) {
        int32_t counting = 0;
        for (end = begin; end < count && values[end].value == values[begin].value; end++)
            counting += values[end].counts;
        const double t = end - begin;
        sum += counting * ((double)begin + 1 + end) / 2; /* the mean of ranks begin+1 .. end */
        *ties += t * t * t - t;
    }
    return sum;
}

snnd_status snnd_count_pairs(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                             double *u, double *ties) {
    const size_t count = (size_t)x_count + (size_t)y_count;
    snnd_ranked *values = snnd_allocate(context, count, sizeof *values);
    if (values == NULL)
        return SNND_ERROR_MEMORY;
    for (size_t k = 0; k < count; k++)
        values[k] = k < (size_t)x_count ? (snnd_ranked){x[k], 1} : (snnd_ranked){y[k - (size_t)x_count], 0};
    *u = snnd_rank_sum(values, (int32_t)count, ties) - x_count * (x_count + 1.0) / 2;
    snnd_release(context, values);
    return SNND_OK;
}

/* ---- moments ---- */

/* Differences from the first value are summed, so that nothing is rounded where all are equal. */
double snnd_squares_about_mean(const double *values, int64_t count, double *mean) {
    double sum = 0, squares = 0;
    for (int64_t k = 0; k < count; k++)
        sum += values[k] - values[0];
    *mean = values[0] + sum / (double)count;
    for (int64_t k = 0; k < count; k++)
        squares += (values[k] - *mean) * (values[k] - *mean);
    return squares;
}
