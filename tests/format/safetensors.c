/* The safetensors format: what the library writes, and hostile files that are written here byte by byte. */
#include "format/safetensors.h"

#include <check.h>
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "base/allocator.h"
#include "base/array.h"
#include "format/scratch.h"
#include "support.h"

Suite *safetensors_suite(void);

/* ---- files by hand ---- */

/* A file of this header, whose length field says `length`, and data. Returns its path. */
static const char *write_raw(uint64_t length, const char *header, size_t header_bytes, const void *data, size_t bytes) {
    unsigned char file[4096];
    ck_assert_uint_le(8 + header_bytes + bytes, sizeof file);
    for (int b = 0; b < 8; b++)
        file[b] = (unsigned char)(length >> (8 * b));
    memcpy(file + 8, header, header_bytes);
    if (bytes > 0)
        memcpy(file + 8 + header_bytes, data, bytes);
    const char *path = scratch("hand");
    scratch_write(path, file, 8 + header_bytes + bytes);
    return path;
}

/* Eight bytes of data are enough for these. */
static const unsigned char eight[8] = {1, 2, 3, 4, 5, 6, 7, 8};

static const char *write_header(const char *header, size_t bytes) {
    return write_raw(strlen(header), header, strlen(header), eight, bytes);
}

/* Opening must fail with these words and the path. */
static void refuses(const char *path, snnd_status status, const char *words) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    FAILS(context, status, words, snnd_safetensors_open(context, snnd_from_path(path), &file));
    ck_assert_msg(strstr(snnd_context_last_error(context), path) != NULL, "'%s' does not name the file",
                  snnd_context_last_error(context));
    ck_assert_ptr_null(file);
    snnd_context_free(context);
}

/* ---- what is written ---- */

static double f64[2] = {0.1, -1e300};
static float f32[3] = {0.1f, -2, 3e38f};
static int8_t i8[5] = {-128, 127, 0, 1, -1};
static uint8_t u8[2] = {255, 1};
static int32_t i32[2] = {INT32_MIN, INT32_MAX};
static int64_t i64[1] = {INT64_MIN};
static float scalar = 7, nothing;

/* Narrow before wide, and the narrow ones 7 bytes together, so that the writer has something to put in order. */
static const snnd_tensor tensors[] = {
    {"bytes", {i8, SNND_INT8, 1, {5, 1, 1, 1}}},
    {"floats", {f32, SNND_FLOAT32, 3, {1, 3, 1, 1}}},
    {"doubles", {f64, SNND_FLOAT64, 2, {2, 1, 1, 1}}},
    {"more bytes", {u8, SNND_UINT8, 1, {2, 1, 1, 1}}},
    {"integers", {i32, SNND_INT32, 1, {2, 1, 1, 1}}},
    {"\"quoted\" \\ and \xc3\xa9", {i64, SNND_INT64, 4, {1, 1, 1, 1}}},
    {"scalar", {&scalar, SNND_FLOAT32, 0, {1, 1, 1, 1}}},
    {"empty", {&nothing, SNND_FLOAT32, 2, {0, 4, 1, 1}}},
};

enum { TENSORS = sizeof tensors / sizeof tensors[0] };

static const snnd_metadata metadata[] = {{"format", "test"}, {"text", "a \"b\"\n\\ \xc3\xa9 {}"}};

static size_t bytes_of(const snnd_array *array) {
    return (size_t)snnd_array_count(array) * snnd_dtype_bytes(array->dtype);
}

static void write_all(snnd_context *context, const char *path) {
    OK(context, snnd_safetensors_write(context, snnd_to_path(path), tensors, TENSORS, metadata, 2));
}

