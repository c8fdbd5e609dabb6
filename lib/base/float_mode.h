/* The floating-point mode of all computation, the same on all threads whatever mode the host has set: round to nearest,
 * no traps, and numbers below 1e-38 are flushed to zero. Such numbers do not matter in sums of float32, but processors
 * take a hundred times as long for each of them, and gradients of a confident readout are full of them. The calling
 * thread's own mode is restored afterwards. */
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
    _mm_setcsr(0x9fc0); /* Flush to zero, denormals are zero, all exceptions masked, round to nearest. */
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
/* The C standard can set rounding and traps, but cannot flush small numbers, so that they are kept here. */
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
