#include "training/sweep/sweep_time.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/allocate.h"
#include "training/history.h"

/* The log of a run. */
struct pace {
    enum sweep_state state;
    int epochs;
    double seconds; /* of an epoch; NaN if there is none */
};

void sweep_share(const struct sweep *sweep, int *jobs, int *threads) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int mine = processors > sweep->ranks.local ? (int)(processors / sweep->ranks.local) : 1;
    *jobs = sweep->jobs > 0 ? sweep->jobs : sweep->ranks.size > 1 ? 1 : mine;
    *threads = sweep->threads > 0 ? sweep->threads : mine > *jobs ? mine / *jobs : 1;
}

static struct pace pace_of(const struct sweep *sweep, size_t run) {
    struct pace pace = {SWEEP_NEW, 0, NAN};
    struct failure ignored;
    cJSON *history = NULL;
    if (sweep_look(sweep, run, &pace.state, &history, &ignored) != 0)
        return pace;
    double seconds = 0;
    for (const cJSON *record = history->child; record != NULL; record = record->next, pace.epochs++)
        seconds += history_number(record, "seconds");
    if (pace.epochs > 0)
        pace.seconds = seconds / pace.epochs;
    if (pace.state == SWEEP_NEW)
        pace.epochs = 0;
    cJSON_Delete(history);
    return pace;
}

/* Returns how similar two runs are in what affects their time. */
static int likeness(const struct options *a, const struct options *b) {
    return (a->structure == b->structure) + (a->delays == b->delays) + (fabs(a->sparsity - b->sparsity) < 1e-12);
}

/* Returns the seconds of an epoch of the runs that are most similar to this one. */
static double expected_pace(const struct options *options, const struct sweep *measured, const struct pace *pace) {
    double sum = 0;
    int alike = 0, count = 0;
    for (size_t i = 0; i < measured->count; i++) {
        int now = likeness(options, &measured->run[i].options);
        if (isnan(pace[i].seconds) || (count > 0 && now < alike))
            continue;
        sum = count > 0 && now == alike ? sum + pace[i].seconds : pace[i].seconds;
        count = count > 0 && now == alike ? count + 1 : 1;
        alike = now;
    }
    return count > 0 ? sum / count : NAN;
}

double sweep_time_left(const struct sweep *sweep, const struct sweep *measured, int *sources) {
    struct pace *pace = allocate(measured->count, sizeof *pace);
    int known = 0, jobs, threads;
    for (size_t i = 0; i < measured->count; i++) {
        pace[i] = pace_of(measured, i);
        known += !isnan(pace[i].seconds);
    }
    double all = 0, longest = 0;
    for (size_t i = 0; i < sweep->count; i++) {
        struct pace here = measured == sweep ? pace[i] : pace_of(sweep, i);
        if (here.state == SWEEP_DONE)
            continue;
        const struct options *options = &sweep->run[i].options;
        double seconds = (double)(options->epochs - here.epochs) * expected_pace(options, measured, pace);
        all += seconds;
        longest = fmax(longest, seconds);
    }
    free(pace);
    sweep_share(sweep, &jobs, &threads);
    if (sources != NULL)
        *sources = known;
    return isnan(all) ? NAN : fmax(all / ((double)jobs * sweep->ranks.size), longest);
}

char *sweep_clock(double seconds) {
    long whole = seconds < 1e9 ? lround(seconds) : 1000000000L;
    if (whole >= 3600)
        return format_text("%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
    return format_text("%ld:%02ld", whole / 60, whole % 60);
}
