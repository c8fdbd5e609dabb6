/* Matrix products over rows (rows.h) of one tile, where a row of 16 lanes and all steps is one long vector. */
#ifndef SNND_KERNEL_PRODUCTS_H
#define SNND_KERNEL_PRODUCTS_H

#include "kernel/rows.h"

/* target_j = sum_k A[j][k] source_k, or with `add` on top of what target_j is. A[j][k] is at a + j of_row + k
 * of_column.
 */
typedef struct snnd_combine {
    snnd_rows target, source;
    int32_t targets, sources, steps, add;
    const float *a;
    ptrdiff_t of_row, of_column;
} snnd_combine;

/* sum[j][k] += left_j . right_k, where sum[j][k] is 16 numbers at sum + 16 (j of_row + k), to be added up at the end.
 */
typedef struct snnd_products {
    float *sum;
    size_t of_row;
    snnd_rows left, right;
    int32_t lefts, rights, steps;
} snnd_products;

typedef struct snnd_product_kernels {
    void (*combine)(const snnd_combine *);
    void (*products)(const snnd_products *);
} snnd_product_kernels;

#endif
