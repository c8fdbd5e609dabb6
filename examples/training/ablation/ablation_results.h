/* What an ablation has come to so far: tables in files and on paper. */
#ifndef TRAINING_ABLATION_RESULTS_H
#define TRAINING_ABLATION_RESULTS_H

#include <snndelay.h>
#include <stdio.h>

#include "training/ablation/ablation.h"

/** One model at one sparsity, over seeds. Accuracies are shares; the deviation is the sample's, NaN for one run. */
struct ablation_spread {
    int runs;
    double mean, deviation, least, largest;
};

enum ablation_measure { ABLATION_LAST, ABLATION_BEST };

/** Runs that are asked for, and those of the same settings that are in the folder beside them and are done: another
 * rawhd-ablation may be at work on them, or was. */
struct ablation_results {
    snnd_context *context;      /**< for statistics; NULL where results are only drawn */
    int model[ABLATION_MODELS]; /**< those that there are, in the order of ablation_model() */
    int models;
    double *sparsity; /**< ascending */
    int sparsities;
    int64_t seeds;                  /**< 0 to seeds - 1 */
    struct ablation_result *result; /**< by model, sparsity and seed */
    size_t count;
    size_t others;          /**< of them: that were not asked for */
    size_t left_out;        /**< runs in the folder of other settings */
    struct failure because; /**< which setting of the first of these */
    double chance;          /**< share of the testing samples that are of the most frequent class; NaN: not known */
};

/** Results without any yet, for statistics. */
int ablation_results_begin(struct ablation_results *results, struct failure *failure);

/** Reads what is done. Fails if a run that is asked for has other settings. */
int ablation_results_read(const struct ablation *ablation, struct ablation_results *results, struct failure *failure);

/** Sorts results, and lists their models, sparsities and seeds. */
void ablation_results_list(struct ablation_results *results);

void ablation_results_free(struct ablation_results *results);

/** Columns of a table for a run, which end the line, and what is in them. */
#define ABLATION_RUN "seed\tepochs\tlast_test_accuracy\tbest_test_accuracy\tsynapses\tunreached\tseconds"
void ablation_run_write(const struct ablation_result *result, FILE *file);

/** Columns of a table for the spreads after the last epoch and after the best. */
#define ABLATION_SPREADS                                                                                               \
    "last_mean\tlast_deviation\tlast_least\tlast_largest\tlast_low\tlast_high\t"                                       \
    "best_mean\tbest_deviation\tbest_least\tbest_largest\tbest_low\tbest_high"

/** Writes half of these columns, each with a tab before it; low and high are of the interval of the mean at 95 %. */
void ablation_spread_write(const struct ablation_results *results, int model, double sparsity,
                           enum ablation_measure measure, FILE *file);

struct ablation_spread ablation_spread(const struct ablation_results *results, int model, double sparsity,
                                       enum ablation_measure measure);

/** Writes the accuracies of a model at a sparsity to `values`, which has room for all results; how many there are. */
int ablation_accuracies(const struct ablation_results *results, int model, double sparsity,
                        enum ablation_measure measure, double *values);

/** Writes results.tsv, summary.tsv, differences.tsv and ablation.json. */
int ablation_results_write(const struct ablation *ablation, const struct ablation_results *results,
                           struct failure *failure);

/** Prints accuracy after the last epoch, models by sparsities, and says what was left out on stderr. */
void ablation_results_print(const struct ablation *ablation, const struct ablation_results *results);

#endif
