/*
 * The kernel of a delayed synapse (DCLS in one dimension). With centre c = p + floor(K/2), n = 0..K-1:
 *
 *     gauss:  g[n] = exp(-((n - c) / s)^2 / 2),   s = |sigma| + 0.27
 *     max:    g[n] = max(0, s - |n - c|),         s = |sigma| + 1
 *     share[n] = g[n] / (sum_n g[n] + 1e-7)       k[n] = w share[n]
 *     slope[n] = d share[n] / dp
 */
#ifndef SNND_KERNEL_DELAY_KERNEL_H
#define SNND_KERNEL_DELAY_KERNEL_H

#include <stdint.h>

/* How all kernels of a layer are shaped in one pass. */
typedef struct snnd_kernel_shape {
    int32_t taps;  /* K */
    int32_t kind;  /* snnd_kernel */
    double spread; /* s */
    int32_t whole; /* 1: positions are rounded to whole steps (half to even) and clamped first */
} snnd_kernel_shape;

/* Most taps that a kernel of this shape can have: the row length of tables of taps. */
int32_t snnd_kernel_width(const snnd_kernel_shape *shape);

/* The number of taps of every kernel of this shape at a finite position; 0: they differ. */
int32_t snnd_kernel_uniform(const snnd_kernel_shape *shape);

/* Taps of a kernel on average over positions. */
double snnd_kernel_mean(const snnd_kernel_shape *shape);

/* Writes the taps that matter, in a run from *first, to share[] and slope[] (slope may be NULL), and returns how many
 * there are. A Gaussian's taps end where they are below 2^-24 of its largest (doc/model.md says why). */
int32_t snnd_kernel_taps(const snnd_kernel_shape *shape, float position, int32_t *first, float *share, float *slope);

/* The position that evaluation uses. */
float snnd_whole_position(float position, int32_t taps);

#endif
