#include "data/dataset.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/options.h"
#include "base/random.h"
#include "base/text_mode.h"
#include "data/sample.h"
#include "format/npy.h"

/* ---- making ---- */

/* What all kinds have, and what messages call the structure that it came in. */
typedef struct samples_shape {
    const char *of;
    const int32_t *label, *length;
    int64_t samples;
    int32_t steps, channels;
} samples_shape;

static int32_t classes_of(const snnd_dataset *dataset) {
    int32_t highest = 0;
    for (int64_t i = 0; i < dataset->samples; i++) {
        const int32_t label = dataset->storage->label[snnd_dataset_place(dataset, i)];
        highest = label > highest ? label : highest;
    }
    return highest + 1;
}

static size_t sample_numbers(const samples_shape *shape) {
    return snnd_size_multiply((size_t)shape->steps, (size_t)shape->channels);
}

/* Numbers of the input. */
static size_t all_numbers(const samples_shape *shape) {
    return snnd_size_multiply(snnd_size_of(shape->samples), sample_numbers(shape));
}

static samples_shape shape_of(const snnd_samples *samples) {
    return (samples_shape){.of = "samples",
                           .label = samples->label,
                           .length = samples->length,
                           .samples = samples->samples,
                           .steps = samples->steps,
                           .channels = samples->channels};
}

/* Beyond the end of a sample there may be anything. */
static snnd_status check_numbers(snnd_context *context, const float *input, const samples_shape *shape) {
    const size_t size = sample_numbers(shape), channels = (size_t)shape->channels;
    for (size_t k = 0; k < all_numbers(shape); k++)
        if (!isfinite(input[k]) && (shape->length == NULL || k % size / channels < (size_t)shape->length[k / size]))
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: input of sample %zu, step %zu, channel %zu is %g",
                             k / size, k % size / channels, k % channels, (double)input[k]);
    return SNND_OK;
}

/* `bytes` are those of a number where the host has them all in memory, and 0 where it has not. */
static snnd_status check_shape(snnd_context *context, const samples_shape *shape, size_t bytes) {
    if (shape->label == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: label is NULL", shape->of);
    if (shape->samples < 1 || shape->samples > INT32_MAX || shape->steps < 1 || shape->channels < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "%s: shape is [%lld, %d, %d]; expected at least 1 each, and fewer than 2^31 samples",
                         shape->of, (long long)shape->samples, shape->steps, shape->channels);
    const size_t together = bytes == 0 ? snnd_size_multiply(sample_numbers(shape), sizeof(float))
                                       : snnd_size_multiply(all_numbers(shape), bytes);
    if (!snnd_size_fits(together))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "%s: shape is [%lld, %d, %d], which are more numbers than memory can hold", shape->of,
                         (long long)shape->samples, shape->steps, shape->channels);
    for (int64_t i = 0; i < shape->samples; i++)
        if (shape->label[i] < 0 || shape->label[i] >= 1 << 20)
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: label %lld is %d; expected 0 to 2^20 - 1", shape->of,
                             (long long)i, shape->label[i]);
    for (int64_t i = 0; i < shape->samples && shape->length != NULL; i++)
        if (shape->length[i] < 1 || shape->length[i] > shape->steps)
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: length %lld is %d; expected 1 to %d, the steps",
                             shape->of, (long long)i, shape->length[i], shape->steps);
    return SNND_OK;
}

static snnd_status check_copy(snnd_context *context, const char *of, int32_t copy) {
    return copy == 0 || copy == 1
               ? SNND_OK
               : snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: copy is %d; expected 0 or 1", of, copy);
}

/* `largest` is the largest count that may be. */
static snnd_status check_scale(snnd_context *context, const char *of, double scale, double largest) {
    return isfinite(scale) && scale != 0 && fabs(scale) * largest <= (double)FLT_MAX
               ? SNND_OK
               : snnd_fail(context, SNND_ERROR_ARGUMENT,
                           "%s: scale is %g; expected a finite number other than 0, with which %g is one of float32",
                           of, scale, largest);
}

