/* What the network of a run's best epoch takes each testing sample for: a table in the run's folder, a line a sample.
 */
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

/** Makes room for samples, and sets speakers to those of `speaker` [samples], or NULL: not known. */
void predictions_begin(struct predictions *predictions, int64_t samples, const int32_t *speaker);
void predictions_free(struct predictions *predictions);

int predictions_write(const struct predictions *predictions, const char *folder, struct failure *failure);

/** Reads what predictions_write() has written; a failure names line and column. */
int predictions_read(const char *folder, struct predictions *predictions, struct failure *failure);

/** Samples that were taken for what they are. */
int64_t predictions_correct(const struct predictions *predictions);

#endif
