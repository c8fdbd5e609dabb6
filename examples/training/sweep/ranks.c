#include "training/sweep/ranks.h"

#ifdef TRAINING_MPI
#include <mpi.h>

/* Ranks on one machine see the same memory. */
static int count_local(void) {
    MPI_Comm here;
    int local = 1;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &local);
    MPI_Comm_free(&here);
    return local;
}

void ranks_begin(int *count, char ***arguments, struct ranks *ranks) {
    MPI_Init(count, arguments);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks->rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks->size);
    ranks->local = count_local();
    MPI_Finalize();
}

#else

void ranks_begin(int *count, char ***arguments, struct ranks *ranks) {
    (void)count;
    (void)arguments;
    *ranks = (struct ranks){.rank = 0, .size = 1, .local = 1};
}

#endif
