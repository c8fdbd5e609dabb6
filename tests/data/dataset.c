/* Datasets: from memory, from files, and split. */
#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "base/allocator.h"
#include "format/scratch.h"
#include "support.h"

Suite *dataset_suite(void);

enum { N = 10, T = 3, I = 2 };

/* Every number says where it stands: sample, step, channel. */
static float number_at(int64_t sample, int32_t step, int32_t channel) {
    return (float)(100 * sample + 10 * step + channel);
}

static float input[N * T * I];
static int32_t label[N];

static snnd_samples samples_of(int32_t copy) {
    snnd_samples made;
    ck_assert_int_eq(snnd_samples_init(&made, sizeof made), SNND_OK);
    for (int32_t n = 0; n < N; n++) {
        label[n] = n * 3 % 7;
        for (int32_t t = 0; t < T; t++)
            for (int32_t i = 0; i < I; i++)
                input[(n * T + t) * I + i] = number_at(n, t, i);
    }
    made.input = input;
    made.label = label;
    made.samples = N;
    made.steps = T;
    made.channels = I;
    made.copy = copy;
    return made;
}

/* Steps of each sample, where they differ. */
static int32_t length[N];

/* Such samples; beyond their ends there are no numbers. */
static snnd_samples padded_samples_of(int32_t copy) {
    snnd_samples made = samples_of(copy);
    for (int32_t n = 0; n < N; n++) {
        length[n] = 1 + n % T;
        for (int32_t k = length[n] * I; k < T * I; k++)
            input[n * T * I + k] = NAN;
    }
    made.length = length;
    return made;
}

static snnd_dataset *make_dataset(snnd_context *context) {
    const snnd_samples samples = samples_of(1);
    snnd_dataset *dataset = NULL;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    return dataset;
}

/* Which of the samples of make_dataset() sample `index` is, checked in all its numbers. */
static int64_t identify(snnd_context *context, const snnd_dataset *dataset, int64_t index) {
    const float *numbers = NULL;
    int32_t got = -1;
    OK(context, snnd_dataset_sample(dataset, index, &numbers, &got));
    const int64_t sample = (int64_t)numbers[0] / 100;
    ck_assert_int_eq(got, sample * 3 % 7);
    for (int32_t t = 0; t < T; t++)
        for (int32_t i = 0; i < I; i++)
            ck_assert_float_eq(numbers[t * I + i], number_at(sample, t, i));
    return sample;
}

/* ---- from memory ---- */

START_TEST(a_dataset_shows_what_it_was_given) {
    snnd_context *context = make_context(1);
    const snnd_samples samples = samples_of(_i);
    snnd_dataset *dataset = NULL;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    ck_assert_int_eq(snnd_dataset_samples(dataset), N);
    ck_assert_int_eq(snnd_dataset_steps(dataset), T);
    ck_assert_int_eq(snnd_dataset_channels(dataset), I);
    ck_assert_int_eq(snnd_dataset_classes(dataset), 7);
    for (int64_t n = 0; n < N; n++)
        ck_assert_int_eq(identify(context, dataset, n), n);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_copy_is_apart_from_the_host) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context);
    const float *numbers = NULL;
    OK(context, snnd_dataset_sample(dataset, 0, &numbers, NULL));
    ck_assert_ptr_ne(numbers, input);
    memset(input, 0, sizeof input);
    memset(label, 0, sizeof label);
    for (int64_t n = 0; n < N; n++)
        ck_assert_int_eq(identify(context, dataset, n), n);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(what_is_borrowed_is_not_copied) {
    snnd_context *context = make_context(1);
    const snnd_samples samples = samples_of(0);
    snnd_dataset *dataset = NULL;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    const float *numbers = NULL;
    OK(context, snnd_dataset_sample(dataset, 4, &numbers, NULL));
    ck_assert_ptr_eq(numbers, input + 4 * T * I);
    snnd_dataset_free(dataset);
    ck_assert_float_eq(input[1], number_at(0, 0, 1)); /* still the host's */
    snnd_context_free(context);
}
END_TEST

/* ---- of different lengths ---- */

/* Sample `index` of a dataset of padded samples is one of them, with its length. */
static void assert_padded(snnd_context *context, const snnd_dataset *dataset, int64_t index) {
    const float *numbers = NULL;
    OK(context, snnd_dataset_sample(dataset, index, &numbers, NULL));
    const int64_t sample = (int64_t)numbers[0] / 100;
    const int32_t steps = snnd_dataset_length(dataset, index);
    ck_assert_int_eq(steps, 1 + sample % T);
    for (int32_t k = 0; k < steps * I; k++)
        ck_assert_float_eq(numbers[k], number_at(sample, k / I, k % I));
}

