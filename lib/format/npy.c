/*
 * The .npy format of NumPy: "\x93NUMPY", version, header length, a Python dictionary of descr, fortran_order and shape,
 * then the elements.
 */
#include "format/npy.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text_mode.h"
#include "format/bytes.h"
#include "format/target.h"

/* A dictionary of four axes has less than 200 bytes. Writers pad it, for which there is room here. */
enum { MAGIC = 6, MOST_HEADER = 65535 };

typedef struct npy_header {
    char kind; /* f, i, u, b */
    int32_t size;
    bool big_endian, fortran;
    int32_t dimensions;
    int64_t shape[SNND_MOST_AXES];
    size_t data; /* where the elements begin */
} npy_header;

/* ---- reading the dictionary ---- */

enum { DESCR, FORTRAN_ORDER, SHAPE, KEYS };

static const char *const keys[KEYS] = {"descr", "fortran_order", "shape"};

typedef struct dictionary {
    snnd_context *context;
    const char *at, *end; /* the text ends with a zero */
    bool has[KEYS];
    npy_header *header;
} dictionary;

static void skip_spaces(dictionary *text) {
    text->at += strspn(text->at, " \t\r\n");
}

/* Skips spaces and then the character `next`; returns false where another comes. */
static bool passes(dictionary *text, char next) {
    skip_spaces(text);
    if (*text->at != next)
        return false;
    text->at++;
    return true;
}

/* Skips a text in quotation marks; returns false where there is none. */
static bool read_quoted(dictionary *text, const char **begin, size_t *length) {
    skip_spaces(text);
    const char quote = *text->at;
    const char *end = quote == '\'' || quote == '"' ? strchr(text->at + 1, quote) : NULL;
    if (end == NULL)
        return false;
    *begin = text->at + 1;
    *length = (size_t)(end - *begin);
    text->at = end + 1;
    return true;
}

static snnd_status refuse(const dictionary *text, const char *wrong) {
    return snnd_fail(text->context, SNND_ERROR_FORMAT, "%s", wrong);
}

/* Quotes the beginning of the text that stands in place of a value. */
static snnd_status refuse_value(const dictionary *text, const char *value, int key, const char *expected) {
    const size_t length = strcspn(value, *value == '(' ? "}\n" : ",}\n"), shown = length < 40 ? length : 40;
    return snnd_fail(text->context, SNND_ERROR_FORMAT, "its '%s' is not %s, but begins with: %.*s", keys[key], expected,
                     (int)shown, value);
}

static snnd_status read_descr(dictionary *text) {
    npy_header *result = text->header;
    const char *value = text->at, *word;
    size_t length;
    if (!read_quoted(text, &word, &length))
        return refuse_value(text, value, DESCR, "a type in quotation marks");
    const char *const end = word + length;
    result->big_endian = *word == '>';
    word += length > 0 && strchr("<>|=", *word) != NULL;
    result->kind = word < end ? *word : '\0';
    char *behind = NULL;
    const bool digits = word + 1 < end && word[1] > '0' && word[1] <= '9';
    const long size = digits ? strtol(word + 1, &behind, 10) : 0;
    result->size = (int32_t)size;
    const bool integer =
        (result->kind == 'i' || result->kind == 'u') && (size == 1 || size == 2 || size == 4 || size == 8);
    const bool real = result->kind == 'f' && (size == 2 || size == 4 || size == 8);
    return behind == end && (integer || real || (result->kind == 'b' && size == 1))
               ? SNND_OK
               : refuse(text, "its elements are not bool, integers or floats of 16 to 64 bits");
}

static snnd_status read_fortran_order(dictionary *text) {
    text->header->fortran = strncmp(text->at, "True", 4) == 0;
    if (!text->header->fortran && strncmp(text->at, "False", 5) != 0)
        return refuse_value(text, text->at, FORTRAN_ORDER, "True or False");
    text->at += text->header->fortran ? 4 : 5;
    return SNND_OK;
}

/* Reads the extent of an axis, and an L of Python 2 after it. Returns false where there is none, or where a 0 precedes
 * other digits. */