START_TEST(what_is_written_is_read_bit_for_bit) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    write_all(context, scratch("a"));
    OK(context, snnd_safetensors_open(context, snnd_from_path(scratch("a")), &file));
    ck_assert_uint_eq(snnd_safetensors_count(file), TENSORS);
    for (int i = 0; i < TENSORS; i++) {
        unsigned char got[64] = {0};
        snnd_array array = tensors[i].array;
        array.data = got;
        ck_assert(snnd_safetensors_has(file, tensors[i].name));
        OK(context, snnd_safetensors_read(file, tensors[i].name, &array));
        ck_assert_uint_le(bytes_of(&array), sizeof got);
        if (bytes_of(&array) > 0)
            ck_assert_mem_eq(got, tensors[i].array.data, bytes_of(&array));
    }
    snnd_safetensors_close(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(metadata_come_back) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    write_all(context, scratch("a"));
    OK(context, snnd_safetensors_open(context, snnd_from_path(scratch("a")), &file));
    for (int i = 0; i < 2; i++)
        ck_assert_str_eq(snnd_safetensors_metadata(file, metadata[i].key), metadata[i].value);
    ck_assert_ptr_null(snnd_safetensors_metadata(file, "nothing"));
    ck_assert_ptr_null(snnd_safetensors_metadata(file, "Format"));
    snnd_safetensors_close(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_file_may_hold_nothing) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    OK(context, snnd_safetensors_write(context, snnd_to_path(scratch("a")), NULL, 0, NULL, 0));
    OK(context, snnd_safetensors_open(context, snnd_from_path(scratch("a")), &file));
    ck_assert_uint_eq(snnd_safetensors_count(file), 0);
    ck_assert(!snnd_safetensors_has(file, "__metadata__"));
    snnd_safetensors_close(file);
    snnd_safetensors_close(NULL);
    snnd_context_free(context);
}
END_TEST

