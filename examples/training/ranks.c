#include "training/ranks.h"

#ifdef TRAINING_MPI
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/files.h"
#include "training/exit_code.h"

static struct ranks together = {.rank = 0, .size = 1, .local = 1};
static int joined, broken;
static int64_t bytes_added, calls;
static const volatile sig_atomic_t *stop;

/* Ranks on one machine share memory. */
static int count_local(void) {
    MPI_Comm here;
    int local = 1;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here);
    MPI_Comm_size(here, &local);
    MPI_Comm_free(&here);
    return local;
}

static struct ranks find_ranks(int *count, char ***arguments) {
    struct ranks ranks;
    MPI_Init(count, arguments);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks.rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks.size);
    ranks.local = count_local();
    return ranks;
}

void ranks_begin(int *count, char ***arguments, struct ranks *ranks) {
    *ranks = find_ranks(count, arguments);
    MPI_Finalize();
}

/* Returns whether a program that starts ranks has started this process. Otherwise MPI is not used, since its start
 * takes time. */
static int was_launched(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMI_RANK", "PMIX_RANK"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i]) != NULL)
            return 1;
    return 0;
}

void ranks_join(int *count, char ***arguments) {
    if (!was_launched())
        return;
    together = find_ranks(count, arguments);
    joined = 1;
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

void ranks_watch(const volatile sig_atomic_t *watched) {
    stop = watched;
}

void ranks_meet(void) {
    if (joined)
        MPI_Barrier(MPI_COMM_WORLD);
}

int ranks_same(uint64_t number) {
    if (!joined)
        return 1;
    uint64_t *all = allocate((size_t)together.size, sizeof *all);
    int same = MPI_Allgather(&number, 1, MPI_UINT64_T, all, 1, MPI_UINT64_T, MPI_COMM_WORLD) == MPI_SUCCESS;
    for (int r = 0; r < together.size && same; r++)
        same = all[r] == number;
    free(all);
    return same;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* A rank whose partner has ended waits for ever unless it is stopped: mpirun sends a signal to the remaining ranks, and
 * kills them a second later. */
static const double PATIENCE = 0.3;

static int wait_for(MPI_Request requests[2], MPI_Status statuses[2]) {
    double told = -1;
    for (int done = 0;;) {
        if (MPI_Testall(2, requests, &done, statuses) != MPI_SUCCESS)
            return -1;
        if (done)
            return 0;
        if (stop != NULL && *stop && told < 0)
            told = now();
        if (told >= 0 && now() - told > PATIENCE)
            return -1;
        sched_yield();
    }
}

/* The numbers of one call of MPI, whose counts are int. */
enum { PIECE = 1 << 20 };

static int exchange(int partner, MPI_Datatype type, int count, const void *own, void *theirs) {
    MPI_Request requests[2];
    MPI_Status statuses[2];
    int got;
    return MPI_Irecv(theirs, count, type, partner, 0, MPI_COMM_WORLD, &requests[0]) == MPI_SUCCESS &&
                   MPI_Isend(own, count, type, partner, 0, MPI_COMM_WORLD, &requests[1]) == MPI_SUCCESS &&
                   wait_for(requests, statuses) == 0 && MPI_Get_count(&statuses[0], type, &got) == MPI_SUCCESS &&
                   got == count
               ? 0
               : -1;
}

/* Exchanges with the rank whose number differs in the lowest bit, then in the next, and so on. */
static int add_floats(float *values, int count, float *theirs) {
    for (int bit = 1; bit < together.size; bit *= 2) {
        if (exchange(together.rank ^ bit, MPI_FLOAT, count, values, theirs) != 0)
            return -1;
        for (int k = 0; k < count; k++)
            values[k] += theirs[k];
    }
    return 0;
}

static int add_doubles(double *values, int count, double *theirs) {
    for (int bit = 1; bit < together.size; bit *= 2) {
        if (exchange(together.rank ^ bit, MPI_DOUBLE, count, values, theirs) != 0)
            return -1;
        for (int k = 0; k < count; k++)
            values[k] += theirs[k];
    }
    return 0;
}

int ranks_add(void *user, const snnd_reduction *what) {
    (void)user;
    static double *theirs; /* for all calls; MPI may still write to it after a failure */
    const int floats = what->dtype == SNND_FLOAT32;
    if (theirs == NULL)
        theirs = allocate(PIECE, sizeof *theirs);
    calls++;
    bytes_added += what->count * (int64_t)(floats ? sizeof(float) : sizeof(double));
    for (int64_t at = 0; at < what->count && !broken; at += PIECE) {
        const int count = what->count - at < PIECE ? (int)(what->count - at) : PIECE;
        if (floats)
            broken = add_floats((float *)what->values + at, count, (float *)(void *)theirs) != 0;
        else
            broken = add_doubles((double *)what->values + at, count, theirs) != 0;
    }
    return broken;
}

void ranks_added(int64_t *bytes, int64_t *number) {
    *bytes = bytes_added;
    *number = calls;
}

int ranks_end(int code) {
    if (!joined)
        return code;
    if (broken || (code != EXIT_DONE && code != EXIT_STOPPED)) {
        fflush(NULL);
        if (together.rank > 0) /* rank 0 has a moment to report why */
            nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
        MPI_Abort(MPI_COMM_WORLD, code);
    }
    MPI_Finalize();
    return code;
}

#else

static const struct ranks together = {.rank = 0, .size = 1, .local = 1};

void ranks_begin(int *count, char ***arguments, struct ranks *ranks) {
    (void)count;
    (void)arguments;
    *ranks = together;
}

void ranks_join(int *count, char ***arguments) {
    (void)count;
    (void)arguments;
}

void ranks_watch(const volatile sig_atomic_t *watched) {
    (void)watched;
}

void ranks_meet(void) {
}

int ranks_same(uint64_t number) {
    (void)number;
    return 1;
}

int ranks_add(void *user, const snnd_reduction *what) {
    (void)user;
    (void)what;
    return -1;
}

void ranks_added(int64_t *bytes, int64_t *number) {
    *bytes = *number = 0;
}

int ranks_end(int code) {
    return code;
}

#endif

const struct ranks *ranks_together(void) {
    return &together;
}
