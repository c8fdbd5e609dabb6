/* Samples as numbers, as counts, as events and from a source: the same numbers of each. */
#include <check.h>
#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/allocator.h"
#include "base/random.h"
#include "support.h"

Suite *kinds_suite(void);

enum { N = 29, T = 6, I = 5, SIZE = T * I, MOST = 4 * N * SIZE };

static const double SCALE = 0.3;

static uint8_t counts[N * SIZE];
static float numbers[N * SIZE];
static int32_t label[N], length[N];
static int64_t first[N + 1];
static uint16_t step_of[MOST], channel_of[MOST];

/* The events of a sample are there in the order of the counts, and backwards in every second sample. */
static void list_events(int32_t n) {
    int64_t at = first[n];
    for (int32_t k = 0; k < SIZE; k++) {
        const int32_t place = n % 2 ? SIZE - 1 - k : k;
        for (int c = 0; c < counts[n * SIZE + place] && place / I < length[n]; c++, at++) {
            step_of[at] = (uint16_t)(place / I);
            channel_of[at] = (uint16_t)(place % I);
        }
    }
    first[n + 1] = at;
}

/* Samples of one to T steps; what is beyond an end is no number, or a count that may not be seen. */
static void make_samples(void) {
    const snnd_random random = snnd_random_for(3, SNND_USE_SPLIT, 1);
    for (int32_t n = 0; n < N; n++) {
        label[n] = n;
        length[n] = 1 + n % T;
        for (int32_t k = 0; k < SIZE; k++) {
            const uint8_t count = (uint8_t)(snnd_random_below(&random, (uint64_t)(n * SIZE + k), 8) % 5);
            counts[n * SIZE + k] = k < length[n] * I ? count : 9;
            numbers[n * SIZE + k] = k < length[n] * I ? (float)(count * SCALE) : NAN;
        }
        list_events(n);
    }
}

typedef enum sort { NUMBERS, COUNTS, EVENTS, SOURCE, FILLED, KINDS } sort;

static const char *const kind_name[KINDS] = {"numbers", "counts", "events", "source", "source of a dataset"};

/* ---- what the host of a source keeps ---- */

typedef struct host {
    pthread_mutex_t mutex;
    pthread_cond_t called;
    int64_t calls, elsewhere; /* on another thread than the test's */
    pthread_t self;
    int32_t epoch;       /* told last */
    int64_t fails_at;    /* the sample that cannot be had; -1: none */
    int64_t odd_at;      /* that has a number that is none; -1: none */
    bool rounds_up;      /* what fetch has to see */
    bool slow;           /* each sample takes some milliseconds */
    snnd_dataset *inner; /* asked where there is one */
    int asked[N];
} host;

static host the_host;

/* By what numbers come to: the C library looks at another unit of some processors. */
static bool rounds_up(void) {
    volatile float one = 1, little = 1e-10f;
    const volatile float sum = one + little;
    return sum > 1;
}

static void begin_host(void) {
    the_host = (host){.fails_at = -1, .odd_at = -1, .epoch = -7, .self = pthread_self()};
    pthread_mutex_init(&the_host.mutex, NULL);
    pthread_cond_init(&the_host.called, NULL);
}

static void note_call(host *of, const snnd_fetch *what) {
    pthread_mutex_lock(&of->mutex);
    of->calls++;
    of->elsewhere += !pthread_equal(of->self, pthread_self());
    of->epoch = what->epoch;
    of->asked[what->index]++;
    HOLDS(of->rounds_up == rounds_up(), "fetch does not round as the host does");
    pthread_cond_broadcast(&of->called);
    pthread_mutex_unlock(&of->mutex);
}

/* Writes beyond the end of the sample, too. */
static int fetch_sample(void *user, const snnd_fetch *what) {
    host *of = user;
    note_call(of, what);
    HOLDS(what->size == sizeof *what && what->length == length[what->index], "sample %lld", (long long)what->index);
    for (int32_t k = 0; k < SIZE; k++)
        HOLDS(what->input[k] == 0, "what is to be filled is not zeroed");
    if (what->index == of->fails_at)
        return 3;
    if (of->slow)
        nanosleep(&(struct timespec){0, 4000000}, NULL);
    if (of->inner != NULL)
        return snnd_dataset_fill(of->inner, what->epoch, what->index, what->input) != SNND_OK;
    memcpy(what->input, numbers + what->index * SIZE, SIZE * sizeof *numbers);
    if (what->index == of->odd_at)
        what->input[0] = -INFINITY;
    return 0;
}

/* ---- datasets ---- */

static snnd_samples numbers_of(int32_t copy) {
    snnd_samples given;
    ck_assert_int_eq(snnd_samples_init(&given, sizeof given), SNND_OK);
    given.input = numbers, given.label = label, given.length = length;
    given.samples = N, given.steps = T, given.channels = I, given.copy = copy;
    return given;
}

