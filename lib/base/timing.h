/* Measures how much time each phase of a step takes, for programs that profile. */
#ifndef SNND_BASE_TIMING_H
#define SNND_BASE_TIMING_H

#include <stdint.h>

typedef enum snnd_phase {
    SNND_PHASE_LAY_OUT,
    SNND_PHASE_BEGIN,
    SNND_PHASE_CURRENTS,
    SNND_PHASE_NEURONS,
    SNND_PHASE_LOSS,
    SNND_PHASE_NEURONS_BACK,
    SNND_PHASE_NORM_BACK,
    SNND_PHASE_PARAMETERS,
    SNND_PHASE_OPTIMIZER,
    SNND_PHASE_REWIRE,
    SNND_PHASES
} snnd_phase;

typedef struct snnd_timing {
    double begin; /* when the phase that runs now began; phases do not nest */
    struct {
        int64_t calls;
        double seconds;
    } phase[SNND_PHASES];
} snnd_timing;

/* Returns seconds of a monotonic clock. */
double snnd_clock(void);

void snnd_timing_begin(snnd_timing *timing);
void snnd_timing_end(snnd_timing *timing, snnd_phase phase);

const char *snnd_phase_name(int phase);

#endif
