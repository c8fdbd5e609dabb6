/* The processes that mpirun has started together; without it, or without MPI, this one alone. */
#ifndef TRAINING_RANKS_H
#define TRAINING_RANKS_H

#include <signal.h>
#include <snndelay.h>
#include <stdint.h>

struct ranks {
    int rank;  /**< of this process; only rank 0 speaks of what concerns all */
    int size;  /**< how many there are */
    int local; /**< how many of them are on this machine */
};

/** Finds out who is there. MPI is at rest again afterwards, so that no rank's death is another's. */
void ranks_begin(int *count, char ***arguments, struct ranks *ranks);

/* ---- Ranks that train one network ---- */

/** For a program that mpirun may have started so that its ranks work together: MPI stays awake until ranks_end(). */
void ranks_join(int *count, char ***arguments);

/** Once `stop` is nonzero this process waits for another rank no longer than a moment. */
void ranks_watch(const volatile sig_atomic_t *stop);

/** The ranks that have joined. */
const struct ranks *ranks_together(void);

/** Waits until all ranks are here. */
void ranks_meet(void);

/** Whether all ranks have the same number; each has to ask for it, and waits for the others. */
int ranks_same(uint64_t number);

/** `reduce` of snnd_trainer_options: adds over ranks, in the order that it wants. */
int ranks_add(void *user, const snnd_reduction *what);

/** What this rank has added so far: bytes, and how often. */
void ranks_added(int64_t *bytes, int64_t *calls);

/** The program's exit code. Where it says that this rank has failed, or where a rank did not answer, all end. */
int ranks_end(int code);

#endif
