/* The command line of snnd-fields, and its runs. */
#ifndef TRAINING_FIELD_OPTIONS_H
#define TRAINING_FIELD_OPTIONS_H

#include <snndelay.h>

#include "training/fields/fields.h"
#include "training/sweep/sweep.h"

struct field_options {
    struct sweep sweep;
    int64_t seed, seeds; /**< the first seed, and the number of consecutive seeds */
    double sparsity;
    struct fields_way way;
    const char *model;                                   /**< file of a run with its trained network */
    int64_t permutations, permutation_seed, draws, jobs; /**< as they were given, like the next four */
    int as_in_paper, search, rook, last;
    int dry_run, help, version;
};

/** Options of snnd-train that differ from run to run, ended by NULL. */
extern const char *const field_options_decided[];

/** Reads the command line, where the default of --out is `out`, and creates the list of runs: dense, deep-r and fixed
 * of one seed, then of the next. Failure is wrong usage. sweep_free() frees the list. */
int field_options_read(struct field_options *options, const struct recipe *recipe, const char *out, int count,
                       char **arguments, struct failure *failure);

void field_options_help(const struct recipe *recipe);

#endif
