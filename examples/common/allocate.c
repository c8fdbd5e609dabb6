#include "common/allocate.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static _Noreturn void out_of_memory(void) {
    fputs("out of memory\n", stderr);
    exit(EXIT_FAILURE);
}

void *allocate(size_t count, size_t size) {
    void *memory = calloc(count > 0 ? count : 1, size);
    if (memory == NULL)
        out_of_memory();
    return memory;
}

void *reallocate(void *memory, size_t count, size_t size) {
    if (count > SIZE_MAX / size)
        out_of_memory();
    void *resized = realloc(memory, count > 0 ? count * size : 1);
    if (resized == NULL)
        out_of_memory();
    return resized;
}

char *format_arguments(const char *format, va_list arguments) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        out_of_memory();
    int written = vfprintf(stream, format, arguments);
    if (fclose(stream) != 0 || written < 0)
        out_of_memory();
    return text;
}

char *format_text(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_arguments(format, arguments);
    va_end(arguments);
    return text;
}
