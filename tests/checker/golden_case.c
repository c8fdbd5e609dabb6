/*
 * Reading a golden case.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#include "golden_case.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_LENGTH = 4096, LARGEST_SIZE = 1 << 20 };

/* The JSON that is being read, and the first thing that was wrong with it. */
struct reader {
    const cJSON *object;
    const char *within; /* what the object is called in messages */
    char *message;
    size_t message_size;
    bool failed;
};

__attribute__((format(printf, 2, 3))) static void reader_fail(struct reader *reader, const char *format, ...) {
    if (!reader->failed) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(reader->message, reader->message_size, format, arguments);
        va_end(arguments);
        reader->failed = true;
    }
}

static double read_number(struct reader *reader, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(reader->object, key);
    if (!cJSON_IsNumber(item)) {
        reader_fail(reader, "scalars.json: %s has no number '%s'", reader->within, key);
        return 0;
    }
    return item->valuedouble;
}

/* A whole number from `least` to a million. */
static int32_t whole(struct reader *reader, const cJSON *item, const char *key, int32_t least) {
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= least) || !(item->valuedouble <= LARGEST_SIZE) ||
        item->valuedouble != (double)(int32_t)item->valuedouble) {
        reader_fail(reader, "scalars.json: '%s' in %s is not a whole number from %d on", key, reader->within, least);
        return least;
    }
    return (int32_t)item->valuedouble;
}

static int32_t read_whole(struct reader *reader, const char *key, int32_t least) {
    return whole(reader, cJSON_GetObjectItemCaseSensitive(reader->object, key), key, least);
}

/* True, false or a number; false where there is none. */
static bool read_flag(struct reader *reader, const char *key) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(reader->object, key);
    return cJSON_IsTrue(item) || (cJSON_IsNumber(item) && item->valuedouble != 0);
}

static const cJSON *read_list(struct reader *reader, const char *key, int32_t length) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(reader->object, key);
    if (!cJSON_IsArray(list) || (length >= 0 && cJSON_GetArraySize(list) != length)) {
        reader_fail(reader, "scalars.json: '%s' in %s is not a list of the right length", key, reader->within);
        return NULL;
    }
    return list;
}

static void *reader_allocate(struct reader *reader, size_t count, size_t size) {
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        reader_fail(reader, "out of memory");
    return memory;
}

static void read_sizes(struct reader *reader, struct golden_case *golden) {
    const cJSON *hidden = read_list(reader, "hidden", -1);
    int32_t count = hidden != NULL ? (int32_t)cJSON_GetArraySize(hidden) : 0;
    int32_t *sizes = reader_allocate(reader, (size_t)count + 2, sizeof *sizes);
    golden->sizes = sizes;
    golden->layers = count + 1;
    if (sizes == NULL)
        return;
    sizes[0] = read_whole(reader, "inputs", 1);
    for (int32_t i = 0; i < count; i++)
        sizes[1 + i] = whole(reader, cJSON_GetArrayItem(hidden, i), "hidden", 1);
    sizes[1 + count] = read_whole(reader, "classes", 1);
}

static void read_config(struct reader *reader, struct golden_case *golden) {
    read_sizes(reader, golden);
    golden->taps = read_whole(reader, "taps", 1);
    golden->time = read_whole(reader, "time", 1);
    golden->batch = read_whole(reader, "batch", 1);
    golden->steps = read_whole(reader, "steps", 1);
    golden->epochs = read_whole(reader, "epochs", 1);
    golden->sigma_epochs = read_whole(reader, "sigma_epochs", 0);
    golden->sigma = read_number(reader, "sigma");
    golden->rate = read_number(reader, "lr");
    golden->dropout = read_number(reader, "dropout");
    golden->sparsity = read_number(reader, "sparsity");
    golden->l1 = read_number(reader, "l1");
    golden->tau = read_number(reader, "tau");
    golden->threshold = read_number(reader, "threshold");
    golden->alpha = read_number(reader, "alpha");
    golden->dynamic = read_flag(reader, "dynamic");
    golden->compact = read_flag(reader, "compact");
}