static snnd_samples counts_of(int32_t copy) {
    snnd_samples given = numbers_of(copy);
    given.input = NULL;
    given.counts = counts;
    given.scale = SCALE;
    return given;
}

static snnd_events events_of(int32_t copy) {
    snnd_events given;
    ck_assert_int_eq(snnd_events_init(&given, sizeof given), SNND_OK);
    given.first = first, given.step = step_of, given.channel = channel_of, given.label = label, given.length = length;
    given.samples = N, given.steps = T, given.channels = I, given.copy = copy, given.scale = SCALE;
    return given;
}

static snnd_source source_of(void) {
    snnd_source given;
    ck_assert_int_eq(snnd_source_init(&given, sizeof given), SNND_OK);
    given.fetch = fetch_sample, given.user = &the_host, given.label = label, given.length = length;
    given.samples = N, given.steps = T, given.channels = I;
    return given;
}

static snnd_status create(snnd_context *context, sort kind, int32_t copy, snnd_dataset **dataset) {
    const snnd_samples of_numbers = numbers_of(copy), of_counts = counts_of(copy);
    const snnd_events of_events = events_of(copy);
    const snnd_source of_source = source_of();
    if (kind == NUMBERS || kind == COUNTS)
        return snnd_dataset_create(context, kind == NUMBERS ? &of_numbers : &of_counts, dataset);
    return kind == EVENTS ? snnd_dataset_create_events(context, &of_events, dataset)
                          : snnd_dataset_create_source(context, &of_source, dataset);
}

/* Begins the host anew; `end_dataset` frees what is behind a source, too. */
static snnd_dataset *make(snnd_context *context, sort kind, int32_t copy) {
    snnd_dataset *dataset = NULL;
    make_samples();
    begin_host();
    if (kind == FILLED)
        OK(context, create(context, EVENTS, 1, &the_host.inner));
    OK(context, create(context, kind, copy, &dataset));
    ck_assert_int_eq(the_host.calls, 0);
    return dataset;
}

static void end_dataset(snnd_dataset *dataset) {
    snnd_dataset_free(dataset);
    snnd_dataset_free(the_host.inner);
    pthread_mutex_destroy(&the_host.mutex);
    pthread_cond_destroy(&the_host.called);
}

/* The same as in the array, to the last bit, and zeros behind. */
static void assert_sample(const float *input, int32_t sample) {
    static const float none[SIZE];
    const size_t held = (size_t)(length[sample] * I);
    ck_assert_mem_eq(input, numbers + sample * SIZE, held * sizeof *input);
    ck_assert_mem_eq(input + held, none, (SIZE - held) * sizeof *input);
}

static void assert_samples(snnd_context *context, const snnd_dataset *dataset) {
    for (int64_t n = 0; n < snnd_dataset_samples(dataset); n++) {
        const float *input = NULL;
        float filled[SIZE];
        int32_t got = -1;
        OK(context, snnd_dataset_sample(dataset, n, &input, &got));
        ck_assert_int_eq(snnd_dataset_length(dataset, n), length[got]);
        ck_assert_mem_eq(input, numbers + got * SIZE, (size_t)(length[got] * I) * sizeof *input);
        memset(filled, 0xA5, sizeof filled);
        ck_assert_int_eq(snnd_dataset_fill(dataset, 4, n, filled), SNND_OK);
        assert_sample(filled, got);
    }
}

