/*
 * The path of a case's parameters, in double precision.
 *
 * A case stores the gradients of every step, and these determine where Adam and the rewiring take the parameters: no
 * more is needed to know the state that each step starts from. With it every step can be checked for itself, without
 * what the steps before have added up.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_run.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is given to a synapse that grows. */
static const double newborn = 1e-12;

/* A gradient smaller than this part of the array's largest may have either sign in float32; and Adam's first steps are
 * as long as the rate whatever the gradient is. */
static const double doubtful = 1e-3;

/* A few roundings to float32, as a part of the largest number. */
static const double rounding = 1e-6;

static struct golden_track *track_of(const struct golden_run *run, int32_t at, int parameter) {
    return &run->tracks[(size_t)at * GOLDEN_PARAMETERS + (size_t)parameter];
}

/* Visits everything that is trained. */
typedef bool visit(struct golden_run *run, int32_t at, int parameter, struct golden_track *track, int32_t step);

static bool visit_all(struct golden_run *run, visit *each, int32_t step) {
    for (int32_t at = 0; at < run->golden->layers; at++) {
        for (int i = 0; i < GOLDEN_PARAMETERS; i++) {
            const struct golden_parameter *parameter = golden_parameter(i);
            bool here = parameter->trained && golden_owner(&run->stages[at], parameter) != NULL;
            if (here && !each(run, at, i, track_of(run, at, i), step))
                return false;
        }
    }
    return true;
}

static bool load_numbers(struct golden_run *run, int32_t at, int parameter, const char *name, snnd_array *array) {
    int64_t shape[2];
    int32_t dimensions = golden_shape(&run->stages[at], golden_parameter(parameter)->of_norm, shape);
    return golden_load(run, name, SNND_FLOAT64, dimensions, shape, array);
}

/* ---- start and end ---- */

static bool start_track(struct golden_run *run, int32_t at, int parameter, struct golden_track *track, int32_t step) {
    (void)step;
    char name[GOLDEN_CASE_NAME_LENGTH];
    snnd_array initial;
    snprintf(name, sizeof name, "init_%s%d", golden_parameter(parameter)->stem, at);
    if (!load_numbers(run, at, parameter, name, &initial))
        return false;
    track->count = snnd_array_count(&initial);
    size_t count = (size_t)track->count;
    track->value = malloc(count * sizeof *track->value);
    track->before = calloc(count, sizeof *track->before);
    track->first = calloc(count, sizeof *track->first);
    track->second = calloc(count, sizeof *track->second);
    track->doubtful = calloc(count, sizeof *track->doubtful);
    bool done = track->value != NULL && track->before != NULL && track->first != NULL && track->second != NULL &&
                track->doubtful != NULL;
    if (done)
        memcpy(track->value, initial.data, count * sizeof *track->value);
    else
        golden_report_failure(run->report, "out of memory");
    snnd_array_free(run->context, &initial);
    return done;
}

bool golden_track_start(struct golden_run *run) {
    run->tracks = calloc((size_t)run->golden->layers * GOLDEN_PARAMETERS, sizeof *run->tracks);
    if (run->tracks == NULL) {
        golden_report_failure(run->report, "out of memory");
        return false;
    }
    return visit_all(run, start_track, 0);
}

void golden_track_free(struct golden_run *run) {
    for (int32_t i = 0; run->tracks != NULL && i < run->golden->layers * GOLDEN_PARAMETERS; i++) {
        free(run->tracks[i].value);
        free(run->tracks[i].before);
        free(run->tracks[i].first);
        free(run->tracks[i].second);
        free(run->tracks[i].doubtful);
    }
    free(run->tracks);
    run->tracks = NULL;
}

static bool compare_end(struct golden_run *run, int32_t at, int parameter, struct golden_track *track, int32_t step) {
    (void)step;
    char name[GOLDEN_CASE_NAME_LENGTH];
    snnd_array final;
    snprintf(name, sizeof name, "final_%s%d", golden_parameter(parameter)->stem, at);
    if (!load_numbers(run, at, parameter, name, &final))
        return false;
    double error = 0;
    double largest = 0;
    for (int64_t i = 0; i < track->count; i++) {
        double stored = ((double *) final.data)[i];
        error = isfinite(stored) ? fmax(error, fabs(track->value[i] - stored)) : INFINITY;
        largest = fmax(largest, fabs(stored));
    }
    snnd_array_free(run->context, &final);
    golden_report_error(run->report, GOLDEN_TRACK, error > 0 ? error / largest : 0, name);
    return true;
}

bool golden_track_compare_end(struct golden_run *run) {
    return visit_all(run, compare_end, 0);
}

/* ---- into the library ---- */

static bool moment(struct golden_run *run, int32_t at, int parameter, int order, snnd_array *array) {
    const struct golden_parameter *known = golden_parameter(parameter);
    snnd_optimizer *optimizer = known->name == SNND_ARRAY_POSITION ? run->positions : run->weights;
    const snnd_layer *layer = golden_owner(&run->stages[at], known);
    return golden_call(run, snnd_optimizer_moment(optimizer, layer, known->name, order, array),
                       "snnd_optimizer_moment");
}

