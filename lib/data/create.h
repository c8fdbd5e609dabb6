/* Common parts of creating datasets of all kinds: checks of shapes and numbers, and the handle. */
#ifndef SNND_DATA_CREATE_H
#define SNND_DATA_CREATE_H

#include "data/dataset.h"

/* The shape that all kinds of samples have, and the name of the caller's structure for messages. */
typedef struct snnd_shape {
    const char *of;
    const int32_t *label, *length;
    int64_t samples;
    int32_t steps, channels;
} snnd_shape;

/* Fails and names a shape, a label or a length that is out of its range. `bytes` is the size of a number where all
 * samples are in memory, and 0 otherwise. */
snnd_status snnd_shape_check(snnd_context *context, const snnd_shape *shape, size_t bytes);

/* Fails and names the first number that is not finite. Numbers after the end of a sample are not checked. */
snnd_status snnd_shape_check_numbers(snnd_context *context, const float *input, const snnd_shape *shape);

/* Creates a dataset of samples whose memory is already owned or borrowed. On failure the caller keeps that memory. */
snnd_status snnd_dataset_wrap(snnd_context *context, const snnd_storage *numbers, const snnd_shape *shape,
                              snnd_dataset **dataset);

/* Frees the memory that is not borrowed from the host. */
void snnd_storage_release_own(snnd_context *context, const snnd_storage *storage);

#endif
