/* What others ask of a layer of leaky integrators. */
#ifndef SNND_MODEL_LEAKY_INTEGRATOR_H
#define SNND_MODEL_LEAKY_INTEGRATOR_H

#include "model/layer.h"

/* 1 - 1/tau, in single precision. */
float snnd_leaky_decay(const snnd_layer *layer);

#endif
