/*
 * A pass over the batch of a step: forward, loss, backward, and the comparison of all that is stored of it.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool put_dropout(struct golden_run *run, int32_t step, int32_t at) {
    const struct golden_stage *stage = &run->stages[at];
    snnd_array from;
    char name[GOLDEN_CASE_NAME_LENGTH];
    snprintf(name, sizeof name, "step%d_mask%d", step, at);
    double factor = 1 / (1 - run->golden->dropout);
    if (!golden_load_either(run, name, 0, factor, 2, (int64_t[]){run->golden->batch, stage->outputs}, &from))
        return false;
    for (int64_t i = 0; i < snnd_array_count(&from); i++)
        run->mask[i] = (float)((double *)from.data)[i];
    snnd_array_free(run->context, &from);
    return golden_call(run, snnd_workspace_set_dropout_mask(run->workspace, stage->dropout, run->mask),
                       "snnd_workspace_set_dropout_mask");
}

bool golden_load_batch(struct golden_run *run, int32_t step) {
    const struct golden_case *golden = run->golden;
    char name[GOLDEN_CASE_NAME_LENGTH];
    snnd_array_free(run->context, &run->x);
    snnd_array_free(run->context, &run->y);
    snprintf(name, sizeof name, "step%d_x", step);
    if (!golden_load(run, name, SNND_FLOAT64, 3, (int64_t[]){golden->batch, golden->time, golden->sizes[0]}, &run->x))
        return false;
    for (int64_t i = 0; i < snnd_array_count(&run->x); i++)
        run->input[i] = (float)((double *)run->x.data)[i];
    snprintf(name, sizeof name, "step%d_y", step);
    if (!golden_load(run, name, SNND_INT32, 1, (int64_t[]){golden->batch}, &run->y))
        return false;
    for (int32_t at = 0; at < golden->layers; at++)
        if (run->stages[at].dropout != NULL && !put_dropout(run, step, at))
            return false;
    return true;
}

bool golden_take_record(struct golden_run *run, const snnd_layer *layer, snnd_record record) {
    return golden_call(run, snnd_workspace_record(run->workspace, layer, record, run->record), "snnd_workspace_record");
}

static bool compare_record(struct golden_run *run, enum golden_group group, const char *stem, int32_t at,
                           const snnd_layer *layer, snnd_record record) {
    char name[GOLDEN_CASE_NAME_LENGTH];
    snprintf(name, sizeof name, "step0_%s%d", stem, at);
    if (!golden_take_record(run, layer, record))
        return false;
    int64_t shape[] = {run->golden->time, run->golden->batch, run->stages[at].outputs};
    golden_compare(run, group, name, run->record, 3, shape);
    return true;
}

double golden_stored_distance(struct golden_run *run, int32_t at, int64_t index) {
    char name[GOLDEN_CASE_NAME_LENGTH];
    snprintf(name, sizeof name, "step0_potential%d", at);
    int64_t shape[] = {run->golden->time, run->golden->batch, run->stages[at].outputs};
    snnd_array potential;
    if (!golden_load(run, name, SNND_FLOAT64, 3, shape, &potential))
        return NAN;
    double distance = ((double *)potential.data)[index] - run->golden->threshold;
    snnd_array_free(run->context, &potential);
    return distance;
}

static void report_spikes(struct golden_run *run, int32_t at, int64_t different, int64_t first) {
    char where[GOLDEN_PLACE_LENGTH];
    snprintf(where, sizeof where, "step0_spikes%d", at);
    golden_report_error(run->report, GOLDEN_SPIKES, (double)different, where);
    if (different > 0) {
        int64_t outputs = run->stages[at].outputs;
        int64_t batch = run->golden->batch;
        golden_report_note(
            run->report,
            "step0_spikes%d: %lld differ, first at time %lld, sample %lld, neuron %lld, where the stored "
            "potential is %.3g from the threshold",
            at, (long long)different, (long long)(first / outputs / batch), (long long)(first / outputs % batch),
            (long long)(first % outputs), golden_stored_distance(run, at, first));
    }
}

static bool compare_spikes(struct golden_run *run, int32_t at) {
    const struct golden_stage *stage = &run->stages[at];
    int64_t shape[] = {run->golden->time, run->golden->batch, stage->outputs};
    snnd_array expected;
    char name[GOLDEN_CASE_NAME_LENGTH];
    snprintf(name, sizeof name, "step0_spikes%d", at);
    if (!golden_take_record(run, stage->lif, SNND_RECORD_OUTPUT))
        return false;
    if (golden_load(run, name, SNND_FLOAT64, 3, shape, &expected)) {
        int64_t different = 0;
        int64_t first = 0;
        for (int64_t i = snnd_array_count(&expected) - 1; i >= 0; i--) {
            if (!(run->record[i] == ((double *)expected.data)[i])) {
                different++;
                first = i;
            }
        }
        snnd_array_free(run->context, &expected);
        report_spikes(run, at, different, first);
    }
    return true;
}

/* Everything that is stored of the first step's forward pass. */
static bool compare_forward(struct golden_run *run) {
    int32_t last = run->golden->layers - 1;
    for (int32_t at = 0; at <= last; at++) {
        const struct golden_stage *stage = &run->stages[at];
        if (!compare_record(run, GOLDEN_CURRENT, "current", at, stage->delays, SNND_RECORD_OUTPUT))
            return false;
        if (at < last && (!compare_record(run, GOLDEN_NORMED, "normed", at, stage->norm, SNND_RECORD_OUTPUT) ||
                          !compare_record(run, GOLDEN_POTENTIAL, "potential", at, stage->lif, SNND_RECORD_POTENTIAL) ||
                          !compare_spikes(run, at)))
            return false;
    }
    if (!golden_take_record(run, run->stages[last].readout, SNND_RECORD_OUTPUT))
        return false;
    int64_t shape[] = {run->golden->time, run->golden->batch, run->stages[last].outputs};
    golden_compare(run, GOLDEN_OUTPUT, "step0_output", run->record, 3, shape);
    return true;
}

