/*
 * The .npy format of NumPy: "\x93NUMPY", version, header length, a Python dictionary of descr, fortran_order and shape,
 * then the elements.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "format/atomic_file.h"
#include "format/bytes.h"

/* A dictionary of four axes has less than 200 bytes; what writers pad it with is room to grow. */
enum { MAGIC = 6, MOST_HEADER = 65535 };

typedef struct npy_header {
    char kind; /* f, i, u, b */
    int32_t size;
    bool big_endian, fortran;
    int32_t dimensions;
    int64_t shape[SNND_MOST_AXES];
    size_t data; /* where the elements begin */
} npy_header;

/* ---- reading the header ---- */

static const char *skip_spaces(const char *text) {
    while (*text == ' ')
        text++;
    return text;
}

/* The value of a key of the dictionary, NULL if it is not there. */
static const char *value_of(const char *text, const char *key) {
    char quoted[32];
    for (int style = 0; style < 2; style++) {
        snprintf(quoted, sizeof quoted, style == 0 ? "'%s'" : "\"%s\"", key);
        const char *found = strstr(text, quoted);
        if (found == NULL)
            continue;
        found = skip_spaces(found + strlen(quoted));
        return *found == ':' ? skip_spaces(found + 1) : NULL;
    }
    return NULL;
}

static const char *read_descr(const char *text, npy_header *result) {
    const char *value = value_of(text, "descr");
    if (value == NULL || (*value != '\'' && *value != '"'))
        return "its header has no plain 'descr'";
    const char quote = *value++;
    result->big_endian = *value == '>';
    if (*value == '<' || *value == '>' || *value == '|' || *value == '=')
        value++;
    result->kind = *value;
    char *end = NULL;
    const long size = *value == '\0' ? 0 : strtol(value + 1, &end, 10);
    result->size = (int32_t)size;
    const bool integer =
        (result->kind == 'i' || result->kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8);
    const bool real = result->kind == 'f' && (size == 2 || size == 4 || size == 8);
    return (integer || real || (result->kind == 'b' && size == 1)) && *end == quote
               ? NULL
               : "its elements are not bool, integers or floats of 16 to 64 bits";
}

static const char *read_shape(const char *text, npy_header *result) {
    const char *value = value_of(text, "shape");
    if (value == NULL || *value != '(')
        return "its header has no 'shape'";
    double elements = 1;
    for (value = skip_spaces(value + 1); *value != ')';) {
        char *end;
        long long extent = strtoll(value, &end, 10);
        if (end == value || extent < 0)
            return "its shape is not a list of sizes";
        if (result->dimensions == SNND_MOST_AXES)
            return "it has more than 4 axes";
        result->shape[result->dimensions++] = extent;
        elements *= extent > 0 ? (double)extent : 1; /* so that no part of the product overflows either */
        value = skip_spaces(*end == 'L' ? end + 1 : end);
        if (*value == ',')
            value = skip_spaces(value + 1);
        else if (*value != ')')
            return "its shape is not a list of sizes";
    }
    return elements < 1e15 ? NULL : "its shape has too many elements";
}

/* NULL, or what is wrong with the dictionary. */
static const char *read_dictionary(const char *text, npy_header *result) {
    const char *wrong = read_descr(text, result);
    if (wrong == NULL)
        wrong = read_shape(text, result);
    if (wrong != NULL)
        return wrong;
    const char *fortran = value_of(text, "fortran_order");
    if (fortran == NULL || (strncmp(fortran, "True", 4) != 0 && strncmp(fortran, "False", 5) != 0))
        return "its header has no 'fortran_order'";
    result->fortran = *fortran == 'T';
    return NULL;
}

/* NULL, or what is wrong with what comes before the dictionary; that begins at *prefix and has *length bytes. */
static const char *find_dictionary(const unsigned char *file, size_t bytes, size_t *prefix, size_t *length) {
    if (bytes < MAGIC + 4 || memcmp(file, "\x93NUMPY", MAGIC) != 0)
        return "it does not begin as .npy files do";
    const int version = file[MAGIC];
    *prefix = version == 1 ? MAGIC + 4 : MAGIC + 6;
    if (version < 1 || version > 3 || bytes < *prefix)
        return "its format version is not 1, 2 or 3";
    *length = 0;
    for (size_t b = *prefix; b > MAGIC + 2; b--)
        *length = *length << 8 | file[b - 1];
    return *length > bytes - *prefix ? "its header is cut off"
           : *length > MOST_HEADER   ? "its header has more than 65535 bytes"
                                     : NULL;
}

/* The dictionary is copied to end it with a zero. */
static snnd_status read_header(snnd_context *context, const char *path, const unsigned char *file, size_t bytes,
                               npy_header *result) {
    size_t prefix = 0, length = 0;
    const char *wrong = find_dictionary(file, bytes, &prefix, &length);
    if (wrong == NULL) {
        char *text = snnd_allocate(context, snnd_size_add(length, 1), 1);
        if (text == NULL)
            return SNND_ERROR_MEMORY;
        memcpy(text, file + prefix, length);
        *result = (npy_header){.shape = {1, 1, 1, 1}, .data = prefix + length};
        wrong = read_dictionary(text, result);
        snnd_release(context, text);
    }
    return wrong == NULL ? SNND_OK
                         : snnd_fail(context, SNND_ERROR_FORMAT, "'%s' is not a .npy file to read: %s", path, wrong);
}

