#include "model/workspace.h"

#include <math.h>
#include <string.h>

#include "base/options.h"
#include "base/parallel.h"
#include "kernel/readout.h"
#include "model/delays.h"
#include "model/dropout.h"
#include "model/lif.h"

enum { MAX_BATCH = 1 << 20, MAX_STEPS = 1 << 24 };

/* ---- memory ---- */

/* Rows of zeros around an activity between layers `index - 1` and `index`: a layer of delays looks into the past of its
 * input and, on the way back, into the future of its output's gradient. */
static int32_t padding(const snnd_network *network, int32_t index) {
    if (index < 0 || index >= network->count || !snnd_layer_is_delays(network->layer[index]))
        return 0;
    return network->layer[index]->options.delays.max_delay;
}

static snnd_status allocate_activity(snnd_workspace *workspace, snnd_activity *activity) {
    const size_t rows = (size_t)snnd_tiles(workspace->batch) * (size_t)activity->neurons;
    activity->data = snnd_allocate(workspace->context, rows, snnd_activity_stride(activity) * sizeof(float));
    return activity->data == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

static int32_t neurons_at(const snnd_network *network, int32_t place) {
    return place == 0 ? network->inputs : network->layer[place - 1]->outputs;
}

static snnd_status allocate_values(snnd_workspace *workspace) {
    const snnd_network *network = workspace->network;
    for (int32_t place = 0; place <= network->count; place++) {
        snnd_activity *value = &workspace->value[place];
        *value = (snnd_activity){
            .neurons = neurons_at(network, place), .steps = workspace->steps, .front = padding(network, place)};
        if (allocate_activity(workspace, value) != SNND_OK)
            return SNND_ERROR_MEMORY;
    }
    return SNND_OK;
}

/* The gradients after a layer that works in place are those before it: one buffer for each layer of delays. */
static snnd_status allocate_gradients(snnd_workspace *workspace) {
    const snnd_network *network = workspace->network;
    for (int32_t place = 1; place <= network->count; place++) {
        snnd_activity *gradient = &workspace->gradient[place];
        if (place > 1 && network->layer[place - 1]->class->in_place) {
            *gradient = workspace->gradient[place - 1];
            continue;
        }
        *gradient = (snnd_activity){
            .neurons = neurons_at(network, place), .steps = workspace->steps, .back = padding(network, place - 1)};
        if (allocate_activity(workspace, gradient) != SNND_OK)
            return SNND_ERROR_MEMORY;
    }
    return SNND_OK;
}

static snnd_status prepare_stage(snnd_workspace *workspace, int32_t index) {
    snnd_stage *stage = &workspace->stage[index];
    snnd_layer *layer = workspace->network->layer[index];
    stage->layer = layer;
    stage->workspace = workspace;
    stage->input = &workspace->value[index];
    stage->output = &workspace->value[index + 1];
    if (workspace->gradients) {
        stage->d_output = &workspace->gradient[index + 1];
        stage->d_input = index > 0 ? &workspace->gradient[index] : NULL;
    }
    for (int name = 1; name < SNND_ARRAY_NAMES && workspace->gradients; name++) {
        if (!snnd_layer_trains(layer, (snnd_array_name)name, SNND_PARAMETERS_WEIGHTS | SNND_PARAMETERS_POSITIONS))
            continue;
        const size_t count = (size_t)snnd_array_count(&layer->arrays[name]);
        stage->gradient[name] = snnd_allocate(workspace->context, count, sizeof(float));
        if (stage->gradient[name] == NULL)
            return SNND_ERROR_MEMORY;
    }
    return layer->class->prepare == NULL ? SNND_OK : layer->class->prepare(stage);
}

static snnd_status fill_workspace(snnd_workspace *workspace) {
    snnd_context *context = workspace->context;
    const size_t layers = (size_t)workspace->network->count;
    const size_t classes = (size_t)snnd_network_outputs(workspace->network), batch = (size_t)workspace->batch;
    workspace->value = snnd_allocate(context, layers + 1, sizeof *workspace->value);
    workspace->gradient = snnd_allocate(context, layers + 1, sizeof *workspace->gradient);
    workspace->stage = snnd_allocate(context, layers, sizeof *workspace->stage);
    workspace->scores = snnd_allocate(context, batch, classes * sizeof(double));
    workspace->d_scores = snnd_allocate(context, batch, classes * sizeof(double));
    workspace->scratch = snnd_allocate(context, (size_t)context->options.threads, classes * sizeof(double));
    workspace->sample_loss = snnd_allocate(context, batch, sizeof(double));
    if (workspace->value == NULL || workspace->gradient == NULL || workspace->stage == NULL ||
        workspace->scores == NULL || workspace->d_scores == NULL || workspace->scratch == NULL ||
        workspace->sample_loss == NULL)
        return SNND_ERROR_MEMORY;
    snnd_status status = allocate_values(workspace);
    if (status == SNND_OK && workspace->gradients)
        status = allocate_gradients(workspace);
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
        return snnd_fail(context, SNND_ERROR_STATE, "the network has no layers yet");
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
        return SNND_ERROR_MEMORY;
    }
    network->complete = true;
    *workspace = made;
    return SNND_OK;
}

