/*
 * What one block of layers hands to the next: numbers, or spikes of which only the bits are kept. A spike counts as the
 * factor that dropout gives its neuron and sample.
 */
#ifndef SNND_KERNEL_SIGNAL_H
#define SNND_KERNEL_SIGNAL_H

#include "base/context.h"
#include "kernel/activity.h"

typedef struct snnd_signal {
    snnd_activity rows;  /* data NULL: spikes */
    uint16_t *bits;      /* [tile][neuron][step], a bit for each lane */
    const float *factor; /* [neuron][tiles * 16]; NULL: 1 */
    int32_t tiles;       /* that there is room for */
} snnd_signal;

static inline bool snnd_signal_is_spikes(const snnd_signal *signal) {
    return signal->rows.data == NULL;
}

static inline uint16_t *snnd_signal_bits(const snnd_signal *signal, int32_t tile, int32_t neuron) {
    return signal->bits + ((size_t)tile * (size_t)signal->rows.neurons + (size_t)neuron) * (size_t)signal->rows.steps;
}

/* Factors of the lanes of a tile. */
const float *snnd_signal_factor(const snnd_signal *signal, int32_t tile, int32_t neuron);

/* Rows of the neurons `from` .. `from + count - 1` of a tile, with `front` rows of zeros before each: as they are kept,
 * or made from the bits in `scratch`, which has room for them and is zeroed once. */
snnd_rows snnd_signal_rows(const snnd_context *context, const snnd_signal *signal, int32_t tile, int32_t from,
                           int32_t count, float *scratch);

#endif
