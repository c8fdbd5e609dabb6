/* Iterates over a dataset in batches, in an order that depends on the seed and the epoch. */
#include <pthread.h>

#include "base/float_mode.h"
#include "base/options.h"
#include "base/parallel.h"
#include "base/parts.h"
#include "base/random.h"
#include "data/prefetch.h"
#include "data/sample.h"

struct snnd_batches {
    snnd_dataset *dataset;        /* a view of its own, which keeps the samples alive */
    snnd_batches_options options; /* its batch is no larger than the dataset */
    int32_t *order;               /* of epoch `ordered` */
    int32_t ordered;
    snnd_batch *batch; /* [batches]: the one that was returned to the host, and those ahead */
    int32_t batches;
    int32_t first_part, end_part, parts; /* the parts of a batch that are wanted */
    int64_t end;                         /* batches from here on are not prepared ahead */
    snnd_batch *shown;                   /* the batch that was returned to the host; NULL: none */
    snnd_prefetch *prefetch;             /* NULL: each batch is filled when it is asked for */
};

/* ---- making ---- */

snnd_status snnd_batches_options_init(snnd_batches_options *options, size_t size) {
    static const snnd_batches_options defaults = {.batch = 256, .training = 1};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static snnd_status check_options(snnd_context *context, const snnd_batches_options *options) {
    if (options->batch < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "batch is %d; expected at least 1", options->batch);
    const snnd_bound bounds[] = {
        {"shuffle", options->shuffle, options->shuffle == 0 || options->shuffle == 1, "0 or 1"},
        {"training", options->training, options->training == 0 || options->training == 1, "0 or 1"},
        {"prefetch", options->prefetch, snnd_is_prefetch(options->prefetch), SNND_PREFETCH_EXPECTED},
    };
    return snnd_options_check_bounds(context, "batches", bounds, sizeof bounds / sizeof *bounds);
}

static snnd_status make_batch(snnd_context *context, const snnd_dataset *dataset, int32_t samples, snnd_batch *batch) {
    const size_t sample = (size_t)dataset->steps * (size_t)dataset->channels;
    batch->number = -1;
    batch->place = snnd_allocate(context, (size_t)samples, sizeof *batch->place);
    batch->input = snnd_allocate(context, snnd_size_multiply((size_t)samples, sample), sizeof *batch->input);
    batch->label = snnd_allocate(context, (size_t)samples, sizeof *batch->label);
    if (dataset->storage->length != NULL)
        batch->length = snnd_allocate(context, (size_t)samples, sizeof *batch->length);
    return batch->place != NULL && batch->input != NULL && batch->label != NULL &&
                   (dataset->storage->length == NULL || batch->length != NULL)
               ? SNND_OK
               : SNND_ERROR_MEMORY;
}

/* Returns 0 where the only batch is the whole dataset, and where the context may use no thread but the host's. */
static int32_t batches_ahead(const snnd_batches *batches) {
    const int64_t others = snnd_batches_count(batches) - 1;
    const int32_t ahead = batches->dataset->context->options.threads == 1 ? 0 : batches->options.prefetch;
    return ahead < others ? ahead : (int32_t)others;
}

static snnd_status make_batches(snnd_context *context, snnd_batches *batches) {
    const int32_t ahead = batches_ahead(batches), threads = context->options.threads - 1;
    batches->batch = snnd_allocate(context, (size_t)ahead + 1, sizeof *batches->batch);
    snnd_status status = batches->batch == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    for (; status == SNND_OK && batches->batches <= ahead; batches->batches++)
        status = make_batch(context, batches->dataset, batches->options.batch, &batches->batch[batches->batches]);
    if (status == SNND_OK && ahead > 0)
        status = snnd_prefetch_create(context, batches->dataset->storage, batches->batch, batches->batches,
                                      ahead < threads ? ahead : threads, &batches->prefetch);
    return status;
}

snnd_status snnd_batches_create_with(const snnd_dataset *dataset, const snnd_batches_options *options,
                                     snnd_batches **batches) {
    snnd_batches_options known;
    snnd_batches_options_init(&known, sizeof known);
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = dataset->context;
    if (batches == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "making batches: batches is NULL");
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_batches_options");
    if (status == SNND_OK)
        status = check_options(context, &known);
    if (status != SNND_OK)
        return status;
    snnd_batches *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    if (known.batch > dataset->samples)
        known.batch = (int32_t)dataset->samples;
    *made = (snnd_batches){.options = known, .ordered = -1, .end_part = 1, .parts = 1, .end = INT64_MAX};
    if (snnd_dataset_view(dataset, &made->dataset) != SNND_OK) {
        snnd_release(context, made);
        return SNND_ERROR_MEMORY;
    }
    made->order = snnd_allocate(context, snnd_size_of(dataset->samples), sizeof *made->order);
    status = made->order == NULL ? SNND_ERROR_MEMORY : make_batches(context, made);
    if (status != SNND_OK) {
        snnd_batches_free(made);
        return snnd_fail(context, status, "cannot allocate batches of %d samples: %s", known.batch, context->error);
    }
    *batches = made;
    return SNND_OK;
}

snnd_status snnd_batches_create(const snnd_dataset *dataset, int32_t batch, int shuffle, uint64_t seed,
                                snnd_batches **batches) {
    const snnd_batches_options options = {
        .size = sizeof options, .batch = batch, .shuffle = shuffle != 0, .seed = seed, .training = shuffle != 0};
    return snnd_batches_create_with(dataset, &options, batches);
}

void snnd_batches_free(snnd_batches *batches) {
    if (batches == NULL)
        return;
    snnd_context *context = batches->dataset->context;
    snnd_prefetch_free(context, batches->prefetch);
    for (int32_t b = 0; b < batches->batches; b++) {
        snnd_release(context, batches->batch[b].place);
        snnd_release(context, batches->batch[b].input);
        snnd_release(context, batches->batch[b].label);
        snnd_release(context, batches->batch[b].length);
    }
    snnd_release(context, batches->batch);
    snnd_release(context, batches->order);
    snnd_dataset_free(batches->dataset);
    snnd_release(context, batches);
}

int64_t snnd_batches_count(const snnd_batches *batches) {
    return batches == NULL ? 0 : (batches->dataset->samples + batches->options.batch - 1) / batches->options.batch;
}

/* ---- which samples ---- */

void snnd_batches_want_parts(snnd_batches *batches, int32_t first, int32_t end, int32_t parts) {
    batches->first_part = first;
    batches->end_part = end;
    batches->parts = parts;
}

void snnd_batches_end_at(snnd_batches *batches, int64_t end) {
    batches->end = end;
}

static void put_in_order(snnd_batches *batches, int32_t epoch) {
    const int64_t samples = batches->dataset->samples;
    for (int64_t i = 0; i < samples; i++)
        batches->order[i] = (int32_t)i;
    if (batches->options.shuffle) {
        snnd_random random = snnd_random_for(batches->options.seed, SNND_USE_SHUFFLE, (uint64_t)epoch);
        snnd_random_choose(&random, batches->order, samples, samples);
    }
    batches->ordered = epoch;
}

/* Sets which samples a batch of the ordered epoch has, and returns their number. */
static int32_t describe(const snnd_batches *batches, snnd_batch *batch, int64_t number) {
    const snnd_dataset *dataset = batches->dataset;
    const int64_t begin = number * batches->options.batch, left = dataset->samples - begin;
    const int32_t count = left < batches->options.batch ? (int32_t)left : batches->options.batch;
    batch->epoch = batches->ordered;
    batch->number = number;
    batch->told = batches->options.training ? batches->ordered : -1;
    batch->from = snnd_part_begin(count, batches->first_part, batches->parts);
    batch->to = snnd_part_begin(count, batches->end_part, batches->parts);
    for (int32_t b = 0; b < count; b++) {
        const int64_t place = snnd_dataset_place(dataset, batches->order[begin + b]);
        batch->place[b] = (int32_t)place;
        batch->label[b] = dataset->storage->label[place];
        if (batch->length != NULL)
            batch->length[b] = snnd_storage_length(dataset->storage, place);
    }
    return count;
}

/* ---- making a batch when it is asked for ---- */

struct making {
    const snnd_storage *storage;
    snnd_batch *batch;
    snnd_float_mode host;
    pthread_mutex_t mutex;
};

/* A function of the host is called in the floating-point mode of the host. */
static void make_sample(void *argument, int64_t sample, int32_t worker) {
    struct making *making = argument;
    snnd_fill_fault fault;
    (void)worker;
    const snnd_float_mode working = snnd_set_float_mode();
    snnd_restore_float_mode(making->host);
    const bool made = snnd_batch_fill(making->storage, making->batch, (int32_t)sample, &fault);
    snnd_restore_float_mode(working);
    pthread_mutex_lock(&making->mutex);
    snnd_batch_end(making->batch, (int32_t)sample, made, &fault);
    pthread_mutex_unlock(&making->mutex);
}

static snnd_float_mode float_mode_of_host(void) {
    const snnd_float_mode host = snnd_set_float_mode();
    snnd_restore_float_mode(host);
    return host;
}

static void make_now(const snnd_batches *batches, snnd_batch *batch, int32_t count) {
    const snnd_storage *storage = batches->dataset->storage;
    struct making making = {.storage = storage, .batch = batch, .host = float_mode_of_host()};
    batch->count = batch->begun = batch->failed = count;
    batch->ended = 0;
    pthread_mutex_init(&making.mutex, NULL);
    snnd_parallel_for(batches->dataset->context, count,
                      storage->kind->cost * (double)storage->steps * (double)storage->channels, make_sample, &making);
    pthread_mutex_destroy(&making.mutex);
}

/* ---- making batches ahead ---- */

static snnd_batch *find(const snnd_batches *batches, int64_t number) {
    for (int32_t b = 0; b < batches->batches; b++)
        if (batches->batch[b].number == number && batches->batch[b].epoch == batches->ordered)
            return &batches->batch[b];
    return NULL;
}

/* Returns a batch that is not among the next ones from `number` on. */
static snnd_batch *find_free(const snnd_batches *batches, int64_t number) {
    for (int32_t b = 0; b < batches->batches; b++) {
        const snnd_batch *batch = &batches->batch[b];
        if (batch->number < number || batch->number >= number + batches->batches || batch->epoch != batches->ordered)
            return &batches->batch[b];
    }
    return NULL;
}

/* Requests the batch and those that follow, as far as they are not yet prepared. */
static void want_from(snnd_batches *batches, int64_t number) {
    const int64_t ahead = number + batches->batches, end = ahead < batches->end ? ahead : batches->end;
    for (int64_t next = number; next == number || next < end; next++) {
        if (find(batches, next) != NULL)
            continue;
        snnd_batch *batch = find_free(batches, number);
        snnd_prefetch_drop(batches->prefetch, batch);
        const int32_t samples = describe(batches, batch, next);
        snnd_prefetch_want(batches->prefetch, batch, samples);
    }
}

/* ---- getting ---- */

static snnd_batch *get(snnd_batches *batches, int64_t number) {
    snnd_batch *batch = &batches->batch[0];
    if (batches->prefetch == NULL) {
        make_now(batches, batch, describe(batches, batch, number));
        return batch;
    }
    want_from(batches, number);
    batch = find(batches, number);
    snnd_prefetch_wait(batches->prefetch, batch);
    return batch;
}

snnd_status snnd_batches_get(snnd_batches *batches, int32_t epoch, int64_t index, const float **input,
                             const int32_t **label, int32_t *count) {
    if (batches == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = batches->dataset->context;
    if (epoch < 0 || index < 0 || index >= snnd_batches_count(batches) || input == NULL || label == NULL ||
        count == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "snnd_batches_get: batch %lld of epoch %d was asked for; an epoch has %lld batches, epochs "
                         "begin at 0, and no argument may be NULL",
                         (long long)index, epoch, (long long)snnd_batches_count(batches));
    if (epoch != batches->ordered)
        put_in_order(batches, epoch);
    snnd_batch *batch = get(batches, index);
    if (batch->failed < batch->count) {
        batch->number = -1; /* it is filled again when it is asked for again */
        return snnd_fill_failed(context, batches->dataset->storage, &batch->fault);
    }
    batches->shown = batch;
    *input = batch->input;
    *label = batch->label;
    *count = batch->count;
    return SNND_OK;
}

const int32_t *snnd_batches_lengths(const snnd_batches *batches) {
    return batches == NULL || batches->shown == NULL ? NULL : batches->shown->length;
}
