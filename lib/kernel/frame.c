/* Currents of one time step (frame.h), compiled once for each instruction set. Here a vector holds several outputs. */
#include "kernel/frame.h"

#include "kernel/vector.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

/* A vector that need not be aligned. */
typedef float vector_anywhere __attribute__((vector_size(4 * VECTOR), aligned(4), may_alias));

/* value[k] and x[delay[k]] for each k of a vector, of which the first `there` exist; the others have the value 0. Up to
 * 32 numbers of the past fit two registers of AVX-512, or four of AVX2, and are selected there: by the low three bits
 * of the delay within each of the four, and by the next two bits among these. */
typedef struct picked {
    vector value, x;
} picked;

#if defined(__AVX2__) && !defined(__AVX512F__)
INLINE vector pick_few(const float *x, __m256i delay) {
    const __m256 bit_3 = _mm256_castsi256_ps(_mm256_slli_epi32(delay, 28));
    const __m256 bit_4 = _mm256_castsi256_ps(_mm256_slli_epi32(delay, 27));
    __m256 of[4];
    for (int r = 0; r < 4; r++)
        of[r] = _mm256_permutevar8x32_ps(_mm256_loadu_ps(x + r * VECTOR), delay);
    return (vector)_mm256_blendv_ps(_mm256_blendv_ps(of[0], of[1], bit_3), _mm256_blendv_ps(of[2], of[3], bit_3),
                                    bit_4);
}
#endif

INLINE picked pick(const float *value, const uint16_t *delay, const float *x, int32_t there, const int few) {
#if defined(__AVX512F__)
    const __mmask16 mask = there >= VECTOR ? (__mmask16)0xffff : (__mmask16)((1U << there) - 1);
    const __m512i at = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, delay));
    return (picked){(vector)_mm512_maskz_loadu_ps(mask, value),
                    (vector)(few ? _mm512_permutex2var_ps(_mm512_loadu_ps(x), at, _mm512_loadu_ps(x + VECTOR))
                                 : _mm512_i32gather_ps(at, x, 4))};
#elif defined(__AVX2__)
    const __m256i at = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)delay));
    const __m256i exists = _mm256_cmpgt_epi32(_mm256_set1_epi32(there), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
    return (picked){(vector)_mm256_maskload_ps(value, exists),
                    few ? pick_few(x, at) : (vector)_mm256_i32gather_ps(x, at, 4)};
#else
    (void)few;
    picked made = {.value = *(const vector_anywhere *)value,
                   .x = (vector){x[delay[0]], x[delay[1]], x[delay[2]], x[delay[3]]}};
    if (there < VECTOR)
        made.value = (vector){value[0], there > 1 ? value[1] : 0, there > 2 ? value[2] : 0, 0};
    return made;
#endif
}

static const float *past_of(const snnd_frame_synapses *synapses, const snnd_frame_past *past, int32_t input) {
    return past->x + (size_t)input * 2 * (size_t)synapses->taps + past->newest;
}

/* Several vectors of outputs of a layer that has all synapses. They stay in registers while the loop goes over the
 * inputs. */
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

/* ---- without delays ---- */

/* Several vectors of outputs. The last may extend into the next list; its result there is not used. */
INLINE void product_block(const snnd_frame_synapses *synapses, const float *x, int32_t first, float *current,
                          const int vectors) {
    vector sum[4];
    for (int v = 0; v < vectors; v++)
        sum[v] = (vector){0};
    for (int32_t i = 0; i < synapses->inputs; i++) {
        if (x[i] == 0)
            continue;
        const float *value = synapses->value + (size_t)i * (size_t)synapses->outputs + (size_t)first;
        const vector at = vector_all(x[i]);
        for (int v = 0; v < vectors; v++)
            sum[v] = multiply_add(*(const vector_anywhere *)(value + v * VECTOR), at, sum[v]);
    }
    for (int v = 0; v < vectors; v++)
        *(vector_anywhere *)(current + first + v * VECTOR) = sum[v];
}

static void dense_product(const snnd_frame_synapses *synapses, const float *x, float *current) {
    const int32_t outputs = synapses->outputs;
    int32_t o = 0;
    for (; o + 3 * VECTOR < outputs; o += 4 * VECTOR)
        product_block(synapses, x, o, current, 4);
    for (; o + VECTOR < outputs; o += 2 * VECTOR)
        product_block(synapses, x, o, current, 2);
    for (; o < outputs; o += VECTOR)
        product_block(synapses, x, o, current, 1);
}

static void sparse_product(const snnd_frame_synapses *synapses, const float *x, float *current) {
    for (int32_t o = 0; o < synapses->outputs; o++)
        current[o] = 0;
    for (int32_t i = 0; i < synapses->inputs; i++)
        if (x[i] != 0)
            for (int64_t s = synapses->begin[i]; s < synapses->begin[i + 1]; s++)
                current[synapses->output[s]] = multiply_add_one(synapses->value[s], x[i], current[synapses->output[s]]);
}

static void product(const snnd_frame_synapses *synapses, const float *x, float *current) {
    if (synapses->dense)
        dense_product(synapses, x, current);
    else
        sparse_product(synapses, x, current);
}

extern const snnd_frame_kernels SNND_FRAME_KERNELS;
const snnd_frame_kernels SNND_FRAME_KERNELS = {.currents = currents, .product = product};
