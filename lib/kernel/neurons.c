/*
 * Neurons over rows (neurons.h): where a LIF neuron takes its spike, and a leaky integrator its potential. Compiled
 * once for each instruction set. Neurons that adapt are in adaptive.c.
 */
#include "kernel/neurons.h"

#include <stdbool.h>
#include <string.h>

#include "kernel/surrogate.h"
#include "kernel/vector.h"

enum { L = SNND_LANES, TOGETHER = 4 };

/* The choices that are made outside of all loops, as constants of the functions. The neurons of the paper, with one
 * time constant for all, are a variant of their own. */
typedef struct variant {
    int update_first, subtract, own_decays;
} variant;

static bool updates_first(const snnd_lif *lif) {
    return lif->order == SNND_ORDER_UPDATE_FIRST;
}

static bool subtracts(const snnd_lif *lif) {
    return lif->reset == SNND_RESET_SUBTRACT;
}

#if defined(SNND_TRAINING) /* all that is not a step of a stream */

static const float *decay_of(const float *decay, const float *decays, int32_t neuron) {
    return decays == NULL ? decay : decays + neuron;
}

/* ---- forwards and backwards through all steps ---- */

/* Each step depends on the one before, so that the steps of several neurons are interleaved. */
INLINE void fire(const snnd_lif *lif, int32_t first, int32_t steps, snnd_rows current, snnd_rows potential,
                 snnd_rows spikes, float *sums, const int part, const int neurons, const int want_potential,
                 const int want_spikes, const variant kind) {
    const vector shared = vector_all(lif->decay), threshold = vector_all(lif->threshold), one = vector_all(1);
    vector own[TOGETHER], mem[TOGETHER], syn[TOGETHER], sum[2] = {{0}, {0}}; /* as many as there are registers for */
    for (int n = 0; n < neurons; n++) {
        mem[n] = syn[n] = (vector){0};
        if (kind.own_decays)
            own[n] = vector_all(*decay_of(&lif->decay, lif->decays, first + n));
    }
    for (int32_t t = 0; t < steps; t++)
        for (int n = 0; n < neurons; n++) {
            const vector decay = kind.own_decays ? own[n] : shared;
            if (kind.update_first)
                syn[n] = *vector_in(snnd_rows_of(current, n), t, part);
            const vector next = decay * mem[n] + syn[n], v = kind.update_first ? next : mem[n];
            const vector_mask fires = v > threshold;
            if (want_potential)
                *vector_at(snnd_rows_of(potential, n), t, part) = v;
            if (want_spikes)
                *vector_at(snnd_rows_of(spikes, n), t, part) = vector_where(fires, one);
            mem[n] = kind.subtract ? next - vector_where(fires, threshold) : vector_where(~fires, next);
            if (!kind.update_first)
                syn[n] = *vector_in(snnd_rows_of(current, n), t, part);
            if (want_spikes)
                sum[n % 2] += next;
        }
    for (int n = 0; n < neurons && want_spikes && !kind.update_first; n++)
        sum[n % 2] += syn[n];
    if (want_spikes)
        *vector_at(sums, 0, part) += sum[0] + sum[1];
}

INLINE void fire_all(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential, snnd_rows spikes,
                     float *sums, const int want_potential, const int want_spikes, const variant kind) {
    for (int part = 0; part < PARTS; part++) {
        int32_t n = 0;
        for (; n + TOGETHER <= extent.neurons; n += TOGETHER)
            fire(lif, n, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                 snnd_rows_from(spikes, n), sums, part, TOGETHER, want_potential, want_spikes, kind);
        for (; n < extent.neurons; n++)
            fire(lif, n, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                 snnd_rows_from(spikes, n), sums, part, 1, want_potential, want_spikes, kind);
    }
}

INLINE void fire_what_is_wanted(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                                snnd_rows spikes, float *sums, const variant kind) {
    if (spikes.data == NULL)
        fire_all(lif, extent, current, potential, spikes, sums, 1, 0, kind);
    else if (potential.data == NULL)
        fire_all(lif, extent, current, potential, spikes, sums, 0, 1, kind);
    else
        fire_all(lif, extent, current, potential, spikes, sums, 1, 1, kind);
}

static void lif_forward(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                        snnd_rows spikes, float sums[L]) {
    for (int l = 0; l < L && spikes.data != NULL; l++)
        sums[l] = 0;
    if (updates_first(lif) && subtracts(lif))
        fire_what_is_wanted(lif, extent, current, potential, spikes, sums, (variant){1, 1, 1});
    else if (updates_first(lif))
        fire_what_is_wanted(lif, extent, current, potential, spikes, sums, (variant){1, 0, 1});
    else if (subtracts(lif))
        fire_what_is_wanted(lif, extent, current, potential, spikes, sums, (variant){0, 1, 1});
    else if (lif->decays != NULL)
        fire_what_is_wanted(lif, extent, current, potential, spikes, sums, (variant){0, 0, 1});
    else
        fire_what_is_wanted(lif, extent, current, potential, spikes, sums, (variant){0, 0, 0});
}

