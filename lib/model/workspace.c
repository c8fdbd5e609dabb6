/* Workspaces: their memory, and the forward and backward pass of a batch. */
#include "model/workspace.h"

#include <math.h>
#include <string.h>

#include "base/finite.h"
#include "base/parallel.h"
#include "kernel/kernels.h"
#include "kernel/product.h"
#include "model/block.h"
#include "model/delays.h"
#include "model/dropout.h"
#include "model/layer_pass.h"
#include "model/shards.h"

enum { MAX_BATCH = 1 << 20, MAX_STEPS = 1 << 24 };

/* ---- memory ---- */

static snnd_status prepare_stage(snnd_workspace *workspace, int32_t index) {
    snnd_stage *stage = &workspace->stage[index];
    snnd_layer *layer = workspace->network->layer[index];
    stage->layer = layer;
    stage->workspace = workspace;
    for (int name = 1; name < SNND_ARRAY_NAMES && workspace->gradients; name++) {
        if (!snnd_layer_trains(layer, (snnd_array_name)name, SNND_PARAMETERS_WEIGHTS | SNND_PARAMETERS_POSITIONS))
            continue;
        const size_t count = snnd_array_elements(&layer->arrays[name]);
        stage->gradient[name] = snnd_allocate(workspace->context, count, sizeof(float));
        if (stage->gradient[name] == NULL)
            return SNND_ERROR_MEMORY;
    }
    if (snnd_layer_pass_of(layer)->spikes != NULL && workspace->gradients) {
        stage->pull = snnd_allocate(workspace->context, (size_t)layer->outputs, sizeof *stage->pull);
        if (stage->pull == NULL)
            return SNND_ERROR_MEMORY;
    }
    return snnd_layer_pass_of(layer)->prepare == NULL ? SNND_OK : snnd_layer_pass_of(layer)->prepare(stage);
}

/* Layers of delays use this memory one after the other. */
static snnd_status prepare_spectral(snnd_workspace *workspace) {
    const snnd_network *network = workspace->network;
    const snnd_status status = snnd_spectral_memory_create(workspace->context, &workspace->spectral);
    if (status != SNND_OK)
        return status;
    for (int32_t i = 0; i < network->count; i++)
        if (snnd_layer_is_delays(network->layer[i])) {
            const snnd_delay_sizes sizes = snnd_delays_sizes(workspace, network->layer[i]);
            snnd_spectral_memory_fit(workspace->spectral, &sizes);
        }
    return snnd_spectral_memory_take(workspace->spectral);
}

