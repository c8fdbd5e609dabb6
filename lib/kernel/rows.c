/* Rows (rows.h), compiled once for each instruction set. Normalisation computes in double precision between float32
 * rows: a normalised input is a difference of numbers that may be close, and an error in it is in every gradient after
 * it. */
#include "kernel/rows.h"

#include <string.h>

#include "kernel/vector.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

enum { L = SNND_LANES };

#if defined(SNND_TRAINING) /* everything except the step of a stream */

/* ---- normalisation ---- */

/* Returns the sum of the first `lanes` lanes. */
INLINE double sum_lanes(const vector_double sum[HALVES], int32_t lanes) {
    double total = 0;
    for (int32_t l = 0; l < lanes; l++)
        total += sum[l / DOUBLES][l % DOUBLES];
    return total;
}

static snnd_sums moments(int32_t steps, int32_t lanes, const float *x) {
    const vector_double pivot = doubles_all((double)x[0]);
    vector_double sum[HALVES] = {{0}}, square[HALVES] = {{0}};
    for (int32_t t = 0; t < steps; t++)
        for (int half = 0; half < HALVES; half++) {
            const vector_double d = doubles_in(x, t, half) - pivot;
            sum[half] += d;
            square[half] += d * d;
        }
    return (snnd_sums){.pivot = (double)x[0], .first = sum_lanes(sum, lanes), .second = sum_lanes(square, lanes)};
}

static snnd_sums moments_to_end(int32_t steps, const int32_t end[L], const float *x) {
    const vector_double pivot = doubles_all((double)x[0]);
    vector_long ends[HALVES];
    vector_double sum[HALVES] = {{0}}, square[HALVES] = {{0}};
    for (int l = 0; l < L; l++)
        ends[l / DOUBLES][l % DOUBLES] = end[l];
    for (int32_t t = 0; t < steps; t++)
        for (int half = 0; half < HALVES; half++) {
            const vector_double d = doubles_where(ends[half] > t, doubles_in(x, t, half) - pivot);
            sum[half] += d;
            square[half] += d * d;
        }
    return (snnd_sums){.pivot = (double)x[0], .first = sum_lanes(sum, L), .second = sum_lanes(square, L)};
}

static void normalise(int32_t steps, const snnd_affine *by, const float *x, float *y) {
    const vector_double mean = doubles_all(by->mean), factor = doubles_all(by->inverse_deviation * by->scale);
    const vector_double shift = doubles_all(by->shift);
    for (int32_t t = 0; t < steps; t++)
        for (int half = 0; half < HALVES; half++)
            doubles_out(y, t, half, (doubles_in(x, t, half) - mean) * factor + shift);
}

static snnd_sums norm_sums(int32_t steps, int32_t lanes, double mean, const float *x, const float *gradient) {
    const vector_double middle = doubles_all(mean);
    vector_double sum[HALVES] = {{0}}, product[HALVES] = {{0}};
    for (int32_t t = 0; t < steps; t++)
        for (int half = 0; half < HALVES; half++) {
            const vector_double g = doubles_in(gradient, t, half);
            sum[half] += g;
            product[half] += g * (doubles_in(x, t, half) - middle);
        }
    return (snnd_sums){.first = sum_lanes(sum, lanes), .second = sum_lanes(product, lanes)};
}

static void norm_backward(int32_t steps, int32_t lanes, const snnd_affine *by, double common, double along,
                          const float *x, float *gradient) {
    const vector_double mean = doubles_all(by->mean), same = doubles_all(common), slope = doubles_all(along);
    vector_double factor[HALVES];
    for (int32_t l = 0; l < L; l++)
        factor[l / DOUBLES][l % DOUBLES] = l < lanes ? by->scale * by->inverse_deviation : 0;
    for (int32_t t = 0; t < steps; t++)
        for (int half = 0; half < HALVES; half++) {
            const vector_double d = doubles_in(gradient, t, half) - same - (doubles_in(x, t, half) - mean) * slope;
            doubles_out(gradient, t, half, factor[half] * d);
        }
}

