/* Arithmetic on sizes that does not wrap. A size that memory cannot hold, which is one above PTRDIFF_MAX bytes, is
 * SNND_TOO_LARGE, and so is every size that is computed from it. So a size can be computed from several numbers and
 * checked once: by snnd_allocate(), which returns NULL for it, or by snnd_size_fits() where the size is used elsewhere.
 * */
#ifndef SNND_BASE_SIZE_H
#define SNND_BASE_SIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SNND_TOO_LARGE SIZE_MAX

static inline bool snnd_size_fits(size_t size) {
    return size <= PTRDIFF_MAX;
}

static inline size_t snnd_size_add(size_t a, size_t b) {
    return snnd_size_fits(a) && b <= PTRDIFF_MAX - a ? a + b : SNND_TOO_LARGE;
}

static inline size_t snnd_size_multiply(size_t a, size_t b) {
    return snnd_size_fits(a) && snnd_size_fits(b) && (b == 0 || a <= PTRDIFF_MAX / b) ? a * b : SNND_TOO_LARGE;
}

/* Rounds up to a multiple of `unit`. */
static inline size_t snnd_size_round_up(size_t size, size_t unit) {
    const size_t more = snnd_size_add(size, unit - 1);
    return snnd_size_fits(more) ? more / unit * unit : SNND_TOO_LARGE;
}

/* Converts a count of 64 bits from a file, a host, or a sum over layers. A negative count is SNND_TOO_LARGE. */
static inline size_t snnd_size_of(int64_t count) {
    return count >= 0 && (uint64_t)count <= PTRDIFF_MAX ? (size_t)count : SNND_TOO_LARGE;
}

/* For lists that may be empty, since snnd_allocate() returns NULL for 0 elements. */
static inline size_t snnd_size_or_one(size_t count) {
    return count == 0 ? 1 : count;
}

#endif