/* Allocates memory in which synaptic operations are counted. */
static snnd_status prepare_counts(snnd_workspace *workspace) {
    const snnd_network *network = workspace->network;
    size_t inputs = 1, columns = 1;
    for (int32_t i = 0; i < network->count; i++)
        if (snnd_layer_is_delays(network->layer[i])) {
            const size_t neurons = (size_t)network->layer[i]->inputs;
            const size_t places = (size_t)snnd_delays_columns(network->layer[i]);
            inputs = neurons > inputs ? neurons : inputs;
            columns = places > columns ? places : columns;
        }
    workspace->arrived = snnd_allocate(workspace->context, inputs, sizeof *workspace->arrived);
    workspace->fan_out = snnd_allocate(workspace->context, columns, sizeof *workspace->fan_out);
    return workspace->arrived == NULL || workspace->fan_out == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

static snnd_status fill_workspace(snnd_workspace *workspace) {
    snnd_context *context = workspace->context;
    const size_t layers = (size_t)workspace->network->count;
    const size_t classes = (size_t)snnd_network_outputs(workspace->network), batch = (size_t)workspace->batch;
    workspace->stage = snnd_allocate(context, layers, sizeof *workspace->stage);
    const size_t scores = snnd_size_multiply(batch, classes);
    const size_t scratch = snnd_size_multiply((size_t)context->options.threads * 2 * SNND_LANES, classes);
    workspace->scores = snnd_allocate(context, scores, sizeof(double));
    workspace->d_scores = snnd_allocate(context, scores, sizeof(double));
    workspace->readout_scratch = snnd_allocate(context, scratch, sizeof(double));
    workspace->sample_loss = snnd_allocate(context, batch, sizeof(double));
    workspace->end = snnd_allocate(context, (size_t)snnd_tiles(workspace->batch) * SNND_LANES, sizeof *workspace->end);
    workspace->asked_length = snnd_allocate(context, batch, sizeof *workspace->asked_length);
    if (workspace->end == NULL || workspace->asked_length == NULL || workspace->stage == NULL ||
        workspace->scores == NULL || workspace->d_scores == NULL || workspace->readout_scratch == NULL ||
        workspace->sample_loss == NULL)
        return SNND_ERROR_MEMORY;
    snnd_status status = snnd_blocks_create(workspace);
    if (status == SNND_OK)
        status = prepare_counts(workspace);
    if (status == SNND_OK && workspace->gradients)
        status = prepare_spectral(workspace);
    for (int32_t i = 0; i < workspace->network->count && status == SNND_OK; i++)
        status = prepare_stage(workspace, i);
    return status;
}

snnd_status snnd_workspace_create(snnd_network *network, int32_t batch, int32_t steps, int gradients,
                                  snnd_workspace **workspace) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = network->context;
    if (workspace == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_workspace_create: workspace is NULL");
    if (batch < 1 || batch > MAX_BATCH)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "batch is %d; expected 1 to %d", batch, MAX_BATCH);
    if (steps < 1 || steps > MAX_STEPS)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "steps is %d; expected 1 to %d", steps, MAX_STEPS);
    if (network->count == 0)
        return snnd_fail(context, SNND_ERROR_STATE, "workspace: the network has no layers");
    snnd_workspace *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->context = context;
    made->network = network;
    made->batch = batch;
    made->steps = steps;
    made->gradients = gradients != 0;
    if (fill_workspace(made) != SNND_OK) {
        snnd_workspace_free(made);
        return snnd_fail(context, SNND_ERROR_MEMORY, "cannot allocate a workspace of %d samples and %d steps: %s",
                         batch, steps, context->error);
    }
    network->complete = true;
    *workspace = made;
    return SNND_OK;
}

static void free_stage(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
        snnd_release(context, stage->gradient[name]);
        snnd_release(context, stage->complete[name]);
    }
    snnd_release(context, stage->given);
    snnd_release(context, stage->pull);
    if (stage->state == NULL)
        return;
    if (snnd_layer_pass_of(stage->layer)->release != NULL)
        snnd_layer_pass_of(stage->layer)->release(stage);
    else
        snnd_release(context, stage->state);
}

void snnd_workspace_free(snnd_workspace *workspace) {
    if (workspace == NULL)
        return;
    snnd_context *context = workspace->context;
    const snnd_network *network = workspace->network;
    for (int32_t i = 0; i < network->count && workspace->stage != NULL; i++)
        if (workspace->stage[i].layer != NULL)
            free_stage(&workspace->stage[i]);
    snnd_blocks_free(workspace);
    snnd_spectral_memory_free(workspace->spectral);
    snnd_release(context, workspace->d_input.data);
    snnd_release(context, workspace->stage);
    snnd_release(context, workspace->scores);
    snnd_release(context, workspace->d_scores);
    snnd_release(context, workspace->readout_scratch);
    snnd_release(context, workspace->sample_loss);
    snnd_release(context, workspace->end);
    snnd_release(context, workspace->asked_length);
    snnd_release(context, workspace->arrived);
    snnd_release(context, workspace->fan_out);
    snnd_release(context, workspace);
}

/* ---- checks for those who have a workspace ---- */

snnd_status snnd_workspace_check_layer(const snnd_workspace *workspace, const snnd_layer *layer, const char *who) {
    if (layer == NULL || layer->network != workspace->network)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "%s: %s", who,
                         layer == NULL ? "layer is NULL" : "the layer belongs to another network");
    return SNND_OK;
}

snnd_status snnd_workspace_check_passed(const snnd_workspace *workspace) {
    if (workspace->progress == SNND_NOTHING)
        return snnd_fail(workspace->context, SNND_ERROR_STATE, "no forward pass has been made yet");
    if (workspace->pass.samples == 0)
        return snnd_fail(workspace->context, SNND_ERROR_STATE,
                         "the batch had fewer samples than there are shards, and this shard had none");
    return SNND_OK;
}

