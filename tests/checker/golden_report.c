/*
 * What a golden case came to: comparisons, notes and the table.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_report.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct group {
    const char *name;
    double tolerance;
};

/* The tolerances are relative, but for spikes, masks and the like, where they are counts of what differs. */
static struct group group_of(enum golden_group group) {
    static const struct group groups[GOLDEN_GROUPS] = {
        [GOLDEN_CURRENT] = {"first step, delayed current", 1e-5},
        [GOLDEN_NORMED] = {"first step, normalised current", 1e-5},
        [GOLDEN_POTENTIAL] = {"first step, potential", 1e-5},
        [GOLDEN_SPIKES] = {"first step, spikes that differ", 0},
        [GOLDEN_SPIKE_RATE] = {"every step, spikes too many", 0.01},
        [GOLDEN_OUTPUT] = {"first step, output", 1e-5},
        [GOLDEN_LOSS] = {"every step, losses", 1e-5},
        [GOLDEN_FIRST_WEIGHT_GRADIENT] = {"first step, weight gradient", 1e-4},
        [GOLDEN_FIRST_POSITION_GRADIENT] = {"first step, position gradient", 1e-4},
        [GOLDEN_FIRST_NORM_GRADIENT] = {"first step, norm gradient", 1e-4},
        [GOLDEN_LATER_WEIGHT_GRADIENT] = {"later steps, weight gradient", 2e-3},
        [GOLDEN_LATER_POSITION_GRADIENT] = {"later steps, position gradient", 2e-3},
        [GOLDEN_LATER_NORM_GRADIENT] = {"later steps, norm gradient", 2e-3},
        [GOLDEN_WEIGHT] = {"trained weight", 2e-3},
        [GOLDEN_POSITION] = {"trained position", 2e-3},
        [GOLDEN_NORM] = {"trained norm scale and shift", 2e-3},
        [GOLDEN_RUNNING] = {"running statistics", 2e-3},
        [GOLDEN_REGROWN] = {"every step, regrown", 0},
        [GOLDEN_MASK] = {"masks, places that differ", 0},
        [GOLDEN_SIGN] = {"signs, places that differ", 0},
        [GOLDEN_SCHEDULE] = {"rates, beta1 and sigma", 1e-9},
        [GOLDEN_MOMENT] = {"Adam's moments", 2e-3},
        [GOLDEN_TRACK] = {"stored end by stored gradients", 1e-9},
        [GOLDEN_EVAL_OUTPUT] = {"evaluation, output", 1e-5},
        [GOLDEN_EVAL_LOSS] = {"evaluation, loss", 1e-5},
        [GOLDEN_PREDICTION] = {"predictions that differ", 0},
    };
    return groups[group];
}

void golden_report_init(struct golden_report *report) {
    memset(report, 0, sizeof *report);
}

void golden_report_error(struct golden_report *report, enum golden_group group, double error, const char *where) {
    struct golden_row *row = &report->rows[group];
    /* NaN is worse than any number and stays; the comparisons are written so that it fails them. */
    if (row->compared == 0 || (!isnan(row->worst) && !(error <= row->worst))) {
        row->worst = error;
        snprintf(row->where, sizeof row->where, "%s", where);
    }
    row->compared++;
    if (!(error <= group_of(group).tolerance)) {
        row->failed = true;
        report->failures++;
    }
}

static void add_note(struct golden_report *report, const char *kind, const char *format, va_list arguments) {
    if (report->notes < GOLDEN_NOTES) {
        char *note = report->note[report->notes];
        int length = snprintf(note, GOLDEN_NOTE_LENGTH, "%s", kind);
        vsnprintf(note + length, (size_t)(GOLDEN_NOTE_LENGTH - length), format, arguments);
    }
    report->notes++;
}

void golden_report_failure(struct golden_report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_note(report, "FAIL: ", format, arguments);
    va_end(arguments);
    report->failures++;
}

void golden_report_note(struct golden_report *report, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    add_note(report, "", format, arguments);
    va_end(arguments);
}

double golden_report_tolerance(enum golden_group group) {
    return group_of(group).tolerance;
}

static void print_row(struct group group, const struct golden_row *row) {
    if (row->compared > 0) {
        printf("  %-32s %9.0e %9.1e  %-4s  %s\n", group.name, group.tolerance, row->worst, row->failed ? "FAIL" : "ok",
               row->where);
    }
}

void golden_report_print(const struct golden_report *report) {
    printf("  %-32s %9s %9s\n", "quantity", "tolerance", "worst");
    for (int group = 0; group < GOLDEN_GROUPS; group++)
        print_row(group_of((enum golden_group)group), &report->rows[group]);
    for (int note = 0; note < report->notes && note < GOLDEN_NOTES; note++)
        printf("  %s\n", report->note[note]);
    if (report->notes > GOLDEN_NOTES)
        printf("  and %d more remarks\n", report->notes - GOLDEN_NOTES);
}

double golden_relative_error(const float *got, const double *expected, int64_t count) {
    double largest_error = 0;
    double largest = 0;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(got[i]) || !isfinite(expected[i]))
            return NAN;
        largest_error = fmax(largest_error, fabs((double)got[i] - expected[i]));
        largest = fmax(largest, fabs(expected[i]));
    }
    return largest_error > 0 ? largest_error / largest : 0;
}

double golden_relative_scalar(double got, double expected) {
    if (!isfinite(got) || !isfinite(expected))
        return NAN;
    double error = fabs(got - expected);
    return error > 0 ? error / fabs(expected) : 0;
}
