/* The results of each epoch: one JSON object for each in log.jsonl, and also in the checkpoint, so that a resumed run
 * can verify the log. */
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
    int has_energy;    /**< whether energies of operations were given */
    int32_t unreached; /**< outputs without a path from the inputs */
    double seconds;
};

/** Returns one line of the log; its `epoch` counts from 1. */
cJSON *history_record(const struct epoch_result *result);

/** Returns the index in the history of the best epoch, the first of equals: by validation accuracy if there is one,
 * else by test accuracy; -1 for an empty history. */
int history_best(const cJSON *history);

/** Returns a number of a record, or NaN where it has none. */
double history_number(const cJSON *record, const char *name);

#define HISTORY_LOG "log.jsonl"

/** Reads the log in a run's folder: an array of records of consecutive epochs, with the numbers of history_record() and
 * no others; to be deleted. Text after the last end of line is not a record yet. A line that is not a record, or has a
 * number that no run can have or something else in its place, is a failure; then `whole` (NULL, or) receives the
 * records before it. */
cJSON *history_read(const char *folder, cJSON **whole, struct failure *failure);

/** Adds a record to the log in a run's folder. */
int history_append(const char *folder, const cJSON *record, struct failure *failure);

/** Replaces the log by exactly these records; returns 1 if it was different. */
int history_restore(const char *folder, const cJSON *history, struct failure *failure);

#endif