static bool read_extent(dictionary *text, int64_t *extent) {
    char *end;
    skip_spaces(text);
    if (*text->at < '0' || *text->at > '9')
        return false;
    *extent = strtoll(text->at, &end, 10);
    const bool leads = *text->at == '0' && *extent != 0;
    text->at = end + (*end == 'L');
    return !leads;
}

/* Reads a tuple, which has a comma after the extent of a single axis. */
static snnd_status read_shape(dictionary *text) {
    npy_header *result = text->header;
    const char *value = text->at;
    double elements = 1;
    bool comma = true;
    if (!passes(text, '('))
        return refuse_value(text, value, SHAPE, "a tuple of sizes");
    while (!passes(text, ')')) {
        int64_t extent;
        if (!comma || !read_extent(text, &extent))
            return refuse_value(text, value, SHAPE, "a tuple of sizes");
        if (result->dimensions == SNND_MOST_AXES)
            return refuse(text, "it has more than 4 axes");
        result->shape[result->dimensions++] = extent;
        elements *= extent > 0 ? (double)extent : 1; /* so that no part of the product can overflow */
        comma = passes(text, ',');
    }
    if (result->dimensions == 1 && !comma)
        return refuse_value(text, value, SHAPE, "a tuple of sizes");
    return elements < 1e15 ? SNND_OK : refuse(text, "its shape has too many elements");
}

/* Reads a key and its value. */
static snnd_status read_pair(dictionary *text) {
    static snnd_status (*const read[KEYS])(dictionary *) = {read_descr, read_fortran_order, read_shape};
    const char *word;
    size_t length;
    int key = 0;
    if (!read_quoted(text, &word, &length))
        return refuse(text, "its header is not a dictionary of 'descr', 'fortran_order' and 'shape'");
    while (key < KEYS && (strlen(keys[key]) != length || strncmp(word, keys[key], length) != 0))
        key++;
    if (key == KEYS || text->has[key])
        return snnd_fail(text->context, SNND_ERROR_FORMAT, "its header has '%.*s'%s", (int)(length < 64 ? length : 64),
                         word, key == KEYS ? ", which is not a known key" : " twice");
    text->has[key] = true;
    if (!passes(text, ':'))
        return refuse_value(text, text->at, key, "separated from its key by a colon");
    skip_spaces(text);
    return read[key](text);
}

static snnd_status read_dictionary(dictionary *text) {
    bool comma = passes(text, '{');
    while (!passes(text, '}')) {
        const snnd_status status =
            comma ? read_pair(text)
                  : refuse(text, "its header is not a dictionary of 'descr', 'fortran_order' and 'shape'");
        if (status != SNND_OK)
            return status;
        comma = passes(text, ',');
    }
    for (int key = 0; key < KEYS; key++)
        if (!text->has[key])
            return snnd_fail(text->context, SNND_ERROR_FORMAT, "its header has no '%s'", keys[key]);
    skip_spaces(text);
    return text->at == text->end ? SNND_OK : refuse(text, "its header continues after the dictionary");
}

/* ---- reading the header ---- */

/* Finds the dictionary, which begins at *prefix and has *length bytes. Returns NULL, or what is wrong with the bytes
 * before it. */
static const char *find_dictionary(const unsigned char *file, size_t bytes, size_t *prefix, size_t *length) {
    if (bytes < MAGIC || memcmp(file, "\x93NUMPY", MAGIC) != 0)
        return "it does not begin with the magic bytes";
    if (bytes < MAGIC + 4)
        return "its header is incomplete";
    const int version = file[MAGIC];
    *prefix = version == 1 ? MAGIC + 4 : MAGIC + 6;
    if (version < 1 || version > 3 || bytes < *prefix)
        return "its format version is not 1, 2 or 3";
    *length = 0;
    for (size_t b = *prefix; b > MAGIC + 2; b--)
        *length = *length << 8 | file[b - 1];
    return *length > bytes - *prefix ? "its header is incomplete"
           : *length > MOST_HEADER   ? "its header has more than 65535 bytes"
                                     : NULL;
}

