/*
 * Sums over taps (taps.h), compiled once for each instruction set. A block of time steps x lanes stays in registers
 * while the kernel walks the synapses; a tap is one multiply-add of a whole row. Sums run in the order of the lists, so
 * that a result is the same wherever and in whatever company it is computed.
 */
#include "kernel/taps.h"

#include "kernel/activity.h"

#if defined(__AVX512F__)
enum { VECTOR = 16, BLOCK = 16, RUN = 8, PHASES = 2 };
#elif defined(__AVX2__)
enum { VECTOR = 8, BLOCK = 8, RUN = 8, PHASES = 1 };
#else
enum { VECTOR = 4, BLOCK = 8, RUN = 8, PHASES = 1 };
#endif

typedef float vector __attribute__((vector_size(4 * VECTOR)));

/* Vectors in a row. */
enum { PARTS = SNND_LANES / VECTOR };

#define INLINE static inline __attribute__((always_inline))

INLINE void gather_block(const snnd_gather *job, int32_t time, int32_t part, const int block) {
    vector sum[BLOCK];
    for (int k = 0; k < block; k++)
        sum[k] = (vector){0};
    const snnd_taps *taps = job->taps;
    for (int64_t i = 0; i < job->synapses; i++) {
        int32_t s = job->synapse[i], count = taps->count[s];
        const float *value = taps->value + (size_t)s * (size_t)taps->width;
        ptrdiff_t row = (ptrdiff_t)time + job->offset + job->direction * taps->first[s];
        const float *neuron = job->source + (size_t)job->neuron[i] * job->stride + part * VECTOR;
        for (int32_t n = 0; n < count; n++, row += job->direction) {
            const vector *source = (const vector *)(neuron + row * SNND_LANES);
            for (int k = 0; k < block; k++)
                sum[k] += value[n] * source[k * PARTS];
        }
    }
    vector *target = (vector *)(job->target + (ptrdiff_t)time * SNND_LANES + part * VECTOR);
    for (int k = 0; k < block; k++)
        target[k * PARTS] = sum[k];
}

static void gather(const snnd_gather *job) {
    for (int32_t part = 0; part < PARTS; part++) {
        int32_t time = 0;
        for (; time + BLOCK <= job->steps; time += BLOCK)
            gather_block(job, time, part, BLOCK);
        for (; time + 4 <= job->steps; time += 4)
            gather_block(job, time, part, 4);
        for (; time < job->steps; time++)
            gather_block(job, time, part, 1);
    }
}

/* `run` neighbouring taps of one synapse, with one load of the gradient for all of them. Sums over even and over odd
 * steps run side by side where there are registers for both. */
INLINE void correlate_run(const snnd_correlate *job, const float *source, float *sum, const int run) {
    for (int part = 0; part < PARTS; part++) {
        vector total[PHASES][RUN];
        for (int phase = 0; phase < PHASES; phase++)
            for (int n = 0; n < run; n++)
                total[phase][n] = (vector){0};
        const vector *gradient = (const vector *)(job->gradient + part * VECTOR);
        const vector *input = (const vector *)(source + part * VECTOR);
        int32_t t = 0;
        for (; t + PHASES <= job->steps; t += PHASES)
            for (int phase = 0; phase < PHASES; phase++)
                for (int n = 0; n < run; n++)
                    total[phase][n] +=
                        gradient[(ptrdiff_t)(t + phase) * PARTS] * input[(ptrdiff_t)(t + phase + n) * PARTS];
        for (; t < job->steps; t++)
            for (int n = 0; n < run; n++)
                total[0][n] += gradient[(ptrdiff_t)t * PARTS] * input[(ptrdiff_t)(t + n) * PARTS];
        vector *target = (vector *)(sum + part * VECTOR);
        for (int n = 0; n < run; n++) {
            for (int phase = 1; phase < PHASES; phase++)
                total[0][n] += total[phase][n];
            target[n * PARTS] += total[0][n];
        }
    }
}

static void correlate_any(const snnd_correlate *job, const float *source, float *sum, int32_t run) {
    switch (run) {
    case 8:
        correlate_run(job, source, sum, 8);
        break;
    case 7:
        correlate_run(job, source, sum, 7);
        break;
    case 6:
        correlate_run(job, source, sum, 6);
        break;
    case 5:
        correlate_run(job, source, sum, 5);
        break;
    case 4:
        correlate_run(job, source, sum, 4);
        break;
    case 3:
        correlate_run(job, source, sum, 3);
        break;
    case 2:
        correlate_run(job, source, sum, 2);
        break;
    default:
        correlate_run(job, source, sum, 1);
        break;
    }
}

static void correlate(const snnd_correlate *job) {
    for (int32_t s = 0; s < job->synapses; s++) {
        ptrdiff_t row = (ptrdiff_t)job->first[s] - (job->taps_total - 1);
        const float *source = job->source + (size_t)(s / job->group) * job->stride + row * SNND_LANES;
        float *sum = job->sum + (size_t)s * (size_t)job->width * SNND_LANES;
        for (int32_t n = 0; n < job->count[s]; n += RUN) {
            int32_t run = job->count[s] - n < RUN ? job->count[s] - n : RUN;
            correlate_any(job, source + (ptrdiff_t)n * SNND_LANES, sum + (ptrdiff_t)n * SNND_LANES, run);
        }
    }
}

extern const snnd_row_kernels SNND_ROW_KERNELS;
extern const snnd_hot_kernels SNND_HOT_KERNELS;
const snnd_hot_kernels SNND_HOT_KERNELS = {
    .isa = SNND_HOT_ISA, .gather = gather, .correlate = correlate, .rows = &SNND_ROW_KERNELS};
