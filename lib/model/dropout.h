/* Sets the mask of a dropout layer in a workspace. */
#ifndef SNND_MODEL_DROPOUT_H
#define SNND_MODEL_DROPOUT_H

#include "model/workspace.h"

/* Sets factors [batch][neurons] to be used in place of drawn ones; NULL returns to drawn ones. */
void snnd_dropout_set_mask(snnd_stage *stage, const float *mask);

#endif
