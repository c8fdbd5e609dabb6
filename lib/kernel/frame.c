/* Currents of one time step (frame.h), compiled once for each instruction set. A vector is of outputs here. */
#include "kernel/frame.h"

#include "kernel/vector.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* A vector anywhere in memory. */
typedef float vector_anywhere __attribute__((vector_size(4 * VECTOR), aligned(4), may_alias));

/* value[k] and x[delay[k]] for each k of a vector, of which the first `there` exist: of the others the value is 0. Up
 * to 32 numbers of the past fit two registers of AVX-512, and are picked there. */
typedef struct picked {
    vector value, x;
} picked;

INLINE picked pick(const float *value, const uint16_t *delay, const float *x, int32_t there, const int few) {
#if defined(__AVX512F__)
    const __mmask16 mask = there >= VECTOR ? (__mmask16)0xffff : (__mmask16)((1U << there) - 1);
    const __m512i at = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, delay));
    return (picked){(vector)_mm512_maskz_loadu_ps(mask, value),
                    (vector)(few ? _mm512_permutex2var_ps(_mm512_loadu_ps(x), at, _mm512_loadu_ps(x + VECTOR))
                                 : _mm512_i32gather_ps(at, x, 4))};
#else
    picked made = {.value = {0}, .x = {0}};
    (void)few;
    if (there >= VECTOR) {
        made.value = *(const vector_anywhere *)value;
#if defined(__AVX2__)
        made.x = (vector)_mm256_i32gather_ps(x, _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)delay)), 4);
#else
        made.x = (vector){x[delay[0]], x[delay[1]], x[delay[2]], x[delay[3]]};
#endif
        return made;
    }
    for (int k = 0; k < there; k++) {
        made.value[k] = value[k];
        made.x[k] = x[delay[k]];
    }
    return made;
#endif
}

static const float *past_of(const snnd_frame_synapses *synapses, const snnd_frame_past *past, int32_t input) {
    return past->x + (size_t)input * 2 * (size_t)synapses->taps + past->newest;
}

/* Some vectors of outputs of a layer that has all synapses, in registers while the inputs pass. */
INLINE void dense_block(const snnd_frame_synapses *synapses, const snnd_frame_past *past, int32_t first, float *current,
                        const int vectors, const int few) {
    vector sum[4];
    for (int v = 0; v < vectors; v++)
        sum[v] = (vector){0};
    for (int32_t i = 0; i < synapses->inputs; i++) {
        if (past->idle[i] >= synapses->taps)
            continue;
        const float *x = past_of(synapses, past, i);
        const size_t place = (size_t)i * (size_t)synapses->outputs + (size_t)first;
        for (int v = 0; v < vectors; v++) {
            const size_t at = place + (size_t)(v * VECTOR);
            const picked p =
                pick(synapses->value + at, synapses->delay + at, x, synapses->outputs - first - v * VECTOR, few);
            sum[v] = multiply_add(p.value, p.x, sum[v]);
        }
    }
    for (int v = 0; v < vectors; v++)
        *(vector *)(current + first + v * VECTOR) = sum[v];
}

INLINE void dense(const snnd_frame_synapses *synapses, const snnd_frame_past *past, float *current, const int few) {
    const int32_t outputs = synapses->outputs;
    int32_t o = 0;
    for (; o + 3 * VECTOR < outputs; o += 4 * VECTOR)
        dense_block(synapses, past, o, current, 4, few);
    for (; o + VECTOR < outputs; o += 2 * VECTOR)
        dense_block(synapses, past, o, current, 2, few);
    for (; o < outputs; o += VECTOR)
        dense_block(synapses, past, o, current, 1, few);
}

static void sparse(const snnd_frame_synapses *synapses, const snnd_frame_past *past, float *current) {
    for (int32_t o = 0; o < synapses->outputs; o++)
        current[o] = 0;
    for (int32_t i = 0; i < synapses->inputs; i++) {
        if (past->idle[i] >= synapses->taps)
            continue;
        const float *x = past_of(synapses, past, i);
        for (int64_t s = synapses->begin[i]; s < synapses->begin[i + 1]; s++)
            current[synapses->output[s]] =
                multiply_add_one(synapses->value[s], x[synapses->delay[s]], current[synapses->output[s]]);
    }
}

static void currents(const snnd_frame_synapses *synapses, const snnd_frame_past *past, float *current) {
    if (!synapses->dense)
        sparse(synapses, past, current);
    else if (synapses->taps <= SNND_FRAME_MARGIN)
        dense(synapses, past, current, 1);
    else
        dense(synapses, past, current, 0);
}

extern const snnd_frame_kernels SNND_FRAME_KERNELS;
const snnd_frame_kernels SNND_FRAME_KERNELS = {.currents = currents};
