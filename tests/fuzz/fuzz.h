/*
 * What the fuzz targets share: a context whose memory is counted and limited, a scratch directory, a reader that turns
 * bytes into arguments, and the claims that every input must meet. A claim that does not hold prints itself and aborts.
 */
#ifndef SNND_TESTS_FUZZ_FUZZ_H
#define SNND_TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/context.h"

/* What libFuzzer and replay.c call. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* Of targets that take safetensors files: the bytes of an input before the file (mutate.c). */
extern const size_t fuzz_lead;

#define CLAIM(condition, ...)                                                                                          \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: claim '%s': ", __FILE__, __LINE__, #condition);                                    \
            fprintf(stderr, __VA_ARGS__);                                                                              \
            fputc('\n', stderr);                                                                                       \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

/* A call that must succeed. */
#define MUST(context, call)                                                                                            \
    do {                                                                                                               \
        const snnd_status must_ = (call);                                                                              \
        CLAIM(must_ == SNND_OK, "%s: %s", snnd_status_string(must_), snnd_context_last_error(context));                \
    } while (0)

/* A call that may fail, but only with a known status and, where there is a context, a message of its own. */
#define MAY(context, call) (fuzz_forget(context), fuzz_may((context), (call), #call))

void fuzz_forget(snnd_context *context);
snnd_status fuzz_may(const snnd_context *context, snnd_status status, const char *call);

/* ---- memory ---- */

enum { FUZZ_MEMORY = 64 << 20 }; /* bytes that a context can have at a time */

/* A context of one thread on fuzz_memory; fuzz_close() claims that all of it came back. */
snnd_context *fuzz_open(void);
snnd_context *fuzz_open_with(const snnd_context_options *options);
void fuzz_close(snnd_context *context);

/* The hooks by themselves, for options that a target makes of its input. */
void fuzz_set_hooks(snnd_context_options *options);

/* The most that was out since the last call of this function. */
size_t fuzz_peak(void);

/* ---- files ---- */

/* The path of a file in a directory of this process's own, which goes when the process ends. Good until the fourth call
 * that follows. */
const char *fuzz_path(const char *name);
void fuzz_write(const char *path, const void *data, size_t size);
/* To be freed. */
unsigned char *fuzz_read(const char *path, size_t *size);
void fuzz_claim_same_files(const char *a, const char *b);

/* ---- input ---- */

/* Bytes that are used up; zeros when there are none left. */
typedef struct fuzz_bytes {
    const unsigned char *at;
    size_t left;
} fuzz_bytes;

unsigned char fuzz_byte(fuzz_bytes *bytes);
uint64_t fuzz_word(fuzz_bytes *bytes);
/* 0 to `below` - 1. */
int fuzz_below(fuzz_bytes *bytes, int below);
/* Mostly small and in range, at times an extreme. */
int32_t fuzz_int(fuzz_bytes *bytes);
/* Mostly ordinary, at times an extreme, NaN, or any bits. */
double fuzz_double(fuzz_bytes *bytes);
float fuzz_float(fuzz_bytes *bytes);
/* Takes `size` bytes to `to`. */
void fuzz_take(fuzz_bytes *bytes, void *to, size_t size);

#endif
