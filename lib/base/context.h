/* What every other file leans on: memory, errors and log of a context. */
#ifndef SNND_BASE_CONTEXT_H
#define SNND_BASE_CONTEXT_H

#include <stdbool.h>

#include "base/size.h"
#include "base/timing.h"
#include "snndelay.h"

struct snnd_pool;
struct snnd_hot_kernels; /* kernel/kernels.h */

struct snnd_context {
    snnd_context_options options; /* hooks are set, threads >= 1, isa is the chosen one */
    const struct snnd_hot_kernels *kernels;
    bool blas;              /* makes matrix products (kernel/product.h) */
    struct snnd_pool *pool; /* NULL until the first call that wants it */
    bool no_pool;           /* for want of memory */
    uint64_t moves;         /* steps of optimizers, so that each has a number of its own */
    char error[1024];
    snnd_timing timing;
};

#if defined(__GNUC__)
#define SNND_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define SNND_PRINTF(text, first)
#endif

/* Leaves a sentence in the context and returns the status, so that `return snnd_fail(...)` reads well. It may quote
 * what strangers wrote: here it is made plain (base/utf8.h), and a caller takes at most 64 bytes of a word ("%.64s").
 */
snnd_status snnd_fail(snnd_context *context, snnd_status status, const char *format, ...) SNND_PRINTF(3, 4);
/* An error where two results of `who`, of which a call may want only one, are to be written to the same place: one
 * would be lost. */
snnd_status snnd_check_apart(snnd_context *context, const char *who, const void *one, const void *other);

void snnd_log(snnd_context *context, snnd_log_level level, const char *format, ...) SNND_PRINTF(3, 4);

/* Zeroed memory for `count` elements of `size` bytes, aligned to a cache line; NULL, with the error set, when there is
 * none, and for sizes that are 0 or SNND_TOO_LARGE. */
void *snnd_allocate(snnd_context *context, size_t count, size_t size);
void snnd_release(snnd_context *context, void *memory);
char *snnd_copy_string(snnd_context *context, const char *string);

#endif
