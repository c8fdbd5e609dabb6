/* Prepares batches ahead of their use, sample by sample, on threads of its own. */
#ifndef SNND_DATA_PREFETCH_H
#define SNND_DATA_PREFETCH_H

#include "data/dataset.h"

/* One batch: its samples and the state of its preparation. */
typedef struct snnd_batch {
    int32_t epoch;  /* the epoch that decides the order of samples */
    int64_t number; /* the number of the batch in the epoch; -1: the entry is not used */
    int32_t told;   /* the epoch that is passed to a source */
    int32_t count;
    int32_t from, to;     /* the samples whose numbers are wanted; for the others only labels and lengths are set */
    int32_t begun, ended; /* counts of samples; while other threads work, the prefetch's mutex protects them */
    uint64_t turn;        /* batches are prepared in the order in which they were requested */
    int32_t *place;       /* [batch] places in the storage */
    float *input;         /* [batch, T, I] */
    int32_t *label;
    int32_t *length;       /* NULL: all samples of the dataset have all steps */
    int32_t failed;        /* the first sample that could not be filled; `count`: none */
    snnd_fill_fault fault; /* why that sample could not be filled */
} snnd_batch;

/* Fills one sample of a batch on the calling thread. Other threads may fill other samples of the batch at the same
 * time. */
bool snnd_batch_fill(const snnd_storage *storage, const snnd_batch *batch, int32_t sample, snnd_fill_fault *fault);

/* Records that a sample is done. Two threads must not call it at the same time. */
void snnd_batch_end(snnd_batch *batch, int32_t sample, bool made, const snnd_fill_fault *fault);

typedef struct snnd_prefetch snnd_prefetch;

/* Starts up to `threads` threads for these batches, none of which is in use yet. Where no thread can be started,
 * `prefetch` stays NULL and nothing is prepared ahead. */
snnd_status snnd_prefetch_create(snnd_context *context, const snnd_storage *storage, snnd_batch *batch, int32_t batches,
                                 int32_t threads, snnd_prefetch **prefetch);
/* Stops the threads after each has finished its sample. */
void snnd_prefetch_free(snnd_context *context, snnd_prefetch *prefetch);

/* Starts no more samples of a batch, and waits for those that were started. */
void snnd_prefetch_drop(snnd_prefetch *prefetch, snnd_batch *batch);
/* Requests the `count` samples of a batch that the caller has described, after it was dropped or completed. */
void snnd_prefetch_want(snnd_prefetch *prefetch, snnd_batch *batch, int32_t count);
/* Helps to fill samples until the batch is complete. */
void snnd_prefetch_wait(snnd_prefetch *prefetch, snnd_batch *batch);

#endif
