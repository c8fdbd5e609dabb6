/* Writes C source as text: names with their prefix, numbers, and tables of numbers (c_text.h). */
#include "export/c_text.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- text ---- */

static void write_name(snnd_c_text *text, bool capitals) {
    for (const char *c = text->name; *c != '\0'; c++) {
        const char letter = capitals && *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
        snnd_output_put(text->file, &letter, 1);
    }
}

void snnd_c_write(snnd_c_text *text, const char *format, ...) {
    char line[4096], number[16];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert(length >= 0 && (size_t)length < sizeof line);
    (void)length;
    for (const char *c = line; *c != '\0';) {
        const size_t plain = strcspn(c, "$@");
        snnd_output_put(text->file, c, plain);
        c += plain;
        if (*c == '@') {
            snprintf(number, sizeof number, "%d", text->number);
            snnd_output_put(text->file, number, strlen(number));
            c++;
        } else if (*c == '$') {
            const bool capitals = c[1] == '$';
            write_name(text, capitals);
            c += 1 + capitals;
        }
    }
}

snnd_c_number snnd_c_float(double value) {
    char printed[40];
    snnd_c_number made;
    int digits = 1;
    do
        snprintf(printed, sizeof printed, "%.*g", digits, value);
    while (digits++ < 9 && strtof(printed, NULL) != (float)value);
    snprintf(made.text, sizeof made.text, "%s%s", printed, strpbrk(printed, ".e") != NULL ? "f" : ".0f");
    return made;
}

/* ---- tables ---- */

const char *snnd_c_type(int64_t largest) {
    const int32_t bytes = snnd_c_type_bytes(largest);
    return bytes == 1 ? "uint8_t" : bytes == 2 ? "uint16_t" : "uint32_t";
}

static void begin_table(snnd_c_text *text, const char *type, int32_t bytes, const char *name, int64_t count) {
    snnd_c_write(text, "static const %s $_%s_@[%lld] = {", type, name, (long long)(count > 0 ? count : 1));
    text->flash += bytes * (count > 0 ? count : 1);
    if (count == 0)
        snnd_c_write(text, "0");
}

static void next_item(snnd_c_text *text, int64_t place, int per_line) {
    snnd_c_write(text, "%s", place % per_line != 0 ? ", " : place == 0 ? "\n    " : ",\n    ");
}

static void end_table(snnd_c_text *text) {
    snnd_c_write(text, "};\n");
}

static void next_float(snnd_c_text *text, int64_t place, double value) {
    next_item(text, place, 8);
    snnd_c_write(text, "%s", snnd_c_float(value).text);
}

void snnd_c_table_floats(snnd_c_text *text, const char *name, const float *values, int64_t count) {
    begin_table(text, "float", 4, name, count);
    for (int64_t k = 0; k < count; k++)
        next_float(text, k, (double)values[k]);
    end_table(text);
}

void snnd_c_table_doubles(snnd_c_text *text, const char *name, const double *values, int64_t count) {
    begin_table(text, "float", 4, name, count);
    for (int64_t k = 0; k < count; k++)
        next_float(text, k, values[k]);
    end_table(text);
}

typedef int64_t whole_reader(const void *values, int64_t place);

static int64_t int8_at(const void *values, int64_t place) {
    return ((const int8_t *)values)[place];
}

static int64_t uint16_at(const void *values, int64_t place) {
    return ((const uint16_t *)values)[place];
}

static int64_t int32_at(const void *values, int64_t place) {
    return ((const int32_t *)values)[place];
}

static int64_t int64_at(const void *values, int64_t place) {
    return ((const int64_t *)values)[place];
}

static void end_whole_table(snnd_c_text *text, whole_reader *at, const void *values, int64_t count) {
    for (int64_t k = 0; k < count; k++) {
        next_item(text, k, 16);
        snnd_c_write(text, "%lld", (long long)at(values, k));
    }
    end_table(text);
}

static void smallest_table(snnd_c_text *text, const char *name, whole_reader *at, const void *values, int64_t count,
                           int64_t largest) {
    begin_table(text, snnd_c_type(largest), snnd_c_type_bytes(largest), name, count);
    end_whole_table(text, at, values, count);
}

void snnd_c_table_int8(snnd_c_text *text, const char *name, const int8_t *values, int64_t count) {
    begin_table(text, "int8_t", 1, name, count);
    end_whole_table(text, int8_at, values, count);
}

void snnd_c_table_int32(snnd_c_text *text, const char *name, const int32_t *values, int64_t count) {
    begin_table(text, "int32_t", 4, name, count);
    end_whole_table(text, int32_at, values, count);
}

void snnd_c_table_targets(snnd_c_text *text, const char *name, const int32_t *values, int64_t count, int64_t largest) {
    smallest_table(text, name, int32_at, values, count, largest);
}

void snnd_c_table_delays(snnd_c_text *text, const char *name, const uint16_t *values, int64_t count, int64_t largest) {
    smallest_table(text, name, uint16_at, values, count, largest);
}

void snnd_c_table_offsets(snnd_c_text *text, const char *name, const int64_t *values, int64_t count) {
    smallest_table(text, name, int64_at, values, count, values[count - 1]);
}
