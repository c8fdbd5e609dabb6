/* Time constants that each neuron has on its own: the array SNND_ARRAY_LEAK of LIF neurons and leaky integrators. */
#ifndef SNND_MODEL_LEAK_H
#define SNND_MODEL_LEAK_H

#include "model/layer.h"

/* The options of a kind that concern time constants. */
typedef struct snnd_leak_options {
    double tau, spread;
    int32_t per_neuron; /* snnd_tau */
} snnd_leak_options;

/* Fails with a message that begins with `who` and names the option that is out of its range. */
snnd_status snnd_leak_check(snnd_context *context, const char *who, const snnd_leak_options *options);

/* Draws the array of the layer, where it has one. */
void snnd_leak_initialize(snnd_layer *layer, const snnd_leak_options *options, uint64_t seed);

/* Returns q = 1/tau = 1 / (1 + e^-a) of a neuron. The decay is 1 - q in single precision, in passes and in plans. */
double snnd_leak_rate(const snnd_layer *layer, int32_t neuron);
float snnd_leak_decay(const snnd_layer *layer, int32_t neuron);

static inline bool snnd_leak_is_own(const snnd_layer *layer) {
    return layer->arrays[SNND_ARRAY_LEAK].data != NULL;
}

#endif
