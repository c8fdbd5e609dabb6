/* Writes and reads files in the safetensors format, and checks what strangers have written (safetensors.h). */
#include "format/safetensors.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/text_mode.h"
#include "base/utf8.h"
#include "format/bytes.h"
#include "format/json.h"

enum { PREFIX = 8, ALIGNMENT = 8, MAX_HEADER = 100000000 };

static const struct {
    int32_t dtype;
    const char *word;
} words[] = {{SNND_FLOAT32, "F32"}, {SNND_FLOAT64, "F64"}, {SNND_INT8, "I8"},
             {SNND_UINT8, "U8"},    {SNND_INT32, "I32"},   {SNND_INT64, "I64"}};

enum { WORDS = sizeof words / sizeof words[0] };

static const char *word_of(int32_t dtype) {
    for (int i = 0; i < WORDS; i++)
        if (words[i].dtype == dtype)
            return words[i].word;
    return "?";
}

/* ---- writing ---- */

/* The widest elements are written first, so that every tensor is aligned. */
static const size_t widths[] = {8, 4, 1};

enum { WIDTHS = sizeof widths / sizeof widths[0] };

static bool describe(cJSON *header, const snnd_tensor *tensor, size_t offset) {
    cJSON *entry = cJSON_AddObjectToObject(header, tensor->name), *shape, *offsets;
    if (entry == NULL || cJSON_AddStringToObject(entry, "dtype", word_of(tensor->array.dtype)) == NULL ||
        (shape = cJSON_AddArrayToObject(entry, "shape")) == NULL ||
        (offsets = cJSON_AddArrayToObject(entry, "data_offsets")) == NULL)
        return false;
    for (int32_t axis = 0; axis < tensor->array.dimensions; axis++)
        if (!cJSON_AddItemToArray(shape, cJSON_CreateNumber((double)tensor->array.shape[axis])))
            return false;
    return cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)offset)) &&
           cJSON_AddItemToArray(offsets, cJSON_CreateNumber((double)(offset + snnd_array_bytes(&tensor->array))));
}

/* Returns the text of the header, to be released by cJSON_free(), or NULL where memory is out. */
static char *header_text(const snnd_tensor *tensors, size_t count, const snnd_metadata *metadata,
                         size_t metadata_count) {
    cJSON *header = cJSON_CreateObject(), *entry = cJSON_AddObjectToObject(header, "__metadata__");
    bool good = entry != NULL;
    for (size_t i = 0; i < metadata_count && good; i++)
        good = cJSON_AddStringToObject(entry, metadata[i].key, metadata[i].value) != NULL;
    size_t offset = 0;
    for (int w = 0; w < WIDTHS; w++)
        for (size_t i = 0; i < count && good; i++) {
            if (snnd_dtype_bytes(tensors[i].array.dtype) != widths[w])
                continue;
            good = describe(header, &tensors[i], offset);
            offset = snnd_size_add(offset, snnd_array_bytes(&tensors[i].array));
        }
    char *text = good ? cJSON_PrintUnformatted(header) : NULL;
    cJSON_Delete(header);
    return text;
}

/* Returns the largest number of values of a header. A tensor has some bytes and its entry about eight values; entries
 * without bytes, as metadata, have an allowance of their own. */
static size_t most_values(size_t data_bytes) {
    return SNND_JSON_VALUES + data_bytes / 16;
}

/* A file that could not be read under the rules of the format is not written. */
static snnd_status check_text(snnd_context *context, const char *text, size_t count, size_t data_bytes,
                              const char *name) {
    const size_t length = strlen(text);
    if (length > MAX_HEADER - ALIGNMENT)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "the header of '%s' would have %zu bytes; expected at most %d",
                         name, length, MAX_HEADER);
    if (!snnd_json_is_small(text, length, most_values(data_bytes)))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "the header of '%s' would have too many values: %zu tensors for %zu bytes of data", name,
                         count, data_bytes);
    if (!snnd_is_utf8(text, length))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "a key or a text in the metadata of '%s' is not UTF-8", name);
    return SNND_OK;
}

