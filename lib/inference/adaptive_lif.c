/* Adaptive LIF neurons in plans and streams. Their state is the potentials, followed by the adaptation. */
#include "inference/adaptive_lif.h"

#include <string.h>

#include "base/hash.h"
#include "inference/stream.h"
#include "model/adaptive_lif.h"

/* Copies a parameter of all neurons. */
static const float *keep(snnd_frozen_adaptive *made, int32_t place, const float *parameter, int32_t neurons) {
    float *to = made->parameters + (size_t)place * (size_t)neurons;
    memcpy(to, parameter, (size_t)neurons * sizeof *to);
    return to;
}

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    const snnd_adaptive by = snnd_adaptive_lif_constants(layer);
    const int32_t neurons = layer->outputs;
    const size_t parameters = (size_t)SNND_ADAPTIVE_PARAMETERS * (size_t)neurons * sizeof(float);
    snnd_frozen_adaptive *own = made->own = snnd_allocate(context, 1, sizeof *own + parameters);
    if (own == NULL)
        return SNND_ERROR_MEMORY;
    own->by = by;
    own->by.membrane = keep(own, 0, by.membrane, neurons);
    own->by.adaptation = keep(own, 1, by.adaptation, neurons);
    own->by.subthreshold = keep(own, 2, by.subthreshold, neurons);
    own->by.spike = keep(own, 3, by.spike, neurons);
    made->floats = made->saved = 2 * (size_t)neurons;
    return SNND_OK;
}

static void mix(uint64_t *hash, const snnd_plan_layer *layer) {
    const snnd_frozen_adaptive *own = layer->own;
    snnd_mix_float(hash, own->by.threshold);
    for (size_t k = 0; k < (size_t)SNND_ADAPTIVE_PARAMETERS * (size_t)layer->outputs; k++)
        snnd_mix_float(hash, own->parameters[k]);
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *current, float *spikes) {
    const snnd_frozen_adaptive *own = layer->own;
    float *potential = stream->state + layer->state, *adaptation = potential + layer->outputs;
    stream->plan->kernels->adaptive->step(&own->by, layer->outputs, current, potential, adaptation, spikes);
}

const snnd_frozen_class snnd_adaptive_lif_frozen = {
    .freeze = freeze,
    .mix = mix,
    .step = step,
    .overflows = true,
};
