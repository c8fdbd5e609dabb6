/* All of snnd-fields, behind its recipe. */
#ifndef TRAINING_FIELDS_MAIN_H
#define TRAINING_FIELDS_MAIN_H

#include "training/recipe.h"

/** Does what the command line asks for; the exit code. arguments[0] is not looked at. */
int fields_main(const struct recipe *recipe, int count, char **arguments);

#endif