START_TEST(samples_have_their_lengths_and_so_have_splits) {
    snnd_context *context = make_context(1);
    const snnd_samples samples = padded_samples_of(_i);
    snnd_dataset *dataset = NULL, *part = NULL, *rest = NULL;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    if (_i == 1) /* they were copied */
        memset(length, 0, sizeof length);
    ck_assert_int_eq(snnd_dataset_steps(dataset), T);
    for (int64_t n = 0; n < N; n++)
        assert_padded(context, dataset, n);
    OK(context, snnd_dataset_split(dataset, 0.4, 3, &part, &rest));
    snnd_dataset_free(dataset);
    for (int64_t n = 0; n < snnd_dataset_samples(part); n++)
        assert_padded(context, part, n);
    for (int64_t n = 0; n < snnd_dataset_samples(rest); n++)
        assert_padded(context, rest, n);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    snnd_context_free(context);
}
END_TEST

START_TEST(samples_without_lengths_are_whole) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context);
    ck_assert_int_eq(snnd_dataset_length(dataset, 0), T);
    ck_assert_int_eq(snnd_dataset_length(dataset, N - 1), T);
    ck_assert_int_eq(snnd_dataset_length(dataset, N), 0);
    ck_assert_int_eq(snnd_dataset_length(dataset, -1), 0);
    ck_assert_int_eq(snnd_dataset_length(NULL, 0), 0);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(lengths_that_cannot_be_are_named) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    snnd_samples samples = padded_samples_of(_i);
    length[4] = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "length 4 is 0; expected 1 to 3, the steps",
          snnd_dataset_create(context, &samples, &dataset));
    length[4] = T + 1;
    FAILS(context, SNND_ERROR_ARGUMENT, "length 4 is 4; expected 1 to 3, the steps",
          snnd_dataset_create(context, &samples, &dataset));
    length[4] = 2;
    input[(4 * T + 1) * I + 1] = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "input of sample 4, step 1, channel 1",
          snnd_dataset_create(context, &samples, &dataset));
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(either_result_of_a_sample_may_be_left_out) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context);
    int32_t got = -1;
    OK(context, snnd_dataset_sample(dataset, 5, NULL, &got));
    ck_assert_int_eq(got, 15 % 7);
    OK(context, snnd_dataset_sample(dataset, 5, NULL, NULL));
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(there_are_no_samples_before_the_first_and_after_the_last) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context);
    const float *numbers = input;
    int32_t got = 77;
    FAILS(context, SNND_ERROR_ARGUMENT, "sample -1", snnd_dataset_sample(dataset, -1, &numbers, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "sample 10 ", snnd_dataset_sample(dataset, N, &numbers, &got));
    FAILS(context, SNND_ERROR_ARGUMENT, "sample", snnd_dataset_sample(dataset, INT64_MAX, &numbers, &got));
    ck_assert_ptr_eq(numbers, input);
    ck_assert_int_eq(got, 77);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(no_dataset_has_no_samples) {
    ck_assert_int_eq(snnd_dataset_samples(NULL), 0);
    ck_assert_int_eq(snnd_dataset_steps(NULL), 0);
    ck_assert_int_eq(snnd_dataset_channels(NULL), 0);
    ck_assert_int_eq(snnd_dataset_classes(NULL), 0);
    ck_assert_int_eq(snnd_dataset_sample(NULL, 0, NULL, NULL), SNND_ERROR_ARGUMENT);
}
END_TEST

/* Creating must fail with these words, and touch nothing. */
static void refuses(const snnd_samples *samples, const char *words) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_dataset_create(context, samples, &dataset));
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}

START_TEST(numbers_and_labels_must_be_there) {
    snnd_samples samples = samples_of(_i);
    samples.input = NULL;
    refuses(&samples, "input and counts are both NULL");
    samples = samples_of(_i);
    samples.label = NULL;
    refuses(&samples, "label is NULL");
    refuses(NULL, "samples is NULL");
}
END_TEST

