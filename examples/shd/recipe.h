/* Recipes of the Spiking Heidelberg Digits and the Spiking Speech Commands. */
#ifndef EXAMPLES_SHD_RECIPE_H
#define EXAMPLES_SHD_RECIPE_H

#include "training/recipe.h"

extern const struct recipe recipe_shd, recipe_ssc;

#endif
