/* The program snnd-ablation, after its recipe. */
#ifndef TRAINING_ABLATION_MAIN_H
#define TRAINING_ABLATION_MAIN_H

#include "training/recipe.h"

/** Executes the command line, without arguments[0], and returns the exit code. */
int ablation_main(const struct recipe *recipe, int count, char **arguments);

#endif