/* ---- elements ---- */

/* An element of any stored type. */
typedef struct number {
    bool whole, is_unsigned;
    int64_t integer; /* the bits, where whole */
    double real;
} number;

static double half_to_double(uint16_t bits) {
    const int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent == 31 ? (fraction == 0 ? INFINITY : NAN)
                                    : ldexp(1024 + fraction, exponent - 25);
    return bits >> 15 ? -value : value;
}

static number read_element(const npy_header *header, const unsigned char *at) {
    unsigned char bytes[8];
    const bool turn = header->big_endian == snnd_host_is_little_endian();
    snnd_copy_elements(bytes, at, 1, (size_t)header->size, turn);
    number result = {.whole = header->kind != 'f', .is_unsigned = header->kind != 'i'};
    int16_t i16;
    int32_t i32;
    uint16_t u16;
    uint32_t u32;
    float f32;
    switch (header->size) {
    case 1:
        result.integer = result.is_unsigned ? bytes[0] : (int64_t)(signed char)bytes[0];
        break;
    case 2:
        memcpy(&i16, bytes, 2);
        memcpy(&u16, bytes, 2);
        result.integer = result.is_unsigned ? (int64_t)u16 : (int64_t)i16;
        result.real = half_to_double(u16);
        break;
    case 4:
        memcpy(&i32, bytes, 4);
        memcpy(&u32, bytes, 4);
        memcpy(&f32, bytes, 4);
        result.integer = result.is_unsigned ? (int64_t)u32 : (int64_t)i32;
        result.real = (double)f32;
        break;
    default:
        memcpy(&result.integer, bytes, 8);
        memcpy(&result.real, bytes, 8);
        break;
    }
    if (result.whole)
        result.real = result.is_unsigned ? (double)(uint64_t)result.integer : (double)result.integer;
    return result;
}

/* Whether the number fits an integer type of ours. */
static bool fits(const number *value, double low, double high) {
    if (value->whole && value->is_unsigned && value->integer < 0) /* above 2^63 */
        return false;
    return value->real >= low && value->real <= high && (value->whole || value->real == floor(value->real));
}

/* The largest double that an int64 can hold. */
static const double LARGEST_INT64 = 9223372036854774784.0;

static bool store_element(const number *value, int32_t dtype, void *data, int64_t index) {
    const int64_t integer = value->whole                                             ? value->integer
                            : value->real >= -0x1p63 && value->real <= LARGEST_INT64 ? (int64_t)value->real
                                                                                     : 0;
    switch (dtype) {
    case SNND_FLOAT32:
        ((float *)data)[index] = (float)value->real;
        return !isfinite(value->real) || isfinite(((float *)data)[index]);
    case SNND_FLOAT64:
        ((double *)data)[index] = value->real;
        return true;
    case SNND_INT8:
        ((int8_t *)data)[index] = (int8_t)integer;
        return fits(value, INT8_MIN, INT8_MAX);
    case SNND_UINT8:
        ((uint8_t *)data)[index] = (uint8_t)integer;
        return fits(value, 0, UINT8_MAX);
    case SNND_INT32:
        ((int32_t *)data)[index] = (int32_t)integer;
        return fits(value, INT32_MIN, INT32_MAX);
    default:
        ((int64_t *)data)[index] = integer;
        return value->whole ? !value->is_unsigned || integer >= 0 : fits(value, -0x1p63, LARGEST_INT64);
    }
}

/* Where element `index` (C order) stands in a Fortran-ordered file. */
static int64_t fortran_place(const npy_header *header, int64_t index) {
    int64_t place = 0, coordinates[SNND_MOST_AXES] = {0};
    for (int32_t axis = header->dimensions - 1; axis >= 0; axis--) {
        coordinates[axis] = index % header->shape[axis];
        index /= header->shape[axis];
    }
    for (int32_t axis = header->dimensions - 1; axis >= 0; axis--)
        place = place * header->shape[axis] + coordinates[axis];
    return place;
}

static snnd_dtype nearest_dtype(const npy_header *header) {
    if (header->kind == 'f')
        return header->size == 8 ? SNND_FLOAT64 : SNND_FLOAT32;
    if (header->kind == 'b' || (header->kind == 'u' && header->size == 1))
        return SNND_UINT8;
    if (header->size == 1)
        return SNND_INT8;
    return header->size == 2 || (header->size == 4 && header->kind == 'i') ? SNND_INT32 : SNND_INT64;
}

