/* What a kind of layer does in the passes of a workspace: a file of its own, KIND_pass.c, and a line in the table of
 * layer_pass.c. */
#ifndef SNND_MODEL_LAYER_PASS_H
#define SNND_MODEL_LAYER_PASS_H

#include "model/workspace.h"

/* The rows that one call of a layer's function is about: some neurons of a tile, of which the first `lanes` lanes hold
 * samples. */
typedef struct snnd_part {
    int32_t tile, neuron, lanes;
    snnd_extent extent;
} snnd_part;

typedef struct snnd_layer_pass {
    bool needs_input; /* its `backward` looks at what came in */
    /* The layer's part in a workspace: its own memory, taken once. `release` may be NULL where `state` is one block. */
    snnd_status (*prepare)(snnd_stage *stage);
    void (*release)(snnd_stage *stage);
    /* Before a pass; may be NULL. */
    void (*begin)(snnd_stage *stage);
    /* Rows of the input to rows of the output. NULL for delays, which take all neurons at once (delays.h). */
    void (*forward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output);
    /* dL/doutput to dL/dinput, in place. `scratch` is free. */
    void (*backward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient);
    /* A layer that wants to see the whole batch before it goes on has these, in pairs for the way forward in training
     * and for the way back: every part is measured, and then comes to one result. */
    void (*measure)(const snnd_stage *stage, const snnd_part *part, snnd_rows input);
    void (*settle)(snnd_stage *stage);
    void (*measure_backward)(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows gradient);
    void (*settle_backward)(snnd_stage *stage);
} snnd_layer_pass;

extern const snnd_layer_pass snnd_delays_pass, snnd_batch_norm_pass, snnd_lif_pass, snnd_dropout_pass,
    snnd_leaky_integrator_pass;

const snnd_layer_pass *snnd_layer_pass_of(const snnd_layer *layer);

#endif
