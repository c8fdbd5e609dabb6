/* Creates datasets from files of arrays. */
#include <math.h>

#include "base/text_mode.h"
#include "data/create.h"
#include "data/sample.h"
#include "format/npy.h"

/* Checks that there is one number for each sample. */
static snnd_status check_column(snnd_context *context, const snnd_array *column, const char *what, int64_t samples) {
    if ((column->dimensions != 1 && !(column->dimensions == 2 && column->shape[1] == 1)) || column->shape[0] != samples)
        return snnd_fail(context, SNND_ERROR_FORMAT,
                         "the %s have %d axes, and the first has %lld elements; expected one axis of %lld elements",
                         what, column->dimensions, (long long)column->shape[0], (long long)samples);
    return SNND_OK;
}

/* Checks and scales the arrays that were read, and moves them into a dataset. Without lengths, `length` has no data. */
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
        return snnd_fail(context, SNND_ERROR_FORMAT, "the input has an axis of more than 2^31 - 1 elements");
    float *value = input->data;
    for (int64_t k = 0; k < snnd_array_count(input); k++)
        value[k] = (float)((double)value[k] * scale);
    const snnd_shape shape = {.of = "samples",
                              .label = label->data,
                              .length = length->data,
                              .samples = input->shape[0],
                              .steps = (int32_t)input->shape[1],
                              .channels = (int32_t)input->shape[2]};
    status = snnd_shape_check(context, &shape, sizeof *value);
    if (status == SNND_OK)
        status = snnd_shape_check_numbers(context, value, &shape);
    if (status != SNND_OK)
        return SNND_ERROR_FORMAT;
    snnd_storage numbers = {.kind = &snnd_of_numbers,
                            .input = value,
                            .label = label->data,
                            .length = length->data,
                            .own = {input->data, label->data, length->data}};
    status = snnd_dataset_wrap(context, &numbers, &shape, dataset);
    if (status == SNND_OK)
        input->data = label->data = length->data = NULL; /* they belong to the dataset now */
    return status;
}

/* `from_length` is NULL where there are no lengths. */
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
            snnd_fail(context, status, "cannot load '%s' with '%s' and '%s': %s", from.path, from_label.path,
                      from_length->path, context->error);
        else if (status != SNND_OK && from.name == NULL)
            snnd_fail(context, status, "cannot load '%s' with '%s': %s", from.path, from_label.path, context->error);
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
