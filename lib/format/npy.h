/* Reads the .npy format of NumPy from a path or a reader. */
#ifndef SNND_FORMAT_NPY_H
#define SNND_FORMAT_NPY_H

#include "format/origin.h"

/* Works as snnd_array_load_npy(). */
snnd_status snnd_npy_load(snnd_context *context, snnd_origin origin, snnd_dtype dtype, snnd_array *array);

#endif
