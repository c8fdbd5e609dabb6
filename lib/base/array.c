/* How large the elements of an array are, and how many bytes an array has (array.h). */
#include "base/array.h"

#include <stdbool.h>

size_t snnd_dtype_bytes(int32_t dtype) {
    switch (dtype) {
    case SNND_INT8:
    case SNND_UINT8:
        return 1;
    case SNND_FLOAT32:
    case SNND_INT32:
        return 4;
    case SNND_FLOAT64:
    case SNND_INT64:
        return 8;
    default:
        return 0;
    }
}

int64_t snnd_array_count(const snnd_array *array) {
    const bool known = array != NULL && array->dimensions >= 0 && array->dimensions <= SNND_MOST_AXES;
    int64_t count = known ? 1 : 0;
    for (int32_t i = 0; count > 0 && i < array->dimensions; i++) {
        const int64_t extent = array->shape[i];
        count = extent < 0 || extent > INT64_MAX / count ? 0 : count * extent;
    }
    return count;
}
