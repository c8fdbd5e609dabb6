/* Loads training and testing sets from a folder in any supported form. */
#ifndef RAWHD_DATA_H
#define RAWHD_DATA_H

#include <snndelay.h>
#include <stddef.h>

#include "training/data.h"
#include "training/options.h"

/** The factor of the spectrograms in the paper's code. */
#define DATA_SCALE 20.0

/** Multiplies the output of presets by DATA_SCALE, with the rounding of data sets. */
void data_multiply(float *cells, size_t count);

/** Reads the four .npy files of a folder that has them; otherwise the Heidelberg Digits layout, using stored
 * spectrograms of an earlier run where they are still valid. Both are multiplied by DATA_SCALE, and files are mapped.
 * */
int rawhd_load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
               struct failure *failure);

#endif
