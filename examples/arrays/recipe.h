/* The recipe of any data set in .npy files. */
#ifndef ARRAYS_RECIPE_H
#define ARRAYS_RECIPE_H

#include "training/recipe.h"

extern const struct recipe recipe_arrays;

#endif