static void add_up(int32_t count, const float *x, double *total) {
    for (int32_t k = 0; k < count; k++) {
        vector_double sum = doubles_in(x, k, 0);
        for (int half = 1; half < HALVES; half++)
            sum += doubles_in(x, k, half);
        double one = 0, other = 0;
        for (int l = 0; l < DOUBLES; l += 2) {
            one += sum[l];
            other += sum[l + 1];
        }
        total[k] = one + other;
    }
}

/* ---- dropout and spikes ---- */

static void scale(int32_t steps, const float factor[L], const float *x, float *y) {
    for (int part = 0; part < PARTS; part++) {
        vector by;
        memcpy(&by, factor + part * VECTOR, sizeof by);
        for (int32_t t = 0; t < steps; t++)
            *vector_at(y, t, part) = *vector_in(x, t, part) * by;
    }
}

static void cut(int32_t steps, const int32_t end[L], float *x) {
    int32_t first = steps;
    for (int l = 0; l < L; l++)
        first = end[l] < first ? end[l] : first;
    for (int part = 0; part < PARTS; part++) {
        vector_mask ends;
        memcpy(&ends, end + part * VECTOR, sizeof ends);
        for (int32_t t = first; t < steps; t++)
            *vector_at(x, t, part) = vector_where(ends > t, *vector_in(x, t, part));
    }
}

static void collect(int32_t steps, int32_t lanes, const float *x, uint16_t *bits) {
    const unsigned valid = (1U << lanes) - 1;
    for (int32_t t = 0; t < steps; t++, x += L) {
        unsigned set = 0;
#if defined(__AVX512F__)
        set = _mm512_cmp_ps_mask(_mm512_loadu_ps(x), _mm512_setzero_ps(), _CMP_GT_OQ);
#elif defined(__AVX2__)
        for (int part = 0; part < PARTS; part++)
            set |= (unsigned)_mm256_movemask_ps(
                       _mm256_cmp_ps((__m256)*vector_in(x, 0, part), _mm256_setzero_ps(), _CMP_GT_OQ))
                   << part * VECTOR;
#else
        for (int l = 0; l < L; l++)
            set |= (unsigned)(x[l] > 0) << l;
#endif
        bits[t] = (uint16_t)(set & valid);
    }
}

static int32_t count(int32_t steps, int32_t lanes, const float *x) {
    int32_t sum[L] = {0}, total = 0;
    for (int32_t t = 0; t < steps; t++, x += L)
        for (int l = 0; l < L; l++)
            sum[l] += x[l] != 0;
    for (int32_t l = 0; l < lanes; l++)
        total += sum[l];
    return total;
}

static void expand(int32_t steps, const uint16_t *bits, const float factor[L], float *x) {
#if defined(__AVX512F__)
    for (int32_t t = 0; t < steps; t++, x += L)
        _mm512_storeu_ps(x, _mm512_maskz_loadu_ps(bits[t], factor));
#else
    vector_mask lane[PARTS];
    vector by[PARTS];
    for (int l = 0; l < L; l++) {
        lane[l / VECTOR][l % VECTOR] = 1 << l;
        by[l / VECTOR][l % VECTOR] = factor[l];
    }
    for (int32_t t = 0; t < steps; t++)
        for (int part = 0; part < PARTS; part++)
            *vector_at(x, t, part) = vector_where((lane[part] & (int32_t)bits[t]) != 0, by[part]);
#endif
}

#endif

/* ---- one step ---- */

static void normalise_step(int32_t neurons, const double *restrict mean, const double *restrict factor,
                           const double *restrict shift, const float *restrict x, float *restrict y) {
    for (int32_t n = 0; n < neurons; n++)
        y[n] = (float)(((double)x[n] - mean[n]) * factor[n] + shift[n]);
}

extern const snnd_row_kernels SNND_ROW_KERNELS;
const snnd_row_kernels SNND_ROW_KERNELS = {
#if defined(SNND_TRAINING)
    .moments = moments,
    .moments_to_end = moments_to_end,
    .normalise = normalise,
    .norm_sums = norm_sums,
    .norm_backward = norm_backward,
    .add_up = add_up,
    .scale = scale,
    .cut = cut,
    .collect = collect,
    .count = count,
    .expand = expand,
#endif
    .normalise_step = normalise_step,
};
