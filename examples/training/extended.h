/* Samples with silent steps behind them, in which a network hears the end of what has been delayed. */
#ifndef TRAINING_EXTENDED_H
#define TRAINING_EXTENDED_H

#include "training/data.h"

/** Gives each sample of all sets so many silent steps more. The sets that there were are among what the data hold. */
int extend(snnd_context *context, int32_t steps, struct data *data, struct failure *failure);

#endif