/* The stored rate is the mean over hidden layers of spikes by neuron, sample and time. One spike in the widest
 * layer is the smallest step that it can make. */
static bool compare_spike_rate(struct golden_run *run, int32_t step) {
    int32_t hidden = run->golden->layers - 1;
    int64_t places = (int64_t)run->golden->time * run->golden->batch;
    int32_t widest = 0;
    double rate = 0;
    for (int32_t at = 0; at < hidden; at++) {
        const struct golden_stage *stage = &run->stages[at];
        if (!golden_take_record(run, stage->lif, SNND_RECORD_OUTPUT))
            return false;
        double spikes = 0;
        for (int64_t i = 0; i < places * stage->outputs; i++)
            spikes += run->record[i];
        rate += spikes / (double)(places * stage->outputs) / hidden;
        widest = stage->outputs > widest ? stage->outputs : widest;
    }
    double one_spike = 1 / ((double)places * widest * hidden);
    double expected = run->golden->step[step].spike_rate;
    char where[GOLDEN_PLACE_LENGTH];
    snprintf(where, sizeof where, "step %d, counted in the records", step);
    golden_report_error(run->report, GOLDEN_SPIKE_RATE, fabs(rate - expected) / one_spike, where);
    snprintf(where, sizeof where, "step %d, snnd_workspace_spike_rate", step);
    rate = snnd_workspace_spike_rate(run->workspace);
    golden_report_error(run->report, GOLDEN_SPIKE_RATE, fabs(rate - expected) / one_spike, where);
    return true;
}

static bool take_loss(struct golden_run *run, double l1, snnd_loss_report *report) {
    snnd_loss_options options;
    snnd_loss_options_init(&options, sizeof options);
    options.readout = SNND_READOUT_SOFTMAX_SUM;
    options.l1 = l1;
    snnd_loss_report_init(report, sizeof *report);
    return golden_call(run, snnd_workspace_loss(run->workspace, run->y.data, &options, report), "snnd_workspace_loss");
}

static bool compare_loss(struct golden_run *run, int32_t step) {
    const struct golden_step *expected = &run->golden->step[step];
    snnd_loss_report got;
    if (!take_loss(run, run->golden->l1, &got))
        return false;
    char where[GOLDEN_PLACE_LENGTH];
    snprintf(where, sizeof where, "step %d, cross_entropy", step);
    double error = golden_relative_scalar(got.cross_entropy, expected->cross_entropy);
    golden_report_error(run->report, GOLDEN_LOSS, error, where);
    snprintf(where, sizeof where, "step %d, total_loss", step);
    golden_report_error(run->report, GOLDEN_LOSS, golden_relative_scalar(got.loss, expected->total_loss), where);
    snprintf(where, sizeof where, "step %d, cross entropy and penalty", step);
    error = golden_relative_scalar(got.cross_entropy + got.penalty, expected->total_loss);
    golden_report_error(run->report, GOLDEN_LOSS, error, where);
    return true;
}

