#include "rawhd/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audio/mel_filters.h"
#include "common/files.h"
#include "common/fingerprint.h"
#include "common/printable.h"
#include "rawhd/cache.h"
#include "rawhd/digits.h"

void data_multiply(float *cells, size_t count) {
    for (size_t i = 0; i < count; i++)
        cells[i] = (float)((double)cells[i] * DATA_SCALE);
}

static void say(const struct data_options *options, const char *message) {
    if (options->say != NULL)
        options->say(options->user, message);
}

static int load_set(snnd_context *context, const char *folder, const char *input, const char *labels,
                    snnd_dataset **set, struct failure *failure) {
    char *input_path = format_text("%s/%s", folder, input), *label_path = format_text("%s/%s", folder, labels);
    int result = snnd_dataset_load_npy(context, input_path, label_path, DATA_SCALE, set) == SNND_OK
                     ? 0
                     : failed(failure, "%s", snnd_context_last_error(context));
    free(input_path);
    free(label_path);
    return result;
}

/* Reads the four files of a folder. */
static int load_folder(snnd_context *context, const char *folder, struct data *data, struct failure *failure) {
    if (load_set(context, folder, TRAINING_INPUT, TRAINING_LABELS, &data->training, failure) != 0 ||
        load_set(context, folder, TESTING_INPUT, TESTING_LABELS, &data->testing, failure) != 0)
        return -1;
    int32_t channels = snnd_dataset_channels(data->training), tested = snnd_dataset_channels(data->testing);
    return channels == tested ? 0
                              : failed(failure, "%s: %s has %d channels and %s has %d, expected the same", folder,
                                       TRAINING_INPUT, (int)channels, TESTING_INPUT, (int)tested);
}

/* How the arrays of a folder were made, if they are spectrograms that were kept. */
static int read_front_end(const char *folder, struct data *data) {
    struct failure ignored;
    data->has_front_end = front_end_read(folder, CACHE_SETTINGS, &data->front_end, &ignored) == 0;
    return data->has_front_end;
}

/* How many of the four files are in the folder; the name of one that is not goes to `missing`. */
static int count_arrays(const char *folder, const char **missing) {
    static const char *const file[] = {TRAINING_INPUT, TRAINING_LABELS, TESTING_INPUT, TESTING_LABELS};
    int count = 0;
    for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
        char *path = format_text("%s/%s", folder, file[i]);
        if (file_exists(path))
            count++;
        else
            *missing = file[i];
        free(path);
    }
    return count;
}

/* A dataset of numbers in memory: multiplied in place, then copied. */
static int use_set(snnd_context *context, struct spectrograms *spectrograms, snnd_dataset **set,
                   struct failure *failure) {
    int32_t *labels = allocate(spectrograms->count, sizeof *labels);
    for (size_t i = 0; i < spectrograms->count; i++)
        labels[i] = (int32_t)spectrograms->labels[i];
    data_multiply(spectrograms->cells, spectrograms->count * MEL_CELLS);
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    samples.input = spectrograms->cells;
    samples.label = labels;
    samples.samples = (int64_t)spectrograms->count;
    samples.steps = MEL_STEPS;
    samples.channels = MEL_CHANNELS;
    snnd_status status = snnd_dataset_create(context, &samples, set);
    free(labels);
    return status == SNND_OK ? 0 : failed(failure, "%s", snnd_context_last_error(context));
}

/* Tells of Mel channels in which nothing can be, since nothing else would. */
static void say_empty(const struct data_options *options, const char *whose, int lowest_rate, int rate) {
    struct mel *mel = mel_new(lowest_rate);
    const int empty = mel_empty(mel, rate);
    mel_free(mel);
    if (empty == 0)
        return;
    char *message = format_text("%s recordings of %d samples a second leave %d of %d Mel channels empty", whose, rate,
                                empty, MEL_CHANNELS);
    say(options, message);
    free(message);
}

