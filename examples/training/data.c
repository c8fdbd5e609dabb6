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

uint64_t data_fingerprint(uint64_t fingerprint, const snnd_dataset *set) {
    const size_t bytes = (size_t)snnd_dataset_steps(set) * (size_t)snnd_dataset_channels(set) * sizeof(float);
    for (int64_t i = 0; i < snnd_dataset_samples(set); i++) {
        const float *input;
        int32_t label;
        if (snnd_dataset_sample(set, i, &input, &label) != SNND_OK)
            break;
        fingerprint = fingerprint_add(fingerprint, input, bytes);
        fingerprint = fingerprint_add(fingerprint, &label, sizeof label);
        const int32_t length = snnd_dataset_length(set, i);
        if (length < snnd_dataset_steps(set))
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