/* The format's own description, checked with nothing of the library's. */
START_TEST(what_is_written_is_laid_out_as_the_format_says) {
    snnd_context *context = make_context(1);
    write_all(context, scratch("a"));
    size_t size;
    unsigned char *file = scratch_read(scratch("a"), &size);
    uint64_t length = 0;
    for (int b = 7; b >= 0; b--)
        length = length << 8 | file[b];
    ck_assert_uint_eq(length % 8, 0);
    ck_assert_uint_lt(8 + length, size);
    ck_assert_int_eq(file[8], '{');
    cJSON *header = cJSON_ParseWithLength((const char *)file + 8, (size_t)length);
    ck_assert_ptr_nonnull(header);
    ck_assert_int_eq(cJSON_GetArraySize(header), TENSORS + 1);
    static const char *const words[] = {[SNND_FLOAT32] = "F32", [SNND_FLOAT64] = "F64", [SNND_INT8] = "I8",
                                        [SNND_UINT8] = "U8",    [SNND_INT32] = "I32",   [SNND_INT64] = "I64"};
    size_t used = 0;
    for (int i = 0; i < TENSORS; i++) {
        const snnd_array *array = &tensors[i].array;
        const cJSON *entry = cJSON_GetObjectItemCaseSensitive(header, tensors[i].name);
        const cJSON *shape = cJSON_GetObjectItemCaseSensitive(entry, "shape");
        const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(entry, "data_offsets");
        ck_assert_str_eq(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "dtype")), words[array->dtype]);
        ck_assert_int_eq(cJSON_GetArraySize(shape), array->dimensions);
        for (int axis = 0; axis < array->dimensions; axis++)
            ck_assert_double_eq(cJSON_GetNumberValue(cJSON_GetArrayItem(shape, axis)), (double)array->shape[axis]);
        ck_assert_int_eq(cJSON_GetArraySize(offsets), 2);
        const size_t begin = (size_t)cJSON_GetNumberValue(cJSON_GetArrayItem(offsets, 0));
        const size_t end = (size_t)cJSON_GetNumberValue(cJSON_GetArrayItem(offsets, 1));
        ck_assert_uint_eq(end - begin, bytes_of(array));
        ck_assert_uint_le(8 + length + end, size);
        ck_assert_uint_eq((8 + length + begin) % snnd_dtype_bytes(array->dtype), 0);
        if (end > begin && *(const unsigned char *)&(const uint16_t){1} == 1)
            ck_assert_mem_eq(file + 8 + length + begin, array->data, end - begin);
        used += end - begin;
    }
    ck_assert_uint_eq(8 + length + used, size);
    cJSON_Delete(header);
    free(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(alignment_does_not_depend_on_the_length_of_names) {
    snnd_context *context = make_context(1);
    for (int length = 1; length <= 9; length++) {
        snnd_tensor one = {"", {f64, SNND_FLOAT64, 1, {2, 1, 1, 1}}};
        memset(one.name, 'n', (size_t)length);
        OK(context, snnd_safetensors_write(context, snnd_to_path(scratch("a")), &one, 1, NULL, 0));
        size_t size;
        unsigned char *file = scratch_read(scratch("a"), &size);
        ck_assert_uint_eq(file[0] % 8, 0);
        ck_assert_uint_eq(size % 8, 0);
        free(file);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(a_file_that_cannot_be_written_leaves_nothing) {
    snnd_context *context = make_context(1);
    FAILS(context, SNND_ERROR_IO, scratch("none/a"),
          snnd_safetensors_write(context, snnd_to_path(scratch("none/a")), tensors, TENSORS, metadata, 2));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL",
          snnd_safetensors_write(context, snnd_to_path(NULL), tensors, 1, NULL, 0));
    FAILS(context, SNND_ERROR_ARGUMENT, "empty",
          snnd_safetensors_write(context, snnd_to_path(""), tensors, 1, NULL, 0));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_context_free(context);
}
END_TEST

START_TEST(text_that_is_not_utf8_is_not_written) {
    static const snnd_metadata wrong[] = {{"key", "caf\xe9"}, {"k\xc3", "value"}};
    snnd_context *context = make_context(1);
    FAILS(context, SNND_ERROR_ARGUMENT, "UTF-8",
          snnd_safetensors_write(context, snnd_to_path(scratch("a")), tensors, 1, &wrong[_i], 1));
    ck_assert_int_eq(scratch_entries(), 0);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_header_above_the_limit_is_not_written) {
    snnd_context *context = make_context(1);
    const size_t bytes = 100000000;
    char *text = malloc(bytes + 1);
    ck_assert_ptr_nonnull(text);
    memset(text, 'x', bytes);
    text[bytes] = '\0';
    FAILS(context, SNND_ERROR_ARGUMENT, "expected at most 100000000",
          snnd_safetensors_write(context, snnd_to_path(scratch("a")), tensors, 1, &(snnd_metadata){"key", text}, 1));
    ck_assert_int_eq(scratch_entries(), 0);
    free(text);
    snnd_context_free(context);
}
END_TEST

/* ---- what is read ---- */

START_TEST(a_file_by_hand_is_read) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    /* In another order than their data, with spaces, and with a key that is not known. */
    const char *path =
        write_header("{\"b\": {\"dtype\":\"U8\",\"shape\":[2,2],\"data_offsets\":[4,8], \"extra\": 1} ,\n"
                     "\"a\":{\"data_offsets\":[0,4],\"shape\":[1],\"dtype\":\"I32\"}}   ",
                     8);
    OK(context, snnd_safetensors_open(context, snnd_from_path(path), &file));
    ck_assert_uint_eq(snnd_safetensors_count(file), 2);
    int32_t a[1];
    uint8_t b[4];
    OK(context, snnd_safetensors_read(file, "a", &(snnd_array){a, SNND_INT32, 1, {1, 1, 1, 1}}));
    OK(context, snnd_safetensors_read(file, "b", &(snnd_array){b, SNND_UINT8, 2, {2, 2, 1, 1}}));
    ck_assert_int_eq(a[0], 0x04030201);
    ck_assert_mem_eq(b, eight + 4, 4);
    ck_assert_ptr_null(snnd_safetensors_metadata(file, "format"));
    snnd_safetensors_close(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(tensors_without_bytes_may_stand_anywhere) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    const char *path = write_header("{\"x\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[8,8]},"
                                    "\"a\":{\"dtype\":\"U8\",\"shape\":[8],\"data_offsets\":[0,8]},"
                                    "\"y\":{\"dtype\":\"F64\",\"shape\":[3,0],\"data_offsets\":[0,0]}}",
                                    8);
    OK(context, snnd_safetensors_open(context, snnd_from_path(path), &file));
    ck_assert_uint_eq(snnd_safetensors_count(file), 3);
    snnd_safetensors_close(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(a_tensor_is_only_read_as_what_it_is) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    write_all(context, scratch("a"));
    OK(context, snnd_safetensors_open(context, snnd_from_path(scratch("a")), &file));
    float got[3] = {9, 9, 9};
    FAILS(context, SNND_ERROR_FORMAT, "'nobody' is missing",
          snnd_safetensors_read(file, "nobody", &(snnd_array){got, SNND_FLOAT32, 3, {1, 3, 1, 1}}));
    FAILS(context, SNND_ERROR_FORMAT, "F32; expected I32",
          snnd_safetensors_read(file, "floats", &(snnd_array){got, SNND_INT32, 3, {1, 3, 1, 1}}));
    FAILS(context, SNND_ERROR_FORMAT, "[1, 3, 1]; expected [3, 1, 1]",
          snnd_safetensors_read(file, "floats", &(snnd_array){got, SNND_FLOAT32, 3, {3, 1, 1, 1}}));
    FAILS(context, SNND_ERROR_FORMAT, "shape",
          snnd_safetensors_read(file, "floats", &(snnd_array){got, SNND_FLOAT32, 2, {1, 3, 1, 1}}));
    FAILS(context, SNND_ERROR_FORMAT, "'nobody' is missing",
          snnd_safetensors_check(file, "nobody", &(snnd_array){NULL, SNND_FLOAT32, 3, {1, 3, 1, 1}}));
    OK(context, snnd_safetensors_check(file, "floats", &(snnd_array){NULL, SNND_FLOAT32, 3, {1, 3, 1, 1}}));
    for (int i = 0; i < 3; i++)
        ck_assert_float_eq(got[i], 9);
    ck_assert(!snnd_safetensors_has(file, "nobody"));
    snnd_safetensors_close(file);
    snnd_context_free(context);
}
END_TEST

/* ---- hostile files ---- */

#define TENSOR(name, dtype, shape, offsets)                                                                            \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

static const struct hostile {
    const char *header, *words;
} hostile[] = {
    /* not JSON, or not an object */
    {"{", "JSON"},
    {"{]", "JSON"},
    {"{\"a\"}", "JSON"},
    {"{'a': 1}", "JSON"},
    {"[]", "safetensors"},
    {"  {}", "safetensors"},
    {"\"a\"", "safetensors"},
    {"null", "safetensors"},
    /* no tensors */
    {"{\"a\":1}", "'a'"},
    {"{\"a\":[]}", "'a'"},
    {"{\"a\":[1,2]}", "'a'"},
    {"{\"a\":null}", "'a'"},
    {"{\"a\":{}}", "dtype"},
    {"{\"a\":{\"dtype\":\"U8\",\"shape\":[8]}}", "data_offsets"},
    {"{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,8]}}", "shape"},
    {"{\"a\":{\"shape\":[8],\"data_offsets\":[0,8]}}", "dtype"},
    /* types */
    {"{" TENSOR("a", "F16", "[4]", "[0,8]") "}", "dtype"},
    {"{" TENSOR("a", "BF16", "[4]", "[0,8]") "}", "dtype"},
    {"{" TENSOR("a", "f32", "[2]", "[0,8]") "}", "dtype"},
    {"{" TENSOR("a", "", "[2]", "[0,8]") "}", "dtype"},
    {"{\"a\":{\"dtype\":4,\"shape\":[8],\"data_offsets\":[0,8]}}", "dtype"},
    /* shapes */
    {"{" TENSOR("a", "U8", "8", "[0,8]") "}", "shape"},
    {"{" TENSOR("a", "U8", "[-8]", "[0,8]") "}", "shape"},
    {"{" TENSOR("a", "U8", "[-2,-4]", "[0,8]") "}", "shape"},
    {"{" TENSOR("a", "U8", "[7.5]", "[0,8]") "}", "shape"},
    {"{" TENSOR("a", "U8", "[\"8\"]", "[0,8]") "}", "shape"},
    {"{" TENSOR("a", "U8", "[1e400]", "[0,8]") "}", "shape"},
    {"{" TENSOR("a", "U8", "[1,1,1,1,8]", "[0,8]") "}", "4 axes"},
    {"{" TENSOR("a", "U8", "[7]", "[0,8]") "}", "fit"},
    {"{" TENSOR("a", "F32", "[8]", "[0,8]") "}", "fit"},
    {"{" TENSOR("a", "F32", "[]", "[0,8]") "}", "fit"},
    {"{" TENSOR("a", "U8", "[0]", "[0,8]") "}", "fit"},
    {"{" TENSOR("a", "U8", "[4294967296,4294967296]", "[0,0]") "}", "shape"},
    {"{" TENSOR("a", "U8", "[9000000000000000,9000000000000000,0]", "[0,0]") "}", "shape"},
    {"{" TENSOR("a", "F64", "[1125899906842625]", "[0,8]") "}", "fit"},
    {"{" TENSOR("a", "F64", "[2305843009213693953]", "[0,8]") "}", "shape"}, /* 8 bytes but for 2^64 */
    /* offsets */
    {"{" TENSOR("a", "U8", "[8]", "8") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[0]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[0,8,8]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[0,\"8\"]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[9]", "[0,9]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[-8,0]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[8,0]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[0.5,8.5]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[18446744073709551608,18446744073709551616]") "}", "data_offsets"},
    {"{" TENSOR("a", "U8", "[8]", "[1e300,1e300]") "}", "data_offsets"},
    /* overlaps, gaps, and bytes that nobody uses */
    {"{" TENSOR("a", "U8", "[8]", "[0,8]") "," TENSOR("b", "U8", "[8]", "[0,8]") "}", "'b' does not begin"},
    {"{" TENSOR("a", "U8", "[5]", "[0,5]") "," TENSOR("b", "U8", "[4]", "[4,8]") "}", "'b' does not begin"},
    {"{" TENSOR("a", "U8", "[3]", "[0,3]") "," TENSOR("b", "U8", "[4]", "[4,8]") "}", "'b' does not begin"},
    {"{" TENSOR("a", "U8", "[7]", "[1,8]") "}", "'a' does not begin"},
    {"{" TENSOR("a", "U8", "[7]", "[0,7]") "}",
     "the file has 8 bytes of data, of which its tensors use 7; expected all to be used"},
    {"{}", "the file has 8 bytes of data, of which its tensors use 0; expected all to be used"},
    /* twice the same */
    {"{" TENSOR("a", "U8", "[4]", "[0,4]") "," TENSOR("a", "U8", "[4]", "[4,8]") "}", "twice"},
    {"{" TENSOR("a", "U8", "[4]", "[0,4]") "," TENSOR("\\u0061", "U8", "[4]", "[4,8]") "}", "twice"},
    /* metadata */
    {"{\"__metadata__\":[]," TENSOR("a", "U8", "[8]", "[0,8]") "}", "__metadata__"},
    {"{\"__metadata__\":{\"key\":1}," TENSOR("a", "U8", "[8]", "[0,8]") "}", "'key'"},
    {"{\"__metadata__\":{\"key\":\"a\",\"key\":\"b\"}," TENSOR("a", "U8", "[8]", "[0,8]") "}", "'key' occurs twice"},
    {"{\"__metadata__\":{},\"__metadata__\":{}," TENSOR("a", "U8", "[8]", "[0,8]") "}", "'__metadata__' occurs twice"},
    {"{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]}}", "'dtype' occurs twice"},
    /* text */
    {"{" TENSOR("\xe9", "U8", "[8]", "[0,8]") "}", "UTF-8"},
    {"{" TENSOR("\xed\xa0\x80", "U8", "[8]", "[0,8]") "}", "UTF-8"},
    {"{\"__metadata__\":{\"key\":{\"deep\":\"er\"}}," TENSOR("a", "U8", "[8]", "[0,8]") "}", "'key'"},
};

START_TEST(a_hostile_header_is_refused) {
    refuses(write_header(hostile[_i].header, 8), SNND_ERROR_FORMAT, hostile[_i].words);
}
END_TEST

/* That the cases above fail for the reason they are meant to. */
START_TEST(the_same_header_without_the_fault_is_read) {
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    const char *path = write_header("{\"__metadata__\":{\"key\":\"value\"}," TENSOR(
                                        "a", "U8", "[4]", "[0,4]") "," TENSOR("b", "F32", "[]", "[4,8]") "}",
                                    8);
    OK(context, snnd_safetensors_open(context, snnd_from_path(path), &file));
    snnd_safetensors_close(file);
    snnd_context_free(context);
}
END_TEST

START_TEST(only_spaces_may_follow_the_header_object) {
    refuses(write_header("{" TENSOR("a", "U8", "[8]", "[0,8]") "} and more", 8), SNND_ERROR_FORMAT, "JSON");
    refuses(write_header("{" TENSOR("a", "U8", "[8]", "[0,8]") "}{}", 8), SNND_ERROR_FORMAT, "JSON");
}
END_TEST

START_TEST(a_header_length_beyond_the_file_is_refused) {
    const char *header = "{" TENSOR("a", "U8", "[8]", "[0,8]") "}";
    const size_t length = strlen(header);
    const uint64_t lengths[] = {length + 9, length + 1000, 100000000, 100000001, INT64_MAX, UINT64_MAX, UINT64_MAX - 7};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
        refuses(write_raw(lengths[i], header, length, eight, 8), SNND_ERROR_FORMAT, "safetensors");
}
END_TEST

START_TEST(a_header_length_that_cuts_the_header_is_refused) {
    const char *header = "{" TENSOR("a", "U8", "[8]", "[0,8]") "}";
    for (uint64_t length = 0; length < strlen(header); length++) {
        snnd_context *context = make_context(1);
        snnd_safetensors *file = NULL;
        const char *path = write_raw(length, header, strlen(header), eight, 8);
        FAILS(context, SNND_ERROR_FORMAT, path, snnd_safetensors_open(context, snnd_from_path(path), &file));
        snnd_context_free(context);
    }
}
END_TEST

START_TEST(a_file_that_is_cut_off_anywhere_is_refused) {
    snnd_context *context = make_context(1);
    write_all(context, scratch("a"));
    size_t bytes;
    unsigned char *whole = scratch_read(scratch("a"), &bytes);
    for (size_t kept = 0; kept < bytes; kept++) {
        snnd_safetensors *file = NULL;
        scratch_write(scratch("cut"), whole, kept);
        FAILS(context, SNND_ERROR_FORMAT, scratch("cut"),
              snnd_safetensors_open(context, snnd_from_path(scratch("cut")), &file));
        ck_assert_ptr_null(file);
    }
    free(whole);
    snnd_context_free(context);
}
END_TEST

START_TEST(bytes_behind_the_last_tensor_are_refused) {
    const char *header = "{" TENSOR("a", "U8", "[7]", "[0,7]") "}";
    refuses(write_raw(strlen(header), header, strlen(header), eight, 8), SNND_ERROR_FORMAT, "8 bytes of data");
}
END_TEST

START_TEST(a_header_that_nests_without_end_is_refused) {
    char header[3000];
    memset(header, '[', sizeof header);
    memcpy(header, "{\"a\":", 5);
    refuses(write_raw(sizeof header, header, sizeof header, eight, 8), SNND_ERROR_FORMAT, "JSON");
}
END_TEST

START_TEST(a_header_of_control_characters_is_refused) {
    const char zeros[16] = {'{', 0};
    refuses(write_raw(sizeof zeros, zeros, sizeof zeros, eight, 8), SNND_ERROR_FORMAT, "JSON");
}
END_TEST

/* Writes a header of `count` tensors, all of the same eight bytes unless `apart`, to a file with its data. */
static void write_many(int count, bool apart) {
    enum { EACH = 96, DATA = 112 };
    const size_t data = apart ? (size_t)count * DATA : 8;
    unsigned char *bytes = calloc(8 + (size_t)count * EACH + data, 1);
    char *text = (char *)bytes + 8;
    ck_assert_ptr_nonnull(bytes);
    size_t length = 0;
    for (int i = 0; i < count; i++) {
        const int begin = apart ? i * DATA : 0, size = apart ? DATA : 8;
        length += (size_t)snprintf(text + length, EACH,
                                   "%c\"%06d\":{\"dtype\":\"U8\",\"shape\":[%d],\"data_offsets\":[%d,%d]}",
                                   i == 0 ? '{' : ',', count - i, size, begin, begin + size);
    }
    text[length++] = '}';
    for (int b = 0; b < 8; b++)
        bytes[b] = (unsigned char)((uint64_t)length >> (8 * b));
    scratch_write(scratch("many"), bytes, 8 + length + data);
    free(bytes);
}

/* In a moment: to look for each of them among all the others would take long. */
START_TEST(a_header_of_very_many_tensors_is_read) {
    enum { MANY = 60000 };
    snnd_context *context = make_context(1);
    snnd_safetensors *file;
    write_many(MANY, true);
    OK(context, snnd_safetensors_open(context, snnd_from_path(scratch("many")), &file));
    ck_assert_uint_eq(snnd_safetensors_count(file), MANY);
    ck_assert(snnd_safetensors_has(file, "000001") && snnd_safetensors_has(file, "060000"));
    ck_assert(!snnd_safetensors_has(file, "000000") && !snnd_safetensors_has(file, "060001"));
    snnd_safetensors_close(file);
    snnd_context_free(context);
}
END_TEST

/* Before memory is taken for any of them. */
START_TEST(more_tensors_than_there_can_be_data_for_are_refused) {
    write_many(60000, false);
    refuses(scratch("many"), SNND_ERROR_FORMAT, "too many values for 8 bytes of data");
}
END_TEST

START_TEST(brackets_without_end_are_refused) {
    const size_t length = 1 << 20;
    unsigned char *bytes = malloc(8 + length);
    ck_assert_ptr_nonnull(bytes);
    for (int b = 0; b < 8; b++)
        bytes[b] = (unsigned char)((uint64_t)length >> (8 * b));
    for (size_t k = 0; k < length; k++)
        bytes[8 + k] = (unsigned char)"{\"a\":[0,0,"[k < 7 ? k : 7 + k % 2];
    scratch_write(scratch("many"), bytes, 8 + length);
    free(bytes);
    refuses(scratch("many"), SNND_ERROR_FORMAT, "too many values");
}
END_TEST

START_TEST(what_would_have_too_many_values_is_not_written) {
    enum { MANY = 40000 };
    snnd_context *context = make_context(1);
    snnd_tensor *many = calloc(MANY, sizeof *many);
    ck_assert_ptr_nonnull(many);
    for (int i = 0; i < MANY; i++) {
        many[i].array = (snnd_array){u8, SNND_UINT8, 1, {1, 1, 1, 1}};
        snprintf(many[i].name, sizeof many[i].name, "%d", i);
    }
    FAILS(context, SNND_ERROR_ARGUMENT, "too many values",
          snnd_safetensors_write(context, snnd_to_path(scratch("a")), many, MANY, NULL, 0));
    ck_assert_int_eq(scratch_entries(), 0);
    free(many);
    snnd_context_free(context);
}
END_TEST

/* What a terminal would obey is shown as what it is; letters of other scripts stay. */
START_TEST(words_of_strangers_are_made_plain) {
    refuses(write_header("{\"\xe5\xb1\xa4\\u001b]0;owned\\u0007\\u202e\":1}", 8), SNND_ERROR_FORMAT,
            "tensor '\xe5\xb1\xa4\\x1b]0;owned\\x07\\u{202e}' has a dtype");
}
END_TEST

START_TEST(a_long_name_is_cut_in_the_message) {
    char header[2000], *at = header;
    *at++ = '{';
    *at++ = '"';
    memset(at, 'n', 1500);
    at += 1500;
    strcpy(at, "\":{\"dtype\":\"?\"}}");
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    const char *path = write_header(header, 8);
    FAILS(context, SNND_ERROR_FORMAT, "dtype", snnd_safetensors_open(context, snnd_from_path(path), &file));
    snnd_context_free(context);
}
END_TEST

START_TEST(every_byte_of_a_header_may_be_wrong) {
    /* Whatever a changed byte makes of it, the file is read or refused, and both without harm. */
    const char *header = "{\"__metadata__\":{\"key\":\"value\"}," TENSOR("a", "U8", "[4]", "[0,4]") "," TENSOR(
        "b", "F32", "[]", "[4,8]") "}";
    const size_t length = strlen(header);
    snnd_context *context = make_context(1);
    int refused = 0;
    for (size_t place = 0; place < length; place++)
        for (size_t k = 0; k < 6; k++) {
            char changed[512];
            memcpy(changed, header, length);
            changed[place] = "\0{}\"9\xff"[k];
            snnd_safetensors *file = NULL;
            const char *path = write_raw(length, changed, length, eight, 8);
            const snnd_status status = snnd_safetensors_open(context, snnd_from_path(path), &file);
            ck_assert(status == SNND_OK || status == SNND_ERROR_FORMAT);
            ck_assert((status == SNND_OK) == (file != NULL));
            refused += status != SNND_OK;
            snnd_safetensors_close(file);
        }
    ck_assert_int_gt(refused, (int)length);
    snnd_context_free(context);
}
END_TEST

START_TEST(what_is_not_there_is_an_error_of_input) {
    refuses(scratch("nowhere"), SNND_ERROR_IO, "open");
    refuses(scratch_directory, SNND_ERROR_IO, "regular file");
    snnd_context *context = make_context(1);
    snnd_safetensors *file = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_safetensors_open(context, snnd_from_path(NULL), &file));
    snnd_context_free(context);
}
END_TEST

/* ---- memory ---- */

static snnd_status open_something(snnd_context *context, void *path) {
    snnd_safetensors *file = NULL;
    const snnd_status status = snnd_safetensors_open(context, snnd_from_path(path), &file);
    snnd_safetensors_close(file);
    return status;
}

static snnd_status write_something(snnd_context *context, void *path) {
    return snnd_safetensors_write(context, snnd_to_path(path), tensors, TENSORS, metadata, 2);
}

START_TEST(without_memory_there_is_an_error_and_no_leak) {
    allocator memory = {0};
    snnd_context *context = NULL;
    char path[SCRATCH_PATH];
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    snprintf(path, sizeof path, "%s", scratch("a"));
    allocator_starve(context, &memory, write_something, path);
    ck_assert_int_eq(scratch_entries(), 1);
    allocator_starve(context, &memory, open_something, path);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

Suite *safetensors_suite(void) {
    Suite *suite = suite_create("safetensors");

    TCase *writing = scratch_case(suite, "writing");
    tcase_add_test(writing, what_is_written_is_read_bit_for_bit);
    tcase_add_test(writing, metadata_come_back);
    tcase_add_test(writing, a_file_may_hold_nothing);
    tcase_add_test(writing, what_is_written_is_laid_out_as_the_format_says);
    tcase_add_test(writing, alignment_does_not_depend_on_the_length_of_names);
    tcase_add_test(writing, a_file_that_cannot_be_written_leaves_nothing);
    tcase_add_loop_test(writing, text_that_is_not_utf8_is_not_written, 0, 2);
    tcase_add_test(writing, a_header_above_the_limit_is_not_written);

    TCase *reading = scratch_case(suite, "reading");
    tcase_add_test(reading, a_file_by_hand_is_read);
    tcase_add_test(reading, tensors_without_bytes_may_stand_anywhere);
    tcase_add_test(reading, a_tensor_is_only_read_as_what_it_is);

    TCase *refused = scratch_case(suite, "refused");
    tcase_add_loop_test(refused, a_hostile_header_is_refused, 0, sizeof hostile / sizeof hostile[0]);
    tcase_add_test(refused, the_same_header_without_the_fault_is_read);
    tcase_add_test(refused, only_spaces_may_follow_the_header_object);
    tcase_add_test(refused, a_header_length_beyond_the_file_is_refused);
    tcase_add_test(refused, a_header_length_that_cuts_the_header_is_refused);
    tcase_add_test(refused, a_file_that_is_cut_off_anywhere_is_refused);
    tcase_add_test(refused, bytes_behind_the_last_tensor_are_refused);
    tcase_add_test(refused, a_header_that_nests_without_end_is_refused);
    tcase_add_test(refused, a_header_of_control_characters_is_refused);
    tcase_add_test(reading, a_header_of_very_many_tensors_is_read);
    tcase_add_test(refused, more_tensors_than_there_can_be_data_for_are_refused);
    tcase_add_test(refused, brackets_without_end_are_refused);
    tcase_add_test(refused, what_would_have_too_many_values_is_not_written);
    tcase_add_test(refused, words_of_strangers_are_made_plain);
    tcase_add_test(refused, a_long_name_is_cut_in_the_message);
    tcase_add_test(refused, every_byte_of_a_header_may_be_wrong);
    tcase_add_test(refused, what_is_not_there_is_an_error_of_input);

    TCase *memory = scratch_case(suite, "memory");
    tcase_add_test(memory, without_memory_there_is_an_error_and_no_leak);
    return suite;
}
