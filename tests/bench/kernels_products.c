/* What few filters stand for (lib/model/delay_low_rank.c): filtering, combining, and products for the parameters. */
#include "kernels.h"

static const int32_t all_ranks[] = {8, 16};

/* Filtered rows that are there at a time, in bytes. */
enum { ROW_BYTES = 512 * 1024, LEAST_STEPS = 8, PIECES = 8 };

static int32_t ceiling(int32_t a, int32_t b) {
    return (a + b - 1) / b;
}

static snnd_rows from_row(snnd_rows rows, int32_t row) {
    rows.data = snnd_rows_of(rows, row);
    return rows;
}

/* ---- filter: every neuron's row, moved by one time step after the other, becomes `rank` rows ---- */

typedef struct product_bench {
    const snnd_product_kernels *kernels;
    snnd_combine combine;
    snnd_products products;
    int32_t neurons, rank, piece, steps;
} product_bench;

static void run_filter(void *argument) {
    const product_bench *held = argument;
    for (int32_t n = 0; n < held->neurons; n++) {
        snnd_combine job = held->combine;
        job.source = (snnd_rows){snnd_rows_of(job.source, n) - (size_t)(job.sources - 1) * SNND_LANES, SNND_LANES};
        job.target = from_row(job.target, n * held->rank);
        held->kernels->combine(&job);
    }
}

static void time_filter(kernel_bench *bench, int32_t neurons, int32_t rank) {
    const int32_t taps = bench->options->taps;
    const snnd_activity source = kernel_rows(bench, neurons, taps - 1, 0);
    const snnd_activity rows = kernel_rows(bench, neurons * rank, 0, 0);
    product_bench held = {.kernels = bench->hot->products,
                          .combine = {.target = snnd_activity_rows(&rows, 0, 0),
                                      .source = snnd_activity_rows(&source, 0, 0),
                                      .targets = rank,
                                      .sources = taps,
                                      .steps = bench->options->steps,
                                      .a = kernel_numbers(bench, (size_t)(rank * taps)),
                                      .of_row = taps,
                                      .of_column = 1},
                          .neurons = neurons,
                          .rank = rank};
    kernel_time(bench, (kernel_call){.run = run_filter, .argument = &held}, 2.0 * taps * kernel_count(&rows),
                "filter %d, rank %d", (int)neurons, (int)rank);
}

/* ---- combine ---- */

/* Filtered rows of all neurons, a piece of time at a time. */
static void run_combine_time(void *argument) {
    const product_bench *held = argument;
    for (int32_t time = 0; time < held->steps; time += held->piece) {
        snnd_combine job = held->combine;
        job.target.data += (size_t)time * SNND_LANES;
        job.steps = time + held->piece < held->steps ? held->piece : held->steps - time;
        held->kernels->combine(&job);
    }
}

static int32_t piece_of_time(int32_t rows) {
    const int32_t few = ROW_BYTES / (rows * SNND_LANES * (int32_t)sizeof(float)) / 4 * 4;
    return few < LEAST_STEPS ? LEAST_STEPS : few;
}

/* From the filtered rows of one layer's side to the neurons of the other. */
static void time_combine_from(kernel_bench *bench, int32_t neurons, int32_t rank, int32_t targets) {
    const int32_t rows = neurons * rank, piece = piece_of_time(rows);
    const snnd_activity target = kernel_rows(bench, targets, 0, 0);
    float *source = kernel_numbers(bench, (size_t)rows * (size_t)piece * SNND_LANES);
    product_bench held = {.kernels = bench->hot->products,
                          .combine = {.target = snnd_activity_rows(&target, 0, 0),
                                      .source = {source, (size_t)piece * SNND_LANES},
                                      .targets = targets,
                                      .sources = rows,
                                      .a = kernel_numbers(bench, (size_t)targets * (size_t)rows),
                                      .of_row = rows,
                                      .of_column = 1},
                          .piece = piece,
                          .steps = bench->options->steps};
    kernel_time(bench, (kernel_call){.run = run_combine_time, .argument = &held}, 2.0 * rows * kernel_count(&target),
                "combine %d x %d to %d", (int)neurons, (int)rank, (int)targets);
}

