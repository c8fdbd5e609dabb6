/* The paper's figure 3: accuracy over sparsity, with a line for each model. */
#ifndef TRAINING_ABLATION_PICTURE_H
#define TRAINING_ABLATION_PICTURE_H

#include "training/ablation/ablation_results.h"

/** Draws FOLDER/ablation, for the last epochs, and best, for the best ones, in a private folder (drawing.h). Draws
 * nothing if no run is complete. */
int ablation_picture(const struct ablation_results *results, const char *folder, struct failure *failure);

#endif
