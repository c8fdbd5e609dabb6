/* Time constants of neurons that are their own: the array SNND_ARRAY_LEAK of LIF neurons and leaky integrators. */
#ifndef SNND_MODEL_LEAK_H
#define SNND_MODEL_LEAK_H

#include "model/layer.h"

/* Of a kind's options, what is about time constants. */
typedef struct snnd_leak_options {
    double tau, spread;
    int32_t per_neuron; /* snnd_tau */
} snnd_leak_options;

/* An error that names the option that is out of range, after `who` had it. */
snnd_status snnd_leak_check(snnd_context *context, const char *who, const snnd_leak_options *options);

/* Draws the layer's array, where it has one. */
void snnd_leak_initialize(snnd_layer *layer, const snnd_leak_options *options, uint64_t seed);

/* Of a neuron: q = 1/tau = 1 / (1 + e^-a). The decay is 1 - q in single precision, the same for passes and plans. */
double snnd_leak_rate(const snnd_layer *layer, int32_t neuron);
float snnd_leak_decay(const snnd_layer *layer, int32_t neuron);

static inline bool snnd_leak_is_own(const snnd_layer *layer) {
    return layer->arrays[SNND_ARRAY_LEAK].data != NULL;
}

#endif
