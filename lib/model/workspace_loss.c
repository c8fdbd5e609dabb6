/*
 * The results of the last block for a batch: scores, predictions, and the loss with its gradient. Of the L1 penalty
 * only the sum that is reported is computed here (report_of). Its gradient is added where that of the weights is
 * computed, in delay/gradient.c, and for a batch in several shards once, in shards.c (add_penalty).
 */
#include <math.h>
#include <string.h>

#include "base/options.h"
#include "base/parallel.h"
#include "kernel/kernels.h"
#include "kernel/readout.h"
#include "model/block.h"
#include "model/delays.h"
#include "model/layer_pass.h"
#include "model/operations.h"
#include "model/shards.h"

/* ---- readout ---- */

static double *readout_scratch(const snnd_workspace *workspace, int32_t worker) {
    return workspace->readout_scratch +
           (size_t)worker * 2 * SNND_LANES * (size_t)snnd_network_outputs(workspace->network);
}

/* Returns the nanoseconds of a tile, which are mostly those of exponentials. */
static double tile_cost(const snnd_workspace *workspace) {
    return 2.0 * SNND_LANES * workspace->steps * snnd_network_outputs(workspace->network);
}

static void score_tile(void *argument, int64_t tile, int32_t worker) {
    snnd_workspace *workspace = argument;
    const size_t classes = (size_t)snnd_network_outputs(workspace->network);
    snnd_readout_scores(
        workspace->context->kernels->softmax, workspace->readout, &snnd_workspace_last_block(workspace)->output.rows,
        (int32_t)tile, snnd_lanes(workspace->pass.samples, (int32_t)tile), snnd_workspace_end(workspace, (int32_t)tile),
        workspace->scores + (size_t)tile * SNND_LANES * classes, readout_scratch(workspace, worker));
}

static void make_scores(snnd_workspace *workspace, int32_t readout) {
    workspace->readout = readout;
    snnd_parallel_for(workspace->context, workspace->pass.tiles, tile_cost(workspace), score_tile, workspace);
}

static snnd_status check_readout(const snnd_workspace *workspace, int32_t readout) {
    return snnd_is_readout(readout) ? SNND_OK
                                    : snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                                                "readout is %d; expected one of snnd_readout", readout);
}

static snnd_status take_scores(snnd_workspace *workspace, int32_t asked) {
    const int32_t readout = snnd_choose_readout(asked, workspace->network->readout);
    snnd_status status = check_readout(workspace, readout);
    if (status == SNND_OK)
        status = snnd_workspace_check_passed(workspace);
    if (status == SNND_OK)
        make_scores(workspace, readout);
    return status;
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

/* ---- loss ---- */

/* Computes the loss and its gradient for the samples of one tile. */
static void loss_tile(void *argument, int64_t item, int32_t worker) {
    snnd_workspace *workspace = argument;
    const int32_t tile = (int32_t)item, classes = snnd_network_outputs(workspace->network);
    const int32_t lanes = snnd_lanes(workspace->pass.samples, tile);
    const snnd_block *last = snnd_workspace_last_block(workspace);
    const snnd_loss_options *loss = workspace->loss;
    const double share = 1 / workspace->total;
    double *d_scores = workspace->d_scores + (size_t)tile * SNND_LANES * (size_t)classes;
    for (int32_t lane = 0; lane < lanes; lane++) {
        const int32_t sample = tile * SNND_LANES + lane;
        double *d = d_scores + (size_t)lane * (size_t)classes;
        workspace->sample_loss[sample] =
            snnd_cross_entropy(workspace->scores + (size_t)sample * (size_t)classes, classes, workspace->labels[sample],
                               loss->label_smoothing, loss->class_weight, d);
        for (int32_t c = 0; c < classes; c++)
            d[c] *= share;
    }
    if (workspace->gradients && workspace->pass.mode == SNND_TRAIN)
        snnd_readout_backward(workspace->context->kernels->softmax, workspace->readout, &last->output.rows,
                              &last->gradient, tile, lanes, snnd_workspace_end(workspace, tile), d_scores,
                              readout_scratch(workspace, worker));
}

snnd_status snnd_loss_options_init(snnd_loss_options *options, size_t size) {
    static const snnd_loss_options defaults = {.readout = SNND_READOUT_NETWORK};
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

static snnd_status check_class_weights(const snnd_network *network, const snnd_loss_options *options, const char *who) {
    const int64_t count = options->class_weight_count,
                  expected = options->class_weight == NULL ? 0 : snnd_network_outputs(network);
    if (count != expected)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "%s: class_weight_count is %lld; expected %lld, %s",
                         who, (long long)count, (long long)expected,
                         expected == 0 ? "since class_weight is NULL" : "the number of classes of the network");
    for (int64_t c = 0; c < count; c++)
        if (!(options->class_weight[c] > 0 && options->class_weight[c] <= 1e9))
            return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                             "%s: class_weight of class %lld is %g; expected above 0, up to 1e9", who, (long long)c,
                             options->class_weight[c]);
    return SNND_OK;
}

