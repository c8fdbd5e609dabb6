/* Numbers for kernels to work on, in memory aligned as the library's is. */
#ifndef SNND_TESTS_KERNEL_NUMBERS_H
#define SNND_TESTS_KERNEL_NUMBERS_H

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "kernel/activity.h"
#include "support.h"

/* Between -1 and 1. */
static inline float number(uint64_t stream, uint64_t index) {
    return (float)(2 * snnd_random_uniform(41, stream, index) - 1);
}

static inline void *make_aligned(size_t bytes) {
    void *made = aligned_alloc(64, (bytes + 63) / 64 * 64);
    ck_assert_ptr_nonnull(made);
    return made;
}

/* `count` numbers (for free()). */
static inline float *make_row(size_t count, uint64_t stream) {
    float *made = make_aligned(count * sizeof *made);
    for (size_t k = 0; k < count; k++)
        made[k] = number(stream, k);
    return made;
}

/* Rows of some neurons with one row of NaN behind each, which nobody may read or write (data for free()). */
static inline snnd_rows make_rows(int32_t neurons, int32_t steps, uint64_t stream) {
    const size_t stride = (size_t)(steps + 1) * SNND_LANES;
    const snnd_rows made = {make_row((size_t)neurons * stride, stream), stride};
    for (int32_t n = 0; n < neurons; n++)
        for (int32_t k = 0; k < SNND_LANES; k++)
            snnd_rows_of(made, n)[(size_t)(steps * SNND_LANES + k)] = NAN;
    return made;
}

static inline void assert_rows_end(snnd_rows rows, int32_t neurons, int32_t steps) {
    for (int32_t n = 0; n < neurons; n++)
        for (int32_t k = 0; k < SNND_LANES; k++)
            ck_assert_float_nan(snnd_rows_of(rows, n)[(size_t)(steps * SNND_LANES + k)]);
}

#define LENGTH(table) ((int)(sizeof(table) / sizeof(table)[0]))

#endif
