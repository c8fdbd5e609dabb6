/* Batch normalisation, one mean and variance per neuron over time and batch (kernel/rows.h). */
#include "model/batch_norm.h"

#include <math.h>

#include "base/options.h"
#include "kernel/kernels.h"
#include "model/workspace.h"

static const snnd_field fields[] = {
    {"epsilon", SNND_FIELD_DOUBLE, offsetof(snnd_batch_norm_options, epsilon)},
    {"momentum", SNND_FIELD_DOUBLE, offsetof(snnd_batch_norm_options, momentum)},
    {0},
};

/* What each neuron is normalised by, and what the way back takes off its gradients. */
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

static void initialize(snnd_layer *layer, uint64_t seed) {
    (void)seed;
    for (int32_t o = 0; o < layer->outputs; o++) {
        snnd_layer_floats(layer, SNND_ARRAY_SCALE)[o] = 1;
        snnd_layer_floats(layer, SNND_ARRAY_SHIFT)[o] = 0;
        snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN)[o] = 0;
        snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[o] = 1;
    }
}

/* Mean and (biased) variance. */
typedef struct moments {
    double mean, variance;
} moments;

/* running = (1 - momentum) running + momentum newest; the variance unbiased by N / (N - 1). */
static void follow(snnd_layer *layer, int32_t neuron, moments newest, double count) {
    const double share = layer->options.batch_norm.momentum;
    float *mean = snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN) + neuron;
    float *variance = snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE) + neuron;
    const double unbiased = count > 1 ? newest.variance * count / (count - 1) : newest.variance;
    *mean = (float)((1 - share) * (double)*mean + share * newest.mean);
    *variance = (float)((1 - share) * (double)*variance + share * unbiased);
}

static snnd_affine normalised_by(const snnd_layer *layer, int32_t neuron, moments m) {
    return (snnd_affine){.mean = m.mean,
                         .inverse_deviation = 1 / sqrt(m.variance + layer->options.batch_norm.epsilon),
                         .scale = (double)snnd_layer_floats(layer, SNND_ARRAY_SCALE)[neuron],
                         .shift = (double)snnd_layer_floats(layer, SNND_ARRAY_SHIFT)[neuron]};
}

snnd_affine snnd_batch_norm_running(const snnd_layer *layer, int32_t neuron) {
    const moments running = {.mean = (double)snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN)[neuron],
                             .variance = (double)snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[neuron]};
    return normalised_by(layer, neuron, running);
}

static void begin(snnd_stage *stage) {
    for (int32_t n = 0; n < stage->layer->outputs; n++)
        ((state *)stage->state)->neuron[n].by = snnd_batch_norm_running(stage->layer, n);
}

static void measure(const snnd_stage *stage, const snnd_part *part, snnd_rows input) {
    for (int32_t n = 0; n < part->extent.neurons; n++)
        *sums_of(stage, part->neuron + n, part->tile) =
            kernels_of(stage)->moments(part->extent.steps, part->lanes, snnd_rows_of(input, n));
}

/* Of all tiles, one after the other: two groups of values with their means and summed squares of deviations make one
 * (Chan, Golub and LeVeque 1983). */
static moments moments_of(const snnd_stage *stage, int32_t neuron) {
    const snnd_pass *pass = &stage->workspace->pass;
    double count = 0, mean = 0, squares = 0;
    for (int32_t tile = 0; tile < pass->tiles; tile++) {
        const snnd_sums *sums = sums_of(stage, neuron, tile);
        const double more = (double)snnd_lanes(pass->samples, tile) * stage->workspace->steps;
        const double apart = sums->pivot + sums->first / more - mean, all = count + more;
        squares += sums->second - sums->first * sums->first / more + apart * apart * count * more / all;
        mean += apart * more / all;
        count = all;
    }
    return (moments){.mean = mean, .variance = squares < 0 ? 0 : squares / count};
}

