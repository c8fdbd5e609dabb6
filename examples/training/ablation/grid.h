/* A sweep over values of any options, in which every value of each is combined with every value of the others. */
#ifndef TRAINING_GRID_H
#define TRAINING_GRID_H

#include <stddef.h>

#include "training/recipe.h"

enum { GRID_OPTIONS = 8, GRID_VALUES = 64, GRID_CELLS = 4096 };

struct grid_option {
    char *name; /**< without "--" */
    char *value[GRID_VALUES];
    int values;
};

struct grid {
    struct grid_option option[GRID_OPTIONS];
    int options;
};

/** Adds "OPTION=VALUE,VALUE,...", for an option that affects what a run computes. */
int grid_add(struct grid *grid, const struct recipe *recipe, const char *text, struct failure *failure);
void grid_free(struct grid *grid);

/** Returns the number of combinations; the last option varies fastest. */
int grid_cells(const struct grid *grid);
const char *grid_value(const struct grid *grid, int cell, int option);

/** Returns a name for a folder, as "max-delay-8_tau-learned", to be freed. */
char *grid_name(const struct grid *grid, int cell);

/** Returns the distance of cells that differ only in neighbouring values of an option. */
int grid_stride(const struct grid *grid, int option);

/** Returns the values in a cell of all options but one and those of a single value, as "max-delay=8, tau=learned", to
 * be freed. It may be "". */
char *grid_others(const struct grid *grid, int cell, int option);

/** Returns the word of the command line that sets an option to its value in a cell, to be freed; NULL: none is needed.
 * */
char *grid_word(const struct grid *grid, const struct recipe *recipe, int cell, int option);

#endif
