/* What snnd-evaluate is asked for, and what it needs for that. */
#ifndef TRAINING_EVALUATION_H
#define TRAINING_EVALUATION_H

#include <cJSON.h>
#include <snndelay.h>

#include "training/data.h"
#include "training/evaluate/perturbation.h"
#include "training/options.h"
#include "training/predictions.h"

struct evaluation {
    /* The command line. */
    const char *model, *data, *out, *recipe;
    const char *level[PERTURBATION_KINDS]; /**< lists, as they were given; NULL: not asked for */
    int64_t seed, seeds, threads;
    int quiet, help, version;

    char *folder, *name;    /**< the model's folder, and its name there */
    cJSON *settings;        /**< of the run that the model is of; NULL: there are none */
    struct options options; /**< of the run, or those that were given in place of settings */
    struct perturbations perturbations;

    snnd_context *context;
    snnd_network *network;
    struct data samples;
    struct predictions predictions; /**< of samples and network as they are */
};

/** Reads the command line, and the settings beside the model, unless all that is asked for is help or version; then
 * evaluation_free() in any case. Failure is wrong usage. */
int evaluation_read(struct evaluation *evaluation, int count, char **words, struct failure *failure);

void evaluation_help(void);

/** Reads data and model, and makes sure that they fit each other and what is asked for. */
int evaluation_prepare(struct evaluation *evaluation, struct failure *failure);

/** What the network takes the testing samples for, with a perturbation; then predictions_free(). */
int evaluation_predict(const struct evaluation *evaluation, const struct perturbation *perturbation, uint64_t seed,
                       struct predictions *predictions, struct failure *failure);

/** The test accuracy that the run's log has of this model; NaN where it has none. */
int evaluation_logged(const struct evaluation *evaluation, double *accuracy, struct failure *failure);

/** 1 if the samples are those that the run was tested on, as far as its settings tell. */
int evaluation_has_same_samples(const struct evaluation *evaluation);

void evaluation_free(struct evaluation *evaluation);

#endif
