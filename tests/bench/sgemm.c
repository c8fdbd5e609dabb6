#include "sgemm.h"

#include <cblas.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

enum { SIZE = 768, REPEAT = 7 };

extern char **environ;

double sgemm_gflops(void) {
    const int threads = openblas_get_num_threads();
    float *a = malloc(3 * SIZE * SIZE * sizeof *a), *b = a + SIZE * SIZE, *c = b + SIZE * SIZE;
    if (a == NULL)
        return 0;
    for (int k = 0; k < 3 * SIZE * SIZE; k++)
        a[k] = (float)(k % 7);
    struct timing timing = timing_begin(REPEAT);
    openblas_set_num_threads(1);
    for (int i = -1; i < REPEAT; i++) {
        const double begin = timing_clock();
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIZE, SIZE, SIZE, 1, a, SIZE, b, SIZE, 0, c, SIZE);
        if (i >= 0)
            timing.value[i] = timing_clock() - begin;
    }
    openblas_set_num_threads(threads);
    timing_finish(&timing);
    const double rate = 2e-9 * SIZE * SIZE * SIZE / timing.median;
    timing_free(&timing);
    free(a);
    return rate;
}

/* The name by which OpenBLAS knows what this processor can do; NULL: it is to choose. */
static const char *core_type(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512bw"))
        return "SKYLAKEX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return "HASWELL";
#endif
    return NULL;
}

/* The number that a child process of this program prints; 0 if it does not. */
static double measure_in_child(void) {
    char program[] = "/proc/self/exe", mode[] = "sgemm", *const arguments[] = {program, mode, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], status;
    pid_t child;
    double rate = 0;
    if (pipe(ends) != 0)
        return 0;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    const int started = posix_spawn(&child, program, &actions, NULL, arguments, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    FILE *from = fdopen(ends[0], "r");
    if (from == NULL || !started || fscanf(from, "%lf", &rate) != 1)
        rate = 0;
    if (from != NULL)
        fclose(from);
    if (started)
        waitpid(child, &status, 0);
    return rate;
}

struct sgemm sgemm_measure(void) {
    struct sgemm rates = {.chosen = sgemm_gflops()};
    rates.best = rates.chosen;
    if (core_type() != NULL && setenv("OPENBLAS_CORETYPE", core_type(), 1) == 0) {
        const double told = measure_in_child();
        if (told > rates.best)
            rates.best = told;
    }
    return rates;
}