/* To filtered rows, those of some neurons at a time. */
static void run_combine_groups(void *argument) {
    const product_bench *held = argument;
    for (int32_t first = 0; first < held->neurons; first += held->piece) {
        snnd_combine job = held->combine;
        job.targets = held->rank * (first + held->piece < held->neurons ? held->piece : held->neurons - first);
        job.a += (ptrdiff_t)(first * held->rank) * job.of_row;
        held->kernels->combine(&job);
    }
}

static void time_combine_to(kernel_bench *bench, int32_t sources, int32_t neurons, int32_t rank) {
    const int32_t steps = bench->options->steps, longest = bench->options->taps - 1;
    const int32_t fit = ROW_BYTES / ((steps + longest) * SNND_LANES * (int32_t)sizeof(float)) / rank;
    const int32_t group = ceiling(neurons, ceiling(neurons, fit < 1 ? 1 : fit));
    const snnd_activity source = kernel_rows(bench, sources, 0, 0);
    const snnd_activity rows = kernel_rows(bench, group * rank, longest, 0);
    product_bench held = {.kernels = bench->hot->products,
                          .combine = {.target = snnd_activity_rows(&rows, 0, 0),
                                      .source = snnd_activity_rows(&source, 0, 0),
                                      .sources = sources,
                                      .steps = steps,
                                      .a = kernel_numbers(bench, (size_t)(neurons * rank) * (size_t)sources),
                                      .of_row = sources,
                                      .of_column = 1},
                          .neurons = neurons,
                          .rank = rank,
                          .piece = group};
    kernel_time(bench, (kernel_call){.run = run_combine_groups, .argument = &held},
                2.0 * neurons * rank * kernel_count(&source), "combine %d to %d x %d", (int)sources, (int)neurons,
                (int)rank);
}

/* ---- products ---- */

static void run_products(void *argument) {
    const product_bench *held = argument;
    held->kernels->products(&held->products);
}

/* One piece of the filtered side with the whole of the other. */
static void time_products(kernel_bench *bench, int32_t lefts, int32_t rights, const char *sides) {
    const snnd_activity left = kernel_rows(bench, lefts, 0, 0), right = kernel_rows(bench, rights, 0, 0);
    product_bench held = {
        .kernels = bench->hot->products,
        .products = {.sum = kernel_memory(bench, (size_t)lefts * (size_t)rights * SNND_LANES * sizeof(float)),
                     .of_row = (size_t)rights,
                     .left = snnd_activity_rows(&left, 0, 0),
                     .right = snnd_activity_rows(&right, 0, 0),
                     .lefts = lefts,
                     .rights = rights,
                     .steps = bench->options->steps}};
    kernel_time(bench, (kernel_call){.run = run_products, .argument = &held}, 2.0 * lefts * kernel_count(&right),
                "products %d with %d, %s", (int)lefts, (int)rights, sides);
}

void kernels_products(kernel_bench *bench) {
    const int32_t inputs = bench->options->inputs, hidden = bench->options->hidden[0],
                  classes = bench->options->classes;
    for (unsigned i = 0; i < sizeof all_ranks / sizeof all_ranks[0]; i++) {
        const int32_t rank = all_ranks[i];
        if (rank > bench->options->taps)
            continue;
        time_filter(bench, inputs, rank);
        time_combine_from(bench, inputs, rank, hidden);
        time_combine_to(bench, hidden, classes, rank);
        time_combine_from(bench, classes, rank, hidden);
        time_products(bench, hidden, ceiling(inputs, PIECES) * rank, "input layer");
        time_products(bench, ceiling(classes, PIECES) * rank, hidden, "output layer");
    }
}
