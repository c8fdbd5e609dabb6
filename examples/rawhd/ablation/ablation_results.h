/* What an ablation has come to so far: tables in files and on paper. */
#ifndef RAWHD_ABLATION_RESULTS_H
#define RAWHD_ABLATION_RESULTS_H

#include "ablation/ablation.h"

/** One model at one sparsity, over seeds. Accuracies are shares; the deviation is the sample's, NaN for one run. */
struct ablation_spread {
    int runs;
    double mean, deviation, least, largest;
};

enum ablation_measure { ABLATION_LAST, ABLATION_BEST };

struct ablation_results {
    const struct ablation *ablation;
    struct ablation_result *result; /**< of each run */
};

/** Reads what is done. */
int ablation_results_read(const struct ablation *ablation, struct ablation_results *results, struct failure *failure);
void ablation_results_free(struct ablation_results *results);

struct ablation_spread ablation_spread(const struct ablation_results *results, int model, int sparsity,
                                       enum ablation_measure measure);

/** Writes results.tsv, summary.tsv and ablation.json. */
int ablation_results_write(const struct ablation_results *results, struct failure *failure);

/** Prints accuracy after the last epoch, models by sparsities. */
void ablation_results_print(const struct ablation_results *results);

#endif
