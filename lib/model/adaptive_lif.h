/* Functions that other modules use of layers of adaptive LIF neurons. */
#ifndef SNND_MODEL_ADAPTIVE_LIF_H
#define SNND_MODEL_ADAPTIVE_LIF_H

#include "kernel/adaptive.h"
#include "model/layer.h"

/* Returns the constants of the layer in the form that kernels take. It points to the parameters of the layer, which
 * keeps owning them. */
snnd_adaptive snnd_adaptive_lif_constants(const snnd_layer *layer);

#endif