snnd_status snnd_safetensors_write(snnd_context *context, snnd_target target, const snnd_tensor *tensors, size_t count,
                                   const snnd_metadata *metadata, size_t metadata_count) {
    char *text = header_text(tensors, count, metadata, metadata_count);
    if (text == NULL)
        return snnd_fail(context, SNND_ERROR_MEMORY, "there is not enough memory for the header of '%s'",
                         snnd_target_name(target));
    snnd_output output;
    size_t data_bytes = 0;
    for (size_t i = 0; i < count; i++)
        data_bytes = snnd_size_add(data_bytes, snnd_array_bytes(&tensors[i].array));
    snnd_status status = check_text(context, text, count, data_bytes, snnd_target_name(target));
    if (status == SNND_OK)
        status = snnd_output_open(context, target, &output);
    if (status != SNND_OK) {
        cJSON_free(text);
        return status;
    }
    const size_t length = strlen(text), padded = (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    unsigned char prefix[PREFIX];
    for (int b = 0; b < PREFIX; b++)
        prefix[b] = (unsigned char)((uint64_t)padded >> (8 * b));
    snnd_output_put(&output, prefix, PREFIX);
    snnd_output_put(&output, text, length);
    snnd_output_put(&output, "        ", padded - length);
    cJSON_free(text);
    for (int w = 0; w < WIDTHS; w++)
        for (size_t i = 0; i < count; i++)
            if (snnd_dtype_bytes(tensors[i].array.dtype) == widths[w])
                snnd_output_put_array(&output, &tensors[i].array);
    return snnd_output_commit(&output);
}

/* ---- reading ---- */

typedef struct tensor_entry {
    const char *name;
    snnd_array array; /* its data points into the file */
    size_t begin, end;
} tensor_entry;

struct snnd_safetensors {
    snnd_context *context;
    unsigned char *bytes;
    cJSON *header;
    tensor_entry *entries; /* sorted by name */
    size_t count;
};

static snnd_status refuse(const snnd_safetensors *file, const char *name, const char *wrong) {
    return snnd_fail(file->context, SNND_ERROR_FORMAT, "tensor '%.64s' %s", name, wrong);
}

/* Reads a whole number from 0 to `most`. */
static bool whole_number(const cJSON *item, double most, int64_t *value) {
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= most) ||
        item->valuedouble != floor(item->valuedouble))
        return false;
    *value = (int64_t)item->valuedouble;
    return true;
}

static const char *read_entry(const cJSON *item, size_t data_bytes, tensor_entry *result) {
    const cJSON *dtype = cJSON_GetObjectItemCaseSensitive(item, "dtype");
    const cJSON *shape = cJSON_GetObjectItemCaseSensitive(item, "shape");
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(item, "data_offsets"), *axis;
    result->array = (snnd_array){.shape = {1, 1, 1, 1}};
    for (int i = 0; i < WORDS && cJSON_IsString(dtype); i++)
        if (strcmp(dtype->valuestring, words[i].word) == 0)
            result->array.dtype = words[i].dtype;
    if (result->array.dtype == 0)
        return "has a dtype that is not among F32, F64, I8, U8, I32 and I64";
    if (!cJSON_IsArray(shape) || cJSON_GetArraySize(shape) > 4)
        return "has no shape, or one of more than 4 axes";
    double elements = 1, factors = 1; /* without zeros, so that no part of the product can overflow */
    cJSON_ArrayForEach(axis, shape) {
        int64_t extent;
        if (!whole_number(axis, 9e15, &extent))
            return "has a shape that is not whole numbers";
        result->array.shape[result->array.dimensions++] = extent;
        elements *= (double)extent;
        factors *= extent > 0 ? (double)extent : 1;
    }
    if (factors > 9e15)
        return "has a shape of too many elements";
    int64_t begin, end;
    if (!cJSON_IsArray(offsets) || cJSON_GetArraySize(offsets) != 2 ||
        !whole_number(cJSON_GetArrayItem(offsets, 0), (double)data_bytes, &begin) ||
        !whole_number(cJSON_GetArrayItem(offsets, 1), (double)data_bytes, &end) || begin > end)
        return "has data_offsets outside the file";
    if (elements * (double)snnd_dtype_bytes(result->array.dtype) != (double)(end - begin))
        return "has a shape that does not fit its data_offsets";
    result->begin = (size_t)begin;
    result->end = (size_t)end;
    return NULL;
}