static void read_step(struct reader *reader, struct golden_step *step, int32_t layers) {
    step->cross_entropy = read_number(reader, "cross_entropy");
    step->total_loss = read_number(reader, "total_loss");
    step->weight_rate = read_number(reader, "lr_weight");
    step->beta1 = read_number(reader, "beta1");
    step->position_rate = read_number(reader, "lr_position");
    step->sigma = read_number(reader, "sigma");
    step->spike_rate = read_number(reader, "spike_rate");
    step->threshold_margin = read_number(reader, "threshold_margin");
    step->regrown = reader_allocate(reader, (size_t)layers, sizeof *step->regrown);
    const cJSON *regrown = read_list(reader, "regrown", layers);
    for (int32_t i = 0; !reader->failed && i < layers; i++)
        step->regrown[i] = whole(reader, cJSON_GetArrayItem(regrown, i), "regrown", 0);
}

static void read_evaluation(struct reader *reader, struct golden_case *golden) {
    golden->eval_cross_entropy = read_number(reader, "eval_cross_entropy");
    golden->final_sigma = read_number(reader, "sigma");
    golden->eval_predictions = reader_allocate(reader, (size_t)golden->batch, sizeof *golden->eval_predictions);
    const cJSON *list = read_list(reader, "eval_predictions", golden->batch);
    for (int32_t i = 0; !reader->failed && i < golden->batch; i++)
        golden->eval_predictions[i] = whole(reader, cJSON_GetArrayItem(list, i), "eval_predictions", 0);
}

/* One object for each step, and a last one for the evaluation. */
static void read_scalars(struct reader *reader, struct golden_case *golden) {
    const cJSON *list = read_list(reader, "scalars", golden->steps + 1);
    golden->step = reader_allocate(reader, (size_t)golden->steps, sizeof *golden->step);
    for (int32_t i = 0; !reader->failed && i < golden->steps; i++) {
        char within[32];
        snprintf(within, sizeof within, "step %d", i);
        reader->object = cJSON_GetArrayItem(list, i);
        reader->within = within;
        read_step(reader, &golden->step[i], golden->layers);
    }
    if (!reader->failed) {
        reader->object = cJSON_GetArrayItem(list, golden->steps);
        reader->within = "the evaluation";
        read_evaluation(reader, golden);
    }
}

static void read_json(struct reader *reader, const cJSON *root, struct golden_case *golden) {
    reader->object = cJSON_GetObjectItemCaseSensitive(root, "config");
    reader->within = "config";
    read_config(reader, golden);
    if (!reader->failed) {
        reader->object = root;
        reader->within = "the file";
        read_scalars(reader, golden);
    }
}

/* The whole file with a 0 at its end, to be freed; NULL where it cannot be read. */
static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    size_t length = 0;
    size_t room = 1 << 16;
    char *text = malloc(room);
    while (text != NULL) {
        length += fread(text + length, 1, room - length - 1, file);
        if (length < room - 1)
            break;
        room *= 2;
        char *larger = realloc(text, room);
        if (larger == NULL)
            free(text);
        text = larger;
    }
    if (text != NULL && ferror(file)) {
        free(text);
        text = NULL;
    } else if (text != NULL) {
        text[length] = '\0';
    }
    fclose(file);
    return text;
}

static bool path_of(char *path, const char *directory, const char *name, const char *extension) {
    int length = snprintf(path, PATH_LENGTH, "%s/%s%s", directory, name, extension);
    return length > 0 && length < PATH_LENGTH;
}

bool golden_case_exists(const char *directory) {
    char path[PATH_LENGTH];
    return path_of(path, directory, "scalars", ".json") && access(path, F_OK) == 0;
}