static void put_numbers(snnd_array *array, const double *numbers, int64_t count) {
    for (int64_t i = 0; i < count; i++)
        ((float *)array->data)[i] = (float)numbers[i];
}

/* Under DEEP R the synapses that exist are those with theta above 0. */
static bool put_mask(struct golden_run *run, int32_t at, const struct golden_track *weight) {
    const struct golden_stage *stage = &run->stages[at];
    snnd_array mask;
    if (!golden_show(run, stage, stage->delays, SNND_ARRAY_MASK, SNND_UINT8, &mask))
        return false;
    for (int64_t i = 0; i < weight->count; i++)
        ((uint8_t *)mask.data)[i] = weight->value[i] > 0;
    return true;
}

static bool rewires(const struct golden_run *run, int parameter) {
    return golden_parameter(parameter)->name == SNND_ARRAY_WEIGHT && run->golden->dynamic && run->golden->sparsity > 0;
}

static bool put_track(struct golden_run *run, int32_t at, int parameter, struct golden_track *track, int32_t step) {
    (void)step;
    const struct golden_stage *stage = &run->stages[at];
    const struct golden_parameter *known = golden_parameter(parameter);
    snnd_array value;
    snnd_array first;
    snnd_array second;
    if (!golden_show(run, stage, golden_owner(stage, known), known->name, SNND_FLOAT32, &value) ||
        !moment(run, at, parameter, 1, &first) || !moment(run, at, parameter, 2, &second))
        return false;
    put_numbers(&value, track->value, track->count);
    put_numbers(&first, track->first, track->count);
    put_numbers(&second, track->second, track->count);
    return !rewires(run, parameter) || put_mask(run, at, track);
}

bool golden_track_put(struct golden_run *run) {
    return visit_all(run, put_track, 0);
}

/* ---- a step ---- */

/* With doc/model.md: Adam with bias correction, epsilon outside the root. */
static void adam(struct golden_track *track, const double *gradient, double rate, double beta1, int32_t step) {
    double beta2 = 0.999;
    double root = sqrt(1 - pow(beta2, step + 1));
    double length = rate / (1 - pow(beta1, step + 1));
    double largest = 0;
    for (int64_t i = 0; i < track->count; i++) {
        track->first[i] = beta1 * track->first[i] + (1 - beta1) * gradient[i];
        track->second[i] = beta2 * track->second[i] + (1 - beta2) * gradient[i] * gradient[i];
        track->value[i] -= length * track->first[i] / (sqrt(track->second[i]) / root + 1e-8);
        largest = fmax(largest, fabs(gradient[i]));
    }
    for (int64_t i = 0; i < track->count; i++)
        track->doubtful[i] = fabs(gradient[i]) < doubtful * largest;
}

/* The absent synapse with the most negative gradient, the first of equals; -1 where there is none. */
static int64_t best_absent(const struct golden_track *weight, const double *gradient) {
    int64_t best = -1;
    for (int64_t i = 0; i < weight->count; i++)
        if (!(weight->value[i] > 0) && (best < 0 || gradient[i] < gradient[best]))
            best = i;
    return best;
}

/* The synapses that did not exist before the step are held at 0; as many grow as the step has dropped. */
static void rewire(struct golden_track *weight, const double *gradient, const uint8_t *existed, int64_t wanted) {
    int64_t alive = 0;
    for (int64_t i = 0; i < weight->count; i++) {
        weight->value[i] = existed[i] ? weight->value[i] : 0;
        alive += weight->value[i] > 0 ? 1 : 0;
    }
    for (; alive < wanted; alive++) {
        int64_t grown = best_absent(weight, gradient);
        if (grown < 0)
            return;
        weight->value[grown] = newborn;
    }
}

/* A fixed mask is put on again after the step. */
static bool hold_mask(struct golden_run *run, int32_t at, struct golden_track *weight) {
    const struct golden_stage *stage = &run->stages[at];
    char name[GOLDEN_CASE_NAME_LENGTH];
    snnd_array mask;
    snprintf(name, sizeof name, "init_mask%d", at);
    if (!golden_load(run, name, SNND_FLOAT64, 2, (int64_t[]){stage->outputs, stage->inputs}, &mask))
        return false;
    for (int64_t i = 0; i < weight->count; i++)
        weight->value[i] *= ((double *)mask.data)[i];
    snnd_array_free(run->context, &mask);
    return true;
}

static bool move_weights(struct golden_run *run, int32_t at, int parameter, struct golden_track *track,
                         const double *gradient, int32_t step) {
    const struct golden_step *stored = &run->golden->step[step];
    uint8_t *existed = malloc((size_t)track->count);
    if (existed == NULL) {
        golden_report_failure(run->report, "out of memory");
        return false;
    }
    for (int64_t i = 0; i < track->count; i++)
        existed[i] = track->value[i] > 0;
    adam(track, gradient, stored->weight_rate, stored->beta1, step);
    bool done = true;
    if (rewires(run, parameter))
        rewire(track, gradient, existed, run->stages[at].active);
    else if (run->golden->sparsity > 0 && golden_parameter(parameter)->name == SNND_ARRAY_WEIGHT)
        done = hold_mask(run, at, track);
    free(existed);
    return done;
}

