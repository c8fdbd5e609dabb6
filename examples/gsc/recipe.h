/* The recipe `gsc`: Speech Commands, as SNN-delays trains on them. */
#ifndef GSC_RECIPE_H
#define GSC_RECIPE_H

#include "training/recipe.h"

extern const struct recipe recipe_gsc;

#endif
