/* The program snnd-fields, after its recipe. */
#ifndef TRAINING_FIELDS_MAIN_H
#define TRAINING_FIELDS_MAIN_H

#include "training/recipe.h"

/** Executes the command line, without arguments[0], and returns the exit code. */
int fields_main(const struct recipe *recipe, int count, char **arguments);

#endif
