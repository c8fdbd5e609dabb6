/* Samples in memory or made by the host, or a selection of them. */
#ifndef SNND_DATA_DATASET_H
#define SNND_DATA_DATASET_H

#include "base/context.h"

typedef struct snnd_dataset_kind snnd_dataset_kind;

/* The samples, shared by a dataset and its splits. Of a kind only its own members are set. */
typedef struct snnd_storage {
    const snnd_dataset_kind *kind;
    int64_t users;
    int32_t steps, channels;
    const int32_t *label;
    const int32_t *length; /* NULL: all samples are whole */
    const float *input;    /* numbers */
    const uint8_t *counts; /* [N, T, I] */
    const float *number;   /* what each of the 256 counts comes to */
    const int64_t *first;  /* of events */
    const uint16_t *step, *channel;
    double scale; /* of events */
    int (*fetch)(void *user, const snnd_fetch *what);
    void *user;
    void *own[6]; /* memory that is the dataset's, and not borrowed from the host; NULL where there is less */
    float *shown; /* the sample that the host was shown last; NULL: none yet */
} snnd_storage;

struct snnd_dataset {
    snnd_context *context;
    snnd_storage *storage;
    int32_t *index; /* [samples] of the storage, NULL: all of it in order */
    int64_t samples;
    int32_t steps, channels, classes;
};

static inline int64_t snnd_dataset_place(const snnd_dataset *dataset, int64_t index) {
    return dataset->index == NULL ? index : dataset->index[index];
}

/* Steps of the sample at a place of the storage. */
static inline int32_t snnd_storage_length(const snnd_storage *storage, int64_t place) {
    return storage->length == NULL ? storage->steps : storage->length[place];
}

/* Why there is no sample: it says so later, on the thread that the context belongs to. */
typedef struct snnd_fill_fault {
    int64_t place; /* of the sample in the source */
    int returned;  /* by the host's function; 0: it gave a number that is not finite */
    size_t at;     /* of that number */
    float number;
} snnd_fill_fault;

/* Writes the sample at a place, with zeros beyond its end, and is false where there is none. It runs on any thread, in
 * the host's floating-point mode, since a function of the host's may be called. */
bool snnd_storage_fill(const snnd_storage *storage, int32_t epoch, int64_t place, float *input, snnd_fill_fault *fault);

/* Leaves the sentence for a sample that could not be had. */
snnd_status snnd_fill_failed(snnd_context *context, const snnd_storage *storage, const snnd_fill_fault *fault);

/* As snnd_dataset_fill(), with a sentence. */
snnd_status snnd_dataset_gather(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input);

/* How many batches may be made ahead. */
static inline bool snnd_is_prefetch(int32_t prefetch) {
    return prefetch >= 0 && prefetch <= 64;
}

#define SNND_PREFETCH_EXPECTED "0 to 64"

/* Of each batch of a walk only the numbers of parts `first` to `end` - 1 of `parts` are wanted (base/parts.h): the
 * others are not looked for, and what is in their place means nothing. For a walk that has made no batch yet. */
void snnd_batches_want_parts(snnd_batches *batches, int32_t first, int32_t end, int32_t parts);

/* Batches from `end` on are made when they are asked for, and not ahead. */
void snnd_batches_end_at(snnd_batches *batches, int64_t end);

/* Another handle on the same samples, which lives as long as it is needed. */
snnd_status snnd_dataset_view(const snnd_dataset *dataset, snnd_dataset **view);

#endif