static void free_stage(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    for (int name = 1; name < SNND_ARRAY_NAMES; name++)
        snnd_release(context, stage->gradient[name]);
    if (stage->state == NULL)
        return;
    if (stage->layer->class->release != NULL)
        stage->layer->class->release(stage);
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
    for (int32_t place = 0; place <= network->count && workspace->value != NULL; place++)
        snnd_release(context, workspace->value[place].data);
    for (int32_t place = 1; place <= network->count && workspace->gradient != NULL; place++)
        if (workspace->gradient[place].data != workspace->gradient[place - 1].data)
            snnd_release(context, workspace->gradient[place].data);
    snnd_release(context, workspace->value);
    snnd_release(context, workspace->gradient);
    snnd_release(context, workspace->stage);
    snnd_release(context, workspace->scores);
    snnd_release(context, workspace->d_scores);
    snnd_release(context, workspace->scratch);
    snnd_release(context, workspace->sample_loss);
    snnd_release(context, workspace);
}

/* ---- forward ---- */

snnd_status snnd_workspace_set_draw(snnd_workspace *workspace, uint64_t seed, uint64_t step) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    workspace->pass.seed = seed;
    workspace->pass.step = step;
    return SNND_OK;
}

/* Whether the layer is one of the workspace's; leaves an error where not. */
static snnd_status check_layer(const snnd_workspace *workspace, const snnd_layer *layer, const char *function) {
    if (layer == NULL || layer->network != workspace->network)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "%s: %s", function,
                         layer == NULL ? "layer is NULL" : "the layer belongs to another network");
    return SNND_OK;
}

snnd_status snnd_workspace_set_dropout_mask(snnd_workspace *workspace, const snnd_layer *layer, const float *mask) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_layer(workspace, layer, "snnd_workspace_set_dropout_mask");
    if (status != SNND_OK)
        return status;
    if (layer->class->type != SNND_LAYER_DROPOUT)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "layer %d is %s; expected dropout", layer->index,
                         layer->class->name);
    const int64_t count = mask == NULL ? 0 : (int64_t)workspace->batch * layer->outputs;
    for (int64_t k = 0; k < count; k++)
        if (!isfinite(mask[k]))
            return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "dropout mask: entry %lld is %g", (long long)k,
                             (double)mask[k]);
    snnd_dropout_set_mask(snnd_workspace_stage(workspace, layer), mask);
    return SNND_OK;
}

/* [samples][steps][channels] -> [tile][channel][step][lane]; lanes without a sample are zero. */
static void lay_out(const snnd_workspace *workspace, const float *input, int32_t samples) {
    const snnd_activity *to = &workspace->value[0];
    const size_t channels = (size_t)to->neurons, sample_size = channels * (size_t)to->steps;
    for (int32_t tile = 0; tile < snnd_tiles(samples); tile++)
        for (int32_t lane = 0; lane < SNND_LANES; lane++) {
            const int32_t sample = tile * SNND_LANES + lane;
            const float *from = sample < samples ? input + (size_t)sample * sample_size : NULL;
            for (int32_t c = 0; c < to->neurons; c++) {
                float *row = snnd_activity_row(to, tile, c) + lane;
                for (int32_t t = 0; t < to->steps; t++)
                    row[(size_t)t * SNND_LANES] = from == NULL ? 0 : from[(size_t)t * channels + (size_t)c];
            }
        }
}

static snnd_status check_input(const snnd_workspace *workspace, const float *input, int32_t count) {
    const size_t channels = (size_t)workspace->network->inputs, steps = (size_t)workspace->steps;
    for (size_t k = 0; k < (size_t)count * steps * channels; k++)
        if (!isfinite(input[k]))
            return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                             "input of sample %zu, step %zu, channel %zu is %g", k / channels / steps,
                             k / channels % steps, k % channels, (double)input[k]);
    return SNND_OK;
}