static int by_begin(const void *left, const void *right) {
    const tensor_entry *a = left, *b = right;
    if (a->begin != b->begin)
        return a->begin < b->begin ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

static int by_key(const void *left, const void *right) {
    const cJSON *const *a = left, *const *b = right;
    return strcmp((*a)->string, (*b)->string);
}

/* Checks that an object of the header has no key twice. */
static snnd_status check_keys(const snnd_safetensors *file, const cJSON *object, const char *of) {
    const cJSON *item, **sorted;
    size_t count = 0;
    sorted = snnd_allocate(file->context, snnd_size_or_one((size_t)cJSON_GetArraySize(object)), sizeof *sorted);
    if (sorted == NULL)
        return SNND_ERROR_MEMORY;
    cJSON_ArrayForEach(item, object) sorted[count++] = item;
    qsort(sorted, count, sizeof *sorted, by_key);
    snnd_status status = SNND_OK;
    for (size_t i = 1; i < count && status == SNND_OK; i++)
        if (strcmp(sorted[i - 1]->string, sorted[i]->string) == 0)
            status = snnd_fail(file->context, SNND_ERROR_FORMAT, "%s '%.64s' occurs twice", of, sorted[i]->string);
    snnd_release(file->context, sorted);
    return status;
}

static int by_name(const void *left, const void *right) {
    return strcmp(((const tensor_entry *)left)->name, ((const tensor_entry *)right)->name);
}

/* Checks that tensors have neither gaps nor overlaps, and then sorts them by name for fast searches. */
static snnd_status check_places(snnd_safetensors *file, size_t data_bytes) {
    size_t at = 0;
    qsort(file->entries, file->count, sizeof *file->entries, by_begin);
    for (size_t i = 0; i < file->count; i++) {
        if (file->entries[i].begin != at)
            return refuse(file, file->entries[i].name, "does not begin where the one before it ends");
        at = file->entries[i].end;
    }
    if (at != data_bytes)
        return snnd_fail(file->context, SNND_ERROR_FORMAT,
                         "the file has %zu bytes of data, of which its tensors use %zu; expected all to be used",
                         data_bytes, at);
    qsort(file->entries, file->count, sizeof *file->entries, by_name);
    return SNND_OK;
}

static snnd_status read_entries(snnd_safetensors *file, const unsigned char *data, size_t data_bytes) {
    const cJSON *item;
    cJSON_ArrayForEach(item, file->header) {
        if (strcmp(item->string, "__metadata__") == 0)
            continue;
        tensor_entry *entry = &file->entries[file->count];
        const char *wrong = read_entry(item, data_bytes, entry);
        if (wrong != NULL)
            return refuse(file, item->string, wrong);
        const snnd_status status = check_keys(file, item, "in a tensor's entry, key");
        if (status != SNND_OK)
            return status;
        entry->name = item->string;
        entry->array.data = (void *)(uintptr_t)(data + entry->begin);
        file->count++;
    }
    return check_places(file, data_bytes);
}

static snnd_status check_metadata(const snnd_safetensors *file) {
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__"), *item;
    if (metadata == NULL)
        return SNND_OK;
    if (!cJSON_IsObject(metadata))
        return snnd_fail(file->context, SNND_ERROR_FORMAT, "__metadata__ is not an object");
    cJSON_ArrayForEach(item, metadata) {
        if (!cJSON_IsString(item))
            return snnd_fail(file->context, SNND_ERROR_FORMAT, "metadata '%.64s' is not a string", item->string);
    }
    return check_keys(file, metadata, "metadata");
}

static snnd_status read_header(snnd_safetensors *file, size_t bytes) {
    uint64_t length = 0;
    for (int b = PREFIX - 1; b >= 0 && bytes >= PREFIX; b--)
        length = length << 8 | file->bytes[b];
    if (bytes < PREFIX + 2)
        return snnd_fail(file->context, SNND_ERROR_FORMAT,
                         "it is not a safetensors file: it has %zu bytes; expected at least %d", bytes, PREFIX + 2);
    if (length > MAX_HEADER || length > bytes - PREFIX || file->bytes[PREFIX] != '{')
        return snnd_fail(file->context, SNND_ERROR_FORMAT, "it is not a safetensors file, or it is incomplete");
    const char *text = (const char *)file->bytes + PREFIX, *end = NULL;
    const size_t data_bytes = bytes - PREFIX - (size_t)length;
    if (!snnd_json_is_small(text, (size_t)length, most_values(data_bytes)))
        return snnd_fail(file->context, SNND_ERROR_FORMAT, "the header has too many values for %zu bytes of data",
                         data_bytes);
    if (!snnd_is_utf8(text, (size_t)length))
        return snnd_fail(file->context, SNND_ERROR_FORMAT, "the header is not UTF-8");
    if (snnd_json_has_zero(text, (size_t)length))
        return snnd_fail(file->context, SNND_ERROR_FORMAT, "the header is not JSON, or it contains a zero byte");
    file->header = cJSON_ParseWithLengthOpts(text, (size_t)length, &end, false);
    while (file->header != NULL && end < text + length && *end == ' ')
        end++;
    if (!cJSON_IsObject(file->header) || end != text + length)
        return snnd_fail(file->context, SNND_ERROR_FORMAT, "the header is not a JSON object");
    snnd_status status = check_keys(file, file->header, "tensor");
    if (status == SNND_OK)
        status = check_metadata(file);
    if (status != SNND_OK)
        return status;
    const size_t most = snnd_size_or_one((size_t)cJSON_GetArraySize(file->header));
    file->entries = snnd_allocate(file->context, most, sizeof *file->entries);
    if (file->entries == NULL)
        return SNND_ERROR_MEMORY;
    return read_entries(file, file->bytes + PREFIX + length, data_bytes);
}

snnd_status snnd_safetensors_open(snnd_context *context, snnd_origin origin, snnd_safetensors **file) {
    unsigned char *bytes;
    size_t size;
    snnd_status status = snnd_origin_read(context, origin, &bytes, &size);
    if (status != SNND_OK)
        return status;
    snnd_safetensors *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL) {
        snnd_release(context, bytes);
        return SNND_ERROR_MEMORY;
    }
    *made = (snnd_safetensors){.context = context, .bytes = bytes};
    const snnd_text_mode host = snnd_set_text_mode();
    status = read_header(made, size);
    snnd_restore_text_mode(&host);
    if (status != SNND_OK)
        snnd_safetensors_close(made);
    else
        *file = made;
    return snnd_name_origin(context, status, origin);
}

