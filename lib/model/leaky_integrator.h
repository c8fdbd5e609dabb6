/* What others ask of a layer of leaky integrators. */
#ifndef SNND_MODEL_LEAKY_INTEGRATOR_H
#define SNND_MODEL_LEAKY_INTEGRATOR_H

#include "kernel/neurons.h"
#include "model/layer.h"

/* Its constants, as the kernels take them. */
snnd_leaky snnd_leaky_constants(const snnd_layer *layer);

#endif
