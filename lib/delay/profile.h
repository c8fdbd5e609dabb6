/*
 * The profile of a delayed synapse: how its weight is distributed over the delays (DCLS in one dimension). A tap is one
 * of the K delays, and share[n] is the part of the synapse's weight w that tap n gets: k[n] = w share[n]. With the
 * centre c = p + floor(K/2) and the taps n = 0 .. K-1,
 *
 *     gauss:  g[n] = exp(-((n - c) / s)^2 / 2),   s = |sigma| + 0.27
 *     max:    g[n] = max(0, s - |n - c|),         s = |sigma| + 1
 *     share[n] = g[n] / (sum_n g[n] + 1e-7)       k[n] = w share[n]
 *     slope[n] = d share[n] / dp
 *
 * Tap n belongs to a delay of K - 1 - n steps.
 */
#ifndef SNND_DELAY_PROFILE_H
#define SNND_DELAY_PROFILE_H

#include <stdint.h>

#include "kernel/shares.h"

/* The profile of all synapses of a layer in one pass. */
typedef struct snnd_profile {
    int32_t taps;  /* K */
    int32_t kind;  /* snnd_delay_profile */
    double spread; /* s */
    int32_t whole; /* 1: positions are first rounded to whole steps (half to even) and clamped */
} snnd_profile;

/* The largest K. */
enum { SNND_MOST_TAPS = 1023 };

/* Returns the largest number of taps of a synapse with this profile, which is the row length of tables of taps. */
int32_t snnd_profile_width(const snnd_profile *profile);

/* Returns the number of taps that every synapse with this profile has at a finite position; 0: it differs. */
int32_t snnd_profile_uniform(const snnd_profile *profile);

/* Returns the average number of taps of a synapse over positions. */
double snnd_profile_mean(const snnd_profile *profile);

/* Writes the taps that matter, which are adjacent from *first on, to share[] and slope[] (slope may be NULL), and
 * returns their number. A Gaussian is cut where its taps are below 2^-24 of the largest (doc/model.md gives the
 * reason). */
int32_t snnd_profile_taps(const snnd_profile *profile, float position, int32_t *first, float *share, float *slope);

/* Returns the profile for 16 synapses at a time, whose taps may differ in the last digit (kernel/shares.h). */
snnd_shape snnd_profile_shape(const snnd_profile *profile);

/* Computes the window of the synapse in a lane; `width` is that of the profile. */
void snnd_profile_window(const snnd_profile *profile, int32_t width, float position, int32_t lane,
                         snnd_windows *windows);

/* Returns the position that evaluation uses. */
float snnd_whole_position(float position, int32_t taps);

#endif
