/*
 * What a golden case came to: the worst error of every group of quantities, and whether it holds.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef GOLDEN_REPORT_H
#define GOLDEN_REPORT_H

#include <stdbool.h>
#include <stdint.h>

/** Quantities that share a tolerance and a line of the table. */
enum golden_group {
    GOLDEN_CURRENT,
    GOLDEN_NORMED,
    GOLDEN_POTENTIAL,
    GOLDEN_SPIKES,
    GOLDEN_SPIKE_RATE,
    GOLDEN_OUTPUT,
    GOLDEN_LOSS,
    GOLDEN_FIRST_WEIGHT_GRADIENT,
    GOLDEN_FIRST_POSITION_GRADIENT,
    GOLDEN_FIRST_NORM_GRADIENT,
    GOLDEN_LATER_WEIGHT_GRADIENT,
    GOLDEN_LATER_POSITION_GRADIENT,
    GOLDEN_LATER_NORM_GRADIENT,
    GOLDEN_WEIGHT,
    GOLDEN_POSITION,
    GOLDEN_NORM,
    GOLDEN_RUNNING,
    GOLDEN_REGROWN,
    GOLDEN_MASK,
    GOLDEN_SIGN,
    GOLDEN_SCHEDULE,
    GOLDEN_MOMENT, /* this and the next: only step by step */
    GOLDEN_TRACK,
    GOLDEN_EVAL_OUTPUT,
    GOLDEN_EVAL_LOSS,
    GOLDEN_PREDICTION,
    GOLDEN_GROUPS
};

enum { GOLDEN_NOTES = 16, GOLDEN_NOTE_LENGTH = 400, GOLDEN_PLACE_LENGTH = 80 };

struct golden_row {
    double worst;     /* NaN where a number was not finite */
    int64_t compared; /* comparisons made */
    bool failed;
    char where[GOLDEN_PLACE_LENGTH];
};

/** Plain data: copying it keeps a state to go back to. */
struct golden_report {
    struct golden_row rows[GOLDEN_GROUPS];
    int failures; /* comparisons beyond their tolerance, and what went wrong otherwise */
    int notes;
    char note[GOLDEN_NOTES][GOLDEN_NOTE_LENGTH];
};

void golden_report_init(struct golden_report *report);

/** Takes in an error of a group; one beyond the tolerance, or NaN, is a failure. `where` names the array or step. */
void golden_report_error(struct golden_report *report, enum golden_group group, double error, const char *where);

/** Something that has no place in the table: a file that cannot be read, a call that failed. */
__attribute__((format(printf, 2, 3))) void golden_report_failure(struct golden_report *report, const char *format, ...);

/** A remark that is not a failure. */
__attribute__((format(printf, 2, 3))) void golden_report_note(struct golden_report *report, const char *format, ...);

double golden_report_tolerance(enum golden_group group);

void golden_report_print(const struct golden_report *report);

/**
 * Largest |got - expected| over the largest |expected|. NaN where a number on either side is not finite. Where
 * everything expected is 0 there is no scale, and only exact zeros will do: 0 then, else infinity.
 */
double golden_relative_error(const float *got, const double *expected, int64_t count);

/** |got - expected| / |expected|, by the same rules. */
double golden_relative_scalar(double got, double expected);

#endif
