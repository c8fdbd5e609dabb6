/* How far the accuracies of an ablation's models can be told apart. */
#ifndef TRAINING_ABLATION_STATISTICS_H
#define TRAINING_ABLATION_STATISTICS_H

#include "training/ablation/ablation_results.h"

/** The interval of the mean at 95 % (Student's t). NaN where there are fewer than two values, or all are equal. */
void ablation_interval(snnd_context *context, const double *values, int count, double *low, double *high);

/** Writes a line for each measure, pair of models and sparsity that both have: the difference of the means with Welch's
 * test and interval, and p by Holm for as many sparsities as the pair is tested at. */
void ablation_differences(const struct ablation *ablation, const struct ablation_results *results, FILE *file);

#endif
