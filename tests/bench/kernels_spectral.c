/* What the frequency domain is made of: transforms of rows, and the products of one frequency over 128 lanes. */
#include "kernels.h"

#include "base/context.h"
#include "kernel/transform_plan.h"

enum { LANES = 128 };

typedef struct transform_bench {
    const snnd_hot_kernels *hot;
    snnd_transform plan;
    int32_t steps;
    float *row, *scratch;
    snnd_spectrum spectrum;
} transform_bench;

static void run_forward(void *argument) {
    const transform_bench *held = argument;
    held->hot->transform->forward(&held->plan, 0, held->steps, held->row, held->spectrum, held->scratch);
}

static void run_inverse(void *argument) {
    const transform_bench *held = argument;
    held->hot->transform->inverse(&held->plan, held->spectrum, 0, held->steps, held->row, held->scratch);
}

static void time_transforms(kernel_bench *bench) {
    snnd_context *context = NULL;
    transform_bench held = {.hot = bench->hot, .steps = bench->options->steps};
    const int32_t length = snnd_transform_length(held.steps + bench->options->taps - 1);
    if (snnd_context_create(NULL, &context) != SNND_OK || snnd_transform_create(context, length, &held.plan) != SNND_OK)
        return;
    const size_t frequencies = (size_t)length / 2 + 1;
    held.row = kernel_numbers(bench, (size_t)held.steps * SNND_LANES);
    held.scratch = kernel_memory(bench, snnd_transform_scratch(length) * sizeof(float));
    held.spectrum.re = kernel_memory(bench, frequencies * (2 * LANES + 16) * sizeof(float));
    held.spectrum.im = held.spectrum.re + LANES;
    held.spectrum.stride = 2 * LANES + 16;
    const double numbers = (double)held.steps * SNND_LANES;
    kernel_time_rows(bench, (kernel_call){.run = run_forward, .argument = &held}, numbers, "transform");
    kernel_time_rows(bench, (kernel_call){.run = run_inverse, .argument = &held}, numbers, "transform back");
    snnd_transform_free(context, &held.plan);
    snnd_context_free(context);
}

typedef struct product_bench {
    const snnd_hot_kernels *hot;
    snnd_product job;
    float *scratch;
} product_bench;

static void run_product(void *argument) {
    const product_bench *held = argument;
    held->hot->multiply->multiply(&held->job, held->scratch);
}

/* C [m][n] of A [m][k] and B [k][n], whose columns are contiguous where `turned`. */
static void time_product(kernel_bench *bench, int32_t m, int32_t n, int32_t k, int turned, const char *what) {
    product_bench held = {.hot = bench->hot, .scratch = kernel_memory(bench, SNND_MULTIPLY_SCRATCH * sizeof(float))};
    held.job = (snnd_product){.m = m,
                              .n = n,
                              .k = k,
                              .alpha = 1,
                              .a = kernel_numbers(bench, (size_t)m * (size_t)k),
                              .b = kernel_numbers(bench, (size_t)k * (size_t)n),
                              .a_row = (size_t)k,
                              .a_column = 1,
                              .b_row = turned ? 1 : (size_t)n,
                              .b_column = turned ? (size_t)k : 1,
                              .c = kernel_memory(bench, (size_t)m * (size_t)n * sizeof(float)),
                              .c_row = (size_t)n};
    kernel_time(bench, (kernel_call){.run = run_product, .argument = &held}, 2.0 * m * n * k, "%s %d x %d x %d", what,
                (int)m, (int)n, (int)k);
}

void kernels_spectral(kernel_bench *bench) {
    const int32_t inputs = bench->options->inputs, hidden = bench->options->hidden[0],
                  classes = bench->options->classes;
    time_transforms(bench);
    time_product(bench, hidden, 2 * LANES, inputs, 0, "product");
    time_product(bench, classes, 2 * LANES, hidden, 0, "product");
    time_product(bench, hidden, 2 * LANES, hidden, 0, "product");
    time_product(bench, hidden, inputs, 2 * LANES, 1, "correlation");
    time_product(bench, hidden, classes, 2 * LANES, 1, "correlation");
    time_product(bench, hidden, hidden, 2 * LANES, 1, "correlation");
}
