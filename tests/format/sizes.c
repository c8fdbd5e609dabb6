/* Files whose numbers ask for more than memory can hold, or for as much as it would be if sizes wrapped. */
#include <check.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/allocator.h"
#include "format/safetensors.h"
#include "format/scratch.h"
#include "support.h"

Suite *sizes_suite(void);

enum { MEGABYTE = 1 << 20 };

static allocator memory;
static snnd_context *context;

static void set_up(void) {
    context = allocator_limited(&memory, MEGABYTE, 1);
}

static void tear_down(void) {
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}

/* ---- .npy ---- */

static const char *write_npy(const char *descr, const char *shape, size_t bytes) {
    static const unsigned char data[8192];
    unsigned char file[8192 + 256] = "\x93NUMPY\x01";
    const int length = snprintf((char *)file + 10, 246, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n", descr,
                                bytes % 3 == 0 ? "False" : "True", shape);
    file[8] = (unsigned char)length;
    ck_assert_uint_le(bytes, sizeof data);
    memcpy(file + 10 + length, data, bytes);
    const char *path = scratch("hand.npy");
    scratch_write(path, file, 10 + (size_t)length + bytes);
    return path;
}

/* Shapes, and the bytes that a size of 32 bits, or of 64, would have for them. */
static const struct {
    const char *descr, *shape;
    size_t bytes;
} wrapped[] = {
    {"<f4", "(4294967296, 1)", 0},
    {"<f4", "(4294967300,)", 16},
    {"<f4", "(1073741824,)", 0},
    {"<f4", "(1073741825, 1)", 4},
    {"|u1", "(4294967301,)", 5},
    {"|u1", "(2147483648, 2)", 0},
    {"<f8", "(536870913, 1, 1)", 8},
    {"<f8", "(65536, 8192)", 0},
    {"<i2", "(65536, 32768, 1, 1)", 0},
    {"<i8", "(4096, 4096, 4096)", 0},
    {"<f8", "(2147483648, 1073741824)", 0},
    {"<f8", "(2305843009213693953,)", 8},
    {"|u1", "(9223372036854775807, 2)", 0},
};

START_TEST(shapes_that_wrap_are_not_what_is_there) {
    static const snnd_dtype dtypes[] = {SNND_ANY, SNND_FLOAT64, SNND_FLOAT32};
    const char *path = write_npy(wrapped[_i].descr, wrapped[_i].shape, wrapped[_i].bytes);
    for (int d = 0; d < 3; d++) {
        snnd_array array = {.dimensions = 77};
        FAILS(context, SNND_ERROR_FORMAT, path, snnd_array_load_npy(context, path, dtypes[d], &array));
        ck_assert_int_eq(array.dimensions, 77);
    }
}
END_TEST

START_TEST(arrays_of_nothing_are_arrays) {
    static const char *const shapes[] = {"(0,)", "(5, 0)", "(0, 4294967296)", "(4294967296, 0)"};
    snnd_array array;
    for (int s = 0; s < 4; s++) {
        const char *path = write_npy("<f4", shapes[s], 0);
        OK(context, snnd_array_load_npy(context, path, SNND_ANY, &array));
        ck_assert_int_eq(snnd_array_count(&array), 0);
        ck_assert_ptr_nonnull(array.data);
        OK(context, snnd_array_save_npy(context, &array, scratch("again.npy")));
        snnd_array_free(context, &array);
    }
}
END_TEST

START_TEST(arrays_that_grow_as_they_are_converted) {
    const char *path = write_npy("|u1", "(1020,)", 1020);
    snnd_array array;
    memory.largest = 2048;
    FAILS(context, SNND_ERROR_MEMORY, path, snnd_array_load_npy(context, path, SNND_FLOAT64, &array));
    OK(context, snnd_array_load_npy(context, path, SNND_ANY, &array));
    snnd_array_free(context, &array);
}
END_TEST

