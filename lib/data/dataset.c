/* Datasets that are there already are split, asked for their samples and freed here (dataset.h); create.c and load.c
 * make them. */
#include "data/dataset.h"

#include <math.h>

#include "base/random.h"
#include "data/create.h"

/* ---- splitting ---- */

/* Selects `chosen` samples of a dataset (NULL: all) without copying them. */
static snnd_status select_samples(const snnd_dataset *from, const int32_t *chosen, int64_t count,
                                  snnd_dataset **dataset) {
    snnd_dataset *made = snnd_allocate(from->context, 1, sizeof *made);
    int32_t *index = snnd_allocate(from->context, snnd_size_of(count), sizeof *index);
    if (made == NULL || index == NULL) {
        snnd_release(from->context, made);
        snnd_release(from->context, index);
        return SNND_ERROR_MEMORY;
    }
    for (int64_t i = 0; i < count; i++)
        index[i] = (int32_t)snnd_dataset_place(from, chosen == NULL ? i : chosen[i]);
    *made = *from;
    made->index = index;
    made->samples = count;
    made->storage->users++;
    *dataset = made;
    return SNND_OK;
}

snnd_status snnd_dataset_view(const snnd_dataset *dataset, snnd_dataset **view) {
    return select_samples(dataset, NULL, dataset->samples, view);
}

snnd_status snnd_dataset_split(const snnd_dataset *dataset, double share, uint64_t seed, snnd_dataset **part,
                               snnd_dataset **rest) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = dataset->context;
    if (part == NULL || rest == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_dataset_split: part or rest is NULL");
    const snnd_status apart = snnd_check_apart(context, "snnd_dataset_split", part, rest);
    if (apart != SNND_OK)
        return apart;
    if (!(share > 0 && share < 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "share is %g; expected above 0 and below 1", share);
    const int64_t chosen = (int64_t)rint(share * (double)dataset->samples);
    if (chosen < 1 || chosen >= dataset->samples)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "share is %g, which leaves one of the two parts of %lld samples empty", share,
                         (long long)dataset->samples);
    int32_t *order = snnd_allocate(context, snnd_size_of(dataset->samples), sizeof *order);
    if (order == NULL)
        return SNND_ERROR_MEMORY;
    for (int64_t i = 0; i < dataset->samples; i++)
        order[i] = (int32_t)i;
    snnd_random random = snnd_random_for(seed, SNND_USE_SPLIT, 0);
    snnd_random_choose(&random, order, dataset->samples, chosen);
    snnd_dataset *first = NULL, *second = NULL;
    snnd_status status = select_samples(dataset, order, chosen, &first);
    if (status == SNND_OK)
        status = select_samples(dataset, order + chosen, dataset->samples - chosen, &second);
    snnd_release(context, order);
    if (status != SNND_OK) {
        snnd_dataset_free(first);
        return status;
    }
    *part = first;
    *rest = second;
    return SNND_OK;
}

snnd_status snnd_dataset_select(const snnd_dataset *dataset, const int64_t *index, int64_t count,
                                snnd_dataset **selection) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = dataset->context;
    if (index == NULL || selection == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_dataset_select: index or selection is NULL");
    if (count < 1 || count > INT32_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_dataset_select: count is %lld; expected 1 to %d",
                         (long long)count, INT32_MAX);
    int32_t *chosen = snnd_allocate(context, snnd_size_of(count), sizeof *chosen);
    snnd_status status = chosen == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    for (int64_t i = 0; status == SNND_OK && i < count; i++) {
        if (index[i] < 0 || index[i] >= dataset->samples)
            status = snnd_fail(context, SNND_ERROR_ARGUMENT, "index[%lld] is %lld; expected 0 to %lld", (long long)i,
                               (long long)index[i], (long long)dataset->samples - 1);
        else
            chosen[i] = (int32_t)index[i];
    }
    if (status == SNND_OK)
        status = select_samples(dataset, chosen, count, selection);
    snnd_release(context, chosen);
    return status;
}

static void release_storage(snnd_context *context, snnd_storage *storage) {
    if (--storage->users > 0)
        return;
    snnd_storage_release_own(context, storage);
    snnd_release(context, storage->shown);
    snnd_release(context, storage);
}

void snnd_dataset_free(snnd_dataset *dataset) {
    if (dataset == NULL)
        return;
    release_storage(dataset->context, dataset->storage);
    snnd_release(dataset->context, dataset->index);
    snnd_release(dataset->context, dataset);
}

/* ---- asking ---- */

int64_t snnd_dataset_samples(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->samples;
}

int32_t snnd_dataset_steps(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->steps;
}

int32_t snnd_dataset_channels(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->channels;
}

int32_t snnd_dataset_classes(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->classes;
}

int32_t snnd_dataset_length(const snnd_dataset *dataset, int64_t index) {
    if (dataset == NULL || index < 0 || index >= dataset->samples)
        return 0;
    return snnd_storage_length(dataset->storage, snnd_dataset_place(dataset, index));
}

static bool is_sample(const snnd_dataset *dataset, int64_t index) {
    return index >= 0 && index < dataset->samples;
}

snnd_status snnd_dataset_fill(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input) {
    snnd_fill_fault fault;
    if (dataset == NULL || input == NULL || epoch < -1 || !is_sample(dataset, index))
        return SNND_ERROR_ARGUMENT;
    return snnd_storage_fill(dataset->storage, epoch, snnd_dataset_place(dataset, index), input, &fault)
               ? SNND_OK
               : SNND_ERROR_CALLBACK;
}

snnd_status snnd_dataset_gather(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input) {
    snnd_fill_fault fault;
    return snnd_storage_fill(dataset->storage, epoch, snnd_dataset_place(dataset, index), input, &fault)
               ? SNND_OK
               : snnd_fill_failed(dataset->context, dataset->storage, &fault);
}

/* A sample that is not stored as numbers is expanded into memory that is kept for the next call. */
static snnd_status show(const snnd_dataset *dataset, int64_t index, const float **input) {
    snnd_storage *storage = dataset->storage;
    const size_t sample = (size_t)dataset->steps * (size_t)dataset->channels;
    if (storage->input != NULL) {
        *input = storage->input + (size_t)snnd_dataset_place(dataset, index) * sample;
        return SNND_OK;
    }
    if (storage->shown == NULL)
        storage->shown = snnd_allocate(dataset->context, sample, sizeof *storage->shown);
    const snnd_status status =
        storage->shown == NULL ? SNND_ERROR_MEMORY : snnd_dataset_gather(dataset, -1, index, storage->shown);
    if (status == SNND_OK)
        *input = storage->shown;
    return status;
}

snnd_status snnd_dataset_sample(const snnd_dataset *dataset, int64_t index, const float **input, int32_t *label) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!is_sample(dataset, index))
        return snnd_fail(dataset->context, SNND_ERROR_ARGUMENT,
                         "sample %lld does not exist; the dataset has %lld samples", (long long)index,
                         (long long)dataset->samples);
    const snnd_status status = input == NULL ? SNND_OK : show(dataset, index, input);
    if (status == SNND_OK && label != NULL)
        *label = dataset->storage->label[snnd_dataset_place(dataset, index)];
    return status;
}
