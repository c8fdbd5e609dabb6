/* Walking over a dataset in batches. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/allocator.h"
#include "support.h"

Suite *batches_suite(void);

enum { N = 23, T = 2, I = 3 };

/* Every number and the label say which sample it is. */
static snnd_dataset *make_dataset(snnd_context *context, int64_t samples) {
    static float input[N * T * I];
    static int32_t label[N];
    for (int32_t n = 0; n < N; n++) {
        label[n] = n;
        for (int32_t k = 0; k < T * I; k++)
            input[n * T * I + k] = (float)(n * 10 + k);
    }
    snnd_samples given;
    snnd_dataset *dataset = NULL;
    OK(context, snnd_samples_init(&given, sizeof given));
    given.input = input;
    given.label = label;
    given.samples = samples;
    given.steps = T;
    given.channels = I;
    OK(context, snnd_dataset_create(context, &given, &dataset));
    return dataset;
}

/* The samples of an epoch in their order, from the batches in theirs; checks sizes and numbers on the way. */
static void walk(snnd_context *context, snnd_batches *batches, int32_t epoch, int64_t samples, int32_t batch,
                 int32_t *order) {
    const int64_t count = (samples + batch - 1) / batch;
    int64_t at = 0;
    ck_assert_int_eq(snnd_batches_count(batches), count);
    for (int64_t index = 0; index < count; index++) {
        const float *input = NULL;
        const int32_t *label = NULL;
        int32_t got = -1;
        OK(context, snnd_batches_get(batches, epoch, index, &input, &label, &got));
        ck_assert_int_eq(got, index + 1 < count ? batch : samples - (count - 1) * batch);
        for (int32_t b = 0; b < got; b++) {
            for (int32_t k = 0; k < T * I; k++)
                ck_assert_float_eq(input[b * T * I + k], (float)(label[b] * 10 + k));
            order[at++] = label[b];
        }
    }
    ck_assert_int_eq(at, samples);
}

static snnd_batches *make_batches(snnd_context *context, const snnd_dataset *dataset, int32_t batch, int shuffle,
                                  uint64_t seed) {
    snnd_batches *batches = NULL;
    OK(context, snnd_batches_create(dataset, batch, shuffle, seed, &batches));
    return batches;
}

/* The order of a whole dataset of N. */
static void order_of(snnd_context *context, const snnd_dataset *dataset, int32_t batch, uint64_t seed, int32_t epoch,
                     int32_t *order) {
    snnd_batches *batches = make_batches(context, dataset, batch, 1, seed);
    walk(context, batches, epoch, N, batch, order);
    snnd_batches_free(batches);
}

/* Samples of one step and of two in turn; beyond the end there are no numbers. */
static snnd_dataset *make_padded(snnd_context *context) {
    static float input[N * T * I];
    static int32_t label[N], length[N];
    snnd_samples given;
    snnd_dataset *dataset = NULL;
    for (int32_t n = 0; n < N; n++) {
        label[n] = n;
        length[n] = 1 + n % T;
        for (int32_t k = 0; k < T * I; k++)
            input[n * T * I + k] = k < length[n] * I ? (float)(n * 10 + k) : NAN;
    }
    OK(context, snnd_samples_init(&given, sizeof given));
    given.input = input;
    given.label = label;
    given.length = length;
    given.samples = N;
    given.steps = T;
    given.channels = I;
    OK(context, snnd_dataset_create(context, &given, &dataset));
    return dataset;
}

