#include "common/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/printable.h"

int failed(struct failure *failure, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_arguments(format, arguments), *escaped = printable(text);
    va_end(arguments);
    snprintf(failure->text, sizeof failure->text, "%s", escaped);
    free(escaped);
    free(text);
    return -1;
}

int failed_list(struct failure *failure, const char *text) {
    char *escaped = printable_lines(text);
    snprintf(failure->text, sizeof failure->text, "%s", escaped);
    free(escaped);
    return -1;
}
