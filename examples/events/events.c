/* Opens files of events, and checks everything except the events. */
#include "events/events.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "events/events_file.h"

/* The limit of work for a file of any size; the training file of SSC takes a fiftieth of it. */
#define BUDGET (UINT64_C(1) << 27)

/* PyTables chooses chunks for the expected size of a file, which may be more than its actual size. */
enum { LARGER_CHUNK = 1 << 16 };

const struct events_shape events_shd = {100, 140, 10000, 20}, events_ssc = {100, 140, 10000, 35};

/* ---- lists ---- */

/* Opens lists of numbers of one kind. */
static int open_lists(hdf5_source *source, const char *name, bool is_time, hdf5_dataset *dataset,
                      struct number_type *type) {
    const int status = hdf5_open_dataset(source, source->file, name, H5T_VLEN, H5T_VLEN, dataset);
    if (status != 0)
        return dataset->is_empty ? failed(source->failure, "it contains no samples") : status;
    const hid_t inner = H5Tget_super(dataset->type);
    const bool good = inner >= 0 && (is_time ? number_is_float(inner, type) : number_is_integer(inner, type));
    if (inner >= 0)
        H5Tclose(inner);
    const char *fault = !good                ? (is_time ? "does not contain lists of float16, float32 or float64"
                                                        : "does not contain lists of integers of 8, 16, 32 or 64 bits")
                        : dataset->axes != 1 ? "does not have one axis, of samples"
                        : dataset->count > EVENTS_SAMPLES ? "has more than 1048576 samples"
                                                          : NULL;
    if (fault == NULL)
        return 0;
    hdf5_close_dataset(dataset);
    return hdf5_refuse(source->failure, name, fault);
}

/* Reads the elements of the lists, to be freed. */
static int read_lists(hdf5_source *source, const char *name, bool is_time, struct event_lists *lists, size_t *count,
                      unsigned char **elements) {
    hdf5_dataset dataset;
    int status = open_lists(source, name, is_time, &dataset, &lists->type);
    if (status != 0)
        return status;
    *count = dataset.count;
    *elements = allocate(dataset.count, HDF5_ELEMENT);
    status = hdf5_read_elements(source, name, &dataset, *elements);
    hdf5_close_dataset(&dataset);
    return status;
}

/* Every event needs space in the file, which several samples do not share, so that reading takes no longer than the
 * length of the file allows. */
static int check_lengths(const struct events *events, hdf5_source *source) {
    const uint64_t width = (uint64_t)(events->times.type.width + events->units.type.width);
    uint64_t sum = 0;
    for (size_t i = 0; i < events->count; i++) {
        sum += events->length[i];
        if (events->length[i] > EVENTS_LONGEST)
            return failed(source->failure, "sample %zu has %" PRIu32 " events; at most %d are read", i,
                          events->length[i], EVENTS_LONGEST);
    }
    return sum <= source->count / width
               ? 0
               : failed(source->failure, "its samples have %" PRIu64 " events, which is more than the file can hold",
                        sum);
}

/* Finds the places of all lists. */
static int find_lists(hdf5_source *source, const char *name, const unsigned char *elements, const uint32_t *length,
                      size_t count, struct event_lists *lists) {
    hdf5_heap heap;
    int status = hdf5_begin_heap(source, name, &heap);
    lists->place = allocate(count, sizeof *lists->place);
    for (size_t i = 0; i < count && status == 0; i++) {
        if (length[i] == 0)
            continue;
        lists->place[i] = hdf5_find(source, &heap, elements + i * HDF5_ELEMENT, (size_t)lists->type.width, &status);
        if (status == 0 && lists->place[i] == 0)
            status = failed(source->failure, "'%s' of sample %zu is not in the file", name, i);
    }
    return status;
}

static int take_lengths(struct events *events, hdf5_source *source, const unsigned char *times,
                        const unsigned char *units) {
    events->length = allocate(events->count, sizeof *events->length);
    for (size_t i = 0; i < events->count; i++) {
        const uint64_t length = hdf5_length_of(times + i * HDF5_ELEMENT);
        const uint64_t other = hdf5_length_of(units + i * HDF5_ELEMENT);
        if (length != other)
            return failed(source->failure, "sample %zu has %" PRIu64 " times and %" PRIu64 " units", i, length, other);
        events->length[i] = (uint32_t)length;
    }
    return check_lengths(events, source);
}

static int read_spikes(struct events *events, hdf5_source *source) {
    static const char times[] = "spikes/times", units[] = "spikes/units";
    unsigned char *elements[2] = {NULL, NULL};
    size_t count = 0;
    hid_t group;
    int status = hdf5_group(source, source->file, "spikes", &group);
    if (status != 0)
        return status;
    H5Gclose(group);
    status = read_lists(source, times, true, &events->times, &events->count, &elements[0]);
    if (status == 0)
        status = read_lists(source, units, false, &events->units, &count, &elements[1]);
    if (status == 0 && count != events->count)
        status = failed(source->failure, "'%s' has %zu samples, and '%s' has %zu", times, events->count, units, count);
    if (status == 0)
        status = take_lengths(events, source, elements[0], elements[1]);
    if (status == 0)
        status = find_lists(source, times, elements[0], events->length, count, &events->times);
    if (status == 0)
        status = find_lists(source, units, elements[1], events->length, count, &events->units);
    free(elements[0]);
    free(elements[1]);
    return status;
}

/* ---- what is said of samples ---- */

