/* The trainer's state: what a checkpoint holds. */
#ifndef SNND_TRAIN_TRAINER_H
#define SNND_TRAIN_TRAINER_H

#include "data/dataset.h"
#include "model/operations.h"
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
    snnd_workspace *workspace;
    snnd_run run;
    bool diverged; /* in its last step */
    bool busy;     /* the host's progress callback is being called */
};

/* An error in the middle of an epoch over a dataset, which steps of the host's would take the place of. */
snnd_status snnd_trainer_check_by_hand(const snnd_trainer *trainer);

/* A step, whoever's it is; `length` NULL: all samples are whole. */
snnd_status snnd_trainer_make_step(snnd_trainer *trainer, const float *input, const int32_t *label,
                                   const int32_t *length, int32_t count, int32_t steps, snnd_loss_report *report);

/* An error inside the host's progress callback, which may look but not train. */
snnd_status snnd_trainer_check_idle(const snnd_trainer *trainer);

/* Makes the workspace anew where samples have another length. */
snnd_status snnd_trainer_fit_workspace(snnd_trainer *trainer, int32_t steps);

/* An error that names a parameter that cannot be, after which the workspace shows no pass, as behind one that fails. */
snnd_status snnd_trainer_check_values(snnd_trainer *trainer);

/* Adds a pass and its operations to the sums of a run. */
void snnd_trainer_count_step(snnd_run *run, const snnd_loss_report *result, const snnd_operations *operations,
                             const snnd_workspace *workspace);

#endif