/* Returns what m[t+1] subtracts from dL/ds[t] where the reset is differentiated. */
INLINE vector taken_by_reset(vector v, vector syn, vector decay, vector threshold, const variant kind) {
    if (kind.subtract)
        return kind.update_first ? decay * threshold : threshold;
    return kind.update_first ? decay * v : decay * v + syn;
}

/* Returns what decays from this step to the next. */
INLINE vector that_decays(vector v, vector_mask fires, vector threshold, const variant kind) {
    if (!kind.subtract)
        return vector_where(~fires, v);
    return kind.update_first ? v - vector_where(fires, threshold) : v;
}

INLINE void fire_backward(const snnd_lif *lif, int32_t first, int32_t steps, snnd_rows current, snnd_rows potential,
                          snnd_rows gradient, float *slopes, const int part, const int neurons, const int detach,
                          const int surrogate, const variant kind) {
    const vector shared = vector_all(lif->decay), threshold = vector_all(lif->threshold);
    const float alpha = lif->alpha;
    vector own[TOGETHER], slope[TOGETHER];  /* dL/ddecay */
    vector next[TOGETHER], after[TOGETHER]; /* m[t+1], m[t+2] */
    vector_mask fired_next[TOGETHER];       /* s[t+1] */
    for (int n = 0; n < neurons; n++) {
        next[n] = after[n] = (vector){0};
        fired_next[n] = (vector_mask){0};
        if (kind.own_decays) {
            own[n] = vector_all(*decay_of(&lif->decay, lif->decays, first + n));
            slope[n] = (vector){0};
        }
    }
    for (int32_t t = steps - 1; t >= 0; t--)
        for (int n = 0; n < neurons; n++) {
            const vector decay = kind.own_decays ? own[n] : shared;
            const vector v = *vector_in(snnd_rows_of(potential, n), t, part);
            vector *g = vector_at(snnd_rows_of(gradient, n), t, part);
            vector ds = *g;
            if (!detach) {
                vector syn = {0};
                if (t > 0 && !kind.update_first && !kind.subtract)
                    syn = *vector_in(snnd_rows_of(current, n), t - 1, part);
                ds -= taken_by_reset(v, syn, decay, threshold, kind) * next[n];
            }
            const vector_mask fires = v > threshold;
            const vector kept = decay * next[n];
            const vector m = surrogate_backward(ds, v - threshold, alpha, surrogate) +
                             (kind.subtract ? kept : vector_where(~fires, kept));
            if (kind.own_decays)
                slope[n] += next[n] * that_decays(v, fires, threshold, kind);
            if (kind.update_first)
                *g = m;
            else
                *g = kind.subtract ? after[n] : vector_where(~fired_next[n], after[n]);
            after[n] = next[n];
            next[n] = m;
            fired_next[n] = fires;
        }
    for (int n = 0; n < neurons && kind.own_decays && slopes != NULL; n++)
        *vector_at(slopes + n * L, 0, part) = slope[n];
}

INLINE void fire_backward_all(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                              snnd_rows gradient, float *slopes, const int detach, const int surrogate,
                              const variant kind) {
    for (int part = 0; part < PARTS; part++) {
        int32_t n = 0;
        for (; n + TOGETHER <= extent.neurons; n += TOGETHER)
            fire_backward(lif, n, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                          snnd_rows_from(gradient, n), slopes == NULL ? NULL : slopes + n * L, part, TOGETHER, detach,
                          surrogate, kind);
        for (; n < extent.neurons; n++)
            fire_backward(lif, n, extent.steps, snnd_rows_from(current, n), snnd_rows_from(potential, n),
                          snnd_rows_from(gradient, n), slopes == NULL ? NULL : slopes + n * L, part, 1, detach,
                          surrogate, kind);
    }
}

/* All neurons except those of the paper, for one surrogate; the reset is differentiated or not. */
INLINE void fire_backward_by(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                             snnd_rows gradient, float *slopes, const int detach, const int surrogate) {
    if (updates_first(lif) && subtracts(lif))
        fire_backward_all(lif, extent, current, potential, gradient, slopes, detach, surrogate, (variant){1, 1, 1});
    else if (updates_first(lif))
        fire_backward_all(lif, extent, current, potential, gradient, slopes, detach, surrogate, (variant){1, 0, 1});
    else if (subtracts(lif))
        fire_backward_all(lif, extent, current, potential, gradient, slopes, detach, surrogate, (variant){0, 1, 1});
    else
        fire_backward_all(lif, extent, current, potential, gradient, slopes, detach, surrogate, (variant){0, 0, 1});
}

