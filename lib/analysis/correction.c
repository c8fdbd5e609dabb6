/*
 * Corrections of the p of n tests, sorted from the smallest, k = 1 .. n:
 *
 *     Holm                     the largest of (n - j + 1) p[j] for j <= k, and at most 1
 *     Benjamini and Hochberg   the smallest of n / j p[j] for j >= k
 */
#include <math.h>
#include <stdlib.h>

#include "base/context.h"

static const char *const who = "correction of p";

typedef struct placed {
    double p;
    int32_t place;
} placed;

static int compare(const void *a, const void *b) {
    const double x = ((const placed *)a)->p, y = ((const placed *)b)->p;
    return (x > y) - (x < y);
}

static snnd_status check(snnd_context *context, const double *p, int32_t count, snnd_correction correction,
                         const double *corrected) {
    if (p == NULL || count < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: p is empty", who);
    if (corrected == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: corrected is NULL", who);
    if (correction != SNND_HOLM && correction != SNND_BENJAMINI_HOCHBERG)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: correction is %d; expected one of snnd_correction", who,
                         (int)correction);
    for (int32_t k = 0; k < count; k++)
        if (!(p[k] >= 0 && p[k] <= 1))
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: p %d is %g; expected 0 to 1", who, k, p[k]);
    return SNND_OK;
}

static void holm(const placed *sorted, int32_t count, double *corrected) {
    double largest = 0;
    for (int32_t k = 0; k < count; k++) {
        largest = fmin(1, fmax(largest, (double)(count - k) * sorted[k].p));
        corrected[sorted[k].place] = largest;
    }
}

static void benjamini_hochberg(const placed *sorted, int32_t count, double *corrected) {
    double smallest = 1;
    for (int32_t k = count - 1; k >= 0; k--) {
        smallest = fmin(smallest, count / (k + 1.0) * sorted[k].p); /* the last by exactly 1 */
        corrected[sorted[k].place] = smallest;
    }
}

snnd_status snnd_correct(snnd_context *context, const double *p, int32_t count, snnd_correction correction,
                         double *corrected) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_status status = check(context, p, count, correction, corrected);
    if (status != SNND_OK)
        return status;
    placed *sorted = snnd_allocate(context, (size_t)count, sizeof *sorted);
    if (sorted == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t k = 0; k < count; k++)
        sorted[k] = (placed){p[k], k};
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    if (correction == SNND_HOLM)
        holm(sorted, count, corrected);
    else
        benjamini_hochberg(sorted, count, corrected);
    snnd_release(context, sorted);
    return SNND_OK;
}
