/* Functions that other modules use of batch normalisation. */
#ifndef SNND_MODEL_BATCH_NORM_H
#define SNND_MODEL_BATCH_NORM_H

#include "model/layer.h"

/* The mean and the biased variance of a neuron. */
typedef struct snnd_moments {
    double mean, variance;
} snnd_moments;

/* Returns the factor and shift by which a neuron with these moments is normalised. */
snnd_affine snnd_batch_norm_by(const snnd_layer *layer, int32_t neuron, snnd_moments m);

/* Returns the factor and shift by which evaluation normalises a neuron, from its running statistics. */
snnd_affine snnd_batch_norm_running(const snnd_layer *layer, int32_t neuron);

#endif