/* Reads all recordings, keeps their spectrograms in `folder` (NULL: nowhere) and gives the datasets. */
static int make_sets(snnd_context *context, const struct data_options *options, const struct recordings *recordings,
                     const char *folder, const struct cache_key *key, struct problems *problems, struct data *data,
                     struct failure *failure) {
    char *message = format_text("reading %zu recordings in %s ...",
                                recordings->training.count + recordings->testing.count, options->folder);
    say(options, message);
    free(message);
    struct spectrograms training, testing;
    struct spectrogram_scale scale;
    if (spectrograms_make(options->preset, recordings, options->threads, &training, &testing, &scale, problems) != 0) {
        char *place = printable(options->folder), *list = problems_describe(problems);
        char *text = format_text("%s: %s", place, list);
        failed_list(failure, text);
        free(text);
        free(list);
        free(place);
        return -1;
    }
    struct failure reason;
    int kept = folder != NULL && cache_store(context, folder, key, &training, &testing, &scale, &reason) == 0;
    message = kept             ? format_text("spectrograms are kept in %s", folder)
              : folder != NULL ? format_text("spectrograms are not kept: %s", reason.text)
                               : format_text("spectrograms are not kept: %s cannot be written to, and there is no "
                                             "cache folder; --cache names one",
                                             options->folder);
    say(options, message);
    free(message);
    if (options->preset == PRESET_MEL) {
        const int tested = spectrograms_lowest_rate(recordings, &recordings->testing);
        say_empty(options, "training", scale.lowest_rate, scale.lowest_rate);
        if (tested < scale.lowest_rate)
            say_empty(options, "testing", scale.lowest_rate, tested);
    }
    int result = use_set(context, &training, &data->training, failure);
    if (result == 0)
        result = use_set(context, &testing, &data->testing, failure);
    data->has_front_end = 1;
    data->front_end = (struct front_end){options->preset, options->german_first, scale};
    spectrograms_free(&training);
    spectrograms_free(&testing);
    return result;
}

/* Reads spectrograms that were kept; 0 if there were none or they cannot be used. */
static int use_kept(snnd_context *context, const char *folder, const struct cache_key *key,
                    const struct recordings *recordings, struct data *data) {
    struct failure ignored;
    if (folder == NULL || !cache_is_current(folder, key))
        return 0;
    if (read_front_end(folder, data) && load_folder(context, folder, data, &ignored) == 0 &&
        snnd_dataset_samples(data->training) == (int64_t)recordings->training.count &&
        snnd_dataset_samples(data->testing) == (int64_t)recordings->testing.count &&
        snnd_dataset_channels(data->training) == MEL_CHANNELS && snnd_dataset_steps(data->training) == MEL_STEPS &&
        snnd_dataset_steps(data->testing) == MEL_STEPS)
        return 1;
    data_free(data);
    return 0;
}

static int load_recordings(snnd_context *context, const struct data_options *options, struct data *data,
                           struct failure *failure) {
    struct recordings recordings;
    struct problems problems = {0};
    if (recordings_find(options->folder, options->german_first, &recordings, &problems, failure) != 0)
        return -1;
    struct cache_key key = {options->preset, options->german_first, recordings.fingerprint};
    char *folder = cache_folder(options->folder, options->cache, &key);
    int result = 0;
    if (problems_total(&problems) > 0 || !use_kept(context, folder, &key, &recordings, data))
        result = make_sets(context, options, &recordings, folder, &key, &problems, data, failure);
    free(folder);
    problems_clear(&problems);
    recordings_free(&recordings);
    data->classes = DIGIT_CLASSES;
    return result;
}

static int load_arrays(snnd_context *context, const struct data_options *options, struct data *data,
                       struct failure *failure) {
    if (load_folder(context, options->folder, data, failure) != 0)
        return -1;
    int32_t training = snnd_dataset_classes(data->training), testing = snnd_dataset_classes(data->testing);
    data->classes = training > testing ? training : testing;
    read_front_end(options->folder, data);
    return 0;
}

static uint64_t add_set(uint64_t fingerprint, const snnd_dataset *set) {
    size_t bytes = (size_t)snnd_dataset_steps(set) * (size_t)snnd_dataset_channels(set) * sizeof(float);
    for (int64_t i = 0; i < snnd_dataset_samples(set); i++) {
        const float *input;
        int32_t label;
        if (snnd_dataset_sample(set, i, &input, &label) != SNND_OK)
            break;
        fingerprint = fingerprint_add(fingerprint, input, bytes);
        fingerprint = fingerprint_add(fingerprint, &label, sizeof label);
    }
    return fingerprint;
}

int data_load(snnd_context *context, const struct data_options *options, struct data *data, struct failure *failure) {
    memset(data, 0, sizeof *data);
    struct stat status;
    if (stat(options->folder, &status) != 0 || !S_ISDIR(status.st_mode))
        return failed(failure, "%s: there is no such folder", options->folder);
    const char *missing = NULL;
    int arrays = count_arrays(options->folder, &missing);
    char *list = format_text("%s/%s", options->folder, TRAINING_LIST);
    int result;
    if (arrays == 4)
        result = load_arrays(context, options, data, failure);
    else if (arrays > 0 && !file_exists(list))
        result = failed(failure, "%s: there is no %s beside the other .npy files", options->folder, missing);
    else
        result = load_recordings(context, options, data, failure);
    free(list);
    if (result != 0) {
        data_free(data);
        return -1;
    }
    snprintf(data->fingerprint, sizeof data->fingerprint, "%016" PRIx64,
             add_set(add_set(FINGERPRINT_START, data->training), data->testing));
    return 0;
}

void data_free(struct data *data) {
    snnd_dataset_free(data->training);
    snnd_dataset_free(data->testing);
    data->training = data->testing = NULL;
}
