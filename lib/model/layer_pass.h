/* What a kind of layer does in the passes of a workspace. Each kind has a file KIND_pass.c. */
#ifndef SNND_MODEL_LAYER_PASS_H
#define SNND_MODEL_LAYER_PASS_H

#include "model/workspace.h"

/* The rows that one call of a layer's function processes: some neurons of a tile, whose first `lanes` lanes hold
 * samples. Where samples have different lengths, `end` [16] has the number of steps of each: input rows are 0 after it,
 * forward and backward, and the block sets output rows to 0 there. What a function itself sums, counts or stores must
 * first be cut by snnd_part_cut(). */
typedef struct snnd_part {
    int32_t tile, neuron, lanes;
    snnd_extent extent;
    const int32_t *end; /* NULL: all samples have the steps of the extent */
} snnd_part;

/* Returns the number of steps of the sample in a lane. */
static inline int32_t snnd_part_steps(const snnd_part *part, int32_t lane) {
    return part->end == NULL ? part->extent.steps : part->end[lane];
}

/* Sets the rows of a part to 0 after the ends of its samples. Some of them must be shorter than the part. */
void snnd_part_cut_ends(const snnd_stage *stage, const snnd_part *part, snnd_rows rows);

static inline void snnd_part_cut(const snnd_stage *stage, const snnd_part *part, snnd_rows rows) {
    if (part->end != NULL)
        snnd_part_cut_ends(stage, part, rows);
}

typedef struct snnd_layer_pass {
    bool needs_input;                              /* whether `backward` reads the input of the layer */
    bool (*spares_input)(const snnd_layer *layer); /* Returns whether a layer with such options does not need its input
                                                      after all; NULL: all layers of the kind need it. */
    int32_t
        scratch_rows; /* the rows of scratch memory that `backward` needs for each neuron, where it is more than one */
    bool tells_overflow; /* whether `forward` reports numbers that are not finite (snnd_workspace_lose) */
    /* Allocates what the layer needs in a workspace, once. `release` may be NULL where `state` is a single allocation.
     * */
    snnd_status (*prepare)(snnd_stage *stage);
    void (*release)(snnd_stage *stage);
    /* Called before a pass; may be NULL. */
    void (*begin)(snnd_stage *stage);
    /* Computes rows of the output from rows of the input. NULL for delays, which process all neurons together
     * (delays.h). */
    void (*forward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output);
    /* Turns dL/doutput into dL/dinput, in place. `scratch` has as many rows as the part, `scratch_rows` times one after
     * the other. */
    void (*backward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient);
    /* A layer that depends on the whole batch has these functions, three for the forward pass in training and three for
     * the backward pass: every part is measured, and then all measurements are settled into one result. Where the stage
     * holds a shard of the batch (shards.h), `sum` computes two sums for each neuron from its parts, and `settle`
     * receives the sums over all shards; otherwise `sums` is NULL. `settle` may change the network only where the pass
     * `leads`. Gradients of parameters that `settle_backward` computes are those of the whole batch. */
    void (*measure)(const snnd_stage *stage, const snnd_part *part, snnd_rows input);
    void (*sum)(const snnd_stage *stage, double *sums);
    void (*settle)(snnd_stage *stage, const double *sums);
    void (*measure_backward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows gradient);
    void (*sum_backward)(const snnd_stage *stage, double *sums);
    void (*settle_backward)(snnd_stage *stage, const double *sums);
    /* Called after the backward pass through the block, where `backward` has summed gradients of parameters by parts:
     * adds these sums from the first tile to the last. */
    void (*gather)(snnd_stage *stage);
    /* Functions that report the state of a pass; NULL where the kind has no such state. This one returns the spikes of
     * a neuron in the last pass, over all samples and steps. The output of such a layer is 0 or 1, so that it is stored
     * as bits. */
    int64_t (*spikes)(const snnd_stage *stage, int32_t neuron);
    /* Computes membrane potentials, before the reset by a spike, from the currents. */
    void (*potential)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows potential);
    /* Returns the factors [neurons][batch rounded up to tiles] of a layer that only multiplies, or NULL where all are 1
     * in this pass. After a spiking layer they are stored beside the bits. */
    const float *(*factors)(const snnd_stage *stage);
} snnd_layer_pass;

#define SNND_DECLARE_PASS(number, kind) extern const snnd_layer_pass snnd_##kind##_pass;
SNND_LAYER_KINDS(SNND_DECLARE_PASS)

const snnd_layer_pass *snnd_layer_pass_of(const snnd_layer *layer);

#endif
