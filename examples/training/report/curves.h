/* Pictures of the course of a run, by epoch. */
#ifndef TRAINING_CURVES_H
#define TRAINING_CURVES_H

#include "training/report/past.h"

/** Draws PLACE/training (accuracies and, if delays are learned, sigma) and PLACE/changes (rewired synapses, movement of
 * delays, spikes, synaptic operations and their energy, as far as the log has them). A run without a completed epoch
 * has neither. */
int curves_draw(const struct past *past, const char *place, struct failure *failure);

#define CURVES_TOGETHER "runs"

/** The most runs in one picture; each has its own colour and mark. */
enum { CURVES_MOST = 30 };

/** Draws PLACE/runs: accuracies of runs, the first CURVES_MOST of them, in one picture with a legend. */
int curves_together(const struct past runs[], int count, const char *place, struct failure *failure);

#endif
