/* Creates datasets of samples that the host has in memory or delivers. */
#include "data/create.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/options.h"
#include "data/sample.h"

static int32_t classes_of(const snnd_dataset *dataset) {
    int32_t highest = 0;
    for (int64_t i = 0; i < dataset->samples; i++) {
        const int32_t label = dataset->storage->label[snnd_dataset_place(dataset, i)];
        highest = label > highest ? label : highest;
    }
    return highest + 1;
}

static size_t sample_numbers(const snnd_shape *shape) {
    return snnd_size_multiply((size_t)shape->steps, (size_t)shape->channels);
}

/* Returns the numbers of the whole input. */
static size_t all_numbers(const snnd_shape *shape) {
    return snnd_size_multiply(snnd_size_of(shape->samples), sample_numbers(shape));
}

static snnd_shape shape_of(const snnd_samples *samples) {
    return (snnd_shape){.of = "samples",
                        .label = samples->label,
                        .length = samples->length,
                        .samples = samples->samples,
                        .steps = samples->steps,
                        .channels = samples->channels};
}

snnd_status snnd_shape_check_numbers(snnd_context *context, const float *input, const snnd_shape *shape) {
    const size_t size = sample_numbers(shape), channels = (size_t)shape->channels;
    for (size_t k = 0; k < all_numbers(shape); k++)
        if (!isfinite(input[k]) && (shape->length == NULL || k % size / channels < (size_t)shape->length[k / size]))
            return snnd_fail(context, SNND_ERROR_ARGUMENT,
                             "samples: input of sample %zu, step %zu, channel %zu is %g; expected a finite number",
                             k / size, k % size / channels, k % channels, (double)input[k]);
    return SNND_OK;
}

snnd_status snnd_shape_check(snnd_context *context, const snnd_shape *shape, size_t bytes) {
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
                         "%s: shape is [%lld, %d, %d], which is more numbers than memory can hold", shape->of,
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

/* `largest` is the largest possible count. */
static snnd_status check_scale(snnd_context *context, const char *of, double scale, double largest) {
    return isfinite(scale) && scale != 0 && fabs(scale) * largest <= (double)FLT_MAX
               ? SNND_OK
               : snnd_fail(context, SNND_ERROR_ARGUMENT,
                           "%s: scale is %g; expected a finite number other than 0, and a product with %g that float32 "
                           "can hold",
                           of, scale, largest);
}

void snnd_storage_release_own(snnd_context *context, const snnd_storage *storage) {
    for (size_t k = 0; k < sizeof storage->own / sizeof *storage->own; k++)
        snnd_release(context, storage->own[k]);
}

/* Copies memory for the storage. Returns NULL for NULL, for 0 bytes, and where memory is out, in which case `status` is
 * set. */
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

/* Copies labels and lengths. */
static void keep_labels(snnd_context *context, snnd_storage *storage, int64_t samples, snnd_status *status) {
    storage->label = keep(context, storage, storage->label, snnd_size_of(samples), sizeof *storage->label, status);
    storage->length = keep(context, storage, storage->length, snnd_size_of(samples), sizeof *storage->length, status);
}

snnd_status snnd_dataset_wrap(snnd_context *context, const snnd_storage *numbers, const snnd_shape *shape,
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

/* The same for copies, if no copy failed. The copies belong to the dataset, or are released on failure. */
static snnd_status wrap_copies(snnd_context *context, const snnd_storage *numbers, const snnd_shape *shape,
                               snnd_status status, snnd_dataset **dataset) {
    if (status != SNND_OK)
        snnd_fail(context, status, "cannot copy %lld samples: %s", (long long)shape->samples, context->error);
    else
        status = snnd_dataset_wrap(context, numbers, shape, dataset);
    if (status != SNND_OK)
        snnd_storage_release_own(context, numbers);
    return status;
}

snnd_status snnd_samples_init(snnd_samples *samples, size_t size) {
    static const snnd_samples defaults = {.copy = 1, .scale = 1};
    return snnd_options_init(samples, size, &defaults, sizeof defaults);
}

static snnd_status check_samples(snnd_context *context, const snnd_samples *samples) {
    if (samples->input == NULL && samples->counts == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "samples: input and counts are both NULL; expected one of them");
    if (samples->input != NULL && samples->counts != NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "samples: input and counts are both given; expected only one of them");
    const snnd_shape shape = shape_of(samples);
    snnd_status status = snnd_shape_check(context, &shape, samples->input != NULL ? sizeof *samples->input : 1);
    if (status == SNND_OK)
        status = check_copy(context, "samples", samples->copy);
    if (status == SNND_OK && samples->input == NULL)
        status = check_scale(context, "samples", samples->scale, 255);
    if (status == SNND_OK && samples->input != NULL)
        status = snnd_shape_check_numbers(context, samples->input, &shape);
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
    const snnd_shape shape = shape_of(&known);
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

/* The largest number of events of a sample, since float32 is exact for counts up to this. */
enum { MOST_EVENTS = 1 << 24 };

static snnd_status check_first(snnd_context *context, const snnd_events *events) {
    if (events->first[0] != 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "events: first[0] is %lld; expected 0",
                         (long long)events->first[0]);
    for (int64_t n = 0; n < events->samples; n++)
        if (events->first[n + 1] < events->first[n] || events->first[n + 1] - events->first[n] > MOST_EVENTS)
            return snnd_fail(
                context, SNND_ERROR_ARGUMENT,
                "events: first[%lld] is %lld and the entry before it is %lld; expected 0 to 2^24 events in each sample",
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
                                 "events: event %lld, of sample %lld, is at step %d; the sample has %d steps",
                                 (long long)e, (long long)n, events->step[e], length);
            if (events->channel[e] >= events->channels)
                return snnd_fail(context, SNND_ERROR_ARGUMENT,
                                 "events: event %lld, of sample %lld, is in channel %d; there are %d channels",
                                 (long long)e, (long long)n, events->channel[e], events->channels);
        }
    }
    return SNND_OK;
}

static snnd_status check_events(snnd_context *context, const snnd_events *events, const snnd_shape *shape) {
    snnd_status status = snnd_shape_check(context, shape, 0);
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
    const snnd_shape shape = {.of = "events",
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
    const snnd_shape shape = {.of = "source",
                              .label = known.label,
                              .length = known.length,
                              .samples = known.samples,
                              .steps = known.steps,
                              .channels = known.channels};
    if (status == SNND_OK)
        status = snnd_shape_check(context, &shape, 0);
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