snnd_status snnd_workspace_check_network(const snnd_workspace *workspace, const snnd_network *network,
                                         const char *who) {
    if (workspace == NULL || workspace->network != network)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "%s: the workspace is %s", who,
                         workspace == NULL ? "NULL" : "of another network");
    return SNND_OK;
}

snnd_status snnd_workspace_check_gradients(const snnd_workspace *workspace, const snnd_network *network,
                                           const char *who) {
    const snnd_status status = snnd_workspace_check_network(workspace, network, who);
    if (status == SNND_OK && workspace->progress != SNND_BACKWARD_DONE)
        return snnd_fail(network->context, SNND_ERROR_STATE, "%s: the workspace %s", who,
                         workspace->gradients ? "has made no backward pass since its last forward pass or loss"
                                              : "was created without gradients");
    return status;
}

/* ---- forward ---- */

void snnd_workspace_drop_pass(snnd_workspace *workspace) {
    if (workspace != NULL)
        workspace->progress = SNND_NOTHING;
}

snnd_status snnd_workspace_set_draw(snnd_workspace *workspace, uint64_t seed, uint64_t step) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    workspace->pass.seed = seed;
    workspace->pass.step = step;
    return SNND_OK;
}

snnd_status snnd_workspace_set_dropout_mask(snnd_workspace *workspace, const snnd_layer *layer, const float *mask) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_workspace_check_layer(workspace, layer, "snnd_workspace_set_dropout_mask");
    if (status != SNND_OK)
        return status;
    if (layer->class != &snnd_dropout_class)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "layer %d is %s; expected a layer of dropout",
                         layer->index, layer->class->name);
    const int64_t count = mask == NULL ? 0 : (int64_t)workspace->batch * layer->outputs;
    for (int64_t k = 0; k < count; k++)
        if (!isfinite(mask[k]))
            return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                             "dropout mask: entry %lld is %g; expected a finite number", (long long)k, (double)mask[k]);
    snnd_dropout_set_mask(snnd_workspace_stage(workspace, layer), mask);
    return SNND_OK;
}

/* ---- lengths ---- */

static snnd_status check_lengths(const snnd_workspace *workspace, const int32_t *length, int32_t count) {
    for (int32_t b = 0; b < count && length != NULL; b++)
        if (length[b] < 1 || length[b] > workspace->steps)
            return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                             "length %d of the batch is %d; expected 1 to %d, the steps of a sample", b, length[b],
                             workspace->steps);
    return SNND_OK;
}

snnd_status snnd_workspace_set_lengths(snnd_workspace *workspace, const int32_t *lengths, int32_t count) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (lengths != NULL && (count < 1 || count > workspace->batch))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                         "there are %d lengths; expected 1 to %d, the workspace's batch", count, workspace->batch);
    const snnd_status status = check_lengths(workspace, lengths, count);
    if (status != SNND_OK)
        return status;
    workspace->asked_samples = lengths == NULL ? 0 : count;
    for (int32_t b = 0; b < workspace->asked_samples; b++)
        workspace->asked_length[b] = lengths[b];
    return SNND_OK;
}

/* Sets the steps of the samples of the next pass. */
static void take_lengths(snnd_workspace *workspace, const int32_t *length) {
    snnd_pass *pass = &workspace->pass;
    pass->cut = false;
    pass->frames = 0;
    for (int32_t b = 0; b < pass->tiles * SNND_LANES; b++) {
        const int32_t whole = b < pass->samples ? workspace->steps : 0;
        workspace->end[b] = length == NULL || whole == 0 ? whole : length[b];
        pass->cut = pass->cut || workspace->end[b] < whole;
        pass->frames += workspace->end[b];
    }
    pass->part = false;
    pass->leads = true;
    pass->first = 0;
    pass->batch_samples = pass->samples;
    pass->batch_frames = pass->frames;
}

static size_t sample_size(const snnd_workspace *workspace) {
    return (size_t)workspace->network->inputs * (size_t)workspace->steps;
}

