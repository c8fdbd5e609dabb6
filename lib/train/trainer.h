/* The state of a trainer, as checkpoints store it. */
#ifndef SNND_TRAIN_TRAINER_H
#define SNND_TRAIN_TRAINER_H

#include "data/dataset.h"
#include "model/operations.h"
#include "model/shards.h"
#include "optimizer/optimizer.h"
#include "sparsity/sparsity.h"

/* The position in a run, and the sums of the present epoch. */
typedef struct snnd_run {
    int64_t epoch;      /* completed epochs */
    int64_t step;       /* completed steps of the present epoch */
    int64_t of_samples; /* the number of samples of the dataset of the present epoch */
    uint64_t draws;     /* steps of the whole run; they select the random numbers of dropout */
    int64_t samples, correct, regrown;
    double loss, cross_entropy; /* sums over samples */
    double rate_penalty;        /* sum over samples, too */
    double spikes;              /* sum over steps of the spike rate */
    double weight_rate, position_rate, momentum;
    double accumulations, multiplications; /* sums over samples */
} snnd_run;

struct snnd_trainer {
    snnd_context *context;
    snnd_network *network;
    snnd_trainer_options options; /* its pointers to options and its readout are not used after creation */
    snnd_loss_options loss;       /* the loss of steps */
    double *class_weight;         /* a copy that `loss` points to; NULL: all weights are 1 */
    snnd_schedule weight_schedule, position_schedule, sigma_schedule;
    snnd_picojoules picojoules;
    snnd_optimizer *weights, *positions;
    snnd_shards *shards; /* NULL until the first batch */
    snnd_run run;
    bool diverged; /* whether the last step diverged */
    bool busy;     /* whether the progress callback of the host is running */
};

/* Fails in the middle of an epoch over a dataset, whose steps would be mixed with those of the host. */
snnd_status snnd_trainer_check_by_hand(const snnd_trainer *trainer);

/* A batch, and the status of its preparation. Where `length` is NULL, all samples have all steps. */
typedef struct snnd_step_batch {
    const float *input;
    const int32_t *label, *length;
    int32_t count, steps;
    snnd_status status;
} snnd_step_batch;

/* Makes a step, of an epoch or of the host. */
snnd_status snnd_trainer_make_step(snnd_trainer *trainer, const snnd_step_batch *batch, snnd_loss_report *report);

/* Returns whether all ranks can continue (snnd_shards_agree); it works before there are shards, too. */
snnd_status snnd_trainer_agree(const snnd_trainer *trainer, snnd_status status);

/* Returns the properties of shards that are known before they are created. */
snnd_shards snnd_trainer_shards(const snnd_trainer *trainer);

/* Fails inside the progress callback of the host, which must not train. */
snnd_status snnd_trainer_check_idle(const snnd_trainer *trainer);

/* Creates the workspaces again where samples have another length. */
snnd_status snnd_trainer_fit_workspaces(snnd_trainer *trainer, int32_t steps);

/* Fails and names an invalid parameter. After it workspaces have no pass, as after a pass that fails. */
snnd_status snnd_trainer_check_values(snnd_trainer *trainer);

/* Adds a pass to the sums of a run. */
void snnd_trainer_count_step(snnd_run *run, const snnd_loss_report *result, const snnd_work_done *done);

#endif
