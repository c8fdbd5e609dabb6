/* Batch norm in plans and streams: a factor and a shift. */
#include "model/batch_norm.h"

#include "base/hash.h"
#include "inference/batch_norm.h"
#include "inference/stream.h"

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    const size_t neurons = (size_t)layer->outputs;
    snnd_frozen_norm *norm = made->own = snnd_allocate(context, 1, sizeof *norm);
    if (norm == NULL)
        return SNND_ERROR_MEMORY;
    norm->mean = snnd_allocate(context, neurons, sizeof *norm->mean);
    norm->factor = snnd_allocate(context, neurons, sizeof *norm->factor);
    norm->shift = snnd_allocate(context, neurons, sizeof *norm->shift);
    if (norm->mean == NULL || norm->factor == NULL || norm->shift == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t n = 0; n < layer->outputs; n++) {
        const snnd_affine by = snnd_batch_norm_running(layer, n);
        norm->mean[n] = by.mean;
        norm->factor[n] = by.inverse_deviation * by.scale;
        norm->shift[n] = by.shift;
    }
    return SNND_OK;
}

static void release(snnd_context *context, const snnd_plan_layer *layer) {
    const snnd_frozen_norm *norm = layer->own;
    if (norm == NULL)
        return;
    snnd_release(context, norm->mean);
    snnd_release(context, norm->factor);
    snnd_release(context, norm->shift);
    snnd_release(context, layer->own);
}

static void mix(uint64_t *hash, const snnd_plan_layer *layer) {
    const snnd_frozen_norm *norm = layer->own;
    for (int32_t n = 0; n < layer->outputs; n++) {
        snnd_mix_double(hash, norm->mean[n]);
        snnd_mix_double(hash, norm->factor[n]);
        snnd_mix_double(hash, norm->shift[n]);
    }
    snnd_plan_mix_constants(hash, layer);
}

static void step(snnd_stream *stream, const snnd_plan_layer *layer, const float *x, float *y) {
    const snnd_frozen_norm *norm = layer->own;
    stream->plan->kernels->rows->normalise_step(layer->outputs, norm->mean, norm->factor, norm->shift, x, y);
}

const snnd_frozen_class snnd_batch_norm_frozen = {
    .freeze = freeze,
    .release = release,
    .mix = mix,
    .step = step,
};