/* Marks the workspace if the input of a tile has a number that is not finite. */
static void check_tile(void *argument, int64_t tile, int32_t worker) {
    snnd_workspace *workspace = argument;
    (void)worker;
    const size_t channels = (size_t)workspace->network->inputs, size = sample_size(workspace);
    const size_t first = (size_t)tile * SNND_LANES, lanes = (size_t)snnd_lanes(workspace->given_samples, (int32_t)tile);
    const float *value = workspace->given + first * size;
    bool good = true;
    if (workspace->given_length == NULL)
        good = snnd_all_finite(value, lanes * size);
    for (size_t lane = 0; lane < lanes && workspace->given_length != NULL; lane++)
        good = good && snnd_all_finite(value + lane * size, (size_t)workspace->given_length[first + lane] * channels);
    if (!good)
        atomic_store(&workspace->wrong, true);
}

/* Numbers after the end of a sample are not checked. */
static snnd_status check_input(snnd_workspace *workspace, const float *input, const int32_t *length, int32_t samples) {
    const size_t channels = (size_t)workspace->network->inputs, steps = (size_t)workspace->steps;
    workspace->given = input;
    workspace->given_length = length;
    workspace->given_samples = samples;
    atomic_store(&workspace->wrong, false);
    snnd_parallel_for(workspace->context, snnd_tiles(samples), 0.1 * SNND_LANES * (double)sample_size(workspace),
                      check_tile, workspace);
    for (size_t k = 0; atomic_load(&workspace->wrong) && k < (size_t)samples * sample_size(workspace); k++)
        if (!isfinite(input[k]) && (length == NULL || k / channels % steps < (size_t)length[k / channels / steps]))
            return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                             "input of sample %zu, step %zu, channel %zu is %g; expected a finite number",
                             k / channels / steps, k / channels % steps, k % channels, (double)input[k]);
    return SNND_OK;
}

/* [samples][steps][channels] -> [tile][channel][step][lane]. Lanes without a sample, and steps after its end, are zero.
 * */
static void lay_out_tile(void *argument, int64_t item, int32_t worker) {
    snnd_workspace *workspace = argument;
    (void)worker;
    const int32_t tile = (int32_t)item, lanes = snnd_lanes(workspace->given_samples, tile);
    const snnd_activity *to = &workspace->input.rows;
    const size_t channels = (size_t)to->neurons, sample = sample_size(workspace), stride = snnd_activity_stride(to);
    const float *from = workspace->given + (size_t)tile * SNND_LANES * sample;
    float *rows = snnd_activity_row(to, tile, 0);
    for (int32_t t = 0; t < to->steps; t++)
        for (size_t c = 0; c < channels; c++) {
            float *row = rows + c * stride + (size_t)t * SNND_LANES;
            const float *value = from + (size_t)t * channels + c;
            for (int32_t lane = 0; lane < lanes; lane++)
                row[lane] = value[(size_t)lane * sample];
            for (int32_t lane = lanes; lane < SNND_LANES; lane++)
                row[lane] = 0;
        }
    const int32_t *end = snnd_workspace_end(workspace, tile);
    for (size_t c = 0; c < channels && end != NULL; c++)
        workspace->context->kernels->rows->cut(to->steps, end, rows + c * stride);
}

void snnd_workspace_lose(snnd_workspace *workspace, const snnd_layer *layer) {
    int first = atomic_load(&workspace->lost);
    while (layer->index < first && !atomic_compare_exchange_weak(&workspace->lost, &first, layer->index))
        continue;
}

/* Hidden layers that do not check their numbers pass those that overflow on to the output. */
static void check_output(snnd_workspace *workspace) {
    const snnd_layer *last = workspace->network->layer[workspace->network->count - 1];
    const snnd_activity *rows = &snnd_workspace_last_block(workspace)->output.rows;
    if (snnd_layer_pass_of(last)->tells_overflow)
        return;
    for (int32_t tile = 0; tile < workspace->pass.tiles; tile++)
        for (int32_t n = 0; n < rows->neurons; n++)
            for (int32_t t = 0; t < rows->steps; t++)
                if (!snnd_all_finite(snnd_activity_row(rows, tile, n) + (size_t)t * SNND_LANES,
                                     (size_t)snnd_lanes(workspace->pass.samples, tile)))
                    snnd_workspace_lose(workspace, last);
}

