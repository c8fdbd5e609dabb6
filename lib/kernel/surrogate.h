/* Surrogate gradients, which replace the derivative of a spike in the backward pass. x is the potential minus the
 * threshold, and alpha the steepness. This is for files that are compiled once for each instruction set (vector.h). */
#ifndef SNND_KERNEL_SURROGATE_H
#define SNND_KERNEL_SURROGATE_H

#include "kernel/vector.h"
#include "snndelay.h"

INLINE vector surrogate_magnitude(vector x) {
    return (vector)((vector_mask)x & INT32_MAX);
}

/* q (1 - q) with q = 1 / (1 + e^-y), which is the same for y and -y; y must be at least 0. It is computed in double
 * precision, since the exponential is. */
INLINE vector surrogate_logistic(vector y) {
    union {
        vector all;
        vector_half half[2];
    } in = {.all = y}, out;
    for (int half = 0; half < 2; half++) {
        const vector_double e = exponential_by(-__builtin_convertvector(in.half[half], vector_double), 1),
                            one = e + 1.0;
        out.half[half] = __builtin_convertvector(e / (one * one), vector_half);
    }
    return out.all;
}

/*
 * Returns g ds/dv. `kind` is a compile-time constant, one of snnd_surrogate:
 *
 *     arctan          (alpha/2) / (1 + (pi/2 alpha x)^2)
 *     fast sigmoid    1 / (1 + alpha |x|)^2
 *     sigmoid         alpha q (1 - q),  q = 1 / (1 + e^(-alpha x))
 *     triangle        max(0, 1 - alpha |x|)
 *     rectangle       alpha where alpha |x| < 1/2, else 0
 */
INLINE vector surrogate_backward(vector g, vector x, float alpha, const int kind) {
    const vector one = vector_all(1), steepness = vector_all(alpha);
    if (kind == SNND_SURROGATE_ARCTAN) {
        const vector y = vector_all(1.57079632679489662f * alpha) * x;
        return g * vector_all(alpha / 2) / (one + y * y);
    }
    const vector y = steepness * surrogate_magnitude(x);
    if (kind == SNND_SURROGATE_FAST_SIGMOID)
        return g / ((one + y) * (one + y));
    if (kind == SNND_SURROGATE_SIGMOID)
        return g * (steepness * surrogate_logistic(y));
    if (kind == SNND_SURROGATE_TRIANGLE)
        return g * vector_where(y < one, one - y);
    return vector_where(y < vector_all(0.5f), g * steepness);
}

#endif
