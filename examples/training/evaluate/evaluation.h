/* The options of snnd-evaluate, and the data and network that they need. */
#ifndef TRAINING_EVALUATION_H
#define TRAINING_EVALUATION_H

#include <cJSON.h>
#include <snndelay.h>

#include "training/data.h"
#include "training/evaluate/perturbation.h"
#include "training/options.h"
#include "training/predictions.h"

struct evaluation {
    /* those of the command line */
    const char *model, *data, *out, *recipe;
    const char *level[PERTURBATION_KINDS]; /**< lists, as they were given; NULL: not given */
    int64_t seed, seeds, threads;
    int quiet, help, version;

    char *folder, *name;    /**< the folder of the model, and its name there */
    cJSON *settings;        /**< of the run of the model; NULL: there are none */
    struct options options; /**< of the run, or those that were given in place of settings */
    struct perturbations perturbations;

    snnd_context *context;
    snnd_network *network;
    struct data samples;
    struct predictions predictions; /**< for unperturbed samples and network */
};

/** Reads the command line, and the settings beside the model, unless only help or version is asked for.
 * evaluation_free() must follow in any case. Failure is wrong usage. */
int evaluation_read(struct evaluation *evaluation, int count, char **words, struct failure *failure);

void evaluation_help(void);

/** Reads data and model, and checks that they fit each other and the options. */
int evaluation_prepare(struct evaluation *evaluation, struct failure *failure);

/** Computes the predictions for the testing samples with a perturbation, to be freed by predictions_free(). */
int evaluation_predict(const struct evaluation *evaluation, const struct perturbation *perturbation, uint64_t seed,
                       struct predictions *predictions, struct failure *failure);

/** Reads the test accuracy of this model in the run's log, or NaN where it has none. */
int evaluation_logged(const struct evaluation *evaluation, double *accuracy, struct failure *failure);

/** Returns 1 if an accuracy of a log, which rounds it, is that of this number of correct samples. */
int evaluation_agrees(double logged, int64_t correct, int64_t samples);

/** Returns 1 if the samples are those with which the run was tested, according to its settings. */
int evaluation_has_same_samples(const struct evaluation *evaluation);

void evaluation_free(struct evaluation *evaluation);

#endif
