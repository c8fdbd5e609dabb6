/* Summaries of numbers. A quantile q of n sorted values is at place (n - 1) q, interpolated linearly between two
 * values. The bins of a histogram have the edges low + k (high - low) / bins; a value on an edge belongs to the bin
 * above it, and one on the last edge to the last bin. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"
#include "base/options.h"

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(const double *sorted, int64_t count, double q) {
    const double place = (double)(count - 1) * q;
    const int64_t below = (int64_t)floor(place), above = below + 1 < count ? below + 1 : below;
    const double share = place - (double)below;
    const double step = sorted[above] - sorted[below];
    return share < 0.5 ? sorted[below] + step * share : sorted[above] - step * (1 - share);
}

static double mean_of(const double *values, int64_t count) {
    double sum = 0;
    for (int64_t k = 0; k < count; k++)
        sum += values[k];
    return sum / (double)count;
}

/* Returns sqrt(sum (x - mean)^2 / (n - 1)), or 0 for one value. */
static double deviation_of(const double *values, int64_t count, double mean) {
    double squares = 0;
    for (int64_t k = 0; k < count; k++)
        squares += (values[k] - mean) * (values[k] - mean);
    return count > 1 ? sqrt(squares / (double)(count - 1)) : 0;
}

/* Returns whether memory can hold an array of so many numbers of 64 bits. */
static bool are_possible(int64_t count) {
    return snnd_size_fits(snnd_size_multiply(snnd_size_of(count), sizeof(int64_t)));
}

static snnd_status check_values(snnd_context *context, const double *values, int64_t count, const char *what) {
    if (values == NULL || count < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: there are no values", what);
    if (!are_possible(count))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %lld values are more than memory can hold", what,
                         (long long)count);
    for (int64_t k = 0; k < count; k++)
        if (!isfinite(values[k]))
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: value %lld is %g; expected a finite number", what,
                             (long long)k, values[k]);
    return SNND_OK;
}

snnd_status snnd_summary_init(snnd_summary *summary, size_t size) {
    static const snnd_summary none = {0};
    return snnd_options_init(summary, size, &none, sizeof none);
}

snnd_status snnd_summarize(snnd_context *context, const double *values, int64_t count, snnd_summary *summary) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = summary == NULL ? snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_summarize: summary is NULL")
                                         : snnd_options_check(context, summary, "snnd_summary");
    if (status == SNND_OK)
        status = check_values(context, values, count, "snnd_summarize");
    if (status != SNND_OK)
        return status;
    const double mean = mean_of(values, count), deviation = deviation_of(values, count, mean);
    if (!isfinite(deviation))
        return snnd_fail(context, SNND_ERROR_NUMERIC,
                         "snnd_summarize: the values are so large that their squares overflow");
    const size_t size = snnd_size_of(count);
    double *sorted = snnd_allocate(context, size, sizeof *sorted);
    if (sorted == NULL)
        return SNND_ERROR_MEMORY;
    memcpy(sorted, values, size * sizeof *sorted);
    qsort(sorted, size, sizeof *sorted, compare);
    const snnd_summary made = {.count = count,
                               .mean = mean,
                               .deviation = deviation,
                               .least = sorted[0],
                               .lower_quartile = quantile(sorted, count, 0.25),
                               .median = quantile(sorted, count, 0.5),
                               .upper_quartile = quantile(sorted, count, 0.75),
                               .largest = sorted[count - 1]};
    snnd_release(context, sorted);
    return snnd_options_write(context, summary, &made, sizeof made, "snnd_summary");
}

/* ---- histogram ---- */

static double edge(double low, double high, int32_t bins, int32_t k) {
    return k == bins ? high : low + k * ((high - low) / bins);
}

/* Returns the bin of a value between `low` and `high`. Rounding could give the adjacent bin, so that the edges decide.
 * */
static int32_t bin_of(double value, double low, double high, int32_t bins) {
    const double place = (value - low) / (high - low) * bins;
    const int32_t bin = place < bins ? (int32_t)place : bins - 1;
    if (bin > 0 && value < edge(low, high, bins, bin))
        return bin - 1;
    return bin + (bin < bins - 1 && value >= edge(low, high, bins, bin + 1));
}

snnd_status snnd_histogram(snnd_context *context, const double *values, int64_t count, double low, double high,
                           int32_t bins, int64_t *counts) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (counts == NULL || count < 0 || (values == NULL && count > 0))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_histogram: %s",
                         counts == NULL ? "counts is NULL"
                         : count < 0    ? "count is below 0"
                                        : "values is NULL");
    if (!(low < high) || !isfinite(high - low))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_histogram: the range is %g to %g; expected low below high, and a finite width", low,
                         high);
    if (bins < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_histogram: bins is %d; expected at least 1", bins);
    if (!are_possible(count) || !are_possible(bins))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_histogram: %lld values, or %d bins, are more than memory can hold", (long long)count,
                         bins);
    memset(counts, 0, (size_t)bins * sizeof *counts);
    for (int64_t k = 0; k < count; k++)
        if (values[k] >= low && values[k] <= high)
            counts[bin_of(values[k], low, high, bins)]++;
    return SNND_OK;
}
