/* The threads that make batches ahead of the trainer, sample by sample (prefetch.h). */
#include "data/prefetch.h"

#include <pthread.h>

#include "base/parallel.h"

struct snnd_prefetch {
    const snnd_storage *storage;
    snnd_batch *batch;
    int32_t batches, threads;
    uint64_t turn;
    bool quit;
    pthread_mutex_t mutex;
    pthread_cond_t wanted, ended;
    pthread_t thread[];
};

bool snnd_batch_fill(const snnd_storage *storage, const snnd_batch *batch, int32_t sample, snnd_fill_fault *fault) {
    const size_t numbers = (size_t)storage->steps * (size_t)storage->channels;
    return sample < batch->from || sample >= batch->to ||
           snnd_storage_fill(storage, batch->told, batch->place[sample], batch->input + (size_t)sample * numbers,
                             fault);
}

void snnd_batch_end(snnd_batch *batch, int32_t sample, bool made, const snnd_fill_fault *fault) {
    batch->ended++;
    if (made || sample >= batch->failed)
        return;
    batch->failed = sample;
    batch->fault = *fault;
}

/* Takes a sample and fills it. The mutex is locked before and after. */
static void make_one(snnd_prefetch *prefetch, snnd_batch *batch) {
    snnd_fill_fault fault;
    const int32_t sample = batch->begun++;
    pthread_mutex_unlock(&prefetch->mutex);
    const bool made = snnd_batch_fill(prefetch->storage, batch, sample, &fault);
    pthread_mutex_lock(&prefetch->mutex);
    snnd_batch_end(batch, sample, made, &fault);
    if (batch->ended == batch->begun)
        pthread_cond_broadcast(&prefetch->ended);
}

/* Returns the batch that was requested first among those with samples that nobody has started. */
static snnd_batch *next_batch(const snnd_prefetch *prefetch) {
    snnd_batch *next = NULL;
    for (int32_t b = 0; b < prefetch->batches; b++) {
        snnd_batch *batch = &prefetch->batch[b];
        if (batch->begun < batch->count && (next == NULL || batch->turn < next->turn))
            next = batch;
    }
    return next;
}

static void *run(void *argument) {
    snnd_prefetch *prefetch = argument;
    pthread_mutex_lock(&prefetch->mutex);
    while (!prefetch->quit) {
        snnd_batch *batch = next_batch(prefetch);
        if (batch != NULL)
            make_one(prefetch, batch);
        else
            pthread_cond_wait(&prefetch->wanted, &prefetch->mutex);
    }
    pthread_mutex_unlock(&prefetch->mutex);
    return NULL;
}

snnd_status snnd_prefetch_create(snnd_context *context, const snnd_storage *storage, snnd_batch *batch, int32_t batches,
                                 int32_t threads, snnd_prefetch **prefetch) {
    snnd_prefetch *made = snnd_allocate(context, 1, sizeof *made + (size_t)threads * sizeof *made->thread);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->storage = storage;
    made->batch = batch;
    made->batches = batches;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->wanted, NULL);
    pthread_cond_init(&made->ended, NULL);
    while (made->threads < threads && snnd_start_thread(&made->thread[made->threads], run, made))
        made->threads++;
    if (made->threads < threads)
        snnd_log(context, SNND_LOG_WARNING, "only %d of %d threads that prepare batches ahead could be started",
                 made->threads, threads);
    if (made->threads > 0)
        *prefetch = made;
    else
        snnd_prefetch_free(context, made);
    return SNND_OK;
}

void snnd_prefetch_free(snnd_context *context, snnd_prefetch *prefetch) {
    if (prefetch == NULL)
        return;
    pthread_mutex_lock(&prefetch->mutex);
    prefetch->quit = true;
    pthread_cond_broadcast(&prefetch->wanted);
    pthread_mutex_unlock(&prefetch->mutex);
    for (int32_t t = 0; t < prefetch->threads; t++)
        pthread_join(prefetch->thread[t], NULL);
    pthread_cond_destroy(&prefetch->wanted);
    pthread_cond_destroy(&prefetch->ended);
    pthread_mutex_destroy(&prefetch->mutex);
    snnd_release(context, prefetch);
}

/* The mutex must be locked. */
static void wait_for_begun(snnd_prefetch *prefetch, const snnd_batch *batch) {
    while (batch->ended < batch->begun)
        pthread_cond_wait(&prefetch->ended, &prefetch->mutex);
}

void snnd_prefetch_drop(snnd_prefetch *prefetch, snnd_batch *batch) {
    pthread_mutex_lock(&prefetch->mutex);
    batch->count = batch->begun;
    wait_for_begun(prefetch, batch);
    pthread_mutex_unlock(&prefetch->mutex);
    batch->number = -1;
}

void snnd_prefetch_want(snnd_prefetch *prefetch, snnd_batch *batch, int32_t count) {
    pthread_mutex_lock(&prefetch->mutex);
    batch->turn = prefetch->turn++;
    batch->begun = batch->ended = 0;
    batch->count = batch->failed = count;
    pthread_cond_broadcast(&prefetch->wanted);
    pthread_mutex_unlock(&prefetch->mutex);
}

void snnd_prefetch_wait(snnd_prefetch *prefetch, snnd_batch *batch) {
    pthread_mutex_lock(&prefetch->mutex);
    while (batch->begun < batch->count)
        make_one(prefetch, batch);
    wait_for_begun(prefetch, batch);
    pthread_mutex_unlock(&prefetch->mutex);
}