START_TEST(batches_have_the_lengths_of_their_samples_and_zeros_beyond) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_padded(context);
    snnd_batches *batches = make_batches(context, dataset, 7, 1, 3);
    int seen = 0;
    for (int64_t index = 0; index < snnd_batches_count(batches); index++) {
        const float *input = NULL;
        const int32_t *label = NULL;
        int32_t count = 0;
        OK(context, snnd_batches_get(batches, 2, index, &input, &label, &count));
        const int32_t *length = snnd_batches_lengths(batches);
        for (int32_t b = 0; b < count; b++, seen++) {
            ck_assert_int_eq(length[b], 1 + label[b] % T);
            for (int32_t k = 0; k < T * I; k++)
                ck_assert_float_eq(input[b * T * I + k], k < length[b] * I ? (float)(label[b] * 10 + k) : 0);
        }
    }
    ck_assert_int_eq(seen, N);
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(batches_of_whole_samples_have_no_lengths) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *batches = make_batches(context, dataset, 7, 0, 0);
    const float *input;
    const int32_t *label;
    int32_t count;
    OK(context, snnd_batches_get(batches, 0, 0, &input, &label, &count));
    ck_assert_ptr_null(snnd_batches_lengths(batches));
    ck_assert_ptr_null(snnd_batches_lengths(NULL));
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(every_sample_comes_once_an_epoch) {
    const int32_t sizes[] = {1, 2, 7, 22, 23};
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        snnd_batches *batches = make_batches(context, dataset, sizes[k], _i, 5);
        for (int32_t epoch = 0; epoch < 5; epoch++) {
            int32_t order[N];
            int seen[N] = {0};
            walk(context, batches, epoch, N, sizes[k], order);
            for (int n = 0; n < N; n++)
                seen[order[n]]++;
            for (int n = 0; n < N; n++)
                ck_assert_int_eq(seen[n], 1);
        }
        snnd_batches_free(batches);
    }
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_batch_larger_than_the_dataset_is_all_of_it) {
    const int32_t sizes[] = {24, 1000, INT32_MAX};
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    for (int k = 0; k < 3; k++) {
        snnd_batches *batches = make_batches(context, dataset, sizes[k], _i, 5);
        int32_t order[N];
        walk(context, batches, 0, N, N, order);
        snnd_batches_free(batches);
    }
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(without_shuffling_the_order_is_that_of_the_dataset) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *batches = make_batches(context, dataset, 4, 0, 5);
    for (int32_t epoch = 0; epoch < 3; epoch++) {
        int32_t order[N];
        walk(context, batches, epoch, N, 4, order);
        for (int n = 0; n < N; n++)
            ck_assert_int_eq(order[n], n);
    }
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(another_epoch_has_another_order) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    int32_t order[6][N];
    for (int32_t epoch = 0; epoch < 6; epoch++) {
        order_of(context, dataset, 5, 1, epoch, order[epoch]);
        for (int32_t before = 0; before < epoch; before++)
            ck_assert_mem_ne(order[epoch], order[before], sizeof order[0]);
    }
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(another_seed_has_another_order) {
    const uint64_t seeds[] = {0, 1, 2, UINT64_C(1) << 32, UINT64_MAX};
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    int32_t order[5][N];
    for (int k = 0; k < 5; k++) {
        order_of(context, dataset, 5, seeds[k], 0, order[k]);
        for (int before = 0; before < k; before++)
            ck_assert_mem_ne(order[k], order[before], sizeof order[0]);
    }
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_order_is_that_of_seed_and_epoch_alone) {
    /* Not of the size of the batches, the epochs walked before, the context or its threads. */
    snnd_context *context = make_context(1), *other = make_context(4);
    snnd_dataset *dataset = make_dataset(context, N), *same = make_dataset(other, N);
    int32_t expected[N], order[N];
    order_of(context, dataset, 5, 9, 3, expected);
    order_of(context, dataset, 8, 9, 3, order);
    ck_assert_mem_eq(order, expected, sizeof order);
    order_of(other, same, 5, 9, 3, order);
    ck_assert_mem_eq(order, expected, sizeof order);
    snnd_batches *batches = make_batches(context, dataset, 5, 1, 9);
    const int32_t epochs[] = {0, 7, 3, 3, 2, 3};
    for (int k = 0; k < 6; k++) {
        walk(context, batches, epochs[k], N, 5, order);
        ck_assert_int_eq(memcmp(order, expected, sizeof order) == 0, epochs[k] == 3);
    }
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_dataset_free(same);
    snnd_context_free(context);
    snnd_context_free(other);
}
END_TEST

START_TEST(a_batch_is_the_same_in_whatever_order_it_is_asked_for) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *batches = make_batches(context, dataset, 5, 1, 9);
    int32_t order[N];
    walk(context, batches, 4, N, 5, order);
    for (int64_t index = 4; index >= 0; index--) {
        const float *input = NULL;
        const int32_t *label = NULL;
        int32_t count = 0;
        OK(context, snnd_batches_get(batches, 4, index, &input, &label, &count));
        ck_assert_mem_eq(label, order + 5 * index, (size_t)count * sizeof *label);
    }
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(every_place_is_as_likely_for_every_sample) {
    enum { EPOCHS = 4000, FEW = 5 };
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, FEW);
    snnd_batches *batches = make_batches(context, dataset, FEW, 1, 11);
    int count[FEW][FEW] = {{0}};
    for (int32_t epoch = 0; epoch < EPOCHS; epoch++) {
        int32_t order[FEW];
        walk(context, batches, epoch, FEW, FEW, order);
        for (int n = 0; n < FEW; n++)
            count[n][order[n]]++;
    }
    for (int place = 0; place < FEW; place++)
        for (int sample = 0; sample < FEW; sample++) /* within five standard deviations */
            ck_assert_double_eq_tol(count[place][sample], EPOCHS / 5.0, 5 * sqrt(EPOCHS * 0.2 * 0.8));
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(batches_live_on_without_their_dataset) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *batches = make_batches(context, dataset, 6, 1, 2);
    int32_t before[N], after[N];
    walk(context, batches, 0, N, 6, before);
    snnd_dataset_free(dataset);
    walk(context, batches, 0, N, 6, after);
    ck_assert_mem_eq(before, after, sizeof before);
    snnd_batches_free(batches);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(batches_of_a_part_are_of_its_samples) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N), *part = NULL, *rest = NULL;
    OK(context, snnd_dataset_split(dataset, 0.3, 1, &part, &rest)); /* 7 of 23 */
    snnd_dataset_free(dataset);
    snnd_batches *batches = make_batches(context, part, 3, _i, 2);
    int32_t order[N];
    int seen[N] = {0};
    walk(context, batches, 0, 7, 3, order);
    for (int n = 0; n < 7; n++)
        seen[order[n]]++;
    for (int64_t n = 0; n < 7; n++) {
        int32_t label = -1;
        OK(context, snnd_dataset_sample(part, n, NULL, &label));
        ck_assert_int_eq(seen[label], 1);
        if (_i == 0)
            ck_assert_int_eq(order[n], label);
    }
    snnd_batches_free(batches);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    snnd_context_free(context);
}
END_TEST

