/* Types of the elements of arrays. */
#ifndef SNND_BASE_ARRAY_H
#define SNND_BASE_ARRAY_H

#include "snndelay.h"

enum { SNND_MOST_AXES = 4 };

/* Bytes of one element, 0 for no type. */
size_t snnd_dtype_bytes(int32_t dtype);

#endif
