/* What others ask of a layer of batch normalisation. */
#ifndef SNND_MODEL_BATCH_NORM_H
#define SNND_MODEL_BATCH_NORM_H

#include "model/layer.h"

/* What evaluation normalises a neuron by: the running statistics. */
snnd_affine snnd_batch_norm_running(const snnd_layer *layer, int32_t neuron);

#endif
