#include "base/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "base/float_mode.h"

struct worker {
    struct snnd_pool *pool;
    pthread_t thread;
    int32_t number;
};

struct snnd_pool {
    pthread_mutex_t mutex;
    pthread_cond_t begin, end;
    uint64_t round; /* counts the calls of snnd_parallel_for */
    int32_t busy;   /* workers that have not finished this round */
    int32_t workers;
    bool quit;
    snnd_work *work;
    void *argument;
    int64_t count;
    atomic_int_least64_t next;
    struct worker worker[];
};

static void work_through(struct snnd_pool *pool, int32_t worker) {
    const snnd_float_mode before = snnd_set_float_mode();
    for (;;) {
        int64_t item = atomic_fetch_add(&pool->next, 1);
        if (item >= pool->count)
            break;
        pool->work(pool->argument, item, worker);
    }
    snnd_restore_float_mode(before);
}

static void *run_worker(void *argument) {
    struct worker *self = argument;
    struct snnd_pool *pool = self->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (pool->round == seen && !pool->quit)
            pthread_cond_wait(&pool->begin, &pool->mutex);
        if (pool->quit)
            break;
        seen = pool->round;
        pthread_mutex_unlock(&pool->mutex);
        work_through(pool, self->number);
        pthread_mutex_lock(&pool->mutex);
        if (--pool->busy == 0)
            pthread_cond_signal(&pool->end);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

/* Signals are the host's: the new threads block all of them. */
static void start_workers(struct snnd_pool *pool, int32_t wanted) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    for (int32_t i = 0; i < wanted; i++) {
        struct worker *worker = &pool->worker[i];
        worker->pool = pool;
        worker->number = i + 1;
        if (pthread_create(&worker->thread, NULL, run_worker, worker) != 0)
            break;
        pool->workers++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* With less memory or fewer threads than wished for, the work is done by those there are. */
static struct snnd_pool *pool_of(snnd_context *context) {
    if (context->pool != NULL || context->no_pool || context->options.threads == 1)
        return context->pool;
    int32_t wanted = context->options.threads - 1;
    char message[sizeof context->error];
    memcpy(message, context->error, sizeof message);
    struct snnd_pool *pool = snnd_allocate(
        context, 1, snnd_size_add(sizeof *pool, snnd_size_multiply((size_t)wanted, sizeof(struct worker))));
    memcpy(context->error, message, sizeof message);
    if (pool == NULL) {
        context->no_pool = true;
        snnd_log(context, SNND_LOG_WARNING, "no memory for %d threads: one does the work", wanted + 1);
        return NULL;
    }
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->begin, NULL);
    pthread_cond_init(&pool->end, NULL);
    start_workers(pool, wanted);
    context->pool = pool;
    if (pool->workers < wanted)
        snnd_log(context, SNND_LOG_WARNING, "only %d of %d threads could be made", pool->workers + 1, wanted + 1);
    return pool;
}

void snnd_parallel_for(snnd_context *context, int64_t count, snnd_work *work, void *argument) {
    struct snnd_pool *pool = count > 1 ? pool_of(context) : NULL;
    if (pool == NULL || pool->workers == 0) {
        const snnd_float_mode before = snnd_set_float_mode();
        for (int64_t item = 0; item < count; item++)
            work(argument, item, 0);
        snnd_restore_float_mode(before);
        return;
    }
    pthread_mutex_lock(&pool->mutex);
    pool->work = work;
    pool->argument = argument;
    pool->count = count;
    atomic_store(&pool->next, 0);
    pool->busy = pool->workers;
    pool->round++;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->mutex);
    work_through(pool, 0);
    pthread_mutex_lock(&pool->mutex);
    while (pool->busy > 0)
        pthread_cond_wait(&pool->end, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

int32_t snnd_pool_threads(const snnd_context *context) {
    return context->no_pool ? 1 : context->pool == NULL ? context->options.threads : context->pool->workers + 1;
}

void snnd_pool_free(snnd_context *context) {
    struct snnd_pool *pool = context->pool;
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->quit = true;
    pthread_cond_broadcast(&pool->begin);
    pthread_mutex_unlock(&pool->mutex);
    for (int32_t i = 0; i < pool->workers; i++)
        pthread_join(pool->worker[i].thread, NULL);
    pthread_cond_destroy(&pool->end);
    pthread_cond_destroy(&pool->begin);
    pthread_mutex_destroy(&pool->mutex);
    snnd_release(context, pool);
    context->pool = NULL;
}
