/*
 * Wilcoxon's signed-rank test. Under the hypothesis every rank r is that of a positive difference with probability 1/2,
 * so that the share of all signs with the sum s is share(s) = (share(s) + share(s - r)) / 2, rank after rank. Middle
 * ranks of ties are halves: sums are counted in halves. For many pairs
 *
 *     z = (W - n (n+1) / 4 - 1/2) / sqrt(n (n+1) (2n+1) / 24 - sum (t^3 - t) / 48)
 *
 * is normal, t the sizes of groups of ties.
 */
#include <math.h>

#include "analysis/distributions.h"
#include "analysis/sample.h"
#include "base/options.h"

enum { FEW = 200 };

static const char *const who = "Wilcoxon";

/* Computes the differences that are not 0; those above 0 count. */
static snnd_status take_differences(snnd_context *context, const double *x, const double *y, int32_t count,
                                    snnd_ranked *kept, int32_t *pairs) {
    *pairs = 0;
    for (int32_t k = 0; k < count; k++) {
        const double difference = y == NULL ? x[k] : x[k] - y[k];
        if (!isfinite(difference))
            return snnd_fail(context, SNND_ERROR_NUMERIC, "%s: the difference of pair %d is not finite", who, k);
        if (difference != 0)
            kept[(*pairs)++] = (snnd_ranked){fabs(difference), difference > 0};
    }
    return SNND_OK;
}

/* ---- exact ---- */

/* Returns P(W >= w) for sorted values; `share` has room for n(n+1) + 1 numbers. */
static double exact_tail(const snnd_ranked *sorted, int32_t n, double w, double *share) {
    int32_t most = 0; /* the largest sum so far, in halves */
    share[0] = 1;
    for (int32_t begin = 0, end; begin < n; begin = end) {
        for (end = begin; end < n && sorted[end].value == sorted[begin].value;)
            end++;
        const int32_t rank = begin + 1 + end;
        for (int32_t k = begin; k < end; k++, most += rank) {
            for (int32_t s = most + 1; s <= most + rank; s++)
                share[s] = 0;
            for (int32_t s = most + rank; s >= 0; s--)
                share[s] = (share[s] + (s >= rank ? share[s - rank] : 0)) / 2;
        }
    }
    double tail = 0;
    for (int32_t s = most; s >= 0 && s >= 2 * w; s--)
        tail += share[s];
    return tail;
}

/* ---- normal ---- */

static double normal_log10(double w, double n, double ties) {
    const double variance = n * (n + 1) * (2 * n + 1) / 24 - ties / 48;
    return snnd_normal_log10_tail((w - n * (n + 1) / 4 - 0.5) / sqrt(variance));
}

/* ---- the test ---- */

static snnd_status tail(snnd_context *context, const snnd_ranked *sorted, double w, double ties,
                        snnd_signed_rank_test *made) {
    if (!made->exact) {
        made->log10_p = normal_log10(w, made->pairs, ties);
        return SNND_OK;
    }
    const size_t n = (size_t)made->pairs;
    double *share = snnd_allocate(context, n * (n + 1) + 1, sizeof *share);
    if (share == NULL)
        return SNND_ERROR_MEMORY;
    made->log10_p = log10(exact_tail(sorted, made->pairs, w, share));
    snnd_release(context, share);
    return SNND_OK;
}

static snnd_status test(snnd_context *context, snnd_ranked *kept, snnd_alternative alternative,
                        snnd_signed_rank_test *made) {
    const double n = made->pairs, all = n * (n + 1) / 2;
    double ties;
    made->positive = snnd_rank_sum(kept, made->pairs, &ties);
    made->negative = all - made->positive;
    made->effect = made->pairs == 0 ? 0 : (made->positive - made->negative) / all;
    made->exact = made->pairs <= FEW;
    const double w = alternative == SNND_GREATER ? made->positive
                     : alternative == SNND_LESS  ? made->negative
                                                 : fmax(made->positive, made->negative);
    const snnd_status status = tail(context, kept, w, ties, made);
    made->log10_p = alternative == SNND_TWO_SIDED ? snnd_log10_of_both(made->log10_p) : fmin(0, made->log10_p);
    made->p = pow(10, made->log10_p);
    return status;
}

snnd_status snnd_signed_rank_test_init(snnd_signed_rank_test *result, size_t size) {
    static const snnd_signed_rank_test none = {.p = 1};
    return snnd_options_init(result, size, &none, sizeof none);
}

snnd_status snnd_wilcoxon(snnd_context *context, const double *x, const double *y, int32_t count,
                          snnd_alternative alternative, snnd_signed_rank_test *result) {
    snnd_status status = snnd_check_result(context, who, result, "snnd_signed_rank_test");
    if (status == SNND_OK)
        status = snnd_check_sample(context, who, x, count, 1, "x");
    if (status == SNND_OK && y != NULL)
        status = snnd_check_sample(context, who, y, count, 1, "y");
    if (status == SNND_OK)
        status = snnd_check_alternative(context, who, alternative);
    if (status != SNND_OK)
        return status;
    snnd_ranked *kept = snnd_allocate(context, (size_t)count, sizeof *kept);
    if (kept == NULL)
        return SNND_ERROR_MEMORY;
    snnd_signed_rank_test made = {.size = sizeof made};
    status = take_differences(context, x, y, count, kept, &made.pairs);
    made.equal = count - made.pairs;
    if (status == SNND_OK)
        status = test(context, kept, alternative, &made);
    snnd_release(context, kept);
    return status == SNND_OK ? snnd_options_write(context, result, &made, sizeof made, "snnd_signed_rank_test")
                             : status;
}
