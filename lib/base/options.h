/* Reads and fills structures whose first field is their size, so that callers of older and newer versions can share
 * them. */
#ifndef SNND_BASE_OPTIONS_H
#define SNND_BASE_OPTIONS_H

#include "base/context.h"

/* Fills a caller's structure of `size` bytes from the library's defaults of `known` bytes. Bytes that only the caller
 * knows become zero. */
snnd_status snnd_options_init(void *options, size_t size, const void *defaults, size_t known);

/* Copies a caller's structure over `result`, which holds the defaults in `known` bytes. NULL leaves the defaults. A
 * larger structure is accepted if the bytes that this version does not know are zero. */
snnd_status snnd_options_read(snnd_context *context, const void *options, void *result, size_t known, const char *name);

/* Fails where a caller's structure cannot be written to. It is called before the work whose result the structure
 * receives. NULL is allowed. */
snnd_status snnd_options_check(snnd_context *context, const void *options, const char *name);

/* Copies the library's structure of `known` bytes to the caller's, whose size field says how much it holds. NULL is
 * allowed. */
snnd_status snnd_options_write(snnd_context *context, void *options, const void *result, size_t known,
                               const char *name);

/* A number of an options structure, and whether it is in its range. */
typedef struct snnd_bound {
    const char *name;
    double value;
    bool good;
    const char *expected;
} snnd_bound;

/* Fails with a message that begins with `who` and names the first number that is out of its range. */
snnd_status snnd_options_check_bounds(snnd_context *context, const char *who, const snnd_bound *bounds, size_t count);

#endif
