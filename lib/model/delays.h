/* What other rooms ask of a delay layer, and its part in a pass. */
#ifndef SNND_MODEL_DELAYS_H
#define SNND_MODEL_DELAYS_H

#include "kernel/delay_kernel.h"
#include "model/signal.h"
#include "model/workspace.h"

static inline bool snnd_layer_is_delays(const snnd_layer *layer) {
    return layer->class->type == SNND_LAYER_DELAYS;
}

/* K = max_delay + 1. */
int32_t snnd_delays_taps(const snnd_layer *layer);

/* Synapses of one output neuron: I * C. */
int32_t snnd_delays_columns(const snnd_layer *layer);

/* w = sign * theta where there are signs, else theta. */
float snnd_delays_weight(const snnd_layer *layer, int64_t synapse);

/* Whether a synapse exists: where there is a mask, a one in it. */
static inline bool snnd_delays_exists(const snnd_layer *layer, int64_t synapse) {
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    return mask == NULL || mask[synapse] != 0;
}

/* Whether filters would be on the side of the inputs (delay_low_rank.c): what spikes drive is filtered where it ends,
 * else the side with fewer neurons. */
static inline bool snnd_delays_by_input(const snnd_layer *layer, bool spikes) {
    return !spikes && layer->inputs <= layer->outputs;
}

/* Sum of |weight|. */
double snnd_delays_weight_sum(const snnd_layer *layer);

/* ---- delay_pass.c ---- */

snnd_status snnd_delays_prepare(snnd_stage *stage);
void snnd_delays_release(snnd_stage *stage);

/* Kernels of one tap at whole delays: those of evaluation. */
snnd_kernel_shape snnd_delays_whole_shape(const snnd_layer *layer);

/* The one tap of a synapse under that shape and its delay in steps, as evaluation has it under its floating-point mode;
 * 0: it carries nothing. */
float snnd_delays_tap(const snnd_layer *layer, const snnd_kernel_shape *shape, int64_t synapse, int32_t *delay);

/* Makes the kernels of all synapses for the pass. */
void snnd_delays_begin(snnd_stage *stage);

/* h of all outputs for one tile. */
void snnd_delays_currents(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                          snnd_rows current);

/* dL/dx of all inputs for one tile from dL/dh, which has K-1 rows of zeros behind each neuron. */
void snnd_delays_input_gradient(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile, int32_t worker,
                                snnd_rows d_input);

/* dL/dtheta and dL/dp of the synapses that are there, and of dormant ones where the layer said so when the pass
 * began. */
void snnd_delays_parameter_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current);

/* Takes back those that snnd_delays_complete_gradient() made: an optimizer moves nothing by what was only looked at. */
void snnd_delays_forget_completed(snnd_stage *stage);

/* Puts synapses that do not exist to 0, where moments that go on have moved them. */
void snnd_delays_hold_absent(snnd_layer *layer);

/* Makes them for dormant synapses too, where they are not there yet. The parameters must still be those of the pass. */
void snnd_delays_complete_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current);

#endif