static void move_positions(const struct golden_run *run, struct golden_track *track, const double *gradient,
                           int32_t step) {
    double half = run->golden->taps / 2;
    adam(track, gradient, run->golden->step[step].position_rate, 0.9, step);
    for (int64_t i = 0; i < track->count; i++)
        track->value[i] = fmin(half, fmax(-half, track->value[i]));
}

static bool move_track(struct golden_run *run, int32_t at, int parameter, struct golden_track *track, int32_t step) {
    char name[GOLDEN_CASE_NAME_LENGTH];
    snnd_array gradient;
    snprintf(name, sizeof name, "step%d_grad_%s%d", step, golden_parameter(parameter)->stem, at);
    if (!load_numbers(run, at, parameter, name, &gradient))
        return false;
    bool done = true;
    memcpy(track->before, track->value, (size_t)track->count * sizeof *track->value);
    if (golden_parameter(parameter)->name == SNND_ARRAY_POSITION)
        move_positions(run, track, gradient.data, step);
    else
        done = move_weights(run, at, parameter, track, gradient.data, step);
    snnd_array_free(run->context, &gradient);
    return done;
}

/* ---- comparing the library's step ---- */

/* The library's step against that of the track: the error over the longest move of the array, when what float32 rounds
 * off the numbers themselves is taken away. Doubtful ones that are off by more than `bound` are counted instead. */
static double error_of_move(const float *got, const struct golden_track *track, double bound, int64_t *odd) {
    double largest = 0;
    double longest = 0;
    double error = 0;
    for (int64_t i = 0; i < track->count; i++) {
        largest = fmax(largest, fabs(track->value[i]));
        longest = fmax(longest, fabs(track->value[i] - track->before[i]));
    }
    for (int64_t i = 0; i < track->count; i++) {
        double off = fabs((double)got[i] - track->value[i]);
        if (!isfinite(off))
            return NAN;
        off = fmax(0, off - rounding * largest);
        if (track->doubtful[i] && off > bound * longest)
            (*odd)++;
        else
            error = fmax(error, off);
    }
    return error > 0 ? error / longest : 0;
}

static void compare_moment(struct golden_run *run, int32_t at, int parameter, int order, const double *expected,
                           int32_t step) {
    char where[GOLDEN_PLACE_LENGTH];
    snnd_array got;
    snprintf(where, sizeof where, "step %d, moment %d of %s%d", step, order, golden_parameter(parameter)->stem, at);
    if (moment(run, at, parameter, order, &got)) {
        double error = golden_relative_error(got.data, expected, snnd_array_count(&got));
        golden_report_error(run->report, GOLDEN_MOMENT, error, where);
    }
}

/* Where the library's mask is not theta > 0. */
static bool compare_mask(struct golden_run *run, int32_t at, const struct golden_track *weight, int32_t step) {
    const struct golden_stage *stage = &run->stages[at];
    char where[GOLDEN_PLACE_LENGTH];
    snnd_array mask;
    if (!golden_show(run, stage, stage->delays, SNND_ARRAY_MASK, SNND_UINT8, &mask))
        return false;
    int64_t different = 0;
    for (int64_t i = 0; i < weight->count; i++)
        different += (((uint8_t *)mask.data)[i] == 1) != (weight->value[i] > 0) ? 1 : 0;
    snprintf(where, sizeof where, "step %d, mask%d", step, at);
    golden_report_error(run->report, GOLDEN_MASK, (double)different, where);
    return true;
}

static bool compare_track(struct golden_run *run, int32_t at, int parameter, struct golden_track *track, int32_t step) {
    const struct golden_stage *stage = &run->stages[at];
    const struct golden_parameter *known = golden_parameter(parameter);
    char where[GOLDEN_PLACE_LENGTH];
    snnd_array got;
    if (!golden_show(run, stage, golden_owner(stage, known), known->name, SNND_FLOAT32, &got))
        return false;
    int64_t odd = 0;
    double error = error_of_move(got.data, track, golden_report_tolerance(known->group), &odd);
    snprintf(where, sizeof where, "step %d, %s%d", step, known->stem, at);
    golden_report_error(run->report, known->group, error, where);
    if (odd > 0) {
        golden_report_note(run->report,
                           "explained: %lld of %s moved differently: their stored gradients are less than %.0e of the "
                           "largest, so that float32 may give them either sign, which is all that Adam goes by",
                           (long long)odd, where, doubtful);
    }
    compare_moment(run, at, parameter, 1, track->first, step);
    compare_moment(run, at, parameter, 2, track->second, step);
    return !rewires(run, parameter) || compare_mask(run, at, track, step);
}

bool golden_track_step(struct golden_run *run, int32_t step) {
    return visit_all(run, move_track, step) && visit_all(run, compare_track, step);
}
