/* What others ask of a layer of batch normalisation. */
#ifndef SNND_MODEL_BATCH_NORM_H
#define SNND_MODEL_BATCH_NORM_H

#include "model/layer.h"

/* Mean and (biased) variance. */
typedef struct snnd_moments {
    double mean, variance;
} snnd_moments;

/* What a neuron of these moments is normalised by. */
snnd_affine snnd_batch_norm_by(const snnd_layer *layer, int32_t neuron, snnd_moments m);

/* What evaluation normalises a neuron by: the running statistics. */
snnd_affine snnd_batch_norm_running(const snnd_layer *layer, int32_t neuron);

#endif
