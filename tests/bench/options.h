/* What is measured: the command line of snnd-bench. */
#ifndef SNND_BENCH_OPTIONS_H
#define SNND_BENCH_OPTIONS_H

#include <stdint.h>

enum bench_mode {
    BENCH_TRAIN,
    BENCH_EVAL,
    BENCH_STREAM,
    BENCH_RUN,
    BENCH_EPOCH,
    BENCH_ROWS,
    BENCH_KERNELS,
    BENCH_SGEMM
};
enum bench_rule { BENCH_DENSE, BENCH_FIXED, BENCH_DEEP_R_RANDOM, BENCH_DEEP_R_GRADIENT };

enum bench_neurons { BENCH_LIF, BENCH_ADAPTIVE };

enum { BENCH_LAYERS = 16 };

struct bench_options {
    int mode, rule, neurons, isa, method, products;
    int sharing; /* snnd_sharing - 1 */
    int32_t inputs, hidden[BENCH_LAYERS], layers, classes, steps, taps, batch, threads, repeat, epochs, samples;
    double sigma, sparsity; /* sigma below 0: the network's own */
    int json, low_memory, no_sgemm;
};

/* Reads a command line; -1: go on, else the exit code. */
int bench_options_read(int count, char **arguments, struct bench_options *options);

const char *bench_mode_name(int mode);
const char *bench_rule_name(int rule);
const char *bench_method_name(int method);

#endif
