/* Batch normalisation in a pass (kernel/rows.h). */
#include <math.h>

#include "kernel/kernels.h"
#include "model/batch_norm.h"
#include "model/layer_pass.h"

/* The normalisation of a neuron, and what the backward pass subtracts from its gradients. */
typedef struct neuron_state {
    snnd_affine by;
    double common, along;
} neuron_state;

typedef struct state {
    neuron_state *neuron; /* [neurons] */
    snnd_sums *sums;      /* [neurons][tiles] */
} state;

static snnd_status prepare(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    const size_t neurons = (size_t)stage->layer->outputs, tiles = (size_t)snnd_tiles(stage->workspace->batch);
    state *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    stage->state = made;
    made->neuron = snnd_allocate(context, neurons, sizeof *made->neuron);
    made->sums = snnd_allocate(context, snnd_size_multiply(neurons, tiles), sizeof *made->sums);
    return made->neuron != NULL && made->sums != NULL ? SNND_OK : SNND_ERROR_MEMORY;
}

static void release(snnd_stage *stage) {
    state *held = stage->state;
    snnd_release(stage->workspace->context, held->neuron);
    snnd_release(stage->workspace->context, held->sums);
    snnd_release(stage->workspace->context, held);
}

static snnd_sums *sums_of(const snnd_stage *stage, int32_t neuron, int32_t tile) {
    return ((const state *)stage->state)->sums + (size_t)neuron * (size_t)snnd_tiles(stage->workspace->batch) + tile;
}

static const snnd_row_kernels *kernels_of(const snnd_stage *stage) {
    return stage->workspace->context->kernels->rows;
}

/* running = (1 - momentum) running + momentum newest, with the variance made unbiased by N / (N - 1). Returns false,
 * and changes nothing, where the result is not a number in single precision. */
static bool follow(snnd_layer *layer, int32_t neuron, snnd_moments newest, double count) {
    const double share = layer->options.batch_norm.momentum;
    float *mean = snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN) + neuron;
    float *variance = snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE) + neuron;
    const double unbiased = count > 1 ? newest.variance * count / (count - 1) : newest.variance;
    const float next_mean = (float)((1 - share) * (double)*mean + share * newest.mean);
    const float next_variance = (float)((1 - share) * (double)*variance + share * unbiased);
    if (!isfinite(next_mean) || !isfinite(next_variance))
        return false;
    *mean = next_mean;
    *variance = next_variance;
    return true;
}

static void begin(snnd_stage *stage) {
    for (int32_t n = 0; n < stage->layer->outputs; n++)
        ((state *)stage->state)->neuron[n].by = snnd_batch_norm_running(stage->layer, n);
}

static void measure(const snnd_stage *stage, const snnd_part *part, snnd_rows input) {
    const snnd_row_kernels *kernels = kernels_of(stage);
    for (int32_t n = 0; n < part->extent.neurons; n++)
        *sums_of(stage, part->neuron + n, part->tile) =
            part->end == NULL ? kernels->moments(part->extent.steps, part->lanes, snnd_rows_of(input, n))
                              : kernels->moments_to_end(part->extent.steps, part->end, snnd_rows_of(input, n));
}

/* Combines the moments of all tiles, one after the other: two groups of values with their means and summed squared
 * deviations become one (Chan, Golub and LeVeque 1983). */
static snnd_moments moments_of(const snnd_stage *stage, int32_t neuron) {
    const snnd_pass *pass = &stage->workspace->pass;
    double count = 0, mean = 0, squares = 0;
    for (int32_t tile = 0; tile < pass->tiles; tile++) {
        const snnd_sums *sums = sums_of(stage, neuron, tile);
        const double more = (double)snnd_workspace_tile_frames(stage->workspace, tile);
        const double apart = sums->pivot + sums->first / more - mean, all = count + more;
        squares += sums->second - sums->first * sums->first / more + apart * apart * count * more / all;
        mean += apart * more / all;
        count = all;
    }
    return (snnd_moments){.mean = mean, .variance = squares < 0 ? 0 : squares / count};
}

/* Computes the sums of the values and of their squares of a shard, which can be added to those of others. In double
 * precision they lose less than the values, which are in single precision, have lost already. */
