/* Receptive fields of a network's outputs, and how ordered they are. */
#ifndef TRAINING_FIELDS_H
#define TRAINING_FIELDS_H

#include <snndelay.h>

#include "common/failure.h"

/** How Moran's I of a field is found. */
struct fields_way {
    snnd_moran_options moran; /**< neighbours; orders of the rows that are drawn, from which seed on; a search */
    int highest;              /**< 1: the highest over these orders, as in the paper; 0: the rows as they are */
    int32_t draws;            /**< times that orders are drawn, from one seed after the other, for the highest */
};

struct fields {
    int32_t outputs, rows, columns, draws;
    double *field, *excitation, *inhibition; /**< [outputs, rows, columns] */
    double *moran;  /**< [draws, outputs]; NaN where all cells are equal; of the rows as they are there is one draw */
    double *z, *p;  /**< [outputs], of the rows as they are against orders of them (snnd_moran_permuted) */
    int32_t *order; /**< [outputs, rows], the order that the first draw's is of */
};

/** Computes the fields of the network in FOLDER/NAME (files.h), and their Moran's I. */
int fields_load(snnd_context *context, const char *folder, const char *name, const struct fields_way *way,
                struct fields *fields, struct failure *failure);
void fields_free(struct fields *fields);

/** Writes the fields as .npy, float64 [outputs, rows, columns]. */
int fields_save(snnd_context *context, const struct fields *fields, const char *path, struct failure *failure);

/** Sum of the excitation or inhibition of one output. */
double fields_sum(const struct fields *fields, const double *part, int32_t output);

#endif
