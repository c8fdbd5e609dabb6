/* Statistical comparison of the accuracies of an ablation's models. */
#ifndef TRAINING_ABLATION_STATISTICS_H
#define TRAINING_ABLATION_STATISTICS_H

#include "training/ablation/ablation_results.h"

/** Computes the interval of the mean at 95 % (Student's t), or NaN for fewer than two values, or if all are equal. */
void ablation_interval(snnd_context *context, const double *values, int count, double *low, double *high);

/** Writes a line for each measure, pair of models and sparsity that both have: the difference of the means with Welch's
 * test and interval, and p corrected by Holm for the sparsities at which the pair is tested. */
void ablation_differences(const struct ablation *ablation, const struct ablation_results *results, FILE *file);

/** The same for a sweep, whose `results` have cells in place of models: a line for each measure and two cells with runs
 * that differ in one option only. p is corrected for the pairs of the same two values, and for all. */
void grid_differences(const struct ablation *ablation, const struct ablation_results *results, FILE *file);

/** Returns the number of such pairs of cells, whether they have runs or not. It can be large. */
int grid_differences_count(const struct grid *grid);

#endif
