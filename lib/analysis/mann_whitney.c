/*
 * The Mann-Whitney U test. Without ties every set of ranks is equally likely under the hypothesis, and the number of
 * sets with U = u is count(n, m, u) = count(n-1, m, u-m) + count(n, m-1, u). For large samples
 *
 *     z = (U - nm/2 - 1/2) / sqrt(nm/12 ((n+m+1) - sum (t^3 - t) / ((n+m)(n+m-1))))
 *
 * is normal, t the sizes of groups of ties.
 */
#include <math.h>

#include "analysis/distributions.h"
#include "analysis/sample.h"
#include "base/options.h"

enum { FEW = 8, MANY = 500 };

/* ---- exact ---- */

/* Returns P(U >= u) for samples of n and m values, from shares of all sets in place of counts, which would overflow:
 * share(n, m, u) = n/(n+m) share(n-1, m, u-m) + m/(n+m) share(n, m-1, u). `share` has room for (n+1)(nm+1) numbers. */
static double exact_tail(int32_t n, int32_t m, double u, double *share) {
    const int64_t width = (int64_t)n * m + 1;
    for (int32_t j = 0; j <= m; j++)
        for (int32_t i = 0; i <= n; i++)
            for (int64_t k = (int64_t)i * j; k >= 0; k--) {
                double *at = share + i * width + k;
                if (i == 0 || j == 0) {
                    *at = k == 0;
                    continue;
                }
                const double with = k >= j ? at[-width - j] : 0;
                const double without = k <= (int64_t)i * (j - 1) ? *at : 0;
                *at = (i * with + j * without) / (i + j);
            }
    double tail = 0;
    for (int64_t k = width - 1; (double)k >= u; k--)
        tail += share[n * width + k];
    return tail;
}

/* ---- normal ---- */

static double normal_log10(double u, double n, double m, double ties) {
    const double all = n + m, variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
    if (!(variance > 0))
        return 0; /* all values are equal */
    return snnd_normal_log10_tail((u - n * m / 2 - 0.5) / sqrt(variance));
}

/* ---- the test ---- */

/* Computes log10 of the probability of a U at least as large. */
static snnd_status tail(snnd_context *context, int32_t n, int32_t m, double u, double ties, bool exact,
                        double *log10_p) {
    if (!exact) {
        *log10_p = normal_log10(u, n, m, ties);
        return SNND_OK;
    }
    /* The smaller sample goes first. This does not change the probability, since U of one is nm - U of the other and
     * its distribution is symmetric. */
    const int32_t few = n < m ? n : m, many = n < m ? m : n;
    const size_t width = snnd_size_add(snnd_size_multiply((size_t)few, (size_t)many), 1);
    double *share = snnd_allocate(context, snnd_size_multiply((size_t)few + 1, width), sizeof *share);
    if (share == NULL)
        return SNND_ERROR_MEMORY;
    *log10_p = log10(exact_tail(few, many, u, share));
    snnd_release(context, share);
    return SNND_OK;
}

snnd_status snnd_rank_test_init(snnd_rank_test *result, size_t size) {
    static const snnd_rank_test none = {.p = 1};
    return snnd_options_init(result, size, &none, sizeof none);
}

snnd_status snnd_mann_whitney(snnd_context *context, const double *x, int32_t x_count, const double *y, int32_t y_count,
                              snnd_alternative alternative, snnd_rank_test *result) {
    static const char *const who = "Mann-Whitney U";
    snnd_rank_test made = {.size = sizeof made};
    double ties;
    snnd_status status = snnd_check_result(context, who, result, "snnd_rank_test");
    if (status == SNND_OK)
        status = snnd_check_two(context, who, x, x_count, y, y_count, 1);
    if (status == SNND_OK)
        status = snnd_check_alternative(context, who, alternative);
    if (status == SNND_OK)
        status = snnd_count_pairs(context, x, x_count, y, y_count, &made.u, &ties);
    if (status != SNND_OK)
        return status;
    const int32_t few = x_count < y_count ? x_count : y_count, many = x_count < y_count ? y_count : x_count;
    made.exact = ties == 0 && few <= FEW && many <= MANY;
    const double pairs = (double)x_count * y_count, other = pairs - made.u;
    const double u = alternative == SNND_GREATER ? made.u : alternative == SNND_LESS ? other : fmax(made.u, other);
    status = tail(context, x_count, y_count, u, ties, made.exact != 0, &made.log10_p);
    if (status != SNND_OK)
        return status;
    made.log10_p = alternative == SNND_TWO_SIDED ? snnd_log10_of_both(made.log10_p) : fmin(0, made.log10_p);
    made.p = pow(10, made.log10_p);
    return snnd_options_write(context, result, &made, sizeof made, "snnd_rank_test");
}
