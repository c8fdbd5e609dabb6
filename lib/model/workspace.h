/* A workspace: activations and gradients of one batch. */
#ifndef SNND_MODEL_WORKSPACE_H
#define SNND_MODEL_WORKSPACE_H

#include <stdatomic.h>

#include "kernel/signal.h"
#include "model/network.h"

/* The properties of one pass. */
typedef struct snnd_pass {
    snnd_mode mode;
    int32_t samples, tiles;
    bool cut;            /* whether a sample ends before the steps of the workspace */
    int64_t frames;      /* the steps of all samples together */
    uint64_t seed, step; /* of the random numbers of dropout */
    double l1;
    /* Where the samples are a shard (shards.h): the index of the first of them in the batch, and the number of samples
     * of the batch. The first shard of a rank leads: it changes the state of the network. */
    bool part, leads;
    int32_t first, batch_samples;
    int64_t batch_frames;
    double batch_l1; /* added once for the batch, and not by each shard; `l1` is 0 then */
} snnd_pass;

/* The state of a layer in a workspace. */
typedef struct snnd_stage {
    snnd_layer *layer;
    snnd_workspace *workspace;
    const snnd_signal *input;          /* the input of the block that contains the layer */
    float *gradient[SNND_ARRAY_NAMES]; /* gradients of the parameters, in their shapes */
    float *complete[SNND_ARRAY_NAMES]; /* the same for all synapses, absent ones too, after a request for them */
    bool completed;                    /* whether that was done since the last backward pass */
    float *given;                      /* dL/doutput from the host, [tiles][neurons][steps][16]; NULL: never set */
    bool is_given;                     /* whether it was set since the last backward pass */
    float *pull;                       /* [neurons] dL/dspike of the rate penalty; NULL: the layer has no spikes */
    bool pulls;                        /* whether it is used in the present pass */
    const double
        *batch_spikes; /* [neurons] spikes in the whole batch, during a call; NULL: those in the stage's own pass */
    void *state;       /* of a type that depends on the kind of the layer */
} snnd_stage;

struct snnd_workspace {
    snnd_context *context;
    snnd_network *network;
    int32_t batch, steps;
    bool gradients;
    snnd_signal input;
    struct snnd_block *block; /* [blocks] */
    int32_t blocks;
    snnd_spectral_memory *spectral; /* NULL without gradients */
    snnd_stage *stage;              /* [layers] */
    snnd_pass pass;
    int32_t *end;          /* [tiles * 16] steps of each sample of the pass; 0 where there is no sample */
    int32_t *asked_length; /* [batch] the lengths that were set for later passes, */
    int32_t asked_samples; /* and their number; 0: all samples have all steps */
    float *scratch;        /* [threads][scratch_size], of which the first scratch_tile are for currents (block.c) */
    size_t scratch_tile, scratch_size;
    double *scores, *d_scores;     /* [batch][classes] */
    double *readout_scratch;       /* [threads][2][classes][16] */
    double *sample_loss;           /* [batch] */
    double *arrived;               /* [I], and */
    int32_t *fan_out;              /* [I, C] of the largest layer of delays: used to count operations */
    const snnd_loss_options *loss; /* the options of the loss, during a call */
    double total;                  /* the sum of the weights of the samples' classes */
    const int32_t *labels;         /* during a call */
    const float *given;            /* the input, during a call */
    const int32_t *given_length;
    int32_t given_samples; /* the number of its samples */
    bool is_given;         /* whether the host has added a gradient since the last backward pass */
    snnd_activity d_input; /* dL/dinput; it has no data until it was asked for */
    float *asked;          /* where it is written, during a call */
    atomic_bool wrong;     /* whether one of its numbers is not finite */
    atomic_int lost;       /* the first layer whose numbers overflowed in the pass, or the number of layers */
    uint64_t fingerprint;  /* of the parameters of the last training pass */
    int32_t readout;
    enum { SNND_NOTHING, SNND_FORWARD_DONE, SNND_LOSS_DONE, SNND_BACKWARD_DONE } progress;
};