START_TEST(a_sample_has_the_same_numbers_in_every_kind) {
    snnd_context *context = make_context(1);
    for (int32_t copy = 0; copy < 2; copy++) {
        snnd_dataset *dataset = make(context, _i, copy), *part = NULL, *rest = NULL;
        ck_assert_int_eq(snnd_dataset_samples(dataset), N);
        ck_assert_int_eq(snnd_dataset_steps(dataset), T);
        ck_assert_int_eq(snnd_dataset_channels(dataset), I);
        ck_assert_int_eq(snnd_dataset_classes(dataset), N);
        assert_samples(context, dataset);
        OK(context, snnd_dataset_split(dataset, 0.4, 1, &part, &rest));
        snnd_dataset_free(dataset);
        assert_samples(context, part);
        snnd_dataset_free(part);
        assert_samples(context, rest);
        end_dataset(rest);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(what_is_copied_may_go_and_what_is_borrowed_is_seen) {
    for (sort kind = NUMBERS; kind < SOURCE; kind++)
        for (int32_t copy = 0; copy < 2; copy++) {
            allocator memory = {0};
            snnd_context *context = NULL;
            ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
            snnd_dataset *dataset = make(context, kind, copy);
            const int64_t taken = memory.bytes;
            const float *input = NULL;
            numbers[0] = 77, counts[0] = 255, channel_of[0] = (uint16_t)((channel_of[0] + 1) % I);
            OK(context, snnd_dataset_sample(dataset, 0, &input, NULL));
            float seen[SIZE] = {0};
            memcpy(seen, input, I * sizeof *input); /* the sample has one step */
            make_samples();
            if (copy)
                assert_sample(seen, 0);
            else
                ck_assert_mem_ne(seen, numbers, I * sizeof *input);
            ck_assert(copy || taken < 4096);
            end_dataset(dataset);
            snnd_context_free(context);
            ck_assert_int_eq(memory.out, 0);
        }
}
END_TEST

/* ---- batches ---- */

static snnd_batches *walk_over(snnd_context *context, const snnd_dataset *dataset, int32_t batch, int32_t shuffle,
                               int32_t prefetch) {
    snnd_batches_options options;
    snnd_batches *batches = NULL;
    OK(context, snnd_batches_options_init(&options, sizeof options));
    options.batch = batch, options.shuffle = shuffle, options.seed = 8, options.prefetch = prefetch;
    OK(context, snnd_batches_create_with(dataset, &options, &batches));
    return batches;
}

/* A batch has the numbers of the samples that its labels name; where they are in the epoch goes to `order`. */
static void assert_batch(snnd_context *context, snnd_batches *batches, int32_t epoch, int64_t index, int32_t *order) {
    const float *input = NULL;
    const int32_t *got = NULL;
    int32_t count = 0;
    OK(context, snnd_batches_get(batches, epoch, index, &input, &got, &count));
    for (int32_t b = 0; b < count; b++) {
        assert_sample(input + b * SIZE, got[b]);
        ck_assert_int_eq(snnd_batches_lengths(batches)[b], length[got[b]]);
        order[b] = got[b];
    }
}

/* Whole epochs and batches in any order, of each kind, with some threads and some batches ahead: the order that the
 * plainest walk has, and the numbers of the samples. */
START_TEST(batches_are_the_same_of_every_kind_with_threads_and_ahead) {
    static const int32_t threads[] = {1, 2, 4}, ahead[] = {0, 1, 3, 64};
    int32_t expected[3][N];
    snnd_context *plain = make_context(1), *context = make_context(threads[_i / KINDS]);
    const sort kind = _i % KINDS;
    snnd_dataset *dataset = make(plain, NUMBERS, 1);
    snnd_batches *batches = walk_over(plain, dataset, 5, 1, 0);
    for (int32_t epoch = 0; epoch < 3; epoch++)
        for (int64_t index = 0; index < 6; index++)
            assert_batch(plain, batches, epoch, index, expected[epoch] + 5 * index);
    snnd_batches_free(batches);
    end_dataset(dataset);
    for (int p = 0; p < 4; p++) {
        dataset = make(context, kind, 0);
        batches = walk_over(context, dataset, 5, 1, ahead[p]);
        int32_t order[N];
        for (int32_t epoch = 0; epoch < 3; epoch++) {
            for (int64_t index = 0; index < 6; index++)
                assert_batch(context, batches, epoch, index, order + 5 * index);
            ck_assert_msg(memcmp(order, expected[epoch], sizeof order) == 0, "%s, %d ahead: another order",
                          kind_name[kind], ahead[p]);
        }
        static const int32_t jumps[][2] = {{0, 0}, {0, 4}, {0, 2}, {0, 2}, {2, 2}, {2, 5}, {1, 0}, {1, 1}, {0, 1}};
        for (size_t j = 0; j < sizeof jumps / sizeof *jumps; j++) {
            assert_batch(context, batches, jumps[j][0], jumps[j][1], order);
            ck_assert_mem_eq(order, expected[jumps[j][0]] + 5 * jumps[j][1], (jumps[j][1] < 5 ? 5 : 4) * sizeof *order);
        }
        snnd_batches_free(batches);
        end_dataset(dataset);
    }
    snnd_context_free(plain);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_source_is_told_epoch_and_its_own_index) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make(context, SOURCE, 0), *part = NULL, *rest = NULL;
    int32_t order[N];
    float input[SIZE];
    OK(context, snnd_dataset_split(dataset, 0.4, 1, &part, &rest));
    snnd_batches_options options;
    OK(context, snnd_batches_options_init(&options, sizeof options));
    options.batch = N;
    for (options.training = 0; options.training < 2; options.training++) {
        snnd_batches *batches = NULL;
        OK(context, snnd_batches_create_with(part, &options, &batches));
        assert_batch(context, batches, 6, 0, order);
        ck_assert_int_eq(the_host.epoch, options.training ? 6 : -1);
        snnd_batches_free(batches);
    }
    int asked = 0;
    for (int n = 0; n < N; n++) /* only those of the part, by their place in the source */
        asked += the_host.asked[n];
    for (int64_t n = 0; n < snnd_dataset_samples(part); n++)
        ck_assert_int_eq(the_host.asked[order[n]], 2);
    ck_assert_int_eq(asked, 2 * snnd_dataset_samples(part));
    for (int shuffle = 0; shuffle < 2; shuffle++) {
        snnd_batches *batches = NULL;
        OK(context, snnd_batches_create(part, N, shuffle, 1, &batches));
        assert_batch(context, batches, 6, 0, order);
        ck_assert_int_eq(the_host.epoch, shuffle ? 6 : -1);
        snnd_batches_free(batches);
    }
    ck_assert_int_eq(snnd_dataset_fill(part, 11, 0, input), SNND_OK);
    ck_assert_int_eq(the_host.epoch, 11);
    const float *shown;
    OK(context, snnd_dataset_sample(part, 0, &shown, NULL));
    ck_assert_int_eq(the_host.epoch, -1);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

/* Waits for so many calls of fetch, and is false where they do not come. */
static bool calls_reach(int64_t calls) {
    struct timespec end;
    int late = 0;
    clock_gettime(CLOCK_REALTIME, &end);
    end.tv_sec += 20;
    pthread_mutex_lock(&the_host.mutex);
    while (the_host.calls < calls && late == 0)
        late = pthread_cond_timedwait(&the_host.called, &the_host.mutex, &end);
    const bool reached = the_host.calls >= calls;
    pthread_mutex_unlock(&the_host.mutex);
    return reached;
}

START_TEST(batches_ahead_are_made_while_the_host_does_something_else) {
    snnd_context *context = make_context(2);
    snnd_dataset *dataset = make(context, SOURCE, 0);
    snnd_batches *batches = walk_over(context, dataset, 5, 1, 2);
    int32_t order[N];
    assert_batch(context, batches, 0, 0, order);
    ck_assert(calls_reach(15));
    assert_batch(context, batches, 0, 1, order);
    ck_assert(calls_reach(20));
    snnd_batches_free(batches);
    ck_assert_int_eq(the_host.calls, 20); /* no more than two ahead, and each sample once */
    for (int n = 0; n < N; n++)
        ck_assert_int_le(the_host.asked[n], 1);
    ck_assert_int_ge(the_host.elsewhere, 5);
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_context_with_one_thread_makes_no_other) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make(context, SOURCE, 0);
    snnd_batches *batches = walk_over(context, dataset, 5, 1, 3);
    int32_t order[N];
    for (int64_t index = 0; index < 3; index++)
        assert_batch(context, batches, 0, index, order);
    ck_assert_int_eq(the_host.calls, 15);
    ck_assert_int_eq(the_host.elsewhere, 0);
    snnd_batches_free(batches);
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_walk_that_ends_early_waits_for_its_samples) {
    snnd_context *context = make_context(4);
    snnd_dataset *dataset = make(context, SOURCE, 0);
    for (int round = 0; round < 50; round++) {
        snnd_batches *batches = walk_over(context, dataset, 2, 1, 8);
        int32_t order[N];
        for (int64_t index = 0; index < round % 4; index++)
            assert_batch(context, batches, round, index, order);
        snnd_batches_free(batches);
        const int64_t calls = the_host.calls;
        ck_assert_int_eq(the_host.calls, calls);
    }
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

/* The second batch is on its way when the host asks for those of another epoch. */
START_TEST(a_batch_that_is_no_longer_wanted_does_no_harm) {
    snnd_context *context = make_context(3);
    snnd_dataset *dataset = make(context, SOURCE, 0);
    snnd_batches *batches = walk_over(context, dataset, 5, 1, 2);
    int32_t order[N], again[N];
    the_host.slow = true;
    assert_batch(context, batches, 0, 0, order);
    assert_batch(context, batches, 1, 3, order);
    assert_batch(context, batches, 1, 4, order);
    assert_batch(context, batches, 0, 1, order);
    snnd_batches_free(batches);
    batches = walk_over(context, dataset, 5, 1, 0);
    assert_batch(context, batches, 0, 1, again);
    ck_assert_mem_eq(order, again, 5 * sizeof *order);
    snnd_batches_free(batches);
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

/* ---- large samples, which threads share ---- */

START_TEST(threads_that_share_a_batch_make_the_same_numbers) {
    enum { MANY = 64, LONG = 40, WIDE = 100, LARGE = LONG * WIDE };
    static uint8_t large[MANY * LARGE];
    static float same[MANY * LARGE];
    static int64_t begin[MANY + 1];
    static uint16_t steps[2 * MANY * LARGE], channels[2 * MANY * LARGE];
    static int32_t zeros[MANY];
    const snnd_random random = snnd_random_for(4, SNND_USE_SPLIT, 1);
    int64_t at = 0;
    for (int k = 0; k < MANY * LARGE; k++) {
        large[k] = (uint8_t)snnd_random_below(&random, (uint64_t)k, 3);
        same[k] = (float)(large[k] * SCALE);
        for (int c = 0; c < large[k]; c++, at++) {
            steps[at] = (uint16_t)(k % LARGE / WIDE);
            channels[at] = (uint16_t)(k % WIDE);
        }
        begin[k / LARGE + 1] = at;
    }
    snnd_context *context = make_context(4);
    snnd_samples samples;
    snnd_events events;
    ck_assert_int_eq(snnd_samples_init(&samples, sizeof samples), SNND_OK);
    ck_assert_int_eq(snnd_events_init(&events, sizeof events), SNND_OK);
    samples.label = events.label = zeros, samples.samples = events.samples = MANY;
    samples.steps = events.steps = LONG, samples.channels = events.channels = WIDE;
    samples.scale = events.scale = SCALE;
    samples.input = _i == NUMBERS ? same : NULL, samples.counts = _i == COUNTS ? large : NULL;
    events.first = begin, events.step = steps, events.channel = channels;
    snnd_dataset *dataset = NULL;
    if (_i == EVENTS)
        OK(context, snnd_dataset_create_events(context, &events, &dataset));
    else
        OK(context, snnd_dataset_create(context, &samples, &dataset));
    snnd_batches *batches = walk_over(context, dataset, MANY, 0, 0);
    for (int32_t epoch = 0; epoch < 20; epoch++) {
        const float *input;
        const int32_t *got;
        int32_t count;
        OK(context, snnd_batches_get(batches, epoch, 0, &input, &got, &count));
        ck_assert_int_eq(memcmp(input, same, sizeof same), 0);
    }
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

/* ---- the host's rounding ---- */

START_TEST(numbers_do_not_depend_on_the_rounding_of_the_host) {
    make_samples(); /* rounded to the nearest */
    for (int threads = 1; threads <= 4; threads += 3)
        for (int32_t prefetch = 0; prefetch < 2; prefetch++) {
            snnd_context *context = make_context(threads);
            snnd_dataset *dataset = make(context, _i, 0);
            ck_assert_int_eq(fesetround(FE_UPWARD), 0);
            the_host.rounds_up = rounds_up(); /* all but valgrind do; and a fetch has the host's mode */
            snnd_dataset *again = NULL;
            OK(context, create(context, _i, 0, &again));
            snnd_batches *batches = walk_over(context, again, 15, 1, prefetch);
            int32_t order[N];
            for (int64_t index = 0; index < 2; index++)
                assert_batch(context, batches, 0, index, order);
            snnd_batches_free(batches);
            snnd_dataset_free(again);
            fesetround(FE_TONEAREST);
            end_dataset(dataset);
            snnd_context_free(context);
        }
}
END_TEST

/* ---- a source that fails ---- */

START_TEST(a_sample_that_cannot_be_had_is_named_and_asked_for_again) {
    static const int32_t threads[] = {1, 4};
    snnd_context *context = make_context(threads[_i % 2]);
    snnd_dataset *dataset = make(context, SOURCE, 0);
    the_host.fails_at = 12;
    snnd_batches *batches = walk_over(context, dataset, 5, 0, _i / 2);
    const float *input = NULL;
    const int32_t *got = NULL;
    int32_t count = 77, order[N];
    float filled[SIZE];
    assert_batch(context, batches, 0, 0, order);
    assert_batch(context, batches, 0, 1, order);
    for (int again = 0; again < 2; again++)
        FAILS(context, SNND_ERROR_CALLBACK, "could not deliver sample 12: fetch returned 3",
              snnd_batches_get(batches, 0, 2, &input, &got, &count));
    ck_assert_ptr_null(input);
    ck_assert_int_eq(count, 77);
    FAILS(context, SNND_ERROR_CALLBACK, "sample 12", snnd_dataset_sample(dataset, 12, &input, &count));
    ck_assert_ptr_null(input);
    ck_assert_int_eq(count, 77);
    OK(context, snnd_dataset_sample(dataset, 12, NULL, &count));
    ck_assert_int_eq(count, 12);
    ck_assert_int_eq(snnd_dataset_fill(dataset, 0, 12, filled), SNND_ERROR_CALLBACK);
    the_host.fails_at = -1;
    assert_batch(context, batches, 0, 2, order);
    assert_batch(context, batches, 0, 3, order);
    snnd_batches_free(batches);
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_number_that_is_none_is_named) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make(context, SOURCE, 0);
    const float *input = NULL;
    the_host.odd_at = 8;
    FAILS(context, SNND_ERROR_CALLBACK, "delivered -inf as step 0, channel 0 of sample 8",
          snnd_dataset_sample(dataset, 8, &input, NULL));
    numbers[8 * SIZE + 2 * I + 3] = NAN; /* the last step of three has it in the last but one channel */
    the_host.odd_at = -1;
    FAILS(context, SNND_ERROR_CALLBACK, "as step 2, channel 3 of sample 8",
          snnd_dataset_sample(dataset, 8, &input, NULL));
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_first_of_several_samples_that_fail_is_named) {
    snnd_context *context = make_context(2);
    snnd_dataset *dataset = make(context, SOURCE, 0);
    const float *input = NULL;
    const int32_t *got = NULL;
    int32_t count = 0;
    the_host.odd_at = 10;
    the_host.fails_at = 12;
    for (int32_t prefetch = 0; prefetch < 2; prefetch++) {
        snnd_batches *batches = walk_over(context, dataset, 15, 0, prefetch);
        FAILS(context, SNND_ERROR_CALLBACK, "channel 0 of sample 10",
              snnd_batches_get(batches, 0, 0, &input, &got, &count));
        snnd_batches_free(batches);
    }
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

/* ---- a dataset that is larger than memory ---- */

START_TEST(borrowed_counts_are_not_looked_at_before_a_batch_has_them) {
    enum { MANY = 2000, WIDE = 200 };
    static int32_t labels[MANY];
    allocator memory;
    const size_t sample = T * WIDE, bytes = MANY * sample;
    snnd_context *context = allocator_limited(&memory, bytes / 20, 2);
    FILE *file = tmpfile();
    ck_assert(file != NULL && ftruncate(fileno(file), (off_t)bytes) == 0);
    void *mapped = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE, fileno(file), 0);
    ck_assert_ptr_ne(mapped, MAP_FAILED);
    snnd_samples given;
    snnd_dataset *dataset = NULL, *part = NULL, *rest = NULL;
    ck_assert_int_eq(snnd_samples_init(&given, sizeof given), SNND_OK);
    given.counts = mapped, given.label = labels, given.samples = MANY, given.steps = T, given.channels = WIDE;
    FAILS(context, SNND_ERROR_MEMORY, "cannot copy 2000 samples", snnd_dataset_create(context, &given, &dataset));
    given.copy = 0;
    OK(context, snnd_dataset_create(context, &given, &dataset));
    OK(context, snnd_dataset_split(dataset, 0.5, 1, &part, &rest));
    ck_assert_int_eq(mprotect(mapped, bytes, PROT_READ | PROT_WRITE), 0);
    ((uint8_t *)mapped)[bytes - 1] = 200;
    snnd_batches *batches = walk_over(context, dataset, 8, 0, 2);
    const float *input;
    const int32_t *got;
    int32_t count;
    OK(context, snnd_batches_get(batches, 0, MANY / 8 - 1, &input, &got, &count));
    ck_assert_float_eq(input[8 * sample - 1], 200);
    ck_assert_int_lt(memory.bytes, (int64_t)bytes / 2);
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    snnd_context_free(context);
    munmap(mapped, bytes);
    fclose(file);
}
END_TEST

/* ---- what is refused ---- */

static void refuses_samples(const snnd_samples *given, const char *words) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_dataset_create(context, given, &dataset));
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}

START_TEST(counts_that_cannot_be_are_refused) {
    static const double bad[] = {NAN, INFINITY, -INFINITY, 0, 2e36, -2e36};
    make_samples();
    snnd_samples given = counts_of(1);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        given.scale = bad[k];
        refuses_samples(&given, "samples: scale is ");
    }
    given = counts_of(1);
    given.input = numbers;
    refuses_samples(&given, "input and counts are both given");
    given = counts_of(1);
    given.counts = NULL;
    refuses_samples(&given, "input and counts are both NULL");
    given = counts_of(0);
    given.samples = INT32_MAX, given.steps = given.channels = INT32_MAX;
    refuses_samples(&given, "more numbers than memory can hold");
    given = numbers_of(1);
    given.scale = NAN; /* is of counts alone */
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    OK(context, snnd_dataset_create(context, &given, &dataset));
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

static void refuses_events(const snnd_events *given, const char *words) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_dataset_create_events(context, given, &dataset));
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}

