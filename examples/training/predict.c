#include "training/predict.h"

#include <string.h>

static snnd_status predict_batch(snnd_workspace *workspace, snnd_batches *batches, int64_t index, int32_t *label,
                                 int32_t *predicted, int32_t *count) {
    const float *input;
    const int32_t *own;
    snnd_status status = snnd_batches_get(batches, 0, index, &input, &own, count);
    if (status == SNND_OK)
        status = snnd_workspace_set_lengths(workspace, snnd_batches_lengths(batches), *count);
    if (status == SNND_OK)
        status = snnd_workspace_forward(workspace, SNND_EVALUATE, input, *count);
    if (status != SNND_OK)
        return status;
    memcpy(label, own, (size_t)*count * sizeof *label);
    return snnd_workspace_predictions(workspace, SNND_READOUT_NETWORK, predicted);
}

int predict(snnd_context *context, snnd_network *network, const snnd_dataset *dataset, const int32_t *speaker,
            int32_t batch, struct predictions *predictions, struct failure *failure) {
    snnd_workspace *workspace = NULL;
    snnd_batches *batches = NULL;
    if (snnd_network_inputs(network) != snnd_dataset_channels(dataset))
        return failed(failure, "a network of %d inputs cannot be given samples of %d channels",
                      (int)snnd_network_inputs(network), (int)snnd_dataset_channels(dataset));
    predictions_begin(predictions, snnd_dataset_samples(dataset), speaker);
    snnd_status status = snnd_batches_create(dataset, batch, 0, 0, &batches);
    if (status == SNND_OK)
        status = snnd_workspace_create(network, batch, snnd_dataset_steps(dataset), 0, &workspace);
    int64_t done = 0;
    int32_t count = 0;
    for (int64_t i = 0; status == SNND_OK && i < snnd_batches_count(batches); i++, done += count)
        status = predict_batch(workspace, batches, i, predictions->label + done, predictions->predicted + done, &count);
    snnd_workspace_free(workspace);
    snnd_batches_free(batches);
    if (status == SNND_OK)
        return 0;
    predictions_free(predictions);
    return failed(failure, "%s", snnd_context_last_error(context));
}
