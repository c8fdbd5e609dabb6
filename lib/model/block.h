/*
 * A block: a layer of delays and the layers that follow it up to the next. Its layers work on a few rows at a time
 * while they are in the cache, so that of a whole batch only three things are kept: the currents that the delays make,
 * the gradients on their way back, and what the block hands on, which is mostly the bits of spikes. Everything between
 * is recomputed from the currents when the way back needs it.
 */
#ifndef SNND_MODEL_BLOCK_H
#define SNND_MODEL_BLOCK_H

#include "kernel/signal.h"
#include "model/shards.h"

typedef struct snnd_block {
    snnd_workspace *workspace;
    int32_t first, begin, end;     /* layers: of delays (if first < begin), then begin .. end-1 */
    const snnd_signal *input;      /* of the block before, or of the network */
    snnd_signal output;            /* of the last layer; bits are without the factors of a layer behind */
    snnd_activity current;         /* what layer `begin` gets; data NULL where it is recomputed when needed */
    snnd_activity gradient;        /* of the output, then of the current; data NULL without gradients */
    const struct snnd_block *next; /* NULL: the last */
} snnd_block;

/* The block that a layer is in. */
static inline snnd_block *snnd_workspace_block(const snnd_workspace *workspace, const snnd_layer *layer) {
    int32_t b = 0;
    while (layer->index >= workspace->block[b].end)
        b++;
    return &workspace->block[b];
}

static inline snnd_block *snnd_workspace_last_block(const snnd_workspace *workspace) {
    return &workspace->block[workspace->blocks - 1];
}

/* Cuts a workspace's network into blocks and takes their memory. */
snnd_status snnd_blocks_create(snnd_workspace *workspace);
void snnd_blocks_free(snnd_workspace *workspace);

/* Block number `b` of all shards that have samples. */
snnd_status snnd_block_forward(const snnd_shards *shards, int32_t b);

/* Gradients of the parameters of the block's layers, of each shard its own. The last block has dL/doutput in its
 * `gradient`, the others take it from the block after them. */
snnd_status snnd_block_backward(const snnd_shards *shards, int32_t b);

/* Forgets what the host has given to the way back. */
void snnd_gradients_forget(snnd_workspace *workspace);

/* Adds to dL/doutput of some neurons of a layer, which has come from the layers behind, what the host has given and the
 * rate penalty. */
void snnd_gradients_add(const snnd_stage *stage, int32_t tile, int32_t lanes, int32_t neuron, snnd_extent extent,
                        snnd_rows gradient);

/* Rows of a layer of the block, or its neurons' potentials, as the last pass had them: [steps][samples][neurons].
 */
void snnd_block_record(snnd_block *block, const snnd_layer *layer, snnd_record record, float *values);

#endif
