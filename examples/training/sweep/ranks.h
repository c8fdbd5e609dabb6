/* The processes that mpirun has started together; without it, or without MPI, this one alone. */
#ifndef TRAINING_RANKS_H
#define TRAINING_RANKS_H

struct ranks {
    int rank;  /**< of this process; only rank 0 speaks of what concerns all */
    int size;  /**< how many there are */
    int local; /**< how many of them are on this machine */
};

/** Finds out who is there. MPI is at rest again afterwards, so that no rank's death is another's. */
void ranks_begin(int *count, char ***arguments, struct ranks *ranks);

#endif
