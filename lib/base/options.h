/* Structures whose first field is their size: how an older or newer caller's are read and filled. */
#ifndef SNND_BASE_OPTIONS_H
#define SNND_BASE_OPTIONS_H

#include "base/context.h"

/* Fills a caller's structure of `size` bytes from ours of `known` bytes; what only the caller knows is zeroed. */
snnd_status snnd_options_init(void *options, size_t size, const void *defaults, size_t known);

/* Reads a caller's structure over `result`, which holds the defaults in `known` bytes. NULL leaves them. A larger
 * structure is accepted when the bytes that are unknown here are zero. */
snnd_status snnd_options_read(snnd_context *context, const void *options, void *result, size_t known, const char *name);

/* Whether a caller's structure can be written to: asked before work whose result it is to hold. NULL is allowed. */
snnd_status snnd_options_check(snnd_context *context, const void *options, const char *name);

/* Writes our structure of `known` bytes to the caller's, whose size field says how much it holds. NULL is allowed. */
snnd_status snnd_options_write(snnd_context *context, void *options, const void *result, size_t known,
                               const char *name);

/* A number of a structure, and whether it may be what it is. */
typedef struct snnd_bound {
    const char *name;
    double value;
    bool good;
    const char *expected;
} snnd_bound;

/* An error that names the first number that may not be what it is, after `who` had it. */
snnd_status snnd_options_check_bounds(snnd_context *context, const char *who, const snnd_bound *bounds, size_t count);

#endif
