#include "kernel/neurons.h"

#include "kernel/activity.h"

enum { L = SNND_LANES };

static const float HALF_PI = 1.57079632679489662f;

void snnd_lif_forward(const snnd_lif *lif, int32_t steps, const float *current, float *potential, float *spikes) {
    float mem[L] = {0}, syn[L] = {0};
    for (int32_t t = 0; t < steps; t++) {
        const float *h = current + (size_t)t * L;
        float *v = potential + (size_t)t * L, *s = spikes + (size_t)t * L;
        for (int l = 0; l < L; l++) {
            v[l] = mem[l];
            s[l] = mem[l] > lif->threshold ? 1.0f : 0.0f;
            mem[l] = (lif->decay * mem[l] + syn[l]) * (1.0f - s[l]);
            syn[l] = h[l];
        }
    }
}

void snnd_lif_backward(const snnd_lif *lif, int32_t steps, const float *current, const float *potential,
                       float *gradient) {
    float next[L] = {0}, after[L] = {0}; /* m[t+1], m[t+2] */
    float silent_next[L] = {0};          /* 1 - s[t+1] */
    const float half = lif->alpha / 2, steepness = HALF_PI * lif->alpha;
    for (int32_t t = steps - 1; t >= 0; t--) {
        const float *v = potential + (size_t)t * L;
        const float *syn = t > 0 ? current + (size_t)(t - 1) * L : NULL;
        float *g = gradient + (size_t)t * L;
        for (int l = 0; l < L; l++) {
            float ds = g[l];
            if (!lif->detach_reset)
                ds -= (lif->decay * v[l] + (syn != NULL ? syn[l] : 0.0f)) * next[l];
            float x = steepness * (v[l] - lif->threshold);
            float silent = v[l] > lif->threshold ? 0.0f : 1.0f;
            float m = ds * half / (1.0f + x * x) + lif->decay * silent * next[l];
            g[l] = silent_next[l] * after[l];
            after[l] = next[l];
            next[l] = m;
            silent_next[l] = silent;
        }
    }
}

void snnd_leaky_forward(float decay, int32_t steps, const float *current, float *potential) {
    float mem[L] = {0}, syn[L] = {0};
    for (int32_t t = 0; t < steps; t++)
        for (int l = 0; l < L; l++) {
            mem[l] = decay * mem[l] + syn[l];
            syn[l] = current[(size_t)t * L + l];
            potential[(size_t)t * L + l] = mem[l];
        }
}

void snnd_leaky_backward(float decay, int32_t steps, float *gradient) {
    float next[L] = {0};
    for (int32_t t = steps - 1; t >= 0; t--)
        for (int l = 0; l < L; l++) {
            float *g = &gradient[(size_t)t * L + l];
            float m = *g + decay * next[l];
            *g = next[l];
            next[l] = m;
        }
}
