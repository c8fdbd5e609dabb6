/* What tests and intervals have in common: their arguments, ranks, moments. `who` begins every message. */
#ifndef SNND_ANALYSIS_SAMPLE_H
#define SNND_ANALYSIS_SAMPLE_H

#include "base/context.h"

/* A result that is to be filled, of the structure `name`. */
snnd_status snnd_check_result(snnd_context *context, const char *who, const void *result, const char *name);
/* At least `least` values, all finite. */
snnd_status snnd_check_sample(snnd_context *context, const char *who, const double *values, int64_t count,
                              int32_t least, const char *name);
snnd_status snnd_check_alternative(snnd_context *context, const char *who, snnd_alternative alternative);
snnd_status snnd_check_level(snnd_context *context, const char *who, double level);
/* Both samples, and that together they are no more than are counted. */
snnd_status snnd_check_two(snnd_context *context, const char *who, const double *x, int32_t x_count, const double *y,
                           int32_t y_count, int32_t least);

/* A value among others, and whether its rank counts. */
typedef struct snnd_ranked {
    double value;
    int32_t counts;
} snnd_ranked;

/* Sorts the values, and sums the ranks, from 1 on, of those that count; equal values have the middle one of their
 * ranks. `ties` receives the sum of t^3 - t over groups of t equal values. */
double snnd_rank_sum(snnd_ranked *values, int32_t count, double *ties);
/* U of x: pairs in which x is larger, ties counting half. */
snnd_status snnd_count_pairs(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                             double *u, double *ties);

/* The sum of squared distances from the mean: exactly 0 where all values are equal. */
double snnd_squares_about_mean(const double *values, int64_t count, double *mean);

#endif