START_TEST(events_that_cannot_be_are_refused_by_their_index) {
    char words[100];
    make_samples();
    snnd_events given = events_of(1);
    const int64_t last = first[3] - 1; /* of sample 2, which has three steps */
    const uint16_t step = step_of[last], channel = channel_of[last];
    step_of[last] = 3;
    snprintf(words, sizeof words, "event %lld, of sample 2, is at step 3; the sample has 3", (long long)last);
    refuses_events(&given, words);
    step_of[last] = step, channel_of[last] = I;
    snprintf(words, sizeof words, "event %lld, of sample 2, is in channel 5; there are 5 channels", (long long)last);
    refuses_events(&given, words);
    channel_of[last] = channel;
    first[0] = 1;
    refuses_events(&given, "first[0] is 1; expected 0");
    first[0] = 0, first[5] = first[4] - 1;
    refuses_events(&given, "events: first[5] is ");
    first[5] = first[4] + (1 << 24) + 1;
    refuses_events(&given, "expected 0 to 2^24 events in each sample");
    make_samples();
    label[4] = -1;
    refuses_events(&given, "events: label 4 is -1");
    make_samples();
    length[4] = T + 1;
    refuses_events(&given, "events: length 4 is 7; expected 1 to 6");
    make_samples();
}
END_TEST

