/* Receptive fields of many networks: tables, tests and pictures. */
#ifndef TRAINING_FIELD_RESULTS_H
#define TRAINING_FIELD_RESULTS_H

#include <stdio.h>

#include "training/fields/field_axes.h"
#include "training/fields/fields.h"

enum field_kind { FIELDS_DENSE, FIELDS_DEEP_R, FIELDS_FIXED, FIELD_KINDS };

/** The names of kinds of networks, in file names and in output. */
extern const char *const field_kind_names[FIELD_KINDS];
extern const char *const field_kind_titles[FIELD_KINDS];

/** Before and after training. */
enum field_state { FIELDS_UNTRAINED, FIELDS_TRAINED, FIELD_STATES };

struct field_results {
    const char *out;
    int first_seed, seeds; /**< the first network has the first seed, and so on */
    const char *model;     /**< file of a run with its trained network */
    struct fields_way way; /**< how the values of Moran's I were found */
    struct fields *fields; /**< [kinds, seeds, states] */
    int32_t outputs;
    struct field_axes axes; /**< of the fields, from the first run */
    char *absent; /**< [outputs], 1: no training sample has this class, whose fields are in no test and no picture */
};

/** Analyses the networks of the runs in OUT. Its members from out to way must be set, and all others zero. With `keep`
 * the fields are written to OUT/fields. field_results_free() frees everything, in any case. */
int field_results_look(struct field_results *results, snnd_context *context, int keep, struct failure *failure);
void field_results_free(struct field_results *results);

/** Returns how the values were found, to be freed: neighbours, orders, search, and whether this differs from the paper.
 * */
char *field_results_way(const struct field_results *results);

struct fields *field_results_at(const struct field_results *results, int kind, int seed, int state);

/** Returns whether an output of one network has a field that counts: that of a class with samples, and with a Moran's
 * I.
 * */
int field_results_counts(const struct field_results *results, const struct fields *fields, int32_t output);

/** Returns all values of Moran's I of a kind that count, for one draw of the orders, to be freed. `sizes` (NULL, or
 * [seeds]) receives the number of values of each network; networks follow one another. */
double *field_results_moran(const struct field_results *results, int kind, int state, int32_t draw, int32_t *count,
                            int32_t *sizes);

/** Writes moran.tsv, tests.tsv and, for the highest values, orders.tsv, and prints the tests to `shown` unless it is
 * NULL. */
int field_results_write(const struct field_results *results, snnd_context *context, FILE *shown,
                        struct failure *failure);

/** Draws in a private folder (drawing.h): the best field of each kind before and after training, with all values of
 * Moran's I; these values for all kinds; and excitation and inhibition. */
int field_results_draw(const struct field_results *results, const char *place, struct failure *failure);

#endif
