/* The paper's figure 3: accuracy over sparsity, a line for each model. */
#ifndef TRAINING_ABLATION_PICTURE_H
#define TRAINING_ABLATION_PICTURE_H

#include "training/ablation/ablation_results.h"

/** Draws FOLDER/ablation, in a private folder (drawing.h), of the last epochs, and best, of the best ones. Nothing if
 * no run is done. */
int ablation_picture(const struct ablation_results *results, const char *folder, struct failure *failure);

#endif
