/* What a workspace sets in a dropout layer. */
#ifndef SNND_MODEL_DROPOUT_H
#define SNND_MODEL_DROPOUT_H

#include "model/workspace.h"

/* Factors [batch][neurons] to use instead of drawn ones; NULL: drawn ones again. */
void snnd_dropout_set_mask(snnd_stage *stage, const float *mask);

#endif