START_TEST(a_place_for_the_dataset_must_be_there) {
    snnd_context *context = make_context(1);
    const snnd_samples samples = samples_of(1);
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "dataset is NULL", snnd_dataset_create(context, &samples, NULL));
    ck_assert_int_eq(snnd_dataset_create(NULL, &samples, &dataset), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(every_axis_is_at_least_one) {
    const int64_t counts[] = {0, -1, INT64_MIN, INT64_C(1) << 31};
    for (int k = 0; k < 4; k++) {
        snnd_samples samples = samples_of(1);
        samples.samples = counts[k];
        refuses(&samples, "shape");
    }
    for (int32_t bad = -1; bad <= 0; bad++) {
        snnd_samples samples = samples_of(1);
        samples.steps = bad;
        refuses(&samples, "shape");
        samples = samples_of(1);
        samples.channels = bad;
        refuses(&samples, "shape");
    }
}
END_TEST

/* One number more than memory can hold, and counts of them that 32 bits, or 64, would make small ones. */
static const struct {
    int64_t samples;
    int32_t steps, channels;
} impossible[] = {
    {PTRDIFF_MAX > INT32_MAX ? 1 << 30 : 1, PTRDIFF_MAX > INT32_MAX ? 1 << 30 : 1 << 28, 2},
    {1 << 30, 1 << 30, 4},
    {1 << 30, 1 << 30, 16},
    {1 << 30, 1 << 30, 1 << 30},
    {INT32_MAX, INT32_MAX, 2},
    {INT32_MAX, INT32_MAX, INT32_MAX},
};

START_TEST(numbers_that_memory_cannot_hold_are_refused) {
    snnd_context *context = make_context(1);
    snnd_samples samples = samples_of(_i % 2);
    samples.samples = impossible[_i / 2].samples;
    samples.steps = impossible[_i / 2].steps;
    samples.channels = impossible[_i / 2].channels;
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "more numbers than memory can hold",
          snnd_dataset_create(context, &samples, &dataset));
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_copy_that_there_is_no_memory_for_is_named) {
    allocator memory;
    snnd_context *context = allocator_limited(&memory, sizeof input - 1, 1);
    snnd_samples samples = samples_of(1);
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_MEMORY, "cannot copy 10 samples", snnd_dataset_create(context, &samples, &dataset));
    samples.copy = 0;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    snnd_batches *batches = NULL;
    FAILS(context, SNND_ERROR_MEMORY, "batches of 10 samples", snnd_batches_create(dataset, INT32_MAX, 0, 0, &batches));
    snnd_dataset_free(dataset);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(a_label_below_zero_is_named) {
    snnd_samples samples = samples_of(_i);
    label[6] = -1;
    refuses(&samples, "label 6 is -1");
    label[6] = INT32_MIN;
    refuses(&samples, "label 6");
}
END_TEST

START_TEST(a_number_that_is_not_finite_is_named) {
    const float bad[] = {NAN, INFINITY, -INFINITY};
    for (int k = 0; k < 3; k++) {
        snnd_samples samples = samples_of(_i);
        input[(8 * T + 2) * I + 1] = bad[k];
        refuses(&samples, "sample 8, step 2, channel 1");
    }
}
END_TEST

START_TEST(copying_is_yes_or_no) {
    snnd_samples samples = samples_of(2);
    refuses(&samples, "copy");
    samples = samples_of(-1);
    refuses(&samples, "copy");
}
END_TEST

