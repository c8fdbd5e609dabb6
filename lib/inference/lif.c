/* LIF neurons in plans and streams. Their state is the potentials, in the paper's order followed by the currents. */
#include "model/lif.h"

#include "base/hash.h"
#include "inference/stream.h"
#include "model/leak.h"

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    made->lif = snnd_lif_constants(layer);
    if (snnd_leak_is_own(layer)) {
        made->lif.decays = made->own = snnd_frozen_decays(context, layer);
        if (made->own == NULL)
            return SNND_ERROR_MEMORY;
    }
    made->floats = made->saved = (made->lif.order == SNND_ORDER_PAPER ? 2 : 1) * (size_t)layer->outputs;
    return SNND_OK;
}

/* Neurons of the paper's order keep the fingerprint that they had before others were added. */
static void mix(uint64_t *hash, const snnd_plan_layer *layer) {
    snnd_plan_mix_constants(hash, layer);
    if (layer->lif.order != SNND_ORDER_PAPER || layer->lif.reset != SNND_RESET_ZERO) {
        snnd_mix(hash, (uint32_t)layer->lif.order);
        snnd_mix(hash, (uint32_t)layer->lif.reset);
    }
    snnd_mix_decays(hash, layer->lif.decays, layer->outputs);
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *current, float *spikes) {
    float *mem = stream->state + layer->state, *syn = mem + layer->outputs;
    stream->plan->kernels->neurons->lif_step(&layer->lif, layer->outputs, current, mem, syn, spikes);
}

const snnd_frozen_class snnd_lif_frozen = {
    .freeze = freeze,
    .mix = mix,
    .step = step,
    .overflows = true,
};
