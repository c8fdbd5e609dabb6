/* Receptive fields of a network's outputs, and their order. */
#ifndef TRAINING_FIELDS_H
#define TRAINING_FIELDS_H

#include <snndelay.h>

#include "common/failure.h"

/** How Moran's I of a field is computed. */
struct fields_way {
    snnd_moran_options moran; /**< neighbours; random orders of the rows, their seed; a search */
    int highest;              /**< 1: the highest over these orders, as in the paper; 0: in the given order */
    int32_t draws;            /**< how many times orders are drawn for the highest value, from consecutive seeds */
};

struct fields {
    int32_t outputs, rows, columns, draws;
    double *field, *excitation, *inhibition; /**< [outputs, rows, columns] */
    double *moran;  /**< [draws, outputs], settled; NaN where all cells are equal; the given order has one draw */
    double *z, *p;  /**< [outputs], of the given order against orders of the rows (snnd_moran_permuted) */
    int32_t *order; /**< [outputs, rows], the order of the first draw */
};

/** Computes the fields of the network in FOLDER/NAME (files.h), and their Moran's I. */
int fields_load(snnd_context *context, const char *folder, const char *name, const struct fields_way *way,
                struct fields *fields, struct failure *failure);
void fields_free(struct fields *fields);

/** Writes the fields as .npy, float64 [outputs, rows, columns]. */
int fields_save(snnd_context *context, const struct fields *fields, const char *path, struct failure *failure);

/** Returns the sum of the excitation or inhibition of one output. */
double fields_sum(const struct fields *fields, const double *part, int32_t output);

/** Returns the value rounded to 9 decimals, as the tables have it. Rank tests would otherwise order fields with the
 * same Moran's I by the rounding of their sums. */
double fields_settled(double value);

#endif