START_TEST(samples_of_an_older_host_are_copied) {
    snnd_context *context = make_context(1);
    snnd_samples samples = samples_of(0);
    samples.size = offsetof(snnd_samples, copy);
    snnd_dataset *dataset = NULL;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    const float *numbers = NULL;
    OK(context, snnd_dataset_sample(dataset, 0, &numbers, NULL));
    ck_assert_ptr_ne(numbers, input);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(one_label_makes_as_many_classes_as_it_says) {
    snnd_context *context = make_context(1);
    snnd_samples samples = samples_of(1);
    snnd_dataset *dataset = NULL;
    label[0] = 41;
    samples.samples = 1;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    ck_assert_int_eq(snnd_dataset_classes(dataset), 42);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

/* A host of an earlier version has a smaller structure. */
START_TEST(samples_of_an_earlier_version_are_whole) {
    snnd_context *context = make_context(1);
    snnd_samples samples = padded_samples_of(1);
    snnd_dataset *dataset = NULL;
    samples_of(1);
    length[0] = -7;
    samples.size = offsetof(snnd_samples, length);
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    ck_assert_int_eq(snnd_dataset_length(dataset, 0), T);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

/* ---- from files ---- */

static void save(snnd_context *context, const char *path, const snnd_array *array) {
    OK(context, snnd_array_save_npy(context, array, path));
}

/* The samples of make_dataset() as files "x" and "y". */
static void save_samples(snnd_context *context, int32_t label_axes) {
    samples_of(1);
    save(context, scratch("x"), &(snnd_array){input, SNND_FLOAT32, 3, {N, T, I, 1}});
    save(context, scratch("y"), &(snnd_array){label, SNND_INT32, label_axes, {N, 1, 1, 1}});
}

START_TEST(a_dataset_is_read_from_two_files) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    save_samples(context, _i); /* labels [N] or [N, 1] */
    OK(context, snnd_dataset_load_npy(context, scratch("x"), scratch("y"), 1, &dataset));
    ck_assert_int_eq(snnd_dataset_samples(dataset), N);
    ck_assert_int_eq(snnd_dataset_steps(dataset), T);
    ck_assert_int_eq(snnd_dataset_channels(dataset), I);
    ck_assert_int_eq(snnd_dataset_classes(dataset), 7);
    for (int64_t n = 0; n < N; n++)
        ck_assert_int_eq(identify(context, dataset, n), n);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

static void save_padded_samples(snnd_context *context, int32_t axes) {
    padded_samples_of(1);
    save(context, scratch("x"), &(snnd_array){input, SNND_FLOAT32, 3, {N, T, I, 1}});
    save(context, scratch("y"), &(snnd_array){label, SNND_INT32, 1, {N, 1, 1, 1}});
    save(context, scratch("n"), &(snnd_array){length, SNND_INT32, axes, {N, 1, 1, 1}});
}

static snnd_status load_padded(snnd_context *context, snnd_dataset **dataset) {
    return snnd_dataset_load_padded_npy(context, scratch("x"), scratch("y"), scratch("n"), 1, dataset);
}

START_TEST(lengths_are_read_from_a_third_file) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    save_padded_samples(context, _i); /* [N] or [N, 1] */
    OK(context, load_padded(context, &dataset));
    for (int64_t n = 0; n < N; n++)
        assert_padded(context, dataset, n);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(lengths_in_files_that_cannot_be_are_named) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    save_padded_samples(context, 1);
    save(context, scratch("n"), &(snnd_array){length, SNND_INT32, 1, {N - 1, 1, 1, 1}});
    FAILS(context, SNND_ERROR_FORMAT,
          "the lengths have 1 axes, and the first has 9 elements; expected one axis of 10 elements",
          load_padded(context, &dataset));
    length[6] = T + 1;
    save(context, scratch("n"), &(snnd_array){length, SNND_INT32, 1, {N, 1, 1, 1}});
    FAILS(context, SNND_ERROR_FORMAT, "length 6 is 4; expected 1 to 3", load_padded(context, &dataset));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), scratch("n")));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL",
          snnd_dataset_load_padded_npy(context, scratch("x"), scratch("y"), NULL, 1, &dataset));
    FAILS(context, SNND_ERROR_IO, scratch("none"),
          snnd_dataset_load_padded_npy(context, scratch("x"), scratch("y"), scratch("none"), 1, &dataset));
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(every_number_is_multiplied_by_the_scale) {
    const double scales[] = {20, -0.5, 1e-3};
    snnd_context *context = make_context(1);
    save_samples(context, 1);
    for (int k = 0; k < 3; k++) {
        snnd_dataset *dataset = NULL;
        OK(context, snnd_dataset_load_npy(context, scratch("x"), scratch("y"), scales[k], &dataset));
        const float *numbers = NULL;
        for (int64_t n = 0; n < N; n++) {
            OK(context, snnd_dataset_sample(dataset, n, &numbers, NULL));
            for (int32_t i = 0; i < T * I; i++)
                ck_assert_float_eq(numbers[i], (float)((double)input[n * T * I + i] * scales[k]));
        }
        snnd_dataset_free(dataset);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(files_may_hold_other_types) {
    snnd_context *context = make_context(1);
    static double wide[N * T * I];
    static int64_t wide_label[N];
    samples_of(1);
    for (int k = 0; k < N * T * I; k++)
        wide[k] = (double)input[k];
    for (int n = 0; n < N; n++)
        wide_label[n] = label[n];
    save(context, scratch("x"), &(snnd_array){wide, SNND_FLOAT64, 3, {N, T, I, 1}});
    save(context, scratch("y"), &(snnd_array){wide_label, SNND_INT64, 1, {N, 1, 1, 1}});
    snnd_dataset *dataset = NULL;
    OK(context, snnd_dataset_load_npy(context, scratch("x"), scratch("y"), 1, &dataset));
    for (int64_t n = 0; n < N; n++)
        ck_assert_int_eq(identify(context, dataset, n), n);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_scale_is_finite_and_not_zero) {
    const double bad[] = {0, -0.0, NAN, INFINITY, -INFINITY};
    snnd_context *context = make_context(1);
    save_samples(context, 1);
    for (int k = 0; k < 5; k++) {
        snnd_dataset *dataset = NULL;
        FAILS(context, SNND_ERROR_ARGUMENT, "scale",
              snnd_dataset_load_npy(context, scratch("x"), scratch("y"), bad[k], &dataset));
        ck_assert_ptr_null(dataset);
    }
    snnd_context_free(context);
}
END_TEST

/* Loading "x" and "y" must fail as a matter of their format, in words that name both. */
static void refuses_files(snnd_context *context, double scale, const char *words) {
    snnd_dataset *dataset = NULL;
    FAILS(context, SNND_ERROR_FORMAT, words,
          snnd_dataset_load_npy(context, scratch("x"), scratch("y"), scale, &dataset));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), scratch("x")));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), scratch("y")));
    ck_assert_ptr_null(dataset);
}