static bool compare_gradients(struct golden_run *run, int32_t step) {
    for (int32_t at = 0; at < run->golden->layers; at++) {
        const struct golden_stage *stage = &run->stages[at];
        for (int i = 0; i < GOLDEN_PARAMETERS; i++) {
            const struct golden_parameter *parameter = golden_parameter(i);
            const snnd_layer *layer = golden_owner(stage, parameter);
            snnd_array got;
            if (layer == NULL || !parameter->trained)
                continue;
            if (!golden_call(run, snnd_workspace_complete_gradient(run->workspace, layer, parameter->name, &got),
                             "snnd_workspace_complete_gradient"))
                return false;
            int64_t shape[2];
            int32_t dimensions = golden_shape(stage, parameter->of_norm, shape);
            char name[GOLDEN_CASE_NAME_LENGTH];
            snprintf(name, sizeof name, "step%d_grad_%s%d", step, parameter->stem, at);
            golden_compare(run, step == 0 ? parameter->first_group : parameter->later_group, name, got.data, dimensions,
                           shape);
        }
    }
    return true;
}

bool golden_forward(struct golden_run *run, int32_t step) {
    snnd_mode mode = step == GOLDEN_EVALUATION ? SNND_EVALUATE : SNND_TRAIN;
    return golden_call(run, snnd_workspace_forward(run->workspace, mode, run->input, run->golden->batch),
                       "snnd_workspace_forward");
}

static bool training_pass(struct golden_run *run, int32_t step) {
    return golden_forward(run, step) && (step > 0 || run->golden->compact || compare_forward(run)) &&
           compare_spike_rate(run, step) && compare_loss(run, step) &&
           golden_call(run, snnd_workspace_backward(run->workspace), "snnd_workspace_backward") &&
           compare_gradients(run, step);
}

/* A class's score under the stored output: its softmax over the classes, summed over time. */
static double stored_score(const struct golden_run *run, const double *output, int32_t sample, int32_t class) {
    int32_t classes = run->golden->sizes[run->golden->layers];
    double score = 0;
    for (int32_t t = 0; t < run->golden->time; t++) {
        const double *at = output + ((int64_t)t * run->golden->batch + sample) * classes;
        double sum = 0;
        for (int32_t c = 0; c < classes; c++)
            sum += exp(at[c] - at[class]);
        score += 1 / sum;
    }
    return score;
}

/* A prediction may differ only where the two classes' stored scores are equal but for float32's noise. */
static void compare_predictions(struct golden_run *run, const int32_t *got, const double *output) {
    int32_t different = 0;
    for (int32_t b = 0; b < run->golden->batch; b++) {
        int32_t expected = run->golden->eval_predictions[b];
        int32_t classes = run->golden->sizes[run->golden->layers];
        if (got[b] == expected)
            continue;
        bool known = got[b] >= 0 && got[b] < classes && expected < classes;
        double best = known ? stored_score(run, output, b, expected) : 1;
        double gap = known ? best - stored_score(run, output, b, got[b]) : 1;
        bool explained = fabs(gap) < 1e-5 * best;
        golden_report_note(run->report,
                           "%sprediction of sample %d is %d, stored %d; their stored scores differ by %.3g",
                           explained ? "explained: " : "", b, got[b], expected, gap);
        different += explained ? 0 : 1;
    }
    golden_report_error(run->report, GOLDEN_PREDICTION, different, "eval_predictions");
}

static bool evaluation_pass(struct golden_run *run) {
    const struct golden_case *golden = run->golden;
    int64_t shape[] = {golden->time, golden->batch, golden->sizes[golden->layers]};
    snnd_array expected;
    snnd_loss_report loss;
    if (!golden_forward(run, GOLDEN_EVALUATION) ||
        !golden_take_record(run, run->stages[golden->layers - 1].readout, SNND_RECORD_OUTPUT) ||
        !take_loss(run, 0, &loss))
        return false;
    golden_compare(run, GOLDEN_EVAL_OUTPUT, "eval_output", run->record, 3, shape);
    double error = golden_relative_scalar(loss.cross_entropy, golden->eval_cross_entropy);
    golden_report_error(run->report, GOLDEN_EVAL_LOSS, error, "eval_cross_entropy");
    int32_t *predictions = calloc((size_t)golden->batch, sizeof *predictions);
    bool done = predictions != NULL &&
                golden_call(run, snnd_workspace_predictions(run->workspace, SNND_READOUT_SOFTMAX_SUM, predictions),
                            "snnd_workspace_predictions");
    if (done && golden_load(run, "eval_output", SNND_FLOAT64, 3, shape, &expected)) {
        compare_predictions(run, predictions, expected.data);
        snnd_array_free(run->context, &expected);
    }
    free(predictions);
    return done;
}

bool golden_pass(struct golden_run *run, int32_t step) {
    return step == GOLDEN_EVALUATION ? evaluation_pass(run) : training_pass(run, step);
}
