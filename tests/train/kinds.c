/* Training on counts, events and sources: as on the same numbers, and what becomes of an epoch whose source fails. */
#include <math.h>
#include <pthread.h>

#include "train/toy.h"

Suite *kinds_suite(void);

enum { SAMPLES = 53, STEPS = TOY_STEPS + 3, SIZE = STEPS * TOY_CHANNELS }; /* three batches of 16 and one of 5 */

static const double SCALE = 0.4;

static float numbers[SAMPLES * SIZE];
static uint8_t counts[SAMPLES * SIZE];
static int32_t label[SAMPLES], length[SAMPLES];
static int64_t first[SAMPLES + 1];
static uint16_t step_of[8 * SAMPLES], channel_of[8 * SAMPLES];

/* The toy problem's pulses, of five events each, in samples of different lengths. */
static void make_samples(snnd_context *context) {
    snnd_dataset *pulses = make_padded_pulses(context, SAMPLES, TOY_STEPS, 1);
    ck_assert_int_eq(snnd_dataset_steps(pulses), STEPS);
    memset(counts, 0, sizeof counts);
    for (int32_t n = 0; n < SAMPLES; n++) {
        const float *input;
        OK(context, snnd_dataset_sample(pulses, n, &input, &label[n]));
        length[n] = snnd_dataset_length(pulses, n);
        for (int32_t k = 0; k < length[n] * TOY_CHANNELS; k++)
            counts[n * SIZE + k] = input[k] > 0 ? 4 : 0;
        first[n + 1] = first[n];
        for (int32_t k = 0; k < SIZE; k++) {
            numbers[n * SIZE + k] = (float)(counts[n * SIZE + k] * SCALE);
            for (int c = 0; c < counts[n * SIZE + k]; c++, first[n + 1]++) {
                step_of[first[n + 1]] = (uint16_t)(k / TOY_CHANNELS);
                channel_of[first[n + 1]] = (uint16_t)(k % TOY_CHANNELS);
            }
        }
    }
    snnd_dataset_free(pulses);
}

/* The sample that cannot be had, in the epoch in which it cannot; and what it was asked for outside of training. */
typedef struct host {
    pthread_mutex_t mutex;
    int32_t epoch;
    int64_t index;
    int32_t outside, highest;
} host;

static int fetch_sample(void *user, const snnd_fetch *what) {
    host *of = user;
    pthread_mutex_lock(&of->mutex);
    const bool fails = of->epoch == what->epoch && of->index == what->index;
    of->outside += what->epoch == -1;
    of->highest = what->epoch > of->highest ? what->epoch : of->highest;
    pthread_mutex_unlock(&of->mutex);
    memcpy(what->input, numbers + what->index * SIZE, SIZE * sizeof *numbers);
    return fails ? -5 : 0;
}

enum { NUMBERS, COUNTS, EVENTS, SOURCE, KINDS };

static snnd_dataset *make(snnd_context *context, int kind, host *of) {
    snnd_samples samples;
    snnd_events events;
    snnd_source source;
    snnd_dataset *dataset;
    OK(context, snnd_samples_init(&samples, sizeof samples));
    OK(context, snnd_events_init(&events, sizeof events));
    OK(context, snnd_source_init(&source, sizeof source));
    samples.label = events.label = source.label = label;
    samples.length = events.length = source.length = length;
    samples.samples = events.samples = source.samples = SAMPLES;
    samples.steps = events.steps = source.steps = STEPS;
    samples.channels = events.channels = source.channels = TOY_CHANNELS;
    samples.scale = events.scale = SCALE;
    samples.copy = 0;
    samples.input = kind == NUMBERS ? numbers : NULL;
    samples.counts = kind == COUNTS ? counts : NULL;
    events.first = first, events.step = step_of, events.channel = channel_of;
    source.fetch = fetch_sample, source.user = of;
    if (kind == EVENTS)
        OK(context, snnd_dataset_create_events(context, &events, &dataset));
    else if (kind == SOURCE)
        OK(context, snnd_dataset_create_source(context, &source, &dataset));
    else
        OK(context, snnd_dataset_create(context, &samples, &dataset));
    return dataset;
}

static const host without_faults = {.mutex = PTHREAD_MUTEX_INITIALIZER, .epoch = -2};

static void make_toy_of(toy *made, snnd_context *context, int32_t prefetch) {
    *made = plan_toy(context);
    made->structure = TOY_DEEP_R_GRADIENT;
    made->options.prefetch = prefetch;
    make_toy(made);
}

static snnd_epoch_report evaluate(const toy *made, const snnd_dataset *dataset) {
    snnd_epoch_report report;
    OK(made->context, snnd_epoch_report_init(&report, sizeof report));
    OK(made->context, snnd_trainer_evaluate(made->trainer, dataset, &report));
    return report;
}

static void assert_same(const snnd_epoch_report *a, const snnd_epoch_report *b) {
    ck_assert_int_eq(a->samples, b->samples);
    ck_assert_int_eq(a->correct, b->correct);
    ck_assert_mem_eq(&a->loss, &b->loss, sizeof a->loss);
    ck_assert_mem_eq(&a->cross_entropy, &b->cross_entropy, sizeof a->loss);
}

