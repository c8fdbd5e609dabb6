/*
 * A golden case on disk: its scalars.json, and its arrays as .npy files beside it. tests/golden/README.md says
 * what the files are.
 *
 * SPDX-License-Identifier: BSD-3-Clause
 */
#ifndef GOLDEN_CASE_H
#define GOLDEN_CASE_H

#include <snndelay.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GOLDEN_CASE_NAME_LENGTH = 64 };

/** What is stored of one training step as plain numbers. */
struct golden_step {
    double cross_entropy;
    double total_loss;
    double weight_rate;
    double beta1;
    double position_rate;
    double sigma;
    double spike_rate;
    double threshold_margin; /* how near the nearest potential came to the threshold */
    int64_t *regrown;        /* [layers] */
};

struct golden_case {
    char *directory;
    int32_t layers; /* of delayed synapses: the hidden ones and the readout */
    int32_t *sizes; /* [layers + 1], neurons from input to output */
    int32_t taps;
    int32_t time;
    int32_t batch;
    int32_t steps;
    int32_t epochs;       /* length of the schedules of the learning rates */
    int32_t sigma_epochs; /* length of that of sigma; 0: it stays */
    double sigma;
    double rate; /* a fifth of the peak for weights, a hundredth of the start for positions */
    double dropout;
    double sparsity;
    double l1;
    double tau;
    double threshold;
    double alpha;
    bool dynamic;             /* weights are sign * theta; with a sparsity above 0 DEEP R rewires them */
    bool compact;             /* no forward quantities are stored */
    struct golden_step *step; /* [steps] */
    double eval_cross_entropy;
    double final_sigma;
    int32_t *eval_predictions;               /* [batch] */
    char (*loaded)[GOLDEN_CASE_NAME_LENGTH]; /* names of the arrays that were asked for */
    int32_t loaded_count;
};

/** True where `directory` holds a scalars.json. */
bool golden_case_exists(const char *directory);

/** Reads scalars.json. NULL, with a sentence in `message`, where it cannot be read or lacks something. */
struct golden_case *golden_case_read(const char *directory, char *message, size_t message_size);
void golden_case_free(struct golden_case *golden);

/** Neurons of the widest layer, the input not counted. */
int32_t golden_case_widest(const struct golden_case *golden);

/**
 * Loads NAME.npy of the case as `dtype` and demands the shape. On failure there is a sentence in `message` that names
 * the file, and nothing to free; else give the array to snnd_array_free().
 */
bool golden_case_load(struct golden_case *golden, snnd_context *context, const char *name, snnd_dtype dtype,
                      int32_t dimensions, const int64_t *shape, snnd_array *array, char *message, size_t message_size);

/** How many .npy files of the case nobody has asked for; `name` receives that of one of them. */
int32_t golden_case_unread(const struct golden_case *golden, char *name, size_t name_size);

#endif