START_TEST(numbers_in_files_have_three_axes) {
    snnd_context *context = make_context(1);
    save_samples(context, 1);
    save(context, scratch("x"), &(snnd_array){input, SNND_FLOAT32, 2, {N, T, 1, 1}});
    refuses_files(context, 1, "2 axes");
    save(context, scratch("x"), &(snnd_array){input, SNND_FLOAT32, 4, {N, T, I, 1}});
    refuses_files(context, 1, "4 axes");
    save(context, scratch("x"), &(snnd_array){input, SNND_FLOAT32, 3, {0, T, I, 1}});
    save(context, scratch("y"), &(snnd_array){label, SNND_INT32, 1, {0, 1, 1, 1}});
    refuses_files(context, 1, "at least 1");
    snnd_context_free(context);
}
END_TEST

START_TEST(labels_in_files_are_one_for_each_sample) {
    static int32_t many[2 * N];
    static const snnd_array bad[] = {{many, SNND_INT32, 1, {N - 1, 1, 1, 1}}, {many, SNND_INT32, 1, {N + 1, 1, 1, 1}},
                                     {many, SNND_INT32, 2, {N, 2, 1, 1}},     {many, SNND_INT32, 2, {1, N, 1, 1}},
                                     {many, SNND_INT32, 3, {N, 1, 1, 1}},     {many, SNND_INT32, 0, {1, 1, 1, 1}}};
    snnd_context *context = make_context(1);
    save_samples(context, 1);
    save(context, scratch("y"), &bad[_i]);
    refuses_files(context, 1, "the labels have");
    snnd_context_free(context);
}
END_TEST

START_TEST(labels_in_files_are_whole_and_not_negative) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    save_samples(context, 1);
    label[3] = -2;
    save(context, scratch("y"), &(snnd_array){label, SNND_INT32, 1, {N, 1, 1, 1}});
    refuses_files(context, 1, "label 3 is -2");
    float fractions[N] = {0, 1, 0.5f};
    save(context, scratch("y"), &(snnd_array){fractions, SNND_FLOAT32, 1, {N, 1, 1, 1}});
    FAILS(context, SNND_ERROR_FORMAT, "element 2",
          snnd_dataset_load_npy(context, scratch("x"), scratch("y"), 1, &dataset));
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), scratch("y")));
    snnd_context_free(context);
}
END_TEST

START_TEST(numbers_in_files_are_finite_after_scaling) {
    snnd_context *context = make_context(1);
    save_samples(context, 1);
    input[(2 * T + 1) * I] = NAN;
    save(context, scratch("x"), &(snnd_array){input, SNND_FLOAT32, 3, {N, T, I, 1}});
    refuses_files(context, 1, "sample 2, step 1, channel 0");
    input[(2 * T + 1) * I] = 1e30f;
    save(context, scratch("x"), &(snnd_array){input, SNND_FLOAT32, 3, {N, T, I, 1}});
    refuses_files(context, 1e30, "sample 2, step 1, channel 0");
    snnd_context_free(context);
}
END_TEST

START_TEST(the_file_that_is_missing_is_named) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = NULL;
    save_samples(context, 1);
    FAILS(context, SNND_ERROR_IO, scratch("nobody"),
          snnd_dataset_load_npy(context, scratch("nobody"), scratch("y"), 1, &dataset));
    FAILS(context, SNND_ERROR_IO, scratch("nobody"),
          snnd_dataset_load_npy(context, scratch("x"), scratch("nobody"), 1, &dataset));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_dataset_load_npy(context, NULL, scratch("y"), 1, &dataset));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_dataset_load_npy(context, scratch("x"), NULL, 1, &dataset));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", /* before the first is looked for */
          snnd_dataset_load_npy(context, scratch("nobody"), NULL, 1, &dataset));
    FAILS(context, SNND_ERROR_ARGUMENT, "dataset", snnd_dataset_load_npy(context, scratch("x"), scratch("y"), 1, NULL));
    ck_assert_int_eq(snnd_dataset_load_npy(NULL, scratch("x"), scratch("y"), 1, &dataset), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(dataset);
    snnd_context_free(context);
}
END_TEST

/* ---- splitting ---- */

static const struct share {
    double share;
    int64_t part; /* of 10 samples */
} shares[] = {{0.1, 1}, {0.2, 2}, {0.24, 2}, {0.26, 3}, {0.5, 5}, {0.84, 8}, {0.86, 9}, {0.06, 1}, {0.94, 9}};

