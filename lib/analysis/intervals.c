/*
 * Intervals of shares: of hits in trials, and of pairs in which x is larger. Both hold what would not be rejected: the
 * shares s from which the estimate is no more than z standard errors away, those that belong to s. Of hits in n trials
 * (Wilson 1927) the ends are the roots of (s - e)^2 = z^2 s (1 - s) / n. Of pairs (Newcombe 2006, his method 5), with
 * N = (n + m) / 2, the standard error is the square root of
 *
 *     s (1 - s) (1 + (N - 1) (1 - s) / (2 - s) + (N - 1) s / (1 + s)) / (n m)
 */
#include <math.h>

#include "analysis/distributions.h"
#include "analysis/sample.h"
#include "base/options.h"

snnd_status snnd_interval_init(snnd_interval *interval, size_t size) {
    static const snnd_interval none = {0};
    return snnd_options_init(interval, size, &none, sizeof none);
}

/* ---- of pairs ---- */

static double error_of_pairs(double share, double n, double m) {
    const double more = (n + m) / 2 - 1, rest = 1 - share;
    return sqrt(share * rest * (1 + more * rest / (1 + rest) + more * share / (1 + share)) / (n * m));
}

/* Finds the end between `estimate` and `end`, which is 0 or 1, by bisection until no double is between. */
static double end_of_pairs(double estimate, double end, double z, double n, double m) {
    double inside = estimate, outside = end;
    for (int k = 0; k < 2000; k++) {
        const double middle = inside + (outside - inside) / 2;
        if (middle == inside || middle == outside)
            break;
        if (fabs(middle - estimate) <= z * error_of_pairs(middle, n, m))
            inside = middle;
        else
            outside = middle;
    }
    return inside;
}

snnd_status snnd_auc(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                     double level, snnd_interval *interval) {
    static const char *const who = "AUC";
    double u, ties;
    snnd_status status = snnd_check_result(context, who, interval, "snnd_interval");
    if (status == SNND_OK)
        status = snnd_check_two(context, who, x, x_count, y, y_count, 1);
    if (status == SNND_OK)
        status = snnd_check_level(context, who, level);
    if (status == SNND_OK)
        status = snnd_count_pairs(context, x, x_count, y, y_count, &u, &ties);
    if (status != SNND_OK)
        return status;
    const double estimate = u / ((double)x_count * y_count), z = snnd_normal_critical((1 - level) / 2);
    const snnd_interval made = {.size = sizeof made,
                                .estimate = estimate,
                                .low = end_of_pairs(estimate, 0, z, x_count, y_count),
                                .high = end_of_pairs(estimate, 1, z, x_count, y_count)};
    return snnd_options_write(context, interval, &made, sizeof made, "snnd_interval");
}

/* ---- of hits ---- */

/* Returns the upper end; the lower one is 1 minus the upper end of the misses. */
static double upper_end(double hits, double trials, double z) {
    const double estimate = hits / trials, square = z * z / trials;
    const double half = z * sqrt(estimate * (1 - estimate) / trials + square / trials / 4);
    return hits == trials ? 1 : fmin(1, (estimate + square / 2 + half) / (1 + square));
}

snnd_status snnd_proportion(snnd_context *context, int64_t hits, int64_t trials, double level,
                            snnd_interval *interval) {
    static const char *const who = "proportion";
    snnd_status status = snnd_check_result(context, who, interval, "snnd_interval");
    if (status == SNND_OK && (trials < 1 || hits < 0 || hits > trials))
        status = snnd_fail(context, SNND_ERROR_ARGUMENT,
                           "%s: hits is %lld and trials is %lld; expected at least 1 trial, and hits from 0 to trials",
                           who, (long long)hits, (long long)trials);
    if (status == SNND_OK)
        status = snnd_check_level(context, who, level);
    if (status != SNND_OK)
        return status;
    const double n = (double)trials, estimate = (double)hits / n, z = snnd_normal_critical((1 - level) / 2);
    /* The product of both roots is estimate^2 / (1 + z^2 / n). Where hits are few, a difference would be inexact. */
    const double high = upper_end((double)hits, n, z), low = estimate * estimate / (1 + z * z / n) / high;
    const snnd_interval made = {
        .size = sizeof made, .estimate = estimate, .low = fmin(low, estimate), .high = fmax(high, estimate)};
    return snnd_options_write(context, interval, &made, sizeof made, "snnd_interval");
}
