/* A block is a layer of delays and the layers that follow it, up to the next layer of delays. Its layers process a few
 * rows at a time while these are in the cache, so that of a whole batch only three things are stored: the currents of
 * the layer of delays, the gradients of the backward pass, and the output of the block, which is mostly bits of spikes.
 * Everything between is recomputed from the currents when the backward pass needs it. */
#ifndef SNND_MODEL_BLOCK_H
#define SNND_MODEL_BLOCK_H

#include "kernel/signal.h"
#include "model/shards.h"

typedef struct snnd_block {
    snnd_workspace *workspace;
    int32_t first, begin,
        end; /* indices of layers: the layer of delays is `first` (if first < begin), and begin .. end-1 follow it */
    const snnd_signal *input;      /* the output of the previous block, or the input of the network */
    snnd_signal output;            /* the output of the last layer; bits do not contain the factors of a later layer */
    snnd_activity current;         /* the input of layer `begin`; data is NULL where it is recomputed when needed */
    snnd_activity gradient;        /* first of the output, then of the current; data is NULL without gradients */
    const struct snnd_block *next; /* NULL for the last block */
} snnd_block;

/* Returns the block that contains a layer. */
static inline snnd_block *snnd_workspace_block(const snnd_workspace *workspace, const snnd_layer *layer) {
    int32_t b = 0;
    while (layer->index >= workspace->block[b].end)
        b++;
    return &workspace->block[b];
}

static inline snnd_block *snnd_workspace_last_block(const snnd_workspace *workspace) {
    return &workspace->block[workspace->blocks - 1];
}

/* Divides the network of a workspace into blocks and allocates their memory. */
snnd_status snnd_blocks_create(snnd_workspace *workspace);
void snnd_blocks_free(snnd_workspace *workspace);

/* Passes block number `b` forward, for all shards that have samples. */
snnd_status snnd_block_forward(const snnd_shards *shards, int32_t b);

/* Computes the gradients of the parameters of the block's layers, for each shard its own. The last block has dL/doutput
 * in its `gradient`; the others read it from the block after them. */
snnd_status snnd_block_backward(const snnd_shards *shards, int32_t b);

/* Forgets the gradients that the host has added. */
void snnd_gradients_forget(snnd_workspace *workspace);

/* Adds to dL/doutput of some neurons of a layer, as the later layers have computed it, the gradient from the host and
 * that of the rate penalty. */
void snnd_gradients_add(const snnd_stage *stage, int32_t tile, int32_t lanes, int32_t neuron, snnd_extent extent,
                        snnd_rows gradient);

/* Copies the output of a layer of the block, or the potentials of its neurons, in the last pass:
 * [steps][samples][neurons]. */
void snnd_block_record(snnd_block *block, const snnd_layer *layer, snnd_record record, float *values);

#endif
