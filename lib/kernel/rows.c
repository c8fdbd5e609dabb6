/*
 * Rows (rows.h), compiled once for each instruction set. Normalisation is in double between float32 rows: a normalised
 * input is a difference of numbers that may be close, and what is lost in it is lost in every gradient behind it.
 */
#include "kernel/rows.h"

#include <stdbool.h>
#include <string.h>

#include "kernel/vector.h"

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

enum { L = SNND_LANES, TOGETHER = 4 };

static const float HALF_PI = 1.57079632679489662f;

/* ---- neurons ---- */

/* Each step waits for the one before; the steps of several neurons run between each other. */
INLINE void fire(const snnd_lif *lif, int32_t steps, snnd_rows current, snnd_rows potential, snnd_rows spikes,
                 float *sums, const int part, const int neurons, const int want_potential, const int want_spikes) {
    const vector decay = vector_all(lif->decay), threshold = vector_all(lif->threshold), one = vector_all(1);
    vector mem[TOGETHER], syn[TOGETHER], sum[2] = {{0}, {0}}; /* as many sums as there are registers for */
    for (int n = 0; n < neurons; n++)
        mem[n] = syn[n] = (vector){0};
    for (int32_t t = 0; t < steps; t++)
        for (int n = 0; n < neurons; n++) {
            const vector_mask fires = mem[n] > threshold;
            if (want_potential)
                *vector_at(snnd_rows_of(potential, n), t, part) = mem[n];
            if (want_spikes)
                *vector_at(snnd_rows_of(spikes, n), t, part) = vector_where(fires, one);
            const vector next = decay * mem[n] + syn[n];
            mem[n] = vector_where(~fires, next);
            syn[n] = *vector_in(snnd_rows_of(current, n), t, part);
            if (want_spikes)
                sum[n % 2] += next;
        }
    for (int n = 0; n < neurons && want_spikes; n++)
        sum[n % 2] += syn[n];
    if (want_spikes)
        *vector_at(sums, 0, part) += sum[0] + sum[1];
}

INLINE void fire_all(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential, snnd_rows spikes,
                     float *sums, const int want_potential, const int want_spikes) {
    for (int part = 0; part < PARTS; part++) {
        int32_t n = 0;
        for (; n + TOGETHER <= extent.neurons; n += TOGETHER)
            fire(lif, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n), snnd_rows_from(spikes, n),
                 sums, part, TOGETHER, want_potential, want_spikes);
        for (; n < extent.neurons; n++)
            fire(lif, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n), snnd_rows_from(spikes, n),
                 sums, part, 1, want_potential, want_spikes);
    }
}

static void lif_forward(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                        snnd_rows spikes, float sums[L]) {
    if (spikes.data == NULL) {
        fire_all(lif, extent, current, potential, spikes, sums, 1, 0);
        return;
    }
    for (int l = 0; l < L; l++)
        sums[l] = 0;
    if (potential.data == NULL)
        fire_all(lif, extent, current, potential, spikes, sums, 0, 1);
    else
        fire_all(lif, extent, current, potential, spikes, sums, 1, 1);
}

INLINE void fire_backward(const snnd_lif *lif, int32_t steps, snnd_rows current, snnd_rows potential,
                          snnd_rows gradient, const int part, const int neurons, const int detach) {
    const vector decay = vector_all(lif->decay), threshold = vector_all(lif->threshold), one = vector_all(1);
    const vector half = vector_all(lif->alpha / 2), steepness = vector_all(HALF_PI * lif->alpha);
    vector next[TOGETHER], after[TOGETHER]; /* m[t+1], m[t+2] */
    vector_mask fired_next[TOGETHER];       /* s[t+1] */
    for (int n = 0; n < neurons; n++) {
        next[n] = after[n] = (vector){0};
        fired_next[n] = (vector_mask){0};
    }
    for (int32_t t = steps - 1; t >= 0; t--)
        for (int n = 0; n < neurons; n++) {
            const vector v = *vector_in(snnd_rows_of(potential, n), t, part);
            vector *g = vector_at(snnd_rows_of(gradient, n), t, part);
            vector ds = *g;
            if (!detach) {
                const vector syn = t == 0 ? (vector){0} : *vector_in(snnd_rows_of(current, n), t - 1, part);
                ds -= (decay * v + syn) * next[n];
            }
            const vector x = steepness * (v - threshold);
            const vector_mask fires = v > threshold;
            const vector m = ds * half / (one + x * x) + vector_where(~fires, decay * next[n]);
            *g = vector_where(~fired_next[n], after[n]);
            after[n] = next[n];
            next[n] = m;
            fired_next[n] = fires;
        }
}

