/*
 * Profiles of 16 synapses at a time (delay/profile.h has the formulas): their taps are rows of 16 lanes, n = 0 ..
 * taps-1, those outside of a synapse's window with a share of 0. Rows of lags, by delay, go the other way: tap n
 * belongs to lag taps - 1 - n.
 */
#ifndef SNND_KERNEL_SHARES_H
#define SNND_KERNEL_SHARES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/activity.h"

typedef struct snnd_shape {
    int32_t taps;
    bool gauss; /* else max */
    double spread;
    double reach; /* taps farther from the centre, and from the nearest tap, have a share of 0 */
} snnd_shape;

/* Positions, and the first tap of each window and the one behind its last. */
typedef struct snnd_windows {
    _Alignas(64) float position[SNND_LANES], first[SNND_LANES], end[SNND_LANES];
} snnd_windows;

/* Arrays of 16 numbers and rows are aligned to a cache line. */
typedef struct snnd_share_kernels {
    /* share[n] and, unless it is NULL, slope[n]. */
    void (*shares)(const snnd_shape *, const snnd_windows *, float *share, float *slope);

    /* Adds weight share[n] to the first `reach` lags. */
    void (*spread)(const snnd_shape *, int32_t reach, const float *weight, const float *share, float *lags);

    /* The sums over the first `reach` lags of lag times share, or slope. */
    void (*gather)(const snnd_shape *, int32_t reach, const float *lags, const float *share, double *sum);

    /* Puts the first `reach` of `count` lags to 0 where they are at most `small` times the largest of all of them. */
    void (*drop)(int32_t count, int32_t reach, float small, float *lags);
} snnd_share_kernels;

#endif