snnd_status snnd_loss_check(const snnd_network *network, const snnd_loss_options *options, const char *who) {
    const double lower = options->rate_lower, upper = options->rate_upper;
    const snnd_bound bounds[] = {
        {"l1", options->l1, options->l1 >= 0 && options->l1 <= 1e9, "0 to 1e9"},
        {"label_smoothing", options->label_smoothing, options->label_smoothing >= 0 && options->label_smoothing <= 1,
         "0 to 1"},
        {"rate_penalty", options->rate_penalty, options->rate_penalty >= 0 && options->rate_penalty <= 1e9, "0 to 1e9"},
        {"rate_upper", upper, upper >= 0 && upper <= 1, "0 to 1"},
        {"rate_lower", lower, lower >= 0 && lower <= 1, "0 to 1"},
    };
    const snnd_status status = snnd_options_check_bounds(network->context, who, bounds, sizeof bounds / sizeof *bounds);
    if (status == SNND_OK && !(options->rate_penalty > 0) && (lower > 0 || upper > 0))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "%s: rate_%s is %g, which has no effect without rate_penalty", who,
                         upper > 0 ? "upper" : "lower", upper > 0 ? upper : lower);
    if (status == SNND_OK && lower > upper)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "%s: rate_lower is %g; expected no more than rate_upper, which is %g", who, lower, upper);
    return status == SNND_OK ? check_class_weights(network, options, who) : status;
}

static snnd_status check_loss(snnd_workspace *workspace, const int32_t *labels, const snnd_loss_options *options) {
    snnd_status status = snnd_workspace_check_passed(workspace);
    if (status == SNND_OK)
        status = snnd_workspace_check_labels(workspace, labels, workspace->pass.samples);
    if (status == SNND_OK)
        status = snnd_loss_check(workspace->network, options, "loss");
    return status == SNND_OK
               ? check_readout(workspace, snnd_choose_readout(options->readout, workspace->network->readout))
               : status;
}

/* Returns what the mean over `count` samples of a batch is divided by. */
static double total_weight(const snnd_loss_options *options, const int32_t *labels, int32_t count) {
    double sum = 0;
    for (int32_t b = 0; b < count; b++)
        sum += options->class_weight == NULL ? 1 : options->class_weight[labels[b]];
    return sum;
}

static double spikes_of(const snnd_stage *stage, int32_t neuron) {
    return stage->batch_spikes != NULL ? stage->batch_spikes[neuron]
                                       : (double)snnd_layer_pass_of(stage->layer)->spikes(stage, neuron);
}

/* Computes the rate penalty of a spiking layer, and stores its gradient with respect to a spike of each neuron. */
static double rate_penalty_of(const snnd_stage *stage, const snnd_loss_options *options) {
    const double frames = (double)stage->workspace->pass.batch_frames;
    double sum = 0;
    for (int32_t n = 0; n < stage->layer->outputs; n++) {
        const double rate = spikes_of(stage, n) / frames;
        const double beyond = rate > options->rate_upper   ? rate - options->rate_upper
                              : rate < options->rate_lower ? rate - options->rate_lower
                                                           : 0;
        sum += beyond * beyond;
        if (stage->pull != NULL)
            stage->pull[n] = (float)(2 * options->rate_penalty * beyond / frames);
    }
    return sum;
}