snnd_status snnd_workspace_check_overflow(snnd_workspace *workspace) {
    const snnd_network *network = workspace->network;
    check_output(workspace);
    const int lost = atomic_load(&workspace->lost);
    if (lost == network->count)
        return SNND_OK;
    snnd_workspace_drop_pass(workspace);
    return snnd_fail(workspace->context, SNND_ERROR_NUMERIC,
                     "numbers of layer %d (%s) overflow because inputs or parameters are too large", lost,
                     network->layer[lost]->class->name);
}

snnd_status snnd_workspace_check_parameters(const snnd_workspace *workspace, const char *who) {
    if (snnd_network_fingerprint(workspace->network) == workspace->fingerprint)
        return SNND_OK;
    return snnd_fail(workspace->context, SNND_ERROR_STATE, "%s: parameters have changed since the training pass", who);
}

snnd_status snnd_workspace_forward(snnd_workspace *workspace, snnd_mode mode, const float *input, int32_t count) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_status status = snnd_network_check_values(workspace->network);
    if (status != SNND_OK) {
        snnd_workspace_drop_pass(workspace);
        return status;
    }
    const int32_t asked = workspace->asked_samples;
    if (asked != 0 && asked != count)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                         "count is %d; expected %d, the number of lengths that were set", count, asked);
    return snnd_workspace_pass(workspace, mode, input, asked == 0 ? NULL : workspace->asked_length, count);
}

snnd_status snnd_workspace_take(snnd_workspace *workspace, snnd_mode mode, const float *input, const int32_t *length,
                                int32_t count) {
    snnd_context *context = workspace->context;
    if (mode != SNND_EVALUATE && mode != SNND_TRAIN)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "mode is %d; expected SNND_EVALUATE or SNND_TRAIN", (int)mode);
    if (mode == SNND_TRAIN && !workspace->gradients)
        return snnd_fail(context, SNND_ERROR_STATE,
                         "a training pass needs a workspace that was created with gradients");
    snnd_status status = check_lengths(workspace, length, count);
    if (status != SNND_OK)
        return status;
    snnd_timing_begin(&workspace->context->timing);
    status = check_input(workspace, input, length, count);
    if (status != SNND_OK)
        return status;
    snnd_gradients_forget(workspace);
    workspace->pass.mode = mode;
    workspace->pass.samples = count;
    workspace->pass.tiles = snnd_tiles(count);
    take_lengths(workspace, length);
    snnd_parallel_for(context, workspace->pass.tiles, 0.7 * SNND_LANES * (double)sample_size(workspace), lay_out_tile,
                      workspace);
    snnd_timing_end(&workspace->context->timing, SNND_PHASE_LAY_OUT);
    atomic_store(&workspace->lost, workspace->network->count);
    return SNND_OK;
}

snnd_status snnd_batch_check(snnd_context *context, const char *whose, int32_t count, int32_t most) {
    return count >= 1 && count <= most ? SNND_OK
                                       : snnd_fail(context, SNND_ERROR_ARGUMENT,
                                                   "count is %d; expected 1 to %d, the %s's batch", count, most, whose);
}

snnd_status snnd_workspace_pass(snnd_workspace *workspace, snnd_mode mode, const float *input, const int32_t *length,
                                int32_t count) {
    const snnd_shards alone = snnd_shards_alone(&workspace);
    snnd_status status = snnd_batch_check(workspace->context, "workspace", count, workspace->batch);
    if (status == SNND_OK)
        status = snnd_shards_take(&alone, mode, input, length, count);
    return status == SNND_OK ? snnd_shards_forward(&alone) : status;
}

/* ---- backward ---- */

/* Sums over the batch may overflow single precision even if their terms do not. */
snnd_status snnd_workspace_check_finite(snnd_workspace *workspace) {
    for (int32_t i = 0; i < workspace->network->count; i++) {
        const snnd_layer *layer = workspace->network->layer[i];
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            const float *gradient = workspace->stage[i].gradient[name];
            if (gradient == NULL || snnd_all_finite(gradient, (size_t)snnd_array_count(&layer->arrays[name])))
                continue;
            workspace->progress = SNND_NOTHING;
            return snnd_fail(workspace->context, SNND_ERROR_NUMERIC,
                             "gradients of '%s' of layer %d (%s) are not finite because gradients, inputs or "
                             "parameters are too large",
                             snnd_array_word((snnd_array_name)name), i, layer->class->name);
        }
    }
    return SNND_OK;
}

