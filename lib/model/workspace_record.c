/* Records of a pass: rows of layers, and spike rates of neurons. */
#include "kernel/product.h"
#include "model/block.h"
#include "model/layer_pass.h"
#include "model/workspace.h"

snnd_status snnd_workspace_record(const snnd_workspace *workspace, const snnd_layer *layer, snnd_record record,
                                  float *values) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_workspace_check_layer(workspace, layer, "snnd_workspace_record");
    if (status != SNND_OK)
        return status;
    if (values == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "snnd_workspace_record: values is NULL");
    status = snnd_workspace_check_passed(workspace);
    if (status != SNND_OK)
        return status;
    /* Only bits of spikes are stored, so that a workspace may fit in memory although its records do not. */
    const size_t rows = snnd_size_multiply((size_t)workspace->pass.samples, (size_t)workspace->steps);
    if (!snnd_size_fits(snnd_size_multiply(snnd_size_multiply(rows, (size_t)layer->outputs), sizeof *values)))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                         "snnd_workspace_record: %d steps of %d samples and %d neurons are more than memory can hold",
                         workspace->steps, workspace->pass.samples, layer->outputs);
    if (record != SNND_RECORD_OUTPUT &&
        (record != SNND_RECORD_POTENTIAL || snnd_layer_pass_of(layer)->potential == NULL))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "layer %d (%s) has no record %d", layer->index,
                         layer->class->name, (int)record);
    /* Currents that were not stored are recomputed, partly with the present parameters. */
    if (workspace->context->options.low_memory && workspace->pass.mode == SNND_TRAIN)
        status = snnd_workspace_check_parameters(workspace, "snnd_workspace_record with low_memory");
    if (status != SNND_OK)
        return status;
    snnd_products_begin(workspace->context);
    snnd_block_record(snnd_workspace_block(workspace, layer), layer, record, values);
    snnd_products_end(workspace->context);
    return SNND_OK;
}

/* Returns the spikes of a layer for each neuron, sample and step. */
static double rate_of(const snnd_stage *stage) {
    const snnd_layer *layer = stage->layer;
    const bool of_batch = stage->batch_spikes != NULL;
    const int64_t frames = of_batch ? stage->workspace->pass.batch_frames : stage->workspace->pass.frames;
    double spikes = 0;
    for (int32_t n = 0; n < layer->outputs; n++)
        spikes += of_batch ? stage->batch_spikes[n] : (double)snnd_layer_pass_of(layer)->spikes(stage, n);
    return frames == 0 ? 0 : spikes / ((double)frames * layer->outputs);
}

double snnd_workspace_spike_rate(const snnd_workspace *workspace) {
    double sum = 0;
    int32_t layers = 0;
    if (workspace == NULL || workspace->progress == SNND_NOTHING)
        return 0;
    for (int32_t i = 0; i < workspace->network->count; i++)
        if (snnd_layer_pass_of(workspace->network->layer[i])->spikes != NULL) {
            sum += rate_of(&workspace->stage[i]);
            layers++;
        }
    return layers == 0 ? 0 : sum / layers;
}

snnd_status snnd_workspace_spike_rates(const snnd_workspace *workspace, const snnd_layer *layer, double *rates) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_workspace_check_layer(workspace, layer, "snnd_workspace_spike_rates");
    if (status != SNND_OK)
        return status;
    if (rates == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "snnd_workspace_spike_rates: rates is NULL");
    const snnd_layer_pass *pass = snnd_layer_pass_of(layer);
    if (pass->spikes == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                         "layer %d (%s) has no spikes; expected a layer of spiking neurons", layer->index,
                         layer->class->name);
    status = snnd_workspace_check_passed(workspace);
    if (status != SNND_OK)
        return status;
    for (int32_t n = 0; n < layer->outputs; n++)
        rates[n] = (double)pass->spikes(snnd_workspace_stage(workspace, layer), n) / snnd_workspace_frames(workspace);
    return SNND_OK;
}
