/* Pictures of accuracies, with a line for each kind of network and a place on the axis for each of its variants. */
#ifndef TRAINING_ACCURACY_PICTURE_H
#define TRAINING_ACCURACY_PICTURE_H

#include "training/ablation/ablation_results.h"

/** How a line looks: `colour` is that of word(colours, n), `point` and `dash` are numbers of gnuplot. */
struct accuracy_line {
    const char *title;
    int colour, point, dash;
};

/** The lines are the models of `results`, and the places on the axis are its sparsities, whatever both stand for. */
struct accuracy_picture {
    const struct ablation_results *results;
    const struct accuracy_line *line; /**< by number of the model */
    const char *axis;                 /**< title of the axis */
    double (*place)(double sparsity); /**< on the axis, where neighbours are 1 apart or more */
    const char *const *tic;           /**< names of results->sparsity on the axis */
};

/** Draws FOLDER/NAME for the last epochs, and FOLDER/best for the best ones, in a private folder (drawing.h). Draws
 * nothing if no run is complete. */
int accuracy_pictures(const struct accuracy_picture *picture, const char *folder, const char *name,
                      struct failure *failure);

#endif
