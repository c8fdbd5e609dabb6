/* Profiles of 16 synapses at a time (delay/profile.h has the formulas). Their taps are rows of 16 lanes, n = 0 ..
 * taps-1; taps outside the window of a synapse have a share of 0. Rows of lags are in the order of delays, which is the
 * reverse: tap n belongs to lag taps - 1 - n. */
#ifndef SNND_KERNEL_SHARES_H
#define SNND_KERNEL_SHARES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/activity.h"

typedef struct snnd_shape {
    int32_t taps;
    bool gauss; /* true: a Gaussian; false: a triangle (max) */
    double spread;
    double reach; /* taps that are farther from the centre, except the nearest tap, have a share of 0 */
} snnd_shape;

/* The positions, and for each window the first tap and the one after the last. */
typedef struct snnd_windows {
    _Alignas(64) float position[SNND_LANES], first[SNND_LANES], end[SNND_LANES];
} snnd_windows;

/* Arrays of 16 numbers, and rows, are aligned to a cache line. */
typedef struct snnd_share_kernels {
    /* Computes share[n] and, unless it is NULL, slope[n]. */
    void (*shares)(const snnd_shape *, const snnd_windows *, float *share, float *slope);

    /* Adds weight share[n] to the first `reach` lags. */
    void (*spread)(const snnd_shape *, int32_t reach, const float *weight, const float *share, float *lags);

    /* Sums lag times share, or lag times slope, over the first `reach` lags. */
    void (*gather)(const snnd_shape *, int32_t reach, const float *lags, const float *share, double *sum);

    /* Sets those of the first `reach` of `count` lags to 0 that are at most `small` times the largest of all of them.
     * */
    void (*drop)(int32_t count, int32_t reach, float small, float *lags);
} snnd_share_kernels;

#endif
