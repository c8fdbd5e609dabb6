/* Samples followed by silent steps, so that delayed spikes of their last steps reach the output. */
#ifndef TRAINING_EXTENDED_H
#define TRAINING_EXTENDED_H

#include "training/data.h"

/** Adds silent steps to each sample of all sets. The previous sets are among the memory that the data hold. */
int extend(snnd_context *context, int32_t steps, struct data *data, struct failure *failure);

#endif
