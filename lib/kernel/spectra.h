/*
 * Products of spectra at one frequency. Complex numbers are in rows: 16 real parts, then their 16 imaginary parts.
 *
 *     C[i] = sum_j A[i,j] B[j],  or with A conjugated, or added to C        i < m, j < k
 *
 * There are several panels. Each has its own k rows B[j] and m rows C[i], which are contiguous, and all have the same
 * A. Every number of C is summed over j in order by multiply-adds, whatever m is.
 */
#ifndef SNND_KERNEL_SPECTRA_H
#define SNND_KERNEL_SPECTRA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/activity.h"

/* The floats of a row, and the offset of its imaginary parts. */
enum { SNND_SPECTRA_ROW = 2 * SNND_LANES, SNND_SPECTRA_IMAGINARY = SNND_LANES };

typedef struct snnd_spectra_product {
    int32_t m, k, panels;
    const float *a;
    /* A row of A is either 16 terms j of one i (true), or 16 rows i of one term j. The rows of the first 16 terms, or
     * of the first 16 rows, are contiguous; those of the next begin `a_block` floats later. */
    bool a_along_terms;
    size_t a_block;
    float *prepared; /* scratch memory with the results of prepare() for A */
    const float *b;
    float *c;
    size_t b_panel, c_panel; /* floats from one panel to the next */
    bool conjugate_a, add;
} snnd_spectra_product;

/* Rows of up to 16 neurons, which are contiguous in each of several tiles. */
typedef struct snnd_spectra_rows {
    const float *rows;
    int32_t neurons, tiles;
    size_t tile; /* floats from one tile to the next */
} snnd_spectra_rows;

typedef struct snnd_spectra_kernels {
    /* Computes the sums of the real and the imaginary parts of A: as many floats as A has numbers in its rows. */
    void (*prepare)(const snnd_spectra_product *, float *sums);
    void (*multiply)(const snnd_spectra_product *);

    /* Exchanges neurons and lanes: a row of `to` has the neurons of one lane, and zeros where there are fewer than 16.
     * With `conjugate`, imaginary parts change their sign. */
    void (*turn)(const snnd_spectra_rows *, bool conjugate, float *to);
} snnd_spectra_kernels;

#endif