START_TEST(arrays_that_there_cannot_be_are_not_saved) {
    static const int64_t shapes[][2] = {{INT64_C(1) << 61, 1}, {INT64_C(1) << 32, INT64_C(1) << 32}};
    double number = 1;
    for (int s = 0; s < 2; s++) {
        const snnd_array array = {
            .data = &number, .dtype = SNND_FLOAT64, .dimensions = 2, .shape = {shapes[s][0], shapes[s][1], 1, 1}};
        FAILS(context, SNND_ERROR_ARGUMENT, "the shape needs",
              snnd_array_save_npy(context, &array, scratch("none.npy")));
    }
    /* 2^32 bytes and the first of them: a size of 32 bits would say that it is 8. */
    const snnd_array array = {.data = &number, .dtype = SNND_FLOAT64, .dimensions = 1, .shape = {536870913, 1, 1, 1}};
    if (PTRDIFF_MAX == INT32_MAX)
        FAILS(context, SNND_ERROR_ARGUMENT, "the shape needs",
              snnd_array_save_npy(context, &array, scratch("none.npy")));
    ck_assert_int_eq(scratch_entries(), 0);
}
END_TEST

/* ---- files ---- */

/* A file of that many bytes, of which the disk keeps none. */
static const char *make_sparse(off_t bytes) {
    const char *path = scratch("sparse.npy");
    const int file = open(path, O_WRONLY | O_CREAT, 0666);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(ftruncate(file, bytes), 0);
    close(file);
    return path;
}

/* 2^32 bytes and some: sizes of 32 bits would read the first of them only. */
START_TEST(files_that_are_larger_than_memory) {
    ck_assert_uint_eq(sizeof(off_t), 8);
    const char *path = make_sparse(((off_t)1 << 32) + 200);
    snnd_array array;
    snnd_network *network;
    FAILS(context, SNND_ERROR_MEMORY, path, snnd_array_load_npy(context, path, SNND_ANY, &array));
    FAILS(context, SNND_ERROR_MEMORY, path, snnd_network_load(context, path, &network));
}
END_TEST

/* ---- safetensors ---- */

static const struct {
    const char *shape;
    size_t bytes;
} tensors[] = {
    {"[4294967296]", 0}, {"[4294967297]", 4}, {"[1073741825]", 4}, {"[65536, 65536]", 0}, {"[2147483648, 2]", 0},
};

START_TEST(tensors_that_wrap_are_not_what_is_there) {
    char file[512] = {0};
    const int length =
        snprintf(file + 8, sizeof file - 8, "{\"one\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,%zu]}}",
                 tensors[_i].shape, tensors[_i].bytes);
    file[8 + length] = '\0';
    file[0] = (char)length;
    scratch_write(scratch("one.safetensors"), file, 8 + (size_t)length + tensors[_i].bytes);
    snnd_safetensors *opened;
    FAILS(context, SNND_ERROR_FORMAT, "does not fit its data_offsets",
          snnd_safetensors_open(context, snnd_from_path(scratch("one.safetensors")), &opened));
}
END_TEST

Suite *sizes_suite(void) {
    Suite *suite = suite_create("sizes");
    TCase *all = scratch_case(suite, "sizes");
    tcase_add_checked_fixture(all, set_up, tear_down);
    tcase_add_loop_test(all, shapes_that_wrap_are_not_what_is_there, 0, (int)(sizeof wrapped / sizeof wrapped[0]));
    tcase_add_test(all, arrays_of_nothing_are_arrays);
    tcase_add_test(all, arrays_that_grow_as_they_are_converted);
    tcase_add_test(all, arrays_that_there_cannot_be_are_not_saved);
    tcase_add_test(all, files_that_are_larger_than_memory);
    tcase_add_loop_test(all, tensors_that_wrap_are_not_what_is_there, 0, (int)(sizeof tensors / sizeof tensors[0]));
    return suite;
}