static double rate_penalty(const snnd_workspace *workspace, const snnd_loss_options *options) {
    double sum = 0;
    for (int32_t i = 0; i < workspace->network->count; i++) {
        snnd_stage *stage = &workspace->stage[i];
        stage->pulls = options->rate_penalty > 0 && snnd_layer_pass_of(stage->layer)->spikes != NULL;
        if (stage->pulls)
            sum += rate_penalty_of(stage, options);
    }
    return options->rate_penalty * sum;
}

/* ---- the loss of a batch ---- */

/* The sums of a shard: its part of the cross-entropy, correct samples, operations, and then the spikes of each spiking
 * neuron. */
enum { OF_LOSS, OF_CORRECT, OF_ACCUMULATIONS, OF_MULTIPLICATIONS, OF_SPIKES };

size_t snnd_loss_sums(const snnd_network *network) {
    size_t count = OF_SPIKES;
    for (int32_t i = 0; i < network->count; i++)
        if (snnd_layer_pass_of(network->layer[i])->spikes != NULL)
            count += (size_t)network->layer[i]->outputs;
    return count;
}

static void count_right(const snnd_workspace *workspace, double *sums) {
    const int32_t classes = snnd_network_outputs(workspace->network);
    sums[OF_LOSS] = sums[OF_CORRECT] = 0;
    for (int32_t b = 0; b < workspace->pass.samples; b++) {
        sums[OF_LOSS] += workspace->sample_loss[b] / workspace->total;
        sums[OF_CORRECT] +=
            snnd_best_class(workspace->scores + (size_t)b * (size_t)classes, classes) == workspace->labels[b];
    }
}

/* Computes the loss of the samples of a shard, and the gradient with which its backward pass begins. */
static void make_loss(snnd_workspace *workspace, int32_t readout, double *sums) {
    make_scores(workspace, readout);
    snnd_timing_begin(&workspace->context->timing);
    snnd_parallel_for(workspace->context, workspace->pass.tiles, tile_cost(workspace), loss_tile, workspace);
    count_right(workspace, sums);
    snnd_timing_end(&workspace->context->timing, SNND_PHASE_LOSS);
}

static void count_operations(const snnd_workspace *workspace, double *sums) {
    snnd_operations operations = {.accumulations = 0};
    snnd_workspace_add_operations(workspace, &operations);
    sums[OF_ACCUMULATIONS] = operations.accumulations;
    sums[OF_MULTIPLICATIONS] = operations.multiplications;
}

static void count_spikes(const snnd_workspace *workspace, double *sums) {
    size_t at = OF_SPIKES;
    for (int32_t i = 0; i < workspace->network->count; i++) {
        const snnd_stage *stage = &workspace->stage[i];
        for (int32_t n = 0; n < stage->layer->outputs && snnd_layer_pass_of(stage->layer)->spikes != NULL; n++)
            sums[at++] = spikes_of(stage, n);
    }
}

/* Sets the spikes of the whole batch for a workspace; NULL removes them. */
static void show_spikes(snnd_workspace *workspace, const double *sums) {
    size_t at = OF_SPIKES;
    for (int32_t i = 0; i < workspace->network->count; i++) {
        const bool fires = snnd_layer_pass_of(workspace->network->layer[i])->spikes != NULL;
        workspace->stage[i].batch_spikes = fires && sums != NULL ? sums + at : NULL;
        at += fires ? (size_t)workspace->network->layer[i]->outputs : 0;
    }
}

/* Adds the sums of the shards. Where there is only one, its spikes are those of the batch. */
static snnd_status add_up(const snnd_shards *shards) {
    for (int32_t k = 0; k < shards->count && shards->total > 1; k++)
        count_spikes(shards->workspace[k], shards->sums + (size_t)k * shards->most_sums);
    const snnd_status status = snnd_shards_add(shards, snnd_loss_sums(shards->network));
    for (int32_t k = 0; k < shards->count && shards->total > 1 && status == SNND_OK; k++)
        show_spikes(shards->workspace[k], shards->sums);
    return status;
}

