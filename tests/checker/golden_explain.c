/*
 * Spikes that may honestly differ.
 *
 * Where a potential comes nearer to the threshold than float32 can tell, the library may spike where the case does
 * not, and from there on everything is different. That is not waved through. Such a potential is sought out; for that
 * one pass its neuron's shift is moved by hardly more than takes the potential across the threshold; and then the pass
 * has to hold within the same tolerances as ever. If it does, the difference is explained, and the run goes on from
 * that pass; if not, it is a failure.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_run.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Potentials that are tried on the other side of the threshold: so many one by one, so few in every combination. */
enum { CANDIDATES = 24, COMBINED = 5 };

static const double near_threshold = 1e-5;

/* The library's own potential may be off by as much again. */
static const double search_radius = 2e-5;

bool golden_near_threshold(double margin) {
    return fabs(margin) < near_threshold;
}

/* A potential of the library that is hardly on its side of the threshold. */
struct candidate {
    int32_t at;
    int64_t index;   /* into [time, batch, outputs] */
    double distance; /* of the potential above the threshold */
    double shift;    /* that moves it to the other side; 0 where none does */
};

static const snnd_array_name kept_names[3] = {SNND_ARRAY_RUNNING_MEAN, SNND_ARRAY_RUNNING_VARIANCE, SNND_ARRAY_SHIFT};

bool golden_keep(struct golden_run *run) {
    for (int32_t at = 0; at < run->golden->layers - 1; at++) {
        const struct golden_stage *stage = &run->stages[at];
        for (int i = 0; i < 3; i++) {
            snnd_array array;
            if (!golden_show(run, stage, stage->norm, kept_names[i], SNND_FLOAT32, &array))
                return false;
            memcpy(stage->kept + (int64_t)i * stage->outputs, array.data, (size_t)stage->outputs * sizeof(float));
        }
    }
    return true;
}

bool golden_set_back(struct golden_run *run, bool statistics, bool shifts) {
    for (int32_t at = 0; at < run->golden->layers - 1; at++) {
        const struct golden_stage *stage = &run->stages[at];
        for (int i = 0; i < 3; i++) {
            snnd_array array;
            if (!(kept_names[i] == SNND_ARRAY_SHIFT ? shifts : statistics))
                continue;
            if (!golden_show(run, stage, stage->norm, kept_names[i], SNND_FLOAT32, &array))
                return false;
            memcpy(array.data, stage->kept + (int64_t)i * stage->outputs, (size_t)stage->outputs * sizeof(float));
        }
    }
    return true;
}

static void insert_candidate(struct candidate *candidates, int *count, struct candidate candidate) {
    int place = *count < CANDIDATES ? (*count)++ : CANDIDATES;
    while (place > 0 && fabs(candidates[place - 1].distance) > fabs(candidate.distance)) {
        if (place < CANDIDATES)
            candidates[place] = candidates[place - 1];
        place--;
    }
    if (place < CANDIDATES)
        candidates[place] = candidate;
}

/* The potentials of the last pass that are nearest to the threshold, the nearest first. */
static int find_candidates(struct golden_run *run, struct candidate *candidates) {
    int count = 0;
    for (int32_t at = 0; at < run->golden->layers - 1; at++) {
        const struct golden_stage *stage = &run->stages[at];
        int64_t places = (int64_t)run->golden->time * run->golden->batch * stage->outputs;
        if (!golden_take_record(run, stage->lif, SNND_RECORD_POTENTIAL))
            return 0;
        for (int64_t i = 0; i < places; i++) {
            double distance = run->record[i] - run->golden->threshold;
            if (fabs(distance) < search_radius)
                insert_candidate(candidates, &count, (struct candidate){.at = at, .index = i, .distance = distance});
        }
    }
    return count;
}

