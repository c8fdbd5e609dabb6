/*
 * Training the network of a golden case: the steps, and what is compared after them.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_run.h"

#include <math.h>
#include <stdio.h>

static void compare_schedule(struct golden_run *run, double got, double expected, const char *what, int32_t step) {
    char where[GOLDEN_PLACE_LENGTH];
    snprintf(where, sizeof where, "step %d, %s", step, what);
    golden_report_error(run->report, GOLDEN_SCHEDULE, golden_relative_scalar(got, expected), where);
}

/* The library's own rates; past the end of the schedules, where the case's formulas mean nothing, the stored ones. */
static bool set_rates(struct golden_run *run, int32_t step) {
    const struct golden_case *golden = run->golden;
    const struct golden_step *expected = &golden->step[step];
    double weight_rate = expected->weight_rate;
    double beta1 = expected->beta1;
    double position_rate = expected->position_rate;
    if (step < golden->epochs) {
        snnd_schedule cycle;
        snnd_schedule_init(&cycle, sizeof cycle);
        cycle.kind = SNND_SCHEDULE_ONE_CYCLE;
        cycle.epochs = golden->epochs;
        cycle.value = 5 * golden->rate;
        snnd_schedule cosine;
        snnd_schedule_init(&cosine, sizeof cosine);
        cosine.kind = SNND_SCHEDULE_COSINE;
        cosine.epochs = golden->epochs;
        cosine.value = 100 * golden->rate;
        if (!golden_call(run, snnd_schedule_at(&cycle, step, &weight_rate, &beta1), "snnd_schedule_at") ||
            !golden_call(run, snnd_schedule_at(&cosine, step, &position_rate, NULL), "snnd_schedule_at"))
            return false;
        compare_schedule(run, weight_rate, expected->weight_rate, "lr_weight", step);
        compare_schedule(run, beta1, expected->beta1, "beta1", step);
        compare_schedule(run, position_rate, expected->position_rate, "lr_position", step);
    } else if (step == golden->epochs) {
        golden_report_note(run->report, "from step %d on the schedules have ended: stored rates are used", step);
    }
    return golden_call(run, snnd_optimizer_set_rate(run->weights, weight_rate), "snnd_optimizer_set_rate") &&
           golden_call(run, snnd_optimizer_set_momentum(run->weights, beta1), "snnd_optimizer_set_momentum") &&
           golden_call(run, snnd_optimizer_set_rate(run->positions, position_rate), "snnd_optimizer_set_rate");
}

static bool set_sigma(struct golden_run *run, int32_t step, double expected) {
    const struct golden_case *golden = run->golden;
    snnd_schedule schedule;
    snnd_schedule_init(&schedule, sizeof schedule);
    schedule.kind = golden->sigma_epochs > 0 ? SNND_SCHEDULE_EXPONENTIAL : SNND_SCHEDULE_CONSTANT;
    schedule.epochs = golden->sigma_epochs;
    schedule.value = golden->sigma;
    schedule.final = 0.23;
    double sigma = 0;
    if (!golden_call(run, snnd_schedule_at(&schedule, step, &sigma, NULL), "snnd_schedule_at"))
        return false;
    compare_schedule(run, sigma, expected, "sigma", step);
    return golden_call(run, snnd_network_set_sigma(run->network, sigma), "snnd_network_set_sigma");
}

/* Synapses grown, and that there are as many as at the start. */
static void compare_rewiring(struct golden_run *run, int32_t step) {
    for (int32_t at = 0; at < run->golden->layers; at++) {
        const struct golden_stage *stage = &run->stages[at];
        int64_t expected = run->golden->step[step].regrown[at];
        int64_t got = run->sparsity != NULL ? snnd_sparsity_regrown(run->sparsity, stage->delays) : 0;
        char where[GOLDEN_PLACE_LENGTH];
        snprintf(where, sizeof where, "step %d, layer %d: %lld grown, stored %lld", step, at, (long long)got,
                 (long long)expected);
        golden_report_error(run->report, GOLDEN_REGROWN, fabs((double)(got - expected)), where);
        if (run->golden->sparsity > 0) {
            got = snnd_layer_active(stage->delays);
            snprintf(where, sizeof where, "step %d, layer %d: %lld active, stored %lld", step, at, (long long)got,
                     (long long)stage->active);
            golden_report_error(run->report, GOLDEN_MASK, fabs((double)(got - stage->active)), where);
        }
    }
}