START_TEST(a_split_has_the_nearest_count) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context), *part = NULL, *rest = NULL;
    OK(context, snnd_dataset_split(dataset, shares[_i].share, 1, &part, &rest));
    ck_assert_int_eq(snnd_dataset_samples(part), shares[_i].part);
    ck_assert_int_eq(snnd_dataset_samples(rest), N - shares[_i].part);
    ck_assert_int_eq(snnd_dataset_steps(part), T);
    ck_assert_int_eq(snnd_dataset_channels(rest), I);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(every_sample_is_on_one_side) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context);
    for (uint64_t seed = 0; seed < 30; seed++) {
        snnd_dataset *part = NULL, *rest = NULL;
        int seen[N] = {0};
        OK(context, snnd_dataset_split(dataset, 0.3, seed, &part, &rest));
        for (int64_t n = 0; n < snnd_dataset_samples(part); n++)
            seen[identify(context, part, n)]++;
        for (int64_t n = 0; n < snnd_dataset_samples(rest); n++)
            seen[identify(context, rest, n)]++;
        for (int n = 0; n < N; n++)
            ck_assert_int_eq(seen[n], 1);
        snnd_dataset_free(part);
        snnd_dataset_free(rest);
    }
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

/* The samples of the part as bits. */
static unsigned chosen(snnd_context *context, const snnd_dataset *dataset, uint64_t seed) {
    snnd_dataset *part = NULL, *rest = NULL;
    unsigned bits = 0;
    OK(context, snnd_dataset_split(dataset, 0.4, seed, &part, &rest));
    for (int64_t n = 0; n < snnd_dataset_samples(part); n++)
        bits |= 1u << identify(context, part, n);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    return bits;
}

START_TEST(the_seed_alone_chooses_the_samples) {
    snnd_context *context = make_context(1), *other = make_context(3);
    snnd_dataset *dataset = make_dataset(context), *same = make_dataset(other);
    int different = 0;
    for (uint64_t seed = 0; seed < 20; seed++) {
        ck_assert_uint_eq(chosen(context, dataset, seed), chosen(context, dataset, seed));
        ck_assert_uint_eq(chosen(context, dataset, seed), chosen(other, same, seed));
        different += chosen(context, dataset, seed) != chosen(context, dataset, seed + 1);
    }
    ck_assert_int_ge(different, 15); /* of 210 choices, the same one is drawn now and then */
    snnd_dataset_free(dataset);
    snnd_dataset_free(same);
    snnd_context_free(context);
    snnd_context_free(other);
}
END_TEST

START_TEST(every_sample_is_chosen_as_often) {
    enum { SEEDS = 2000 };
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context);
    int count[N] = {0};
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        const unsigned bits = chosen(context, dataset, seed);
        for (int n = 0; n < N; n++)
            count[n] += bits >> n & 1;
    }
    for (int n = 0; n < N; n++) /* within five standard deviations */
        ck_assert_double_eq_tol(count[n], 0.4 * SEEDS, 5 * sqrt(0.4 * 0.6 * SEEDS));
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_selection_has_the_samples_that_were_named) {
    static const int64_t index[] = {7, 2, 2, N - 1, 0}, second[] = {3, 1};
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context), *selection = NULL, *of_it = NULL;
    OK(context, snnd_dataset_select(dataset, index, 5, &selection));
    ck_assert_int_eq(snnd_dataset_samples(selection), 5);
    ck_assert_int_eq(snnd_dataset_steps(selection), T);
    ck_assert_int_eq(snnd_dataset_classes(selection), snnd_dataset_classes(dataset));
    for (int64_t n = 0; n < 5; n++)
        ck_assert_int_eq(identify(context, selection, n), index[n]);
    OK(context, snnd_dataset_select(selection, second, 2, &of_it));
    snnd_dataset_free(dataset);
    snnd_dataset_free(selection);
    ck_assert_int_eq(identify(context, of_it, 0), N - 1);
    ck_assert_int_eq(identify(context, of_it, 1), 2);
    snnd_dataset_free(of_it);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_selection_of_what_is_not_there_is_refused) {
    const int64_t beyond[] = {0, N}, before[] = {-1};
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context), *selection = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "index[1] is 10; expected 0 to 9",
          snnd_dataset_select(dataset, beyond, 2, &selection));
    FAILS(context, SNND_ERROR_ARGUMENT, "index[0] is -1", snnd_dataset_select(dataset, before, 1, &selection));
    FAILS(context, SNND_ERROR_ARGUMENT, "count is 0", snnd_dataset_select(dataset, beyond, 0, &selection));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_dataset_select(dataset, NULL, 1, &selection));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_dataset_select(dataset, beyond, 1, NULL));
    ck_assert_int_eq(snnd_dataset_select(NULL, beyond, 1, &selection), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(selection);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_parts_live_on_without_their_parent) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_dataset *dataset = make_dataset(context), *part = NULL, *rest = NULL;
    OK(context, snnd_dataset_split(dataset, 0.5, 1, &part, &rest));
    snnd_dataset *const order[2][3] = {{dataset, part, rest}, {rest, part, dataset}};
    for (int k = 0; k < 3; k++) {
        for (int alive = k; alive < 3; alive++)
            for (int64_t n = 0; n < snnd_dataset_samples(order[_i][alive]); n++)
                identify(context, order[_i][alive], n);
        snnd_dataset_free(order[_i][k]);
    }
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(a_part_shares_the_numbers_of_its_parent) {
    snnd_context *context = make_context(1);
    const snnd_samples samples = samples_of(0);
    snnd_dataset *dataset = NULL, *part = NULL, *rest = NULL;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    OK(context, snnd_dataset_split(dataset, 0.5, 1, &part, &rest));
    for (int64_t n = 0; n < 5; n++) {
        const float *numbers = NULL;
        OK(context, snnd_dataset_sample(part, n, &numbers, NULL));
        ck_assert_ptr_eq(numbers, input + identify(context, part, n) * T * I);
    }
    snnd_dataset_free(dataset);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_part_can_be_split_again) {
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context), *part = NULL, *rest = NULL, *one = NULL, *other = NULL;
    OK(context, snnd_dataset_split(dataset, 0.6, 1, &part, &rest));
    OK(context, snnd_dataset_split(part, 0.5, 2, &one, &other));
    snnd_dataset_free(part);
    snnd_dataset_free(dataset);
    int seen[N] = {0};
    const snnd_dataset *const all[] = {rest, one, other};
    for (int k = 0; k < 3; k++)
        for (int64_t n = 0; n < snnd_dataset_samples(all[k]); n++)
            seen[identify(context, all[k], n)]++;
    for (int n = 0; n < N; n++)
        ck_assert_int_eq(seen[n], 1);
    ck_assert_int_eq(snnd_dataset_samples(one), 3);
    snnd_dataset_free(rest);
    snnd_dataset_free(one);
    snnd_dataset_free(other);
    snnd_context_free(context);
}
END_TEST

