/* One measurement: what its modes share. */
#ifndef SNND_BENCH_BENCH_H
#define SNND_BENCH_BENCH_H

#include <snndelay.h>

#include "options.h"
#include "timing.h"

struct bench {
    struct bench_options options;
    snnd_context *context;
    snnd_network *network;
    snnd_workspace *workspace;
    snnd_optimizer *weights, *positions;
    snnd_sparsity *sparsity;
    snnd_dataset *data;
    snnd_trainer *trainer;
    float *input;
    uint8_t *counts;
    int32_t *labels;
    double loss;
};

/* Says what went wrong; 1: nothing did. All functions here give 0 when something went wrong, and have said it. */
int bench_check(const struct bench *bench, snnd_status status);

/* make.c: the paper's network with a context and a controller, and samples uniform between 0 and 16. */
int bench_make_network(struct bench *bench);
int bench_make_samples(struct bench *bench, int32_t count);

/* All that steps on a batch need. */
int bench_make_steps(struct bench *bench);
void bench_clean_up(struct bench *bench);

/* steps.c: times steps and prints them. */
int bench_steps(struct bench *bench);
int bench_evaluate(struct bench *bench);

int bench_stream(struct bench *bench);
int bench_run(struct bench *bench);
int bench_epoch(struct bench *bench);
int bench_rows(struct bench *bench);
int bench_kernels(const struct bench_options *options);

/* print.c */
void bench_print(const struct bench *bench, const struct timing *timing);
void bench_print_shape(const struct bench *bench);

#endif