/* Copies the dictionary, so that it can end with a zero. */
static snnd_status copy_dictionary(snnd_context *context, const unsigned char *from, size_t length,
                                   npy_header *result) {
    char *copy = snnd_allocate(context, snnd_size_add(length, 1), 1);
    if (copy == NULL)
        return SNND_ERROR_MEMORY;
    memcpy(copy, from, length);
    dictionary text = {.context = context, .at = copy, .end = copy + length, .header = result};
    const snnd_status status = read_dictionary(&text);
    snnd_release(context, copy);
    return status;
}

static snnd_status read_header(snnd_context *context, const unsigned char *file, size_t bytes, npy_header *result) {
    size_t prefix = 0, length = 0;
    const char *wrong = find_dictionary(file, bytes, &prefix, &length);
    *result = (npy_header){.shape = {1, 1, 1, 1}, .data = prefix + length};
    const snnd_status status = wrong != NULL ? snnd_fail(context, SNND_ERROR_FORMAT, "%s", wrong)
                                             : copy_dictionary(context, file + prefix, length, result);
    return status != SNND_ERROR_FORMAT ? status
                                       : snnd_fail(context, status, "it is not a valid .npy file: %s", context->error);
}

/* ---- elements ---- */

/* An element of any stored type. */
typedef struct number {
    bool whole, is_unsigned;
    int64_t integer; /* the bits of a whole number */
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
        result.integer = header->kind == 'b'  ? bytes[0] != 0
                         : result.is_unsigned ? bytes[0]
                                              : (int64_t)(signed char)bytes[0];
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

/* Returns whether the number fits an integer type of the library. */
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

/* Returns the place of element `index` (in C order) in a file in Fortran order. */
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

/* Words for types in messages. */
static const char *word_of(int32_t dtype) {
    static const char *const words[] = {"any", "float32", "float64", "int8", "uint8", "int32", "int64"};
    return words[dtype];
}

static snnd_status convert(snnd_context *context, const npy_header *header, const unsigned char *data,
                           snnd_array *array) {
    const int64_t count = snnd_array_count(array);
    const bool turn = header->big_endian == snnd_host_is_little_endian();
    const bool as_it_is = header->kind != 'b' && !(header->kind == 'u' && header->size == 8);
    if (as_it_is && nearest_dtype(header) == (snnd_dtype)array->dtype &&
        (size_t)header->size == snnd_dtype_bytes(array->dtype) && !header->fortran) {
        snnd_copy_elements(array->data, data, (size_t)count, (size_t)header->size, turn);
        return SNND_OK;
    }
    for (int64_t k = 0; k < count; k++) {
        const int64_t place = header->fortran ? fortran_place(header, k) : k;
        const number value = read_element(header, data + (size_t)place * (size_t)header->size);
        if (!store_element(&value, array->dtype, array->data, k))
            return snnd_fail(context, SNND_ERROR_FORMAT, "element %lld is %.17g, which %s cannot hold", (long long)k,
                             value.real, word_of(array->dtype));
    }
    return SNND_OK;
}

static snnd_status decode(snnd_context *context, const unsigned char *file, size_t bytes, snnd_dtype dtype,
                          snnd_array *array) {
    npy_header header = {0};
    snnd_status status = read_header(context, file, bytes, &header);
    if (status != SNND_OK)
        return status;
    snnd_array made = {.dtype = dtype == SNND_ANY ? nearest_dtype(&header) : dtype, .dimensions = header.dimensions};
    memcpy(made.shape, header.shape, sizeof made.shape);
    const size_t count = snnd_array_elements(&made);
    if (snnd_size_multiply(count, (size_t)header.size) != bytes - header.data)
        return snnd_fail(context, SNND_ERROR_FORMAT, "it has %zu bytes of data; its shape needs %lld x %d",
                         bytes - header.data, (long long)snnd_array_count(&made), header.size);
    made.data = snnd_allocate(context, snnd_size_or_one(count), snnd_dtype_bytes(made.dtype));
    if (made.data == NULL)
        return SNND_ERROR_MEMORY;
    status = convert(context, &header, file + header.data, &made);
    if (status == SNND_OK)
        *array = made;
    else
        snnd_release(context, made.data);
    return status;
}

snnd_status snnd_npy_load(snnd_context *context, snnd_origin origin, snnd_dtype dtype, snnd_array *array) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    if (array == NULL || (unsigned)dtype > SNND_INT64)
        return array == NULL ? snnd_fail(context, SNND_ERROR_ARGUMENT, "loading .npy: array is NULL")
                             : snnd_fail(context, SNND_ERROR_ARGUMENT,
                                         "loading .npy: dtype is %d; expected one of snnd_dtype", (int)dtype);
    unsigned char *file;
    size_t bytes;
    snnd_status status = snnd_origin_read(context, origin, &file, &bytes);
    if (status != SNND_OK)
        return status;
    const snnd_text_mode host = snnd_set_text_mode();
    status = snnd_name_origin(context, decode(context, file, bytes, dtype, array), origin);
    snnd_restore_text_mode(&host);
    snnd_release(context, file);
    return status;
}

