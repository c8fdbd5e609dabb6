/* One run of rawhd-train in a process of its own. */
#ifndef TRAINING_JOB_H
#define TRAINING_JOB_H

#include <signal.h>
#include <sys/types.h>

#include "training/sweep/sweep.h"

/** Goes on with a run, or begins it, in a child with the signal mask `mask`; what the run says goes to
 * FOLDER/output.txt. `lock` is closed here and stays with the child. The child is told to stop if this process dies.
 * -1 on failure. */
pid_t job_start(const struct sweep_run *run, enum sweep_state state, int threads, const sigset_t *mask, int lock,
                struct failure *failure);

/** Why a child ended as it did, with the last line that the run said, to be freed. `status` is of waitpid(). */
char *job_reason(const struct sweep_run *run, int status);

#endif