static void release_own(snnd_context *context, const snnd_storage *storage) {
    for (size_t k = 0; k < sizeof storage->own / sizeof *storage->own; k++)
        snnd_release(context, storage->own[k]);
}

static void release_storage(snnd_context *context, snnd_storage *storage) {
    if (storage == NULL || --storage->users > 0)
        return;
    release_own(context, storage);
    snnd_release(context, storage->shown);
    snnd_release(context, storage);
}

/* A copy that is the storage's; NULL of NULL, of nothing, and where there is no memory, which `status` then says. */
static const void *keep(snnd_context *context, snnd_storage *storage, const void *from, size_t count, size_t size,
                        snnd_status *status) {
    if (from == NULL || count == 0 || *status != SNND_OK)
        return NULL;
    void **own = storage->own;
    while (*own != NULL)
        own++;
    *own = snnd_allocate(context, count, size);
    if (*own == NULL)
        *status = SNND_ERROR_MEMORY;
    else
        memcpy(*own, from, count * size);
    return *own;
}

/* Makes copies of labels and lengths. */
static void keep_labels(snnd_context *context, snnd_storage *storage, int64_t samples, snnd_status *status) {
    storage->label = keep(context, storage, storage->label, snnd_size_of(samples), sizeof *storage->label, status);
    storage->length = keep(context, storage, storage->length, snnd_size_of(samples), sizeof *storage->length, status);
}

/* A dataset over numbers that are owned already, or borrowed; on failure they stay the caller's. */
static snnd_status wrap(snnd_context *context, const snnd_storage *numbers, const samples_shape *shape,
                        snnd_dataset **dataset) {
    snnd_dataset *made = snnd_allocate(context, 1, sizeof *made);
    snnd_storage *storage = snnd_allocate(context, 1, sizeof *storage);
    if (made == NULL || storage == NULL) {
        snnd_release(context, made);
        snnd_release(context, storage);
        return SNND_ERROR_MEMORY;
    }
    *storage = *numbers;
    storage->users = 1;
    storage->steps = shape->steps;
    storage->channels = shape->channels;
    *made = (snnd_dataset){.context = context,
                           .storage = storage,
                           .samples = shape->samples,
                           .steps = shape->steps,
                           .channels = shape->channels};
    made->classes = classes_of(made);
    *dataset = made;
    return SNND_OK;
}

/* The same of numbers that were copied, if all was well so far; what was copied is the dataset's, or nobody's. */
static snnd_status wrap_copies(snnd_context *context, const snnd_storage *numbers, const samples_shape *shape,
                               snnd_status status, snnd_dataset **dataset) {
    if (status != SNND_OK)
        snnd_fail(context, status, "a copy of %lld samples: %s", (long long)shape->samples, context->error);
    else
        status = wrap(context, numbers, shape, dataset);
    if (status != SNND_OK)
        release_own(context, numbers);
    return status;
}

snnd_status snnd_samples_init(snnd_samples *samples, size_t size) {
    static const snnd_samples defaults = {.copy = 1, .scale = 1};
    return snnd_options_init(samples, size, &defaults, sizeof defaults);
}

