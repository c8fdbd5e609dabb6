/* What each epoch came to: one JSON object an epoch, in log.jsonl and, so that a resumed run can be sure of it, in
 * the checkpoint. */
#ifndef TRAINING_HISTORY_H
#define TRAINING_HISTORY_H

#include <cJSON.h>
#include <snndelay.h>

#include "common/failure.h"

/** Accuracies and losses of one epoch. */
struct epoch_result {
    snnd_epoch_report training, testing, validation;
    snnd_changes changes; /**< from the network one epoch before, if that is known */
    int has_changes;
    int has_validation;
    int has_energy;    /**< of operations in the test: the run was told what they take */
    int32_t unreached; /**< outputs that no synapses lead to from the inputs */
    double seconds;
};

/** One line of the log; its `epoch` counts from 1. */
cJSON *history_record(const struct epoch_result *result);

/** Place in the history of the best epoch, the first of equals: by validation accuracy if there is one, else by test
 * accuracy; -1 for an empty history. */
int history_best(const cJSON *history);

/** A number of a record; NaN where it has none. */
double history_number(const cJSON *record, const char *name);

#define HISTORY_LOG "log.jsonl"

/** Reads the log in a run's folder: an array of records, each of the epoch after the one before, with the numbers that
 * history_record() gives and no others; to be deleted. What follows the last end of line is not a record yet. A line
 * that is none, or has a number that no run comes to or something else in its place, is a failure, and then `whole`
 * (NULL, or) gets the records before it. */
cJSON *history_read(const char *folder, cJSON **whole, struct failure *failure);

/** Adds a record to the log in a run's folder. */
int history_append(const char *folder, const cJSON *record, struct failure *failure);

/** Makes the log hold exactly these records; 1 if it did not before. */
int history_restore(const char *folder, const cJSON *history, struct failure *failure);

#endif