static void settle(snnd_stage *stage) {
    const double count = (double)stage->workspace->pass.samples * stage->workspace->steps;
    for (int32_t n = 0; n < stage->layer->outputs; n++) {
        const moments m = moments_of(stage, n);
        follow(stage->layer, n, m, count);
        ((state *)stage->state)->neuron[n].by = normalised_by(stage->layer, n, m);
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

/*
 * With x' the normalised input and N = samples * steps,
 *
 *     dL/dshift = sum dL/dy,   dL/dscale = sum dL/dy x'
 *     dL/dx = scale / deviation * (dL/dy - dL/dshift / N - x' dL/dscale / N)
 */
static void settle_backward(snnd_stage *stage) {
    const double count = (double)stage->workspace->pass.samples * stage->workspace->steps;
    for (int32_t n = 0; n < stage->layer->outputs; n++) {
        neuron_state *neuron = ((state *)stage->state)->neuron + n;
        double shift = 0, scale = 0;
        for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++) {
            shift += sums_of(stage, n, tile)->first;
            scale += sums_of(stage, n, tile)->second;
        }
        scale *= neuron->by.inverse_deviation;
        stage->gradient[SNND_ARRAY_SHIFT][n] = (float)shift;
        stage->gradient[SNND_ARRAY_SCALE][n] = (float)scale;
        neuron->common = shift / count;
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

snnd_status snnd_batch_norm_options_init(snnd_batch_norm_options *options, size_t size) {
    static const snnd_batch_norm_options defaults = {.epsilon = 1e-5, .momentum = 0.1};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_network_add_batch_norm(snnd_network *network, const snnd_batch_norm_options *options,
                                        snnd_layer **layer) {
    snnd_batch_norm_options known;
    snnd_batch_norm_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_batch_norm_options");
    if (status != SNND_OK)
        return status;
    if (!(known.epsilon > 0 && known.epsilon <= 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "batch norm: epsilon is %g; expected above 0, up to 1",
                         known.epsilon);
    if (!(known.momentum >= 0 && known.momentum <= 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "batch norm: momentum is %g; expected 0 to 1", known.momentum);
    return snnd_network_add(network, &snnd_batch_norm_class, 0, &known, layer);
}

snnd_status snnd_layer_batch_norm_options(const snnd_layer *layer, snnd_batch_norm_options *options) {
    return snnd_layer_show_options(layer, &snnd_batch_norm_class, options, "snnd_layer_batch_norm_options",
                                   "snnd_batch_norm_options");
}

snnd_status snnd_layer_fold(const snnd_layer *layer, double *factor, double *shift) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (layer->class != &snnd_batch_norm_class || factor == NULL || shift == NULL)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "snnd_layer_fold: %s",
                         factor == NULL  ? "factor is NULL"
                         : shift == NULL ? "shift is NULL"
                                         : "not a layer of batch_norm");
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++) {
        const snnd_status status = snnd_layer_check_values(layer, (snnd_array_name)name, SNND_ERROR_NUMERIC);
        if (status != SNND_OK)
            return status;
    }
    for (int32_t n = 0; n < layer->outputs; n++) {
        const snnd_affine norm = snnd_batch_norm_running(layer, n);
        factor[n] = norm.inverse_deviation * norm.scale;
        shift[n] = norm.shift - norm.mean * factor[n];
    }
    return SNND_OK;
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_batch_norm(network, options, layer);
}

const snnd_layer_class snnd_batch_norm_class = {
    .type = SNND_LAYER_BATCH_NORM,
    .name = "batch_norm",
    .fields = fields,
    .options_size = sizeof(snnd_batch_norm_options),
    .needs_input = true,
    .add = add,
    .first = SNND_ARRAY_SCALE,
    .last = SNND_ARRAY_RUNNING_VARIANCE,
    .initialize = initialize,
    .prepare = prepare,
    .release = release,
    .begin = begin,
    .forward = forward,
    .backward = backward,
    .measure = measure,
    .settle = settle,
    .measure_backward = measure_backward,
    .settle_backward = settle_backward,
};