/* Reads one integer for each sample, to be freed. */
static int read_integers(const struct events *events, hdf5_source *source, const char *name, int64_t **integers) {
    hdf5_dataset dataset;
    int status = hdf5_open_dataset(source, source->file, name, H5T_INTEGER, H5T_INTEGER, &dataset);
    if (status != 0)
        return status;
    if (dataset.axes != 1 || dataset.count != events->count) {
        status = failed(source->failure, "'%s' has %zu numbers in %d axes; expected one for each of %zu samples", name,
                        dataset.count, dataset.axes, events->count);
    } else {
        *integers = allocate(dataset.count, sizeof **integers);
        status = hdf5_read(source, name, &dataset, H5T_NATIVE_INT64, 1, *integers);
    }
    hdf5_close_dataset(&dataset);
    return status;
}

static int read_labels(struct events *events, hdf5_source *source) {
    int64_t *labels = NULL;
    int status = read_integers(events, source, "labels", &labels);
    events->label = allocate(events->count, sizeof *events->label);
    for (size_t i = 0; i < events->count && status == 0; i++) {
        events->label[i] = (int32_t)labels[i];
        if (labels[i] < 0 || labels[i] >= events->shape.classes)
            status = failed(source->failure, "sample %zu has the label %" PRId64 "; expected 0 to %" PRId32, i,
                            labels[i], events->shape.classes - 1);
    }
    free(labels);
    return status;
}

/* Words are only shown, so that a dataset which is not a list of texts is ignored. */
static int read_extra(struct events *events, hdf5_source *source) {
    struct failure ignored, *told = source->failure;
    hid_t group;
    if (!hdf5_has(source->file, "extra"))
        return 0;
    int status = hdf5_group(source, source->file, "extra", &group);
    if (status != 0)
        return status;
    if (hdf5_has(group, "speaker"))
        status = read_integers(events, source, "extra/speaker", &events->speaker);
    source->failure = &ignored;
    if (status == 0 && hdf5_has(group, "keys") &&
        hdf5_texts(source, group, "keys", EVENTS_CLASSES, &events->word, &events->words) != 0)
        events->words = 0;
    source->failure = told;
    H5Gclose(group);
    return status;
}

/* ---- files ---- */

static int read_all(struct events *events, struct failure *failure) {
    hdf5_source source;
    int status = hdf5_open_path(events->path, events->descriptor, &source, failure);
    if (status != 0)
        return status;
    source.left = BUDGET;
    source.larger_chunk = LARGER_CHUNK;
    events->bytes = source.count;
    status = read_spikes(events, &source);
    if (status == 0)
        status = read_labels(events, &source);
    if (status == 0)
        status = read_extra(events, &source);
    H5Fclose(source.file);
    return status;
}

/* HDF5 prints its errors on stderr unless it is told not to: when they happen and, if a damaged file made it lose
 * memory, again at the end of the program. */
static int read_quietly(struct events *events, struct failure *failure) {
    H5E_auto2_t earlier = NULL;
    void *user = NULL;
    (void)H5dont_atexit(); /* all files are closed by then */
    H5Eget_auto2(H5E_DEFAULT, &earlier, &user);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    const int status = read_all(events, failure);
    H5Eset_auto2(H5E_DEFAULT, earlier, user);
    return status;
}

static int check_shape(const struct events_shape *shape, struct failure *failure) {
    if (shape->steps < 1 || shape->microseconds < 1 || shape->classes < 1 || shape->classes > EVENTS_CLASSES)
        return failed(failure,
                      "%" PRId32 " steps of %" PRId32 " us and %" PRId32 " classes; expected 1 or more of each, "
                      "and at most %d classes",
                      shape->steps, shape->microseconds, shape->classes, EVENTS_CLASSES);
    return shape->channels >= 1 && EVENTS_UNITS % shape->channels == 0
               ? 0
               : failed(failure, "the number of channels is %" PRId32 "; expected a divisor of %d", shape->channels,
                        EVENTS_UNITS);
}

struct events *events_open(const char *path, const struct events_shape *shape, struct failure *failure) {
    struct failure reason;
    struct events *events = allocate(1, sizeof *events);
    events->path = format_text("%s", path);
    events->shape = *shape;
    /* Without waiting for the writer of a pipe. */
    events->descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int status =
        events->descriptor >= 0 ? check_shape(shape, &reason) : failed(&reason, "cannot open: %s", strerror(errno));
    if (status == 0)
        status = read_quietly(events, &reason);
    if (status == 0)
        return events;
    failed(failure, "%s: %s", path, reason.text);
    events_close(events);
    return NULL;
}

void events_close(struct events *events) {
    if (events == NULL)
        return;
    if (events->descriptor >= 0)
        close(events->descriptor);
    hdf5_free_names(events->word, events->words);
    free(events->speaker);
    free(events->label);
    free(events->times.place);
    free(events->units.place);
    free(events->length);
    free(events->path);
    free(events);
}

size_t events_count(const struct events *events) {
    return events->count;
}

int32_t events_label(const struct events *events, size_t sample) {
    return events->label[sample];
}

int64_t events_length(const struct events *events, size_t sample) {
    return events->length[sample];
}

int events_has_speakers(const struct events *events) {
    return events->speaker != NULL;
}

int64_t events_speaker(const struct events *events, size_t sample) {
    return events->speaker[sample];
}

const char *events_word(const struct events *events, int32_t label) {
    return label >= 0 && (size_t)label < events->words ? events->word[label] : NULL;
}
