/* What others ask of a layer of delays. What it computes in a pass is in delay/delay.h. */
#ifndef SNND_MODEL_DELAYS_H
#define SNND_MODEL_DELAYS_H

#include "delay/delay.h"
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

/* Sum of |weight|. */
double snnd_delays_weight_sum(const snnd_layer *layer);

/* The profile of evaluation: one tap at a whole delay. */
snnd_profile snnd_delays_whole_profile(const snnd_layer *layer);

/* The one tap of a synapse under that profile and its delay in steps, as evaluation has it under its floating-point
 * mode; 0: it carries nothing. */
float snnd_delays_tap(const snnd_layer *layer, const snnd_profile *profile, int64_t synapse, int32_t *delay);

/* The delay in steps that evaluation has for a position. */
int32_t snnd_delays_whole(const snnd_layer *layer, float position);

/* Puts synapses that do not exist to 0, where moments that go on have moved them. */
void snnd_delays_hold_absent(snnd_layer *layer);

static inline snnd_delay *snnd_delays_state(const snnd_stage *stage) {
    return stage->state;
}

/* What a workspace makes for the layer. */
snnd_delay_sizes snnd_delays_sizes(const snnd_workspace *workspace, const snnd_layer *layer);

/* Where the gradients of a pass go. */
snnd_delay_gradient snnd_delays_gradient(const snnd_stage *stage);

/* The layer's arrays as they are now. */
snnd_synapses snnd_delays_synapses(const snnd_layer *layer);

#endif
