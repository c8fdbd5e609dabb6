/* Functions that other modules use of layers of LIF neurons. */
#ifndef SNND_MODEL_LIF_H
#define SNND_MODEL_LIF_H

#include "kernel/neurons.h"
#include "model/layer.h"

/* Returns the constants of the layer in the form that kernels take. */
snnd_lif snnd_lif_constants(const snnd_layer *layer);

#endif
