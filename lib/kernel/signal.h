/* The output of a block of layers: numbers, or spikes, of which only the bits are stored. A spike has the value of the
 * factor that dropout gives its neuron and sample. */
#ifndef SNND_KERNEL_SIGNAL_H
#define SNND_KERNEL_SIGNAL_H

#include "base/context.h"
#include "kernel/activity.h"

typedef struct snnd_signal {
    snnd_activity rows;  /* data is NULL for spikes */
    uint16_t *bits;      /* [tile][neuron][step], with a bit for each lane */
    const float *factor; /* [neuron][tiles * 16]; NULL: all are 1 */
    int32_t tiles;       /* the tiles that there is room for */
} snnd_signal;

static inline bool snnd_signal_is_spikes(const snnd_signal *signal) {
    return signal->rows.data == NULL;
}

static inline uint16_t *snnd_signal_bits(const snnd_signal *signal, int32_t tile, int32_t neuron) {
    return signal->bits + ((size_t)tile * (size_t)signal->rows.neurons + (size_t)neuron) * (size_t)signal->rows.steps;
}

/* Returns the factors of the lanes of a tile. */
const float *snnd_signal_factor(const snnd_signal *signal, int32_t tile, int32_t neuron);

/* Returns the rows of the neurons `from` .. `from + count - 1` of a tile, with `front` rows of zeros before each. The
 * rows are those that are stored, or they are expanded from bits in `scratch`, which has room for them and was zeroed
 * once. */
snnd_rows snnd_signal_rows(const snnd_context *context, const snnd_signal *signal, int32_t tile, int32_t from,
                           int32_t count, float *scratch);

#endif
