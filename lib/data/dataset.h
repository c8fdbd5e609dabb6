/* Samples in memory, or a selection of them. */
#ifndef SNND_DATA_DATASET_H
#define SNND_DATA_DATASET_H

#include "base/context.h"

/* The numbers, shared by a dataset and its splits. */
typedef struct snnd_storage {
    int64_t users;
    const float *input;
    const int32_t *label;
    const int32_t *length; /* NULL: all samples are whole */
    float *own_input;      /* NULL where borrowed from the host */
    int32_t *own_label, *own_length;
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
static inline int32_t snnd_dataset_length_at(const snnd_dataset *dataset, int64_t place) {
    return dataset->storage->length == NULL ? dataset->steps : dataset->storage->length[place];
}

/* Another handle on the same samples, which lives as long as it is needed. */
snnd_status snnd_dataset_view(const snnd_dataset *dataset, snnd_dataset **view);

#endif
