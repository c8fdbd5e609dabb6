/* The context's own threads. */
#ifndef SNND_BASE_PARALLEL_H
#define SNND_BASE_PARALLEL_H

#include <pthread.h>

#include "base/context.h"

/* Does one item of work; `worker` is below the context's number of threads, for scratch memory. */
typedef void snnd_work(void *argument, int64_t item, int32_t worker);

/* Does items 0 .. count-1, in any order and on any thread, and returns when all are done. Results do not depend on the
 * number of threads as long as no two items write to the same place. `cost` is about how many nanoseconds an item
 * takes: as many threads help as the work pays for. */
void snnd_parallel_for(snnd_context *context, int64_t count, double cost, snnd_work *work, void *argument);

/* Those that work, as far as is known: until the first call that wants them it is how many there are to be. */
int32_t snnd_pool_threads(const snnd_context *context);

/* Starts a thread that leaves all signals to the host's threads; false where there is none to be had. */
bool snnd_start_thread(pthread_t *thread, void *(*run)(void *argument), void *argument);

void snnd_pool_free(snnd_context *context);

#endif
