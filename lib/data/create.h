/* What makes datasets of all kinds: checks, and the handle at the end. */
#ifndef SNND_DATA_CREATE_H
#define SNND_DATA_CREATE_H

#include "data/dataset.h"

/* What all kinds have, and what messages call the structure that it came in. */
typedef struct snnd_shape {
    const char *of;
    const int32_t *label, *length;
    int64_t samples;
    int32_t steps, channels;
} snnd_shape;

/* An error that names a shape, a label or a length that cannot be. `bytes` are those of a number where all are in
 * memory, and 0 where they are not. */
snnd_status snnd_shape_check(snnd_context *context, const snnd_shape *shape, size_t bytes);

/* An error that names a number that is not finite. Beyond the end of a sample there may be anything. */
snnd_status snnd_shape_check_numbers(snnd_context *context, const float *input, const snnd_shape *shape);

/* A dataset over numbers that are owned already, or borrowed; on failure they stay the caller's. */
snnd_status snnd_dataset_wrap(snnd_context *context, const snnd_storage *numbers, const snnd_shape *shape,
                              snnd_dataset **dataset);

/* Frees what is not borrowed from the host. */
void snnd_storage_release_own(snnd_context *context, const snnd_storage *storage);

#endif
