/* Samples for validation, held out of the training samples. */
#ifndef TRAINING_HOLDOUT_H
#define TRAINING_HOLDOUT_H

#include "training/data.h"
#include "training/options.h"

/** Moves the samples that the options ask for from the training set to a validation set, which replaces that of the
 * data set. If the options ask for none, that of the data set stays. Sets data->validation_by. */
int hold_out(snnd_context *context, const struct options *options, struct data *data, struct failure *failure);

#endif
