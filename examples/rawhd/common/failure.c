#include "common/failure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/printable.h"

int failed(struct failure *failure, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    char *escaped = printable(failure->text);
    snprintf(failure->text, sizeof failure->text, "%s", escaped);
    free(escaped);
    return -1;
}

int failed_list(struct failure *failure, const char *text) {
    char *escaped = printable_lines(text);
    snprintf(failure->text, sizeof failure->text, "%s", escaped);
    free(escaped);
    return -1;
}
