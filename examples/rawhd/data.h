/* Training and testing sets from a folder, whichever form it has. */
#ifndef RAWHD_DATA_H
#define RAWHD_DATA_H

#include <snndelay.h>
#include <stddef.h>

#include "training/data.h"
#include "training/options.h"

/** What the paper's code multiplies its spectrograms by. */
#define DATA_SCALE 20.0

/** Multiplies what presets give by DATA_SCALE, rounded as the sets are. */
void data_multiply(float *cells, size_t count);

/**
 * Reads the four .npy files of a folder that has them; else the Heidelberg Digits layout, through the spectrograms
 * kept from an earlier run where these are still right. Both are multiplied by DATA_SCALE, and files are mapped.
 */
int rawhd_load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
               struct failure *failure);

#endif
