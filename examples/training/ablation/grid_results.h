/* Runs of a sweep over any options, and their results. */
#ifndef TRAINING_GRID_RESULTS_H
#define TRAINING_GRID_RESULTS_H

#include "training/ablation/ablation_results.h"

#define GRID_SETTINGS "sweep.json"
#define GRID_DIFFERENCES "differences.tsv"

/** Creates the list of runs: all cells for one seed, then for the next. */
int grid_add_runs(struct ablation *ablation, struct failure *failure);

/** Reads completed runs in the order of the list. The cell is stored as the model, and all have the sparsity 0. */
int grid_results_read(const struct ablation *ablation, struct ablation_results *results, struct failure *failure);

/** Writes results.tsv, summary.tsv, differences.tsv and sweep.json of the completed runs. */
int grid_results_write(const struct ablation *ablation, const struct ablation_results *results,
                       struct failure *failure);

/** Prints accuracies, with a line for each cell. */
void grid_results_print(const struct ablation *ablation, const struct ablation_results *results);

#endif
