/*
 * Products of matrices, for builds without BLAS and for processors that the installed BLAS does not support:
 *
 *     C = alpha A B,  or C + alpha A B
 *
 * A is [m][k], B [k][n], C [m][n]. The number i, j of A is at a + i a_row + j a_column, and likewise in B; rows of C
 * are contiguous. Every number of C is summed over k in order by multiply-adds, whatever m and n are.
 */
#ifndef SNND_KERNEL_MULTIPLY_H
#define SNND_KERNEL_MULTIPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct snnd_product {
    int32_t m, n, k;
    float alpha;
    const float *a, *b;
    size_t a_row, a_column, b_row, b_column; /* one of the two of A is 1, and one of the two of B */
    float *c;
    size_t c_row;
    bool add; /* whether the product is added to C */
} snnd_product;

/* The floats of scratch memory that a product needs, aligned to a cache line. */
enum { SNND_MULTIPLY_DEPTH = 256, SNND_MULTIPLY_SCRATCH = SNND_MULTIPLY_DEPTH * 64 };

typedef struct snnd_multiply_kernels {
    void (*multiply)(const snnd_product *, float *scratch);
} snnd_multiply_kernels;

#endif
