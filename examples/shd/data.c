#include "shd/data.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/fingerprint.h"
#include "shd/counts.h"

/* Memory that the datasets borrow. */
struct held {
    struct counts counts[SHD_SETS];
};

static void release(void *user) {
    struct held *held = user;
    for (int s = 0; s < SHD_SETS; s++)
        counts_close(&held->counts[s]);
    free(held);
}

/* ---- reading ---- */

/* Reads the sets that are not stored, into the caches. */
static int read_all(struct held *held, const struct options *options, const struct caches *caches,
                    const struct say *say, struct failure *failure) {
    const char *cache = NULL;
    struct reading reading;
    struct failure unkept = {.text = ""};
    int64_t samples = 0;
    int result = 0, must_read[SHD_SETS];
    for (int s = 0; s < SHD_SETS; s++) {
        must_read[s] = counts_must_read(&held->counts[s]);
        samples += must_read[s] ? held->counts[s].samples : 0;
    }
    if (samples == 0)
        return 0;
    cache = caches_make(caches);
    data_say(say, "reading %" PRId64 " samples in %s ...", samples, options->data);
    reading_begin(&reading, samples, "samples", options->quiet);
    for (int s = 0; s < SHD_SETS && result == 0; s++) {
        struct failure reason = {.text = ""};
        if (must_read[s])
            result = counts_read(&held->counts[s], cache, &reading, &reason, failure);
        if (reason.text[0] != '\0')
            unkept = reason;
    }
    reading_end(&reading);
    if (result == 0 && cache == NULL && options->cache != NULL)
        data_say(say, "counts are not kept: %s, which --cache names, cannot be written to", options->cache);
    else if (result == 0 && cache == NULL)
        data_say(say, "counts are not kept: %s cannot be written to, and there is no cache folder; --cache names one",
                 options->data);
    else if (result == 0 && unkept.text[0] != '\0')
        data_say(say, "counts are not kept: %s", unkept.text);
    else if (result == 0)
        data_say(say, "counts are kept in %s", cache);
    return result;
}

/* Prints a line for each sentence about what was cut. */
static void say_told(const struct counts *counts, const struct say *say) {
    char *lines = events_describe(counts->path, &counts->shape, &counts->told), *next = lines;
    while (next != NULL) {
        char *line = next;
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        data_say(say, "%s", line);
    }
    free(lines);
}

static int open_all(struct held *held, const char *const files[SHD_SETS], const struct events_shape *shape,
                    const struct options *options, const struct say *say, struct failure *failure) {
    struct caches caches;
    int result = 0;
    caches_find(options->data, options->cache, &caches);
    for (int s = 0; s < SHD_SETS && result == 0; s++)
        if (files[s] != NULL)
            result = counts_open(options->data, files[s], shape, &caches, &held->counts[s], failure);
    if (result == 0)
        result = read_all(held, options, &caches, say, failure);
    caches_free(&caches);
    for (int s = 0; s < SHD_SETS && result == 0; s++)
        if (files[s] != NULL)
            say_told(&held->counts[s], say);
    return result;
}

/* ---- what is given ---- */

static int make_set(snnd_context *context, const struct counts *counts, snnd_dataset **set, struct failure *failure) {
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    samples.counts = counts->count;
    samples.label = counts->label;
    samples.samples = counts->samples;
    samples.steps = counts->shape.steps;
    samples.channels = counts->shape.channels;
    samples.copy = 0;
    return snnd_dataset_create(context, &samples, set) == SNND_OK
               ? 0
               : failed(failure, "%s: %s", counts->path, snnd_context_last_error(context));
}

static int32_t *copy_speakers(const struct counts *counts) {
    if (counts->speaker == NULL)
        return NULL;
    int32_t *copy = allocate((size_t)counts->samples, sizeof *copy);
    memcpy(copy, counts->speaker, (size_t)counts->samples * sizeof *copy);
    return copy;
}

/* Sets the properties of the data other than numbers. */
static void tell(const struct held *held, struct data *data) {
    const struct counts *training = &held->counts[SHD_TRAINING];
    uint64_t fingerprint = FINGERPRINT_START;
    data->classes = training->shape.classes;
    data->event = 1;
    if (training->word != NULL) {
        data->class_names = allocate((size_t)data->classes + 1, sizeof *data->class_names);
        for (int32_t c = 0; c < data->classes; c++)
            data->class_names[c] = format_text("%s", training->word[c]);
    }
    data->training_speaker = copy_speakers(training);
    data->testing_speaker = copy_speakers(&held->counts[SHD_TESTING]);
    for (int s = 0; s < SHD_SETS; s++) {
        data->cut += (int64_t)held->counts[s].told.cut;
        fingerprint = fingerprint_add(fingerprint, &held->counts[s].fingerprint, sizeof fingerprint);
    }
    snprintf(data->fingerprint, sizeof data->fingerprint, "%016" PRIx64, fingerprint);
}

int shd_load(snnd_context *context, const struct options *options, const char *const files[SHD_SETS], int32_t classes,
             const struct say *say, struct data *data, struct failure *failure) {
    const char *sum;
    options_chosen(options, "units", &sum);
    const struct events_shape shape = {(int32_t)options->bins, EVENTS_UNITS / atoi(sum), (int32_t)options->bin * 1000,
                                       classes};
    struct held *held = allocate(1, sizeof *held);
    data->held = held;
    data->release = release;
    if (open_all(held, files, &shape, options, say, failure) != 0 ||
        make_set(context, &held->counts[SHD_TRAINING], &data->training, failure) != 0 ||
        make_set(context, &held->counts[SHD_TESTING], &data->testing, failure) != 0)
        return -1;
    if (files[SHD_VALIDATION] != NULL) {
        data->validation_by = format_text("the set's own %s", files[SHD_VALIDATION]);
        if (make_set(context, &held->counts[SHD_VALIDATION], &data->validation, failure) != 0)
            return -1;
    }
    tell(held, data);
    return 0;
}
