/* How long a sweep will take, judged by the seconds an epoch that runs have logged. */
#ifndef TRAINING_SWEEP_TIME_H
#define TRAINING_SWEEP_TIME_H

#include "training/sweep/sweep.h"

/** Runs at a time in each process, and the threads of each run. */
void sweep_share(const struct sweep *sweep, int *jobs, int *threads);

/** Seconds until all runs of `sweep` are done, by the logs in `measured` (which may be the same); NaN if these have
 * nothing. `sources` (NULL, or) gets the number of runs that have logged something. */
double sweep_time_left(const struct sweep *sweep, const struct sweep *measured, int *sources);

/** "1:02:03", or "2:03" where there are no hours; to be freed. */
char *sweep_clock(double seconds);

#endif
