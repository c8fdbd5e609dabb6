/* Pictures of how a run went, epoch by epoch. */
#ifndef TRAINING_CURVES_H
#define TRAINING_CURVES_H

#include "training/report/past.h"

/** Draws PLACE/training (accuracies and, if delays are learned, sigma) and PLACE/changes (synapses rewired, delays
 * moved, spikes, synaptic operations and their energy; what of them the log has). A run without a finished epoch has
 * neither. */
int curves_draw(const struct past *past, const char *place, struct failure *failure);

#define CURVES_TOGETHER "runs"

/** The most runs in one picture: each has a colour and a mark of its own. */
enum { CURVES_MOST = 30 };

/** Draws PLACE/runs: accuracies of runs, the first CURVES_MOST of them, in one picture with a legend. */
int curves_together(const struct past runs[], int count, const char *place, struct failure *failure);

#endif
