/* The context, which all other files use: memory, error messages and log. */
#ifndef SNND_BASE_CONTEXT_H
#define SNND_BASE_CONTEXT_H

#include <stdbool.h>

#include "base/size.h"
#include "base/timing.h"
#include "snndelay.h"

struct snnd_pool;
struct snnd_hot_kernels; /* kernel/kernels.h */

struct snnd_context {
    snnd_context_options options; /* The hooks are set, threads >= 1, and isa is the set that was chosen. */
    const struct snnd_hot_kernels *kernels;
    bool blas;              /* Whether BLAS computes matrix products (kernel/product.h). */
    struct snnd_pool *pool; /* NULL until the first call that needs threads */
    bool no_pool;           /* Whether there was not enough memory for a pool. */
    uint64_t moves;         /* counts the steps of all optimizers, so that each step has its own number */
    char error[1024];
    snnd_timing timing;
};

#if defined(__GNUC__)
#define SNND_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define SNND_PRINTF(text, first)
#endif

/* Stores a message in the context and returns the status, so that a function can end with `return snnd_fail(...)`. The
 * message may quote text from files: control characters are escaped here (base/utf8.h), and a caller limits each quoted
 * word to 64 bytes ("%.64s"). */
snnd_status snnd_fail(snnd_context *context, snnd_status status, const char *format, ...) SNND_PRINTF(3, 4);
/* Fails where two results of `who` would be written to the same place, since one would overwrite the other. A result
 * that is NULL is not written. */
snnd_status snnd_check_apart(snnd_context *context, const char *who, const void *one, const void *other);

void snnd_log(snnd_context *context, snnd_log_level level, const char *format, ...) SNND_PRINTF(3, 4);

/* Returns zeroed memory for `count` elements of `size` bytes, aligned to a cache line. Returns NULL and sets the error
 * where memory is out, and for sizes that are 0 or SNND_TOO_LARGE. */
void *snnd_allocate(snnd_context *context, size_t count, size_t size);
void snnd_release(snnd_context *context, void *memory);
char *snnd_copy_string(snnd_context *context, const char *string);

#endif
