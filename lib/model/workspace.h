/* Activations and gradients of one batch on their way through the layers. */
#ifndef SNND_MODEL_WORKSPACE_H
#define SNND_MODEL_WORKSPACE_H

#include <stdatomic.h>

#include "kernel/signal.h"
#include "model/network.h"

/* What one pass is about. */
typedef struct snnd_pass {
    snnd_mode mode;
    int32_t samples, tiles;
    bool cut;            /* a sample ends before the workspace's steps */
    int64_t frames;      /* steps of all samples together */
    uint64_t seed, step; /* of dropout */
    double l1;
    /* Where the samples are a shard (shards.h): the place of the first of them in the batch, and all that are in it.
     * The first shard of a rank leads: it moves what is the network's. */
    bool part, leads;
    int32_t first, batch_samples;
    int64_t batch_frames;
    double batch_l1; /* added once, and not by each shard: `l1` is 0 then */
} snnd_pass;

/* A layer's place in a workspace. */
typedef struct snnd_stage {
    snnd_layer *layer;
    snnd_workspace *workspace;
    const snnd_signal *input;          /* what the block that the layer is in gets */
    float *gradient[SNND_ARRAY_NAMES]; /* of the parameters, in their shapes */
    float *complete[SNND_ARRAY_NAMES]; /* the same with those of all synapses, where somebody has asked for them */
    bool completed;                    /* since the last backward pass */
    float *given;                      /* dL/doutput of the host's, [tiles][neurons][steps][16]; NULL: none was ever */
    bool is_given;                     /* since the last backward pass */
    float *pull;                       /* [neurons] dL/dspike of the rate penalty; NULL: there are no spikes */
    bool pulls;                        /* in the pass that is made */
    const double *batch_spikes;        /* [neurons] in the whole batch, during a call; NULL: in the stage's own pass */
    void *state;                       /* of the layer's kind */
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
    int32_t *end;          /* [tiles * 16] steps of each sample of the pass; 0 where there is none */
    int32_t *asked_length; /* [batch] of the passes to come, */
    int32_t asked_samples; /* which are so many; 0: all samples are whole */
    float *scratch;        /* [threads][scratch_size], the first scratch_tile of them for currents (block.c) */
    size_t scratch_tile, scratch_size;
    double *scores, *d_scores;     /* [batch][classes] */
    double *readout_scratch;       /* [threads][2][classes][16] */
    double *sample_loss;           /* [batch] */
    double *arrived;               /* [I], and */
    int32_t *fan_out;              /* [I, C] of the largest layer of delays: where operations are counted */
    const snnd_loss_options *loss; /* what the loss is made of, during a call */
    double total;                  /* of the weights of its samples' classes */
    const int32_t *labels;         /* during a call */
    const float *given;            /* input, during a call */
    const int32_t *given_length;
    int32_t given_samples; /* of it */
    bool is_given;         /* a gradient of the host's, since the last backward pass */
    snnd_activity d_input; /* dL/dinput, without data until somebody has asked for it */
    float *asked;          /* where it goes, during a call */
    atomic_bool wrong;     /* a number in it */
    atomic_int lost;       /* the first layer whose numbers overflowed in the pass, or the number of layers */
    uint64_t fingerprint;  /* of the parameters that the last training pass was made with */
    int32_t readout;
    enum { SNND_NOTHING, SNND_FORWARD_DONE, SNND_LOSS_DONE, SNND_BACKWARD_DONE } progress;
};

static inline snnd_stage *snnd_workspace_stage(const snnd_workspace *workspace, const snnd_layer *layer) {
    return &workspace->stage[layer->index];
}

/* Steps of all samples of the last pass. */
static inline double snnd_workspace_frames(const snnd_workspace *workspace) {
    return (double)workspace->pass.frames;
}

/* Errors where the layer is not one of the workspace's, or nothing was passed forward. */
snnd_status snnd_workspace_check_layer(const snnd_workspace *workspace, const snnd_layer *layer, const char *who);
snnd_status snnd_workspace_check_passed(const snnd_workspace *workspace);

/* Errors where the workspace is not the network's, or has no gradients of its last pass; `who` wants it. */
snnd_status snnd_workspace_check_network(const snnd_workspace *workspace, const snnd_network *network, const char *who);
snnd_status snnd_workspace_check_gradients(const snnd_workspace *workspace, const snnd_network *network,
                                           const char *who);

/* Steps of the samples of a tile in the pass, by lane; NULL: all have the workspace's. */
static inline const int32_t *snnd_workspace_end(const snnd_workspace *workspace, int32_t tile) {
    if (!workspace->pass.cut)
        return NULL;
    const int32_t *end = workspace->end + (size_t)tile * SNND_LANES, lanes = snnd_lanes(workspace->pass.samples, tile);
    for (int32_t lane = 0; lane < lanes; lane++)
        if (end[lane] < workspace->steps)
            return end;
    return NULL;
}

/* Steps of all samples of a tile together. */
static inline int64_t snnd_workspace_tile_frames(const snnd_workspace *workspace, int32_t tile) {
    int64_t sum = 0;
    if (!workspace->pass.cut)
        return (int64_t)snnd_lanes(workspace->pass.samples, tile) * workspace->steps;
    for (int32_t lane = 0; lane < SNND_LANES; lane++)
        sum += workspace->end[(size_t)tile * SNND_LANES + (size_t)lane];
    return sum;
}

/* Takes samples of `length` [count] steps (NULL: all are whole) for a pass, as a batch of their own. There may be none
 * of them. */
snnd_status snnd_workspace_take(snnd_workspace *workspace, snnd_mode mode, const float *input, const int32_t *length,
                                int32_t count);

/* An error that names the layer whose numbers have overflowed on the way forward. */
snnd_status snnd_workspace_check_overflow(snnd_workspace *workspace);

/* An error that names the gradients that are not finite. */
snnd_status snnd_workspace_check_finite(snnd_workspace *workspace);

/* snnd_workspace_forward() for those who have looked at the parameters themselves. */
snnd_status snnd_workspace_pass(snnd_workspace *workspace, snnd_mode mode, const float *input, const int32_t *length,
                                int32_t count);

/* Forgets the last pass where the numbers of the one that should follow cannot be; NULL is allowed. */
void snnd_workspace_drop_pass(snnd_workspace *workspace);

/* For layers, on any thread: numbers of a layer have overflowed in the pass. */
void snnd_workspace_lose(snnd_workspace *workspace, const snnd_layer *layer);

/* An error where parameters are no longer those of the last training pass; `who` needs them. */
snnd_status snnd_workspace_check_parameters(const snnd_workspace *workspace, const char *who);

/* An error that names the first number of these options, of `who`, that may not be what it is. */
snnd_status snnd_loss_check(const snnd_network *network, const snnd_loss_options *options, const char *who);

/* What a pass without a loss begins its way back with. */
void snnd_workspace_no_loss(snnd_workspace *workspace);

/* An error where a batch has another number of samples than 1 to `most`. */
snnd_status snnd_batch_check(snnd_context *context, int32_t count, int32_t most);

/* An error that names the first of `count` labels that is no class of the network. */
snnd_status snnd_workspace_check_labels(const snnd_workspace *workspace, const int32_t *labels, int32_t count);

#endif
