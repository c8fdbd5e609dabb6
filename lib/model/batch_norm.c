/* Batch normalisation, one mean and variance per neuron over time and batch (kernel/norm.h). */
#include <math.h>

#include "base/options.h"
#include "base/parallel.h"
#include "kernel/norm.h"
#include "model/workspace.h"

static const snnd_field fields[] = {
    {"epsilon", SNND_FIELD_DOUBLE, offsetof(snnd_batch_norm_options, epsilon)},
    {"momentum", SNND_FIELD_DOUBLE, offsetof(snnd_batch_norm_options, momentum)},
    {0},
};

static snnd_status prepare(snnd_stage *stage) {
    /* what each neuron was normalised by in the last pass */
    stage->state = snnd_allocate(stage->workspace->context, (size_t)stage->layer->outputs, sizeof(snnd_affine));
    return stage->state == NULL ? SNND_ERROR_MEMORY : SNND_OK;
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

/* running = (1 - momentum) running + momentum newest; the variance unbiased by N / (N - 1). */
static void follow(snnd_layer *layer, int32_t neuron, snnd_moments newest, double count) {
    const double share = layer->options.batch_norm.momentum;
    float *mean = snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN) + neuron;
    float *variance = snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE) + neuron;
    const double unbiased = count > 1 ? newest.variance * count / (count - 1) : newest.variance;
    *mean = (float)((1 - share) * (double)*mean + share * newest.mean);
    *variance = (float)((1 - share) * (double)*variance + share * unbiased);
}

static void forward_neuron(void *argument, int64_t item, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    snnd_layer *layer = stage->layer;
    const int32_t neuron = (int32_t)item, samples = stage->workspace->pass.samples;
    snnd_moments moments = {.mean = (double)snnd_layer_floats(layer, SNND_ARRAY_RUNNING_MEAN)[neuron],
                            .variance = (double)snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[neuron]};
    if (stage->workspace->pass.mode == SNND_TRAIN) {
        moments = snnd_norm_moments(stage->input, neuron, samples);
        follow(layer, neuron, moments, (double)samples * stage->input->steps);
    }
    const double deviation = sqrt(moments.variance + layer->options.batch_norm.epsilon);
    snnd_affine *by = (snnd_affine *)stage->state + neuron;
    *by = (snnd_affine){.mean = moments.mean,
                        .inverse_deviation = 1 / deviation,
                        .scale = (double)snnd_layer_floats(layer, SNND_ARRAY_SCALE)[neuron],
                        .shift = (double)snnd_layer_floats(layer, SNND_ARRAY_SHIFT)[neuron]};
    snnd_norm_forward(stage->input, stage->output, neuron, samples, by);
}

static void backward_neuron(void *argument, int64_t item, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    const int32_t neuron = (int32_t)item;
    const snnd_affine *by = (const snnd_affine *)stage->state + neuron;
    snnd_norm_backward(stage->input, stage->d_output, neuron, stage->workspace->pass.samples, by,
                       stage->gradient[SNND_ARRAY_SCALE] + neuron, stage->gradient[SNND_ARRAY_SHIFT] + neuron);
}

static void forward(snnd_stage *stage) {
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, forward_neuron, stage);
}

static void backward(snnd_stage *stage) {
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, backward_neuron, stage);
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

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_batch_norm(network, options, layer);
}

const snnd_layer_class snnd_batch_norm_class = {
    .type = SNND_LAYER_BATCH_NORM,
    .name = "batch_norm",
    .fields = fields,
    .options_size = sizeof(snnd_batch_norm_options),
    .in_place = true,
    .add = add,
    .initialize = initialize,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
};
