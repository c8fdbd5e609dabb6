/* Runs of a sweep over any options, and what they came to. */
#ifndef TRAINING_GRID_RESULTS_H
#define TRAINING_GRID_RESULTS_H

#include "training/ablation/ablation.h"

#define GRID_SETTINGS "sweep.json"

/** Makes the list of runs: all cells for one seed, then for the next. */
int grid_add_runs(struct ablation *ablation, struct failure *failure);

/** Writes results.tsv, summary.tsv and sweep.json of the runs that are done. */
int grid_results_write(const struct ablation *ablation, struct failure *failure);

/** Prints accuracies, a line a cell. */
int grid_results_print(const struct ablation *ablation, struct failure *failure);

#endif
