/* Pictures of a network, compared with its state before training. */
#ifndef TRAINING_PORTRAIT_H
#define TRAINING_PORTRAIT_H

#include <snndelay.h>

#include "common/failure.h"
#include "training/fields/field_axes.h"

/** Draws PLACE/delays, weights, degrees and, where there are hidden neurons, neurons: the inputs of the eight whose
 * outgoing weights are largest. `before` has the same layers, or is NULL; `axes` are those of the
 * network's inputs and delays. */
int portrait_draw(snnd_context *context, const snnd_network *network, const snnd_network *before,
                  const struct field_axes *axes, const char *place, struct failure *failure);

#endif
