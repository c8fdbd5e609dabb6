/* The threads of a context: how they are started, share out the items of a loop, wait for work and end (parallel.h). */
#include "base/parallel.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/float_mode.h"

/* A thread is woken only for at least WORTH nanoseconds of work. A waiting thread looks for work LOOKS times before it
 * sleeps, which takes some twenty microseconds: about as long as a step works on one thread between two calls. */
enum { WORTH = 10000, LOOKS = 1000 };

struct worker {
    struct snnd_pool *pool;
    pthread_t thread;
    int32_t number;
    atomic_uint_least64_t round; /* the last round in which it is to take part */
    atomic_bool asleep;
    pthread_cond_t begin;
};

struct snnd_pool {
    pthread_mutex_t mutex;
    pthread_cond_t end;
    uint64_t round;            /* counts the calls of snnd_parallel_for */
    atomic_int_least32_t busy; /* workers that have not finished this round */
    atomic_bool waiting;       /* whether the caller sleeps until they have */
    atomic_bool quit;
    int32_t workers;
    int32_t processors; /* at least 2; more threads than processors would only delay each other */
    snnd_work *work;
    void *argument;
    int64_t count;
    atomic_int_least64_t next;
    struct worker worker[];
};

static void look_away(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#endif
}

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

/* A thread that goes to sleep says so before it looks for work the last time, and a thread that wakes others publishes
 * the work before it looks for sleepers. So at least one of the two sees the other. */
static void wait_for_round(struct worker *self, uint64_t seen) {
    struct snnd_pool *pool = self->pool;
    for (int look = 0; look < LOOKS; look++) {
        if (atomic_load(&self->round) != seen || atomic_load(&pool->quit))
            return;
        look_away();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&self->asleep, true);
    while (atomic_load(&self->round) == seen && !atomic_load(&pool->quit))
        pthread_cond_wait(&self->begin, &pool->mutex);
    atomic_store(&self->asleep, false);
    pthread_mutex_unlock(&pool->mutex);
}

static void begin_round(struct snnd_pool *pool, struct worker *worker) {
    atomic_store(&worker->round, pool->round);
    if (!atomic_load(&worker->asleep))
        return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_signal(&worker->begin);
    pthread_mutex_unlock(&pool->mutex);
}

static void wait_for_end(struct snnd_pool *pool) {
    for (int look = 0; look < LOOKS; look++) {
        if (atomic_load(&pool->busy) == 0)
            return;
        look_away();
    }
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->waiting, true);
    while (atomic_load(&pool->busy) > 0)
        pthread_cond_wait(&pool->end, &pool->mutex);
    atomic_store(&pool->waiting, false);
    pthread_mutex_unlock(&pool->mutex);
}

static void end_round(struct snnd_pool *pool) {
    if (atomic_fetch_sub(&pool->busy, 1) > 1 || !atomic_load(&pool->waiting))
        return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_signal(&pool->end);
    pthread_mutex_unlock(&pool->mutex);
}

static void *run_worker(void *argument) {
    struct worker *self = argument;
    uint64_t seen = 0;
    for (;;) {
        wait_for_round(self, seen);
        if (atomic_load(&self->pool->quit))
            break;
        seen = atomic_load(&self->round);
        work_through(self->pool, self->number);
        end_round(self->pool);
    }
    return NULL;
}

bool snnd_start_thread(pthread_t *thread, void *(*run)(void *argument), void *argument) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool made = pthread_create(thread, NULL, run, argument) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return made;
}

static void start_workers(struct snnd_pool *pool, int32_t wanted) {
    for (int32_t i = 0; i < wanted; i++) {
        struct worker *worker = &pool->worker[i];
        worker->pool = pool;
        worker->number = i + 1;
        pthread_cond_init(&worker->begin, NULL);
        if (!snnd_start_thread(&worker->thread, run_worker, worker)) {
            pthread_cond_destroy(&worker->begin);
            break;
        }
        pool->workers++;
    }
}

/* Where memory or threads are fewer than asked for, the existing threads do the work. */
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
        snnd_log(context, SNND_LOG_WARNING, "there is not enough memory for %d threads; one thread does all the work",
                 wanted + 1);
        return NULL;
    }
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->end, NULL);
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    pool->processors = processors < 2 ? 2 : processors > wanted ? wanted + 1 : (int32_t)processors;
    start_workers(pool, wanted);
    context->pool = pool;
    if (pool->workers < wanted)
        snnd_log(context, SNND_LOG_WARNING, "only %d of %d threads could be started", pool->workers + 1, wanted + 1);
    return pool;
}

/* Returns how many workers of the pool help: at most as many as there are items, as there are processors beside the
 * caller's, and as the work is worth. */
static int32_t helpers(const struct snnd_pool *pool, int64_t count, double cost) {
    const double worth = (double)count * cost / WORTH;
    const int32_t threads = pool->workers + 1 < pool->processors ? pool->workers + 1 : pool->processors;
    const int64_t most = count < threads ? count : threads;
    return (int32_t)(worth < (double)most ? worth : (double)most) - 1;
}

void snnd_parallel_for(snnd_context *context, int64_t count, double cost, snnd_work *work, void *argument) {
    struct snnd_pool *pool = count > 1 && (double)count * cost >= 2 * WORTH ? pool_of(context) : NULL;
    const int32_t helping = pool == NULL ? 0 : helpers(pool, count, cost);
    if (helping == 0) {
        const snnd_float_mode before = snnd_set_float_mode();
        for (int64_t item = 0; item < count; item++)
            work(argument, item, 0);
        snnd_restore_float_mode(before);
        return;
    }
    pool->work = work;
    pool->argument = argument;
    pool->count = count;
    atomic_store(&pool->next, 0);
    atomic_store(&pool->busy, helping);
    pool->round++;
    for (int32_t i = 0; i < helping; i++)
        begin_round(pool, &pool->worker[i]);
    work_through(pool, 0);
    wait_for_end(pool);
}

int32_t snnd_pool_threads(const snnd_context *context) {
    return context->no_pool ? 1 : context->pool == NULL ? context->options.threads : context->pool->workers + 1;
}

void snnd_pool_free(snnd_context *context) {
    struct snnd_pool *pool = context->pool;
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->mutex);
    atomic_store(&pool->quit, true);
    for (int32_t i = 0; i < pool->workers; i++)
        pthread_cond_signal(&pool->worker[i].begin);
    pthread_mutex_unlock(&pool->mutex);
    for (int32_t i = 0; i < pool->workers; i++) {
        pthread_join(pool->worker[i].thread, NULL);
        pthread_cond_destroy(&pool->worker[i].begin);
    }
    pthread_cond_destroy(&pool->end);
    pthread_mutex_destroy(&pool->mutex);
    snnd_release(context, pool);
    context->pool = NULL;
}
