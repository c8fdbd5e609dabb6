/* Adaptive neurons (adaptive.h), compiled once for each instruction set. */
#include "kernel/adaptive.h"

#include <stdbool.h>

#include "kernel/surrogate.h"
#include "kernel/vector.h"

enum { L = SNND_LANES, TOGETHER = 4, TOGETHER_BACK = 2 };

#if defined(SNND_TRAINING) /* everything except the step of a stream */

/* Returns the same constants and parameters from a neuron on. */
INLINE snnd_adaptive from_neuron(const snnd_adaptive *by, int32_t neuron) {
    snnd_adaptive from = *by;
    from.membrane += neuron;
    from.adaptation += neuron;
    from.subthreshold += neuron;
    from.spike += neuron;
    return from;
}

/* ---- forwards ---- */

/* Each step depends on the one before, so that the steps of several neurons are interleaved. */
INLINE void fire(const snnd_adaptive by, int32_t steps, snnd_rows current, snnd_rows potential, snnd_rows adaptation,
                 snnd_rows spikes, float *lost, const int part, const int neurons, const int want_potential,
                 const int want_adaptation, const int want_spikes) {
    const vector threshold = vector_all(by.threshold), one = vector_all(1);
    vector u[TOGETHER], w[TOGETHER];
    vector_mask fired[TOGETHER];
    for (int n = 0; n < neurons; n++) {
        u[n] = w[n] = (vector){0};
        fired[n] = (vector_mask){0};
    }
    for (int32_t t = 0; t < steps; t++)
        for (int n = 0; n < neurons; n++) {
            const vector decay = vector_all(by.membrane[n]);
            const vector h = *vector_in(snnd_rows_of(current, n), t, part);
            w[n] = vector_all(by.adaptation[n]) * w[n] + vector_all(by.subthreshold[n]) * u[n] +
                   vector_where(fired[n], vector_all(by.spike[n]));
            u[n] = decay * (u[n] - vector_where(fired[n], threshold)) + (one - decay) * (h - w[n]);
            fired[n] = u[n] > threshold;
            if (want_potential)
                *vector_at(snnd_rows_of(potential, n), t, part) = u[n];
            if (want_adaptation)
                *vector_at(snnd_rows_of(adaptation, n), t, part) = w[n];
            if (want_spikes)
                *vector_at(snnd_rows_of(spikes, n), t, part) = vector_where(fired[n], one);
        }
    for (int n = 0; n < neurons && want_spikes; n++)
        *vector_at(lost, 0, part) += u[n] - u[n];
}

INLINE void fire_all(const snnd_adaptive *by, snnd_extent extent, snnd_rows current, snnd_rows potential,
                     snnd_rows adaptation, snnd_rows spikes, float *lost, const int want_potential,
                     const int want_adaptation, const int want_spikes) {
    for (int part = 0; part < PARTS; part++) {
        int32_t n = 0;
        for (; n + TOGETHER <= extent.neurons; n += TOGETHER)
            fire(from_neuron(by, n), extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                 snnd_rows_from(adaptation, n), snnd_rows_from(spikes, n), lost, part, TOGETHER, want_potential,
                 want_adaptation, want_spikes);
        for (; n < extent.neurons; n++)
            fire(from_neuron(by, n), extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                 snnd_rows_from(adaptation, n), snnd_rows_from(spikes, n), lost, part, 1, want_potential,
                 want_adaptation, want_spikes);
    }
}

static void forward(const snnd_adaptive *by, snnd_extent extent, snnd_rows current, snnd_rows potential,
                    snnd_rows adaptation, snnd_rows spikes, float lost[L]) {
    for (int l = 0; l < L && spikes.data != NULL; l++)
        lost[l] = 0;
    if (spikes.data == NULL && adaptation.data == NULL)
        fire_all(by, extent, current, potential, adaptation, spikes, lost, 1, 0, 0);
    else if (spikes.data == NULL)
        fire_all(by, extent, current, potential, adaptation, spikes, lost, 1, 1, 0);
    else if (potential.data == NULL)
        fire_all(by, extent, current, potential, adaptation, spikes, lost, 0, 0, 1);
    else
        fire_all(by, extent, current, potential, adaptation, spikes, lost, 1, 1, 1);
}

