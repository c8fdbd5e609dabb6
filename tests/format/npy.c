/* Arrays as .npy: what the library writes, and files that are written here byte by byte. */
#include <check.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/allocator.h"
#include "base/array.h"
#include "format/scratch.h"
#include "support.h"

Suite *npy_suite(void);

/* ---- files by hand ---- */

/* A .npy file of a version (1, 2 or 3) with this dictionary and data. Returns its path. */
static const char *write_npy(int version, const char *dictionary, const void *data, size_t bytes) {
    unsigned char file[2048] = {0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0};
    const size_t length = strlen(dictionary), field = version == 1 ? 2 : 4;
    ck_assert_uint_le(8 + field + length + bytes, sizeof file);
    for (size_t b = 0; b < field; b++)
        file[8 + b] = (unsigned char)(length >> (8 * b));
    memcpy(file + 8 + field, dictionary, length);
    if (bytes > 0)
        memcpy(file + 8 + field + length, data, bytes);
    const char *path = scratch("hand.npy");
    scratch_write(path, file, 8 + field + length + bytes);
    return path;
}

/* The same with a dictionary made of its three values. */
static const char *write_plain(const char *descr, const char *shape, const void *data, size_t bytes) {
    char dictionary[256];
    snprintf(dictionary, sizeof dictionary, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", descr, shape);
    return write_npy(1, dictionary, data, bytes);
}

/* Loads a file that must be good. */
static snnd_array load(snnd_context *context, const char *path, snnd_dtype dtype) {
    snnd_array array = {0};
    OK(context, snnd_array_load_npy(context, path, dtype, &array));
    return array;
}

/* Loading must fail with these words and the path, and touch nothing. */
static void refuses(const char *path, snnd_dtype dtype, snnd_status status, const char *words) {
    snnd_context *context = make_context(1);
    snnd_array array = {.dimensions = 77};
    FAILS(context, status, words, snnd_array_load_npy(context, path, dtype, &array));
    ck_assert_msg(strstr(snnd_context_last_error(context), path) != NULL, "'%s' does not name the file",
                  snnd_context_last_error(context));
    ck_assert_int_eq(array.dimensions, 77);
    ck_assert_ptr_null(array.data);
    snnd_context_free(context);
}

/* ---- round trips ---- */

/* Numbers at the ends of what each type holds. */
static const float f32[24] = {0.1f, -0.0f, 1e-45f, 3.4e38f, INFINITY, -INFINITY, 1};
static const double f64[24] = {0.1, -0.0, 5e-324, 1.7e308, INFINITY, 1e-300, -1};
static const int8_t i8[24] = {-128, 127, 0, 1, -1};
static const uint8_t u8[24] = {255, 0, 128, 1};
static const int32_t i32[24] = {INT32_MIN, INT32_MAX, -1, 7};
static const int64_t i64[24] = {INT64_MIN, INT64_MAX, -1, INT64_C(1) << 53};

static const struct sort {
    snnd_dtype dtype;
    size_t size;
    const void *data;
    const char *descr;
} sorts[] = {{SNND_FLOAT32, 4, f32, "'<f4'"}, {SNND_FLOAT64, 8, f64, "'<f8'"}, {SNND_INT8, 1, i8, "'|i1'"},
             {SNND_UINT8, 1, u8, "'|u1'"},    {SNND_INT32, 4, i32, "'<i4'"},   {SNND_INT64, 8, i64, "'<i8'"}};

enum { SORTS = sizeof sorts / sizeof sorts[0] };

/* The first `dimensions` axes of [2, 3, 1, 4]. */
static snnd_array array_of(const struct sort *sort, int32_t dimensions) {
    static const int64_t extents[4] = {2, 3, 1, 4};
    snnd_array made = {.dtype = (int32_t)sort->dtype, .dimensions = dimensions, .shape = {1, 1, 1, 1}};
    memcpy(made.shape, extents, (size_t)dimensions * sizeof extents[0]);
    made.data = (void *)(uintptr_t)sort->data;
    return made;
}

START_TEST(what_is_saved_is_loaded_bit_for_bit) {
    snnd_context *context = make_context(1);
    for (int32_t dimensions = 0; dimensions <= 4; dimensions++) {
        const snnd_array saved = array_of(&sorts[_i], dimensions);
        OK(context, snnd_array_save_npy(context, &saved, scratch("a.npy")));
        snnd_array any = load(context, scratch("a.npy"), SNND_ANY);
        ck_assert_int_eq(any.dtype, saved.dtype);
        ck_assert_int_eq(any.dimensions, dimensions);
        for (int axis = 0; axis < 4; axis++)
            ck_assert_int_eq(any.shape[axis], saved.shape[axis]);
        ck_assert_mem_eq(any.data, saved.data, (size_t)snnd_array_count(&saved) * sorts[_i].size);
        snnd_array_free(context, &any);
    }
    snnd_context_free(context);
}
END_TEST

/* The format's own description: magic, version 1.0, header length, and a header that ends in a newline so that the
 * data begins at a multiple of 64. */
START_TEST(what_is_saved_is_laid_out_as_the_format_says) {
    snnd_context *context = make_context(1);
    const snnd_array saved = array_of(&sorts[_i], 2);
    OK(context, snnd_array_save_npy(context, &saved, scratch("a.npy")));
    size_t bytes;
    unsigned char *file = scratch_read(scratch("a.npy"), &bytes);
    ck_assert_mem_eq(file, "\x93NUMPY\x01\x00", 8);
    const size_t data = 10 + (file[8] | (size_t)file[9] << 8);
    ck_assert_uint_eq(data % 64, 0);
    ck_assert_uint_eq(bytes, data + 6 * sorts[_i].size);
    ck_assert_int_eq(file[data - 1], '\n');
    file[data - 1] = '\0';
    const char *header = (const char *)file + 10;
    ck_assert_ptr_nonnull(strstr(header, sorts[_i].descr));
    ck_assert_ptr_nonnull(strstr(header, "'fortran_order': False"));
    ck_assert_ptr_nonnull(strstr(header, "'shape': (2, 3,)"));
    /* The numbers here are little-endian already, or one byte wide, on the machines that this can be compared on. */
    if (*(const unsigned char *)&(const uint16_t){1} == 1)
        ck_assert_mem_eq(file + data, saved.data, 6 * sorts[_i].size);
    free(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(an_empty_array_is_an_array) {
    snnd_context *context = make_context(1);
    float nothing = 0;
    const snnd_array saved = {.data = &nothing, .dtype = SNND_FLOAT32, .dimensions = 2, .shape = {0, 5, 1, 1}};
    OK(context, snnd_array_save_npy(context, &saved, scratch("a.npy")));
    snnd_array loaded = load(context, scratch("a.npy"), SNND_ANY);
    ck_assert_int_eq(loaded.dimensions, 2);
    ck_assert_int_eq(loaded.shape[0], 0);
    ck_assert_int_eq(loaded.shape[1], 5);
    ck_assert_int_eq(snnd_array_count(&loaded), 0);
    snnd_array_free(context, &loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_freed_array_is_cleared_and_may_be_freed_again) {
    snnd_context *context = make_context(1);
    snnd_array array = load(context, write_plain("|u1", "(3,)", "abc", 3), SNND_ANY);
    ck_assert_ptr_nonnull(array.data);
    snnd_array_free(context, &array);
    ck_assert_ptr_null(array.data);
    snnd_array_free(context, &array);
    snnd_context_free(context);
}
END_TEST

/* ---- reading what others write ---- */

START_TEST(all_versions_of_the_format_are_read) {
    snnd_context *context = make_context(1);
    const unsigned char data[] = {1, 2, 3};
    const char *path =
        write_npy(_i, "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }   \n", data, sizeof data);
    snnd_array array = load(context, path, SNND_ANY);
    ck_assert_int_eq(array.dtype, SNND_UINT8);
    ck_assert_int_eq(array.shape[0], 3);
    ck_assert_mem_eq(array.data, data, 3);
    snnd_array_free(context, &array);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_header_may_be_written_in_other_ways) {
    static const char *const ways[] = {
        "{'shape': (2, 2), 'fortran_order': False, 'descr': '<i2'}",
        "{\"descr\":\"<i2\",\"fortran_order\":False,\"shape\":(2,2)}",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2L, 2L), }                  \n",
        "{ 'descr' : '<i2' , 'fortran_order' : False , 'shape' : ( 2 , 2 , ) }",
    };
    snnd_context *context = make_context(1);
    const unsigned char data[] = {1, 0, 2, 0, 0xFD, 0xFF, 4, 0};
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
        snnd_array array = load(context, write_npy(1, ways[way], data, sizeof data), SNND_ANY);
        ck_assert_int_eq(array.dimensions, 2);
        ck_assert_int_eq(array.shape[0], 2);
        ck_assert_int_eq(array.shape[1], 2);
        ck_assert_int_eq(((int32_t *)array.data)[1], 2);
        ck_assert_int_eq(((int32_t *)array.data)[2], -3);
        snnd_array_free(context, &array);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(big_endian_numbers_are_turned) {
    static const struct {
        const char *descr;
        unsigned char bytes[8];
        size_t size;
        double value;
    } cases[] = {
        {">f4", {0x40, 0x49, 0x0F, 0xDB}, 4, 0x1.921fb6p1},
        {">f8", {0xC0, 0x09, 0x21, 0xFB, 0x54, 0x44, 0x2D, 0x18}, 8, -0x1.921fb54442d18p1},
        {">f2", {0x3C, 0x01}, 2, 1.0009765625},
        {">i2", {0xFF, 0x00}, 2, -256},
        {">u2", {0xFF, 0x00}, 2, 65280},
        {">i4", {0x00, 0x01, 0x00, 0x02}, 4, 65538},
        {">u4", {0xFF, 0x00, 0x00, 0x00}, 4, 4278190080.0},
        {">i8", {0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00}, 8, -4294967296.0},
        {">u8", {0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00}, 8, 4294967296.0},
        {">i1", {0xFE}, 1, -2},
    };
    snnd_context *context = make_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        snnd_array array =
            load(context, write_plain(cases[i].descr, "(1,)", cases[i].bytes, cases[i].size), SNND_FLOAT64);
        ck_assert_double_eq(*(double *)array.data, cases[i].value);
        snnd_array_free(context, &array);
        /* In its own type too, where another way through the code may be taken. */
        array = load(context, write_plain(cases[i].descr, "()", cases[i].bytes, cases[i].size), SNND_ANY);
        const void *data = array.data;
        const double got = array.dtype == SNND_FLOAT64   ? *(const double *)data
                           : array.dtype == SNND_FLOAT32 ? (double)*(const float *)data
                           : array.dtype == SNND_INT64   ? (double)*(const int64_t *)data
                           : array.dtype == SNND_INT32   ? (double)*(const int32_t *)data
                           : array.dtype == SNND_INT8    ? (double)*(const int8_t *)data
                                                         : (double)*(const uint8_t *)data;
        ck_assert_double_eq(got, cases[i].value);
        snnd_array_free(context, &array);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(fortran_order_is_put_into_c_order) {
    snnd_context *context = make_context(1);
    unsigned char data[24];
    /* Element (i, j, k) of [2, 3, 4] is 100 i + 10 j + k; in the file the first axis runs fastest. */
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 3; j++)
            for (int k = 0; k < 4; k++)
                data[i + 2 * j + 6 * k] = (unsigned char)(100 * i + 10 * j + k);
    const char *path = write_npy(1, "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3, 4), }\n", data, 24);
    const snnd_dtype types[] = {SNND_ANY, SNND_INT32};
    for (int type = 0; type < 2; type++) {
        snnd_array array = load(context, path, types[type]);
        ck_assert_int_eq(array.dimensions, 3);
        ck_assert_int_eq(array.shape[0], 2);
        ck_assert_int_eq(array.shape[1], 3);
        ck_assert_int_eq(array.shape[2], 4);
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 3; j++)
                for (int k = 0; k < 4; k++) {
                    const int place = (i * 3 + j) * 4 + k;
                    ck_assert_int_eq(type == 0 ? ((uint8_t *)array.data)[place] : ((int32_t *)array.data)[place],
                                     100 * i + 10 * j + k);
                }
        snnd_array_free(context, &array);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(any_is_the_nearest_type_without_loss) {
    static const struct {
        const char *descr;
        size_t size;
        int32_t dtype;
    } cases[] = {
        {"|b1", 1, SNND_UINT8}, {"|i1", 1, SNND_INT8},    {"|u1", 1, SNND_UINT8},   {"<i2", 2, SNND_INT32},
        {"<u2", 2, SNND_INT32}, {"<i4", 4, SNND_INT32},   {"<u4", 4, SNND_INT64},   {"<i8", 8, SNND_INT64},
        {"<u8", 8, SNND_INT64}, {"<f2", 2, SNND_FLOAT32}, {"<f4", 4, SNND_FLOAT32}, {"<f8", 8, SNND_FLOAT64},
    };
    snnd_context *context = make_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned char zeros[8] = {0};
        snnd_array array = load(context, write_plain(cases[i].descr, "(1,)", zeros, cases[i].size), SNND_ANY);
        ck_assert_msg(array.dtype == cases[i].dtype, "%s became %d", cases[i].descr, array.dtype);
        snnd_array_free(context, &array);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(half_precision_is_read_in_full) {
    static const struct {
        uint16_t bits;
        double value;
    } cases[] = {
        {0x0000, 0},
        {0x8000, -0.0},
        {0x3C00, 1},
        {0xC000, -2},
        {0x3555, 0x1.554p-2}, /* the half nearest to a third */
        {0x7BFF, 65504},
        {0xFBFF, -65504},
        {0x0400, 0x1p-14}, /* the smallest normal one */
        {0x03FF, 1023 * 0x1p-24},
        {0x0001, 0x1p-24}, /* the smallest of all */
        {0x8001, -0x1p-24},
        {0x7C00, INFINITY},
        {0xFC00, -INFINITY},
    };
    snnd_context *context = make_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const unsigned char data[] = {(unsigned char)(cases[i].bits & 255), (unsigned char)(cases[i].bits >> 8)};
        snnd_array array = load(context, write_plain("<f2", "(1,)", data, 2), SNND_ANY);
        const float got = *(float *)array.data;
        ck_assert_float_eq(got, (float)cases[i].value);
        ck_assert_int_eq(signbit(got) != 0, signbit(cases[i].value) != 0);
        snnd_array_free(context, &array);
    }
    snnd_array array = load(context, write_plain("<f2", "(1,)", "\x01\x7E", 2), SNND_FLOAT64);
    ck_assert_double_nan(*(double *)array.data);
    snnd_array_free(context, &array);
    snnd_context_free(context);
}
END_TEST

START_TEST(truth_is_one_and_falsehood_zero) {
    static const snnd_dtype asked[] = {SNND_ANY, SNND_UINT8, SNND_INT8, SNND_INT64};
    snnd_context *context = make_context(1);
    const char *path = write_plain("|b1", "(4,)", "\x01\x00\x02\xff", 4); /* whatever is not 0 is true */
    snnd_array array = load(context, path, SNND_FLOAT32);
    for (int k = 0; k < 4; k++)
        ck_assert_float_eq(((float *)array.data)[k], k != 1);
    snnd_array_free(context, &array);
    for (int d = 0; d < 4; d++) {
        array = load(context, path, asked[d]);
        for (int k = 0; k < 4; k++)
            ck_assert_int_eq(asked[d] == SNND_INT64 ? ((int64_t *)array.data)[k] : ((int8_t *)array.data)[k], k != 1);
        snnd_array_free(context, &array);
    }
    snnd_context_free(context);
}
END_TEST

/* ---- conversion ---- */

/* A number as it is stored, the type asked for, and whether that can hold it. */
static const struct conversion {
    const char *descr;
    unsigned char bytes[8];
    size_t size;
    snnd_dtype dtype;
    bool fits;
    double value; /* where it fits */
} conversions[] = {
    {"<i4", {0x7F, 0, 0, 0}, 4, SNND_INT8, true, 127},
    {"<i4", {0x80, 0, 0, 0}, 4, SNND_INT8, false, 0},
    {"<i4", {0x80, 0xFF, 0xFF, 0xFF}, 4, SNND_INT8, true, -128},
    {"<i4", {0x7F, 0xFF, 0xFF, 0xFF}, 4, SNND_INT8, false, 0},
    {"<i4", {0xFF, 0, 0, 0}, 4, SNND_UINT8, true, 255},
    {"<i4", {0, 1, 0, 0}, 4, SNND_UINT8, false, 0},
    {"<i4", {0xFF, 0xFF, 0xFF, 0xFF}, 4, SNND_UINT8, false, 0},
    {"|u1", {0x80}, 1, SNND_INT8, false, 0},
    {"|i1", {0x80}, 1, SNND_UINT8, false, 0},
    {"<u2", {0xFF, 0xFF}, 2, SNND_INT32, true, 65535},
    {"<u4", {0xFF, 0xFF, 0xFF, 0x7F}, 4, SNND_INT32, true, 2147483647.0},
    {"<u4", {0, 0, 0, 0x80}, 4, SNND_INT32, false, 0},
    {"<i8", {0, 0, 0, 0x80, 0xFF, 0xFF, 0xFF, 0xFF}, 8, SNND_INT32, true, -2147483648.0},
    {"<i8", {0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF}, 8, SNND_INT32, false, 0},
    {"<u4", {0, 0, 0, 0x80}, 4, SNND_FLOAT32, true, 2147483648.0},
    {"<u8", {0, 0, 0, 0, 0, 0, 0, 0x80}, 8, SNND_FLOAT64, true, 0x1p63},
    {"<u8", {0, 0, 0, 0, 0, 0, 0, 0x80}, 8, SNND_INT32, false, 0},
    {"<f8", {0, 0, 0, 0, 0, 0, 0x08, 0x40}, 8, SNND_INT32, true, 3},  /* 3.0 */
    {"<f8", {0, 0, 0, 0, 0, 0, 0x0C, 0x40}, 8, SNND_INT32, false, 0}, /* 3.5 */
    {"<f8", {0, 0, 0, 0, 0, 0, 0xE0, 0x41}, 8, SNND_INT32, false, 0}, /* 2^31 */
    {"<f8", {0, 0, 0, 0, 0, 0, 0xE0, 0xC1}, 8, SNND_INT32, true, -0x1p31},
    {"<f8", {0, 0, 0, 0, 0, 0, 0xF8, 0x7F}, 8, SNND_INT32, false, 0}, /* not a number */
    {"<f8", {0, 0, 0, 0, 0, 0, 0xF0, 0x7F}, 8, SNND_INT8, false, 0},  /* infinity */
    {"<f8", {0, 0, 0, 0, 0, 0, 0xF0, 0x7F}, 8, SNND_FLOAT32, true, INFINITY},
    {"<f8", {0, 0, 0, 0, 0, 0, 0xF0, 0x47}, 8, SNND_FLOAT32, false, 0}, /* 2^128 */
    {"<f8", {0, 0, 0, 0, 0, 0, 0xE0, 0x47}, 8, SNND_FLOAT32, true, 0x1p127},
    {"<f8", {0, 0, 0, 0, 0, 0, 0xB0, 0x43}, 8, SNND_INT64, true, 0x1p60},
    {"<f8", {0, 0, 0, 0, 0, 0, 0xE0, 0x43}, 8, SNND_INT64, false, 0}, /* 2^63 */
    {"<f4", {0, 0, 0x80, 0x3F}, 4, SNND_UINT8, true, 1},
    {"<f2", {0, 0x3C}, 2, SNND_INT64, true, 1},
};

START_TEST(a_number_is_converted_or_refused) {
    const struct conversion *c = &conversions[_i];
    const char *path = write_plain(c->descr, "(1,)", c->bytes, c->size);
    if (!c->fits) {
        refuses(path, c->dtype, SNND_ERROR_FORMAT, "element 0");
        return;
    }
    snnd_context *context = make_context(1);
    snnd_array array = load(context, path, c->dtype);
    ck_assert_int_eq(array.dtype, c->dtype);
    const void *data = array.data;
    const double got = c->dtype == SNND_FLOAT32   ? (double)*(const float *)data
                       : c->dtype == SNND_FLOAT64 ? *(const double *)data
                       : c->dtype == SNND_INT8    ? (double)*(const int8_t *)data
                       : c->dtype == SNND_UINT8   ? (double)*(const uint8_t *)data
                       : c->dtype == SNND_INT32   ? (double)*(const int32_t *)data
                                                  : (double)*(const int64_t *)data;
    ck_assert_double_eq(got, c->value);
    snnd_array_free(context, &array);
    snnd_context_free(context);
}
END_TEST

START_TEST(an_unsigned_number_above_all_signed_ones_is_refused) {
    const unsigned char data[8] = {0, 0, 0, 0, 0, 0, 0, 0x80};
    refuses(write_plain("<u8", "(1,)", data, 8), SNND_INT64, SNND_ERROR_FORMAT,
            "element 0 is 9.2233720368547758e+18, which int64 cannot hold");
    refuses(write_plain("<u8", "(1,)", data, 8), SNND_ANY, SNND_ERROR_FORMAT,
            "element 0 is 9.2233720368547758e+18, which int64 cannot hold");
}
END_TEST

START_TEST(the_largest_doubles_that_are_int64_are_converted) {
    snnd_context *context = make_context(1);
    /* 2^63 - 1024 and -2^63. */
    const unsigned char data[16] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xDF, 0x43, 0, 0, 0, 0, 0, 0, 0xE0, 0xC3};
    snnd_array array = load(context, write_plain("<f8", "(2,)", data, 16), SNND_INT64);
    ck_assert_int_eq(((int64_t *)array.data)[0], INT64_MAX - 1023);
    ck_assert_int_eq(((int64_t *)array.data)[1], INT64_MIN);
    snnd_array_free(context, &array);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_element_that_does_not_fit_is_named) {
    const unsigned char data[8] = {1, 0, 2, 0, 0xFF, 0xFF, 3, 0};
    refuses(write_plain("<i2", "(2, 2)", data, 8), SNND_UINT8, SNND_ERROR_FORMAT,
            "element 2 is -1, which uint8 cannot hold");
}
END_TEST

/* ---- what is no .npy file ---- */

START_TEST(a_file_that_is_cut_off_anywhere_is_refused) {
    snnd_context *context = make_context(1);
    const snnd_array saved = array_of(&sorts[0], 2);
    OK(context, snnd_array_save_npy(context, &saved, scratch("a.npy")));
    size_t bytes;
    unsigned char *file = scratch_read(scratch("a.npy"), &bytes);
    for (size_t kept = 0; kept < bytes; kept++) {
        snnd_array array = {0};
        scratch_write(scratch("cut.npy"), file, kept);
        FAILS(context, SNND_ERROR_FORMAT, scratch("cut.npy"),
              snnd_array_load_npy(context, scratch("cut.npy"), SNND_ANY, &array));
    }
    free(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_wrong_beginning_is_refused) {
    const char *path = scratch("hand.npy");
    scratch_write(path, "\x93NUMPX\x01\x00\x02\x00{}", 12);
    refuses(path, SNND_ANY, SNND_ERROR_FORMAT, "begin");
    scratch_write(path, "PK\x03\x04 this is a zip file", 22);
    refuses(path, SNND_ANY, SNND_ERROR_FORMAT, "begin");
    scratch_write(path, "", 0);
    refuses(path, SNND_ANY, SNND_ERROR_FORMAT, "begin");
}
END_TEST

START_TEST(an_unknown_version_is_refused) {
    const char *dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
    refuses(write_npy(4, dictionary, "a", 1), SNND_ANY, SNND_ERROR_FORMAT, "version");
    refuses(write_npy(0, dictionary, "a", 1), SNND_ANY, SNND_ERROR_FORMAT, "version");
}
END_TEST

START_TEST(a_header_longer_than_the_file_is_refused) {
    static const char short_length[] =
        "\x93NUMPY\x01\x00\xFF\xFF{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }";
    static const char long_length[] =
        "\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }";
    const char *path = scratch("hand.npy");
    scratch_write(path, short_length, sizeof short_length);
    refuses(path, SNND_ANY, SNND_ERROR_FORMAT, "incomplete");
    scratch_write(path, long_length, sizeof long_length);
    refuses(path, SNND_ANY, SNND_ERROR_FORMAT, "incomplete");
}
END_TEST

static const struct bad_header {
    const char *dictionary, *words;
} bad_headers[] = {
    {"", "descr"},
    {"{}", "descr"},
    {"{'fortran_order': False, 'shape': (1,)}", "descr"},
    {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", "descr"},
    {"{'descr' '|u1', 'fortran_order': False, 'shape': (1,)}", "descr"},
    {"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '|S1', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '<f1', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '<i3', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '|b2', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '<M8[ns]', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '|u1x', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '|u01', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '|u+1', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '|u 1', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '|u1,|u1', 'fortran_order': False, 'shape': (1,)}", "elements"},
    {"{'descr': '', 'fortran_order': False, 'shape': (1,)}", "elements"},
    /* 63 bytes, so that the quotation mark and the zero behind it end their memory */
    {"{'fortran_order': False, 'shape': (1,),              'descr': '",
     "its 'descr' is not a type in quotation marks, but begins with: '"},
    {"{'fortran_order': False, 'shape': (1,),             'descr': '<",
     "its 'descr' is not a type in quotation marks, but begins with: '<"},
    {"{'descr': '|u1', 'shape': (1,)}", "has no 'fortran_order'"},
    {"{'descr': '|u1', 'fortran_order': 0, 'shape': (1,)}",
     "its 'fortran_order' is not True or False, but begins with: 0"},
    {"{'descr': '|u1', 'fortran_order': 1, 'shape': (1,)}",
     "its 'fortran_order' is not True or False, but begins with: 1"},
    {"{'descr': '|u1', 'fortran_order': Falsely, 'shape': (1,)}", "is not a dictionary"},
    {"{'descr': '|u1', 'fortran_order': False}", "has no 'shape'"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': 1}", "its 'shape' is not a tuple of sizes, but begins with: 1"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1)}",
     "its 'shape' is not a tuple of sizes, but begins with: (1)"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': [1,]}", "its 'shape' is not a tuple of sizes"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (,)}", "its 'shape' is not a tuple of sizes"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,,)}", "its 'shape' is not a tuple of sizes"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (01,)}",
     "its 'shape' is not a tuple of sizes, but begins with: (01,)"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 001)}", "its 'shape' is not a tuple of sizes"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (+1,)}", "its 'shape' is not a tuple of sizes"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}", "has 'shape' twice"},
    {"{'descr': '|u1', 'descr': '|i1', 'fortran_order': False, 'shape': (1,)}", "has 'descr' twice"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'more': 1}", "'more'"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,), 'Shape': (1,)}", "'Shape'"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,)} + {}", "after the dictionary"},
    {"{'descr': '|u1' 'fortran_order': False, 'shape': (1,)}", "is not a dictionary"},
    {"{, 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", "is not a dictionary"},
    {"'descr': '|u1', 'fortran_order': False, 'shape': (1,)", "is not a dictionary"},
    {"['descr', 'fortran_order', 'shape']", "is not a dictionary"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (-1,)}", "shape"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1, -1)}", "shape"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1.5,)}", "shape"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (one,)}", "shape"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1 1)}", "shape"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1", "shape"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1,", "shape"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1)}", "4 axes"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807,)}", "many elements"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999999,)}", "many elements"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967297)}", "many elements"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "bytes of data"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (0,)}", "bytes of data"},
    {"{'descr': '<u2', 'fortran_order': False, 'shape': (1,)}", "bytes of data"},
    {"{'descr': '|u1', 'fortran_order': False, 'shape': (1000000000000,)}", "bytes of data"},
};