/* Three epochs and an evaluation, on one thread and four, with batches ahead and without. */
START_TEST(every_kind_trains_to_the_same_bits) {
    static const int32_t threads[] = {1, 4}, ahead[] = {0, 1, 5};
    snnd_context *plain = make_context(1);
    host of = without_faults;
    toy expected, made;
    make_samples(plain);
    make_toy_of(&expected, plain, 0);
    snnd_dataset *dataset = make(plain, NUMBERS, &of);
    const snnd_epoch_report trained = train_epochs(&expected, dataset, 3), tested = evaluate(&expected, dataset);
    snnd_dataset_free(dataset);
    for (int t = 0; t < 2; t++)
        for (int p = 0; p < 3; p++) {
            snnd_context *context = make_context(threads[t]);
            of = without_faults;
            dataset = make(context, _i, &of);
            make_toy_of(&made, context, ahead[p]);
            const snnd_epoch_report last = train_epochs(&made, dataset, 3);
            ck_assert_int_eq(of.outside, 0);
            const snnd_epoch_report test = evaluate(&made, dataset);
            assert_same_networks(expected.network, made.network);
            assert_same(&last, &trained);
            assert_same(&test, &tested);
            ck_assert_int_eq(of.highest, _i == SOURCE ? 2 : 0);
            ck_assert_int_eq(of.outside, _i == SOURCE ? SAMPLES : 0);
            free_toy(&made);
            snnd_dataset_free(dataset);
            snnd_context_free(context);
        }
    free_toy(&expected);
    snnd_context_free(plain);
}
END_TEST

/* Each sample of the second epoch in turn, so that every batch is met, the first and the last among them. */
START_TEST(an_epoch_whose_source_fails_goes_on_where_it_failed) {
    static const int32_t ahead[] = {0, 3};
    snnd_context *context = make_context(2);
    host of = without_faults;
    toy undisturbed, made;
    snnd_epoch_report report;
    make_samples(context);
    OK(context, snnd_epoch_report_init(&report, sizeof report));
    snnd_dataset *dataset = make(context, SOURCE, &of);
    make_toy_of(&undisturbed, context, 0);
    const snnd_epoch_report expected = train_epochs(&undisturbed, dataset, 3);
    for (int64_t n = 0; n < SAMPLES; n += 4) {
        char words[96];
        make_toy_of(&made, context, ahead[_i]);
        train_epochs(&made, dataset, 1);
        of.epoch = 1, of.index = n;
        snprintf(words, sizeof words, "could not deliver sample %lld: fetch returned -5", (long long)n);
        for (int again = 0; again < 2; again++)
            FAILS(context, SNND_ERROR_CALLBACK, words, snnd_trainer_epoch(made.trainer, dataset, &report));
        ck_assert_int_eq(snnd_trainer_epochs_done(made.trainer), 1);
        of.epoch = -2;
        const snnd_epoch_report last = train_epochs(&made, dataset, 2);
        assert_same(&last, &expected);
        assert_same_networks(undisturbed.network, made.network);
        free_toy(&made);
    }
    free_toy(&undisturbed);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(an_evaluation_whose_source_fails_changes_nothing) {
    snnd_context *context = make_context(2);
    host of = without_faults;
    toy made, undisturbed;
    snnd_epoch_report report;
    make_samples(context);
    OK(context, snnd_epoch_report_init(&report, sizeof report));
    snnd_dataset *dataset = make(context, SOURCE, &of);
    make_toy_of(&undisturbed, context, 0);
    train_epochs(&undisturbed, dataset, 2);
    make_toy_of(&made, context, 2);
    train_epochs(&made, dataset, 1);
    of.epoch = -1, of.index = 40;
    FAILS(context, SNND_ERROR_CALLBACK, "sample 40", snnd_trainer_evaluate(made.trainer, dataset, &report));
    train_epochs(&made, dataset, 1);
    assert_same_networks(undisturbed.network, made.network);
    free_toy(&made);
    free_toy(&undisturbed);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(how_many_are_made_ahead_is_checked) {
    snnd_context *context = make_context(1);
    toy made = plan_toy(context);
    make_toy(&made);
    snnd_trainer *trainer = NULL;
    for (int k = 0; k < 2; k++) {
        snnd_trainer_options options = made.options;
        options.prefetch = k == 0 ? -1 : 65;
        FAILS(context, SNND_ERROR_ARGUMENT, k == 0 ? "trainer: prefetch is -1; expected 0 to 64" : "prefetch is 65",
              snnd_trainer_create(made.network, &options, &trainer));
    }
    ck_assert_ptr_null(trainer);
    free_toy(&made);
    snnd_context_free(context);
}
END_TEST

Suite *kinds_suite(void) {
    Suite *suite = suite_create("train/kinds");
    TCase *same = tcase_create("same"), *failing = tcase_create("failing");
    tcase_add_loop_test(same, every_kind_trains_to_the_same_bits, 0, KINDS);
    tcase_add_loop_test(failing, an_epoch_whose_source_fails_goes_on_where_it_failed, 0, 2);
    tcase_add_test(failing, an_evaluation_whose_source_fails_changes_nothing);
    tcase_add_test(failing, how_many_are_made_ahead_is_checked);
    suite_add_tcase(suite, same);
    suite_add_tcase(suite, failing);
    return suite;
}
