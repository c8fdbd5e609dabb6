/* Sets of events in the form in which networks are trained on them. */
#ifndef EXAMPLES_SHD_DATA_H
#define EXAMPLES_SHD_DATA_H

#include "training/data.h"
#include "training/options.h"

/** The sets of a folder; only SSC has a validation set. */
enum { SHD_TRAINING, SHD_VALIDATION, SHD_TESTING, SHD_SETS };

/** Reads the files of options->data, or their stored counts; a name that is NULL is skipped. */
int shd_load(snnd_context *context, const struct options *options, const char *const files[SHD_SETS], int32_t classes,
             const struct say *say, struct data *data, struct failure *failure);

#endif
