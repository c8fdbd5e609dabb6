#include "timing.h"

#include <stdlib.h>
#include <time.h>

double timing_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

struct timing timing_begin(int count) {
    struct timing timing = {.count = count, .value = calloc((size_t)count, sizeof(double))};
    if (timing.value == NULL)
        abort();
    return timing;
}

static int compare(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void timing_finish(struct timing *timing) {
    double *value = timing->value;
    const int count = timing->count;
    qsort(value, (size_t)count, sizeof *value, compare);
    timing->least = value[0];
    timing->most = value[count - 1];
    timing->median = count % 2 != 0 ? value[count / 2] : (value[count / 2 - 1] + value[count / 2]) / 2;
    for (int i = 0; i < count; i++)
        timing->mean += value[i] / count;
}

void timing_free(struct timing *timing) {
    free(timing->value);
}
