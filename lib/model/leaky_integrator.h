/* Functions that other modules use of leaky integrators. */
#ifndef SNND_MODEL_LEAKY_INTEGRATOR_H
#define SNND_MODEL_LEAKY_INTEGRATOR_H

#include "kernel/neurons.h"
#include "model/layer.h"

/* Returns the constants of the layer in the form that kernels take. */
snnd_leaky snnd_leaky_constants(const snnd_layer *layer);

#endif
