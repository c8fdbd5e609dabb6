/* Where the bytes of a file come from: a path, or a reader of the host's. */
#ifndef SNND_FORMAT_ORIGIN_H
#define SNND_FORMAT_ORIGIN_H

#include "base/context.h"

typedef struct snnd_origin {
    const char *path, *name; /* `name` is what messages call a reader's bytes; NULL: they come from the path */
    const snnd_reader *reader;
} snnd_origin;

static inline snnd_origin snnd_from_path(const char *path) {
    return (snnd_origin){.path = path};
}

static inline snnd_origin snnd_from_reader(const snnd_reader *reader, const char *name) {
    return (snnd_origin){.name = name, .reader = reader};
}

/* An error where there is nothing that could be read: for those who have something else to do first. */
snnd_status snnd_origin_check(snnd_context *context, snnd_origin origin);

/* Reads all of it into memory of the context. */
snnd_status snnd_origin_read(snnd_context *context, snnd_origin origin, unsigned char **data, size_t *bytes);

/* Puts the origin's name before the sentence that an inner function left; returns the status. */
snnd_status snnd_name_origin(snnd_context *context, snnd_status status, snnd_origin origin);

#endif