snnd_status snnd_workspace_forward(snnd_workspace *workspace, snnd_mode mode, const float *input, int32_t count) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = workspace->context;
    if (mode != SNND_EVALUATE && mode != SNND_TRAIN)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "mode is %d; expected SNND_EVALUATE or SNND_TRAIN", (int)mode);
    if (mode == SNND_TRAIN && !workspace->gradients)
        return snnd_fail(context, SNND_ERROR_STATE, "a training pass needs a workspace that was made with gradients");
    if (count < 1 || count > workspace->batch)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "count is %d; expected 1 to %d, the workspace's batch", count,
                         workspace->batch);
    if (input == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "input is NULL");
    snnd_status status = check_input(workspace, input, count);
    if (status != SNND_OK)
        return status;
    workspace->pass.mode = mode;
    workspace->pass.samples = count;
    workspace->pass.tiles = snnd_tiles(count);
    lay_out(workspace, input, count);
    for (int32_t i = 0; i < workspace->network->count; i++)
        workspace->network->layer[i]->class->forward(&workspace->stage[i]);
    workspace->progress = SNND_FORWARD_DONE;
    return SNND_OK;
}

/* ---- readout and loss ---- */

static void score_tile(void *argument, int64_t tile, int32_t worker) {
    snnd_workspace *workspace = argument;
    const size_t classes = (size_t)snnd_network_outputs(workspace->network);
    snnd_readout_scores(workspace->readout, &workspace->value[workspace->network->count], (int32_t)tile,
                        snnd_lanes(workspace->pass.samples, (int32_t)tile),
                        workspace->scores + (size_t)tile * SNND_LANES * classes,
                        workspace->scratch + (size_t)worker * classes);
}

static snnd_status take_scores(snnd_workspace *workspace, int32_t readout) {
    if (readout < SNND_READOUT_SOFTMAX_SUM || readout > SNND_READOUT_LAST)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "readout is %d; expected one of snnd_readout",
                         readout);
    if (workspace->progress == SNND_NOTHING)
        return snnd_fail(workspace->context, SNND_ERROR_STATE, "no batch has been passed forward yet");
    workspace->readout = readout;
    snnd_parallel_for(workspace->context, workspace->pass.tiles, score_tile, workspace);
    return SNND_OK;
}

/* Loss and its gradient for the samples of one tile. */
static void loss_tile(void *argument, int64_t item, int32_t worker) {
    snnd_workspace *workspace = argument;
    const int32_t tile = (int32_t)item, classes = snnd_network_outputs(workspace->network);
    const int32_t lanes = snnd_lanes(workspace->pass.samples, tile), place = workspace->network->count;
    const double share = 1.0 / workspace->pass.samples;
    double *d_scores = workspace->d_scores + (size_t)tile * SNND_LANES * (size_t)classes;
    for (int32_t lane = 0; lane < lanes; lane++) {
        const int32_t sample = tile * SNND_LANES + lane;
        double *d = d_scores + (size_t)lane * (size_t)classes;
        workspace->sample_loss[sample] = snnd_cross_entropy(workspace->scores + (size_t)sample * (size_t)classes,
                                                            classes, workspace->labels[sample], d);
        for (int32_t c = 0; c < classes; c++)
            d[c] *= share;
    }
    if (workspace->gradients && workspace->pass.mode == SNND_TRAIN)
        snnd_readout_backward(workspace->readout, &workspace->value[place], &workspace->gradient[place], tile, lanes,
                              d_scores, workspace->scratch + (size_t)worker * (size_t)classes);
}

snnd_status snnd_loss_options_init(snnd_loss_options *options, size_t size) {
    static const snnd_loss_options defaults = {.readout = SNND_READOUT_SOFTMAX_SUM};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_loss_report_init(snnd_loss_report *report, size_t size) {
    static const snnd_loss_report none = {.samples = 0};
    return snnd_options_init(report, size, &none, sizeof none);
}

snnd_status snnd_workspace_check_labels(const snnd_workspace *workspace, const int32_t *labels, int32_t count) {
    const int32_t classes = snnd_network_outputs(workspace->network);
    if (labels == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "labels is NULL");
    for (int32_t b = 0; b < count; b++)
        if (labels[b] < 0 || labels[b] >= classes)
            return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                             "label %d of the batch is %d; expected 0 to %d, the network's classes", b, labels[b],
                             classes - 1);
    return SNND_OK;
}

static snnd_status check_loss(snnd_workspace *workspace, const int32_t *labels, const snnd_loss_options *options) {
    if (workspace->progress == SNND_NOTHING)
        return snnd_fail(workspace->context, SNND_ERROR_STATE, "no batch has been passed forward yet");
    snnd_status status = snnd_workspace_check_labels(workspace, labels, workspace->pass.samples);
    if (status != SNND_OK)
        return status;
    if (!(options->l1 >= 0 && options->l1 <= 1e9))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "l1 is %g; expected 0 to 1e9", options->l1);
    return SNND_OK;
}