snnd_status snnd_workspace_backward(snnd_workspace *workspace) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (workspace->pass.mode != SNND_TRAIN ||
        (workspace->progress != SNND_LOSS_DONE && !(workspace->progress == SNND_FORWARD_DONE && workspace->is_given)))
        return snnd_fail(workspace->context, SNND_ERROR_STATE,
                         "a backward pass needs a training pass and a loss before it, or a gradient from the host, and "
                         "can be made only once");
    const snnd_shards alone = snnd_shards_alone(&workspace);
    return snnd_shards_backward(&alone);
}

/* Fails where the gradient of this name does not exist. Messages begin with `who`. */
static snnd_status check_gradient(const snnd_workspace *workspace, const snnd_layer *layer, snnd_array_name name,
                                  const snnd_array *array, const char *who) {
    const snnd_status status = snnd_workspace_check_layer(workspace, layer, who);
    if (status != SNND_OK)
        return status;
    if (array == NULL || snnd_array_word(name) == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "%s: %s", who,
                         array == NULL ? "array is NULL" : "there is no array of this name");
    if (workspace->gradients && snnd_workspace_stage(workspace, layer)->gradient[name] == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_STATE, "layer %d (%s) has no gradient of '%s'", layer->index,
                         layer->class->name, snnd_array_word(name));
    return snnd_workspace_check_gradients(workspace, workspace->network, who);
}

snnd_status snnd_workspace_gradient(const snnd_workspace *workspace, const snnd_layer *layer, snnd_array_name name,
                                    snnd_array *array) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_status status = check_gradient(workspace, layer, name, array, "snnd_workspace_gradient");
    if (status != SNND_OK)
        return status;
    *array = layer->arrays[name];
    array->data = snnd_workspace_stage(workspace, layer)->gradient[name];
    return SNND_OK;
}

/* Computes the gradients of all synapses of a layer, in addition to those of the pass. */
static snnd_status complete(snnd_workspace *workspace, snnd_stage *stage) {
    const snnd_block *block = snnd_workspace_block(workspace, stage->layer);
    for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
        if (stage->gradient[name] != NULL && stage->complete[name] == NULL) {
            const size_t count = (size_t)snnd_array_count(&stage->layer->arrays[name]);
            stage->complete[name] = snnd_allocate(workspace->context, count, sizeof(float));
            if (stage->complete[name] == NULL)
                return SNND_ERROR_MEMORY;
        }
    const snnd_delay_gradient to = {stage->complete[SNND_ARRAY_WEIGHT], stage->complete[SNND_ARRAY_POSITION],
                                    workspace->pass.l1};
    snnd_products_begin(workspace->context);
    snnd_delay_all_gradients(stage->state, block->input, &block->gradient, to);
    snnd_products_end(workspace->context);
    stage->completed = true;
    return SNND_OK;
}

snnd_status snnd_workspace_complete_gradient(snnd_workspace *workspace, const snnd_layer *layer, snnd_array_name name,
                                             snnd_array *array) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_gradient(workspace, layer, name, array, "snnd_workspace_complete_gradient");
    if (status != SNND_OK)
        return status;
    snnd_stage *stage = snnd_workspace_stage(workspace, layer);
    const bool lacks = layer->arrays[SNND_ARRAY_MASK].data != NULL && layer->gradients != SNND_GRADIENTS_ALL;
    if (lacks && workspace->pass.part)
        return snnd_fail(workspace->context, SNND_ERROR_STATE,
                         "snnd_workspace_complete_gradient: the workspace computes one shard of a batch, for which "
                         "there are no gradients of absent synapses");
    if (lacks && !stage->completed)
        status = snnd_workspace_check_parameters(workspace, "snnd_workspace_complete_gradient");
    if (status == SNND_OK && lacks && !stage->completed)
        status = complete(workspace, stage);
    if (status != SNND_OK)
        return status;
    *array = layer->arrays[name];
    array->data = lacks ? stage->complete[name] : stage->gradient[name];
    return SNND_OK;
}
