/* The delayed synapses of a layer as plain arrays, and lists of those whose weight is not 0. */
#ifndef SNND_DELAY_SYNAPSES_H
#define SNND_DELAY_SYNAPSES_H

#include <stdbool.h>

#include "base/context.h"

/* Arrays are [outputs][inputs][per_pair], except positions that synapses share, which are [inputs][per_pair] or
 * [outputs][per_pair]. */
typedef struct snnd_synapses {
    int32_t inputs, outputs, per_pair; /* I, O, C */
    int32_t taps;                      /* K = max_delay + 1 */
    int32_t sharing;                   /* snnd_sharing */
    const float *theta, *position;
    const int8_t *sign;  /* NULL: the signs of weights are not fixed */
    const uint8_t *mask; /* NULL: all synapses exist */
} snnd_synapses;

/* Returns the synapses of one output, I C. */
static inline int32_t snnd_synapse_columns(const snnd_synapses *synapses) {
    return synapses->inputs * synapses->per_pair;
}

static inline int64_t snnd_synapse_count(const snnd_synapses *synapses) {
    return (int64_t)synapses->outputs * snnd_synapse_columns(synapses);
}

static inline bool snnd_is_shared(int32_t sharing) {
    return sharing == SNND_SHARING_AXONAL || sharing == SNND_SHARING_DENDRITIC;
}

/* Return the number of positions, and the index of the position of a synapse. */
static inline int64_t snnd_synapse_positions(const snnd_synapses *synapses) {
    return synapses->sharing == SNND_SHARING_AXONAL      ? snnd_synapse_columns(synapses)
           : synapses->sharing == SNND_SHARING_DENDRITIC ? (int64_t)synapses->outputs * synapses->per_pair
                                                         : snnd_synapse_count(synapses);
}

static inline int64_t snnd_synapse_position_of(const snnd_synapses *synapses, int64_t s) {
    if (!snnd_is_shared(synapses->sharing))
        return s;
    const int64_t columns = snnd_synapse_columns(synapses), each = synapses->per_pair;
    return synapses->sharing == SNND_SHARING_AXONAL ? s % columns : s / columns * each + s % each;
}

static inline float snnd_synapse_position(const snnd_synapses *synapses, int64_t s) {
    return synapses->position[snnd_synapse_position_of(synapses, s)];
}

/* Returns w = sign theta where there are signs, else theta. */
static inline float snnd_synapse_weight(const snnd_synapses *synapses, int64_t s) {
    const float theta = synapses->theta[s];
    return synapses->sign == NULL ? theta : theta * (float)synapses->sign[s];
}

/* The synapses whose weight is not 0, listed by the neuron for which they are summed. */
typedef struct snnd_connections {
    int64_t *begin;   /* [neurons + 1] */
    int32_t *neuron;  /* [synapses] the neuron at the other end */
    int32_t *synapse; /* [synapses] */
} snnd_connections;

bool snnd_connections_allocate(snnd_context *context, snnd_connections *list, int64_t neurons, int64_t synapses);
void snnd_connections_release(snnd_context *context, snnd_connections *list);

/* Returns the number of sums in evaluation: one for each output or, where dendrites have delays, one for each dendrite
 * [outputs][per_pair]. */
static inline int32_t snnd_synapse_sums(const snnd_synapses *synapses) {
    return synapses->sharing == SNND_SHARING_DENDRITIC ? synapses->outputs * synapses->per_pair : synapses->outputs;
}

/* Lists the synapses by sum (snnd_synapse_sums) or, with `outgoing`, by input, in the order of the synapses. */
void snnd_connections_list(const snnd_synapses *synapses, snnd_connections *list, bool outgoing);

#endif