snnd_status snnd_array_load_npy(snnd_context *context, const char *path, snnd_dtype dtype, snnd_array *array) {
    return snnd_npy_load(context, snnd_from_path(path), dtype, array);
}

snnd_status snnd_array_read_npy(snnd_context *context, const snnd_reader *reader, snnd_dtype dtype, snnd_array *array) {
    return snnd_npy_load(context, snnd_from_reader(reader, "the array"), dtype, array);
}

/* ---- writing ---- */

static const char *descr_of(int32_t dtype) {
    static const char *const words[] = {NULL, "<f4", "<f8", "|i1", "|u1", "<i4", "<i8"};
    return dtype > SNND_ANY && dtype <= SNND_INT64 ? words[dtype] : NULL;
}

/* Fails and names an invalid extent, or reports that there are more elements than memory can hold. */
static snnd_status check_shape(snnd_context *context, const snnd_array *array) {
    double bytes = (double)snnd_dtype_bytes(array->dtype);
    for (int32_t axis = 0; axis < array->dimensions; axis++) {
        if (array->shape[axis] < 0)
            return snnd_fail(context, SNND_ERROR_ARGUMENT, "saving .npy: shape[%d] is %lld; expected at least 0", axis,
                             (long long)array->shape[axis]);
        bytes *= array->shape[axis] > 0 ? (double)array->shape[axis] : 1;
    }
    if (!(bytes < 1e15) || !snnd_size_fits(snnd_array_bytes(array)))
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "saving .npy: the shape needs %.9g bytes, which is more than there can be", bytes);
    return SNND_OK;
}

static snnd_status check_array(snnd_context *context, const snnd_array *array) {
    if (array == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "saving .npy: array is NULL");
    if (descr_of(array->dtype) == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "saving .npy: dtype is %d; expected one of snnd_dtype other than SNND_ANY", array->dtype);
    if (array->dimensions < 0 || array->dimensions > SNND_MOST_AXES)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "saving .npy: dimensions is %d; expected 0 to %d",
                         array->dimensions, SNND_MOST_AXES);
    if (array->data == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "saving .npy: data is NULL");
    return check_shape(context, array);
}

static snnd_status save(snnd_context *context, const snnd_array *array, snnd_target target) {
    if (context == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_array(context, array);
    if (status != SNND_OK)
        return status;
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
    snnd_output file;
    status = snnd_output_open(context, target, &file);
    if (status != SNND_OK)
        return status;
    snnd_output_put(&file, prefix, sizeof prefix);
    snnd_output_put(&file, text, (size_t)length);
    snnd_output_put_array(&file, array);
    return snnd_output_commit(&file);
}

snnd_status snnd_array_save_npy(snnd_context *context, const snnd_array *array, const char *path) {
    return save(context, array, snnd_to_path(path));
}

snnd_status snnd_array_write_npy(snnd_context *context, const snnd_array *array, const snnd_writer *writer) {
    return save(context, array, snnd_to_writer(writer));
}

void snnd_array_free(snnd_context *context, snnd_array *array) {
    if (context == NULL || array == NULL)
        return;
    snnd_release(context, array->data);
    *array = (snnd_array){0};
}
