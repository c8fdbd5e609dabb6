/* Activity of a group of neurons over a batch, laid out [tile][neuron][front + steps + back][lane]. A tile is sixteen
 * samples side by side, so that a delay is a shift by whole rows of one cache line each. The rows before time 0
 * (`front`) and after the last step (`back`) are always zero: the past before a recording, and for gradients the future
 * after it. */
#ifndef SNND_KERNEL_ACTIVITY_H
#define SNND_KERNEL_ACTIVITY_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/rows.h"

enum { SNND_LANES = 16 };

typedef struct snnd_activity {
    float *data;
    int32_t neurons, steps, front, back;
} snnd_activity;

/* Returns the floats from one neuron to the next. */
static inline size_t snnd_activity_stride(const snnd_activity *a) {
    return (size_t)(a->front + a->steps + a->back) * SNND_LANES;
}

/* Returns the row of time 0 of a neuron. */
static inline float *snnd_activity_row(const snnd_activity *a, int32_t tile, int32_t neuron) {
    return a->data + ((size_t)tile * (size_t)a->neurons + (size_t)neuron) * snnd_activity_stride(a) +
           (size_t)a->front * SNND_LANES;
}

/* Returns the rows of a tile from a neuron on. */
static inline snnd_rows snnd_activity_rows(const snnd_activity *a, int32_t tile, int32_t neuron) {
    return (snnd_rows){snnd_activity_row(a, tile, neuron), snnd_activity_stride(a)};
}

static inline int32_t snnd_tiles(int32_t samples) {
    return (samples + SNND_LANES - 1) / SNND_LANES;
}

/* Returns how many lanes of a tile hold a sample. */
static inline int32_t snnd_lanes(int32_t samples, int32_t tile) {
    int32_t left = samples - tile * SNND_LANES;
    return left < SNND_LANES ? left : SNND_LANES;
}

#endif
