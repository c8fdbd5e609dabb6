/* The thread pool of a context. */
#ifndef SNND_BASE_PARALLEL_H
#define SNND_BASE_PARALLEL_H

#include <pthread.h>

#include "base/context.h"

/* Does one item of work. `worker` is below the number of threads of the context and selects scratch memory. */
typedef void snnd_work(void *argument, int64_t item, int32_t worker);

/* Does items 0 to count - 1, in any order and on any thread, and returns when all are done. Results do not depend on
 * the number of threads as long as no two items write to the same place. `cost` is roughly the nanoseconds that an item
 * takes; it decides how many threads are worth waking. */
void snnd_parallel_for(snnd_context *context, int64_t count, double cost, snnd_work *work, void *argument);

/* Returns the number of threads that work. Before the pool is started this is the number that was asked for. */
int32_t snnd_pool_threads(const snnd_context *context);

/* Starts a thread that blocks all signals, so that the host's threads receive them. Returns false where no thread can
 * be started. */
bool snnd_start_thread(pthread_t *thread, void *(*run)(void *argument), void *argument);

void snnd_pool_free(snnd_context *context);

#endif
