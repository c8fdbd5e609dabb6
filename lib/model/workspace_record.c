/* What a pass left to look at: rows of layers, and how often neurons spiked. */
#include "kernel/product.h"
#include "model/block.h"
#include "model/lif.h"
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
    /* Of spikes only bits are kept, so that a workspace may fit where what is recorded does not. */
    const size_t rows = snnd_size_multiply((size_t)workspace->pass.samples, (size_t)workspace->steps);
    if (!snnd_size_fits(snnd_size_multiply(snnd_size_multiply(rows, (size_t)layer->outputs), sizeof *values)))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                         "snnd_workspace_record: %d steps of %d samples and %d neurons are more than memory can hold",
                         workspace->steps, workspace->pass.samples, layer->outputs);
    if (record != SNND_RECORD_OUTPUT && (record != SNND_RECORD_POTENTIAL || layer->class->type != SNND_LAYER_LIF))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "layer %d (%s) has no record %d", layer->index,
                         layer->class->name, (int)record);
    /* Currents that were not kept are made again, in part with the parameters of now. */
    if (workspace->context->options.low_memory && workspace->pass.mode == SNND_TRAIN)
        status = snnd_workspace_check_parameters(workspace, "snnd_workspace_record with low_memory");
    if (status != SNND_OK)
        return status;
    snnd_products_begin(workspace->context);
    snnd_block_record(snnd_workspace_block(workspace, layer), layer, record, values);
    snnd_products_end(workspace->context);
    return SNND_OK;
}

double snnd_workspace_spike_rate(const snnd_workspace *workspace) {
    double sum = 0;
    int32_t layers = 0;
    if (workspace == NULL || workspace->progress == SNND_NOTHING)
        return 0;
    for (int32_t i = 0; i < workspace->network->count; i++)
        if (workspace->network->layer[i]->class->type == SNND_LAYER_LIF) {
            sum += (double)snnd_lif_spikes(&workspace->stage[i]) /
                   ((double)workspace->pass.samples * workspace->steps * workspace->network->layer[i]->outputs);
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
    if (layer->class->type != SNND_LAYER_LIF)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "layer %d (%s) has no spikes; expected lif",
                         layer->index, layer->class->name);
    status = snnd_workspace_check_passed(workspace);
    if (status != SNND_OK)
        return status;
    for (int32_t n = 0; n < layer->outputs; n++)
        rates[n] = (double)snnd_lif_neuron_spikes(snnd_workspace_stage(workspace, layer), n) /
                   ((double)workspace->pass.samples * workspace->steps);
    return SNND_OK;
}
