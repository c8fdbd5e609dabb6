/* What an evaluation came to, in files and on the screen. */
#ifndef TRAINING_EVALUATION_RESULTS_H
#define TRAINING_EVALUATION_RESULTS_H

#include <stdio.h>

#include "training/evaluate/evaluation.h"

/** In the folder of an evaluation, beside predictions.tsv. */
#define EVALUATION_TABLE "perturbations.tsv"
#define EVALUATION_SETTINGS "evaluation.json"

/** What came of one perturbation with one seed. */
struct evaluation_row {
    const struct perturbation *perturbation;
    uint64_t seed;
    int64_t correct;
    snnd_interval accuracy; /**< Wilson's, of 95 % */
};

/** Carries out each perturbation with each seed, the first being none, whose predictions the evaluation gets. The rows
 * are to be freed; NULL on failure. */
struct evaluation_row *evaluation_rows(struct evaluation *evaluation, size_t *count, struct failure *failure);

/** Writes all files of the results. */
int evaluation_write(const struct evaluation *evaluation, const struct evaluation_row *row, size_t count,
                     struct failure *failure);

/** Prints how many samples of each class were taken for which, unless there are too many classes for a screen. */
void evaluation_print_confusion(const struct evaluation *evaluation, FILE *stream);

/** Prints the accuracies, a line each. */
void evaluation_print(const struct evaluation *evaluation, const struct evaluation_row *row, size_t count,
                      FILE *stream);

#endif
