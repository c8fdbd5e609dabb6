/* Samples for validation, held out of the training samples. */
#ifndef TRAINING_HOLDOUT_H
#define TRAINING_HOLDOUT_H

#include "training/data.h"
#include "training/options.h"

/** Takes what the options ask for out of the training set, in the place of the set's own validation set if it has one;
 * where they ask for nothing, that one stays. Says in data->validation_by what it is. */
int hold_out(snnd_context *context, const struct options *options, struct data *data, struct failure *failure);

#endif