static snnd_status check_samples(snnd_context *context, const snnd_samples *samples) {
    if (samples->input == NULL && samples->counts == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: input is NULL, and so are counts");
    if (samples->input != NULL && samples->counts != NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "samples: there are both input and counts; expected one of them");
    const samples_shape shape = shape_of(samples);
    snnd_status status = check_shape(context, &shape, samples->input != NULL ? sizeof *samples->input : 1);
    if (status == SNND_OK)
        status = check_copy(context, "samples", samples->copy);
    if (status == SNND_OK && samples->input == NULL)
        status = check_scale(context, "samples", samples->scale, 255);
    if (status == SNND_OK && samples->input != NULL)
        status = check_numbers(context, samples->input, &shape);
    return status;
}

static snnd_status check_creation(snnd_context *context, const char *function, const char *what, const void *given,
                                  snnd_dataset **dataset) {
    if (dataset == NULL || given == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: %s is NULL", function, dataset == NULL ? "dataset" : what);
    return SNND_OK;
}

snnd_status snnd_dataset_create(snnd_context *context, const snnd_samples *samples, snnd_dataset **dataset) {
    snnd_samples known;
    snnd_samples_init(&known, sizeof known);
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_creation(context, "snnd_dataset_create", "samples", samples, dataset);
    if (status == SNND_OK)
        status = snnd_options_read(context, samples, &known, sizeof known, "snnd_samples");
    if (status == SNND_OK)
        status = check_samples(context, &known);
    if (status != SNND_OK)
        return status;
    const samples_shape shape = shape_of(&known);
    snnd_storage numbers = {.kind = known.input != NULL ? &snnd_of_numbers : &snnd_of_counts,
                            .input = known.input,
                            .counts = known.counts,
                            .label = known.label,
                            .length = known.length};
    if (known.counts != NULL) {
        float number[SNND_COUNTS];
        snnd_scale_counts(number, known.scale);
        numbers.number = keep(context, &numbers, number, SNND_COUNTS, sizeof *number, &status);
    }
    if (known.copy) {
        const size_t values = all_numbers(&shape);
        numbers.input = keep(context, &numbers, known.input, values, sizeof *known.input, &status);
        numbers.counts = keep(context, &numbers, known.counts, values, sizeof *known.counts, &status);
        keep_labels(context, &numbers, known.samples, &status);
    }
    return wrap_copies(context, &numbers, &shape, status, dataset);
}

/* ---- events ---- */

snnd_status snnd_events_init(snnd_events *events, size_t size) {
    static const snnd_events defaults = {.copy = 1, .scale = 1};
    return snnd_options_init(events, size, &defaults, sizeof defaults);
}

/* The most events of a sample: float32 counts as far. */
enum { MOST_EVENTS = 1 << 24 };

static snnd_status check_first(snnd_context *context, const snnd_events *events) {
    if (events->first[0] != 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "events: first 0 is %lld; expected 0",
                         (long long)events->first[0]);
    for (int64_t n = 0; n < events->samples; n++)
        if (events->first[n + 1] < events->first[n] || events->first[n + 1] - events->first[n] > MOST_EVENTS)
            return snnd_fail(context, SNND_ERROR_ARGUMENT,
                             "events: first %lld is %lld, and the one before %lld; expected 0 to 2^24 events a sample",
                             (long long)n + 1, (long long)events->first[n + 1], (long long)events->first[n]);
    if (events->first[events->samples] > 0 && (events->step == NULL || events->channel == NULL))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "events: %s is NULL", events->step == NULL ? "step" : "channel");
    return SNND_OK;
}

static snnd_status check_pairs(snnd_context *context, const snnd_events *events) {
    for (int64_t n = 0; n < events->samples; n++) {
        const int32_t length = events->length == NULL ? events->steps : events->length[n];
        for (int64_t e = events->first[n]; e < events->first[n + 1]; e++) {
            if (events->step[e] >= length)
                return snnd_fail(context, SNND_ERROR_ARGUMENT,
                                 "events: event %lld, of sample %lld, is at step %d; the sample has %d", (long long)e,
                                 (long long)n, events->step[e], length);
            if (events->channel[e] >= events->channels)
                return snnd_fail(context, SNND_ERROR_ARGUMENT,
                                 "events: event %lld, of sample %lld, is in channel %d; there are %d", (long long)e,
                                 (long long)n, events->channel[e], events->channels);
        }
    }
    return SNND_OK;
}

static snnd_status check_events(snnd_context *context, const snnd_events *events, const samples_shape *shape) {
    snnd_status status = check_shape(context, shape, 0);
    if (status == SNND_OK)
        status = check_copy(context, "events", events->copy);
    if (status == SNND_OK)
        status = check_scale(context, "events", events->scale, MOST_EVENTS);
    if (status == SNND_OK && events->first == NULL)
        status = snnd_fail(context, SNND_ERROR_ARGUMENT, "events: first is NULL");
    if (status == SNND_OK)
        status = check_first(context, events);
    return status == SNND_OK ? check_pairs(context, events) : status;
}

snnd_status snnd_dataset_create_events(snnd_context *context, const snnd_events *events, snnd_dataset **dataset) {
    snnd_events known;
    snnd_events_init(&known, sizeof known);
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_creation(context, "snnd_dataset_create_events", "events", events, dataset);
    if (status == SNND_OK)
        status = snnd_options_read(context, events, &known, sizeof known, "snnd_events");
    const samples_shape shape = {.of = "events",
                                 .label = known.label,
                                 .length = known.length,
                                 .samples = known.samples,
                                 .steps = known.steps,
                                 .channels = known.channels};
    if (status == SNND_OK)
        status = check_events(context, &known, &shape);
    if (status != SNND_OK)
        return status;
    snnd_storage numbers = {.kind = &snnd_of_events,
                            .first = known.first,
                            .step = known.step,
                            .channel = known.channel,
                            .scale = known.scale,
                            .label = known.label,
                            .length = known.length};
    if (known.copy) {
        const size_t pairs = snnd_size_of(known.first[known.samples]);
        numbers.first = keep(context, &numbers, known.first, snnd_size_add(snnd_size_of(known.samples), 1),
                             sizeof *known.first, &status);
        numbers.step = keep(context, &numbers, known.step, pairs, sizeof *known.step, &status);
        numbers.channel = keep(context, &numbers, known.channel, pairs, sizeof *known.channel, &status);
        keep_labels(context, &numbers, known.samples, &status);
    }
    return wrap_copies(context, &numbers, &shape, status, dataset);
}

/* ---- a source ---- */

snnd_status snnd_source_init(snnd_source *source, size_t size) {
    static const snnd_source defaults = {0};
    return snnd_options_init(source, size, &defaults, sizeof defaults);
}

snnd_status snnd_dataset_create_source(snnd_context *context, const snnd_source *source, snnd_dataset **dataset) {
    snnd_source known;
    snnd_source_init(&known, sizeof known);
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_creation(context, "snnd_dataset_create_source", "source", source, dataset);
    if (status == SNND_OK)
        status = snnd_options_read(context, source, &known, sizeof known, "snnd_source");
    if (status == SNND_OK && known.fetch == NULL)
        status = snnd_fail(context, SNND_ERROR_ARGUMENT, "source: fetch is NULL");
    const samples_shape shape = {.of = "source",
                                 .label = known.label,
                                 .length = known.length,
                                 .samples = known.samples,
                                 .steps = known.steps,
                                 .channels = known.channels};
    if (status == SNND_OK)
        status = check_shape(context, &shape, 0);
    if (status != SNND_OK)
        return status;
    snnd_storage numbers = {.kind = &snnd_of_source,
                            .fetch = known.fetch,
                            .user = known.user,
                            .label = known.label,
                            .length = known.length};
    keep_labels(context, &numbers, known.samples, &status);
    return wrap_copies(context, &numbers, &shape, status, dataset);
}

/* ---- loading ---- */

/* One number of each sample. */
static snnd_status check_column(snnd_context *context, const snnd_array *column, const char *what, int64_t samples) {
    if ((column->dimensions != 1 && !(column->dimensions == 2 && column->shape[1] == 1)) || column->shape[0] != samples)
        return snnd_fail(context, SNND_ERROR_FORMAT, "the %s have %d axes, the first of %lld; expected [%lld]", what,
                         column->dimensions, (long long)column->shape[0], (long long)samples);
    return SNND_OK;
}

/* Checks and scales the arrays that were read and hands them to a dataset; without lengths, `length` has no data. */
static snnd_status adopt(snnd_context *context, snnd_array *input, snnd_array *label, snnd_array *length, double scale,
                         snnd_dataset **dataset) {
    if (input->dimensions != 3)
        return snnd_fail(context, SNND_ERROR_FORMAT, "the input has %d axes; expected [N, T, I]", input->dimensions);
    snnd_status status = check_column(context, label, "labels", input->shape[0]);
    if (status == SNND_OK && length->data != NULL)
        status = check_column(context, length, "lengths", input->shape[0]);
    if (status != SNND_OK)
        return status;
    if (input->shape[1] > INT32_MAX || input->shape[2] > INT32_MAX)
        return snnd_fail(context, SNND_ERROR_FORMAT, "the input has an axis of more than 2^31");
    float *value = input->data;
    for (int64_t k = 0; k < snnd_array_count(input); k++)
        value[k] = (float)((double)value[k] * scale);
    const samples_shape shape = {.of = "samples",
                                 .label = label->data,
                                 .length = length->data,
                                 .samples = input->shape[0],
                                 .steps = (int32_t)input->shape[1],
                                 .channels = (int32_t)input->shape[2]};
    status = check_shape(context, &shape, sizeof *value);
    if (status == SNND_OK)
        status = check_numbers(context, value, &shape);
    if (status != SNND_OK)
        return SNND_ERROR_FORMAT;
    snnd_storage numbers = {.kind = &snnd_of_numbers,
                            .input = value,
                            .label = label->data,
                            .length = length->data,
                            .own = {input->data, label->data, length->data}};
    status = wrap(context, &numbers, &shape, dataset);
    if (status == SNND_OK)
        input->data = label->data = length->data = NULL; /* the dataset's now */
    return status;
}

/* Without lengths `from_length` is NULL. */
static snnd_status load(snnd_context *context, snnd_origin from, snnd_origin from_label, const snnd_origin *from_length,
                        double scale, snnd_dataset **dataset) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (dataset == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "loading a dataset: dataset is NULL");
    if (!isfinite(scale) || scale == 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "scale is %g; expected a finite number other than 0", scale);
    snnd_array input = {0}, label = {0}, length = {0};
    snnd_status status = snnd_origin_check(context, from);
    if (status == SNND_OK)
        status = snnd_origin_check(context, from_label);
    if (status == SNND_OK && from_length != NULL)
        status = snnd_origin_check(context, *from_length);
    if (status == SNND_OK)
        status = snnd_npy_load(context, from, SNND_FLOAT32, &input);
    if (status == SNND_OK)
        status = snnd_npy_load(context, from_label, SNND_INT32, &label);
    if (status == SNND_OK && from_length != NULL)
        status = snnd_npy_load(context, *from_length, SNND_INT32, &length);
    if (status == SNND_OK) {
        const snnd_text_mode host = snnd_set_text_mode();
        status = adopt(context, &input, &label, &length, scale, dataset);
        snnd_restore_text_mode(&host);
        if (status != SNND_OK && from.name == NULL && from_length != NULL)
            snnd_fail(context, status, "'%s' with '%s' and '%s': %s", from.path, from_label.path, from_length->path,
                      context->error);
        else if (status != SNND_OK && from.name == NULL)
            snnd_fail(context, status, "'%s' with '%s': %s", from.path, from_label.path, context->error);
    }
    snnd_array_free(context, &input);
    snnd_array_free(context, &label);
    snnd_array_free(context, &length);
    return status;
}

