/*
 * Numbers below 1e-38 count as zero while work is done: they mean nothing in sums of float32, and processors take a
 * hundred times as long for each of them. Gradients of a readout that is sure of itself are full of them. The calling
 * thread gets its own setting back.
 */
#ifndef SNND_BASE_FLOAT_MODE_H
#define SNND_BASE_FLOAT_MODE_H

#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#endif

#if defined(__SSE2__)
typedef unsigned snnd_float_mode;

static inline snnd_float_mode snnd_flush_tiny(void) {
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040); /* flush to zero, denormals are zero */
    return before;
}

static inline void snnd_restore_mode(snnd_float_mode before) {
    _mm_setcsr(before);
}
#elif defined(__aarch64__)
typedef uint64_t snnd_float_mode;

static inline snnd_float_mode snnd_flush_tiny(void) {
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(before | (UINT64_C(1) << 24)));
    return before;
}

static inline void snnd_restore_mode(snnd_float_mode before) {
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#else
typedef int snnd_float_mode;

static inline snnd_float_mode snnd_flush_tiny(void) {
    return 0;
}

static inline void snnd_restore_mode(snnd_float_mode before) {
    (void)before;
}
#endif

#endif