/* Each surrogate has its own function, since one function for all would be slow to compile. */
#define BACKWARD_BY(name, surrogate)                                                                                   \
    static                                                                                                             \
        __attribute__((noinline)) void backward_by_##name(const snnd_lif *lif, snnd_extent extent, snnd_rows current,  \
                                                          snnd_rows potential, snnd_rows gradient, float *slopes) {    \
        if (lif->detach_reset)                                                                                         \
            fire_backward_by(lif, extent, current, potential, gradient, slopes, 1, surrogate);                         \
        else                                                                                                           \
            fire_backward_by(lif, extent, current, potential, gradient, slopes, 0, surrogate);                         \
    }

BACKWARD_BY(arctan, SNND_SURROGATE_ARCTAN)
BACKWARD_BY(fast_sigmoid, SNND_SURROGATE_FAST_SIGMOID)
BACKWARD_BY(sigmoid, SNND_SURROGATE_SIGMOID)
BACKWARD_BY(triangle, SNND_SURROGATE_TRIANGLE)
BACKWARD_BY(rectangle, SNND_SURROGATE_RECTANGLE)

static bool is_paper(const snnd_lif *lif) {
    return !updates_first(lif) && !subtracts(lif) && lif->decays == NULL && lif->surrogate <= SNND_SURROGATE_ARCTAN;
}

static void lif_backward(const snnd_lif *lif, snnd_extent extent, snnd_rows current, snnd_rows potential,
                         snnd_rows gradient, float *slopes) {
    const variant paper = {0, 0, 0};
    if (is_paper(lif) && lif->detach_reset)
        fire_backward_all(lif, extent, current, potential, gradient, NULL, 1, SNND_SURROGATE_ARCTAN, paper);
    else if (is_paper(lif))
        fire_backward_all(lif, extent, current, potential, gradient, NULL, 0, SNND_SURROGATE_ARCTAN, paper);
    else if (lif->surrogate == SNND_SURROGATE_FAST_SIGMOID)
        backward_by_fast_sigmoid(lif, extent, current, potential, gradient, slopes);
    else if (lif->surrogate == SNND_SURROGATE_SIGMOID)
        backward_by_sigmoid(lif, extent, current, potential, gradient, slopes);
    else if (lif->surrogate == SNND_SURROGATE_TRIANGLE)
        backward_by_triangle(lif, extent, current, potential, gradient, slopes);
    else if (lif->surrogate == SNND_SURROGATE_RECTANGLE)
        backward_by_rectangle(lif, extent, current, potential, gradient, slopes);
    else
        backward_by_arctan(lif, extent, current, potential, gradient, slopes);
}

INLINE void leak(const snnd_leaky *leaky, snnd_extent extent, snnd_rows current, snnd_rows potential,
                 const int update_first) {
    for (int32_t n = 0; n < extent.neurons; n++) {
        const float *h = snnd_rows_of(current, n), decay = *decay_of(&leaky->decay, leaky->decays, n);
        float *v = snnd_rows_of(potential, n), mem[L] = {0}, syn[L] = {0};
        for (int32_t t = 0; t < extent.steps; t++, h += L, v += L)
            for (int l = 0; l < L; l++) {
                mem[l] = decay * mem[l] + (update_first ? h[l] : syn[l]);
                syn[l] = h[l];
                v[l] = mem[l];
            }
    }
}

static void leaky_forward(const snnd_leaky *leaky, snnd_extent extent, snnd_rows current, snnd_rows potential) {
    if (leaky->order == SNND_ORDER_UPDATE_FIRST)
        leak(leaky, extent, current, potential, 1);
    else
        leak(leaky, extent, current, potential, 0);
}

INLINE void leak_backward(const snnd_leaky *leaky, snnd_extent extent, snnd_rows gradient, const int update_first) {
    for (int32_t n = 0; n < extent.neurons; n++) {
        const float decay = *decay_of(&leaky->decay, leaky->decays, n);
        float next[L] = {0};
        for (int32_t t = extent.steps - 1; t >= 0; t--) {
            float *g = snnd_rows_of(gradient, n) + (size_t)t * L;
            for (int l = 0; l < L; l++) {
                const float m = g[l] + decay * next[l];
                g[l] = update_first ? m : next[l];
                next[l] = m;
            }
        }
    }
}