static snnd_loss_report sum_up(const snnd_workspace *workspace) {
    const int32_t classes = snnd_network_outputs(workspace->network), samples = workspace->pass.samples;
    snnd_loss_report report = {.size = sizeof report, .samples = samples};
    for (int32_t b = 0; b < samples; b++) {
        report.cross_entropy += workspace->sample_loss[b] / samples;
        report.correct +=
            snnd_best_class(workspace->scores + (size_t)b * (size_t)classes, classes) == workspace->labels[b];
    }
    for (int32_t i = 0; i < workspace->network->count; i++)
        if (snnd_layer_is_delays(workspace->network->layer[i]) && workspace->pass.l1 > 0)
            report.penalty += workspace->pass.l1 * snnd_delays_weight_sum(workspace->network->layer[i]);
    report.loss = report.cross_entropy + report.penalty;
    return report;
}

snnd_status snnd_workspace_loss(snnd_workspace *workspace, const int32_t *labels, const snnd_loss_options *options,
                                snnd_loss_report *report) {
    snnd_loss_options known;
    snnd_loss_options_init(&known, sizeof known);
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(workspace->context, options, &known, sizeof known, "snnd_loss_options");
    if (status == SNND_OK)
        status = snnd_options_check(workspace->context, report, "snnd_loss_report");
    if (status == SNND_OK)
        status = check_loss(workspace, labels, &known);
    if (status == SNND_OK)
        status = take_scores(workspace, known.readout);
    if (status != SNND_OK)
        return status;
    workspace->pass.l1 = known.l1;
    workspace->labels = labels;
    snnd_parallel_for(workspace->context, workspace->pass.tiles, loss_tile, workspace);
    const snnd_loss_report result = sum_up(workspace);
    workspace->labels = NULL;
    if (!isfinite(result.loss)) {
        workspace->progress = SNND_FORWARD_DONE;
        return snnd_fail(workspace->context, SNND_ERROR_NUMERIC, "the loss is %g", result.loss);
    }
    workspace->progress = SNND_LOSS_DONE;
    return snnd_options_write(workspace->context, report, &result, sizeof result, "snnd_loss_report");
}

snnd_status snnd_workspace_set_output_gradient(snnd_workspace *workspace, const float *gradient) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (gradient == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "gradient is NULL");
    if (workspace->progress == SNND_NOTHING || workspace->pass.mode != SNND_TRAIN)
        return snnd_fail(workspace->context, SNND_ERROR_STATE, "an output gradient needs a training pass before it");
    const snnd_activity *to = &workspace->gradient[workspace->network->count];
    const int32_t samples = workspace->pass.samples;
    for (int32_t c = 0; c < to->neurons; c++)
        for (int32_t b = 0; b < workspace->pass.tiles * SNND_LANES; b++) {
            float *row = snnd_activity_row(to, b / SNND_LANES, c) + b % SNND_LANES;
            for (int32_t t = 0; t < to->steps; t++)
                row[(size_t)t * SNND_LANES] =
                    b < samples ? gradient[((size_t)t * (size_t)samples + (size_t)b) * (size_t)to->neurons + (size_t)c]
                                : 0;
        }
    workspace->pass.l1 = 0;
    workspace->progress = SNND_LOSS_DONE;
    return SNND_OK;
}

/* ---- backward ---- */

snnd_status snnd_workspace_backward(snnd_workspace *workspace) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (workspace->progress != SNND_LOSS_DONE || workspace->pass.mode != SNND_TRAIN)
        return snnd_fail(workspace->context, SNND_ERROR_STATE,
                         "a backward pass needs a training pass and a loss before it, and is made once");
    for (int32_t i = workspace->network->count - 1; i >= 0; i--)
        workspace->network->layer[i]->class->backward(&workspace->stage[i]);
    workspace->progress = SNND_BACKWARD_DONE; /* the gradient of the output was used up in place */
    return SNND_OK;
}

snnd_status snnd_workspace_check_network(const snnd_workspace *workspace, const snnd_network *network,
                                         const char *who) {
    if (workspace == NULL || workspace->network != network)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "%s: the workspace is %s", who,
                         workspace == NULL ? "NULL" : "another network's");
    return SNND_OK;
}

snnd_status snnd_workspace_check_gradients(const snnd_workspace *workspace, const snnd_network *network,
                                           const char *who) {
    const snnd_status status = snnd_workspace_check_network(workspace, network, who);
    if (status == SNND_OK && workspace->progress != SNND_BACKWARD_DONE)
        return snnd_fail(network->context, SNND_ERROR_STATE, "%s: the workspace %s", who,
                         workspace->gradients ? "has made no backward pass since its last forward pass"
                                              : "was made without gradients");
    return status;
}

