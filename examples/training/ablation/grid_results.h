/* Runs of a sweep over any options, and their results. */
#ifndef TRAINING_GRID_RESULTS_H
#define TRAINING_GRID_RESULTS_H

#include "training/ablation/ablation.h"

#define GRID_SETTINGS "sweep.json"

/** Creates the list of runs: all cells for one seed, then for the next. */
int grid_add_runs(struct ablation *ablation, struct failure *failure);

/** Writes results.tsv, summary.tsv and sweep.json of the completed runs. */
int grid_results_write(const struct ablation *ablation, struct failure *failure);

/** Prints accuracies, with a line for each cell. */
int grid_results_print(const struct ablation *ablation, struct failure *failure);

#endif
