/* The processes that mpirun has started together; without it, or without MPI, only this one. */
#ifndef TRAINING_RANKS_H
#define TRAINING_RANKS_H

#include <signal.h>
#include <snndelay.h>
#include <stdint.h>

struct ranks {
    int rank;  /**< of this process; only rank 0 prints messages that concern all */
    int size;  /**< their number */
    int local; /**< how many of them are on this machine */
};

/** Determines the processes. MPI is finalized afterwards, so that the death of one rank does not end the others. */
void ranks_begin(int *count, char ***arguments, struct ranks *ranks);

/* ---- Ranks that train one network ---- */

/** For a program whose ranks work together: MPI stays active until ranks_end(). */
void ranks_join(int *count, char ***arguments);

/** Once `stop` is nonzero this process waits for other ranks only for a moment. */
void ranks_watch(const volatile sig_atomic_t *stop);

/** Returns the ranks that have joined. */
const struct ranks *ranks_together(void);

/** Waits for all ranks. */
void ranks_meet(void);

/** Returns whether all ranks have the same number. All ranks must call it, and wait for each other. */
int ranks_same(uint64_t number);

/** The function `reduce` of snnd_trainer_options: adds over ranks, in the order that it requires. */
int ranks_add(void *user, const snnd_reduction *what);

/** What this rank has added so far: bytes, and how often. */
void ranks_added(int64_t *bytes, int64_t *calls);

/** Returns the program's exit code. If this rank has failed, or another did not answer, all ranks end. */
int ranks_end(int code);

#endif
