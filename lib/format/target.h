/* Writes the bytes of a file to a path or to the host's writer. A file at a path appears whole or not at all: it is
 * written under a temporary name in the same folder and then renamed. */
#ifndef SNND_FORMAT_TARGET_H
#define SNND_FORMAT_TARGET_H

#include "base/context.h"
#include "base/text_mode.h"

typedef struct snnd_target {
    const char *path;
    const snnd_writer *writer;
    bool is_path;
    const snnd_text_mode *host; /* the mode in which writers are called; NULL: that of the thread */
} snnd_target;

static inline snnd_target snnd_to_path(const char *path) {
    return (snnd_target){.path = path, .is_path = true};
}

static inline snnd_target snnd_to_writer(const snnd_writer *writer) {
    return (snnd_target){.writer = writer};
}

/* Returns the name of the target for messages. */
const char *snnd_target_name(snnd_target target);

/* A file that is being written. */
typedef struct snnd_output {
    snnd_context *context;
    snnd_target target;
    unsigned char *held;       /* bytes that are buffered and not yet written */
    size_t holds, gone, given; /* numbers of bytes: that are held, that were written, and that were to be written */
    int reason; /* errno of the first failed write to a path, or what the writer returned; 0: no write failed */
    int descriptor;
    char *path, *temporary; /* only for a path */
} snnd_output;

snnd_status snnd_output_open(snnd_context *context, snnd_target target, snnd_output *output);
/* Buffers or writes bytes. An error is kept and reported by snnd_output_commit(); after it nothing more is written. */
void snnd_output_put(snnd_output *output, const void *data, size_t bytes);
/* Writes the elements of an array in little-endian order. */
void snnd_output_put_array(snnd_output *output, const snnd_array *array);
/* Writes the buffered bytes. */
void snnd_output_flush(snnd_output *output);
/* Flushes the data to the disk and renames the file. The output is closed in any case; on failure a file that was at
 * the path before is unchanged. */
snnd_status snnd_output_commit(snnd_output *output);
/* Closes the output and removes the temporary file. */
void snnd_output_abandon(snnd_output *output);

#endif
