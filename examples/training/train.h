/* All of snnd-train, for it and for programs that carry out many runs. */
#ifndef TRAINING_TRAIN_H
#define TRAINING_TRAIN_H

#include "training/recipe.h"

/** Does what a command line of snnd-train asks for, behind its recipe: arguments[0] is not looked at. Its exit code.
 * `lock` is that of the folder --out where it is held already, or -1. */
int train(const struct recipe *recipe, int count, char **arguments, int lock);

#endif
