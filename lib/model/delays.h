/* Functions that other modules use of layers of delays. Their passes are in delay/delay.h. */
#ifndef SNND_MODEL_DELAYS_H
#define SNND_MODEL_DELAYS_H

#include "delay/delay.h"
#include "model/workspace.h"

static inline bool snnd_layer_is_delays(const snnd_layer *layer) {
    return layer->class->type == SNND_LAYER_DELAYS;
}

/* Returns the number of taps, K = max_delay + 1. */
int32_t snnd_delays_taps(const snnd_layer *layer);

/* Returns the number of synapses of one output neuron, I * C. */
int32_t snnd_delays_columns(const snnd_layer *layer);

/* Returns the weight of a synapse: sign * theta where the layer has signs, else theta. */
float snnd_delays_weight(const snnd_layer *layer, int64_t synapse);

/* Returns whether a synapse exists. All do where the layer has no mask. */
static inline bool snnd_delays_exists(const snnd_layer *layer, int64_t synapse) {
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    return mask == NULL || mask[synapse] != 0;
}

/* Returns the sum of |weight|. */
double snnd_delays_weight_sum(const snnd_layer *layer);

/* Returns the profile of evaluation, which has one tap at a whole delay. */
snnd_profile snnd_delays_whole_profile(const snnd_layer *layer);

/* Returns the one tap that a synapse has under that profile, and its delay in steps, in the floating-point mode of
 * evaluation. Returns 0 where the synapse has no effect. */
float snnd_delays_tap(const snnd_layer *layer, const snnd_profile *profile, int64_t synapse, int32_t *delay);

/* Returns the delay in steps that evaluation uses for a position. */
int32_t snnd_delays_whole(const snnd_layer *layer, float position);

/* Sets the weights of absent synapses to 0 again, after the moments of an optimizer have moved them. */
void snnd_delays_hold_absent(snnd_layer *layer);

static inline snnd_delay *snnd_delays_state(const snnd_stage *stage) {
    return stage->state;
}

/* Returns the sizes of the memory that a workspace allocates for the layer. */
snnd_delay_sizes snnd_delays_sizes(const snnd_workspace *workspace, const snnd_layer *layer);

/* Returns where a pass stores the gradients. */
snnd_delay_gradient snnd_delays_gradient(const snnd_stage *stage);

/* Returns the present arrays of the layer. */
snnd_synapses snnd_delays_synapses(const snnd_layer *layer);

#endif
