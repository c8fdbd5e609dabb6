/* What others ask of a layer of adaptive LIF neurons. */
#ifndef SNND_MODEL_ADAPTIVE_LIF_H
#define SNND_MODEL_ADAPTIVE_LIF_H

#include "kernel/adaptive.h"
#include "model/layer.h"

/* Its constants, as the kernels take them, with the parameters of all neurons, which stay the layer's. */
snnd_adaptive snnd_adaptive_lif_constants(const snnd_layer *layer);

#endif
