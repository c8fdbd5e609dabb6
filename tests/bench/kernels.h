/* The hot kernels alone, one file a family: each is timed for one tile on one thread. */
#ifndef SNND_BENCH_KERNELS_H
#define SNND_BENCH_KERNELS_H

#include "kernel/activity.h"
#include "kernel/kernels.h"
#include "options.h"

enum { KERNEL_RESULTS = 96, KERNEL_MEMORIES = 256 };

typedef struct kernel_result {
    char name[64];
    int row_kernel; /* its rate is in numbers, not operations */
    double rate;    /* 1e9 a second */
} kernel_result;

typedef struct kernel_bench {
    const struct bench_options *options;
    const snnd_hot_kernels *hot;
    kernel_result result[KERNEL_RESULTS];
    int results;
    void *memory[KERNEL_MEMORIES]; /* freed at the end of a family */
    int memories;
} kernel_bench;

/* A kernel's call over a tile, what is done before each that is not timed (NULL: nothing), and their argument. */
typedef struct kernel_call {
    void (*run)(void *);
    void (*prepare)(void *);
    void *argument;
} kernel_call;

/* Times a call that makes `operations` multiplications and additions; or a row kernel that takes `numbers`. */
void kernel_time(kernel_bench *bench, kernel_call call, double operations, const char *name, ...)
    __attribute__((format(printf, 4, 5)));
void kernel_time_rows(kernel_bench *bench, kernel_call call, double numbers, const char *name);

/* Memory of one family, aligned as the library's is; zeros. */
void *kernel_memory(kernel_bench *bench, size_t bytes);

/* Rows of one tile with random numbers between -1 and 1, and rows of zeros before and behind. */
snnd_activity kernel_rows(kernel_bench *bench, int32_t neurons, int32_t front, int32_t back);
float *kernel_numbers(kernel_bench *bench, size_t count);
double kernel_uniform(void);

/* Elements of an activity without its rows of zeros. */
double kernel_count(const snnd_activity *activity);

/* kernels_taps.c, kernels_spectral.c, kernels_rows.c */
void kernels_taps(kernel_bench *bench);
void kernels_spectral(kernel_bench *bench);
void kernels_rows(kernel_bench *bench);

#endif
