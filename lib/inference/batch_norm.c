/* Batch norm in plans and streams: a factor and a shift. */
#include "model/batch_norm.h"

#include "base/hash.h"
#include "inference/stream.h"

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    const size_t neurons = (size_t)layer->outputs;
    made->mean = snnd_allocate(context, neurons, sizeof *made->mean);
    made->factor = snnd_allocate(context, neurons, sizeof *made->factor);
    made->shift = snnd_allocate(context, neurons, sizeof *made->shift);
    if (made->mean == NULL || made->factor == NULL || made->shift == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t n = 0; n < layer->outputs; n++) {
        const snnd_affine by = snnd_batch_norm_running(layer, n);
        made->mean[n] = by.mean;
        made->factor[n] = by.inverse_deviation * by.scale;
        made->shift[n] = by.shift;
    }
    return SNND_OK;
}

static void release(snnd_context *context, const snnd_plan_layer *layer) {
    snnd_release(context, layer->mean);
    snnd_release(context, layer->factor);
    snnd_release(context, layer->shift);
}

static void mix(uint64_t *hash, const snnd_plan_layer *layer) {
    for (int32_t n = 0; n < layer->outputs; n++) {
        snnd_mix_double(hash, layer->mean[n]);
        snnd_mix_double(hash, layer->factor[n]);
        snnd_mix_double(hash, layer->shift[n]);
    }
    snnd_plan_mix_constants(hash, layer);
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *y) {
    stream->plan->kernels->rows->normalise_step(layer->outputs, layer->mean, layer->factor, layer->shift, x, y);
}

const snnd_frozen_class snnd_batch_norm_frozen = {
    .freeze = freeze,
    .release = release,
    .mix = mix,
    .step = step,
};
