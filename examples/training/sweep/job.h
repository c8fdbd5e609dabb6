/* One run of rawhd-train in its own process. */
#ifndef TRAINING_JOB_H
#define TRAINING_JOB_H

#include <signal.h>
#include <sys/types.h>

#include "training/sweep/sweep.h"

/** Continues or begins a run in a child with the signal mask `mask`; its output goes to FOLDER/output.txt. `lock` is
 * closed here and stays with the child. The child is asked to stop if this process dies. Returns -1 on failure. */
pid_t job_start(const struct sweep_run *run, enum sweep_state state, int threads, const sigset_t *mask, int lock,
                struct failure *failure);

/** Returns why a child ended, with the last line of its output, to be freed. `status` is that of waitpid(). */
char *job_reason(const struct sweep_run *run, int status);

#endif
