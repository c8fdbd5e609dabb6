/* Common parts of tests and intervals: checks of arguments, ranks, and moments. Messages begin with `who`. */
#ifndef SNND_ANALYSIS_SAMPLE_H
#define SNND_ANALYSIS_SAMPLE_H

#include "base/context.h"

/* Checks that `result`, a structure of the type `name`, can be written to. */
snnd_status snnd_check_result(snnd_context *context, const char *who, const void *result, const char *name);
/* Checks that there are at least `least` values and that all are finite. */
snnd_status snnd_check_sample(snnd_context *context, const char *who, const double *values, int64_t count,
                              int32_t least, const char *name);
snnd_status snnd_check_alternative(snnd_context *context, const char *who, snnd_alternative alternative);
snnd_status snnd_check_level(snnd_context *context, const char *who, double level);
/* Checks both samples, and that together they have no more values than can be counted. */
snnd_status snnd_check_two(snnd_context *context, const char *who, const double *x, int32_t x_count, const double *y,
                           int32_t y_count, int32_t least);

/* A value of a sample, and whether its rank is summed. */
typedef struct snnd_ranked {
    double value;
    int32_t counts;
} snnd_ranked;

/* Sorts the values and sums the ranks, from 1 on, of those that count; equal values share the mean of their ranks.
 * `ties` receives the sum of t^3 - t over groups of t equal values. */
double snnd_rank_sum(snnd_ranked *values, int32_t count, double *ties);
/* Computes U of x: the number of pairs in which x is larger, where a tie counts half. */
snnd_status snnd_count_pairs(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                             double *u, double *ties);

/* Returns the sum of squared distances from the mean. It is exactly 0 where all values are equal. */
double snnd_squares_about_mean(const double *values, int64_t count, double *mean);

#endif
