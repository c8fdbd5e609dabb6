/* FNV-1a (Fowler, Noll and Vo) with 64 bits. It detects changes, but does not protect against forgery. */
#ifndef EXAMPLES_FINGERPRINT_H
#define EXAMPLES_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#define FINGERPRINT_START UINT64_C(14695981039346656037)

/** Returns the fingerprint of the bytes so far followed by `bytes` more bytes. */
static inline uint64_t fingerprint_add(uint64_t fingerprint, const void *data, size_t bytes) {
    const unsigned char *byte = data;
    for (size_t i = 0; i < bytes; i++)
        fingerprint = (fingerprint ^ byte[i]) * UINT64_C(1099511628211);
    return fingerprint;
}

#endif
