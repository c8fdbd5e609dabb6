/* LIF neurons in plans and streams: the state is their potentials, and then their currents. */
#include "model/lif.h"

#include "inference/stream.h"

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    (void)context;
    made->lif = snnd_lif_constants(layer);
    made->floats = made->saved = 2 * (size_t)layer->outputs;
    return SNND_OK;
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *current, float *spikes) {
    float *mem = stream->state + layer->state, *syn = mem + layer->outputs;
    stream->plan->kernels->rows->lif_step(&layer->lif, layer->outputs, current, mem, syn, spikes);
}

const snnd_frozen_class snnd_lif_frozen = {
    .freeze = freeze,
    .mix = snnd_plan_mix_constants,
    .step = step,
    .overflows = true,
};
