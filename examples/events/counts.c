/* Events as counts in bins and channels. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "events/events_file.h"

/* Events that are read at a time. */
enum { BLOCK = 4096 };

/* Returns the double that is nearest to n bins; both numbers of the quotient are exact. */
static double edge(const struct events_shape *shape, int64_t n) {
    return (double)(n * shape->microseconds) / 1e6;
}

/* Returns the bin of a time before the last edge; a first guess is wrong by one at most. */
static int64_t bin_of(const struct events_shape *shape, double time) {
    int64_t n = (int64_t)(time * 1e6 / shape->microseconds);
    while (edge(shape, n) > time)
        n--;
    while (edge(shape, n + 1) <= time)
        n++;
    return n;
}

/* The state of filling the counts of a sample. */
struct filling {
    const struct events *events;
    size_t sample;
    int64_t event;
    double last; /* the previous time */
    uint8_t *counts;
    struct events_told told;
    struct failure *failure;
};

static int refuse(const struct filling *filling, const char *what) {
    return failed(filling->failure, "%s: sample %zu, event %" PRId64 ": %s", filling->events->path, filling->sample,
                  filling->event, what);
}

static int refuse_time(const struct filling *filling, double time) {
    char what[128];
    if (!isfinite(time))
        snprintf(what, sizeof what, "the time is not finite");
    else if (time < 0)
        snprintf(what, sizeof what, "the time is %g s; expected at least 0", time);
    else
        snprintf(what, sizeof what, "the times decrease from %.9g to %.9g s", filling->last, time);
    return refuse(filling, what);
}

static int refuse_unit(const struct filling *filling, int64_t unit) {
    char what[64];
    snprintf(what, sizeof what, "the unit is %" PRId64 "; expected 0 to %d", unit, EVENTS_UNITS - 1);
    return refuse(filling, what);
}

static void count_event(struct filling *filling, double time, int64_t unit) {
    const struct events_shape *shape = &filling->events->shape;
    struct events_told *told = &filling->told;
    if (time >= edge(shape, shape->steps)) {
        told->cut = 1;
        told->late++;
        return;
    }
    const size_t channel = (size_t)unit / (size_t)(EVENTS_UNITS / shape->channels);
    uint8_t *count = &filling->counts[(size_t)bin_of(shape, time) * (size_t)shape->channels + channel];
    if (*count < UINT8_MAX)
        ++*count;
    else
        told->lost++;
}

static int add_block(struct filling *filling, const unsigned char *times, const unsigned char *units, size_t count) {
    const struct number_type *of_times = &filling->events->times.type, *of_units = &filling->events->units.type;
    for (size_t i = 0; i < count; i++) {
        const double time = number_float(of_times, times + i * (size_t)of_times->width);
        const int64_t unit = number_integer(of_units, units + i * (size_t)of_units->width);
        if (!(time >= filling->last) || isinf(time))
            return refuse_time(filling, time);
        if (unit < 0 || unit >= EVENTS_UNITS)
            return refuse_unit(filling, unit);
        count_event(filling, time, unit);
        filling->last = time;
        filling->event++;
    }
    return 0;
}

int events_fill(const struct events *events, size_t sample, uint8_t *counts, struct events_told *told,
                struct failure *failure) {
    unsigned char times[BLOCK * NUMBER_WIDEST], units[BLOCK * NUMBER_WIDEST];
    const hdf5_source source = {.descriptor = events->descriptor, .count = events->bytes};
    const int64_t length = events->length[sample];
    const uint64_t time_width = (uint64_t)events->times.type.width, unit_width = (uint64_t)events->units.type.width;
    struct filling filling = {.events = events, .sample = sample, .counts = counts, .failure = failure};
    memset(counts, 0, (size_t)events->shape.steps * (size_t)events->shape.channels);
    while (filling.event < length) {
        const uint64_t done = (uint64_t)filling.event;
        const size_t count = length - filling.event < BLOCK ? (size_t)(length - filling.event) : BLOCK;
        if (!hdf5_copy(&source, events->times.place[sample] + done * time_width, count * (size_t)time_width, times) ||
            !hdf5_copy(&source, events->units.place[sample] + done * unit_width, count * (size_t)unit_width, units))
            return refuse(&filling, "the file cannot be read");
        if (add_block(&filling, times, units, count) != 0)
            return -1;
    }
    told->samples++;
    told->events += length;
    told->cut += filling.told.cut;
    told->late += filling.told.late;
    told->full += filling.told.lost > 0;
    told->lost += filling.told.lost;
    return 0;
}

int events_read(const struct events *events, uint8_t *counts, events_progress *progress, void *user,
                struct events_told *told, struct failure *failure) {
    const size_t cells = (size_t)events->shape.steps * (size_t)events->shape.channels;
    for (size_t i = 0; i < events->count; i++) {
        if (events_fill(events, i, counts + i * cells, told, failure) != 0)
            return -1;
        const int answer = progress != NULL ? progress(user, i + 1, events->count) : 0;
        if (answer != 0)
            return answer;
    }
    return 0;
}

char *events_describe(const char *path, const struct events_shape *shape, const struct events_told *told) {
    char *cut = told->cut == 0
                    ? format_text("%s", "")
                    : format_text("%s: %zu of %zu samples last longer than %g s and are cut there, which "
                                  "leaves out %" PRId64 " of %" PRId64 " events.",
                                  path, told->cut, told->samples, edge(shape, shape->steps), told->late, told->events);
    char *full = told->lost == 0 ? format_text("%s", "")
                                 : format_text("%s: %zu of %zu samples have more than 255 events in a bin of a "
                                               "channel, of which 255 are kept; %" PRId64 " events are left out.",
                                               path, told->full, told->samples, told->lost);
    char *both = *cut == '\0' && *full == '\0' ? NULL : format_text("%s%s%s", cut, *cut && *full ? "\n" : "", full);
    free(cut);
    free(full);
    return both;
}
