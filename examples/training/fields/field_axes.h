/* What the rows and columns of a receptive field are: channels of some pitch, and steps of some milliseconds. */
#ifndef TRAINING_FIELD_AXES_H
#define TRAINING_FIELD_AXES_H

#include <stdint.h>
#include <stdio.h>

#include "common/failure.h"

struct field_axes {
    double *hertz; /**< [rows], centres of Mel channels, which rise; NULL: rows have numbers only */
    int32_t rows;
    char *channels;      /**< what a row is called: "input channel" */
    double milliseconds; /**< of a step; NaN: not known */
};

/** Finds out by settings and front end of a run, FOLDER/RUN, or FOLDER itself (NULL); what these do not tell is not
 * known, and only what cannot be read is a failure. field_axes_free() in any case. */
int field_axes_read(struct field_axes *axes, const char *folder, const char *run, int32_t rows,
                    struct failure *failure);
void field_axes_free(struct field_axes *axes);

/** Sets label and tics of gnuplot for delays in x alone. */
void field_axes_set_delays(const struct field_axes *axes, int32_t columns, FILE *script);

/** Sets labels and tics of gnuplot: delays in x, of `columns` steps from 0, as ms where these are known; channels in y,
 * as kHz where these are known, if the rows are in their order; else without tics. */
void field_axes_set(const struct field_axes *axes, int32_t columns, int ordered, FILE *script);

#endif