void snnd_safetensors_close(snnd_safetensors *file) {
    if (file == NULL)
        return;
    snnd_context *context = file->context;
    cJSON_Delete(file->header);
    snnd_release(context, file->entries);
    snnd_release(context, file->bytes);
    snnd_release(context, file);
}

const char *snnd_safetensors_metadata(const snnd_safetensors *file, const char *key) {
    const cJSON *metadata = cJSON_GetObjectItemCaseSensitive(file->header, "__metadata__");
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(metadata, key));
}

size_t snnd_safetensors_count(const snnd_safetensors *file) {
    return file->count;
}

const char *snnd_safetensors_name(const snnd_safetensors *file, size_t index) {
    return file->entries[index].name;
}

static const tensor_entry *find(const snnd_safetensors *file, const char *name) {
    const tensor_entry wanted = {.name = name};
    return bsearch(&wanted, file->entries, file->count, sizeof wanted, by_name);
}

bool snnd_safetensors_has(const snnd_safetensors *file, const char *name) {
    return find(file, name) != NULL;
}

int64_t snnd_safetensors_elements(const snnd_safetensors *file, const char *name) {
    const tensor_entry *entry = find(file, name);
    return entry == NULL ? 0 : snnd_array_count(&entry->array);
}

enum { SHAPE_TEXT = 100 };

/* Writes a shape as "[7, 5, 3]". */
static void write_shape(char text[SHAPE_TEXT], const snnd_array *array) {
    int at = snprintf(text, SHAPE_TEXT, "[");
    for (int32_t axis = 0; axis < array->dimensions; axis++)
        at += snprintf(text + at, (size_t)(SHAPE_TEXT - at), "%s%lld", axis == 0 ? "" : ", ",
                       (long long)array->shape[axis]);
    snprintf(text + at, (size_t)(SHAPE_TEXT - at), "]");
}

snnd_status snnd_safetensors_check(const snnd_safetensors *file, const char *name, const snnd_array *array) {
    const tensor_entry *entry = find(file, name);
    if (entry == NULL)
        return refuse(file, name, "is missing");
    if (entry->array.dtype != array->dtype)
        return snnd_fail(file->context, SNND_ERROR_FORMAT, "tensor '%s' is %s; expected %s", name,
                         word_of(entry->array.dtype), word_of(array->dtype));
    bool same = entry->array.dimensions == array->dimensions;
    for (int32_t axis = 0; axis < array->dimensions && same; axis++)
        same = entry->array.shape[axis] == array->shape[axis];
    if (same)
        return SNND_OK;
    char has[SHAPE_TEXT], expected[SHAPE_TEXT];
    write_shape(has, &entry->array);
    write_shape(expected, array);
    return snnd_fail(file->context, SNND_ERROR_FORMAT, "tensor '%s' has shape %s; expected %s", name, has, expected);
}

snnd_status snnd_safetensors_read(const snnd_safetensors *file, const char *name, const snnd_array *array) {
    snnd_status status = snnd_safetensors_check(file, name, array);
    if (status == SNND_OK)
        snnd_copy_elements(array->data, find(file, name)->array.data, snnd_array_elements(array),
                           snnd_dtype_bytes(array->dtype), !snnd_host_is_little_endian());
    return status;
}

snnd_status snnd_safetensors_check_numbers(const snnd_safetensors *file, const char *name, double least) {
    const snnd_array *array = &find(file, name)->array;
    for (int64_t k = 0; k < snnd_array_count(array); k++) {
        float number;
        snnd_copy_elements(&number, (const float *)array->data + k, 1, sizeof number, !snnd_host_is_little_endian());
        if (!isfinite(number) || (double)number < least)
            return snnd_fail(file->context, SNND_ERROR_FORMAT,
                             "number %lld of tensor '%s' is %g; expected a finite number%s", (long long)k, name,
                             (double)number, least == 0 ? " of at least 0" : "");
    }
    return SNND_OK;
}
