/* What a kind of layer does in the passes of a workspace, in a file of its own, KIND_pass.c. */
#ifndef SNND_MODEL_LAYER_PASS_H
#define SNND_MODEL_LAYER_PASS_H

#include "model/workspace.h"

/* The rows that one call of a layer's function is about: some neurons of a tile, of which the first `lanes` lanes hold
 * samples. Where one of these ends before the others, `end` [16] says how many steps each has: what comes in, forward
 * and back, is 0 beyond, and what goes out becomes 0 there. What a function sums, counts or keeps of it itself is to be
 * cut by snnd_part_cut() first. */
typedef struct snnd_part {
    int32_t tile, neuron, lanes;
    snnd_extent extent;
    const int32_t *end; /* NULL: all have the extent's steps */
} snnd_part;

/* Steps of the sample in a lane. */
static inline int32_t snnd_part_steps(const snnd_part *part, int32_t lane) {
    return part->end == NULL ? part->extent.steps : part->end[lane];
}

/* Puts rows of the part to 0 beyond the ends of its samples, of which there are some. */
void snnd_part_cut_ends(const snnd_stage *stage, const snnd_part *part, snnd_rows rows);

static inline void snnd_part_cut(const snnd_stage *stage, const snnd_part *part, snnd_rows rows) {
    if (part->end != NULL)
        snnd_part_cut_ends(stage, part, rows);
}

typedef struct snnd_layer_pass {
    bool needs_input;                              /* its `backward` looks at what came in */
    bool (*spares_input)(const snnd_layer *layer); /* but for a layer of such options; NULL: all of the kind do */
    int32_t scratch_rows; /* that its `backward` wants for each neuron, where it is more than one */
    bool tells_overflow;  /* its `forward` reports numbers that are not finite (snnd_workspace_lose) */
    /* The layer's part in a workspace: its own memory, taken once. `release` may be NULL where `state` is one block. */
    snnd_status (*prepare)(snnd_stage *stage);
    void (*release)(snnd_stage *stage);
    /* Before a pass; may be NULL. */
    void (*begin)(snnd_stage *stage);
    /* Rows of the input to rows of the output. NULL for delays, which take all neurons at once (delays.h). */
    void (*forward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output);
    /* dL/doutput to dL/dinput, in place. `scratch` is free: as many rows as the part has, `scratch_rows` times one
     * after the other. */
    void (*backward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient);
    /* A layer that wants to see the whole batch before it goes on has these, three for the way forward in training and
     * three for the way back: every part is measured, and then comes to one result. Where the stage has a shard of the
     * batch (shards.h), `sum` makes two sums for each neuron of its parts, and settling is given those of all shards;
     * else `sums` is NULL. `settle` changes the network, if at all, where the pass `leads`. Gradients of parameters
     * that `settle_backward` makes are those of the whole batch. */
    void (*measure)(const snnd_stage *stage, const snnd_part *part, snnd_rows input);
    void (*sum)(const snnd_stage *stage, double *sums);
    void (*settle)(snnd_stage *stage, const double *sums);
    void (*measure_backward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows gradient);
    void (*sum_backward)(const snnd_stage *stage, double *sums);
    void (*settle_backward)(snnd_stage *stage, const double *sums);
    /* Behind the way back through the block, where `backward` has summed gradients of parameters by parts: makes them
     * of these sums, from the first tile to the last. */
    void (*gather)(snnd_stage *stage);
    /* What there is to look at; NULL: the kind has none. Spikes of a neuron in the last pass, over all samples and
     * steps: its output is 0 or 1, so that bits are kept of it. */
    int64_t (*spikes)(const snnd_stage *stage, int32_t neuron);
    /* Membrane potentials before each spike is taken, from the currents. */
    void (*potential)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows potential);
    /* Of a layer that only multiplies: its factors [neurons][batch rounded up to tiles] in this pass, NULL where all
     * are 1. Behind spikes they are kept beside the bits. */
    const float *(*factors)(const snnd_stage *stage);
} snnd_layer_pass;

#define SNND_DECLARE_PASS(number, kind) extern const snnd_layer_pass snnd_##kind##_pass;
SNND_LAYER_KINDS(SNND_DECLARE_PASS)

const snnd_layer_pass *snnd_layer_pass_of(const snnd_layer *layer);

#endif
