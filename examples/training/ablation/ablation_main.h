/* All of snnd-ablation, behind its recipe. */
#ifndef TRAINING_ABLATION_MAIN_H
#define TRAINING_ABLATION_MAIN_H

#include "training/recipe.h"

/** Does what the command line asks for; the exit code. arguments[0] is not looked at. */
int ablation_main(const struct recipe *recipe, int count, char **arguments);

#endif
