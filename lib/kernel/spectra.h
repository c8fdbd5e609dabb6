/*
 * Products of spectra at one frequency. Complex numbers lie in rows: 16 real parts, then their 16 imaginary parts.
 *
 *     C[i] = sum_j A[i,j] B[j],  or with A conjugated, or added to C        i < m, j < k
 *
 * Each of some panels has k rows B[j] and m rows C[i] of its own, one behind the other, and all have the same A. Every
 * number of C is summed over j in its order by multiply-adds, whatever m is.
 */
#ifndef SNND_KERNEL_SPECTRA_H
#define SNND_KERNEL_SPECTRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/activity.h"

/* Floats of a row, and from its real to its imaginary parts. */
enum { SNND_SPECTRA_ROW = 2 * SNND_LANES, SNND_SPECTRA_IMAGINARY = SNND_LANES };

typedef struct snnd_spectra_product {
    int32_t m, k, panels;
    const float *a;
    /* Whether a row of A is 16 terms j of one i, or 16 rows i of one term j. The rows of the first 16 terms, or of the
     * first 16 rows, are one behind the other; those of the next are `a_block` floats from there. */
    bool a_along_terms;
    size_t a_block;
    float *prepared; /* scratch memory with what prepare() made of A */
    const float *b;
    float *c;
    size_t b_panel, c_panel; /* floats from panel to panel */
    bool conjugate_a, add;
} snnd_spectra_product;

/* Rows of up to 16 neurons, which lie one behind the other in each of some tiles. */
typedef struct snnd_spectra_rows {
    const float *rows;
    int32_t neurons, tiles;
    size_t tile; /* floats from tile to tile */
} snnd_spectra_rows;

typedef struct snnd_spectra_kernels {
    /* The sums of the real and the imaginary part of A's numbers: as many floats as A has numbers in its rows. */
    void (*prepare)(const snnd_spectra_product *, float *sums);
    void (*multiply)(const snnd_spectra_product *);

    /* Exchanges neurons and lanes: a row of `to` has the neurons of one lane, and zeros where there are fewer than 16.
     * Imaginary parts change their sign where asked. */
    void (*turn)(const snnd_spectra_rows *, bool conjugate, float *to);
} snnd_spectra_kernels;

#endif
