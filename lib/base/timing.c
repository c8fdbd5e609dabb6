/* Adds up the time that each phase of a step takes, for programs that measure (timing.h). */
#include "base/timing.h"

#include <time.h>

double snnd_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

void snnd_timing_begin(snnd_timing *timing) {
    timing->begin = snnd_clock();
}

void snnd_timing_end(snnd_timing *timing, snnd_phase phase) {
    timing->phase[phase].calls++;
    timing->phase[phase].seconds += snnd_clock() - timing->begin;
}

const char *snnd_phase_name(int phase) {
    static const char *const names[SNND_PHASES] = {
        [SNND_PHASE_LAY_OUT] = "input",
        [SNND_PHASE_BEGIN] = "preparation of layers",
        [SNND_PHASE_CURRENTS] = "currents",
        [SNND_PHASE_NEURONS] = "neurons",
        [SNND_PHASE_LOSS] = "loss",
        [SNND_PHASE_NEURONS_BACK] = "input gradient and neurons",
        [SNND_PHASE_NORM_BACK] = "norm gradient",
        [SNND_PHASE_PARAMETERS] = "parameter gradient",
        [SNND_PHASE_OPTIMIZER] = "optimizer",
        [SNND_PHASE_REWIRE] = "rewiring",
    };
    return names[phase];
}