snnd_status snnd_workspace_gradient(snnd_workspace *workspace, const snnd_layer *layer, snnd_array_name name,
                                    snnd_array *array) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_layer(workspace, layer, "snnd_workspace_gradient");
    if (status != SNND_OK)
        return status;
    if (array == NULL || snnd_array_word(name) == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "snnd_workspace_gradient: %s",
                         array == NULL ? "array is NULL" : "there is no array of this name");
    float *gradient = snnd_workspace_stage(workspace, layer)->gradient[name];
    if (gradient == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_STATE, "layer %d (%s) has no gradient of '%s'", layer->index,
                         layer->class->name, snnd_array_word(name));
    *array = layer->arrays[name];
    array->data = gradient;
    return SNND_OK;
}

/* ---- what a pass left ---- */

snnd_status snnd_workspace_record(const snnd_workspace *workspace, const snnd_layer *layer, snnd_record record,
                                  float *values) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_layer(workspace, layer, "snnd_workspace_record");
    if (status != SNND_OK)
        return status;
    if (values == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "snnd_workspace_record: values is NULL");
    if (workspace->progress == SNND_NOTHING)
        return snnd_fail(workspace->context, SNND_ERROR_STATE, "no batch has been passed forward yet");
    const snnd_stage *stage = snnd_workspace_stage(workspace, layer);
    const snnd_activity *from = stage->output;
    if (record == SNND_RECORD_POTENTIAL && layer->class->type == SNND_LAYER_LIF)
        from = snnd_lif_potential(stage);
    else if (record != SNND_RECORD_OUTPUT)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "layer %d (%s) has no record %d", layer->index,
                         layer->class->name, (int)record);
    for (int32_t t = 0; t < from->steps; t++)
        for (int32_t b = 0; b < workspace->pass.samples; b++)
            for (int32_t n = 0; n < from->neurons; n++)
                *values++ = snnd_activity_row(from, b / SNND_LANES, n)[(size_t)t * SNND_LANES + b % SNND_LANES];
    return SNND_OK;
}

snnd_status snnd_workspace_scores(snnd_workspace *workspace, snnd_readout readout, float *scores) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (scores == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "scores is NULL");
    snnd_status status = take_scores(workspace, (int32_t)readout);
    if (status != SNND_OK)
        return status;
    const int64_t count = (int64_t)workspace->pass.samples * snnd_network_outputs(workspace->network);
    for (int64_t k = 0; k < count; k++)
        scores[k] = (float)workspace->scores[k];
    return SNND_OK;
}

snnd_status snnd_workspace_predictions(snnd_workspace *workspace, snnd_readout readout, int32_t *classes) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (classes == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "classes is NULL");
    snnd_status status = take_scores(workspace, (int32_t)readout);
    if (status != SNND_OK)
        return status;
    const int32_t outputs = snnd_network_outputs(workspace->network);
    for (int32_t b = 0; b < workspace->pass.samples; b++)
        classes[b] = snnd_best_class(workspace->scores + (size_t)b * (size_t)outputs, outputs);
    return SNND_OK;
}

/* Spikes of one layer per neuron, step and sample. */
static double layer_spike_rate(const snnd_workspace *workspace, const snnd_activity *spikes) {
    double sum = 0;
    for (int32_t tile = 0; tile < workspace->pass.tiles; tile++)
        for (int32_t n = 0; n < spikes->neurons; n++) {
            const float *row = snnd_activity_row(spikes, tile, n);
            const int32_t lanes = snnd_lanes(workspace->pass.samples, tile);
            for (int32_t t = 0; t < spikes->steps; t++)
                for (int32_t lane = 0; lane < lanes; lane++)
                    sum += (double)row[(size_t)t * SNND_LANES + (size_t)lane];
        }
    return sum / ((double)workspace->pass.samples * spikes->steps * spikes->neurons);
}

double snnd_workspace_spike_rate(const snnd_workspace *workspace) {
    double sum = 0;
    int32_t layers = 0;
    if (workspace == NULL || workspace->progress == SNND_NOTHING)
        return 0;
    for (int32_t i = 0; i < workspace->network->count; i++)
        if (workspace->network->layer[i]->class->type == SNND_LAYER_LIF) {
            sum += layer_spike_rate(workspace, &workspace->value[i + 1]);
            layers++;
        }
    return layers == 0 ? 0 : sum / layers;
}
