/* Fuzz target: a safetensors file. What opens is read, written again, and is then the same. */
#include "format/safetensors.h"

#include <cjson/cJSON.h>

#include "base/array.h"
#include "format/bytes.h"
#include "fuzz.h"

enum { MOST = 64 };

/* What the header says of a tensor, read independently. */
static snnd_array described(const cJSON *entry) {
    static const char *const words[] = {NULL, "F32", "F64", "I8", "U8", "I32", "I64"};
    const char *word = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "dtype"));
    snnd_array array = {.shape = {1, 1, 1, 1}};
    const cJSON *axis;
    for (int32_t dtype = SNND_FLOAT32; dtype <= SNND_INT64; dtype++)
        if (strcmp(word, words[dtype]) == 0)
            array.dtype = dtype;
    cJSON_ArrayForEach(axis, cJSON_GetObjectItemCaseSensitive(entry, "shape")) array.shape[array.dimensions++] =
        (int64_t)axis->valuedouble;
    return array;
}

/* Every tensor reads as the bytes at its offsets, and as nothing else. */
static void read_tensor(snnd_context *context, const snnd_safetensors *file, const cJSON *entry,
                        const unsigned char *data) {
    const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(entry, "data_offsets");
    snnd_array array = described(entry);
    const size_t bytes = (size_t)snnd_array_count(&array) * snnd_dtype_bytes(array.dtype);
    CLAIM(snnd_safetensors_has(file, entry->string), "'%s' is not there", entry->string);
    array.data = malloc(bytes + 1);
    unsigned char *stored = malloc(bytes + 1);
    MUST(context, snnd_safetensors_read(file, entry->string, &array));
    snnd_copy_elements(stored, data + (size_t)cJSON_GetArrayItem(offsets, 0)->valuedouble,
                       (size_t)snnd_array_count(&array), snnd_dtype_bytes(array.dtype), !snnd_host_is_little_endian());
    CLAIM(memcmp(array.data, stored, bytes) == 0, "'%s' is not what is in the file", entry->string);
    free(stored);
    array.dimensions = (array.dimensions + 1) % 5;
    CLAIM(MAY(context, snnd_safetensors_check(file, entry->string, &array)) == SNND_ERROR_FORMAT, "'%s' has any shape",
          entry->string);
    free(array.data);
}

static void read_all(snnd_context *context, const snnd_safetensors *file, const unsigned char *bytes) {
    size_t length = 0, count = 0;
    for (int b = 7; b >= 0; b--)
        length = length << 8 | bytes[b];
    cJSON *header = cJSON_ParseWithLength((const char *)bytes + 8, length);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, header) if (strcmp(entry->string, "__metadata__") != 0) {
        read_tensor(context, file, entry, bytes + 8 + length);
        count++;
    }
    CLAIM(count == snnd_safetensors_count(file), "%zu tensors of %zu", snnd_safetensors_count(file), count);
    cJSON_Delete(header);
}

static const char *const keys[] = {"format", "snndelay.network", "snndelay.trainer", "snndelay.note", ""};

static void read_metadata(const snnd_safetensors *file) {
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        const char *value = snnd_safetensors_metadata(file, keys[k]);
        CLAIM(value == NULL || strlen(value) < 1 << 24, "metadata of %zu bytes", strlen(value));
    }
}

/* A tensor of one axis of any of our types, for every name of the file that a tensor can have. */
static size_t make_tensors(const snnd_safetensors *file, snnd_tensor *tensors, int64_t *numbers) {
    size_t count = 0;
    for (size_t i = 0; i < snnd_safetensors_count(file) && count < MOST; i++) {
        const char *name = snnd_safetensors_name(file, i);
        if (strlen(name) >= SNND_TENSOR_NAME || strcmp(name, "__metadata__") == 0)
            continue;
        snnd_tensor *made = &tensors[count];
        *made = (snnd_tensor){.array = {.data = &numbers[count],
                                        .dtype = SNND_FLOAT32 + (int32_t)(i % 6),
                                        .dimensions = (int32_t)(i % 5),
                                        .shape = {1, 1, 1, 1}}};
        memcpy(made->name, name, strlen(name) + 1);
        numbers[count] = (int64_t)(i * UINT64_C(0x9E3779B97F4A7C15) >> 1);
        count++;
    }
    return count;
}

/* The names of the file under tensors of ours: written, read back, the same. */
static void write_again(snnd_context *context, const snnd_safetensors *file) {
    static snnd_tensor tensors[MOST];
    static int64_t numbers[MOST];
    const size_t count = make_tensors(file, tensors, numbers);
    const char *format = snnd_safetensors_metadata(file, "format");
    const snnd_metadata metadata = {"format", format == NULL ? "" : format};
    snnd_safetensors *again;
    MUST(context, snnd_safetensors_write(context, snnd_to_path(fuzz_path("again")), tensors, count, &metadata, 1));
    MUST(context, snnd_safetensors_open(context, snnd_from_path(fuzz_path("again")), &again));
    CLAIM(snnd_safetensors_count(again) == count, "%zu tensors became %zu", count, snnd_safetensors_count(again));
    CLAIM(strcmp(snnd_safetensors_metadata(again, "format"), metadata.value) == 0, "the metadata changed");
    for (size_t i = 0; i < count; i++) {
        unsigned char data[8];
        snnd_array back = tensors[i].array;
        back.data = data;
        MUST(context, snnd_safetensors_read(again, tensors[i].name, &back));
        CLAIM(memcmp(data, &numbers[i], snnd_dtype_bytes(back.dtype)) == 0, "'%s' changed", tensors[i].name);
    }
    snnd_safetensors_close(again);
}

const size_t fuzz_lead = 0;

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    snnd_context *context = fuzz_open();
    snnd_safetensors *file = NULL;
    fuzz_write(fuzz_path("input"), data, size);
    if (MAY(context, snnd_safetensors_open(context, snnd_from_path(fuzz_path("input")), &file)) == SNND_OK) {
        read_all(context, file, data);
        read_metadata(file);
        write_again(context, file);
    }
    snnd_safetensors_close(file);
    fuzz_close(context);
    return 0;
}
