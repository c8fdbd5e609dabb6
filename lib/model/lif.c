/* Leaky integrate-and-fire neurons (kernel/rows.h). Potentials are not kept: the way
 * back makes them again from the currents. */
#include "model/lif.h"

#include "base/options.h"
#include "kernel/kernels.h"

static const snnd_field fields[] = {
    {"tau", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, tau)},
    {"threshold", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, threshold)},
    {"alpha", SNND_FIELD_DOUBLE, offsetof(snnd_lif_options, alpha)},
    {"detach_reset", SNND_FIELD_INT32, offsetof(snnd_lif_options, detach_reset)},
    {0},
};

/* The state: spikes of the last pass, [tiles][neurons]. */
static snnd_status prepare(snnd_stage *stage) {
    const size_t tiles = (size_t)snnd_tiles(stage->workspace->batch);
    stage->state = snnd_allocate(stage->workspace->context, snnd_size_multiply(tiles, (size_t)stage->layer->outputs),
                                 sizeof(int32_t));
    return stage->state == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

int64_t snnd_lif_neuron_spikes(const snnd_stage *stage, int32_t neuron) {
    const int32_t *spikes = stage->state;
    int64_t sum = 0;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        sum += spikes[(size_t)tile * (size_t)stage->layer->outputs + (size_t)neuron];
    return sum;
}

int64_t snnd_lif_spikes(const snnd_stage *stage) {
    int64_t sum = 0;
    for (int32_t n = 0; n < stage->layer->outputs; n++)
        sum += snnd_lif_neuron_spikes(stage, n);
    return sum;
}

snnd_lif snnd_lif_constants(const snnd_layer *layer) {
    const snnd_lif_options *options = &layer->options.lif;
    return (snnd_lif){.decay = (float)(1 - 1 / options->tau),
                      .threshold = (float)options->threshold,
                      .alpha = (float)options->alpha,
                      .detach_reset = options->detach_reset};
}

static void forward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    const snnd_lif lif = snnd_lif_constants(stage->layer);
    const snnd_row_kernels *kernels = stage->workspace->context->kernels->rows;
    int32_t *spikes = (int32_t *)stage->state + (size_t)part->tile * (size_t)stage->layer->outputs + part->neuron;
    kernels->lif_forward(&lif, part->extent, input, (snnd_rows){0}, output);
    for (int32_t n = 0; n < part->extent.neurons; n++)
        spikes[n] = kernels->count(part->extent.steps, part->lanes, snnd_rows_of(output, n));
}

void snnd_lif_potential(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows potential) {
    const snnd_lif lif = snnd_lif_constants(stage->layer);
    stage->workspace->context->kernels->rows->lif_forward(&lif, part->extent, input, potential, (snnd_rows){0});
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    const snnd_lif lif = snnd_lif_constants(stage->layer);
    snnd_lif_potential(stage, part, input, scratch);
    stage->workspace->context->kernels->rows->lif_backward(&lif, part->extent, input, scratch, gradient);
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

snnd_status snnd_layer_lif_options(const snnd_layer *layer, snnd_lif_options *options) {
    return snnd_layer_show_options(layer, &snnd_lif_class, options, "snnd_layer_lif_options", "snnd_lif_options");
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
    .needs_input = true,
    .add = add,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
};