snnd_status snnd_dataset_load_npy(snnd_context *context, const char *input_path, const char *label_path, double scale,
                                  snnd_dataset **dataset) {
    return load(context, snnd_from_path(input_path), snnd_from_path(label_path), NULL, scale, dataset);
}

snnd_status snnd_dataset_load_padded_npy(snnd_context *context, const char *input_path, const char *label_path,
                                         const char *length_path, double scale, snnd_dataset **dataset) {
    const snnd_origin length = snnd_from_path(length_path);
    return load(context, snnd_from_path(input_path), snnd_from_path(label_path), &length, scale, dataset);
}

snnd_status snnd_dataset_read_npy(snnd_context *context, const snnd_reader *input, const snnd_reader *label,
                                  double scale, snnd_dataset **dataset) {
    return load(context, snnd_from_reader(input, "the input"), snnd_from_reader(label, "the labels"), NULL, scale,
                dataset);
}

snnd_status snnd_dataset_read_padded_npy(snnd_context *context, const snnd_reader *input, const snnd_reader *label,
                                         const snnd_reader *length, double scale, snnd_dataset **dataset) {
    const snnd_origin from_length = snnd_from_reader(length, "the lengths");
    return load(context, snnd_from_reader(input, "the input"), snnd_from_reader(label, "the labels"), &from_length,
                scale, dataset);
}

