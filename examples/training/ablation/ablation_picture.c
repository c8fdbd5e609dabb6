#include "training/ablation/ablation_picture.h"

#include <math.h>
#include <stdlib.h>

#include "training/ablation/accuracy_picture.h"

/* Each model is drawn in the same way whichever others there are: a colour for what it learns, its own marks, and
 * dashes for fixed delays. Controls have other dashes, and marks that have another shape or are hollow. */
static const struct accuracy_line looks[ABLATION_MODELS] = {
    {"structure and delays learned", 1, 7, 1},
    {"structure learned, delays fixed", 2, 5, 2},
    {"structure fixed, delays learned", 3, 9, 1},
    {"structure and delays fixed", 4, 11, 2},
    {"delays learned; Dale's law", 3, 8, 4},
    {"both fixed; Dale's law", 4, 10, 3},
    {"delays learned; paths", 3, 13, 4},
    {"both fixed; paths", 4, 12, 3},
    {"delays learned; Dale's law, paths", 3, 15, 5},
    {"both fixed; Dale's law, paths", 4, 14, 5},
};

/* Returns the place on the axis; half of the synapses is one step to the right. */
static double place_of(double sparsity) {
    return -log2(1 - sparsity);
}

int ablation_picture(const struct ablation_results *results, const char *folder, struct failure *failure) {
    const size_t count = (size_t)results->sparsities;
    char **tic = allocate(count, sizeof *tic);
    for (size_t i = 0; i < count; i++)
        tic[i] = format_text("%.4g", 100 * results->sparsity[i]);
    const struct accuracy_picture picture = {results, looks, "sparsity: absent synapses (%)", place_of,
                                             (const char *const *)tic};
    const int result = accuracy_pictures(&picture, folder, "ablation", failure);
    for (size_t i = 0; i < count; i++)
        free(tic[i]);
    free(tic);
    return result;
}
