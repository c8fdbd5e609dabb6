/* What others ask of a LIF layer. */
#ifndef SNND_MODEL_LIF_H
#define SNND_MODEL_LIF_H

#include "kernel/neurons.h"
#include "model/layer.h"

/* Its constants, as the kernels take them. */
snnd_lif snnd_lif_constants(const snnd_layer *layer);

#endif