struct golden_case *golden_case_read(const char *directory, char *message, size_t message_size) {
    struct reader reader = {.message = message, .message_size = message_size};
    struct golden_case *golden = reader_allocate(&reader, 1, sizeof *golden);
    if (golden == NULL)
        return NULL;
    char path[PATH_LENGTH];
    char *text = path_of(path, directory, "scalars", ".json") ? read_text(path) : NULL;
    cJSON *root = text != NULL ? cJSON_Parse(text) : NULL;
    golden->directory = strdup(directory);
    if (golden->directory == NULL || root == NULL)
        reader_fail(&reader, "scalars.json %s", text == NULL ? "cannot be read" : "is not JSON");
    else
        read_json(&reader, root, golden);
    cJSON_Delete(root);
    free(text);
    if (reader.failed) {
        golden_case_free(golden);
        return NULL;
    }
    return golden;
}

void golden_case_free(struct golden_case *golden) {
    if (golden == NULL)
        return;
    for (int32_t i = 0; golden->step != NULL && i < golden->steps; i++)
        free(golden->step[i].regrown);
    free(golden->step);
    free(golden->eval_predictions);
    free(golden->sizes);
    free(golden->loaded);
    free(golden->directory);
    free(golden);
}

int32_t golden_case_widest(const struct golden_case *golden) {
    int32_t widest = 0;
    for (int32_t i = 1; i <= golden->layers; i++)
        widest = golden->sizes[i] > widest ? golden->sizes[i] : widest;
    return widest;
}

static bool shape_fits(const snnd_array *array, int32_t dimensions, const int64_t *shape) {
    bool fits = array->dimensions == dimensions;
    for (int32_t i = 0; fits && i < dimensions; i++)
        fits = array->shape[i] == shape[i];
    return fits;
}

static bool is_loaded(const struct golden_case *golden, const char *name, size_t length) {
    for (int32_t i = 0; i < golden->loaded_count; i++)
        if (strlen(golden->loaded[i]) == length && memcmp(golden->loaded[i], name, length) == 0)
            return true;
    return false;
}

static bool remember(struct golden_case *golden, const char *name) {
    if (is_loaded(golden, name, strlen(name)))
        return true;
    void *larger = realloc(golden->loaded, ((size_t)golden->loaded_count + 1) * sizeof *golden->loaded);
    if (larger == NULL)
        return false;
    golden->loaded = larger;
    snprintf(golden->loaded[golden->loaded_count], sizeof *golden->loaded, "%s", name);
    golden->loaded_count++;
    return true;
}

bool golden_case_load(struct golden_case *golden, snnd_context *context, const char *name, snnd_dtype dtype,
                      int32_t dimensions, const int64_t *shape, snnd_array *array, char *message, size_t message_size) {
    char path[PATH_LENGTH];
    if (!remember(golden, name)) {
        snprintf(message, message_size, "out of memory");
        return false;
    }
    if (!path_of(path, golden->directory, name, ".npy")) {
        snprintf(message, message_size, "%s.npy: the path is too long", name);
        return false;
    }
    if (snnd_array_load_npy(context, path, dtype, array) != SNND_OK) {
        snprintf(message, message_size, "%s.npy: %s", name, snnd_context_last_error(context));
        return false;
    }
    if (!shape_fits(array, dimensions, shape)) {
        snprintf(message, message_size, "%s.npy has another shape than scalars.json says", name);
        snnd_array_free(context, array);
        return false;
    }
    return true;
}

int32_t golden_case_unread(const struct golden_case *golden, char *name, size_t name_size) {
    DIR *directory = opendir(golden->directory);
    int32_t unread = 0;
    const struct dirent *entry = NULL;
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        size_t length = strlen(entry->d_name);
        bool array = length > 4 && strcmp(entry->d_name + length - 4, ".npy") == 0;
        if (array && !is_loaded(golden, entry->d_name, length - 4)) {
            snprintf(name, name_size, "%s", entry->d_name);
            unread++;
        }
    }
    if (directory != NULL)
        closedir(directory);
    return unread;
}
