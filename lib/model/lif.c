/* Leaky integrate-and-fire neurons (kernel/neurons.h). The potentials are kept for the way back. */
#include "model/lif.h"

#include "base/options.h"
#include "base/parallel.h"
#include "kernel/neurons.h"

static const snnd_field fields[] = {
    {"tau", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, tau)},
    {"threshold", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, threshold)},
    {"alpha", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, alpha)},
    {"detach_reset", SNND_FIELD_INT32, offsetof(snnd_lif_options, detach_reset)},
    {0},
};

/* The state: potentials of the last pass. */
typedef struct state {
    snnd_activity potential;
} state;

static snnd_status prepare(snnd_stage *stage) {
    snnd_workspace *workspace = stage->workspace;
    state *made = snnd_allocate(workspace->context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    stage->state = made;
    made->potential = (snnd_activity){.neurons = stage->layer->outputs, .steps = workspace->steps};
    size_t rows = (size_t)snnd_tiles(workspace->batch) * (size_t)stage->layer->outputs;
    made->potential.data =
        snnd_allocate(workspace->context, rows, snnd_activity_stride(&made->potential) * sizeof(float));
    return made->potential.data == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

static void release(snnd_stage *stage) {
    state *held = stage->state;
    snnd_release(stage->workspace->context, held->potential.data);
    snnd_release(stage->workspace->context, held);
}

const snnd_activity *snnd_lif_potential(const snnd_stage *stage) {
    return &((const state *)stage->state)->potential;
}

static snnd_lif constants(const snnd_stage *stage) {
    const snnd_lif_options *options = &stage->layer->options.lif;
    return (snnd_lif){.decay = (float)(1 - 1 / options->tau),
                      .threshold = (float)options->threshold,
                      .alpha = (float)options->alpha,
                      .detach_reset = options->detach_reset};
}

static void forward_neuron(void *argument, int64_t item, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    const snnd_lif lif = constants(stage);
    const int32_t neuron = (int32_t)item;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        snnd_lif_forward(&lif, stage->workspace->steps, snnd_activity_row(stage->input, tile, neuron),
                         snnd_activity_row(snnd_lif_potential(stage), tile, neuron),
                         snnd_activity_row(stage->output, tile, neuron));
}

static void backward_neuron(void *argument, int64_t item, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    const snnd_lif lif = constants(stage);
    const int32_t neuron = (int32_t)item;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        snnd_lif_backward(&lif, stage->workspace->steps, snnd_activity_row(stage->input, tile, neuron),
                          snnd_activity_row(snnd_lif_potential(stage), tile, neuron),
                          snnd_activity_row(stage->d_output, tile, neuron));
}

static void forward(snnd_stage *stage) {
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, forward_neuron, stage);
}

static void backward(snnd_stage *stage) {
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, backward_neuron, stage);
}

snnd_status snnd_lif_options_init(snnd_lif_options *options, size_t size) {
    static const snnd_lif_options defaults = {.tau = 10.05, .threshold = 1, .alpha = 5, .detach_reset = 1};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_network_add_lif(snnd_network *network, const snnd_lif_options *options, snnd_layer **layer) {
    snnd_lif_options known;
    snnd_lif_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_lif_options");
    if (status != SNND_OK)
        return status;
    if (!(known.tau >= 1 && known.tau <= 1e9))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: tau is %g; expected 1 to 1e9 steps", known.tau);
    if (!(known.threshold > 0 && known.threshold <= 1e9))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: threshold is %g; expected above 0, up to 1e9",
                         known.threshold);
    if (!(known.alpha > 0 && known.alpha <= 1e9))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: alpha is %g; expected above 0, up to 1e9", known.alpha);
    if (known.detach_reset != 0 && known.detach_reset != 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "LIF: detach_reset is %d; expected 0 or 1", known.detach_reset);
    return snnd_network_add(network, &snnd_lif_class, 0, &known, layer);
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    (void)outputs;
    return snnd_network_add_lif(network, options, layer);
}

const snnd_layer_class snnd_lif_class = {
    .type = SNND_LAYER_LIF,
    .name = "lif",
    .fields = fields,
    .options_size = sizeof(snnd_lif_options),
    .in_place = true,
    .add = add,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .release = release,
};