/* ---- splitting ---- */

/* `chosen` samples of a dataset, NULL for all, over the same numbers. */
static snnd_status select_samples(const snnd_dataset *from, const int32_t *chosen, int64_t count,
                                  snnd_dataset **dataset) {
    snnd_dataset *made = snnd_allocate(from->context, 1, sizeof *made);
    int32_t *index = snnd_allocate(from->context, snnd_size_of(count), sizeof *index);
    if (made == NULL || index == NULL) {
        snnd_release(from->context, made);
        snnd_release(from->context, index);
        return SNND_ERROR_MEMORY;
    }
    for (int64_t i = 0; i < count; i++)
        index[i] = (int32_t)snnd_dataset_place(from, chosen == NULL ? i : chosen[i]);
    *made = *from;
    made->index = index;
    made->samples = count;
    made->storage->users++;
    *dataset = made;
    return SNND_OK;
}

snnd_status snnd_dataset_view(const snnd_dataset *dataset, snnd_dataset **view) {
    return select_samples(dataset, NULL, dataset->samples, view);
}

snnd_status snnd_dataset_split(const snnd_dataset *dataset, double share, uint64_t seed, snnd_dataset **part,
                               snnd_dataset **rest) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = dataset->context;
    if (part == NULL || rest == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_dataset_split: part or rest is NULL");
    const snnd_status apart = snnd_check_apart(context, "snnd_dataset_split", part, rest);
    if (apart != SNND_OK)
        return apart;
    if (!(share > 0 && share < 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "share is %g; expected above 0 and below 1", share);
    const int64_t chosen = (int64_t)rint(share * (double)dataset->samples);
    if (chosen < 1 || chosen >= dataset->samples)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "a share of %g leaves one side of %lld samples empty", share,
                         (long long)dataset->samples);
    int32_t *order = snnd_allocate(context, snnd_size_of(dataset->samples), sizeof *order);
    if (order == NULL)
        return SNND_ERROR_MEMORY;
    for (int64_t i = 0; i < dataset->samples; i++)
        order[i] = (int32_t)i;
    snnd_random random = snnd_random_for(seed, SNND_USE_SPLIT, 0);
    snnd_random_choose(&random, order, dataset->samples, chosen);
    snnd_dataset *first = NULL, *second = NULL;
    snnd_status status = select_samples(dataset, order, chosen, &first);
    if (status == SNND_OK)
        status = select_samples(dataset, order + chosen, dataset->samples - chosen, &second);
    snnd_release(context, order);
    if (status != SNND_OK) {
        snnd_dataset_free(first);
        return status;
    }
    *part = first;
    *rest = second;
    return SNND_OK;
}

