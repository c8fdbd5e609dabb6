/* Reads the bytes of a file from a path or from the host's reader. */
#ifndef SNND_FORMAT_ORIGIN_H
#define SNND_FORMAT_ORIGIN_H

#include "base/context.h"

typedef struct snnd_origin {
    const char *path,
        *name; /* `name` stands for the reader in messages; it is NULL where the bytes come from the path. */
    const snnd_reader *reader;
} snnd_origin;

static inline snnd_origin snnd_from_path(const char *path) {
    return (snnd_origin){.path = path};
}

static inline snnd_origin snnd_from_reader(const snnd_reader *reader, const char *name) {
    return (snnd_origin){.name = name, .reader = reader};
}

/* Fails where the path or the reader is NULL. Callers that do other work before reading check it first. */
snnd_status snnd_origin_check(snnd_context *context, snnd_origin origin);

/* Reads all bytes into memory of the context. */
snnd_status snnd_origin_read(snnd_context *context, snnd_origin origin, unsigned char **data, size_t *bytes);

/* Prefixes the message of an inner function with the name of the origin, and returns the status. */
snnd_status snnd_name_origin(snnd_context *context, snnd_status status, snnd_origin origin);

#endif
