/* The recipe of the Heidelberg Digits, the paper's. */
#ifndef RAWHD_RECIPE_H
#define RAWHD_RECIPE_H

#include "training/recipe.h"

extern const struct recipe recipe_rawhd;

#endif
