/* Estimates the time of a sweep from the seconds of the epochs in the logs of runs. */
#ifndef TRAINING_SWEEP_TIME_H
#define TRAINING_SWEEP_TIME_H

#include "training/sweep/sweep.h"

/** Computes how many runs each process makes at a time, and the threads of each run. */
void sweep_share(const struct sweep *sweep, int *jobs, int *threads);

/** Returns the seconds until all runs of `sweep` are complete, from the logs in `measured` (which may be the same), or
 * NaN if there are none. `sources` (NULL, or) receives the number of runs with logs. */
double sweep_time_left(const struct sweep *sweep, const struct sweep *measured, int *sources);

/** Returns "1:02:03", or "2:03" without hours; to be freed. */
char *sweep_clock(double seconds);

#endif
