#include "rawhd/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audio/mel_filters.h"
#include "common/files.h"
#include "common/fingerprint.h"
#include "common/printable.h"
#include "rawhd/cache.h"
#include "rawhd/digits.h"
#include "rawhd/front_end_settings.h"
#include "training/arrays.h"

void data_multiply(float *cells, size_t count) {
    for (size_t i = 0; i < count; i++)
        cells[i] = (float)((double)cells[i] * DATA_SCALE);
}

/* The data that are read, and the receiver of messages. */
struct reading {
    snnd_context *context;
    const struct options *options;
    const struct say *say;
};

static int load_set(snnd_context *context, const char *folder, const char *input, const char *labels, struct data *data,
                    snnd_dataset **set, struct failure *failure) {
    char *input_path = format_text("%s/%s", folder, input), *label_path = format_text("%s/%s", folder, labels);
    const struct array_paths paths = {input_path, label_path, NULL};
    const int result = arrays_load(context, &paths, DATA_SCALE, data, set, failure);
    free(input_path);
    free(label_path);
    return result;
}

/* Reads the four files of a folder. */
static int load_folder(snnd_context *context, const char *folder, struct data *data, struct failure *failure) {
    if (load_set(context, folder, TRAINING_INPUT, TRAINING_LABELS, data, &data->training, failure) != 0 ||
        load_set(context, folder, TESTING_INPUT, TESTING_LABELS, data, &data->testing, failure) != 0)
        return -1;
    int32_t channels = snnd_dataset_channels(data->training), tested = snnd_dataset_channels(data->testing);
    return channels == tested ? 0
                              : failed(failure, "%s: %s has %d channels and %s has %d; expected the same number",
                                       folder, TRAINING_INPUT, (int)channels, TESTING_INPUT, (int)tested);
}

static void set_front_end(struct data *data, const struct front_end *front_end) {
    data->front_end = front_end_describe(front_end);
    data->class_names = digit_class_names(front_end->german_first);
}

/* Reads how the arrays of a folder were made, if they are stored spectrograms. */
static int read_front_end(const char *folder, struct data *data) {
    struct failure ignored;
    struct front_end front_end;
    if (front_end_read(folder, CACHE_SETTINGS, &front_end, &ignored) != 0)
        return 0;
    set_front_end(data, &front_end);
    return 1;
}

/* Counts how many of the four files are in the folder; `missing` receives the name of one that is not. */
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

/* Creates a dataset of numbers in memory, which are multiplied in place and then copied. */
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

/* Reports Mel channels that must be empty. */
static void say_empty(const struct say *say, const char *whose, int lowest_rate, int rate) {
    struct mel *mel = mel_new(lowest_rate);
    const int empty = mel_empty(mel, rate);
    mel_free(mel);
    if (empty > 0)
        data_say(say, "%s recordings of %d samples a second leave %d of %d Mel channels empty", whose, rate, empty,
                 MEL_CHANNELS);
}

static void say_where_kept(const struct reading *reading, const char *folder, int kept, const struct failure *reason) {
    if (kept)
        data_say(reading->say, "spectrograms are kept in %s", folder);
    else if (folder != NULL)
        data_say(reading->say, "spectrograms are not kept: %s", reason->text);
    else
        data_say(reading->say,
                 "spectrograms are not kept: %s cannot be written to, and there is no cache folder; --cache names one",
                 reading->options->data);
}

static int refuse_recordings(const struct reading *reading, const struct problems *problems, struct failure *failure) {
    char *place = printable(reading->options->data), *list = problems_describe(problems);
    char *text = format_text("%s: %s", place, list);
    failed_list(failure, text);
    free(text);
    free(list);
    free(place);
    return -1;
}