snnd_status snnd_dataset_select(const snnd_dataset *dataset, const int64_t *index, int64_t count,
                                snnd_dataset **selection) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = dataset->context;
    if (index == NULL || selection == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_dataset_select: index or selection is NULL");
    if (count < 1 || count > INT32_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_dataset_select: count is %lld; expected 1 to %d",
                         (long long)count, INT32_MAX);
    int32_t *chosen = snnd_allocate(context, snnd_size_of(count), sizeof *chosen);
    snnd_status status = chosen == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    for (int64_t i = 0; status == SNND_OK && i < count; i++) {
        if (index[i] < 0 || index[i] >= dataset->samples)
            status = snnd_fail(context, SNND_ERROR_ARGUMENT, "index[%lld] is %lld; expected 0 to %lld", (long long)i,
                               (long long)index[i], (long long)dataset->samples - 1);
        else
            chosen[i] = (int32_t)index[i];
    }
    if (status == SNND_OK)
        status = select_samples(dataset, chosen, count, selection);
    snnd_release(context, chosen);
    return status;
}

void snnd_dataset_free(snnd_dataset *dataset) {
    if (dataset == NULL)
        return;
    release_storage(dataset->context, dataset->storage);
    snnd_release(dataset->context, dataset->index);
    snnd_release(dataset->context, dataset);
}

