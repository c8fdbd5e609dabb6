/* Counts the operations of synapses in a pass: accumulations of weights by spikes, and multiplications of weights with
 * numbers. */
#include "base/options.h"
#include "base/parallel.h"
#include "kernel/kernels.h"
#include "model/delays.h"
#include "model/layer_pass.h"
#include "model/operations.h"

snnd_status snnd_picojoules_init(snnd_picojoules *picojoules, size_t size) {
    static const snnd_picojoules defaults = {.accumulation = 0};
    return snnd_options_init(picojoules, size, &defaults, sizeof defaults);
}

snnd_status snnd_operations_init(snnd_operations *operations, size_t size) {
    static const snnd_operations none = {.accumulations = 0};
    return snnd_options_init(operations, size, &none, sizeof none);
}

snnd_status snnd_picojoules_read(snnd_context *context, const snnd_picojoules *given, snnd_picojoules *known) {
    snnd_picojoules_init(known, sizeof *known);
    const snnd_status status = snnd_options_read(context, given, known, sizeof *known, "snnd_picojoules");
    if (status != SNND_OK)
        return status;
    const snnd_bound bounds[] = {
        {"accumulation", known->accumulation, known->accumulation >= 0 && known->accumulation <= 1e9, "0 to 1e9"},
        {"multiplication", known->multiplication, known->multiplication >= 0 && known->multiplication <= 1e9,
         "0 to 1e9"},
    };
    return snnd_options_check_bounds(context, "picojoules", bounds, sizeof bounds / sizeof *bounds);
}

double snnd_picojoules_of(const snnd_picojoules *each, const snnd_operations *operations) {
    return each->accumulation * operations->accumulations + each->multiplication * operations->multiplications;
}

/* Returns the layer whose spikes are the input of a layer of delays, or NULL where the input is numbers. */
static const snnd_stage *spikes_for(const snnd_workspace *workspace, const snnd_layer *layer) {
    int32_t before = layer->index - 1;
    while (before >= 0 && snnd_layer_pass_of(workspace->network->layer[before])->factors != NULL)
        before--;
    return before >= 0 && snnd_layer_pass_of(workspace->network->layer[before])->spikes != NULL
               ? &workspace->stage[before]
               : NULL;
}

/* A layer of delays, and where its counts are stored. */
typedef struct counting {
    const snnd_workspace *workspace;
    const snnd_layer *layer;
    double *arrived;  /* [I] */
    int32_t *fan_out; /* [I, C] */
} counting;

/* Counts the numbers of an input that are not 0, over all samples and steps. */
static void count_numbers(void *argument, int64_t item, int32_t worker) {
    const counting *c = argument;
    const snnd_pass *pass = &c->workspace->pass;
    const snnd_row_kernels *kernels = c->workspace->context->kernels->rows;
    const snnd_activity *rows = &snnd_workspace_stage(c->workspace, c->layer)->input->rows;
    (void)worker;
    c->arrived[item] = 0;
    for (int32_t tile = 0; tile < pass->tiles; tile++)
        c->arrived[item] += kernels->count(c->workspace->steps, snnd_lanes(pass->samples, tile),
                                           snnd_activity_row(rows, tile, (int32_t)item));
}

static void count_spikes(const snnd_stage *neurons, double *arrived) {
    for (int32_t n = 0; n < neurons->layer->outputs; n++)
        arrived[n] = (double)snnd_layer_pass_of(neurons->layer)->spikes(neurons, n);
}

/* Counts the synapses whose weight is not 0, for each input neuron and synapse of a pair. A theta is 0 exactly where
 * the weight is. */
static void count_synapses(void *argument, int64_t item, int32_t worker) {
    const counting *c = argument;
    const int32_t columns = snnd_delays_columns(c->layer);
    const float *theta = snnd_layer_floats(c->layer, SNND_ARRAY_WEIGHT);
    (void)item, (void)worker;
    for (int32_t k = 0; k < columns; k++)
        c->fan_out[k] = 0;
    for (int32_t o = 0; o < c->layer->outputs; o++, theta += columns)
        for (int32_t k = 0; k < columns; k++)
            c->fan_out[k] += theta[k] != 0;
}

/* Adds the operations of a layer of delays over all samples. */
static void add_layer(const snnd_workspace *workspace, const snnd_layer *layer, snnd_operations *sum) {
    counting c = {workspace, layer, workspace->arrived, workspace->fan_out};
    const snnd_stage *neurons = spikes_for(workspace, layer);
    const int32_t columns = snnd_delays_columns(layer), per_pair = layer->options.delays.synapses_per_pair;
    double operations = 0;
    if (neurons != NULL)
        count_spikes(neurons, c.arrived);
    else
        snnd_parallel_for(workspace->context, layer->inputs,
                          0.05 * SNND_LANES * (double)workspace->pass.tiles * workspace->steps, count_numbers, &c);
    snnd_parallel_for(workspace->context, 1, 0, count_synapses, &c); /* for the floating-point mode of work */
    for (int32_t k = 0; k < columns; k++)
        operations += c.fan_out[k] * c.arrived[k / per_pair];
    if (neurons != NULL)
        sum->accumulations += operations;
    else
        sum->multiplications += operations;
}

void snnd_workspace_add_operations(const snnd_workspace *workspace, snnd_operations *sum) {
    for (int32_t i = 0; i < workspace->network->count; i++)
        if (snnd_layer_is_delays(workspace->network->layer[i]))
            add_layer(workspace, workspace->network->layer[i], sum);
}

static snnd_status check(const snnd_workspace *workspace, const snnd_layer *layer) {
    const snnd_status status =
        layer == NULL ? SNND_OK : snnd_workspace_check_layer(workspace, layer, "snnd_workspace_operations");
    if (status != SNND_OK)
        return status;
    if (layer != NULL && !snnd_layer_is_delays(layer))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "layer %d is %s; expected a layer of delays",
                         layer->index, layer->class->name);
    return snnd_workspace_check_passed(workspace);
}

snnd_status snnd_workspace_operations(const snnd_workspace *workspace, const snnd_layer *layer,
                                      const snnd_picojoules *picojoules, snnd_operations *operations) {
    snnd_picojoules each;
    snnd_operations sum = {.size = sizeof sum};
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (operations == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "snnd_workspace_operations: operations is NULL");
    snnd_status status = check(workspace, layer);
    if (status == SNND_OK)
        status = snnd_picojoules_read(workspace->context, picojoules, &each);
    if (status != SNND_OK)
        return status;
    if (layer != NULL)
        add_layer(workspace, layer, &sum);
    else
        snnd_workspace_add_operations(workspace, &sum);
    sum.accumulations /= workspace->pass.samples;
    sum.multiplications /= workspace->pass.samples;
    sum.picojoules = snnd_picojoules_of(&each, &sum);
    return snnd_options_write(workspace->context, operations, &sum, sizeof sum, "snnd_operations");
}
