/* Batches of a walk that are made ahead, by threads of their own, sample by sample. */
#ifndef SNND_DATA_PREFETCH_H
#define SNND_DATA_PREFETCH_H

#include "data/dataset.h"

/* One batch: which samples it has, and what has become of them. */
typedef struct snnd_batch {
    int32_t epoch;  /* of the order of the samples */
    int64_t number; /* of the batch in the epoch; -1: it is none */
    int32_t told;   /* the epoch that a source is told */
    int32_t count;
    int32_t from, to;     /* the samples whose numbers are wanted; of the others there are labels and lengths alone */
    int32_t begun, ended; /* samples: with others at work they belong to the prefetch's mutex */
    uint64_t turn;        /* batches are made in the order in which they were wanted */
    int32_t *place;       /* [batch] in the storage */
    float *input;         /* [batch, T, I] */
    int32_t *label;
    int32_t *length;       /* NULL: all samples of the dataset are whole */
    int32_t failed;        /* the first sample that could not be had; `count`: none */
    snnd_fill_fault fault; /* of that sample */
} snnd_batch;

/* Makes one sample of a batch on the thread that calls; what others do about other samples does not matter. */
bool snnd_batch_fill(const snnd_storage *storage, const snnd_batch *batch, int32_t sample, snnd_fill_fault *fault);

/* Notes the end of a sample: not by two threads at once. */
void snnd_batch_end(snnd_batch *batch, int32_t sample, bool made, const snnd_fill_fault *fault);

typedef struct snnd_prefetch snnd_prefetch;

/* Starts `threads` threads for these batches, none of which is one yet; with fewer to be had, those. `prefetch` stays
 * NULL where there is none: then there is nobody to make a batch ahead. */
snnd_status snnd_prefetch_create(snnd_context *context, const snnd_storage *storage, snnd_batch *batch, int32_t batches,
                                 int32_t threads, snnd_prefetch **prefetch);
/* Ends the threads, when each has ended its sample. */
void snnd_prefetch_free(snnd_context *context, snnd_prefetch *prefetch);

/* Begins no more samples of a batch, and waits for those that were begun. */
void snnd_prefetch_drop(snnd_prefetch *prefetch, snnd_batch *batch);
/* Has `count` samples of a batch made, which was dropped or is whole, and which the caller has described. */
void snnd_prefetch_want(snnd_prefetch *prefetch, snnd_batch *batch, int32_t count);
/* Helps until the batch is whole. */
void snnd_prefetch_wait(snnd_prefetch *prefetch, snnd_batch *batch);

#endif