/* Moves the shift of the candidate's neuron until its spike changes. */
static bool flip(struct golden_run *run, int32_t step, struct candidate *candidate) {
    const struct golden_stage *stage = &run->stages[candidate->at];
    snnd_array shift;
    if (!golden_show(run, stage, stage->norm, SNND_ARRAY_SHIFT, SNND_FLOAT32, &shift))
        return false;
    float *moved = (float *)shift.data + candidate->index % stage->outputs;
    float start = *moved;
    bool spiked = candidate->distance > 0;
    /* A constant current ends up as tau times itself in the potential at most. */
    double least = fmax(1e-7, fabs(candidate->distance) / run->golden->tau);
    for (double size = least; size < search_radius; size *= 2) {
        candidate->shift = spiked ? -size : size;
        *moved = (float)(start + candidate->shift);
        if (!golden_set_back(run, true, false) || !golden_forward(run, step) ||
            !golden_take_record(run, stage->lif, SNND_RECORD_OUTPUT))
            return false;
        if ((run->record[candidate->index] > 0.5F) != spiked)
            return true;
    }
    *moved = start;
    return false;
}

/* Where the case stores the potential, it must itself be near the threshold. */
static bool stored_is_near(struct golden_run *run, int32_t step, const struct candidate *candidate) {
    return step != 0 || run->golden->compact ||
           golden_near_threshold(golden_stored_distance(run, candidate->at, candidate->index));
}

/* Does the pass hold with the spikes of `chosen` (a bit each) on the other side? */
static bool holds_with(struct golden_run *run, int32_t step, struct candidate *candidates, unsigned chosen) {
    int failures = run->report->failures;
    if (!golden_set_back(run, true, true))
        return false;
    for (int i = 0; i < CANDIDATES; i++)
        if ((chosen >> i & 1U) != 0 && (!stored_is_near(run, step, &candidates[i]) || !flip(run, step, &candidates[i])))
            return false;
    return golden_set_back(run, true, false) && golden_pass(run, step) && run->report->failures == failures;
}

static void note_explained(struct golden_run *run, int32_t step, const struct candidate *candidate) {
    int64_t outputs = run->stages[candidate->at].outputs;
    int64_t batch = run->golden->batch;
    char when[32];
    char stored[48] = "";
    if (step == GOLDEN_EVALUATION)
        snprintf(when, sizeof when, "evaluation");
    else
        snprintf(when, sizeof when, "step %d", step);
    if (step == 0 && !run->golden->compact) {
        double distance = golden_stored_distance(run, candidate->at, candidate->index);
        snprintf(stored, sizeof stored, " (the stored one %.2g)", distance);
    }
    golden_report_note(run->report,
                       "explained: %s, hidden layer %d, time %lld, sample %lld, neuron %lld: the potential is %.2g "
                       "from the threshold%s; with the neuron's shift moved by %.1g everything holds",
                       when, candidate->at, (long long)(candidate->index / outputs / batch),
                       (long long)(candidate->index / outputs % batch), (long long)(candidate->index % outputs),
                       candidate->distance, stored, candidate->shift);
}

static int bits(unsigned value) {
    int count = 0;
    for (; value != 0; value &= value - 1)
        count++;
    return count;
}

static bool explained_by(struct golden_run *run, int32_t step, const struct golden_report *before,
                         struct candidate *candidates, unsigned chosen) {
    *run->report = *before;
    if (!holds_with(run, step, candidates, chosen))
        return false;
    for (int i = 0; i < CANDIDATES; i++)
        if ((chosen >> i & 1U) != 0)
            note_explained(run, step, &candidates[i]);
    return true;
}

bool golden_explain(struct golden_run *run, int32_t step, const struct golden_report *before) {
    struct candidate candidates[CANDIDATES];
    int count = find_candidates(run, candidates);
    for (int i = 0; i < count; i++)
        if (explained_by(run, step, before, candidates, 1U << i))
            return true;
    unsigned combinations = 1U << (count < COMBINED ? count : COMBINED);
    for (int size = 2; size <= COMBINED; size++) {
        for (unsigned chosen = 1; chosen < combinations; chosen++)
            if (bits(chosen) == size && explained_by(run, step, before, candidates, chosen))
                return true;
    }
    *run->report = *before;
    return golden_set_back(run, true, true) && golden_pass(run, step);
}