START_TEST(events_without_what_they_need_are_refused) {
    make_samples();
    snnd_events given = events_of(1);
    given.first = NULL;
    refuses_events(&given, "first is NULL");
    given = events_of(1);
    given.step = NULL;
    refuses_events(&given, "step is NULL");
    given = events_of(1);
    given.channel = NULL;
    refuses_events(&given, "channel is NULL");
    given = events_of(1);
    given.label = NULL;
    refuses_events(&given, "events: label is NULL");
    given = events_of(2);
    refuses_events(&given, "events: copy is 2");
    given = events_of(1);
    given.scale = NAN;
    refuses_events(&given, "events: scale is ");
    given.scale = 1e32; /* 2^24 of them are beyond float32 */
    refuses_events(&given, "events: scale is 1e+32");
    given = events_of(1);
    given.samples = 0;
    refuses_events(&given, "events: shape is [0, 6, 5]");
    given = events_of(1);
    given.steps = given.channels = INT32_MAX;
    if (sizeof(size_t) == 4)
        refuses_events(&given, "more numbers than memory can hold");
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "events is NULL", snnd_dataset_create_events(context, NULL, &dataset));
    FAILS(context, SNND_ERROR_ARGUMENT, "dataset is NULL", snnd_dataset_create_events(context, &given, NULL));
    ck_assert_int_eq(snnd_dataset_create_events(NULL, &given, &dataset), SNND_ERROR_ARGUMENT);
    snnd_context_free(context);
}
END_TEST

