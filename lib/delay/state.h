/* What the files of this folder share. */
#ifndef SNND_DELAY_STATE_H
#define SNND_DELAY_STATE_H

#include "delay/delay.h"

typedef struct snnd_direct snnd_direct;
typedef struct snnd_spectral snnd_spectral;
typedef struct snnd_undelayed snnd_undelayed;
typedef struct snnd_shared snnd_shared;

struct snnd_delay {
    snnd_context *context;
    snnd_delay_sizes sizes;
    snnd_delay_pass pass;
    snnd_delay_path forward, parameters;
    snnd_direct *direct;
    snnd_spectral *spectral;   /* NULL: the layer is never computed in the frequency domain */
    snnd_undelayed *undelayed; /* NULL: the layer has delays */
    snnd_shared *shared;       /* NULL: no synapses share delays */
    float *each; /* dL/dp of each synapse, for paths that do not know shared positions; NULL: there are none */
};

/* ---- direct.c ---- */

snnd_status snnd_direct_create(snnd_delay *delay);
void snnd_direct_free(snnd_delay *delay);
void snnd_direct_begin(snnd_delay *delay);
void snnd_direct_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first, int32_t count,
                          int32_t worker, snnd_rows current);
void snnd_direct_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                int32_t count, int32_t worker, snnd_rows d_input);
void snnd_direct_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                    snnd_delay_gradient to);

/* ---- spectral.c ---- */

snnd_status snnd_spectral_create(snnd_delay *delay, snnd_spectral_memory *memory);
void snnd_spectral_free(snnd_delay *delay);
int32_t snnd_spectral_group(const snnd_delay *delay);

/* Returns the number of frequencies of all segments, or 0 where the layer has no spectral path. */
double snnd_spectral_frequencies(const snnd_delay *delay);
void snnd_spectral_prepare_currents(snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t tiles);
void snnd_spectral_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first,
                            int32_t count, int32_t worker, snnd_rows current);
void snnd_spectral_prepare_input_gradient(snnd_delay *delay, const snnd_activity *d_current, int32_t tile,
                                          int32_t tiles);
void snnd_spectral_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                  int32_t count, int32_t worker, snnd_rows d_input);
void snnd_spectral_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                      snnd_delay_gradient to);

/* ---- undelayed.c ---- */

snnd_status snnd_undelayed_create(snnd_delay *delay);
void snnd_undelayed_free(snnd_delay *delay);
void snnd_undelayed_begin(snnd_delay *delay);
void snnd_undelayed_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first,
                             int32_t count, int32_t worker, snnd_rows current);
void snnd_undelayed_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                   int32_t count, int32_t worker, snnd_rows d_input);
void snnd_undelayed_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                       snnd_delay_gradient to);

/* ---- shared.c ---- */

snnd_status snnd_shared_create(snnd_delay *delay);
void snnd_shared_free(snnd_delay *delay);
void snnd_shared_begin(snnd_delay *delay);
void snnd_shared_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first, int32_t count,
                          int32_t worker, snnd_rows current);
void snnd_shared_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                int32_t count, int32_t worker, snnd_rows d_input);
void snnd_shared_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                    snnd_delay_gradient to);

/* ---- gradient.c ---- */

/* Returns whether the pass computes the gradient of a synapse. */
bool snnd_synapse_wanted(const snnd_delay_pass *pass, int64_t synapse);

/* Sets dL/dtheta and dL/dp of a synapse from sum_n c[n] share[n], which is dL/dw, and sum_n c[n] slope[n], which is
 * dL/dp / w. */
void snnd_set_gradient(const snnd_delay_pass *pass, int64_t synapse, double along_share, double along_slope,
                       snnd_delay_gradient to);

/* The same from c[n], share[n] and slope[n] of each of its taps. */
void snnd_set_gradient_of_taps(const snnd_delay_pass *pass, int64_t synapse, int32_t taps, const double *c,
                               const float *share, const float *slope, snnd_delay_gradient to);

/* Sets dL/dp of shared positions to the sums of `each` over the synapses that share them. */
void snnd_add_up_positions(const snnd_synapses *synapses, const float *each, float *d_position);

/* ---- choose.c ---- */

/* The counts on which the choice of paths depends. */
typedef struct snnd_load {
    double pairs;       /* pairs of neurons */
    double active;      /* synapses whose weight is not 0 */
    double wanted;      /* synapses whose gradient is computed */
    double taps;        /* taps of a synapse, on average */
    bool uniform;       /* whether all synapses have the same number of taps */
    double frequencies; /* those of all segments, divided by the steps; 0: there is no spectral path */
    double neurons;     /* inputs and outputs together */
    int32_t method;     /* snnd_method */
} snnd_load;

snnd_load snnd_delay_load(const snnd_delay *delay);

/* Sets the paths of a pass. */
void snnd_delay_choose(snnd_delay *delay);
/* Return the cheaper path, or the one that the method asks for. */
snnd_delay_path snnd_choose_forward(const snnd_load *load);
snnd_delay_path snnd_choose_parameters(const snnd_load *load);

#endif
