/*
 * Dropout with one mask per sample and neuron, constant in time:
 *
 *     output[t] = f input[t],   f = 0 with probability p, else 1 / (1 - p)
 */
#include <string.h>

#include "base/parallel.h"
#include "base/random.h"
#include "kernel/kernels.h"
#include "model/dropout.h"
#include "model/layer_pass.h"

typedef struct state {
    float *factor; /* [neurons][batch rounded up to tiles] */
    bool given;    /* by the host, in place of drawn factors */
} state;

static size_t padded_batch(const snnd_stage *stage) {
    return (size_t)snnd_tiles(stage->workspace->batch) * SNND_LANES;
}

static snnd_status prepare(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    state *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    stage->state = made;
    made->factor = snnd_allocate(context, snnd_size_multiply(padded_batch(stage), (size_t)stage->layer->outputs),
                                 sizeof *made->factor);
    return made->factor == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

static void release(snnd_stage *stage) {
    state *held = stage->state;
    snnd_release(stage->workspace->context, held->factor);
    snnd_release(stage->workspace->context, held);
}

void snnd_dropout_set_mask(snnd_stage *stage, const float *mask) {
    state *held = stage->state;
    held->given = mask != NULL;
    if (mask == NULL)
        return;
    int32_t neurons = stage->layer->outputs;
    for (int32_t n = 0; n < neurons; n++)
        for (int32_t b = 0; b < stage->workspace->batch; b++)
            held->factor[(size_t)n * padded_batch(stage) + (size_t)b] = mask[(size_t)b * (size_t)neurons + (size_t)n];
}

static void draw(void *argument, int64_t neuron, int32_t worker) {
    const snnd_stage *stage = argument;
    (void)worker;
    const snnd_pass *pass = &stage->workspace->pass;
    float *factor = ((const state *)stage->state)->factor + (size_t)neuron * padded_batch(stage);
    const double probability = stage->layer->options.dropout.probability;
    const float survivor = (float)(1 / (1 - probability));
    snnd_random random = snnd_random_for(pass->seed, SNND_USE_DROPOUT, pass->step);
    const uint64_t place = (uint64_t)stage->layer->index << 48 | (uint64_t)neuron << 24;
    for (int32_t b = 0; b < pass->samples; b++)
        factor[b] = snnd_random_unit(&random, place + (uint64_t)(pass->first + b)) < probability ? 0.0f : survivor;
}

static void begin(snnd_stage *stage) {
    if (stage->workspace->pass.mode == SNND_TRAIN && !((const state *)stage->state)->given)
        snnd_parallel_for(stage->workspace->context, stage->layer->outputs, 10.0 * stage->workspace->pass.samples, draw,
                          stage);
}

static const float *factors(const snnd_stage *stage) {
    return stage->workspace->pass.mode == SNND_TRAIN ? ((const state *)stage->state)->factor : NULL;
}

static void scale(const snnd_stage *stage, const snnd_part *part, snnd_rows from, snnd_rows to) {
    const snnd_row_kernels *kernels = stage->workspace->context->kernels->rows;
    const float *factor = factors(stage);
    for (int32_t n = 0; n < part->extent.neurons; n++) {
        const size_t place = (size_t)(part->neuron + n) * padded_batch(stage) + (size_t)part->tile * SNND_LANES;
        if (factor == NULL)
            memcpy(snnd_rows_of(to, n), snnd_rows_of(from, n), (size_t)part->extent.steps * SNND_LANES * sizeof(float));
        else
            kernels->scale(part->extent.steps, factor + place, snnd_rows_of(from, n), snnd_rows_of(to, n));
    }
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    (void)input;
    (void)scratch;
    scale(stage, part, gradient, gradient);
}

const snnd_layer_pass snnd_dropout_pass = {
    .prepare = prepare,
    .begin = begin,
    .forward = scale,
    .backward = backward,
    .release = release,
    .factors = factors,
};