/* Each before the one byte of data that would be right for '|u1' and (1,). */
START_TEST(a_header_that_makes_no_sense_is_refused) {
    refuses(write_npy(1, bad_headers[_i].dictionary, "a", 1), SNND_ANY, SNND_ERROR_FORMAT, bad_headers[_i].words);
}
END_TEST

/* A zero ends words of C, and not the header. */
START_TEST(a_header_with_a_zero_in_it_is_refused) {
    static const char file[] =
        "\x93NUMPY\x01\x00\x76\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\0'more': 1}\na";
    char bytes[10 + 118 + 1];
    memset(bytes, ' ', sizeof bytes);
    memcpy(bytes, file, sizeof file - 2);
    bytes[sizeof bytes - 1] = 'a';
    scratch_write(scratch("hand.npy"), bytes, sizeof bytes);
    refuses(scratch("hand.npy"), SNND_ANY, SNND_ERROR_FORMAT, "continues after the dictionary");
}
END_TEST

START_TEST(a_header_without_end_is_refused) {
    static const char begin[] =
        "\x93NUMPY\x02\x00\x00\x00\x01\x00{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }";
    char file[12 + 65536 + 1];
    memset(file, ' ', sizeof file);
    memcpy(file, begin, sizeof begin - 1);
    scratch_write(scratch("hand.npy"), file, sizeof file);
    refuses(scratch("hand.npy"), SNND_ANY, SNND_ERROR_FORMAT, "65535 bytes");
}
END_TEST

