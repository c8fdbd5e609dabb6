/* Samples in .npy files. Files of float32 numbers and of bytes are mapped; npy_map.h says what this requires. */
#ifndef TRAINING_ARRAYS_H
#define TRAINING_ARRAYS_H

#include "training/data.h"

struct array_paths {
    const char *input;  /**< numbers [N, T, I] */
    const char *label;  /**< integers [N] */
    const char *length; /**< integers [N]; NULL: all samples have T steps */
};

/** Creates a dataset of the numbers multiplied by `scale`, which is not 0. Whether they are mapped, loaded as bytes, or
 * loaded as float32 as all other files are, they have the same bits, and a number that is not finite is refused. Memory
 * that the dataset borrows is added to `data`. */
int arrays_load(snnd_context *context, const struct array_paths *paths, double scale, struct data *data,
                snnd_dataset **set, struct failure *failure);

#endif
