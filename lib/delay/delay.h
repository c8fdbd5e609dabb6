/*
 * Layers of delayed synapses, on plain arrays. With k[n] = w share[n] (profile.h) and d = K - 1 - n,
 *
 *     h[o,t]       = sum_i sum_n k[o,i,n] x[i, t - d]
 *     dL/dx[i,t]   = sum_o sum_n k[o,i,n] dL/dh[o, t + d]
 *     c[o,i,n]     = sum_t dL/dh[o,t] x[i, t - d]                    (over the batch)
 *     dL/dw[o,i]   = sum_n c[o,i,n] share[o,i,n]
 *     dL/dp[o,i]   = w[o,i] sum_n c[o,i,n] slope[o,i,n]
 *     dL/dtheta    = sign dL/dw + l1 sgn(theta)
 *
 * A position that several synapses share has the sum of their dL/dp. reference.c computes these sums as they are
 * written here. Four paths compute them fast: direct.c uses every tap of every synapse whose weight is not 0,
 * spectral.c works in the frequency domain, undelayed.c uses one product of matrices where K is 1, and shared.c uses
 * one product where synapses share delays. choose.c selects the path.
 */
#ifndef SNND_DELAY_DELAY_H
#define SNND_DELAY_DELAY_H

#include "delay/profile.h"
#include "delay/synapses.h"
#include "kernel/signal.h"

/* The synapses for which a pass computes gradients. */
typedef enum snnd_gradients {
    SNND_GRADIENTS_EXISTING, /* those that exist or have a weight; the gradients of the others are 0 */
    SNND_GRADIENTS_ALL,
    SNND_GRADIENTS_NONE /* evaluation computes no gradients */
} snnd_gradients;

/* A path computes currents and the gradient of the input, or the gradients of the parameters. */
typedef enum snnd_delay_path {
    SNND_PATH_DIRECT,
    SNND_PATH_SPECTRAL,
    SNND_PATH_UNDELAYED,
    SNND_PATH_SHARED
} snnd_delay_path;

typedef struct snnd_delay snnd_delay;
typedef struct snnd_spectral_memory snnd_spectral_memory;

/* The sizes for which the state of a layer is allocated. */
typedef struct snnd_delay_sizes {
    int32_t inputs, outputs, per_pair, taps, steps, batch;
    int32_t sharing;  /* snnd_sharing */
    bool spikes;      /* whether the input is spikes */
    bool gradients;   /* whether there are passes that compute gradients */
    bool first_layer; /* whether it is the first layer, whose input gradient is seldom needed */
} snnd_delay_sizes;

/* The description of one pass. */
typedef struct snnd_delay_pass {
    snnd_synapses synapses;
    snnd_profile profile;
    snnd_gradients gradients;
    int32_t tiles;    /* the tiles of the batch */
    int32_t method;   /* snnd_method */
    bool first_layer; /* whether the gradient of its input is not needed */
} snnd_delay_pass;

/* Allocates memory that the layers of a workspace use one after the other. `fit` is called for each of them before the
 * memory is allocated. */
snnd_status snnd_spectral_memory_create(snnd_context *context, snnd_spectral_memory **memory);
void snnd_spectral_memory_fit(snnd_spectral_memory *memory, const snnd_delay_sizes *sizes);
snnd_status snnd_spectral_memory_take(snnd_spectral_memory *memory);
void snnd_spectral_memory_free(snnd_spectral_memory *memory);

/* `memory` may be NULL where there are no gradients. */
snnd_status snnd_delay_create(snnd_context *context, const snnd_delay_sizes *sizes, snnd_spectral_memory *memory,
                              snnd_delay **delay);
void snnd_delay_free(snnd_delay *delay);

/* Chooses the paths of a pass, and prepares what they need of the synapses. */
void snnd_delay_begin(snnd_delay *delay, const snnd_delay_pass *pass);

/* Return the path of currents, and that of the gradients of parameters, in this pass. */
snnd_delay_path snnd_delay_forward_path(const snnd_delay *delay);
snnd_delay_path snnd_delay_parameter_path(const snnd_delay *delay);

/* Compute h of `count` outputs from `first` on for one tile, and dL/dx of such inputs for one tile from dL/dh, which
 * has snnd_delay_behind() rows of zeros after each neuron. They process all neurons, except on paths that go by neuron.
 * Tiles form groups of snnd_delay_group(): a group is prepared, with all threads, before its tiles, which different
 * workers may process at the same time. */
int32_t snnd_delay_behind(const snnd_delay_sizes *sizes);
bool snnd_delay_goes_by_neuron(const snnd_delay *delay);
int32_t snnd_delay_group(const snnd_delay *delay);
void snnd_delay_prepare_currents(snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t tiles);
void snnd_delay_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first, int32_t count,
                         int32_t worker, snnd_rows current);
void snnd_delay_want_input_gradient(
    snnd_delay *delay); /* Prepares the input gradient of a first layer after the pass. */
void snnd_delay_prepare_input_gradient(snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t tiles);
void snnd_delay_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                               int32_t count, int32_t worker, snnd_rows d_input);

/* Where dL/dtheta and dL/dp are stored; `d_position` may be NULL. */
typedef struct snnd_delay_gradient {
    float *d_theta, *d_position;
    double l1; /* that of the loss */
} snnd_delay_gradient;

void snnd_delay_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                   snnd_delay_gradient to);

/* Computes the gradients of all synapses, whichever of them the pass has computed. The parameters must still be those
 * of the pass. */
void snnd_delay_all_gradients(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                              snnd_delay_gradient to);

#endif
