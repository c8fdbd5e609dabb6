/*
 * Where the bytes of a file go: to a path, where they appear whole or not at all, since they are written under a
 * temporary name beside their place, which is then renamed; or to a writer of the host's.
 */
#ifndef SNND_FORMAT_TARGET_H
#define SNND_FORMAT_TARGET_H

#include "base/context.h"
#include "base/text_mode.h"

typedef struct snnd_target {
    const char *path;
    const snnd_writer *writer;
    bool is_path;
    const snnd_text_mode *host; /* the mode that writers are called in; NULL: that of the thread */
} snnd_target;

static inline snnd_target snnd_to_path(const char *path) {
    return (snnd_target){.path = path, .is_path = true};
}

static inline snnd_target snnd_to_writer(const snnd_writer *writer) {
    return (snnd_target){.writer = writer};
}

/* What messages call it. */
const char *snnd_target_name(snnd_target target);

/* A file that is being written. */
typedef struct snnd_output {
    snnd_context *context;
    snnd_target target;
    unsigned char *held; /* what has not gone on yet */
    size_t holds, gone;
    int reason; /* of a path: errno of the first write that failed; of a writer: what it returned; 0: none failed */
    int descriptor;
    char *path, *temporary; /* of a path */
} snnd_output;

snnd_status snnd_output_open(snnd_context *context, snnd_target target, snnd_output *output);
/* Errors of writing are kept and reported by the commit; after the first nothing more is written. */
void snnd_output_put(snnd_output *output, const void *data, size_t bytes);
/* The elements of an array, little-endian. */
void snnd_output_put_array(snnd_output *output, const snnd_array *array);
/* Sends on what is held back. */
void snnd_output_flush(snnd_output *output);
/* Brings the data to the disk and gives the file its name. It is closed either way; on failure what was at the path is
 * still there. */
snnd_status snnd_output_commit(snnd_output *output);
/* Closes it and removes the temporary file. */
void snnd_output_abandon(snnd_output *output);

#endif
