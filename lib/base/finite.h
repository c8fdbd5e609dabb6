/* Whether numbers are finite: for many at once, since the compiler makes no vectors of a loop that may end early. */
#ifndef SNND_BASE_FINITE_H
#define SNND_BASE_FINITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What is not finite has all bits of the exponent. Not by a sum, whose additions would wait for each other. */
static inline bool snnd_all_finite(const float *numbers, size_t count) {
    const uint32_t exponent = 0x7f800000;
    uint32_t odd = 0;
    for (size_t k = 0; k < count; k++) {
        uint32_t bits;
        memcpy(&bits, &numbers[k], sizeof bits);
        odd |= (uint32_t)((bits & exponent) == exponent);
    }
    return odd == 0;
}

#endif
