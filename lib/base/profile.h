/* Where the time of steps goes: for measuring programs, counted on the thread that calls the library. */
#ifndef SNND_BASE_PROFILE_H
#define SNND_BASE_PROFILE_H

#include <stdint.h>

typedef enum snnd_phase {
    SNND_PHASE_LAY_OUT,
    SNND_PHASE_KERNELS,
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

typedef struct snnd_phase_time {
    int64_t calls;
    double seconds, operations; /* multiplications and additions */
} snnd_phase_time;

/* Phases do not nest. */
void snnd_profile_begin(void);
void snnd_profile_end(snnd_phase phase, double operations);

void snnd_profile_reset(void);
const snnd_phase_time *snnd_profile_phase(int phase);
const char *snnd_phase_name(int phase);

#endif
