/* Structures with their size first, as a hostile caller fills them: options.c fills, options_use.c uses them. */
#ifndef SNND_TESTS_FUZZ_OPTIONS_H
#define SNND_TESTS_FUZZ_OPTIONS_H

#include "fuzz.h"

/* A structure of `size` bytes in a block of just that size; where the size that it states is a lie, of 8. */
typedef struct filled {
    unsigned char *bytes;
    size_t size;
} filled;

/* A field that the structure is large enough to have; 0 or nothing otherwise. */
int32_t filled_int32(const filled *options, size_t offset);
int64_t filled_int64(const filled *options, size_t offset);
void filled_set(filled *options, size_t offset, const void *value, size_t bytes);

typedef struct options_kind {
    size_t known; /* bytes, as this library has it */
    snnd_status (*init)(void *options, size_t size);
    /* Gives the structure to what takes it and uses what comes of it. May take more of the input. */
    void (*use)(snnd_context *context, filled *options, fuzz_bytes *input);
} options_kind;

extern const options_kind options_kinds[];
extern const int options_kind_count;

#endif
