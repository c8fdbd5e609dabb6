/* The plan of a sweep, and an estimate of its time. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "training/sweep/sweep.h"
#include "training/sweep/sweep_time.h"

/* Epochs that are timed. The first ones take longer than the others, since profiles are wide. */
enum { TIMED_EPOCHS = 4 };

static void print_run(const struct sweep *sweep, size_t run, enum sweep_state state, int epochs) {
    printf("  %-32s  ", sweep->run[run].name);
    if (state == SWEEP_DONE)
        puts("done");
    else if (state == SWEEP_BEGUN)
        printf("at epoch %d of %lld\n", epochs, (long long)sweep->run[run].options.epochs);
    else
        puts("not begun");
}

/* Prints the list; returns the number of incomplete runs, or -1. */
static int print_runs(const struct sweep *sweep, struct failure *failure) {
    int count[3] = {0, 0, 0}, jobs, threads;
    for (size_t i = 0; i < sweep->count; i++) {
        enum sweep_state state;
        cJSON *history;
        if (sweep_look(sweep, i, &state, &history, failure) != 0)
            return -1;
        print_run(sweep, i, state, cJSON_GetArraySize(history));
        cJSON_Delete(history);
        count[state]++;
    }
    sweep_share(sweep, &jobs, &threads);
    printf("%zu runs: %d done, %d begun, %d not begun; %d at a time, with %d thread%s each\n", sweep->count,
           count[SWEEP_DONE], count[SWEEP_BEGUN], count[SWEEP_NEW], jobs * sweep->ranks.size, threads,
           threads == 1 ? "" : "s");
    fflush(stdout);
    return count[SWEEP_BEGUN] + count[SWEEP_NEW];
}

static int is_timed(const struct sweep *timed, const struct options *options) {
    for (size_t i = 0; i < timed->count; i++)
        if (timed->run[i].options.structure == options->structure && timed->run[i].options.delays == options->delays)
            return 1;
    return 0;
}

/* Returns the middle one of the runs with structure, delays and seed of run `first`. */
static size_t middle_of_kind(const struct sweep *sweep, size_t first) {
    const struct options *kind = &sweep->run[first].options;
    size_t *member = allocate(sweep->count, sizeof *member), count = 0;
    for (size_t i = first; i < sweep->count; i++) {
        const struct options *other = &sweep->run[i].options;
        if (other->structure == kind->structure && other->delays == kind->delays && other->seed == kind->seed)
            member[count++] = i;
    }
    size_t middle = member[count / 2];
    free(member);
    return middle;
}

/* Adds a short sweep with one run of each kind. */
static int add_timed(const struct sweep *sweep, struct sweep *timed, struct failure *failure) {
    for (size_t i = 0; i < sweep->count; i++) {
        if (is_timed(timed, &sweep->run[i].options))
            continue;
        const struct sweep_run *run = &sweep->run[middle_of_kind(sweep, i)];
        int64_t epochs = run->options.epochs < TIMED_EPOCHS ? run->options.epochs : TIMED_EPOCHS;
        char *text = format_text("%lld", (long long)epochs);
        const char **words = allocate((size_t)run->count + 3, sizeof *words);
        size_t count = 0;
        for (int word = 1; word < run->count; word++)
            words[count++] = run->arguments[word];
        words[count++] = "--epochs";
        words[count] = text;
        int result = sweep_add(timed, run->name, words, failure);
        free(words);
        free(text);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* Executes a part of the sweep, with as many runs at a time. */
static enum exit_code time_some(const struct sweep *sweep, double *left, int *runs, struct failure *failure) {
    const char *place = getenv("TMPDIR");
    char *folder = format_text("%s/snnd-timing-XXXXXX", place != NULL ? place : "/tmp");
    if (mkdtemp(folder) == NULL) {
        failed(failure, "%s: cannot make this folder: %s", folder, strerror(errno));
        free(folder);
        return EXIT_FAILED;
    }
    struct sweep timed = {.recipe = sweep->recipe, .out = folder, .data = sweep->data, .quiet = 1};
    timed.ranks = (struct ranks){0, 1, 1};
    sweep_share(sweep, &timed.jobs, &timed.threads);
    timed.jobs *= sweep->ranks.local;
    enum exit_code code = add_timed(sweep, &timed, failure) == 0 ? sweep_carry_out(&timed, failure) : EXIT_FAILED;
    if (code == EXIT_DONE)
        *left = sweep_time_left(sweep, &timed, runs);
    sweep_free(&timed);
    folder_remove(folder);
    free(folder);
    return code;
}

enum exit_code sweep_plan(struct sweep *sweep, struct failure *failure) {
    failure->text[0] = '\0';
    int open = print_runs(sweep, failure), runs = 0;
    if (open <= 0)
        return open < 0 ? EXIT_USAGE : EXIT_DONE;
    double left = sweep_time_left(sweep, sweep, &runs);
    int logged = !isnan(left);
    enum exit_code code = logged ? EXIT_DONE : time_some(sweep, &left, &runs, failure);
    if (code != EXIT_DONE)
        return code;
    char *clock = sweep_clock(left);
    printf("about %s, judging by %s %d run%s%s\n", clock, logged ? "the logs of" : "a few epochs, timed just now, of",
           runs, runs == 1 ? "" : "s", logged ? " here" : "");
    free(clock);
    return EXIT_DONE;
}
