/*
 * The floating-point mode while work is done, the same on all threads whatever the host has set: to nearest, nothing
 * trapped, and numbers below 1e-38 count as zero. Such numbers mean nothing in sums of float32, and processors take a
 * hundred times as long for each of them; gradients of a readout that is sure of itself are full of them. The calling
 * thread gets its own mode back.
 */
#ifndef SNND_BASE_FLOAT_MODE_H
#define SNND_BASE_FLOAT_MODE_H

#include <stdint.h>

#if defined(__SSE2__)
#include <xmmintrin.h>
#elif !defined(__aarch64__)
#include <fenv.h>
#endif

#if defined(__SSE2__)
typedef unsigned snnd_float_mode;

static inline snnd_float_mode snnd_set_float_mode(void) {
    const unsigned before = _mm_getcsr();
    _mm_setcsr(0x9fc0); /* flush to zero, denormals are zero, all masked, to nearest */
    return before;
}

static inline void snnd_restore_float_mode(snnd_float_mode before) {
    _mm_setcsr(before);
}
#elif defined(__aarch64__)
typedef uint64_t snnd_float_mode;

static inline snnd_float_mode snnd_set_float_mode(void) {
    uint64_t before;
    __asm__ volatile("mrs %0, fpcr" : "=r"(before));
    __asm__ volatile("msr fpcr, %0" : : "r"(UINT64_C(1) << 24));
    return before;
}

static inline void snnd_restore_float_mode(snnd_float_mode before) {
    __asm__ volatile("msr fpcr, %0" : : "r"(before));
}
#else
/* To nearest and untrapped by the standard's means, which know nothing of small numbers: they count here. */
typedef fenv_t snnd_float_mode;

static inline snnd_float_mode snnd_set_float_mode(void) {
    fenv_t before;
    feholdexcept(&before);
    fesetround(FE_TONEAREST);
    return before;
}

static inline void snnd_restore_float_mode(snnd_float_mode before) {
    fesetenv(&before);
}
#endif

#endif