/* Sizes whose product is zero in the end, but beyond all integers on the way there. */
START_TEST(an_empty_shape_of_huge_axes_is_refused) {
    refuses(write_plain("|u1", "(4611686018427387904, 4611686018427387904, 0)", NULL, 0), SNND_ANY, SNND_ERROR_FORMAT,
            "many elements");
}
END_TEST

START_TEST(more_data_than_the_shape_asks_for_is_refused) {
    refuses(write_plain("|u1", "(3,)", "abcd", 4), SNND_ANY, SNND_ERROR_FORMAT, "4 bytes");
    refuses(write_plain("|u1", "()", "ab", 2), SNND_ANY, SNND_ERROR_FORMAT, "2 bytes");
}
END_TEST

START_TEST(what_is_not_there_is_an_error_of_input) {
    refuses(scratch("nowhere.npy"), SNND_ANY, SNND_ERROR_IO, "open");
}
END_TEST

START_TEST(a_directory_is_not_a_file) {
    refuses(scratch_directory, SNND_ANY, SNND_ERROR_IO, "regular file");
}
END_TEST

START_TEST(arguments_of_loading_are_checked) {
    snnd_context *context = make_context(1);
    snnd_array array = {0};
    const char *path = write_plain("|u1", "(1,)", "a", 1);
    ck_assert_int_eq(snnd_array_load_npy(NULL, path, SNND_ANY, &array), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_array_load_npy(context, NULL, SNND_ANY, &array));
    FAILS(context, SNND_ERROR_ARGUMENT, "array is NULL", snnd_array_load_npy(context, path, SNND_ANY, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "dtype is 7;", snnd_array_load_npy(context, path, (snnd_dtype)7, &array));
    FAILS(context, SNND_ERROR_ARGUMENT, "dtype is -1;", snnd_array_load_npy(context, path, (snnd_dtype)-1, &array));
    ck_assert_ptr_null(array.data);
    snnd_context_free(context);
}
END_TEST

/* ---- saving ---- */

START_TEST(arguments_of_saving_are_checked) {
    snnd_context *context = make_context(1);
    const snnd_array good = array_of(&sorts[0], 1);
    snnd_array bad = good;
    const char *path = scratch("a.npy");
    ck_assert_int_eq(snnd_array_save_npy(NULL, &good, path), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "array", snnd_array_save_npy(context, NULL, path));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_array_save_npy(context, &good, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "empty", snnd_array_save_npy(context, &good, ""));
    bad.data = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "data is NULL", snnd_array_save_npy(context, &bad, path));
    bad = good;
    bad.dtype = SNND_ANY;
    FAILS(context, SNND_ERROR_ARGUMENT, "dtype is 0; expected", snnd_array_save_npy(context, &bad, path));
    bad.dtype = 99;
    FAILS(context, SNND_ERROR_ARGUMENT, "dtype is 99; expected", snnd_array_save_npy(context, &bad, path));
    bad = good;
    bad.dimensions = 5;
    FAILS(context, SNND_ERROR_ARGUMENT, "dimensions is 5; expected 0 to 4", snnd_array_save_npy(context, &bad, path));
    bad.dimensions = -1;
    FAILS(context, SNND_ERROR_ARGUMENT, "dimensions is -1; expected", snnd_array_save_npy(context, &bad, path));
    bad.dimensions = 2;
    bad.shape[1] = -1;
    FAILS(context, SNND_ERROR_ARGUMENT, "shape[1] is -1; expected at least 0",
          snnd_array_save_npy(context, &bad, path));
    bad.shape[1] = INT64_C(1) << 62;
    FAILS(context, SNND_ERROR_ARGUMENT, "the shape needs", snnd_array_save_npy(context, &bad, path));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_context_free(context);
}
END_TEST

