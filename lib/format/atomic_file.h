/* A file that appears whole or not at all: written under a temporary name beside its place, then renamed. */
#ifndef SNND_FORMAT_ATOMIC_FILE_H
#define SNND_FORMAT_ATOMIC_FILE_H

#include <stdio.h>

#include "base/context.h"

typedef struct snnd_atomic_file {
    snnd_context *context;
    FILE *stream;
    int reason; /* errno of the first write that failed, 0: none did */
    char *path, *temporary;
} snnd_atomic_file;

snnd_status snnd_atomic_open(snnd_context *context, const char *path, snnd_atomic_file *file);
/* Errors of writing are kept and reported by the commit. */
void snnd_atomic_write(snnd_atomic_file *file, const void *data, size_t bytes);
/* The elements of an array, little-endian. */
void snnd_atomic_write_array(snnd_atomic_file *file, const snnd_array *array);
/* Brings the data to the disk and gives the file its name. The file is closed either way; on failure what was at the
 * path is still there. */
snnd_status snnd_atomic_commit(snnd_atomic_file *file);
/* Closes and removes the temporary file. */
void snnd_atomic_abandon(snnd_atomic_file *file);

/* Puts a file's name before the sentence that an inner function left; returns the status. */
snnd_status snnd_name_file(snnd_context *context, snnd_status status, const char *path);

/* What is behind the last slash of a path. */
const char *snnd_base_name(const char *path);

/* Whether two paths name one file, which need not be there. */
bool snnd_is_same_place(const char *one, const char *other);

/* Reads a whole regular file into memory of the context. */
snnd_status snnd_read_file(snnd_context *context, const char *path, unsigned char **data, size_t *bytes);

#endif
