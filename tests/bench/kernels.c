/* The mode kernels. */
#include "kernels.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "kernel/dispatch.h"
#include "sgemm.h"

/* ---- memory ---- */

void *kernel_memory(kernel_bench *bench, size_t bytes) {
    const size_t rounded = (bytes / 64 + 1) * 64;
    void *made = bench->memories < KERNEL_MEMORIES ? aligned_alloc(64, rounded) : NULL;
    if (made == NULL) {
        fputs("snnd-bench: no memory\n", stderr);
        exit(1);
    }
    return bench->memory[bench->memories++] = memset(made, 0, rounded);
}

static void free_memory(kernel_bench *bench) {
    while (bench->memories > 0)
        free(bench->memory[--bench->memories]);
}

double kernel_uniform(void) {
    static uint64_t state = 1;
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (double)(state >> 40) * 0x1p-24;
}

static void fill(float *x, size_t count) {
    for (size_t k = 0; k < count; k++)
        x[k] = (float)(2 * kernel_uniform() - 1);
}

float *kernel_numbers(kernel_bench *bench, size_t count) {
    float *x = kernel_memory(bench, count * sizeof *x);
    fill(x, count);
    return x;
}

snnd_activity kernel_rows(kernel_bench *bench, int32_t neurons, int32_t front, int32_t back) {
    const int32_t steps = bench->options->steps;
    snnd_activity made = {.neurons = neurons, .steps = steps, .front = front, .back = back};
    made.data = kernel_memory(bench, (size_t)neurons * snnd_activity_stride(&made) * sizeof(float));
    for (int32_t n = 0; n < neurons; n++)
        fill(snnd_activity_row(&made, 0, n), (size_t)steps * SNND_LANES);
    return made;
}

double kernel_count(const snnd_activity *activity) {
    return (double)activity->neurons * activity->steps * SNND_LANES;
}

/* ---- timing ---- */

/* At least `repeat` calls, and more of short ones; the first two are not counted. */
static double seconds_of(const kernel_bench *bench, kernel_call call) {
    const int least = bench->options->repeat, most = 10 * least;
    const double limit = timing_clock() + 2e-3 * least;
    struct timing timing = timing_begin(most);
    int done = 0;
    for (int i = -2; i < most && (i < least || timing_clock() < limit); i++) {
        if (call.prepare != NULL)
            call.prepare(call.argument);
        const double begin = timing_clock();
        call.run(call.argument);
        if (i >= 0)
            timing.value[done++] = timing_clock() - begin;
    }
    timing.count = done;
    timing_finish(&timing);
    timing_free(&timing);
    return timing.median;
}

static kernel_result *add(kernel_bench *bench, kernel_call call, double work) {
    if (bench->results == KERNEL_RESULTS) {
        fputs("snnd-bench: too many kernels\n", stderr);
        exit(1);
    }
    kernel_result *result = &bench->result[bench->results++];
    result->rate = 1e-9 * work / seconds_of(bench, call);
    return result;
}

void kernel_time(kernel_bench *bench, kernel_call call, double operations, const char *name, ...) {
    kernel_result *result = add(bench, call, operations);
    va_list values;
    va_start(values, name);
    vsnprintf(result->name, sizeof result->name, name, values);
    va_end(values);
}

void kernel_time_rows(kernel_bench *bench, kernel_call call, double numbers, const char *name) {
    kernel_result *result = add(bench, call, numbers);
    snprintf(result->name, sizeof result->name, "%s", name);
    result->row_kernel = 1;
}

/* ---- what is printed ---- */

static const char *isa_name(int32_t isa) {
    return isa == SNND_ISA_AVX512 ? "avx512" : isa == SNND_ISA_AVX2 ? "avx2" : "plain";
}

static void print_json(const kernel_bench *bench, const struct sgemm *sgemm) {
    printf("{\"mode\":\"kernels\",\"isa\":\"%s\",\"threads\":1,", isa_name(bench->hot->isa));
    if (sgemm != NULL)
        printf("\"sgemm_gflops_per_core\":%.2f,\"sgemm_best_gflops_per_core\":%.2f,", sgemm->chosen, sgemm->best);
    printf("\"kernels\":[");
    for (int i = 0; i < bench->results; i++) {
        const kernel_result *result = &bench->result[i];
        printf("%s{\"name\":\"%s\",\"%s\":%.3f", i == 0 ? "" : ",", result->name,
               result->row_kernel ? "gnumbers" : "gflops", result->rate);
        if (!result->row_kernel && sgemm != NULL)
            printf(",\"of_sgemm\":%.3f,\"of_sgemm_best\":%.3f", result->rate / sgemm->chosen,
                   result->rate / sgemm->best);
        printf("}");
    }
    printf("]}\n");
}

static void print_text(const kernel_bench *bench, const struct sgemm *sgemm) {
    printf("kernels on one thread, %s\n", isa_name(bench->hot->isa));
    if (sgemm != NULL)
        printf("%-46s %8.1f GFLOP/s\n%-46s %8.1f GFLOP/s\n", "SGEMM, as OpenBLAS chooses", sgemm->chosen,
               "SGEMM, best kernel", sgemm->best);
    for (int i = 0; i < bench->results; i++) {
        const kernel_result *result = &bench->result[i];
        if (result->row_kernel)
            printf("%-46s %8.2f G numbers/s\n", result->name, result->rate);
        else if (sgemm == NULL)
            printf("%-46s %8.1f GFLOP/s\n", result->name, result->rate);
        else
            printf("%-46s %8.1f GFLOP/s  %5.2f of SGEMM, %5.2f of its best\n", result->name, result->rate,
                   result->rate / sgemm->chosen, result->rate / sgemm->best);
    }
}

int bench_kernels(const struct bench_options *options) {
    static void (*const families[])(kernel_bench *) = {kernels_taps, kernels_spectral, kernels_rows};
    static kernel_bench bench;
    bench.options = options;
    if (snnd_kernels_choose(options->isa, &bench.hot) != SNND_OK) {
        fputs("snnd-bench: this processor lacks the instruction set\n", stderr);
        return 0;
    }
    for (unsigned i = 0; i < sizeof families / sizeof families[0]; i++) {
        families[i](&bench);
        free_memory(&bench);
    }
    const int measured = !options->no_sgemm;
    const struct sgemm sgemm = measured ? sgemm_measure() : (struct sgemm){0};
    (options->json ? print_json : print_text)(&bench, measured ? &sgemm : NULL);
    return 1;
}
