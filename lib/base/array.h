/* Sizes of array elements and of whole arrays. */
#ifndef SNND_BASE_ARRAY_H
#define SNND_BASE_ARRAY_H

#include "base/size.h"
#include "snndelay.h"

enum { SNND_MOST_AXES = 4 };

/* Returns the bytes of one element, or 0 where `dtype` is not a type. */
size_t snnd_dtype_bytes(int32_t dtype);

/* These return the number of elements and of bytes as a size, or SNND_TOO_LARGE where memory cannot hold so many. */
static inline size_t snnd_array_elements(const snnd_array *array) {
    return snnd_size_of(snnd_array_count(array));
}

static inline size_t snnd_array_bytes(const snnd_array *array) {
    return snnd_size_multiply(snnd_array_elements(array), snnd_dtype_bytes(array->dtype));
}

#endif
