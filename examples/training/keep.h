/* The folder of a run, and what of it a checkpoint carries along. */
#ifndef TRAINING_KEEP_H
#define TRAINING_KEEP_H

#include <cJSON.h>
#include <snndelay.h>

#include "training/history.h"
#include "training/options.h"
#include "training/predictions.h"
#include "training/progress.h"

#define KEEP_LOG HISTORY_LOG
#define KEEP_SETTINGS "settings.json"
/** In the settings: numbers of the classes that no training sample has. */
#define KEEP_ABSENT "classes-without-samples"
#define KEEP_CHECKPOINT "checkpoint.safetensors"
#define KEEP_INITIAL "initial.safetensors"
#define KEEP_BEST "best.safetensors"
#define KEEP_LAST "last.safetensors"
#define KEEP_PREDICTIONS PREDICTIONS_FILE

struct keep {
    snnd_context *context;
    const char *out;
    cJSON *settings; /**< the options, and what else decides the numbers */
    cJSON *history;  /**< a record of each epoch that is finished */
    double seconds;  /**< spent on an epoch that was stopped */
    int lock;        /**< of the folder, while this run is at work in it; -1: none yet, or there are none */
};

/** Settings of the run in a folder; NULL if there is none. */
cJSON *keep_settings(const char *out, struct failure *failure);

/** Makes sure that a new run meets no other in its folder, and that there can be such a folder. */
int keep_claim(const char *out, int overwrite, struct failure *failure);

/** Makes the folder, removes an earlier run from it, and writes settings.json. Fails, as keep_restore() does, if
 * another process is at work in the folder. */
int keep_begin(struct keep *keep, struct failure *failure);

int keep_model(const struct keep *keep, const snnd_network *network, const char *name, struct failure *failure);

/** Writes what the network takes the samples of a set for; as predict(). */
int keep_predictions(const struct keep *keep, snnd_network *network, const snnd_dataset *set, const int32_t *speaker,
                     int32_t batch, struct failure *failure);

/** Writes how recordings became the inputs of the models. */
int keep_front_end(const struct keep *keep, const cJSON *front_end, struct failure *failure);

/** Loads the network of this name from the folder of a run. 1, or 0 where there is none; -1 is failure. */
int keep_load(snnd_context *context, const char *folder, const char *name, snnd_network **network,
              struct failure *failure);

/** What an epoch has changed: compares the network with the last model, which is still that of the epoch before, or
 * with the initial one. 0, or 1 where the folder has lost it; -1 is failure. */
int keep_changes(const struct keep *keep, const snnd_network *network, snnd_changes *changes, struct failure *failure);

/** Adds a record to the history and to the log. */
int keep_epoch(struct keep *keep, cJSON *record, struct failure *failure);

/** Writes the checkpoint, with settings and history as its note. At the end of an epoch it comes before the last model:
 * keep_restore() makes that from it if need be, and so the model of the epoch before is there until it is not needed.
 */
int keep_checkpoint(const struct keep *keep, snnd_trainer *trainer, struct failure *failure);

/** Puts trainer, history, log and last model back to where the checkpoint was made. Fails if a run of these options
 * would not go on as it began. */
int keep_restore(struct keep *keep, snnd_trainer *trainer, const snnd_network *network, const struct options *options,
                 struct progress *progress, struct failure *failure);

/** The same of the trainer alone, for a process that does not write. */
int keep_follow(struct keep *keep, snnd_trainer *trainer, const struct options *options, struct progress *progress,
                struct failure *failure);

/** 1 if the folder has this file. */
int keep_has(const struct keep *keep, const char *name);

void keep_free(struct keep *keep);

#endif
