/* The rows and columns of a receptive field: channels of some pitch, and steps of some milliseconds. */
#ifndef TRAINING_FIELD_AXES_H
#define TRAINING_FIELD_AXES_H

#include <stdint.h>
#include <stdio.h>

#include "common/failure.h"

struct field_axes {
    double *hertz; /**< [rows], increasing centres of Mel channels; NULL: rows only have numbers */
    int32_t rows;
    char *channels;      /**< the name of a row: "input channel" */
    double milliseconds; /**< of a step; NaN: not known */
};

/** Reads them from settings and front end of a run, FOLDER/RUN, or FOLDER itself (NULL). What is missing there is not
 * known; only what cannot be read is a failure. field_axes_free() must follow in any case. */
int field_axes_read(struct field_axes *axes, const char *folder, const char *run, int32_t rows,
                    struct failure *failure);
void field_axes_free(struct field_axes *axes);

/** Sets label and tics of gnuplot for delays on the x axis only. */
void field_axes_set_delays(const struct field_axes *axes, int32_t columns, FILE *script);

/** Sets labels and tics of gnuplot: delays on the x axis, of `columns` steps from 0, in ms if known; channels on the y
 * axis, in kHz if known, if the rows are in their order, otherwise without tics. */
void field_axes_set(const struct field_axes *axes, int32_t columns, int ordered, FILE *script);

#endif
