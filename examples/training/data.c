#include "training/data.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/fingerprint.h"

void data_say(const struct say *say, const char *format, ...) {
    if (say->line == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    char *message = format_arguments(format, arguments);
    va_end(arguments);
    say->line(say->user, message);
    free(message);
}

/* Numbers after the end of a sample count as zeros. */
static uint64_t add_sample(uint64_t fingerprint, const float *input, size_t numbers, size_t all) {
    static const float zero;
    fingerprint = fingerprint_add(fingerprint, input, numbers * sizeof *input);
    for (size_t k = numbers; k < all; k++)
        fingerprint = fingerprint_add(fingerprint, &zero, sizeof zero);
    return fingerprint;
}

uint64_t data_fingerprint(uint64_t fingerprint, const snnd_dataset *set) {
    const size_t steps = (size_t)snnd_dataset_steps(set), channels = (size_t)snnd_dataset_channels(set);
    for (int64_t i = 0; i < snnd_dataset_samples(set); i++) {
        const float *input;
        int32_t label;
        if (snnd_dataset_sample(set, i, &input, &label) != SNND_OK)
            break;
        const int32_t length = snnd_dataset_length(set, i);
        fingerprint = add_sample(fingerprint, input, (size_t)length * channels, steps * channels);
        fingerprint = fingerprint_add(fingerprint, &label, sizeof label);
        if ((size_t)length < steps)
            fingerprint = fingerprint_add(fingerprint, &length, sizeof length);
    }
    return fingerprint;
}

void data_free(struct data *data) {
    snnd_dataset_free(data->training);
    snnd_dataset_free(data->testing);
    snnd_dataset_free(data->validation);
    if (data->release != NULL)
        data->release(data->held);
    for (char **name = data->class_names; name != NULL && *name != NULL; name++)
        free(*name);
    free(data->class_names);
    free(data->validation_by);
    free(data->training_speaker);
    free(data->testing_speaker);
    cJSON_Delete(data->front_end);
    memset(data, 0, sizeof *data);
}
