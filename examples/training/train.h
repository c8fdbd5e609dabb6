/* The program snnd-train, also used by programs that execute many runs. */
#ifndef TRAINING_TRAIN_H
#define TRAINING_TRAIN_H

#include "training/recipe.h"

/** Executes a command line of snnd-train after its recipe, without arguments[0], and returns its exit code. `lock` is
 * that of the folder --out if it is already held, or -1. */
int train(const struct recipe *recipe, int count, char **arguments, int lock);

#endif
