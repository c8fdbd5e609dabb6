#include "common/program.h"

#include <errno.h>
#include <fcntl.h>
#include <snndelay.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/printable.h"

static const char *program = "snnd";

void program_begin(const char *name) {
    program = name;
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream)
            exit(EXIT_FAILURE); /* there may be no stream for a message */
    /* Help is written at once, so that program_flush() still knows the error if it could not be written. On a terminal
     * lines are written one by one. */
    static char buffer[1 << 16];
    if (!isatty(STDOUT_FILENO))
        setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
}

const char *program_name(void) {
    return program;
}

void program_version(void) {
    printf("%s of libsnndelay %s\n", program, snnd_version());
}

void program_complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_arguments(format, arguments), *shown = printable(text);
    va_end(arguments);
    fprintf(stderr, "%s: %s\n", program, shown);
    free(shown);
    free(text);
}

void program_explain(const struct failure *failure) {
    fprintf(stderr, "%s: %s\n", program, failure->text);
}

void program_say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = format_arguments(format, arguments), *shown = printable(text);
    va_end(arguments);
    puts(shown);
    fflush(stdout);
    free(shown);
    free(text);
}

int program_flush(struct failure *failure) {
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    return failed(failure, "cannot write to standard output%s%s", errno != 0 ? ": " : "",
                  errno != 0 ? strerror(errno) : "");
}

int program_end(int code) {
    struct failure failure;
    if (program_flush(&failure) == 0 || code != EXIT_SUCCESS)
        return code;
    program_explain(&failure);
    return EXIT_FAILURE;
}
