/* Checks many numbers for being finite. Compilers do not vectorize a loop that may end early, so this one does not. */
#ifndef SNND_BASE_FINITE_H
#define SNND_BASE_FINITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t snnd_four_words __attribute__((vector_size(16)));

enum { SNND_WORDS_AT_ONCE = 16 };

/* A number that is not finite has all bits of the exponent set. The loop does not sum them, since each addition would
 * wait for the one before. */
static inline bool snnd_all_finite(const float *numbers, size_t count) {
    const uint32_t exponent = 0x7f800000;
    snnd_four_words odd = {0}, four;
    size_t k = 0;
    for (; k + SNND_WORDS_AT_ONCE <= count; k += SNND_WORDS_AT_ONCE)
        for (size_t v = 0; v < SNND_WORDS_AT_ONCE; v += 4) {
            memcpy(&four, numbers + k + v, sizeof four);
            odd |= (snnd_four_words)((four & exponent) == exponent);
        }
    for (; k < count; k++) {
        uint32_t bits;
        memcpy(&bits, &numbers[k], sizeof bits);
        odd[0] |= (uint32_t)((bits & exponent) == exponent);
    }
    return (odd[0] | odd[1] | odd[2] | odd[3]) == 0;
}

#endif