static bool train_step(struct golden_run *run, int32_t step) {
    const struct golden_step *expected = &run->golden->step[step];
    if (!golden_load_batch(run, step) || !set_rates(run, step) || !set_sigma(run, step, expected->sigma) ||
        !golden_keep(run))
        return false;
    struct golden_report before = *run->report;
    if (!golden_pass(run, step))
        return false;
    bool first_failure = before.failures == 0 && run->report->failures > 0;
    bool in_doubt = golden_near_threshold(expected->threshold_margin);
    if (first_failure && in_doubt && !golden_explain(run, step, &before))
        return false;
    if (!golden_set_back(run, false, true) ||
        !golden_call(run, snnd_optimizer_step(run->weights, run->workspace), "snnd_optimizer_step") ||
        !golden_call(run, snnd_optimizer_step(run->positions, run->workspace), "snnd_optimizer_step"))
        return false;
    if (run->golden->sparsity > 0 &&
        !golden_call(run, snnd_sparsity_step(run->sparsity, run->workspace, run->weights), "snnd_sparsity_step"))
        return false;
    compare_rewiring(run, step);
    return golden_call(run, snnd_network_clamp(run->network), "snnd_network_clamp");
}

/* Step by step, what is trained has been compared after each step already. */
static bool compare_final_parameters(struct golden_run *run) {
    for (int32_t at = 0; at < run->golden->layers; at++) {
        const struct golden_stage *stage = &run->stages[at];
        for (int i = 0; i < GOLDEN_PARAMETERS; i++) {
            const struct golden_parameter *parameter = golden_parameter(i);
            snnd_layer *layer = golden_owner(stage, parameter);
            snnd_array got;
            if (layer == NULL || (run->tracks != NULL && parameter->trained))
                continue;
            if (!golden_show(run, stage, layer, parameter->name, SNND_FLOAT32, &got))
                return false;
            int64_t shape[2];
            int32_t dimensions = golden_shape(stage, parameter->of_norm, shape);
            char name[GOLDEN_CASE_NAME_LENGTH];
            snprintf(name, sizeof name, "final_%s%d", parameter->stem, at);
            golden_compare(run, parameter->group, name, got.data, dimensions, shape);
        }
    }
    return true;
}

/* Where the library's mask is not `existing > 0`. */
static void compare_mask(struct golden_run *run, int32_t at, const uint8_t *mask, const char *name) {
    const struct golden_stage *stage = &run->stages[at];
    snnd_array existing;
    int64_t shape[] = {stage->outputs, stage->inputs};
    if (!(run->golden->dynamic ? golden_load(run, name, SNND_FLOAT64, 2, shape, &existing)
                               : golden_load_either(run, name, 0, 1, 2, shape, &existing)))
        return;
    int64_t different = 0;
    for (int64_t i = 0; i < snnd_array_count(&existing); i++)
        different += (((double *)existing.data)[i] > 0) != (mask[i] == 1) ? 1 : 0;
    golden_report_error(run->report, GOLDEN_MASK, (double)different, name);
    snnd_array_free(run->context, &existing);
}

/* The mask stored at the end is the first one; DEEP R keeps only its count, and the pattern is that of theta > 0. */
static void compare_mask_count(struct golden_run *run, int32_t at) {
    const struct golden_stage *stage = &run->stages[at];
    char name[GOLDEN_CASE_NAME_LENGTH];
    snnd_array stored;
    snprintf(name, sizeof name, "final_mask%d", at);
    if (!golden_load_either(run, name, 0, 1, 2, (int64_t[]){stage->outputs, stage->inputs}, &stored))
        return;
    int64_t count = 0;
    for (int64_t i = 0; i < snnd_array_count(&stored); i++)
        count += ((double *)stored.data)[i] > 0 ? 1 : 0;
    int64_t got = snnd_layer_active(stage->delays);
    golden_report_error(run->report, GOLDEN_MASK, fabs((double)(got - count)), name);
    snnd_array_free(run->context, &stored);
}