START_TEST(two_walks_do_not_disturb_each_other) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *one = make_batches(context, dataset, 5, 0, 1), *other = make_batches(context, dataset, 5, 0, 1);
    const float *input, *other_input;
    const int32_t *label, *other_label;
    int32_t count;
    OK(context, snnd_batches_get(one, 0, 0, &input, &label, &count));
    OK(context, snnd_batches_get(other, 0, 2, &other_input, &other_label, &count));
    for (int32_t b = 0; b < 5; b++) {
        ck_assert_int_eq(label[b], b);
        ck_assert_int_eq(other_label[b], 10 + b);
    }
    snnd_batches_free(one);
    snnd_batches_free(other);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(arguments_of_making_are_checked) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *batches = NULL;
    ck_assert_int_eq(snnd_batches_create(NULL, 4, 1, 1, &batches), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "batches is NULL", snnd_batches_create(dataset, 4, 1, 1, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "batch is 0", snnd_batches_create(dataset, 0, 1, 1, &batches));
    FAILS(context, SNND_ERROR_ARGUMENT, "batch is -3", snnd_batches_create(dataset, -3, 1, 1, &batches));
    ck_assert_ptr_null(batches);
    ck_assert_int_eq(snnd_batches_count(NULL), 0);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(arguments_of_getting_are_checked) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *batches = make_batches(context, dataset, 5, 1, 1);
    const float *input = NULL;
    const int32_t *label = NULL;
    int32_t count = 77;
    ck_assert_int_eq(snnd_batches_get(NULL, 0, 0, &input, &label, &count), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "epoch -1", snnd_batches_get(batches, -1, 0, &input, &label, &count));
    FAILS(context, SNND_ERROR_ARGUMENT, "batch -1", snnd_batches_get(batches, 0, -1, &input, &label, &count));
    FAILS(context, SNND_ERROR_ARGUMENT, "batch 5 ", snnd_batches_get(batches, 0, 5, &input, &label, &count));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_batches_get(batches, 0, 0, NULL, &label, &count));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_batches_get(batches, 0, 0, &input, NULL, &count));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_batches_get(batches, 0, 0, &input, &label, NULL));
    ck_assert_ptr_null(input);
    ck_assert_ptr_null(label);
    ck_assert_int_eq(count, 77);
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

