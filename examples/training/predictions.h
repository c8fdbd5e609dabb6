/* The predictions of the network of a run's best epoch for the testing samples: a table in the run's folder, with a
 * line for each sample. */
#ifndef TRAINING_PREDICTIONS_H
#define TRAINING_PREDICTIONS_H

#include <stdint.h>

#include "common/failure.h"

#define PREDICTIONS_FILE "predictions.tsv"

/** More classes than any network of a run has. */
enum { PREDICTIONS_CLASSES = 1000000 };

struct predictions {
    int64_t samples;
    int32_t *label, *predicted; /**< [samples] */
    int32_t *speaker;           /**< [samples]; below 0: not known */
};

/** Allocates predictions for samples, and sets speakers to `speaker` [samples], or to unknown for NULL. */
void predictions_begin(struct predictions *predictions, int64_t samples, const int32_t *speaker);
void predictions_free(struct predictions *predictions);

int predictions_write(const struct predictions *predictions, const char *folder, struct failure *failure);

/** Reads a file of predictions_write(); a failure names line and column. */
int predictions_read(const char *folder, struct predictions *predictions, struct failure *failure);

/** Returns the number of correct predictions. */
int64_t predictions_correct(const struct predictions *predictions);

#endif