/* Under a fixed mask a synapse that does not exist weighs nothing at all. */
static void compare_absent(struct golden_run *run, int32_t at, const float *weight, const uint8_t *mask) {
    const struct golden_stage *stage = &run->stages[at];
    int64_t different = 0;
    for (int64_t i = 0; i < (int64_t)stage->outputs * stage->inputs; i++)
        different += mask[i] == 0 && !(weight[i] == 0) ? 1 : 0;
    char where[GOLDEN_PLACE_LENGTH];
    snprintf(where, sizeof where, "layer %d, weights of absent synapses", at);
    golden_report_error(run->report, GOLDEN_MASK, (double)different, where);
}

static bool compare_final_mask(struct golden_run *run, int32_t at) {
    const struct golden_stage *stage = &run->stages[at];
    snnd_array mask;
    snnd_array weight;
    char name[GOLDEN_CASE_NAME_LENGTH];
    if (!golden_show(run, stage, stage->delays, SNND_ARRAY_MASK, SNND_UINT8, &mask) ||
        !golden_show(run, stage, stage->delays, SNND_ARRAY_WEIGHT, SNND_FLOAT32, &weight))
        return false;
    snprintf(name, sizeof name, run->golden->dynamic ? "final_weight%d" : "final_mask%d", at);
    compare_mask(run, at, mask.data, name);
    if (run->golden->dynamic)
        compare_mask_count(run, at);
    else
        compare_absent(run, at, weight.data, mask.data);
    return true;
}

static bool compare_sign(struct golden_run *run, int32_t at) {
    const struct golden_stage *stage = &run->stages[at];
    snnd_array got;
    snnd_array expected;
    char name[GOLDEN_CASE_NAME_LENGTH];
    snprintf(name, sizeof name, "final_sign%d", at);
    if (!golden_show(run, stage, stage->delays, SNND_ARRAY_SIGN, SNND_INT8, &got))
        return false;
    if (golden_load_either(run, name, -1, 1, 2, (int64_t[]){stage->outputs, stage->inputs}, &expected)) {
        int64_t different = 0;
        for (int64_t i = 0; i < snnd_array_count(&expected); i++)
            different += !(((int8_t *)got.data)[i] == ((double *)expected.data)[i]) ? 1 : 0;
        golden_report_error(run->report, GOLDEN_SIGN, (double)different, name);
        snnd_array_free(run->context, &expected);
    }
    return true;
}

static bool compare_final(struct golden_run *run) {
    for (int32_t at = 0; at < run->golden->layers; at++)
        if ((run->golden->sparsity > 0 && !compare_final_mask(run, at)) ||
            (run->golden->dynamic && !compare_sign(run, at)))
            return false;
    return compare_final_parameters(run) && set_sigma(run, run->golden->steps, run->golden->final_sigma);
}

/* Evaluation of the network that was trained here; step by step, of the stored one with the running statistics of the
 * passes made here. */
static bool evaluate(struct golden_run *run) {
    struct golden_report before = *run->report;
    if (!golden_keep(run) || !golden_pass(run, GOLDEN_EVALUATION))
        return false;
    bool first_failure = before.failures == 0 && run->report->failures > 0;
    return !first_failure || golden_explain(run, GOLDEN_EVALUATION, &before);
}

static void note_unread(struct golden_run *run) {
    char name[GOLDEN_CASE_NAME_LENGTH];
    int32_t unread = golden_case_unread(run->golden, name, sizeof name);
    if (unread > 0) {
        golden_report_note(run->report, "%d arrays in the folder are not part of the case, %s among them", unread,
                           name);
    }
}

void golden_run_case(struct golden_case *golden, snnd_context *context, bool by_steps, struct golden_report *report) {
    struct golden_run run = {.golden = golden, .context = context, .report = report};
    bool done = golden_prepare(&run) && (!by_steps || golden_track_start(&run));
    for (int32_t step = 0; done && step < golden->steps; step++) {
        done = (!by_steps || golden_track_put(&run)) && train_step(&run, step) &&
               (!by_steps || golden_track_step(&run, step));
    }
    done = done && compare_final(&run) && (!by_steps || (golden_track_compare_end(&run) && golden_track_put(&run)));
    if (done && evaluate(&run))
        note_unread(&run);
    golden_clean_up(&run);
}