START_TEST(saving_leaves_one_file_and_may_be_repeated) {
    snnd_context *context = make_context(1);
    const snnd_array first = array_of(&sorts[0], 1), second = array_of(&sorts[1], 3);
    OK(context, snnd_array_save_npy(context, &first, scratch("a.npy")));
    OK(context, snnd_array_save_npy(context, &second, scratch("a.npy")));
    ck_assert_int_eq(scratch_entries(), 1);
    snnd_array loaded = load(context, scratch("a.npy"), SNND_ANY);
    ck_assert_int_eq(loaded.dimensions, 3);
    ck_assert_int_eq(loaded.dtype, SNND_FLOAT64);
    snnd_array_free(context, &loaded);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_file_cannot_be_saved_where_there_is_no_directory) {
    snnd_context *context = make_context(1);
    const snnd_array saved = array_of(&sorts[0], 1);
    FAILS(context, SNND_ERROR_IO, scratch("none/a.npy"), snnd_array_save_npy(context, &saved, scratch("none/a.npy")));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_context_free(context);
}
END_TEST

/* Nor is a pipe, which nobody waits for. */
START_TEST(a_pipe_is_neither_read_nor_replaced) {
    const float one = 1;
    const snnd_array array = {(void *)&one, SNND_FLOAT32, 1, {1, 1, 1, 1}};
    snnd_context *context = make_context(1);
    struct stat about;
    snnd_array read = {0};
    ck_assert_int_eq(mkfifo(scratch("pipe"), 0600), 0);
    FAILS(context, SNND_ERROR_IO, "regular file", snnd_array_save_npy(context, &array, scratch("pipe")));
    FAILS(context, SNND_ERROR_IO, "regular file", snnd_array_load_npy(context, scratch("pipe"), SNND_ANY, &read));
    ck_assert(stat(scratch("pipe"), &about) == 0 && S_ISFIFO(about.st_mode));
    snnd_context_free(context);
}
END_TEST