/* ---- asking ---- */

int64_t snnd_dataset_samples(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->samples;
}

int32_t snnd_dataset_steps(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->steps;
}

int32_t snnd_dataset_channels(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->channels;
}

int32_t snnd_dataset_classes(const snnd_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->classes;
}

int32_t snnd_dataset_length(const snnd_dataset *dataset, int64_t index) {
    if (dataset == NULL || index < 0 || index >= dataset->samples)
        return 0;
    return snnd_storage_length(dataset->storage, snnd_dataset_place(dataset, index));
}

static bool is_sample(const snnd_dataset *dataset, int64_t index) {
    return index >= 0 && index < dataset->samples;
}

snnd_status snnd_dataset_fill(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input) {
    snnd_fill_fault fault;
    if (dataset == NULL || input == NULL || epoch < -1 || !is_sample(dataset, index))
        return SNND_ERROR_ARGUMENT;
    return snnd_storage_fill(dataset->storage, epoch, snnd_dataset_place(dataset, index), input, &fault)
               ? SNND_OK
               : SNND_ERROR_CALLBACK;
}

snnd_status snnd_dataset_gather(const snnd_dataset *dataset, int32_t epoch, int64_t index, float *input) {
    snnd_fill_fault fault;
    return snnd_storage_fill(dataset->storage, epoch, snnd_dataset_place(dataset, index), input, &fault)
               ? SNND_OK
               : snnd_fill_failed(dataset->context, dataset->storage, &fault);
}

/* A sample that is not in memory as numbers is made in memory that is kept for the next. */
static snnd_status show(const snnd_dataset *dataset, int64_t index, const float **input) {
    snnd_storage *storage = dataset->storage;
    const size_t sample = (size_t)dataset->steps * (size_t)dataset->channels;
    if (storage->input != NULL) {
        *input = storage->input + (size_t)snnd_dataset_place(dataset, index) * sample;
        return SNND_OK;
    }
    if (storage->shown == NULL)
        storage->shown = snnd_allocate(dataset->context, sample, sizeof *storage->shown);
    const snnd_status status =
        storage->shown == NULL ? SNND_ERROR_MEMORY : snnd_dataset_gather(dataset, -1, index, storage->shown);
    if (status == SNND_OK)
        *input = storage->shown;
    return status;
}

snnd_status snnd_dataset_sample(const snnd_dataset *dataset, int64_t index, const float **input, int32_t *label) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!is_sample(dataset, index))
        return snnd_fail(dataset->context, SNND_ERROR_ARGUMENT, "sample %lld of a dataset of %lld", (long long)index,
                         (long long)dataset->samples);
    const snnd_status status = input == NULL ? SNND_OK : show(dataset, index, input);
    if (status == SNND_OK && label != NULL)
        *label = dataset->storage->label[snnd_dataset_place(dataset, index)];
    return status;
}
