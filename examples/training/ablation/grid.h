/* A sweep over values of any options: every value of each with every value of the others. */
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

/** Adds "OPTION=VALUE,VALUE,...", which must be one that decides what a run computes. */
int grid_add(struct grid *grid, const struct recipe *recipe, const char *text, struct failure *failure);
void grid_free(struct grid *grid);

/** How many there are of every value with every other; the last option goes round first. */
int grid_cells(const struct grid *grid);
const char *grid_value(const struct grid *grid, int cell, int option);

/** A name for a folder: "max-delay-8_tau-learned"; to be freed. */
char *grid_name(const struct grid *grid, int cell);

/** The word of the command line that gives an option the value that it has in a cell, to be freed; NULL: none is
 * needed. */
char *grid_word(const struct grid *grid, const struct recipe *recipe, int cell, int option);

#endif