START_TEST(samples_without_events_are_zeros) {
    static const int64_t none[3];
    static const float zeros[SIZE];
    snnd_context *context = make_context(1);
    for (int32_t copy = 0; copy < 2; copy++) {
        make_samples();
        snnd_events given = events_of(copy);
        snnd_dataset *dataset = NULL;
        const float *input = NULL;
        given.first = none, given.step = given.channel = NULL, given.samples = 2;
        OK(context, snnd_dataset_create_events(context, &given, &dataset));
        OK(context, snnd_dataset_sample(dataset, 1, &input, NULL));
        ck_assert_mem_eq(input, zeros, sizeof zeros);
        snnd_dataset_free(dataset);
    }
    snnd_context_free(context);
}
END_TEST

/* Beyond what a byte holds. */
START_TEST(many_events_meet_in_one_number) {
    enum { MANY = 70000 };
    static uint16_t nowhere[MANY];
    const int64_t range[] = {0, MANY};
    snnd_context *context = make_context(1);
    make_samples();
    snnd_events given = events_of(0);
    snnd_dataset *dataset = NULL;
    const float *input = NULL;
    given.first = range, given.step = given.channel = nowhere, given.samples = 1;
    OK(context, snnd_dataset_create_events(context, &given, &dataset));
    OK(context, snnd_dataset_sample(dataset, 0, &input, NULL));
    ck_assert_float_eq(input[0], (float)(MANY * SCALE));
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_source_that_cannot_be_is_refused) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    float input[SIZE];
    make_samples();
    snnd_source given = source_of();
    given.fetch = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "source: fetch is NULL", snnd_dataset_create_source(context, &given, &dataset));
    given = source_of();
    given.label = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "source: label is NULL", snnd_dataset_create_source(context, &given, &dataset));
    given = source_of();
    given.channels = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "source: shape is [29, 6, 0]",
          snnd_dataset_create_source(context, &given, &dataset));
    given = source_of();
    length[7] = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "source: length 7 is 0", snnd_dataset_create_source(context, &given, &dataset));
    FAILS(context, SNND_ERROR_ARGUMENT, "source is NULL", snnd_dataset_create_source(context, NULL, &dataset));
    ck_assert_int_eq(snnd_dataset_create_source(NULL, &given, &dataset), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(dataset);
    dataset = make(context, SOURCE, 0);
    ck_assert_int_eq(snnd_dataset_fill(NULL, 0, 0, input), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_dataset_fill(dataset, 0, 0, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_dataset_fill(dataset, -2, 0, input), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_dataset_fill(dataset, 0, N, input), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_dataset_fill(dataset, 0, -1, input), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(the_host.calls, 0);
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(options_of_a_walk_are_checked) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make(context, COUNTS, 0);
    snnd_batches_options options;
    snnd_batches *batches = NULL;
    const struct {
        int32_t batch, shuffle, training, prefetch;
        const char *words;
    } bad[] = {{0, 0, 1, 0, "batch is 0"},
               {4, 2, 1, 0, "shuffle is 2"},
               {4, 0, -1, 0, "training is -1"},
               {4, 0, 1, -1, "prefetch is -1"},
               {4, 0, 1, 65, "prefetch is 65; expected 0 to 64"}};
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        OK(context, snnd_batches_options_init(&options, sizeof options));
        options.batch = bad[k].batch, options.shuffle = bad[k].shuffle;
        options.training = bad[k].training, options.prefetch = bad[k].prefetch;
        FAILS(context, SNND_ERROR_ARGUMENT, bad[k].words, snnd_batches_create_with(dataset, &options, &batches));
        ck_assert_ptr_null(batches);
    }
    OK(context, snnd_batches_create_with(dataset, NULL, &batches)); /* 256 is more than there are */
    ck_assert_int_eq(snnd_batches_count(batches), 1);
    ck_assert_ptr_null(snnd_batches_lengths(batches)); /* nothing was gathered yet */
    snnd_batches_free(batches);
    end_dataset(dataset);
    snnd_context_free(context);
}
END_TEST

/* ---- without memory ---- */

static sort starved_kind;

static snnd_status make_and_walk(snnd_context *context, void *argument) {
    snnd_dataset *dataset = NULL, *part = NULL, *rest = NULL;
    snnd_batches *batches = NULL;
    const float *input;
    const int32_t *got;
    int32_t count;
    (void)argument;
    snnd_status status = create(context, starved_kind, 1, &dataset);
    if (status == SNND_OK)
        status = snnd_dataset_split(dataset, 0.5, 1, &part, &rest);
    if (status == SNND_OK)
        status = snnd_dataset_sample(dataset, 1, &input, NULL);
    const snnd_batches_options options = {.size = sizeof options, .batch = 3, .training = 1, .prefetch = 2};
    if (status == SNND_OK)
        status = snnd_batches_create_with(part, &options, &batches);
    if (status == SNND_OK)
        status = snnd_batches_get(batches, 0, 0, &input, &got, &count);
    snnd_batches_free(batches);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    snnd_dataset_free(dataset);
    return status;
}

START_TEST(nothing_is_left_behind_where_there_is_no_memory) {
    allocator memory = {0};
    snnd_context *context = NULL;
    make_samples();
    begin_host();
    starved_kind = _i;
    ck_assert_int_eq(allocator_context(&memory, 2, &context), SNND_OK);
    allocator_starve(context, &memory, make_and_walk, NULL);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *kinds_suite(void) {
    Suite *suite = suite_create("data/kinds");
    TCase *same = tcase_create("same"), *ahead = tcase_create("ahead"), *failing = tcase_create("failing"),
          *refused = tcase_create("refused");
    tcase_add_loop_test(same, a_sample_has_the_same_numbers_in_every_kind, 0, KINDS);
    tcase_add_test(same, what_is_copied_may_go_and_what_is_borrowed_is_seen);
    tcase_add_loop_test(same, batches_are_the_same_of_every_kind_with_threads_and_ahead, 0, 3 * KINDS);
    tcase_add_test(same, a_source_is_told_epoch_and_its_own_index);
    tcase_add_loop_test(same, numbers_do_not_depend_on_the_rounding_of_the_host, 0, SOURCE + 1);
    tcase_add_test(same, samples_without_events_are_zeros);
    tcase_add_test(same, many_events_meet_in_one_number);
    tcase_add_test(ahead, batches_ahead_are_made_while_the_host_does_something_else);
    tcase_add_test(ahead, a_context_with_one_thread_makes_no_other);
    tcase_add_test(ahead, a_walk_that_ends_early_waits_for_its_samples);
    tcase_add_test(ahead, borrowed_counts_are_not_looked_at_before_a_batch_has_them);
    tcase_add_test(ahead, a_batch_that_is_no_longer_wanted_does_no_harm);
    tcase_add_loop_test(same, threads_that_share_a_batch_make_the_same_numbers, NUMBERS, SOURCE);
    tcase_add_loop_test(failing, a_sample_that_cannot_be_had_is_named_and_asked_for_again, 0, 6);
    tcase_add_test(failing, a_number_that_is_none_is_named);
    tcase_add_test(failing, the_first_of_several_samples_that_fail_is_named);
    tcase_add_loop_test(failing, nothing_is_left_behind_where_there_is_no_memory, 0, FILLED);
    tcase_add_test(refused, counts_that_cannot_be_are_refused);
    tcase_add_test(refused, events_that_cannot_be_are_refused_by_their_index);
    tcase_add_test(refused, events_without_what_they_need_are_refused);
    tcase_add_test(refused, a_source_that_cannot_be_is_refused);
    tcase_add_test(refused, options_of_a_walk_are_checked);
    suite_add_tcase(suite, same);
    suite_add_tcase(suite, ahead);
    suite_add_tcase(suite, failing);
    suite_add_tcase(suite, refused);
    return suite;
}
