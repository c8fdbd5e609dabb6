/* The time constants of neurons where each has its own: how they are checked, drawn and turned into decays (leak.h). */
#include "model/leak.h"

#include <math.h>

#include "base/random.h"

snnd_status snnd_leak_check(snnd_context *context, const char *who, const snnd_leak_options *options) {
    if (!(options->tau >= 1 && options->tau <= 1e9))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: tau is %g; expected 1 to 1e9 steps", who, options->tau);
    if (options->per_neuron < SNND_TAU_SHARED || options->per_neuron > SNND_TAU_LEARNED)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "%s: tau_per_neuron is %d; expected SNND_TAU_SHARED, _GIVEN or _LEARNED", who,
                         options->per_neuron);
    if (!(options->spread >= 0 && options->spread <= 1e6))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: tau_spread is %g; expected 0 to 1e6", who, options->spread);
    if (options->per_neuron == SNND_TAU_SHARED && options->spread > 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "%s: tau_spread is %g, but all neurons share one tau (tau_per_neuron)", who, options->spread);
    if (options->per_neuron != SNND_TAU_SHARED && !(options->tau / (1 + options->spread) > 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "%s: tau is %g with a tau_spread of %g; time constants of neurons must be above 1", who,
                         options->tau, options->spread);
    return SNND_OK;
}

/* 1/tau = 1 / (1 + e^-a) */
static float logit_of(double tau) {
    return (float)-log(tau - 1);
}

void snnd_leak_initialize(snnd_layer *layer, const snnd_leak_options *options, uint64_t seed) {
    const double least = options->tau / (1 + options->spread), most = options->tau * (1 + options->spread);
    const snnd_array *array = &layer->arrays[SNND_ARRAY_LEAK];
    snnd_random random = snnd_random_for(seed, SNND_USE_NEURON, (uint64_t)layer->index);
    for (int32_t n = 0; n < layer->outputs && array->data != NULL; n++)
        ((float *)array->data)[n] = logit_of(least + (most - least) * snnd_random_unit(&random, (uint64_t)n));
}

double snnd_leak_rate(const snnd_layer *layer, int32_t neuron) {
    return 1 / (1 + exp(-(double)snnd_layer_floats(layer, SNND_ARRAY_LEAK)[neuron]));
}

float snnd_leak_decay(const snnd_layer *layer, int32_t neuron) {
    return (float)(1 - snnd_leak_rate(layer, neuron));
}
