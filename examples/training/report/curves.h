/* Pictures of how a run went, epoch by epoch. */
#ifndef TRAINING_CURVES_H
#define TRAINING_CURVES_H

#include "training/report/past.h"

/** Draws PLACE/training (accuracies and, if delays are learned, sigma) and PLACE/changes (synapses rewired, delays
 * moved, spikes, synaptic operations and their energy; what of them the log has). A run without a finished epoch has
 * neither. */
int curves_draw(const struct past *past, const char *place, struct failure *failure);

#endif