/* Puts a file and a pipe in each other's place until it is ended. */
static void exchange(void) {
    char path[4][SCRATCH_PATH];
    static const char *const names[] = {"file", "pipe", "next", "either"};
    for (int p = 0; p < 4; p++)
        snprintf(path[p], sizeof path[p], "%s", scratch(names[p]));
    for (int turn = 0;; turn = 1 - turn)
        if (link(path[turn], path[2]) != 0 || rename(path[2], path[3]) != 0)
            _exit(1);
}

/* What is looked at is what is read: it was opened before. */
START_TEST(a_pipe_that_takes_the_place_of_a_file_is_not_waited_for) {
    const float one = 1;
    const snnd_array array = {(void *)&one, SNND_FLOAT32, 1, {1, 1, 1, 1}};
    snnd_context *context = make_context(1);
    int times[2] = {0};
    OK(context, snnd_array_save_npy(context, &array, scratch("file")));
    OK(context, snnd_array_save_npy(context, &array, scratch("either")));
    ck_assert_int_eq(mkfifo(scratch("pipe"), 0600), 0);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        exchange();
    for (int n = 0; n < 1000000 && (n < 50000 || times[0] == 0 || times[1] == 0); n++) {
        snnd_array read = {0};
        const snnd_status status = snnd_array_load_npy(context, scratch("either"), SNND_ANY, &read);
        ck_assert_msg(status == SNND_OK || strstr(snnd_context_last_error(context), "regular file") != NULL, "%s",
                      snnd_context_last_error(context));
        times[status == SNND_OK]++;
        snnd_array_free(context, &read);
    }
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_int_gt(times[0], 0);
    ck_assert_int_gt(times[1], 0);
    snnd_context_free(context);
}
END_TEST

