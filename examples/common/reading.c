#include "common/reading.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/program.h"

/* Seconds between two updates of the line on a terminal, and between two lines elsewhere. */
static const double pause_on_terminal = 0.1, pause_elsewhere = 10;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* 105829 becomes 105,829. */
static const char *with_commas(int64_t number, char text[32]) {
    char plain[24];
    const int digits = snprintf(plain, sizeof plain, "%lld", (long long)number);
    char *at = text;
    for (int i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0)
            *at++ = ',';
        *at++ = plain[i];
    }
    *at = '\0';
    return text;
}

void reading_begin(struct reading *reading, int64_t total, const char *what, int quiet) {
    memset(reading, 0, sizeof *reading);
    reading->what = what;
    reading->total = total;
    reading->shows = !quiet;
    reading->terminal = isatty(STDOUT_FILENO);
    reading->last = now();
    pthread_mutex_init(&reading->lock, NULL);
}

static void show(struct reading *reading) {
    char done[32], total[32], line[128];
    snprintf(line, sizeof line, "reading %s of %s %s", with_commas(reading->done, done),
             with_commas(reading->total, total), reading->what);
    if (!reading->terminal) {
        program_say("%s", line);
        return;
    }
    printf("\r%s\x1b[K", line);
    fflush(stdout);
    reading->line_is_open = 1;
}

void reading_add(struct reading *reading, int64_t count) {
    pthread_mutex_lock(&reading->lock);
    reading->done += count;
    const double time = reading->shows ? now() : 0;
    if (reading->shows && time - reading->last >= (reading->terminal ? pause_on_terminal : pause_elsewhere)) {
        reading->last = time;
        show(reading);
    }
    pthread_mutex_unlock(&reading->lock);
}

void reading_end(struct reading *reading) {
    if (reading->line_is_open) {
        fputs("\r\x1b[K", stdout);
        fflush(stdout);
    }
    pthread_mutex_destroy(&reading->lock);
}
