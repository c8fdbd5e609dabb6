/* The readout's neurons: they integrate and never fire (kernel/neurons.h). */
#include "base/options.h"
#include "base/parallel.h"
#include "kernel/neurons.h"
#include "model/workspace.h"

static const snnd_field fields[] = {
    {"tau", SNND_FIELD_DOUBLE, offsetof(snnd_leaky_integrator_options, tau)},
    {0},
};

static float decay_of(const snnd_stage *stage) {
    return (float)(1 - 1 / stage->layer->options.leaky_integrator.tau);
}

static void forward_neuron(void *argument, int64_t neuron, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        snnd_leaky_forward(decay_of(stage), stage->workspace->steps,
                           snnd_activity_row(stage->input, tile, (int32_t)neuron),
                           snnd_activity_row(stage->output, tile, (int32_t)neuron));
}

static void backward_neuron(void *argument, int64_t neuron, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        snnd_leaky_backward(decay_of(stage), stage->workspace->steps,
                            snnd_activity_row(stage->d_output, tile, (int32_t)neuron));
}

static void forward(snnd_stage *stage) {
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, forward_neuron, stage);
}

static void backward(snnd_stage *stage) {
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, backward_neuron, stage);
}

snnd_status snnd_leaky_integrator_options_init(snnd_leaky_integrator_options *options, size_t size) {
    static const snnd_leaky_integrator_options defaults = {.tau = 10.05};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_network_add_leaky_integrator(snnd_network *network, const snnd_leaky_integrator_options *options,
                                              snnd_layer **layer) {
    snnd_leaky_integrator_options known;
    snnd_leaky_integrator_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_leaky_integrator_options");
    if (status != SNND_OK)
        return status;
    if (!(known.tau >= 1 && known.tau <= 1e9))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "leaky integrator: tau is %g; expected 1 to 1e9 steps",
                         known.tau);
    return snnd_network_add(network, &snnd_leaky_integrator_class, 0, &known, layer);
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_leaky_integrator(network, options, layer);
}

const snnd_layer_class snnd_leaky_integrator_class = {
    .type = SNND_LAYER_LEAKY_INTEGRATOR,
    .name = "leaky_integrator",
    .fields = fields,
    .options_size = sizeof(snnd_leaky_integrator_options),
    .in_place = true,
    .add = add,
    .forward = forward,
    .backward = backward,
};
