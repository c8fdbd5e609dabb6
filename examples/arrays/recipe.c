#include "arrays/recipe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/fingerprint.h"

/* The files of a set are its name with these behind it. */
#define INPUT "_x_data.npy"  /* [N, T, I] */
#define LABELS "_y_data.npy" /* [N] */
#define LENGTHS "_l_data.npy"

/* What is being read. */
struct reading {
    snnd_context *context;
    const struct options *options;
    char *input, *label, *length; /* paths */
};

static int library_failure(const struct reading *reading, struct failure *failure) {
    return failed(failure, "%s", snnd_context_last_error(reading->context));
}

/* 1 if the numbers of the file are bytes, which stay bytes: numpy says so first of all. What is not found here is read
 * as float32, and comes to the same numbers. */
static int has_bytes(const char *path) {
    char begin[64] = "";
    FILE *file = fopen(path, "rb");
    const size_t count = file != NULL ? fread(begin, 1, sizeof begin - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    for (size_t i = 0; i + 5 <= count; i++)
        if (memcmp(begin + i, "'|u1'", 5) == 0)
            return 1;
    return 0;
}

static int refuse_count(const snnd_array *input, const char *path, int64_t count, struct failure *failure) {
    return failed(failure, "%s: has %lld numbers; expected one for each of %lld samples", path, (long long)count,
                  (long long)input->shape[0]);
}

static int make_of_counts(const struct reading *reading, const snnd_array *input, const snnd_array *label,
                          const snnd_array *length, snnd_dataset **set, struct failure *failure) {
    if (input->dimensions != 3)
        return failed(failure, "%s: has %d axes; expected samples, steps and channels", reading->input,
                      (int)input->dimensions);
    if (snnd_array_count(label) != input->shape[0])
        return refuse_count(input, reading->label, snnd_array_count(label), failure);
    if (length->data != NULL && snnd_array_count(length) != input->shape[0])
        return refuse_count(input, reading->length, snnd_array_count(length), failure);
    if (input->shape[1] > INT32_MAX || input->shape[2] > INT32_MAX)
        return failed(failure, "%s: has more steps or channels than there can be", reading->input);
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    samples.counts = input->data;
    samples.label = label->data;
    samples.length = length->data;
    samples.samples = input->shape[0];
    samples.steps = (int32_t)input->shape[1];
    samples.channels = (int32_t)input->shape[2];
    samples.scale = reading->options->scale;
    return snnd_dataset_create(reading->context, &samples, set) == SNND_OK ? 0 : library_failure(reading, failure);
}

static int load_counts(const struct reading *reading, snnd_dataset **set, struct failure *failure) {
    snnd_array input = {0}, label = {0}, length = {0};
    snnd_status status = snnd_array_load_npy(reading->context, reading->input, SNND_UINT8, &input);
    if (status == SNND_OK)
        status = snnd_array_load_npy(reading->context, reading->label, SNND_INT32, &label);
    if (status == SNND_OK && reading->length != NULL)
        status = snnd_array_load_npy(reading->context, reading->length, SNND_INT32, &length);
    const int result = status == SNND_OK ? make_of_counts(reading, &input, &label, &length, set, failure)
                                         : library_failure(reading, failure);
    snnd_array_free(reading->context, &input);
    snnd_array_free(reading->context, &label);
    snnd_array_free(reading->context, &length);
    return result;
}

static int load_numbers(const struct reading *reading, snnd_dataset **set, struct failure *failure) {
    const double scale = reading->options->scale;
    const snnd_status status = reading->length == NULL
                                   ? snnd_dataset_load_npy(reading->context, reading->input, reading->label, scale, set)
                                   : snnd_dataset_load_padded_npy(reading->context, reading->input, reading->label,
                                                                  reading->length, scale, set);
    return status == SNND_OK ? 0 : library_failure(reading, failure);
}

/* Reads the set of this name; one that may be missing is NULL then. */
static int load_set(snnd_context *context, const struct options *options, const char *name, int needed,
                    snnd_dataset **set, struct failure *failure) {
    struct reading reading = {context, options, format_text("%s/%s" INPUT, options->data, name),
                              format_text("%s/%s" LABELS, options->data, name),
                              format_text("%s/%s" LENGTHS, options->data, name)};
    const int has_input = file_exists(reading.input), has_label = file_exists(reading.label);
    if (!file_exists(reading.length)) {
        free(reading.length);
        reading.length = NULL;
    }
    int result = 0;
    if (has_input && has_label)
        result = (has_bytes(reading.input) ? load_counts : load_numbers)(&reading, set, failure);
    else if (needed || has_input || has_label)
        result = failed(failure, "%s: there is no %s%s", options->data, name, has_input ? LABELS : INPUT);
    free(reading.input);
    free(reading.label);
    free(reading.length);
    return result;
}

/* Counts the classes, and makes sure that all sets are of the same channels. */
static int compare_sets(const struct options *options, struct data *data, struct failure *failure) {
    const snnd_dataset *set[] = {data->training, data->testing, data->validation};
    const int32_t channels = snnd_dataset_channels(data->training);
    for (size_t i = 0; i < sizeof set / sizeof *set; i++) {
        if (set[i] == NULL)
            continue;
        if (snnd_dataset_channels(set[i]) != channels)
            return failed(failure, "%s: the samples have %d channels in one set and %d in another", options->data,
                          (int)channels, (int)snnd_dataset_channels(set[i]));
        if (snnd_dataset_classes(set[i]) > data->classes)
            data->classes = snnd_dataset_classes(set[i]);
    }
    return 0;
}

static int load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
                struct failure *failure) {
    if (options->cache != NULL)
        data_say(say, "--cache has no effect: nothing is made of arrays that could be kept");
    if (load_set(context, options, "training", 1, &data->training, failure) != 0 ||
        load_set(context, options, "testing", 1, &data->testing, failure) != 0 ||
        load_set(context, options, "validation", 0, &data->validation, failure) != 0 ||
        compare_sets(options, data, failure) != 0)
        return -1;
    if (data->validation != NULL)
        data->validation_by = format_text("the set's own validation samples");
    uint64_t fingerprint = data_fingerprint(data_fingerprint(FINGERPRINT_START, data->training), data->testing);
    if (data->validation != NULL)
        fingerprint = data_fingerprint(fingerprint, data->validation);
    snprintf(data->fingerprint, sizeof data->fingerprint, "%016" PRIx64, fingerprint);
    return 0;
}

static const struct option_entry own[] = {
    {{"scale", REAL, OPTION_AT(scale), -1e6, 1e6, NULL},
     DECIDES,
     "X",
     "1",
     NULL,
     "what all numbers are multiplied by; not 0"},
};

static const struct recipe_default defaults[] = {
    {"out", "arrays-run", NULL},
    {NULL, NULL, NULL},
};

const struct recipe recipe_arrays = {
    .name = "arrays",
    .title = "any data set in .npy files: training_x_data.npy [N, T, I], training_y_data.npy [N] and so on",
    .about =
        "Trains a spiking network with delays on samples in .npy files: NAME_x_data.npy, numbers [N, T, I] (bytes "
        "stay\n"
        "bytes in memory), NAME_y_data.npy, labels [N], and where samples have different lengths NAME_l_data.npy,\n"
        "steps [N]. NAME is training, testing and, where there is one, validation.\n",
    .data = "a folder with training_x_data.npy and the others that --help names",
    .defaults = defaults,
    .own = own,
    .own_count = sizeof own / sizeof *own,
    .load = load,
};
