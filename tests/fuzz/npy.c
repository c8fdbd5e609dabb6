/*
 * Fuzz target: .npy files. The first byte chooses the type that is asked for, the rest is the file, which is also taken
 * for the input and for the labels of a dataset.
 */
#include <math.h>

#include "base/array.h"
#include "fuzz.h"

/* What was loaded is saved, loaded and saved: nothing changes any more. */
static void save_again(snnd_context *context, const snnd_array *array) {
    snnd_array again;
    MUST(context, snnd_array_save_npy(context, array, fuzz_path("a")));
    MUST(context, snnd_array_load_npy(context, fuzz_path("a"), SNND_ANY, &again));
    CLAIM(again.dtype == array->dtype && again.dimensions == array->dimensions &&
              memcmp(again.shape, array->shape, sizeof again.shape) == 0,
          "type or shape changed");
    const size_t bytes = (size_t)snnd_array_count(array) * snnd_dtype_bytes(array->dtype);
    CLAIM(memcmp(again.data, array->data, bytes) == 0, "an element changed");
    MUST(context, snnd_array_save_npy(context, &again, fuzz_path("b")));
    fuzz_claim_same_files(fuzz_path("a"), fuzz_path("b"));
    snnd_array_free(context, &again);
}

static void load_array(snnd_context *context, snnd_dtype dtype) {
    snnd_array array = {.dtype = -1}, twin = {0};
    if (MAY(context, snnd_array_load_npy(context, fuzz_path("input"), dtype, &array)) != SNND_OK) {
        CLAIM(array.dtype == -1 && array.data == NULL, "a load that failed touched its result");
        return;
    }
    CLAIM(dtype == SNND_ANY || array.dtype == (int32_t)dtype, "type %d became %d", (int)dtype, array.dtype);
    snnd_buffer buffer = {.context = context};
    const snnd_writer writer = snnd_buffer_writer(&buffer);
    MUST(context, snnd_array_write_npy(context, &array, &writer));
    snnd_memory memory = {buffer.data, buffer.bytes};
    const snnd_reader reader = snnd_memory_reader(&memory);
    MUST(context, snnd_array_read_npy(context, &reader, SNND_ANY, &twin));
    CLAIM(memcmp(array.data, twin.data, (size_t)snnd_array_count(&array) * snnd_dtype_bytes(array.dtype)) == 0,
          "what went through memory is another array");
    snnd_array_free(context, &twin);
    snnd_buffer_free(&buffer);
    MUST(context, snnd_array_load_npy(context, fuzz_path("input"), dtype, &twin));
    CLAIM(memcmp(array.data, twin.data, (size_t)snnd_array_count(&array) * snnd_dtype_bytes(array.dtype)) == 0,
          "loading twice gives two results");
    snnd_array_free(context, &twin);
    save_again(context, &array);
    snnd_array_free(context, &array);
}

static void look_at(snnd_context *context, snnd_dataset *dataset) {
    const int64_t samples = snnd_dataset_samples(dataset);
    const float *input;
    int32_t label;
    for (int64_t i = 0; i < samples && i < 100; i++) {
        MUST(context, snnd_dataset_sample(dataset, i, &input, &label));
        CLAIM(label >= 0 && label < snnd_dataset_classes(dataset) && isfinite(input[0]), "sample %lld", (long long)i);
        const int32_t length = snnd_dataset_length(dataset, i);
        CLAIM(length >= 1 && length <= snnd_dataset_steps(dataset), "length %d", length);
    }
    snnd_dataset_free(dataset);
}

/* The labels that a file of [N, ...] needs. */
static void write_labels(snnd_context *context, int64_t count) {
    snnd_array labels = {.dtype = SNND_UINT8, .dimensions = 1, .shape = {count, 1, 1, 1}};
    labels.data = calloc((size_t)count + 1, 1);
    MUST(context, snnd_array_save_npy(context, &labels, fuzz_path("other")));
    free(labels.data);
}

static void load_dataset(snnd_context *context, double scale) {
    snnd_dataset *dataset = NULL;
    snnd_array any;
    int64_t count = 1;
    if (snnd_array_load_npy(context, fuzz_path("input"), SNND_ANY, &any) == SNND_OK) {
        count = any.shape[0] < 1000 ? any.shape[0] : 1000;
        snnd_array_free(context, &any);
    }
    write_labels(context, count);
    if (MAY(context, snnd_dataset_load_npy(context, fuzz_path("input"), fuzz_path("other"), scale, &dataset)) ==
        SNND_OK)
        look_at(context, dataset);
    write_labels(context, 4);
    float ones[12] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    const snnd_array steps = {.data = ones, .dtype = SNND_FLOAT32, .dimensions = 3, .shape = {4, 3, 1, 1}};
    MUST(context, snnd_array_save_npy(context, &steps, fuzz_path("third")));
    if (MAY(context, snnd_dataset_load_padded_npy(context, fuzz_path("third"), fuzz_path("other"), fuzz_path("input"),
                                                  scale, &dataset)) == SNND_OK)
        look_at(context, dataset);
    const snnd_array input = {.data = ones, .dtype = SNND_FLOAT32, .dimensions = 3, .shape = {4, 1, 1, 1}};
    MUST(context, snnd_array_save_npy(context, &input, fuzz_path("other")));
    if (MAY(context, snnd_dataset_load_npy(context, fuzz_path("other"), fuzz_path("input"), scale, &dataset)) ==
        SNND_OK)
        look_at(context, dataset);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static const double scales[] = {1, 20, -1e30, 1e-300};
    if (size == 0)
        return 0;
    snnd_context *context = fuzz_open();
    fuzz_write(fuzz_path("input"), data + 1, size - 1);
    load_array(context, (snnd_dtype)(data[0] % (SNND_INT64 + 1)));
    load_dataset(context, scales[data[0] >> 6]);
    fuzz_close(context);
    return 0;
}
