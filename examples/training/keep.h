/* The folder of a run, and what a checkpoint contains of it. */
#ifndef TRAINING_KEEP_H
#define TRAINING_KEEP_H

#include <cJSON.h>
#include <snndelay.h>

#include "training/history.h"
#include "training/options.h"
#include "training/predictions.h"
#include "training/progress.h"
#include "training/saved.h"

#define KEEP_LOG HISTORY_LOG
#define KEEP_SETTINGS "settings.json"
/** In the settings: numbers of the classes without training samples. */
#define KEEP_ABSENT "classes-without-samples"
#define KEEP_CHECKPOINT "checkpoint.safetensors"
#define KEEP_INITIAL "initial.safetensors"
#define KEEP_BEST SAVED_BEST
#define KEEP_LAST "last.safetensors"
#define KEEP_PREDICTIONS PREDICTIONS_FILE

struct keep {
    snnd_context *context;
    const char *out;
    cJSON *settings; /**< the options, and everything else that affects the numbers */
    cJSON *history;  /**< a record of each completed epoch */
    double seconds;  /**< spent on an epoch that was stopped */
    int lock;        /**< of the folder, while this run works in it; -1: none yet, or the file system has none */
};

/** Reads the settings of the run in a folder; NULL if there is none. */
cJSON *keep_settings(const char *out, struct failure *failure);

/** Checks that there is no other run in the folder of a new run, and that the folder can be created. */
int keep_claim(const char *out, int overwrite, struct failure *failure);

/** Creates the folder, removes an earlier run from it, and writes settings.json. Fails, as keep_restore() does, if
 * another process works in the folder. */
int keep_begin(struct keep *keep, struct failure *failure);

int keep_model(const struct keep *keep, const snnd_network *network, const char *name, struct failure *failure);

/** Writes the predictions of the network for the samples of a set, as predict() computes them. */
int keep_predictions(const struct keep *keep, snnd_network *network, const snnd_dataset *set, const int32_t *speaker,
                     int32_t batch, struct failure *failure);

/** Writes how recordings became the inputs of the models. */
int keep_front_end(const struct keep *keep, const cJSON *front_end, struct failure *failure);

/** Loads the network of this name from the folder of a run. Returns 1, 0 where it does not exist, or -1 on failure. */
int keep_load(snnd_context *context, const char *folder, const char *name, snnd_network **network,
              struct failure *failure);

/** Computes the changes of an epoch: compares the network with the last model, which is still that of the epoch before,
 * or with the initial one. Returns 0, 1 where the folder has lost it, or -1 on failure. */
int keep_changes(const struct keep *keep, const snnd_network *network, snnd_changes *changes, struct failure *failure);

/** Adds a record to the history and to the log. */
int keep_epoch(struct keep *keep, cJSON *record, struct failure *failure);

/** Writes the checkpoint, with settings and history as its note. At the end of an epoch it is written before the last
 * model, which keep_restore() restores from it if necessary. So the model of the epoch before exists until it is not
 * needed any more. */
int keep_checkpoint(const struct keep *keep, snnd_trainer *trainer, struct failure *failure);

/** Restores trainer, history, log and last model to the state of the checkpoint. Fails if a run with these options
 * would continue differently. */
int keep_restore(struct keep *keep, snnd_trainer *trainer, const snnd_network *network, const struct options *options,
                 struct progress *progress, struct failure *failure);

/** The same for the trainer only, for a process that does not write. */
int keep_follow(struct keep *keep, snnd_trainer *trainer, const struct options *options, struct progress *progress,
                struct failure *failure);

/** Returns 1 if the folder has this file. */
int keep_has(const struct keep *keep, const char *name);

void keep_free(struct keep *keep);

#endif