/* Takes memory, and looks which descriptors are open meanwhile that a program which the host starts would have, too. */
typedef struct watch {
    bool known[64];
    int open, left_open;
} watch;

static void *watch_allocate(void *user, size_t bytes, size_t alignment) {
    watch *self = user;
    for (int d = 0; d < 64; d++) {
        const int flags = fcntl(d, F_GETFD);
        self->open += flags >= 0 && !self->known[d];
        self->left_open += flags >= 0 && !self->known[d] && (flags & FD_CLOEXEC) == 0;
    }
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void watch_release(void *user, void *memory) {
    (void)user;
    free(memory);
}

START_TEST(a_file_that_is_read_is_not_open_in_programs_that_are_started) {
    watch seen = {0};
    snnd_context_options options;
    snnd_context *context;
    snnd_array read = {0};
    const char *path = write_plain("|u1", "(1,)", "a", 1);
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.allocate = watch_allocate;
    options.release = watch_release;
    options.memory_user = &seen;
    for (int d = 0; d < 64; d++)
        seen.known[d] = fcntl(d, F_GETFD) >= 0;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
    OK(context, snnd_array_load_npy(context, path, SNND_ANY, &read));
    ck_assert_int_gt(seen.open, 0);
    ck_assert_int_eq(seen.left_open, 0);
    snnd_array_free(context, &read);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_shape_that_cannot_be_has_no_elements) {
    const snnd_array large = {NULL, SNND_FLOAT32, 2, {INT64_MAX, INT64_MAX, 1, 1}};
    const snnd_array negative = {NULL, SNND_FLOAT32, 2, {3, -1, 1, 1}}, many = {NULL, SNND_FLOAT32, 5, {1, 1, 1, 1}};
    const snnd_array fewer = {NULL, SNND_FLOAT32, -1, {1, 1, 1, 1}}, scalar = {NULL, SNND_FLOAT32, 0, {1, 1, 1, 1}};
    ck_assert_int_eq(snnd_array_count(&large), 0);
    ck_assert_int_eq(snnd_array_count(&negative), 0);
    ck_assert_int_eq(snnd_array_count(&many), 0);
    ck_assert_int_eq(snnd_array_count(&fewer), 0);
    ck_assert_int_eq(snnd_array_count(&scalar), 1);
    ck_assert_int_eq(snnd_array_count(NULL), 0);
}
END_TEST

START_TEST(a_directory_is_not_replaced_by_a_file) {
    snnd_context *context = make_context(1);
    const snnd_array saved = array_of(&sorts[0], 1);
    ck_assert_int_eq(mkdir(scratch("a.npy"), 0777), 0);
    FAILS(context, SNND_ERROR_IO, scratch("a.npy"), snnd_array_save_npy(context, &saved, scratch("a.npy")));
    ck_assert_int_eq(scratch_entries(), 1); /* the directory, and nothing temporary */
    snnd_context_free(context);
}
END_TEST

START_TEST(a_file_survives_when_its_successor_cannot_be_written) {
    snnd_context *context = make_context(1);
    static float many[10000];
    const snnd_array first = array_of(&sorts[0], 1);
    const snnd_array second = {.data = many, .dtype = SNND_FLOAT32, .dimensions = 1, .shape = {10000, 1, 1, 1}};
    const char *path = scratch("a.npy");
    OK(context, snnd_array_save_npy(context, &first, path));
    size_t bytes, after;
    unsigned char *before = scratch_read(path, &bytes);
    /* A full disk, as far as this process can tell. */
    struct rlimit old, small;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 1024;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    const snnd_status status = snnd_array_save_npy(context, &second, path);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
    ck_assert_int_eq(status, SNND_ERROR_IO);
    ck_assert_ptr_nonnull(strstr(snnd_context_last_error(context), path));
    ck_assert_int_eq(scratch_entries(), 1);
    unsigned char *now = scratch_read(path, &after);
    ck_assert_uint_eq(after, bytes);
    ck_assert_mem_eq(now, before, bytes);
    free(now);
    free(before);
    snnd_context_free(context);
}
END_TEST

START_TEST(the_file_that_another_save_left_unfinished_is_not_in_the_way) {
    snnd_context *context = make_context(1);
    const snnd_array saved = array_of(&sorts[0], 1);
    char leftover[64];
    snprintf(leftover, sizeof leftover, "a.npy.%ld-0.tmp", (long)getpid());
    scratch_write(scratch(leftover), "unfinished", 10);
    OK(context, snnd_array_save_npy(context, &saved, scratch("a.npy")));
    snnd_array loaded = load(context, scratch("a.npy"), SNND_ANY);
    snnd_array_free(context, &loaded);
    /* Nor is it touched: it may be that of a save that goes on elsewhere. */
    size_t bytes;
    unsigned char *left = scratch_read(scratch(leftover), &bytes);
    ck_assert_uint_eq(bytes, 10);
    ck_assert_str_eq((const char *)left, "unfinished");
    free(left);
    ck_assert_int_eq(scratch_entries(), 2);
    snnd_context_free(context);
}
END_TEST

/* ---- memory ---- */

static snnd_status load_something(snnd_context *context, void *path) {
    snnd_array array = {0};
    const snnd_status status = snnd_array_load_npy(context, path, SNND_ANY, &array);
    snnd_array_free(context, &array);
    return status;
}

static snnd_status save_something(snnd_context *context, void *path) {
    const snnd_array saved = array_of(&sorts[0], 2);
    return snnd_array_save_npy(context, &saved, path);
}

START_TEST(loading_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    char path[SCRATCH_PATH];
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snprintf(path, sizeof path, "%s", write_plain("<u2", "(2,)", "abcd", 4));
    allocator_starve(context, &memory, load_something, path);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(saving_without_memory_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    char path[SCRATCH_PATH];
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snprintf(path, sizeof path, "%s", scratch("a.npy"));
    allocator_starve(context, &memory, save_something, path);
    ck_assert_int_eq(scratch_entries(), 1);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *npy_suite(void) {
    Suite *suite = suite_create("npy");

    TCase *round = scratch_case(suite, "round trip");
    tcase_add_loop_test(round, what_is_saved_is_loaded_bit_for_bit, 0, SORTS);
    tcase_add_loop_test(round, what_is_saved_is_laid_out_as_the_format_says, 0, SORTS);
    tcase_add_test(round, an_empty_array_is_an_array);
    tcase_add_test(round, a_freed_array_is_cleared_and_may_be_freed_again);

    TCase *reading = scratch_case(suite, "reading");
    tcase_add_loop_test(reading, all_versions_of_the_format_are_read, 1, 4);
    tcase_add_test(reading, the_header_may_be_written_in_other_ways);
    tcase_add_test(reading, big_endian_numbers_are_turned);
    tcase_add_test(reading, fortran_order_is_put_into_c_order);
    tcase_add_test(reading, any_is_the_nearest_type_without_loss);
    tcase_add_test(reading, half_precision_is_read_in_full);
    tcase_add_test(reading, truth_is_one_and_falsehood_zero);

    TCase *conversion = scratch_case(suite, "conversion");
    tcase_add_loop_test(conversion, a_number_is_converted_or_refused, 0, sizeof conversions / sizeof conversions[0]);
    tcase_add_test(conversion, an_unsigned_number_above_all_signed_ones_is_refused);
    tcase_add_test(conversion, the_largest_doubles_that_are_int64_are_converted);
    tcase_add_test(conversion, the_element_that_does_not_fit_is_named);

    TCase *refused = scratch_case(suite, "refused");
    tcase_add_test(refused, a_file_that_is_cut_off_anywhere_is_refused);
    tcase_add_test(refused, a_wrong_beginning_is_refused);
    tcase_add_test(refused, an_unknown_version_is_refused);
    tcase_add_test(refused, a_header_longer_than_the_file_is_refused);
    tcase_add_loop_test(refused, a_header_that_makes_no_sense_is_refused, 0,
                        sizeof bad_headers / sizeof bad_headers[0]);
    tcase_add_test(refused, a_header_with_a_zero_in_it_is_refused);
    tcase_add_test(refused, a_header_without_end_is_refused);
    tcase_add_test(refused, an_empty_shape_of_huge_axes_is_refused);
    tcase_add_test(refused, more_data_than_the_shape_asks_for_is_refused);
    tcase_add_test(refused, what_is_not_there_is_an_error_of_input);
    tcase_add_test(refused, a_directory_is_not_a_file);
    tcase_add_test(refused, arguments_of_loading_are_checked);

    TCase *saving = scratch_case(suite, "saving");
    tcase_add_test(saving, arguments_of_saving_are_checked);
    tcase_add_test(saving, saving_leaves_one_file_and_may_be_repeated);
    tcase_add_test(saving, a_file_cannot_be_saved_where_there_is_no_directory);
    tcase_add_test(saving, a_directory_is_not_replaced_by_a_file);
    tcase_add_test(saving, a_shape_that_cannot_be_has_no_elements);
    tcase_add_test(saving, a_pipe_is_neither_read_nor_replaced);
    tcase_add_test(saving, a_pipe_that_takes_the_place_of_a_file_is_not_waited_for);
    tcase_add_test(saving, a_file_that_is_read_is_not_open_in_programs_that_are_started);
    tcase_add_test(saving, a_file_survives_when_its_successor_cannot_be_written);
    tcase_add_test(saving, the_file_that_another_save_left_unfinished_is_not_in_the_way);

    TCase *memory = scratch_case(suite, "memory");
    tcase_add_test(memory, loading_without_memory_is_an_error_and_no_leak);
    tcase_add_test(memory, saving_without_memory_is_an_error_and_no_leak);
    return suite;
}
