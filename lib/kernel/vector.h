/* Vectors of the instruction set for which a hot kernel is compiled, as vector extensions of the compiler. A row of 16
 * lanes is PARTS vectors. This is only for files that are compiled once for each set. */
#ifndef SNND_KERNEL_VECTOR_H
#define SNND_KERNEL_VECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/activity.h"

#if defined(__FMA__)
#include <immintrin.h>
#elif defined(__ARM_FEATURE_FMA) && defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__AVX512F__)
enum { VECTOR = 16 };
#elif defined(__AVX2__)
enum { VECTOR = 8 };
#else
enum { VECTOR = 4 };
#endif

/* The number of vectors in a row. */
enum { PARTS = SNND_LANES / VECTOR };

typedef float vector __attribute__((vector_size(4 * VECTOR)));
typedef int32_t vector_mask __attribute__((vector_size(4 * VECTOR)));

#define INLINE static inline __attribute__((always_inline))

/* As many doubles as fit a vector, and the floats that are converted to them; a row is 2 PARTS of these. */
typedef double vector_double __attribute__((vector_size(4 * VECTOR)));
typedef int64_t vector_long __attribute__((vector_size(4 * VECTOR)));
typedef uint64_t vector_bits __attribute__((vector_size(4 * VECTOR)));
typedef float vector_half __attribute__((vector_size(2 * VECTOR)));

enum { HALVES = 2 * PARTS, DOUBLES = VECTOR / 2 };

/* Returns x where the mask is all ones, and 0 where it is 0. */
INLINE vector vector_where(vector_mask mask, vector x) {
    return (vector)(mask & (vector_mask)x);
}

INLINE vector vector_all(float x) {
    return x - (vector){0};
}

/* Returns sum + a b, rounded once where the instruction set can, and twice where it cannot. It is written explicitly,
 * since the compiler may contract nothing in the whole library, so that all sums of this kind are rounded in the same
 * way. */
INLINE vector multiply_add(vector a, vector b, vector sum) {
#if defined(__AVX512F__)
    return (vector)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)sum);
#elif defined(__FMA__)
    return (vector)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)sum);
#elif defined(__ARM_FEATURE_FMA) && defined(__aarch64__)
    return (vector)vfmaq_f32((float32x4_t)sum, (float32x4_t)a, (float32x4_t)b);
#else
    return sum + a * b;
#endif
}

/* Returns sum - a b, likewise. */
INLINE vector multiply_subtract(vector a, vector b, vector sum) {
#if defined(__AVX512F__)
    return (vector)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)sum);
#elif defined(__FMA__)
    return (vector)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)sum);
#elif defined(__ARM_FEATURE_FMA) && defined(__aarch64__)
    return (vector)vfmsq_f32((float32x4_t)sum, (float32x4_t)a, (float32x4_t)b);
#else
    return sum - a * b;
#endif
}

/* Returns sum + a b of one number, rounded as in multiply_add(). */
INLINE float multiply_add_one(float a, float b, float sum) {
#if defined(__FMA__) || (defined(__ARM_FEATURE_FMA) && defined(__aarch64__))
    return __builtin_fmaf(a, b, sum);
#else
    return sum + a * b;
#endif
}

/* Load half vector `half` of row t as doubles, and store it. */
INLINE vector_double doubles_in(const float *row, int32_t t, int half) {
    const vector_half *at = (const vector_half *)(row + (ptrdiff_t)t * SNND_LANES) + half;
    return __builtin_convertvector(*at, vector_double);
}

INLINE void doubles_out(float *row, int32_t t, int half, vector_double x) {
    vector_half *at = (vector_half *)(row + (ptrdiff_t)t * SNND_LANES) + half;
    *at = __builtin_convertvector(x, vector_half);
}

INLINE vector_double doubles_where(vector_long mask, vector_double x) {
    return (vector_double)(mask & (vector_long)x);
}

INLINE vector_double doubles_all(double x) {
    return x - (vector_double){0};
}

/* Returns sum + a b of doubles, rounded as in multiply_add(). */
INLINE vector_double doubles_multiply_add(vector_double a, vector_double b, vector_double sum) {
#if defined(__AVX512F__)
    return (vector_double)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)sum);
#elif defined(__FMA__)
    return (vector_double)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)sum);
#elif defined(__ARM_FEATURE_FMA) && defined(__aarch64__)
    return (vector_double)vfmaq_f64((float64x2_t)sum, (float64x2_t)a, (float64x2_t)b);
#else
    return sum + a * b;
#endif
}

/* The same, but with `twice` it is rounded twice in every instruction set. */
INLINE vector_double doubles_multiply_add_by(vector_double a, vector_double b, vector_double sum, const int twice) {
    return twice ? sum + a * b : doubles_multiply_add(a, b, sum);
}

/* Returns e^x for x <= 0, to about one unit in the last place, and 0 below -708. With `twice`, a compile-time constant,
 * it has the same bits in all instruction sets. With x = k ln 2 + r, |r| <= ln(2)/2, it is 2^k times the Taylor
 * polynomial of e^r, whose remainder is below 2^-56. */
INLINE vector_double exponential_by(vector_double x, const int twice) {
    static const double coefficient[] = {
        1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
        1.0 / 720,        1.0 / 120,       1.0 / 24,       1.0 / 6,       0.5,          1,           1};
    const double magic = 0x1.8p52, high = 0x1.62e42fee00000p-1, low = 0x1.a39ef35793c76p-33;
    const vector_long inside = x >= -708.0;
    const vector_double shifted =
        doubles_multiply_add_by(x, doubles_all(0x1.71547652b82fep0), doubles_all(magic), twice);
    const vector_double k = shifted - magic;
    const vector_double rest = doubles_multiply_add_by(k, doubles_all(-high), x, twice);
    const vector_double r = doubles_multiply_add_by(k, doubles_all(-low), rest, twice);
    vector_double p = doubles_all(coefficient[0]);
    for (unsigned i = 1; i < sizeof coefficient / sizeof coefficient[0]; i++)
        p = doubles_multiply_add_by(p, r, doubles_all(coefficient[i]), twice);
    const vector_bits exponent = ((vector_bits)shifted - (vector_bits)doubles_all(magic)) << 52;
    const vector_double result = (vector_double)((vector_bits)p + exponent);
    const vector_long is_number = x == x;
    return (vector_double)((inside & is_number & (vector_long)result) | (~is_number & (vector_long)x));
}

INLINE vector_double exponential(vector_double x) {
    return exponential_by(x, 0);
}

/* Returns vector `part` of row t. */
INLINE vector *vector_at(float *row, int32_t t, int part) {
    return (vector *)(row + (ptrdiff_t)t * SNND_LANES) + part;
}

INLINE const vector *vector_in(const float *row, int32_t t, int part) {
    return (const vector *)(row + (ptrdiff_t)t * SNND_LANES) + part;
}

#endif