static snnd_status convert(snnd_context *context, const char *path, const npy_header *header, const unsigned char *data,
                           snnd_array *array) {
    const int64_t count = snnd_array_count(array);
    const bool turn = header->big_endian == snnd_host_is_little_endian();
    const bool may_overflow = header->kind == 'u' && header->size == 8;
    if (!may_overflow && nearest_dtype(header) == (snnd_dtype)array->dtype &&
        (size_t)header->size == snnd_dtype_bytes(array->dtype) && !header->fortran) {
        snnd_copy_elements(array->data, data, (size_t)count, (size_t)header->size, turn);
        return SNND_OK;
    }
    for (int64_t k = 0; k < count; k++) {
        const int64_t place = header->fortran ? fortran_place(header, k) : k;
        const number value = read_element(header, data + (size_t)place * (size_t)header->size);
        if (!store_element(&value, array->dtype, array->data, k))
            return snnd_fail(context, SNND_ERROR_FORMAT,
                             "'%s': element %lld, %.17g, cannot be held by the type asked for", path, (long long)k,
                             value.real);
    }
    return SNND_OK;
}

static snnd_status decode(snnd_context *context, const char *path, const unsigned char *file, size_t bytes,
                          snnd_dtype dtype, snnd_array *array) {
    npy_header header = {0};
    snnd_status status = read_header(context, path, file, bytes, &header);
    if (status != SNND_OK)
        return status;
    snnd_array made = {.dtype = dtype == SNND_ANY ? nearest_dtype(&header) : dtype, .dimensions = header.dimensions};
    memcpy(made.shape, header.shape, sizeof made.shape);
    const size_t count = snnd_array_elements(&made);
    if (snnd_size_multiply(count, (size_t)header.size) != bytes - header.data)
        return snnd_fail(context, SNND_ERROR_FORMAT, "'%s' has %zu bytes of data; its shape asks for %lld x %d", path,
                         bytes - header.data, (long long)snnd_array_count(&made), header.size);
    made.data = snnd_allocate(context, snnd_size_or_one(count), snnd_dtype_bytes(made.dtype));
    if (made.data == NULL)
        return snnd_name_file(context, SNND_ERROR_MEMORY, path);
    status = convert(context, path, &header, file + header.data, &made);
    if (status == SNND_OK)
        *array = made;
    else
        snnd_release(context, made.data);
    return status;
}

snnd_status snnd_array_load_npy(snnd_context *context, const char *path, snnd_dtype dtype, snnd_array *array) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (array == NULL || (unsigned)dtype > SNND_INT64)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_array_load_npy: %s",
                         array == NULL ? "array is NULL" : "there is no such dtype");
    unsigned char *file;
    size_t bytes;
    snnd_status status = snnd_read_file(context, path, &file, &bytes);
    if (status != SNND_OK)
        return status;
    status = decode(context, path, file, bytes, dtype, array);
    snnd_release(context, file);
    return status;
}

/* ---- writing ---- */

static const char *descr_of(int32_t dtype) {
    static const char *const words[] = {NULL, "<f4", "<f8", "|i1", "|u1", "<i4", "<i8"};
    return dtype > SNND_ANY && dtype <= SNND_INT64 ? words[dtype] : NULL;
}

/* Whether the extents are ones that an array can have. */
static bool has_shape(const snnd_array *array) {
    double bytes = (double)snnd_dtype_bytes(array->dtype);
    if (array->dimensions < 0 || array->dimensions > SNND_MOST_AXES)
        return false;
    for (int32_t axis = 0; axis < array->dimensions; axis++) {
        if (array->shape[axis] < 0)
            return false;
        bytes *= array->shape[axis] > 0 ? (double)array->shape[axis] : 1;
    }
    return bytes < 1e15 && snnd_size_fits(snnd_array_bytes(array));
}

snnd_status snnd_array_save_npy(snnd_context *context, const snnd_array *array, const char *path) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (array == NULL || array->data == NULL || descr_of(array->dtype) == NULL || !has_shape(array))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_array_save_npy: the array has no data, dtype or shape");
    char shape[128] = "", text[256];
    int at = 0;
    for (int32_t axis = 0; axis < array->dimensions; axis++)
        at += snprintf(shape + at, sizeof shape - (size_t)at, "%lld,%s", (long long)array->shape[axis],
                       axis + 1 < array->dimensions ? " " : "");
    int length = snprintf(text, sizeof text - 64, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
                          descr_of(array->dtype), shape);
    while ((length + MAGIC + 4 + 1) % 64 != 0)
        text[length++] = ' ';
    text[length++] = '\n';
    const unsigned char prefix[MAGIC + 4] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (unsigned char)(length & 255), (unsigned char)(length >> 8)};
    snnd_atomic_file file;
    snnd_status status = snnd_atomic_open(context, path, &file);
    if (status != SNND_OK)
        return status;
    snnd_atomic_write(&file, prefix, sizeof prefix);
    snnd_atomic_write(&file, text, (size_t)length);
    snnd_atomic_write_array(&file, array);
    return snnd_atomic_commit(&file);
}

void snnd_array_free(snnd_context *context, snnd_array *array) {
    if (context == NULL || array == NULL)
        return;
    snnd_release(context, array->data);
    *array = (snnd_array){0};
}
