/* The predictions of a network for samples. */
#ifndef TRAINING_PREDICT_H
#define TRAINING_PREDICT_H

#include <snndelay.h>

#include "training/predictions.h"

/** Passes the samples of a dataset through the network as an evaluation does, `batch` at once. `speaker` is that of
 * each sample, or NULL. */
int predict(snnd_context *context, snnd_network *network, const snnd_dataset *dataset, const int32_t *speaker,
            int32_t batch, struct predictions *predictions, struct failure *failure);

#endif
