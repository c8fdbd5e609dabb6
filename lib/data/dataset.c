#include "data/dataset.h"

#include <math.h>
#include <string.h>

#include "base/options.h"
#include "base/random.h"
#include "base/text_mode.h"
#include "format/npy.h"

/* ---- making ---- */

static int32_t classes_of(const snnd_dataset *dataset) {
    int32_t highest = 0;
    for (int64_t i = 0; i < dataset->samples; i++) {
        const int32_t label = dataset->storage->label[snnd_dataset_place(dataset, i)];
        highest = label > highest ? label : highest;
    }
    return highest + 1;
}

/* Numbers of the input. */
static size_t numbers_of(const snnd_samples *samples) {
    const size_t sample = snnd_size_multiply((size_t)samples->steps, (size_t)samples->channels);
    return snnd_size_multiply(snnd_size_of(samples->samples), sample);
}

/* Beyond the end of a sample there may be anything. */
static snnd_status check_numbers(snnd_context *context, const snnd_samples *samples) {
    const size_t size = (size_t)samples->steps * (size_t)samples->channels;
    for (size_t k = 0; k < numbers_of(samples); k++)
        if (!isfinite(samples->input[k]) &&
            (samples->length == NULL || k % size / (size_t)samples->channels < (size_t)samples->length[k / size]))
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: input of sample %zu, step %zu, channel %zu is %g",
                             k / size, k % size / (size_t)samples->channels, k % (size_t)samples->channels,
                             (double)samples->input[k]);
    return SNND_OK;
}

static snnd_status check_samples(snnd_context *context, const snnd_samples *samples) {
    if (samples->input == NULL || samples->label == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: %s is NULL",
                         samples->input == NULL ? "input" : "label");
    if (samples->samples < 1 || samples->samples > INT32_MAX || samples->steps < 1 || samples->channels < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "samples: shape is [%lld, %d, %d]; expected at least 1 each, and fewer than 2^31 samples",
                         (long long)samples->samples, samples->steps, samples->channels);
    if (!snnd_size_fits(snnd_size_multiply(numbers_of(samples), sizeof *samples->input)))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "samples: shape is [%lld, %d, %d], which are more numbers than memory can hold",
                         (long long)samples->samples, samples->steps, samples->channels);
    if (samples->copy != 0 && samples->copy != 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: copy is %d; expected 0 or 1", samples->copy);
    for (int64_t i = 0; i < samples->samples; i++)
        if (samples->label[i] < 0 || samples->label[i] >= 1 << 20)
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: label %lld is %d; expected 0 to 2^20 - 1",
                             (long long)i, samples->label[i]);
    for (int64_t i = 0; i < samples->samples && samples->length != NULL; i++)
        if (samples->length[i] < 1 || samples->length[i] > samples->steps)
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: length %lld is %d; expected 1 to %d, the steps",
                             (long long)i, samples->length[i], samples->steps);
    return check_numbers(context, samples);
}

static void release_storage(snnd_context *context, snnd_storage *storage) {
    if (storage == NULL || --storage->users > 0)
        return;
    snnd_release(context, storage->own_input);
    snnd_release(context, storage->own_label);
    snnd_release(context, storage->own_length);
    snnd_release(context, storage);
}

/* A dataset over numbers that are owned already, or borrowed; on failure they stay the caller's. */
static snnd_status wrap(snnd_context *context, const snnd_storage *numbers, const snnd_samples *shape,
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
    *made = (snnd_dataset){.context = context,
                           .storage = storage,
                           .samples = shape->samples,
                           .steps = shape->steps,
                           .channels = shape->channels};
    made->classes = classes_of(made);
    *dataset = made;
    return SNND_OK;
}

snnd_status snnd_samples_init(snnd_samples *samples, size_t size) {
    static const snnd_samples defaults = {.copy = 1};
    return snnd_options_init(samples, size, &defaults, sizeof defaults);
}

snnd_status snnd_dataset_create(snnd_context *context, const snnd_samples *samples, snnd_dataset **dataset) {
    snnd_samples known;
    snnd_samples_init(&known, sizeof known);
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (dataset == NULL || samples == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_dataset_create: %s is NULL",
                         dataset == NULL ? "dataset" : "samples");
    snnd_status status = snnd_options_read(context, samples, &known, sizeof known, "snnd_samples");
    if (status == SNND_OK)
        status = check_samples(context, &known);
    if (status != SNND_OK)
        return status;
    snnd_storage numbers = {.input = known.input, .label = known.label, .length = known.length};
    if (known.copy) {
        const size_t values = numbers_of(&known), labels = snnd_size_of(known.samples);
        numbers.own_input = snnd_allocate(context, values, sizeof *numbers.own_input);
        numbers.own_label = snnd_allocate(context, labels, sizeof *numbers.own_label);
        if (known.length != NULL)
            numbers.own_length = snnd_allocate(context, labels, sizeof *numbers.own_length);
        if (numbers.own_input != NULL && numbers.own_label != NULL &&
            (known.length == NULL || numbers.own_length != NULL)) {
            memcpy(numbers.own_input, known.input, values * sizeof *numbers.own_input);
            memcpy(numbers.own_label, known.label, labels * sizeof *numbers.own_label);
            if (known.length != NULL)
                memcpy(numbers.own_length, known.length, labels * sizeof *numbers.own_length);
        } else {
            status = snnd_fail(context, SNND_ERROR_MEMORY, "a copy of %lld samples: %s", (long long)known.samples,
                               context->error);
        }
        numbers.input = numbers.own_input;
        numbers.label = numbers.own_label;
        numbers.length = numbers.own_length;
    }
    if (status == SNND_OK)
        status = wrap(context, &numbers, &known, dataset);
    if (status != SNND_OK) {
        snnd_release(context, numbers.own_input);
        snnd_release(context, numbers.own_label);
        snnd_release(context, numbers.own_length);
    }
    return status;
}

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
    const snnd_samples shape = {.input = value,
                                .label = label->data,
                                .length = length->data,
                                .samples = input->shape[0],
                                .steps = (int32_t)input->shape[1],
                                .channels = (int32_t)input->shape[2]};
    status = check_samples(context, &shape);
    if (status != SNND_OK)
        return SNND_ERROR_FORMAT;
    const snnd_storage numbers = {.input = value,
                                  .label = label->data,
                                  .length = length->data,
                                  .own_input = value,
                                  .own_label = label->data,
                                  .own_length = length->data};
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
    return snnd_dataset_length_at(dataset, snnd_dataset_place(dataset, index));
}

snnd_status snnd_dataset_sample(const snnd_dataset *dataset, int64_t index, const float **input, int32_t *label) {
    if (dataset == NULL)
        return SNND_ERROR_ARGUMENT;
    if (index < 0 || index >= dataset->samples)
        return snnd_fail(dataset->context, SNND_ERROR_ARGUMENT, "sample %lld of a dataset of %lld", (long long)index,
                         (long long)dataset->samples);
    const size_t place = (size_t)snnd_dataset_place(dataset, index);
    if (input != NULL)
        *input = dataset->storage->input + place * (size_t)dataset->steps * (size_t)dataset->channels;
    if (label != NULL)
        *label = dataset->storage->label[place];
    return SNND_OK;
}
