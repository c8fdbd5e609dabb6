/* An allocator that counts what is out, hands out dirty memory, and fails when it is told to. Only the thread that made
 * the context may call it. */
#ifndef SNND_TESTS_BASE_ALLOCATOR_H
#define SNND_TESTS_BASE_ALLOCATOR_H

#include <pthread.h>
#include <stdlib.h>

#include "support.h"

typedef struct allocator {
    int64_t calls, out;
    int64_t fail_at; /* the call, counted from 1, that gets nothing; 0: none */
    int64_t bytes;   /* handed out in all, whether or not they are out still */
    int64_t odd;     /* calls with no bytes, or an alignment that is not a power of two */
    size_t largest;  /* block that is handed out, in bytes; 0: any */
    bool has_home;   /* whether allocator_context() was called, by `home` */
    pthread_t home;
} allocator;

static inline void allocator_check_thread(const allocator *self) {
    if (self->has_home && !pthread_equal(self->home, pthread_self()))
        ck_abort_msg("a hook of memory was called by another thread than that of the context");
}

static inline void *allocator_allocate(void *user, size_t bytes, size_t alignment) {
    allocator *self = user;
    allocator_check_thread(self);
    if (bytes == 0 || alignment == 0 || (alignment & (alignment - 1)) != 0)
        self->odd++;
    if (++self->calls == self->fail_at || (self->largest > 0 && bytes > self->largest))
        return NULL;
    void *memory = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (memory == NULL)
        return NULL;
    memset(memory, 0xA5, bytes);
    self->out++;
    self->bytes += (int64_t)bytes;
    return memory;
}

static inline void allocator_release(void *user, void *memory) {
    allocator *self = user;
    allocator_check_thread(self);
    if (memory == NULL)
        self->odd++;
    self->out--;
    free(memory);
}

static inline snnd_status allocator_context(allocator *self, int32_t threads, snnd_context **context) {
    snnd_context_options options;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.allocate = allocator_allocate;
    options.release = allocator_release;
    options.memory_user = self;
    options.threads = threads;
    self->has_home = true;
    self->home = pthread_self();
    return snnd_context_create(&options, context);
}

/* A context that hands out no block of more than `largest` bytes: on a machine of any size what is larger, and was not
 * made small by a size that wrapped, ends in SNND_ERROR_MEMORY. */
static inline snnd_context *allocator_limited(allocator *self, size_t largest, int32_t threads) {
    snnd_context *context = NULL;
    *self = (allocator){0};
    ck_assert_int_eq(allocator_context(self, threads, &context), SNND_OK);
    self->largest = largest;
    return context;
}

/*
 * Makes something with every allocation failing in turn, until one goes through: each failure must be
 * SNND_ERROR_MEMORY with a message, and leave nothing behind.
 */
typedef snnd_status starved_call(snnd_context *context, void *argument);

static inline void allocator_starve(snnd_context *context, allocator *memory, starved_call *make, void *argument) {
    for (int64_t n = 1;; n++) {
        ck_assert_msg(n < 1000, "still failing after %lld allocations", (long long)n);
        const int64_t before = memory->out;
        context->error[0] = '\0';
        memory->calls = 0;
        memory->fail_at = n;
        const snnd_status status = make(context, argument);
        const int64_t calls = memory->calls;
        memory->fail_at = 0;
        ck_assert_msg(memory->out == before, "allocation %lld of %lld: %lld blocks were left", (long long)n,
                      (long long)calls, (long long)(memory->out - before));
        if (calls < n) {
            ck_assert_msg(status == SNND_OK, "%s", snnd_context_last_error(context));
            ck_assert_msg(n > 1, "nothing was allocated");
            return;
        }
        ck_assert_msg(status == SNND_ERROR_MEMORY, "allocation %lld failed, and the call gave '%s' (%s)", (long long)n,
                      snnd_status_string(status), snnd_context_last_error(context));
        ck_assert_str_ne(snnd_context_last_error(context), "");
    }
}

#endif
