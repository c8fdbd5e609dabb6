#include "training/arrays.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/npy_map.h"

/* The memory that a dataset borrows, and what the data have held before. */
struct array_set {
    snnd_context *context;
    struct npy_map mapped;
    snnd_array input; /* in mapped or loaded memory */
    snnd_array label, length;
    double scale;
    void *held;
    void (*release)(void *held);
};

static void release_set(void *held) {
    struct array_set *set = held;
    if (set->mapped.map == NULL)
        snnd_array_free(set->context, &set->input);
    npy_unmap(&set->mapped);
    snnd_array_free(set->context, &set->label);
    snnd_array_free(set->context, &set->length);
    if (set->release != NULL)
        set->release(set->held);
    free(set);
}

static struct array_set *add_set(snnd_context *context, double scale, struct data *data) {
    struct array_set *set = allocate(1, sizeof *set);
    *set = (struct array_set){.context = context, .scale = scale, .held = data->held, .release = data->release};
    data->held = set;
    data->release = release_set;
    return set;
}

static int library_failure(snnd_context *context, struct failure *failure) {
    return failed(failure, "%s", snnd_context_last_error(context));
}

/* Returns 1 if the numbers of the file are bytes, which stay bytes; the type comes first in a header by NumPy. Other
 * files are read as float32, with the same values. */
static int has_bytes(const char *path) {
    struct failure ignored;
    char begin[64] = "";
    const int file = file_open_in(NULL, path, &ignored);
    if (file < 0)
        return 0;
    const ssize_t count = read(file, begin, sizeof begin);
    close(file);
    for (ssize_t i = 0; i + 5 <= count; i++)
        if (memcmp(begin + i, "'|u1'", 5) == 0)
            return 1;
    return 0;
}

/* ---- labels and lengths ---- */

/* Reads one number for each sample. */
static int read_column(const struct array_set *set, const char *path, snnd_array *column, struct failure *failure) {
    if (snnd_array_load_npy(set->context, path, SNND_INT32, column) != SNND_OK)
        return library_failure(set->context, failure);
    const int64_t count = snnd_array_count(column), samples = set->input.shape[0];
    if (column->shape[0] == samples && count == samples)
        return 0;
    return failed(failure, "%s: has %lld numbers in %d axes; expected one for each of %lld samples", path,
                  (long long)count, (int)column->dimensions, (long long)samples);
}

static int read_columns(struct array_set *set, const struct array_paths *paths, struct failure *failure) {
    if (set->input.dimensions != 3)
        return failed(failure, "%s: has %d axes; expected samples, steps and channels", paths->input,
                      (int)set->input.dimensions);
    if (set->input.shape[1] > INT32_MAX || set->input.shape[2] > INT32_MAX)
        return failed(failure, "%s: has more steps or channels than there can be", paths->input);
    if (read_column(set, paths->label, &set->label, failure) != 0)
        return -1;
    return paths->length != NULL ? read_column(set, paths->length, &set->length, failure) : 0;
}

/* ---- numbers as they are in the file ---- */

static int borrow(const struct array_set *from, snnd_dataset **set) {
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    if (from->input.dtype == SNND_UINT8) {
        samples.counts = from->input.data;
        samples.scale = from->scale;
    } else {
        samples.input = from->input.data;
    }
    samples.label = from->label.data;
    samples.length = from->length.data;
    samples.samples = from->input.shape[0];
    samples.steps = (int32_t)from->input.shape[1];
    samples.channels = (int32_t)from->input.shape[2];
    samples.copy = 0;
    return snnd_dataset_create(from->context, &samples, set) == SNND_OK ? 0 : -1;
}

/* ---- numbers that are multiplied as they are used ---- */

static const float *sample_at(const struct array_set *set, int64_t index) {
    const float *numbers = set->input.data;
    return numbers + index * set->input.shape[1] * set->input.shape[2];
}

static float multiply(const struct array_set *set, float number) {
    return (float)((double)number * set->scale);
}

static int fetch(void *user, const snnd_fetch *what) {
    const struct array_set *set = user;
    const float *from = sample_at(set, what->index);
    const int64_t count = what->length * set->input.shape[2];
    for (int64_t k = 0; k < count; k++)
        what->input[k] = multiply(set, from[k]);
    return 0;
}

static int make_source(struct array_set *from, snnd_dataset **set) {
    snnd_source source;
    snnd_source_init(&source, sizeof source);
    source.fetch = fetch;
    source.user = from;
    source.label = from->label.data;
    source.length = from->length.data;
    source.samples = from->input.shape[0];
    source.steps = (int32_t)from->input.shape[1];
    source.channels = (int32_t)from->input.shape[2];
    return snnd_dataset_create_source(from->context, &source, set) == SNND_OK ? 0 : -1;
}

/* Otherwise they would not be checked before they are used. */
static int check_numbers(const struct array_set *from, const snnd_dataset *set, const char *path,
                         struct failure *failure) {
    const int64_t channels = from->input.shape[2];
    for (int64_t n = 0; n < from->input.shape[0]; n++) {
        const float *number = sample_at(from, n);
        const int64_t count = snnd_dataset_length(set, n) * channels;
        for (int64_t k = 0; k < count; k++)
            if (!isfinite(multiply(from, number[k])))
                return failed(
                    failure,
                    "%s: input of sample %lld, step %lld, channel %lld is %g, times %g; expected a finite number", path,
                    (long long)n, (long long)(k / channels), (long long)(k % channels), (double)number[k], from->scale);
    }
    return 0;
}

/* ---- what all files come to ---- */

static int make_set(struct array_set *from, const struct array_paths *paths, snnd_dataset **set,
                    struct failure *failure) {
    const int as_it_is = from->input.dtype == SNND_UINT8 || from->scale == 1;
    snnd_dataset *made = NULL;
    if (read_columns(from, paths, failure) != 0)
        return -1;
    if ((as_it_is ? borrow(from, &made) : make_source(from, &made)) != 0)
        return failed(failure, "'%s' with '%s': %s", paths->input, paths->label,
                      snnd_context_last_error(from->context));
    if (!as_it_is && check_numbers(from, made, paths->input, failure) != 0) {
        snnd_dataset_free(made);
        return -1;
    }
    *set = made;
    return 0;
}

/* Loads numbers of any type as float32. */
static int load_numbers(snnd_context *context, const struct array_paths *paths, double scale, snnd_dataset **set,
                        struct failure *failure) {
    const snnd_status status =
        paths->length == NULL
            ? snnd_dataset_load_npy(context, paths->input, paths->label, scale, set)
            : snnd_dataset_load_padded_npy(context, paths->input, paths->label, paths->length, scale, set);
    return status == SNND_OK ? 0 : library_failure(context, failure);
}

int arrays_load(snnd_context *context, const struct array_paths *paths, double scale, struct data *data,
                snnd_dataset **set, struct failure *failure) {
    struct npy_map mapped = {.map = NULL};
    const int is_mapped = scale != 0 && npy_map(paths->input, &mapped);
    if (!is_mapped && (scale == 0 || !has_bytes(paths->input)))
        return load_numbers(context, paths, scale, set, failure);
    struct array_set *from = add_set(context, scale, data);
    from->mapped = mapped;
    if (is_mapped)
        from->input = mapped.array;
    else if (snnd_array_load_npy(context, paths->input, SNND_UINT8, &from->input) != SNND_OK)
        return library_failure(context, failure);
    return make_set(from, paths, set, failure);
}
