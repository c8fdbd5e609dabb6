/* Receptive fields of many networks: tables, tests and pictures. */
#ifndef TRAINING_FIELD_RESULTS_H
#define TRAINING_FIELD_RESULTS_H

#include <stdio.h>

#include "training/fields/field_axes.h"
#include "training/fields/fields.h"

enum field_kind { FIELDS_DENSE, FIELDS_DEEP_R, FIELDS_FIXED, FIELD_KINDS };

/** What a kind of network is called in names of files and to people. */
extern const char *const field_kind_names[FIELD_KINDS];
extern const char *const field_kind_titles[FIELD_KINDS];

/** Before and after training. */
enum field_state { FIELDS_UNTRAINED, FIELDS_TRAINED, FIELD_STATES };

struct field_results {
    const char *out;
    int first_seed, seeds; /**< the first network has the first seed, and so on */
    const char *model;     /**< file of a run that its trained network is taken from */
    struct fields_way way; /**< how the values of Moran's I were found */
    struct fields *fields; /**< [kinds, seeds, states] */
    int32_t outputs;
    struct field_axes axes; /**< of the fields, by the first run */
    char *absent; /**< [outputs], 1: no training sample is of this class, whose fields are in no test and no picture */
};

/** Looks at the networks of the runs in OUT, out to way filled in, all else zero; with `keep` the fields are written to
 * OUT/fields. field_results_free() frees what there is, in any case. */
int field_results_look(struct field_results *results, snnd_context *context, int keep, struct failure *failure);
void field_results_free(struct field_results *results);

/** How the values were found, to be freed: neighbours, orders, a search; and whether that is not as in the paper. */
char *field_results_way(const struct field_results *results);

struct fields *field_results_at(const struct field_results *results, int kind, int seed, int state);

/** Whether an output of one network has a field that counts: of a class with samples, and with a Moran's I. */
int field_results_counts(const struct field_results *results, const struct fields *fields, int32_t output);

/** All values of Moran's I of a kind that count, by one draw of the orders, to be freed. `sizes` (NULL, or [seeds])
 * receives how many are of each network, which follow one another. */
double *field_results_moran(const struct field_results *results, int kind, int state, int32_t draw, int32_t *count,
                            int32_t *sizes);

/** Writes moran.tsv, tests.tsv and, of the highest, orders.tsv, and prints the tests to `shown` unless it is NULL. */
int field_results_write(const struct field_results *results, snnd_context *context, FILE *shown,
                        struct failure *failure);

/** Draws into a private folder (drawing.h): the best field of each kind before and after training, with all values of
 * Moran's I; these of all kinds; and excitation and inhibition. */
int field_results_draw(const struct field_results *results, const char *place, struct failure *failure);

#endif