/* ---- backwards ---- */

/* Returns row t - 1, or 0 before the first step. */
INLINE vector before(snnd_rows rows, int n, int32_t t, int part) {
    return t == 0 ? (vector){0} : *vector_in(snnd_rows_of(rows, n), t - 1, part);
}

INLINE void fire_backward(const snnd_adaptive by, int32_t steps, snnd_rows current, snnd_rows potential,
                          snnd_rows adaptation, snnd_rows gradient, const int part, const int neurons,
                          const int surrogate, float sums[][SNND_ADAPTIVE_PARAMETERS][L]) {
    const vector threshold = vector_all(by.threshold), one = vector_all(1);
    vector du[TOGETHER_BACK], dw[TOGETHER_BACK], u[TOGETHER_BACK], w[TOGETHER_BACK];
    vector sum[TOGETHER_BACK][SNND_ADAPTIVE_PARAMETERS];
    for (int n = 0; n < neurons; n++) {
        du[n] = dw[n] = (vector){0};
        u[n] = *vector_in(snnd_rows_of(potential, n), steps - 1, part);
        w[n] = *vector_in(snnd_rows_of(adaptation, n), steps - 1, part);
        for (int k = 0; k < SNND_ADAPTIVE_PARAMETERS; k++)
            sum[n][k] = (vector){0};
    }
    for (int32_t t = steps - 1; t >= 0; t--)
        for (int n = 0; n < neurons; n++) {
            const vector decay = vector_all(by.membrane[n]), share = one - decay;
            const vector reset = vector_all(by.detach_reset ? 0 : by.membrane[n] * by.threshold);
            const vector last_u = before(potential, n, t, part), last_w = before(adaptation, n, t, part);
            const vector_mask fired = last_u > threshold;
            vector *g = vector_at(snnd_rows_of(gradient, n), t, part);
            /* It is computed separately, so that no step waits for a division. */
            const vector slope = surrogate_backward(one, u[n] - threshold, by.alpha, surrogate);
            const vector ds = *g + vector_all(by.spike[n]) * dw[n] - reset * du[n];
            du[n] = ds * slope + (decay * du[n] + vector_all(by.subthreshold[n]) * dw[n]);
            dw[n] = vector_all(by.adaptation[n]) * dw[n] - share * du[n];
            sum[n][0] += du[n] * (last_u - vector_where(fired, threshold) -
                                  (*vector_in(snnd_rows_of(current, n), t, part) - w[n]));
            sum[n][1] += dw[n] * last_w;
            sum[n][2] += dw[n] * last_u;
            sum[n][3] += vector_where(fired, dw[n]);
            *g = share * du[n];
            u[n] = last_u;
            w[n] = last_w;
        }
    for (int n = 0; n < neurons; n++)
        for (int k = 0; k < SNND_ADAPTIVE_PARAMETERS; k++)
            *vector_at(sums[n][k], 0, part) = sum[n][k];
}