INLINE void lif_backward_of(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                            snnd_rows gradient, const int detach) {
    for (int part = 0; part < PARTS; part++) {
        int32_t n = 0;
        for (; n + TOGETHER <= extent.neurons; n += TOGETHER)
            fire_backward(lif, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                          snnd_rows_from(gradient, n), part, TOGETHER, detach);
        for (; n < extent.neurons; n++)
            fire_backward(lif, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                          snnd_rows_from(gradient, n), part, 1, detach);
    }
}

static void lif_backward(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                         snnd_rows gradient) {
    if (lif->detach_reset)
        lif_backward_of(lif, extent, current, potential, gradient, 1);
    else
        lif_backward_of(lif, extent, current, potential, gradient, 0);
}

static void leaky_forward(float decay, snnd_extent extent, snnd_rows current, snnd_rows potential) {
    for (int32_t n = 0; n < extent.neurons; n++) {
        const float *h = snnd_rows_of(current, n);
        float *v = snnd_rows_of(potential, n), mem[L] = {0}, syn[L] = {0};
        for (int32_t t = 0; t < extent.steps; t++, h += L, v += L)
            for (int l = 0; l < L; l++) {
                mem[l] = decay * mem[l] + syn[l];
                syn[l] = h[l];
                v[l] = mem[l];
            }
    }
}

static void leaky_backward(float decay, snnd_extent extent, snnd_rows gradient) {
    for (int32_t n = 0; n < extent.neurons; n++) {
        float next[L] = {0};
        for (int32_t t = extent.steps - 1; t >= 0; t--) {
            float *g = snnd_rows_of(gradient, n) + (size_t)t * L;
            for (int l = 0; l < L; l++) {
                const float m = g[l] + decay * next[l];
                g[l] = next[l];
                next[l] = m;
            }
        }
    }
}

/* ---- normalisation ---- */

/* Sum of the first `lanes` lanes. */
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

/* ---- one step ---- */

static void lif_step(const snnd_lif *lif, int32_t neurons, const float *restrict current, float *restrict mem,
                     float *restrict syn, float *restrict spikes) {
    const float decay = lif->decay, threshold = lif->threshold;
    for (int32_t n = 0; n < neurons; n++) {
        const bool fires = mem[n] > threshold;
        const float next = decay * mem[n] + syn[n];
        spikes[n] = fires ? 1.0f : 0.0f;
        mem[n] = fires ? 0.0f : next;
        syn[n] = current[n];
    }
}

static void leaky_step(float decay, int32_t neurons, const float *restrict current, float *restrict mem,
                       float *restrict syn, float *restrict potential) {
    for (int32_t n = 0; n < neurons; n++) {
        potential[n] = mem[n] = decay * mem[n] + syn[n];
        syn[n] = current[n];
    }
}

static void normalise_step(int32_t neurons, const double *restrict mean, const double *restrict factor,
                           const double *restrict shift, const float *restrict x, float *restrict y) {
    for (int32_t n = 0; n < neurons; n++)
        y[n] = (float)(((double)x[n] - mean[n]) * factor[n] + shift[n]);
}

extern const snnd_row_kernels SNND_ROW_KERNELS;
const snnd_row_kernels SNND_ROW_KERNELS = {
    .lif_forward = lif_forward,
    .lif_backward = lif_backward,
    .leaky_forward = leaky_forward,
    .leaky_backward = leaky_backward,
    .moments = moments,
    .normalise = normalise,
    .norm_sums = norm_sums,
    .norm_backward = norm_backward,
    .add_up = add_up,
    .scale = scale,
    .collect = collect,
    .count = count,
    .expand = expand,
    .lif_step = lif_step,
    .leaky_step = leaky_step,
    .normalise_step = normalise_step,
};
