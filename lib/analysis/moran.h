/*
 * Moran's I of a grid and of its rows in other orders. With z the cells without their mean, the sum over neighbouring
 * pairs is made of what each row has in itself and of what two rows make when one lies on the other,
 *
 *     within    = sum_r sum_c z[r,c] z[r,c+1]
 *     touch[a,b] = sum_c z[a,c] z[b,c]  and, for the queen,  + z[a,c] z[b,c+1] + z[a,c+1] z[b,c]
 *
 * so that an order of the rows costs one number of `touch` for each place.
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
/* z, what lies within rows, and the squares; with `all_pairs` what any two rows make. */
snnd_status snnd_moran_prepare(snnd_context *context, const double *grid, int32_t rows, int32_t columns,
                               int32_t neighbours, bool all_pairs, snnd_moran_parts *m);
void snnd_moran_release(snnd_context *context, snnd_moran_parts *m);

/* What each row has in itself, and what rows a and b make. */
double snnd_moran_within(const snnd_moran_parts *m);
double snnd_moran_touch(const snnd_moran_parts *m, int32_t a, int32_t b);
/* The sum over pairs of neighbouring cells, and I from it. */
double snnd_moran_pairs(const snnd_moran_parts *m);
double snnd_moran_index(const snnd_moran_parts *m, double pairs);

/* Whether each of the orders given has each row once; `seen` is scratch for the rows. */
snnd_status snnd_moran_check_orders(snnd_context *context, const snnd_moran_options *options, int32_t rows,
                                    int32_t *seen);
/* The order p: one of those given, or drawn. */
void snnd_moran_order(const snnd_moran_options *options, int32_t p, int32_t count, int32_t *order);
/* What the rows in an order make; `touch` is there. */
double snnd_moran_sum(const snnd_moran_parts *m, const int32_t *order);

#endif