static void leaky_backward(const snnd_leaky *leaky, snnd_extent extent, snnd_rows gradient) {
    if (leaky->order == SNND_ORDER_UPDATE_FIRST)
        leak_backward(leaky, extent, gradient, 1);
    else
        leak_backward(leaky, extent, gradient, 0);
}

static void leaky_slopes(const snnd_leaky *leaky, snnd_extent extent, snnd_rows potential, snnd_rows gradient,
                         float *slopes) {
    for (int32_t n = 0; n < extent.neurons; n++) {
        const float decay = *decay_of(&leaky->decay, leaky->decays, n);
        float m[L] = {0}, sum[L] = {0};
        for (int32_t t = extent.steps - 1; t > 0; t--) {
            const float *g = snnd_rows_of(gradient, n) + (size_t)t * L;
            const float *before = snnd_rows_of(potential, n) + (size_t)(t - 1) * L;
            for (int l = 0; l < L; l++) {
                m[l] = g[l] + decay * m[l];
                sum[l] += m[l] * before[l];
            }
        }
        memcpy(slopes + (size_t)n * L, sum, sizeof sum);
    }
}

#endif

/* ---- one step ---- */

/* A number that is not finite becomes NaN where a reset to 0 would hide it. */
INLINE void step_neurons(const snnd_lif *lif, int32_t neurons, const float *restrict current, float *restrict mem,
                         float *restrict syn, float *restrict spikes, const variant kind) {
    const float shared = lif->decay, threshold = lif->threshold, *restrict own = lif->decays;
    for (int32_t n = 0; n < neurons; n++) {
        const float decay = kind.own_decays ? own[n] : shared;
        const float next = decay * mem[n] + (kind.update_first ? current[n] : syn[n]);
        const bool fires = (kind.update_first ? next : mem[n]) > threshold;
        spikes[n] = fires ? 1.0f : 0.0f;
        if (kind.subtract)
            mem[n] = fires ? next - threshold : next;
        else if (kind.update_first)
            mem[n] = fires ? next - next : next;
        else
            mem[n] = fires ? 0.0f : next;
        if (!kind.update_first)
            syn[n] = current[n];
    }
}

static void lif_step(const snnd_lif *lif, int32_t neurons, const float *current, float *mem, float *syn,
                     float *spikes) {
    const bool own = lif->decays != NULL;
    if (updates_first(lif) && subtracts(lif) && own)
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){1, 1, 1});
    else if (updates_first(lif) && subtracts(lif))
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){1, 1, 0});
    else if (updates_first(lif) && own)
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){1, 0, 1});
    else if (updates_first(lif))
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){1, 0, 0});
    else if (subtracts(lif) && own)
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){0, 1, 1});
    else if (subtracts(lif))
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){0, 1, 0});
    else if (own)
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){0, 0, 1});
    else
        step_neurons(lif, neurons, current, mem, syn, spikes, (variant){0, 0, 0});
}

INLINE void step_leaky(const snnd_leaky *leaky, int32_t neurons, const float *restrict current, float *restrict mem,
                       float *restrict syn, float *restrict potential, const int update_first, const int own_decays) {
    const float shared = leaky->decay, *restrict own = leaky->decays;
    for (int32_t n = 0; n < neurons; n++) {
        const float decay = own_decays ? own[n] : shared;
        potential[n] = mem[n] = decay * mem[n] + (update_first ? current[n] : syn[n]);
        if (!update_first)
            syn[n] = current[n];
    }
}

static void leaky_step(const snnd_leaky *leaky, int32_t neurons, const float *current, float *mem, float *syn,
                       float *potential) {
    const bool update_first = leaky->order == SNND_ORDER_UPDATE_FIRST;
    if (update_first && leaky->decays != NULL)
        step_leaky(leaky, neurons, current, mem, syn, potential, 1, 1);
    else if (update_first)
        step_leaky(leaky, neurons, current, mem, syn, potential, 1, 0);
    else if (leaky->decays != NULL)
        step_leaky(leaky, neurons, current, mem, syn, potential, 0, 1);
    else
        step_leaky(leaky, neurons, current, mem, syn, potential, 0, 0);
}

extern const snnd_neuron_kernels SNND_NEURON_KERNELS;
const snnd_neuron_kernels SNND_NEURON_KERNELS = {
#if defined(SNND_TRAINING)
    .lif_forward = lif_forward,
    .lif_backward = lif_backward,
    .leaky_forward = leaky_forward,
    .leaky_backward = leaky_backward,
    .leaky_slopes = leaky_slopes,
#endif
    .lif_step = lif_step,
    .leaky_step = leaky_step,
};
