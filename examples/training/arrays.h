/* Samples in .npy files. Those of float32 numbers and of bytes are mapped: see npy_map.h for what that asks of them. */
#ifndef TRAINING_ARRAYS_H
#define TRAINING_ARRAYS_H

#include "training/data.h"

struct array_paths {
    const char *input;  /**< numbers [N, T, I] */
    const char *label;  /**< integers [N] */
    const char *length; /**< integers [N]; NULL: all samples have T steps */
};

/** Makes a dataset of the numbers times `scale`, which is not 0. Whether they are mapped, loaded as bytes, or loaded as
 * float32, as all other files are, they come to the same bits, and a number that is not finite is refused. What the
 * dataset borrows from is added to what `data` holds. */
int arrays_load(snnd_context *context, const struct array_paths *paths, double scale, struct data *data,
                snnd_dataset **set, struct failure *failure);

#endif
