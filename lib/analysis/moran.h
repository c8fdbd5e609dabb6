/*
 * Moran's I of a grid, and of the same grid with its rows in other orders. With z the cells minus their mean, the sum
 * over neighbouring pairs has a part from within each row and a part from each pair of adjacent rows,
 *
 *     within    = sum_r sum_c z[r,c] z[r,c+1]
 *     touch[a,b] = sum_c z[a,c] z[b,c]  and, for the queen,  + z[a,c] z[b,c+1] + z[a,c+1] z[b,c]
 *
 * so that an order of the rows is evaluated by adding one number of `touch` for each place.
 */
#ifndef SNND_ANALYSIS_MORAN_H
#define SNND_ANALYSIS_MORAN_H

#include "base/context.h"

typedef struct snnd_moran_parts {
    int32_t rows, columns, neighbours;
    double *z;     /* [rows][columns] */
    double *touch; /* [rows][rows], or NULL */
    double within, squares;
} snnd_moran_parts;

snnd_status snnd_moran_check(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                             int32_t neighbours);
/* Computes z, the part within rows, and the squares; with `all_pairs` also the part of each pair of rows. */
snnd_status snnd_moran_prepare(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                               int32_t neighbours, bool all_pairs, snnd_moran_parts *m);
void snnd_moran_release(snnd_context *context, snnd_moran_parts *m);

/* Return the part within all rows, and the part of the adjacent rows a and b. */
double snnd_moran_within(const snnd_moran_parts *m);
double snnd_moran_touch(const snnd_moran_parts *m, int32_t a, int32_t b);
/* Return the sum over pairs of neighbouring cells, and Moran's I of such a sum. */
double snnd_moran_pairs(const snnd_moran_parts *m);
double snnd_moran_index(const snnd_moran_parts *m, double pairs);

/* Checks that each given order contains each row once. `seen` is scratch memory for the rows. */
snnd_status snnd_moran_check_orders(snnd_context *context, const snnd_moran_options *options, int32_t rows,
                                    int32_t *seen);
/* Returns order number p, which is given by the host or drawn. */
void snnd_moran_order(const snnd_moran_options *options, int32_t p, int32_t count, int32_t *order);
/* Returns the part of the adjacent rows for an order of the rows. `touch` must have been computed. */
double snnd_moran_sum(const snnd_moran_parts *m, const int32_t *order);

#endif