static void sum(const snnd_stage *stage, double *sums) {
    const double count = snnd_workspace_frames(stage->workspace);
    for (int32_t n = 0; n < stage->layer->outputs; n++) {
        const snnd_moments m = moments_of(stage, n);
        sums[2 * n] = count * m.mean;
        sums[2 * n + 1] = count * (m.variance + m.mean * m.mean);
    }
}

static snnd_moments moments_from(const double *sums, int32_t neuron, double count) {
    const double mean = sums[2 * neuron] / count, variance = sums[2 * neuron + 1] / count - mean * mean;
    return (snnd_moments){.mean = mean, .variance = variance < 0 ? 0 : variance};
}

static void settle(snnd_stage *stage, const double *sums) {
    const double count = (double)stage->workspace->pass.batch_frames;
    for (int32_t n = 0; n < stage->layer->outputs; n++) {
        const snnd_moments m = sums == NULL ? moments_of(stage, n) : moments_from(sums, n, count);
        if (stage->workspace->pass.leads && !follow(stage->layer, n, m, count))
            snnd_workspace_lose(stage->workspace, stage->layer);
        ((state *)stage->state)->neuron[n].by = snnd_batch_norm_by(stage->layer, n, m);
    }
}

static void forward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    const neuron_state *neuron = ((const state *)stage->state)->neuron + part->neuron;
    for (int32_t n = 0; n < part->extent.neurons; n++)
        kernels_of(stage)->normalise(part->extent.steps, &neuron[n].by, snnd_rows_of(input, n),
                                     snnd_rows_of(output, n));
}

static void measure_backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows gradient) {
    const neuron_state *neuron = ((const state *)stage->state)->neuron + part->neuron;
    for (int32_t n = 0; n < part->extent.neurons; n++)
        *sums_of(stage, part->neuron + n, part->tile) = kernels_of(stage)->norm_sums(
            part->extent.steps, part->lanes, neuron[n].by.mean, snnd_rows_of(input, n), snnd_rows_of(gradient, n));
}

/* Sums of dL/dy, and of dL/dy (x - mean). */
typedef struct along_both {
    double shift, scale;
} along_both;

static along_both of_tiles(const snnd_stage *stage, int32_t neuron) {
    along_both sum = {0};
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++) {
        sum.shift += sums_of(stage, neuron, tile)->first;
        sum.scale += sums_of(stage, neuron, tile)->second;
    }
    return sum;
}

static void sum_backward(const snnd_stage *stage, double *sums) {
    for (int32_t n = 0; n < stage->layer->outputs; n++) {
        const along_both own = of_tiles(stage, n);
        sums[2 * n] = own.shift;
        sums[2 * n + 1] = own.scale;
    }
}

/*
 * With x' the normalised input and N the steps of all samples,
 *
 *     dL/dshift = sum dL/dy,   dL/dscale = sum dL/dy x'
 *     dL/dx = scale / deviation * (dL/dy - dL/dshift / N - x' dL/dscale / N)
 */
static void settle_backward(snnd_stage *stage, const double *sums) {
    const double count = (double)stage->workspace->pass.batch_frames;
    for (int32_t n = 0; n < stage->layer->outputs; n++) {
        neuron_state *neuron = ((state *)stage->state)->neuron + n;
        const along_both all = sums == NULL ? of_tiles(stage, n) : (along_both){sums[2 * n], sums[2 * n + 1]};
        const double scale = all.scale * neuron->by.inverse_deviation;
        stage->gradient[SNND_ARRAY_SHIFT][n] = (float)all.shift;
        stage->gradient[SNND_ARRAY_SCALE][n] = (float)scale;
        neuron->common = all.shift / count;
        neuron->along = scale / count * neuron->by.inverse_deviation;
    }
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    const neuron_state *neuron = ((const state *)stage->state)->neuron + part->neuron;
    (void)scratch;
    for (int32_t n = 0; n < part->extent.neurons; n++)
        kernels_of(stage)->norm_backward(part->extent.steps, part->lanes, &neuron[n].by, neuron[n].common,
                                         neuron[n].along, snnd_rows_of(input, n), snnd_rows_of(gradient, n));
}

const snnd_layer_pass snnd_batch_norm_pass = {
    .needs_input = true,
    .prepare = prepare,
    .release = release,
    .begin = begin,
    .forward = forward,
    .backward = backward,
    .measure = measure,
    .sum = sum,
    .settle = settle,
    .measure_backward = measure_backward,
    .sum_backward = sum_backward,
    .settle_backward = settle_backward,
};
