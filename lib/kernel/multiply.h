/*
 * Products of matrices, for builds without BLAS and for processors that the BLAS at hand does not know:
 *
 *     C = alpha A B,  or C + alpha A B
 *
 * A is [m][k], B [k][n], C [m][n]. A number of A is at a + i a_row + j a_column, and likewise in B; rows of C are
 * contiguous. Every number of C is summed over k in its order by multiply-adds, whatever m and n are.
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
    size_t a_row, a_column, b_row, b_column; /* of A, and of B, one of the two is 1 */
    float *c;
    size_t c_row;
    bool add; /* to what C is */
} snnd_product;

/* Scratch memory that a product needs, in floats, aligned to a cache line. */
enum { SNND_MULTIPLY_DEPTH = 256, SNND_MULTIPLY_SCRATCH = SNND_MULTIPLY_DEPTH * 64 };

typedef struct snnd_multiply_kernels {
    void (*multiply)(const snnd_product *, float *scratch);
} snnd_multiply_kernels;

#endif
