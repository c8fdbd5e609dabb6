/* Receptive fields of a network's outputs, and how ordered they are. */
#ifndef TRAINING_FIELDS_H
#define TRAINING_FIELDS_H

#include <snndelay.h>

#include "common/failure.h"

struct fields {
    int32_t outputs, rows, columns;
    double *field, *excitation, *inhibition; /**< [outputs, rows, columns] */
    double *moran;  /**< [outputs], the highest over orders of the rows; NaN where all cells are equal */
    int32_t *order; /**< [outputs, rows], the order that has it */
};

/** Computes the fields of the network in FOLDER/NAME (files.h), and their Moran's I. */
int fields_load(snnd_context *context, const char *folder, const char *name, const snnd_moran_options *options,
                struct fields *fields, struct failure *failure);
void fields_free(struct fields *fields);

/** Writes the fields as .npy, float64 [outputs, rows, columns]. */
int fields_save(snnd_context *context, const struct fields *fields, const char *path, struct failure *failure);

/** Sum of the excitation or inhibition of one output. */
double fields_sum(const struct fields *fields, const double *part, int32_t output);

#endif