INLINE void fire_backward_all(const snnd_adaptive *by, snnd_extent extent, int32_t lanes, snnd_rows current,
                              snnd_rows potential, snnd_rows adaptation, snnd_rows gradient, double *sums,
                              const int surrogate) {
    _Alignas(L * sizeof(float)) float lane[TOGETHER_BACK][SNND_ADAPTIVE_PARAMETERS][L];
    for (int32_t n = 0; n < extent.neurons;) {
        const int neurons = n + TOGETHER_BACK <= extent.neurons ? TOGETHER_BACK : 1;
        for (int part = 0; part < PARTS; part++)
            if (neurons == TOGETHER_BACK)
                fire_backward(from_neuron(by, n), extent.steps, snnd_rows_from(current, n),
                              snnd_rows_from(potential, n), snnd_rows_from(adaptation, n), snnd_rows_from(gradient, n),
                              part, TOGETHER_BACK, surrogate, lane);
            else
                fire_backward(from_neuron(by, n), extent.steps, snnd_rows_from(current, n),
                              snnd_rows_from(potential, n), snnd_rows_from(adaptation, n), snnd_rows_from(gradient, n),
                              part, 1, surrogate, lane);
        for (int k = 0; k < neurons * SNND_ADAPTIVE_PARAMETERS; k++, sums++) {
            *sums = 0;
            for (int32_t l = 0; l < lanes; l++)
                *sums += (double)lane[k / SNND_ADAPTIVE_PARAMETERS][k % SNND_ADAPTIVE_PARAMETERS][l];
        }
        n += neurons;
    }
}

/* Each surrogate has its own function, since one function for all would be slow to compile. */
#define BACKWARD_BY(name, surrogate)                                                                                   \
    static __attribute__((noinline)) void backward_by_##name(const snnd_adaptive *by, snnd_extent extent,              \
                                                             int32_t lanes, snnd_rows current, snnd_rows potential,    \
                                                             snnd_rows adaptation, snnd_rows gradient, double *sums) { \
        fire_backward_all(by, extent, lanes, current, potential, adaptation, gradient, sums, surrogate);               \
    }

BACKWARD_BY(arctan, SNND_SURROGATE_ARCTAN)
BACKWARD_BY(fast_sigmoid, SNND_SURROGATE_FAST_SIGMOID)
BACKWARD_BY(sigmoid, SNND_SURROGATE_SIGMOID)
BACKWARD_BY(triangle, SNND_SURROGATE_TRIANGLE)
BACKWARD_BY(rectangle, SNND_SURROGATE_RECTANGLE)

static void backward(const snnd_adaptive *by, snnd_extent extent, int32_t lanes, snnd_rows current, snnd_rows potential,
                     snnd_rows adaptation, snnd_rows gradient, double *sums) {
    static void (*const functions[])(const snnd_adaptive *, snnd_extent, int32_t, snnd_rows, snnd_rows, snnd_rows,
                                     snnd_rows, double *) = {[SNND_SURROGATE_ARCTAN] = backward_by_arctan,
                                                             [SNND_SURROGATE_FAST_SIGMOID] = backward_by_fast_sigmoid,
                                                             [SNND_SURROGATE_SIGMOID] = backward_by_sigmoid,
                                                             [SNND_SURROGATE_TRIANGLE] = backward_by_triangle,
                                                             [SNND_SURROGATE_RECTANGLE] = backward_by_rectangle};
    functions[by->surrogate](by, extent, lanes, current, potential, adaptation, gradient, sums);
}

#endif

/* ---- one step ---- */

static void step(const snnd_adaptive *by, int32_t neurons, const float *restrict current, float *restrict u,
                 float *restrict w, float *restrict spikes) {
    const float *restrict membrane = by->membrane, *restrict adaptation = by->adaptation;
    const float *restrict subthreshold = by->subthreshold, *restrict spike = by->spike;
    const float threshold = by->threshold;
    for (int32_t n = 0; n < neurons; n++) {
        const bool fired = u[n] > threshold;
        w[n] = adaptation[n] * w[n] + subthreshold[n] * u[n] + (fired ? spike[n] : 0.0f);
        u[n] = membrane[n] * (u[n] - (fired ? threshold : 0.0f)) + (1 - membrane[n]) * (current[n] - w[n]);
        spikes[n] = u[n] > threshold ? 1.0f : 0.0f;
    }
}

extern const snnd_adaptive_kernels SNND_ADAPTIVE_KERNELS;
const snnd_adaptive_kernels SNND_ADAPTIVE_KERNELS = {
#if defined(SNND_TRAINING)
    .forward = forward,
    .backward = backward,
#endif
    .step = step,
};
