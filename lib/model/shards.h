/*
 * A batch in shards: parts of its samples, each in a workspace of its own, that go through the layers side by side.
 * What is summed over the batch is made for each shard apart, and these sums are added in a binary tree, neighbours
 * first:
 *
 *     ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
 *
 * A rank is a process that has as many shards as every other, next to each other. The lower levels of the tree are
 * within ranks, and the upper ones between them, where a function of the host's adds. So numbers depend on how many
 * shards there are, and not on how many ranks have them. A whole batch in one workspace is one shard of one, of which
 * nothing is added to anything.
 */
#ifndef SNND_MODEL_SHARDS_H
#define SNND_MODEL_SHARDS_H

#include "model/workspace.h"

typedef struct snnd_shards {
    snnd_context *context;
    snnd_network *network;
    snnd_workspace **workspace; /* [count] of this rank; its first one has the gradients of the whole batch */
    int32_t count;
    int32_t total;                                         /* of all ranks */
    int32_t rank, ranks;                                   /* this one, of so many */
    int (*reduce)(void *user, const snnd_reduction *what); /* adds over ranks; not called where there is one */
    void *user;
    double *sums; /* [count][most_sums] */
    size_t most_sums;
    float *gradient; /* what ranks add; NULL: there is one */
    float *running;  /* running statistics as they were before the step; NULL: there is one rank */
} snnd_shards;

/* What the neurons and synapses of a pass did. */
typedef struct snnd_work_done {
    double accumulations, multiplications; /* sums over the samples of the batch */
    double spike_rate;                     /* as snnd_workspace_spike_rate() has it */
} snnd_work_done;

/* The one shard of a workspace that is a batch of its own; `workspace` is where it is told. */
static inline snnd_shards snnd_shards_alone(snnd_workspace **workspace) {
    return (snnd_shards){.context = (*workspace)->context,
                         .network = (*workspace)->network,
                         .workspace = workspace,
                         .count = 1,
                         .total = 1,
                         .ranks = 1};
}

/* Takes the memory of the shards of `plan`, of which context, network, total, rank, ranks, reduce and user are set, for
 * batches of up to `batch` samples. */
snnd_status snnd_shards_create(const snnd_shards *plan, int32_t batch, int32_t steps, snnd_shards **shards);
void snnd_shards_free(snnd_shards *shards);

/* Samples of a shard of any. */
int32_t snnd_shards_most(int32_t batch, int32_t total);

/* ---- a step, all of which ranks make together ---- */

/* Whether all ranks can go on: the worst that any of them says. SNND_STOPPED is none's error. */
snnd_status snnd_shards_agree(const snnd_shards *shards, snnd_status status);

/* Takes this rank's samples of a batch of `count`. */
snnd_status snnd_shards_take(const snnd_shards *shards, snnd_mode mode, const float *input, const int32_t *length,
                             int32_t count);
/* Its way forward. */
snnd_status snnd_shards_forward(const snnd_shards *shards);
/* Its loss; `label` of the whole batch, which have been looked at, as the options. `done` NULL: nobody wants it. */
snnd_status snnd_shards_loss(const snnd_shards *shards, const int32_t *label, const snnd_loss_options *options,
                             snnd_loss_report *report, snnd_work_done *done);
/* Its way back; then the first workspace has the gradients of the whole batch. */
snnd_status snnd_shards_backward(const snnd_shards *shards);

/* Puts the running statistics back to what they were before the step, which the host's function has ended. */
void snnd_shards_undo(const snnd_shards *shards);

/* Forgets the last pass (snnd_workspace_drop_pass). */
void snnd_shards_drop(const snnd_shards *shards);

/* ---- for layers and blocks ---- */

/* A layer that sees the whole batch comes to its result, on the way forward or back. */
snnd_status snnd_shards_settle(const snnd_shards *shards, int32_t layer, bool back);

/* Adds `count` sums of each shard, from `sums` on, into those of the first; and those of all ranks. */
snnd_status snnd_shards_add(const snnd_shards *shards, size_t count);

/* How many sums snnd_shards_loss() adds (workspace_loss.c). */
size_t snnd_loss_sums(const snnd_network *network);

/* Has the host's function add over ranks. */
snnd_status snnd_shards_reduce(const snnd_shards *shards, snnd_dtype dtype, size_t count, void *values);

#endif