START_TEST(neither_side_may_be_empty) {
    const double bad[] = {0.04, 0.96, 1e-300};
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context), *part = NULL, *rest = NULL;
    for (int k = 0; k < 3; k++)
        FAILS(context, SNND_ERROR_ARGUMENT, "empty", snnd_dataset_split(dataset, bad[k], 1, &part, &rest));
    ck_assert_ptr_null(part);
    ck_assert_ptr_null(rest);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_share_is_above_zero_and_below_one) {
    const double bad[] = {0, 1, -0.5, 1.5, NAN, INFINITY};
    snnd_context *context = make_context(1);
    snnd_dataset *dataset = make_dataset(context), *part = NULL, *rest = NULL;
    for (int k = 0; k < 6; k++)
        FAILS(context, SNND_ERROR_ARGUMENT, "share", snnd_dataset_split(dataset, bad[k], 1, &part, &rest));
    FAILS(context, SNND_ERROR_ARGUMENT, "two results would be written to the same place",
          snnd_dataset_split(dataset, 0.5, 1, &part, &part));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_dataset_split(dataset, 0.5, 1, NULL, &rest));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_dataset_split(dataset, 0.5, 1, &part, NULL));
    ck_assert_int_eq(snnd_dataset_split(NULL, 0.5, 1, &part, &rest), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(part);
    ck_assert_ptr_null(rest);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
}
END_TEST

/* ---- memory ---- */

static snnd_status create_something(snnd_context *context, void *samples) {
    snnd_dataset *dataset = NULL;
    const snnd_status status = snnd_dataset_create(context, samples, &dataset);
    snnd_dataset_free(dataset);
    return status;
}

static snnd_status load_something(snnd_context *context, void *unused) {
    (void)unused;
    snnd_dataset *dataset = NULL;
    const snnd_status status = snnd_dataset_load_npy(context, scratch("x"), scratch("y"), 1, &dataset);
    snnd_dataset_free(dataset);
    return status;
}

static snnd_status load_something_padded(snnd_context *context, void *unused) {
    (void)unused;
    snnd_dataset *dataset = NULL;
    const snnd_status status = load_padded(context, &dataset);
    snnd_dataset_free(dataset);
    return status;
}

static snnd_status split_something(snnd_context *context, void *dataset) {
    (void)context;
    snnd_dataset *part = NULL, *rest = NULL;
    const snnd_status status = snnd_dataset_split(dataset, 0.5, 1, &part, &rest);
    if (status != SNND_OK)
        ck_assert(part == NULL && rest == NULL);
    snnd_dataset_free(part);
    snnd_dataset_free(rest);
    return status;
}

static snnd_status select_something(snnd_context *context, void *dataset) {
    static const int64_t index[] = {4, 2};
    (void)context;
    snnd_dataset *selection = NULL;
    const snnd_status status = snnd_dataset_select(dataset, index, 2, &selection);
    if (status != SNND_OK)
        ck_assert_ptr_null(selection);
    snnd_dataset_free(selection);
    return status;
}

