#include "make-digits/espeak.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/lookup.h"

#define PROGRAM "espeak-ng"

extern char **environ;

/* Starts the program without its output; returns 0, or the error. */
static int start(const char *program, char *const arguments[], pid_t *child) {
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    error = posix_spawn(child, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Runs the program; returns 0 if it ended well, -1 with errno if it could not start, 1 if it failed. */
static int run(char *const arguments[]) {
    pid_t child;
    char *program = lookup_program(PROGRAM);
    const int error = program != NULL ? start(program, arguments, &child) : ENOENT;
    free(program);
    if (error != 0) {
        errno = error;
        return -1;
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : 1;
}

static int report_start(struct failure *failure) {
    if (errno == ENOENT)
        return failed(failure,
                      "%s is not installed or not in PATH; it is needed to speak the words (Debian package espeak-ng)",
                      PROGRAM);
    return failed(failure, "%s: cannot be run: %s", PROGRAM, strerror(errno));
}

int espeak_check(struct failure *failure) {
    char program[] = PROGRAM, version[] = "--version";
    char *const arguments[] = {program, version, NULL};
    int result = run(arguments);
    if (result < 0)
        return report_start(failure);
    return result == 0 ? 0 : failed(failure, "%s: does not work: %s --version fails", PROGRAM, PROGRAM);
}

int espeak_speak(const char *voice, const char *word, int pitch, int speed, const char *path, struct failure *failure) {
    char *argument[] = {
        format_text(PROGRAM),       format_text("-b1"),         format_text("-z"),
        format_text("-v%s", voice), format_text("-p%d", pitch), format_text("-s%d", speed),
        format_text("-w%s", path),  format_text("%s", word),    NULL,
    };
    int result = run(argument);
    if (result < 0)
        report_start(failure);
    else if (result > 0)
        result = failed(failure, "%s: cannot say '%s' with the voice %s", PROGRAM, word, voice);
    for (int i = 0; argument[i] != NULL; i++)
        free(argument[i]);
    return result;
}