/* Reads all recordings, stores their spectrograms in `folder` (NULL: nowhere) and creates the datasets. */
static int make_sets(const struct reading *reading, const struct recordings *recordings, const char *folder,
                     const struct cache_key *key, struct problems *problems, struct data *data,
                     struct failure *failure) {
    data_say(reading->say, "reading %zu recordings in %s ...", recordings->training.count + recordings->testing.count,
             reading->options->data);
    struct spectrograms training, testing;
    struct spectrogram_scale scale;
    if (spectrograms_make(key->preset, recordings, (int)reading->options->threads, reading->options->quiet, &training,
                          &testing, &scale, problems) != 0)
        return refuse_recordings(reading, problems, failure);
    struct failure reason;
    const int kept =
        folder != NULL && cache_store(reading->context, folder, key, &training, &testing, &scale, &reason) == 0;
    say_where_kept(reading, folder, kept, &reason);
    if (key->preset == PRESET_MEL) {
        const int tested = spectrograms_lowest_rate(recordings, &recordings->testing);
        say_empty(reading->say, "training", scale.lowest_rate, scale.lowest_rate);
        if (tested < scale.lowest_rate)
            say_empty(reading->say, "testing", scale.lowest_rate, tested);
    }
    int result = use_set(reading->context, &training, &data->training, failure);
    if (result == 0)
        result = use_set(reading->context, &testing, &data->testing, failure);
    set_front_end(data, &(struct front_end){key->preset, key->german_first, scale, 0});
    spectrograms_free(&training);
    spectrograms_free(&testing);
    return result;
}

/* Reads stored spectrograms; returns 0 if there are none or they cannot be used. */
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

/* Returns the speakers, in the order of a list; to be freed. */
static int32_t *list_speakers(const struct recording_list *list) {
    int32_t *speaker = allocate(list->count, sizeof *speaker);
    for (size_t i = 0; i < list->count; i++)
        speaker[i] = list->recording[i].speaker;
    return speaker;
}

static int load_recordings(const struct reading *reading, struct data *data, struct failure *failure) {
    const struct options *options = reading->options;
    struct recordings recordings;
    struct problems problems = {0};
    if (recordings_find(options->data, options->german_first, &recordings, &problems, failure) != 0)
        return -1;
    struct cache_key key = {(enum preset)options->preset, options->german_first, recordings.fingerprint};
    char *folder = cache_folder(options->data, options->cache, &key);
    int result = 0;
    if (problems_total(&problems) > 0 || !use_kept(reading->context, folder, &key, &recordings, data))
        result = make_sets(reading, &recordings, folder, &key, &problems, data, failure);
    free(folder);
    problems_clear(&problems);
    data->training_speaker = list_speakers(&recordings.training);
    data->testing_speaker = list_speakers(&recordings.testing);
    recordings_free(&recordings);
    data->classes = DIGIT_CLASSES;
    return result;
}

static int load_arrays(const struct reading *reading, struct data *data, struct failure *failure) {
    if (load_folder(reading->context, reading->options->data, data, failure) != 0)
        return -1;
    int32_t training = snnd_dataset_classes(data->training), testing = snnd_dataset_classes(data->testing);
    data->classes = training > testing ? training : testing;
    read_front_end(reading->options->data, data);
    return 0;
}

int rawhd_load(snnd_context *context, const struct options *options, const struct say *say, struct data *data,
               struct failure *failure) {
    const struct reading reading = {context, options, say};
    const char *missing = NULL;
    const int arrays = count_arrays(options->data, &missing);
    char *list = format_text("%s/%s", options->data, TRAINING_LIST);
    int result;
    if (arrays == 4)
        result = load_arrays(&reading, data, failure);
    else if (arrays > 0 && !file_exists(list))
        result = failed(failure, "%s: there is no %s beside the other .npy files", options->data, missing);
    else
        result = load_recordings(&reading, data, failure);
    free(list);
    if (result == 0)
        snprintf(data->fingerprint, sizeof data->fingerprint, "%016" PRIx64,
                 data_fingerprint(data_fingerprint(FINGERPRINT_START, data->training), data->testing));
    return result;
}