START_TEST(making_one_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_samples samples = samples_of(_i), padded = padded_samples_of(_i);
    samples_of(_i);
    allocator_starve(context, &memory, create_something, &samples);
    allocator_starve(context, &memory, create_something, &padded);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(loading_one_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    save_samples(context, 1);
    allocator_starve(context, &memory, load_something, NULL);
    save_padded_samples(context, 1);
    allocator_starve(context, &memory, load_something_padded, NULL);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(splitting_one_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snnd_dataset *dataset = make_dataset(context);
    allocator_starve(context, &memory, split_something, dataset);
    allocator_starve(context, &memory, select_something, dataset);
    for (int64_t n = 0; n < N; n++)
        ck_assert_int_eq(identify(context, dataset, n), n);
    snnd_dataset_free(dataset);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *dataset_suite(void) {
    Suite *suite = suite_create("dataset");

    TCase *memory = tcase_create("from memory");
    tcase_add_loop_test(memory, a_dataset_shows_what_it_was_given, 0, 2);
    tcase_add_test(memory, a_copy_is_apart_from_the_host);
    tcase_add_test(memory, what_is_borrowed_is_not_copied);
    tcase_add_test(memory, either_result_of_a_sample_may_be_left_out);
    tcase_add_test(memory, there_are_no_samples_before_the_first_and_after_the_last);
    tcase_add_test(memory, no_dataset_has_no_samples);
    tcase_add_loop_test(memory, numbers_and_labels_must_be_there, 0, 2);
    tcase_add_test(memory, a_place_for_the_dataset_must_be_there);
    tcase_add_test(memory, every_axis_is_at_least_one);
    tcase_add_loop_test(memory, numbers_that_memory_cannot_hold_are_refused, 0,
                        2 * (int)(sizeof impossible / sizeof impossible[0]));
    tcase_add_test(memory, a_copy_that_there_is_no_memory_for_is_named);
    tcase_add_loop_test(memory, a_label_below_zero_is_named, 0, 2);
    tcase_add_loop_test(memory, a_number_that_is_not_finite_is_named, 0, 2);
    tcase_add_test(memory, copying_is_yes_or_no);
    tcase_add_test(memory, samples_of_an_older_host_are_copied);
    tcase_add_test(memory, one_label_makes_as_many_classes_as_it_says);
    tcase_add_loop_test(memory, samples_have_their_lengths_and_so_have_splits, 0, 2);
    tcase_add_test(memory, samples_without_lengths_are_whole);
    tcase_add_loop_test(memory, lengths_that_cannot_be_are_named, 0, 2);
    tcase_add_test(memory, samples_of_an_earlier_version_are_whole);
    suite_add_tcase(suite, memory);

    TCase *files = scratch_case(suite, "from files");
    tcase_add_loop_test(files, a_dataset_is_read_from_two_files, 1, 3);
    tcase_add_loop_test(files, lengths_are_read_from_a_third_file, 1, 3);
    tcase_add_test(files, lengths_in_files_that_cannot_be_are_named);
    tcase_add_test(files, every_number_is_multiplied_by_the_scale);
    tcase_add_test(files, files_may_hold_other_types);
    tcase_add_test(files, a_scale_is_finite_and_not_zero);
    tcase_add_test(files, numbers_in_files_have_three_axes);
    tcase_add_loop_test(files, labels_in_files_are_one_for_each_sample, 0, 6);
    tcase_add_test(files, labels_in_files_are_whole_and_not_negative);
    tcase_add_test(files, numbers_in_files_are_finite_after_scaling);
    tcase_add_test(files, the_file_that_is_missing_is_named);

    TCase *splitting = tcase_create("splitting");
    tcase_add_loop_test(splitting, a_split_has_the_nearest_count, 0, sizeof shares / sizeof shares[0]);
    tcase_add_test(splitting, every_sample_is_on_one_side);
    tcase_add_test(splitting, the_seed_alone_chooses_the_samples);
    tcase_add_test(splitting, every_sample_is_chosen_as_often);
    tcase_add_test(splitting, a_selection_has_the_samples_that_were_named);
    tcase_add_test(splitting, a_selection_of_what_is_not_there_is_refused);
    tcase_add_loop_test(splitting, the_parts_live_on_without_their_parent, 0, 2);
    tcase_add_test(splitting, a_part_shares_the_numbers_of_its_parent);
    tcase_add_test(splitting, a_part_can_be_split_again);
    tcase_add_test(splitting, neither_side_may_be_empty);
    tcase_add_test(splitting, a_share_is_above_zero_and_below_one);
    suite_add_tcase(suite, splitting);

    TCase *starved = scratch_case(suite, "memory");
    tcase_add_loop_test(starved, making_one_without_memory_is_an_error_and_no_leak, 0, 2);
    tcase_add_test(starved, loading_one_without_memory_is_an_error_and_no_leak);
    tcase_add_test(starved, splitting_one_without_memory_is_an_error_and_no_leak);
    return suite;
}
