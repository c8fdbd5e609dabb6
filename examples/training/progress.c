#include "training/progress.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "common/program.h"
#include "training/history.h"

/* Seconds between two updates of the line, since faster ones cannot be read. */
static const double pause_between = 0.1;

double progress_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_init(struct progress *progress, int quiet, int32_t epochs) {
    memset(progress, 0, sizeof *progress);
    progress->quiet = quiet;
    progress->terminal = isatty(STDOUT_FILENO);
    progress->epochs = epochs;
    progress->begin = -1;
}

void progress_say(struct progress *progress, const char *message) {
    if (progress->quiet)
        return;
    progress_end(progress);
    program_say("%s", message);
}

static int terminal_width(void) {
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

/* Writes a line over the previous one. */
static void rewrite(struct progress *progress, const char *text) {
    printf("\r%.*s\x1b[K", terminal_width() - 1, text);
    fflush(stdout);
    progress->line_is_open = 1;
}

void progress_end(struct progress *progress) {
    if (!progress->line_is_open)
        return;
    putchar('\n');
    fflush(stdout);
    progress->line_is_open = 0;
}

/* Writes "1:02:03 left" after `done` of all epochs, or "" while there is no estimate. */
static void time_left(const struct progress *progress, double done, char *text, size_t size) {
    double here = done - progress->done_before;
    *text = '\0';
    if (progress->begin < 0 || here < 1e-3)
        return;
    double left = (progress_clock() - progress->begin) / here * (progress->epochs - done);
    long seconds = left < 1e8 ? lround(left) : 100000000L;
    if (seconds >= 3600)
        snprintf(text, size, "%ld:%02ld:%02ld left", seconds / 3600, seconds / 60 % 60, seconds % 60);
    else
        snprintf(text, size, "%ld:%02ld left", seconds / 60, seconds % 60);
}

/* Adds ", NAME 12.3 %" if the record has it. */
static void add_accuracy(const cJSON *record, const char *key, const char *name, char *text, size_t size) {
    double accuracy = history_number(record, key);
    if (!isnan(accuracy))
        snprintf(text + strlen(text), size - strlen(text), "  %s %.1f%%", name, 100 * accuracy);
}

void progress_step(struct progress *progress, const snnd_progress *step) {
    double now = progress_clock(), done = step->epoch + (double)step->step / (double)step->steps;
    if (progress->begin < 0) { /* the first step here; earlier ones were in another process */
        progress->begin = now;
        progress->done_before = done;
    }
    if (progress->quiet || !progress->terminal || now - progress->last < pause_between)
        return;
    progress->last = now;
    char line[256], left[64];
    time_left(progress, done, left, sizeof left);
    snprintf(line, sizeof line, "%d/%d %2.0f%%  %s%sloss %.3f  train %.1f%%", (int)step->epoch + 1,
             (int)progress->epochs, 100.0 * (double)step->step / (double)step->steps, left, *left ? "  " : "",
             step->loss, 100 * step->accuracy);
    if (progress->last_epoch != NULL) {
        add_accuracy(progress->last_epoch, "validation_accuracy", "val", line, sizeof line);
        add_accuracy(progress->last_epoch, "test_accuracy", "test", line, sizeof line);
    }
    snprintf(line + strlen(line), sizeof line - strlen(line), "  sigma %.2f  %lld synapses", step->sigma,
             (long long)step->active);
    rewrite(progress, line);
}

void progress_epoch(struct progress *progress, const cJSON *record) {
    progress->last_epoch = record;
    if (progress->quiet)
        return;
    char line[256], left[64];
    double epoch = history_number(record, "epoch");
    time_left(progress, epoch, left, sizeof left);
    snprintf(line, sizeof line, "%.0f/%d  %s%sloss %.3f", epoch, (int)progress->epochs, left, *left ? "  " : "",
             history_number(record, "train_loss"));
    add_accuracy(record, "train_accuracy", "train", line, sizeof line);
    add_accuracy(record, "validation_accuracy", "val", line, sizeof line);
    add_accuracy(record, "test_accuracy", "test", line, sizeof line);
    snprintf(line + strlen(line), sizeof line - strlen(line), "  sigma %.2f  %.0f synapses",
             history_number(record, "sigma"), history_number(record, "active"));
    if (progress->terminal) {
        rewrite(progress, line);
        return;
    }
    printf("epoch %s  %.2f s\n", line, history_number(record, "seconds"));
    fflush(stdout);
}
