/* Converts numbers to and from the little-endian form of files. */
#ifndef SNND_FORMAT_BYTES_H
#define SNND_FORMAT_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static inline bool snnd_host_is_little_endian(void) {
    const unsigned short one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* Copies `count` elements of `size` bytes, and reverses the bytes of each if `turn` is true. */
static inline void snnd_copy_elements(void *to, const void *from, size_t count, size_t size, bool turn) {
    if (!turn || size == 1) {
        memcpy(to, from, count * size);
        return;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t b = 0; b < size; b++)
            ((unsigned char *)to)[i * size + b] = ((const unsigned char *)from)[i * size + size - 1 - b];
}

#endif
