/* Datasets: samples in memory, samples that the host delivers, or a selection of another dataset's. */
#ifndef SNND_DATA_DATASET_H
#define SNND_DATA_DATASET_H

#include "base/context.h"

typedef struct snnd_dataset_kind snnd_dataset_kind;

/* The samples, which a dataset shares with its splits. Only the members of its kind are set. */
typedef struct snnd_storage {
    const snnd_dataset_kind *kind;
    int64_t users;
    int32_t steps, channels;
    const int32_t *label;
    const int32_t *length; /* NULL: all samples are whole */
    const float *input;    /* numbers */
    const uint8_t *counts; /* [N, T, I] */
    const float *number;   /* the number that stands for each of the 256 counts */
    const int64_t *first;  /* of events */
    const uint16_t *step, *channel;
    double scale; /* of events */
    int (*fetch)(void *user, const snnd_fetch *what);
    void *user;
    void *own[6]; /* memory that the dataset owns; NULL where an entry is not used */
    float *shown; /* the last sample that was returned to the host; NULL: none yet */
} snnd_storage;

struct snnd_dataset {
    snnd_context *context;
    snnd_storage *storage;
    int32_t *index; /* [samples] places in the storage; NULL: all places in order */
    int64_t samples;
    int32_t steps, channels, classes;
};

static inline int64_t snnd_dataset_place(const snnd_dataset *dataset, int64_t index) {
    return dataset->index == NULL ? index : dataset->index[index];
}

/* Returns the number of steps of the sample at a place of the storage. */
static inline int32_t snnd_storage_length(const snnd_storage *storage, int64_t place) {
    return storage->length == NULL ? storage->steps : storage->length[place];
}

/* Why a sample could not be filled. The thread that owns the context reports it later. */
typedef struct snnd_fill_fault {
    int64_t place; /* the place of the sample in the source */
    int returned;  /* what the host's function returned; 0: it delivered a number that is not finite */
    size_t at;     /* the index of that number */
    float number;
} snnd_fill_fault;

/* Writes the sample at a place, with zeros after its end. Returns false where the sample cannot be had. It runs on any
 * thread, and in the host's floating-point mode since it may call a function of the host. */
bool snnd_storage_fill(const snnd_storage *storage, int32_t epoch, int64_t place, float *input, snnd_fill_fault *fault);

/* Sets the message for a sample that could not be filled. */
snnd_status snnd_fill_failed(snnd_context *context, const snnd_storage *storage, const snnd_fill_fault *fault);

/* Works as snnd_dataset_fill(), and sets a message on failure. */
snnd_status snnd_dataset_gather(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input);

/* Returns whether so many batches may be prepared ahead. */
static inline bool snnd_is_prefetch(int32_t prefetch) {
    return prefetch >= 0 && prefetch <= 64;
}

#define SNND_PREFETCH_EXPECTED "0 to 64"

/* Limits each batch to the numbers of the parts `first` to `end` - 1 of `parts` (base/parts.h): other samples are not
 * filled, and their numbers are undefined. It is called before the first batch. */
void snnd_batches_want_parts(snnd_batches *batches, int32_t first, int32_t end, int32_t parts);

/* Batches from `end` on are prepared only when they are asked for, and not ahead. */
void snnd_batches_end_at(snnd_batches *batches, int64_t end);

/* Creates another handle on the same samples, which keeps them alive. */
snnd_status snnd_dataset_view(const snnd_dataset *dataset, snnd_dataset **view);

#endif
