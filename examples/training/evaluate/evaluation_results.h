/* The results of an evaluation, in files and on the screen. */
#ifndef TRAINING_EVALUATION_RESULTS_H
#define TRAINING_EVALUATION_RESULTS_H

#include <stdio.h>

#include "training/evaluate/evaluation.h"

/** In the folder of an evaluation, beside predictions.tsv. */
#define EVALUATION_TABLE "perturbations.tsv"
#define EVALUATION_SETTINGS "evaluation.json"

/** The result of one perturbation with one seed. */
struct evaluation_row {
    const struct perturbation *perturbation;
    uint64_t seed;
    int64_t correct;
    snnd_interval accuracy; /**< Wilson's, with 95 % */
};

/** Applies each perturbation with each seed. The first is none, whose predictions are stored in the evaluation. The
 * rows are to be freed; NULL on failure. */
struct evaluation_row *evaluation_rows(struct evaluation *evaluation, size_t *count, struct failure *failure);

/** Writes all files of the results. */
int evaluation_write(const struct evaluation *evaluation, const struct evaluation_row *row, size_t count,
                     struct failure *failure);

/** Prints the number of samples of each class and prediction, unless there are too many classes for a screen. */
void evaluation_print_confusion(const struct evaluation *evaluation, FILE *stream);

/** Prints the accuracies, with a line for each. */
void evaluation_print(const struct evaluation *evaluation, const struct evaluation_row *row, size_t count,
                      FILE *stream);

#endif
