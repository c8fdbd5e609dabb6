/* Accuracies of a sweep over options. */
#ifndef TRAINING_GRID_PICTURE_H
#define TRAINING_GRID_PICTURE_H

#include "training/ablation/ablation_results.h"

/** Draws FOLDER/sweep, for the last epochs, and FOLDER/best, for the best ones, in a private folder (drawing.h). The
 * option with the most values is the axis, and each combination of the others is a line. `results` have cells in place
 * of models. Draws nothing if no run is complete, or if grid_picture_fits() returns 0. */
int grid_picture(const struct grid *grid, const struct ablation_results *results, const char *folder,
                 struct failure *failure);

/** Returns 0 where there are more lines than can be distinguished. */
int grid_picture_fits(const struct grid *grid);

#endif