static snnd_status make_something(snnd_context *context, void *dataset) {
    (void)context;
    snnd_batches *batches = NULL;
    const snnd_status status = snnd_batches_create(dataset, 4, 1, 1, &batches);
    snnd_batches_free(batches);
    return status;
}

START_TEST(without_memory_there_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_dataset *dataset = make_dataset(context, N);
    allocator_starve(context, &memory, make_something, dataset);
    snnd_dataset_free(dataset);
    dataset = make_padded(context);
    allocator_starve(context, &memory, make_something, dataset);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(walking_allocates_nothing) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_dataset *dataset = make_dataset(context, N);
    snnd_batches *batches = make_batches(context, dataset, 5, 1, 1);
    const int64_t calls = memory.calls;
    int32_t order[N];
    for (int32_t epoch = 0; epoch < 3; epoch++)
        walk(context, batches, epoch, N, 5, order);
    ck_assert_int_eq(memory.calls, calls);
    snnd_batches_free(batches);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

Suite *batches_suite(void) {
    Suite *suite = suite_create("batches");

    TCase *walking = tcase_create("walking");
    tcase_add_loop_test(walking, every_sample_comes_once_an_epoch, 0, 2);
    tcase_add_loop_test(walking, a_batch_larger_than_the_dataset_is_all_of_it, 0, 2);
    tcase_add_test(walking, without_shuffling_the_order_is_that_of_the_dataset);
    tcase_add_test(walking, a_batch_is_the_same_in_whatever_order_it_is_asked_for);
    tcase_add_test(walking, batches_have_the_lengths_of_their_samples_and_zeros_beyond);
    tcase_add_test(walking, batches_of_whole_samples_have_no_lengths);
    tcase_add_test(walking, two_walks_do_not_disturb_each_other);
    suite_add_tcase(suite, walking);

    TCase *order = tcase_create("order");
    tcase_set_timeout(order, 60);
    tcase_add_test(order, another_epoch_has_another_order);
    tcase_add_test(order, another_seed_has_another_order);
    tcase_add_test(order, the_order_is_that_of_seed_and_epoch_alone);
    tcase_add_test(order, every_place_is_as_likely_for_every_sample);
    suite_add_tcase(suite, order);

    TCase *life = tcase_create("life");
    tcase_add_test(life, batches_live_on_without_their_dataset);
    tcase_add_loop_test(life, batches_of_a_part_are_of_its_samples, 0, 2);
    tcase_add_test(life, arguments_of_making_are_checked);
    tcase_add_test(life, arguments_of_getting_are_checked);
    tcase_add_test(life, without_memory_there_is_an_error_and_no_leak);
    tcase_add_test(life, walking_allocates_nothing);
    suite_add_tcase(suite, life);
    return suite;
}