static inline snnd_stage *snnd_workspace_stage(const snnd_workspace *workspace, const snnd_layer *layer) {
    return &workspace->stage[layer->index];
}

/* Returns the steps of all samples of the last pass together. */
static inline double snnd_workspace_frames(const snnd_workspace *workspace) {
    return (double)workspace->pass.frames;
}

/* Fail where the layer does not belong to the workspace, or no forward pass was made. */
snnd_status snnd_workspace_check_layer(const snnd_workspace *workspace, const snnd_layer *layer, const char *who);
snnd_status snnd_workspace_check_passed(const snnd_workspace *workspace);

/* Fail where the workspace is not of this network, or has no gradients of its last pass. Messages begin with `who`. */
snnd_status snnd_workspace_check_network(const snnd_workspace *workspace, const snnd_network *network, const char *who);
snnd_status snnd_workspace_check_gradients(const snnd_workspace *workspace, const snnd_network *network,
                                           const char *who);

/* Returns the steps of the samples of a tile in the pass, by lane, or NULL where all have the steps of the workspace.
 * */
static inline const int32_t *snnd_workspace_end(const snnd_workspace *workspace, int32_t tile) {
    if (!workspace->pass.cut)
        return NULL;
    const int32_t *end = workspace->end + (size_t)tile * SNND_LANES, lanes = snnd_lanes(workspace->pass.samples, tile);
    for (int32_t lane = 0; lane < lanes; lane++)
        if (end[lane] < workspace->steps)
            return end;
    return NULL;
}

/* Returns the steps of all samples of a tile together. */
static inline int64_t snnd_workspace_tile_frames(const snnd_workspace *workspace, int32_t tile) {
    int64_t sum = 0;
    if (!workspace->pass.cut)
        return (int64_t)snnd_lanes(workspace->pass.samples, tile) * workspace->steps;
    for (int32_t lane = 0; lane < SNND_LANES; lane++)
        sum += workspace->end[(size_t)tile * SNND_LANES + (size_t)lane];
    return sum;
}

/* Takes samples with `length` [count] steps (NULL: all steps) for a pass, as a batch of their own. `count` may be 0. */
snnd_status snnd_workspace_take(snnd_workspace *workspace, snnd_mode mode, const float *input, const int32_t *length,
                                int32_t count);

/* Fails and names the layer whose numbers overflowed in the forward pass. */
snnd_status snnd_workspace_check_overflow(snnd_workspace *workspace);

/* Fails and names the gradients that are not finite. */
snnd_status snnd_workspace_check_finite(snnd_workspace *workspace);

/* Works as snnd_workspace_forward(), for callers that have checked the parameters. */
snnd_status snnd_workspace_pass(snnd_workspace *workspace, snnd_mode mode, const float *input, const int32_t *length,
                                int32_t count);

/* Forgets the last pass, where the next cannot be made because of invalid numbers. NULL is allowed. */
void snnd_workspace_drop_pass(snnd_workspace *workspace);

/* Records that numbers of a layer overflowed in the pass. Layers call it on any thread. */
void snnd_workspace_lose(snnd_workspace *workspace, const snnd_layer *layer);

/* Fails where parameters have changed since the last training pass. Messages begin with `who`. */
snnd_status snnd_workspace_check_parameters(const snnd_workspace *workspace, const char *who);

/* Fails with a message that begins with `who` and names the first of these options that is out of its range. */
snnd_status snnd_loss_check(const snnd_network *network, const snnd_loss_options *options, const char *who);

/* Sets the gradients with which the backward pass of a pass without a loss begins. */
void snnd_workspace_no_loss(snnd_workspace *workspace);

/* Fails where a batch does not have from 1 to `most` samples. */
snnd_status snnd_batch_check(snnd_context *context, const char *whose, int32_t count, int32_t most);

/* Fails and names the first of `count` labels that is not a class of the network. */
snnd_status snnd_workspace_check_labels(const snnd_workspace *workspace, const int32_t *labels, int32_t count);

#endif
