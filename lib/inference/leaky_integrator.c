/* Leaky integrators in plans and streams. Their state is the potentials, in the paper's order followed by the currents.
 * */
#include "model/leaky_integrator.h"

#include "base/hash.h"
#include "inference/stream.h"
#include "model/leak.h"

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    made->leaky = snnd_leaky_constants(layer);
    if (snnd_leak_is_own(layer)) {
        made->leaky.decays = made->own = snnd_frozen_decays(context, layer);
        if (made->own == NULL)
            return SNND_ERROR_MEMORY;
    }
    made->floats = made->saved = (made->leaky.order == SNND_ORDER_PAPER ? 2 : 1) * (size_t)layer->outputs;
    return SNND_OK;
}

/* As for LIF neurons, those of the paper's order keep their old fingerprint. */
static void mix(uint64_t *hash, const snnd_plan_layer *layer) {
    snnd_plan_mix_constants(hash, layer);
    if (layer->leaky.order != SNND_ORDER_PAPER)
        snnd_mix(hash, (uint32_t)layer->leaky.order);
    snnd_mix_decays(hash, layer->leaky.decays, layer->outputs);
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *current, float *potential) {
    float *mem = stream->state + layer->state, *syn = mem + layer->outputs;
    stream->plan->kernels->neurons->leaky_step(&layer->leaky, layer->outputs, current, mem, syn, potential);
}

const snnd_frozen_class snnd_leaky_integrator_frozen = {
    .freeze = freeze,
    .mix = mix,
    .step = step,
    .overflows = true,
};
