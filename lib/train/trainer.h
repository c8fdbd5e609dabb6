/* The trainer's state: what a checkpoint holds. */
#ifndef SNND_TRAIN_TRAINER_H
#define SNND_TRAIN_TRAINER_H

#include "data/dataset.h"
#include "model/operations.h"
#include "model/shards.h"
#include "optimizer/optimizer.h"
#include "sparsity/sparsity.h"

/* Where a run is, and what the epoch has come to so far. */
typedef struct snnd_run {
    int64_t epoch;      /* epochs finished */
    int64_t step;       /* steps of the present epoch that are done */
    int64_t of_samples; /* in the dataset that the present epoch is on */
    uint64_t draws;     /* steps of the whole run: dropout is drawn by it */
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
    snnd_trainer_options options; /* its pointers to options and its readout are not used after the creation */
    snnd_loss_options loss;       /* of steps */
    double *class_weight;         /* its own, what `loss` points to; NULL: all 1 */
    snnd_schedule weight_schedule, position_schedule, sigma_schedule;
    snnd_picojoules picojoules;
    snnd_optimizer *weights, *positions;
    snnd_shards *shards; /* NULL before the first batch */
    snnd_run run;
    bool diverged; /* in its last step */
    bool busy;     /* the host's progress callback is being called */
};

/* An error in the middle of an epoch over a dataset, which steps of the host's would take the place of. */
snnd_status snnd_trainer_check_by_hand(const snnd_trainer *trainer);

/* A batch, and what became of making it; `length` NULL: all samples are whole. */
typedef struct snnd_step_batch {
    const float *input;
    const int32_t *label, *length;
    int32_t count, steps;
    snnd_status status;
} snnd_step_batch;

/* A step, whoever's it is. */
snnd_status snnd_trainer_make_step(snnd_trainer *trainer, const snnd_step_batch *batch, snnd_loss_report *report);

/* Whether all ranks can go on (snnd_shards_agree), before there are shards, too. */
snnd_status snnd_trainer_agree(const snnd_trainer *trainer, snnd_status status);

/* What there is to know of shards before they are made. */
snnd_shards snnd_trainer_shards(const snnd_trainer *trainer);

/* An error inside the host's progress callback, which may look but not train. */
snnd_status snnd_trainer_check_idle(const snnd_trainer *trainer);

/* Makes the workspaces anew where samples have another length. */
snnd_status snnd_trainer_fit_workspaces(snnd_trainer *trainer, int32_t steps);

/* An error that names a parameter that cannot be, after which workspaces show no pass, as behind one that fails. */
snnd_status snnd_trainer_check_values(snnd_trainer *trainer);

/* Adds a pass to the sums of a run. */
void snnd_trainer_count_step(snnd_run *run, const snnd_loss_report *result, const snnd_work_done *done);

#endif
