/* Currents of one time step (frame.h), compiled once for each instruction set. A vector is of outputs here. */
#include "kernel/frame.h"

#include "kernel/vector.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* A vector anywhere in memory. */
typedef float vector_anywhere __attribute__((vector_size(4 * VECTOR), aligned(4), may_alias));

/* x[delay[k]] for each k of a vector. Up to 32 numbers fit two registers of AVX-512, and are picked there. */
INLINE vector pick(const float *x, const uint16_t *delay, const int few) {
#if defined(__AVX512F__)
    const __m512i at = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)delay));
    if (few)
        return (vector)_mm512_permutex2var_ps(_mm512_loadu_ps(x), at, _mm512_loadu_ps(x + VECTOR));
    return (vector)_mm512_i32gather_ps(at, x, 4);
#elif defined(__AVX2__)
    (void)few;
    return (vector)_mm256_i32gather_ps(x, _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)delay)), 4);
#else
    (void)few;
    return (vector){x[delay[0]], x[delay[1]], x[delay[2]], x[delay[3]]};
#endif
}

/* An input that goes to every output once. */
INLINE void add_full(int32_t outputs, const uint16_t *delay, const float *value, const float *x,
                     float *restrict current, const int few) {
    int32_t o = 0;
    for (; o + VECTOR <= outputs; o += VECTOR) {
        vector_anywhere *sum = (vector_anywhere *)(current + o);
        const vector weight = *(const vector_anywhere *)(value + o), source = pick(x, delay + o, few);
        *sum += weight * source;
    }
    for (; o < outputs; o++)
        current[o] += value[o] * x[delay[o]];
}

static void currents(const snnd_frame_synapses *synapses, const snnd_frame_past *past, float *restrict current) {
    const int32_t taps = synapses->taps;
    for (int32_t o = 0; o < synapses->outputs; o++)
        current[o] = 0;
    for (int32_t i = 0; i < synapses->inputs; i++) {
        if (past->idle[i] >= taps)
            continue;
        const float *x = past->x + (size_t)i * 2 * (size_t)taps + past->newest;
        const int64_t begin = synapses->begin[i], end = synapses->begin[i + 1];
        if (!synapses->full[i])
            for (int64_t s = begin; s < end; s++)
                current[synapses->output[s]] += synapses->value[s] * x[synapses->delay[s]];
        else if (taps <= SNND_FRAME_MARGIN)
            add_full(synapses->outputs, synapses->delay + begin, synapses->value + begin, x, current, 1);
        else
            add_full(synapses->outputs, synapses->delay + begin, synapses->value + begin, x, current, 0);
    }
}

extern const snnd_frame_kernels SNND_FRAME_KERNELS;
const snnd_frame_kernels SNND_FRAME_KERNELS = {.currents = currents};
