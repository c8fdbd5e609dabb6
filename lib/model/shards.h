/*
 * A batch in shards: groups of its samples, each in its own workspace, which go through the layers side by side. Sums
 * over the batch are computed for each shard, and these sums are added in a binary tree, neighbours first:
 *
 *     ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
 *
 * A rank is a process. Each rank has the same number of shards, which are adjacent. The lower levels of the tree are
 * within ranks, and the upper levels are between ranks, where a function of the host adds. So results depend on the
 * number of shards, and not on the number of ranks. A whole batch in one workspace is a single shard, for which nothing
 * is added.
 */
#ifndef SNND_MODEL_SHARDS_H
#define SNND_MODEL_SHARDS_H

#include "model/workspace.h"

typedef struct snnd_shards {
    snnd_context *context;
    snnd_network *network;
    snnd_workspace **workspace; /* [count] of this rank; the first receives the gradients of the whole batch */
    int32_t count;
    int32_t total;                                         /* the shards of all ranks together */
    int32_t rank, ranks;                                   /* the index of this rank, and the number of ranks */
    int (*reduce)(void *user, const snnd_reduction *what); /* adds over ranks; not called where there is only one */
    void *user;
    double *sums; /* [count][most_sums] */
    size_t most_sums;
    float *gradient; /* what ranks add; NULL where there is only one rank */
    float *running;  /* the running statistics before the step; NULL where there is only one rank */
} snnd_shards;

/* The operations and spikes of a pass. */
typedef struct snnd_work_done {
    double accumulations, multiplications; /* sums over the samples of the batch */
    double spike_rate;                     /* as snnd_workspace_spike_rate() returns it */
} snnd_work_done;

/* Describes a workspace with a whole batch as one shard. `workspace` points to the handle. */
static inline snnd_shards snnd_shards_alone(snnd_workspace **workspace) {
    return (snnd_shards){.context = (*workspace)->context,
                         .network = (*workspace)->network,
                         .workspace = workspace,
                         .count = 1,
                         .total = 1,
                         .ranks = 1};
}

/* Allocates the shards of `plan`, of which context, network, total, rank, ranks, reduce and user are set, for batches
 * of up to `batch` samples. */
snnd_status snnd_shards_create(const snnd_shards *plan, int32_t batch, int32_t steps, snnd_shards **shards);
void snnd_shards_free(snnd_shards *shards);

/* Returns the largest number of samples of any shard. */
int32_t snnd_shards_most(int32_t batch, int32_t total);

/* ---- a step, all of which ranks make together ---- */

/* Returns the worst status of all ranks, so that all continue or none. SNND_STOPPED is not an error of any of them. */
snnd_status snnd_shards_agree(const snnd_shards *shards, snnd_status status);

/* Takes the samples of this rank from a batch of `count`. */
snnd_status snnd_shards_take(const snnd_shards *shards, snnd_mode mode, const float *input, const int32_t *length,
                             int32_t count);
/* Makes the forward pass. */
snnd_status snnd_shards_forward(const snnd_shards *shards);
/* Computes the loss. `label` are those of the whole batch; labels and options have been checked. `done` may be NULL. */
snnd_status snnd_shards_loss(const snnd_shards *shards, const int32_t *label, const snnd_loss_options *options,
                             snnd_loss_report *report, snnd_work_done *done);
/* Makes the backward pass. After it the first workspace has the gradients of the whole batch. */
snnd_status snnd_shards_backward(const snnd_shards *shards);

/* Restores the running statistics from before a step that the host's function has stopped. */
void snnd_shards_undo(const snnd_shards *shards);

/* Forgets the last pass (snnd_workspace_drop_pass). */
void snnd_shards_drop(const snnd_shards *shards);

/* ---- for layers and blocks ---- */

/* Settles a layer that depends on the whole batch, in the forward or backward pass. */
snnd_status snnd_shards_settle(const snnd_shards *shards, int32_t layer, bool back);

/* Adds `count` sums of each shard, from `sums` on, into those of the first, and over all ranks. */
snnd_status snnd_shards_add(const snnd_shards *shards, size_t count);

/* Returns how many sums snnd_shards_loss() adds (workspace_loss.c). */
size_t snnd_loss_sums(const snnd_network *network);

/* Calls the host's function, which adds over ranks. */
snnd_status snnd_shards_reduce(const snnd_shards *shards, snnd_dtype dtype, size_t count, void *values);

#endif
