/* Walking over a dataset in batches, in an order that the seed and the epoch decide. */
#include <string.h>

#include "base/random.h"
#include "data/dataset.h"

struct snnd_batches {
    snnd_dataset *dataset; /* a view of its own, which keeps the numbers */
    int32_t batch;
    bool shuffle;
    uint64_t seed;
    int32_t *order; /* of epoch `ordered` */
    int32_t ordered;
    float *input; /* [batch, T, I] */
    int32_t *label;
    int32_t *length; /* of the batch that was gathered last; NULL: all samples of the dataset are whole */
};

snnd_status snnd_batches_create(const snnd_dataset *dataset, int32_t batch, int shuffle, uint64_t seed,
                                snnd_batches **batches) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = dataset->context;
    if (batches == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_batches_create: batches is NULL");
    if (batch < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "batch is %d; expected at least 1", batch);
    snnd_batches *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    if (batch > dataset->samples)
        batch = (int32_t)dataset->samples;
    *made = (snnd_batches){.batch = batch, .shuffle = shuffle != 0, .seed = seed, .ordered = -1};
    if (snnd_dataset_view(dataset, &made->dataset) != SNND_OK) {
        snnd_release(context, made);
        return SNND_ERROR_MEMORY;
    }
    const size_t sample = (size_t)dataset->steps * (size_t)dataset->channels;
    made->order = snnd_allocate(context, snnd_size_of(dataset->samples), sizeof *made->order);
    made->input = snnd_allocate(context, snnd_size_multiply((size_t)batch, sample), sizeof *made->input);
    made->label = snnd_allocate(context, (size_t)batch, sizeof *made->label);
    if (dataset->storage->length != NULL)
        made->length = snnd_allocate(context, (size_t)batch, sizeof *made->length);
    if (made->order == NULL || made->input == NULL || made->label == NULL ||
        (dataset->storage->length != NULL && made->length == NULL)) {
        snnd_batches_free(made);
        return snnd_fail(context, SNND_ERROR_MEMORY, "batches of %d samples: %s", batch, context->error);
    }
    *batches = made;
    return SNND_OK;
}

void snnd_batches_free(snnd_batches *batches) {
    if (batches == NULL)
        return;
    snnd_context *context = batches->dataset->context;
    snnd_release(context, batches->order);
    snnd_release(context, batches->input);
    snnd_release(context, batches->label);
    snnd_release(context, batches->length);
    snnd_dataset_free(batches->dataset);
    snnd_release(context, batches);
}

int64_t snnd_batches_count(const snnd_batches *batches) {
    return batches == NULL ? 0 : (batches->dataset->samples + batches->batch - 1) / batches->batch;
}

static void put_in_order(snnd_batches *batches, int32_t epoch) {
    const int64_t samples = batches->dataset->samples;
    for (int64_t i = 0; i < samples; i++)
        batches->order[i] = (int32_t)i;
    if (batches->shuffle) {
        snnd_random random = snnd_random_for(batches->seed, SNND_USE_SHUFFLE, (uint64_t)epoch);
        snnd_random_choose(&random, batches->order, samples, samples);
    }
    batches->ordered = epoch;
}

snnd_status snnd_batches_get(snnd_batches *batches, int32_t epoch, int64_t index, const float **input,
                             const int32_t **label, int32_t *count) {
    if (batches == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_dataset *dataset = batches->dataset;
    if (epoch < 0 || index < 0 || index >= snnd_batches_count(batches) || input == NULL || label == NULL ||
        count == NULL)
        return snnd_fail(dataset->context, SNND_ERROR_ARGUMENT,
                         "snnd_batches_get: batch %lld of epoch %d; there are %lld, and no argument may be NULL",
                         (long long)index, epoch, (long long)snnd_batches_count(batches));
    if (epoch != batches->ordered)
        put_in_order(batches, epoch);
    const int64_t begin = index * batches->batch, left = dataset->samples - begin;
    const int32_t taken = left < batches->batch ? (int32_t)left : batches->batch;
    const size_t sample = (size_t)dataset->steps * (size_t)dataset->channels;
    for (int32_t b = 0; b < taken; b++) {
        const size_t place = (size_t)snnd_dataset_place(dataset, batches->order[begin + b]);
        const int32_t length = snnd_dataset_length_at(dataset, (int64_t)place);
        const size_t held = (size_t)length * (size_t)dataset->channels;
        float *input_of = batches->input + (size_t)b * sample;
        memcpy(input_of, dataset->storage->input + place * sample, held * sizeof *input_of);
        memset(input_of + held, 0, (sample - held) * sizeof *input_of);
        batches->label[b] = dataset->storage->label[place];
        if (batches->length != NULL)
            batches->length[b] = length;
    }
    *input = batches->input;
    *label = batches->label;
    *count = taken;
    return SNND_OK;
}

const int32_t *snnd_batches_lengths(const snnd_batches *batches) {
    return batches == NULL ? NULL : batches->length;
}