static snnd_loss_report report_of(const snnd_shards *shards, const snnd_loss_options *options, const double *sums) {
    snnd_loss_report report = {.size = sizeof report,
                               .samples = shards->workspace[0]->pass.batch_samples,
                               .cross_entropy = sums[OF_LOSS],
                               .correct = (int32_t)sums[OF_CORRECT]};
    for (int32_t i = 0; i < shards->network->count; i++)
        if (snnd_layer_is_delays(shards->network->layer[i]) && options->l1 > 0)
            report.penalty += options->l1 * snnd_delays_weight_sum(shards->network->layer[i]);
    for (int32_t k = 0; k < shards->count; k++)
        report.rate_penalty = rate_penalty(shards->workspace[k], options);
    report.loss = report.cross_entropy + report.penalty + report.rate_penalty;
    return report;
}

snnd_status snnd_shards_loss(const snnd_shards *shards, const int32_t *label, const snnd_loss_options *options,
                             snnd_loss_report *report, snnd_work_done *done) {
    double own[OF_SPIKES];
    const int32_t readout = snnd_choose_readout(options->readout, shards->network->readout);
    const snnd_pass *batch = &shards->workspace[0]->pass;
    const double total = total_weight(options, label, batch->batch_samples);
    double *sums = shards->total > 1 ? shards->sums : own;
    for (int32_t k = 0; k < shards->count; k++) {
        snnd_workspace *workspace = shards->workspace[k];
        workspace->pass.batch_l1 = options->l1;
        workspace->pass.l1 = workspace->pass.part ? 0 : options->l1;
        workspace->labels = label + workspace->pass.first;
        workspace->loss = options;
        workspace->total = total;
        make_loss(workspace, readout, sums + (size_t)k * shards->most_sums);
        if (done != NULL)
            count_operations(workspace, sums + (size_t)k * shards->most_sums);
        workspace->labels = NULL;
        workspace->loss = NULL;
    }
    const snnd_status status = add_up(shards);
    if (status != SNND_OK)
        return status;
    *report = report_of(shards, options, sums);
    if (done != NULL)
        *done = (snnd_work_done){.accumulations = sums[OF_ACCUMULATIONS],
                                 .multiplications = sums[OF_MULTIPLICATIONS],
                                 .spike_rate = snnd_workspace_spike_rate(shards->workspace[0])};
    for (int32_t k = 0; k < shards->count; k++) {
        show_spikes(shards->workspace[k], NULL);
        shards->workspace[k]->progress = isfinite(report->loss) ? SNND_LOSS_DONE : SNND_FORWARD_DONE;
    }
    return isfinite(report->loss) ? SNND_OK
                                  : snnd_fail(shards->context, SNND_ERROR_NUMERIC,
                                              "the loss is %g; expected a finite number", report->loss);
}

void snnd_workspace_no_loss(snnd_workspace *workspace) {
    const snnd_activity *gradient = &snnd_workspace_last_block(workspace)->gradient;
    const size_t rows = (size_t)workspace->pass.tiles * (size_t)gradient->neurons;
    memset(gradient->data, 0, rows * snnd_activity_stride(gradient) * sizeof *gradient->data);
    for (int32_t i = 0; i < workspace->network->count; i++)
        workspace->stage[i].pulls = false;
    workspace->pass.l1 = 0;
}

snnd_status snnd_workspace_loss(snnd_workspace *workspace, const int32_t *labels, const snnd_loss_options *options,
                                snnd_loss_report *report) {
    snnd_loss_options known;
    snnd_loss_report result;
    snnd_loss_options_init(&known, sizeof known);
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(workspace->context, options, &known, sizeof known, "snnd_loss_options");
    if (status == SNND_OK)
        status = snnd_options_check(workspace->context, report, "snnd_loss_report");
    if (status == SNND_OK)
        status = check_loss(workspace, labels, &known);
    if (status != SNND_OK)
        return status;
    const snnd_shards alone = snnd_shards_alone(&workspace);
    status = snnd_shards_loss(&alone, labels, &known, &result, NULL);
    return status == SNND_OK
               ? snnd_options_write(workspace->context, report, &result, sizeof result, "snnd_loss_report")
               : status;
}
