#include "training/sweep/job.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "common/files.h"
#include "common/lock.h"
#include "common/program.h"
#include "training/train.h"

#define OUTPUT "output.txt"

/* ---- In the child ---- */

/* A run stops, with a checkpoint, when the process that would read its result has died. On systems other than Linux it
 * continues to its end, which does no harm, since its lock keeps others away. The signal differs from the one that the
 * parent passes on, since a second one of the same kind would kill. */
static void follow(pid_t parent) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGINT);
    if (getppid() != parent)
        _exit(EXIT_STOPPED);
#else
    (void)parent;
#endif
}

/* The parent passes on Ctrl-C from the terminal; a second one would kill the child. */
static void be_a_child(pid_t parent, const sigset_t *mask) {
    setpgid(0, 0);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signal(SIGCHLD, SIG_DFL);
    follow(parent);
    sigprocmask(SIG_SETMASK, mask, NULL);
}

static int redirect(const struct sweep_run *run, int anew) {
    struct failure failure;
    if (anew)
        file_remove_in(run->folder, OUTPUT);
    int output = file_append_in(run->folder, OUTPUT, &failure);
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (output < 0)
        program_explain(&failure);
    if (output < 0 || input < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0 ||
        dup2(input, STDIN_FILENO) < 0)
        return -1;
    close(output);
    close(input);
    return 0;
}

static int train_run(const struct sweep_run *run, enum sweep_state state, int threads, int lock) {
    int count = run->count;
    char **arguments = allocate((size_t)count + 4, sizeof *arguments), *share = format_text("%d", threads);
    memcpy(arguments, run->arguments, (size_t)count * sizeof *arguments);
    arguments[count++] = "--threads";
    arguments[count++] = share;
    arguments[count++] = state == SWEEP_BEGUN ? "--resume" : "--overwrite";
    program_begin(arguments[0]);
    /* The lock is held until this process has ended. Without it another sweep could begin the run again before its mark
     * is written. */
    const int held = dup(lock);
    int code = program_end(train(run->options.recipe, count, arguments, lock));
    struct failure failure;
    if (code == EXIT_DONE && sweep_mark(run, &failure) != 0) {
        program_explain(&failure);
        code = EXIT_FAILED;
    }
    lock_release(held);
    free(share);
    free(arguments);
    return code;
}

/* ---- In the parent ---- */

pid_t job_start(const struct sweep_run *run, enum sweep_state state, int threads, const sigset_t *mask, int lock,
                struct failure *failure) {
    fflush(NULL); /* otherwise the child would print it again */
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        be_a_child(parent, mask);
        int code = redirect(run, state == SWEEP_NEW) == 0 ? train_run(run, state, threads, lock) : EXIT_FAILED;
        fflush(NULL);
        _exit(code);
    }
    if (child < 0)
        failed(failure, "%s: cannot start a process: %s", run->folder, strerror(errno));
    lock_release(lock);
    return child;
}

/* Returns the last line of a text that is not empty. */
static const char *last_line(char *text) {
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == ' '))
        text[--length] = '\0';
    const char *newline = strrchr(text, '\n');
    return newline != NULL ? newline + 1 : text;
}

/* Returns why a run could not report its error. */
static const char *silent(const struct sweep_run *run) {
    struct statvfs about;
    return statvfs(run->folder, &about) == 0 && about.f_bavail == 0 ? strerror(ENOSPC) : "";
}

char *job_reason(const struct sweep_run *run, int status) {
    struct failure ignored;
    char *text = file_text_in(run->folder, OUTPUT, &ignored);
    char *how = WIFSIGNALED(status)
                    ? format_text("signal %d (%s) ended it", WTERMSIG(status), strsignal(WTERMSIG(status)))
                    : format_text("exit code %d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    const char *line = text != NULL ? last_line(text) : "", *silence = silent(run);
    char *reason = line[0] != '\0' ? format_text("%s, after saying: %s", how, line)
                   : silence[0] != '\0'
                       ? format_text("%s, and its output cannot be read: %s: %s", how, run->folder, silence)
                       : format_text("%s", how);
    free(how);
    free(text);
    return reason;
}
