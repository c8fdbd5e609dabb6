/* Work shared out over the threads of a context. */
#include <check.h>
#include <fenv.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/parallel.h"
#include "support.h"

Suite *parallel_suite(void);

enum { MOST = 1000 };

typedef struct tally {
    atomic_int done[MOST];
    atomic_int outside; /* items or workers that should not exist */
    int64_t count;
    int32_t threads;
} tally;

static void tick(void *argument, int64_t item, int32_t worker) {
    tally *self = argument;
    if (item < 0 || item >= self->count || worker < 0 || worker >= self->threads)
        atomic_fetch_add(&self->outside, 1);
    else
        atomic_fetch_add(&self->done[item], 1);
}

static void count_once(snnd_context *context, int32_t threads, int64_t count) {
    tally *all = calloc(1, sizeof *all);
    ck_assert_ptr_nonnull(all);
    all->count = count;
    all->threads = threads;
    snnd_parallel_for(context, count, 1e6, tick, all);
    ck_assert_int_eq(atomic_load(&all->outside), 0);
    for (int64_t i = 0; i < MOST; i++)
        ck_assert_int_eq(atomic_load(&all->done[i]), i < count ? 1 : 0);
    free(all);
}

static const int32_t numbers[] = {1, 2, 3, 7};

START_TEST(every_item_is_done_once) {
    const int64_t counts[] = {0, 1, 2, 1000};
    snnd_context *context = make_context(numbers[_i]);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        count_once(context, numbers[_i], counts[i]);
    snnd_context_free(context);
}
END_TEST

START_TEST(threads_can_be_used_again_and_again) {
    snnd_context *context = make_context(numbers[_i]);
    for (int64_t round = 0; round < 300; round++)
        count_once(context, numbers[_i], round * 37 % 64);
    snnd_context_free(context);
}
END_TEST

/* Plain numbers, written by one item each, must be there when the call returns. */
static void square(void *argument, int64_t item, int32_t worker) {
    (void)worker;
    ((int64_t *)argument)[item] = item * item;
}

START_TEST(all_work_is_seen_when_the_call_returns) {
    snnd_context *context = make_context(numbers[_i]);
    for (int round = 0; round < 50; round++) {
        int64_t result[200] = {0};
        snnd_parallel_for(context, 200, 1e6, square, result);
        for (int64_t i = 0; i < 200; i++)
            ck_assert_int_eq(result[i], i * i);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(a_context_of_one_thread_makes_none) {
    snnd_context *context = make_context(1);
    count_once(context, 1, 1000);
    ck_assert_ptr_null(context->pool);
    snnd_context_free(context);
}
END_TEST

/* Either item waits for the other to have begun: for 20 seconds at most, so that a failure is not a standstill. */
typedef struct meeting {
    atomic_int begun, met;
} meeting;

static void meet(void *argument, int64_t item, int32_t worker) {
    (void)item;
    (void)worker;
    meeting *self = argument;
    atomic_fetch_add(&self->begun, 1);
    for (int i = 0; i < 20000 && atomic_load(&self->begun) < 2; i++)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    if (atomic_load(&self->begun) == 2)
        atomic_fetch_add(&self->met, 1);
}

START_TEST(two_threads_work_at_the_same_time) {
    snnd_context *context = make_context(2);
    meeting both = {0};
    snnd_parallel_for(context, 2, 1e6, meet, &both);
    ck_assert_int_eq(atomic_load(&both.met), 2);
    snnd_context_free(context);
}
END_TEST

START_TEST(two_contexts_work_side_by_side) {
    snnd_context *one = make_context(2), *other = make_context(3);
    for (int round = 0; round < 20; round++) {
        count_once(one, 2, 50);
        count_once(other, 3, 70);
    }
    snnd_context_free(one);
    count_once(other, 3, 70);
    snnd_context_free(other);
}
END_TEST

/* A third, and something that is too small for a normal number. */
static void round_here(void *argument, int64_t item, int32_t worker) {
    volatile float one = 1, three = 3, tiny = 1e-30f;
    (void)worker;
    ((float *)argument)[2 * item] = one / three;
    ((float *)argument)[2 * item + 1] = tiny * tiny;
}

START_TEST(work_is_rounded_alike_whatever_the_host_has_set) {
    enum { ITEMS = 64 };
    float expected[2 * ITEMS], got[2 * ITEMS];
    snnd_context *context = make_context(_i);
    snnd_parallel_for(context, ITEMS, 1e6, round_here, expected);
    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
    snnd_parallel_for(context, ITEMS, 1e6, round_here, got);
    const int after = fegetround();
    fesetround(FE_TONEAREST);
    ck_assert_int_eq(after, FE_UPWARD);
    for (int k = 0; k < 2 * ITEMS; k++)
        ck_assert_float_eq(got[k], expected[k]);
    ck_assert_float_eq(got[0], 1.0f / 3);
    ck_assert_float_eq(got[1], 0);
    snnd_context_free(context);
}
END_TEST

Suite *parallel_suite(void) {
    enum { NUMBERS = sizeof numbers / sizeof numbers[0] };
    Suite *suite = suite_create("parallel");
    TCase *work = tcase_create("work");
    tcase_set_timeout(work, 60);
    tcase_add_loop_test(work, every_item_is_done_once, 0, NUMBERS);
    tcase_add_loop_test(work, threads_can_be_used_again_and_again, 0, NUMBERS);
    tcase_add_loop_test(work, all_work_is_seen_when_the_call_returns, 0, NUMBERS);
    tcase_add_test(work, a_context_of_one_thread_makes_none);
    tcase_add_test(work, two_threads_work_at_the_same_time);
    tcase_add_test(work, two_contexts_work_side_by_side);
    tcase_add_loop_test(work, work_is_rounded_alike_whatever_the_host_has_set, 1, 4);
    suite_add_tcase(suite, work);
    return suite;
}
