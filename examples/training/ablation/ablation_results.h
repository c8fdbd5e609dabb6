/* The results of an ablation so far, as tables in files and on the screen. */
#ifndef TRAINING_ABLATION_RESULTS_H
#define TRAINING_ABLATION_RESULTS_H

#include <snndelay.h>
#include <stdio.h>

#include "training/ablation/ablation.h"

/** One model at one sparsity, over seeds. Accuracies are shares; the deviation is that of the sample, NaN for one run.
 * */
struct ablation_spread {
    int runs;
    double mean, deviation, least, largest;
};

enum ablation_measure { ABLATION_LAST, ABLATION_BEST };

/** The requested runs, and other completed runs with the same settings in the folder, which another rawhd-ablation may
 * have made. */
struct ablation_results {
    snnd_context *context;      /**< for statistics; NULL where results are only drawn */
    int model[ABLATION_MODELS]; /**< the models in the results, in the order of ablation_model() */
    int models;
    double *sparsity; /**< ascending */
    int sparsities;
    int64_t seeds;                  /**< 0 to seeds - 1 */
    struct ablation_result *result; /**< sorted by model, sparsity and seed */
    size_t count;
    size_t others;          /**< how many of them were not requested */
    size_t left_out;        /**< runs in the folder with other settings */
    struct failure because; /**< the setting in which the first of these differs */
    double chance;          /**< share of the most frequent class among the testing samples; NaN: not known */
};

/** Prepares empty results with statistics. */
int ablation_results_begin(struct ablation_results *results, struct failure *failure);

/** Reads completed runs. Fails if a requested run has other settings. */
int ablation_results_read(const struct ablation *ablation, struct ablation_results *results, struct failure *failure);

/** Sorts results, and lists their models, sparsities and seeds. */
void ablation_results_list(struct ablation_results *results);

void ablation_results_free(struct ablation_results *results);

/** The last columns of a line for a run, and their content. */
#define ABLATION_RUN "seed\tepochs\tlast_test_accuracy\tbest_test_accuracy\tsynapses\tunreached\tseconds"
void ablation_run_write(const struct ablation_result *result, FILE *file);

/** The columns of a table for the spreads after the last epoch and after the best. */
#define ABLATION_SPREADS                                                                                               \
    "last_mean\tlast_deviation\tlast_least\tlast_largest\tlast_low\tlast_high\t"                                       \
    "best_mean\tbest_deviation\tbest_least\tbest_largest\tbest_low\tbest_high"

/** Writes half of these columns, each with a tab before it; low and high are the interval of the mean at 95 %. */
void ablation_spread_write(const struct ablation_results *results, int model, double sparsity,
                           enum ablation_measure measure, FILE *file);

struct ablation_spread ablation_spread(const struct ablation_results *results, int model, double sparsity,
                                       enum ablation_measure measure);

/** Writes the accuracies of a model at a sparsity to `values`, which has room for all results, and returns their
 * number.
 * */
int ablation_accuracies(const struct ablation_results *results, int model, double sparsity,
                        enum ablation_measure measure, double *values);

/** Writes a file of the folder `out`. */
typedef void ablation_writer(const struct ablation *ablation, const struct ablation_results *results, FILE *file);
int ablation_table_write(const struct ablation *ablation, const struct ablation_results *results, const char *name,
                         ablation_writer *write, struct failure *failure);

/** Writes results.tsv, summary.tsv, differences.tsv and ablation.json. */
int ablation_results_write(const struct ablation *ablation, const struct ablation_results *results,
                           struct failure *failure);

/** Prints accuracies after the last epoch, models by sparsities, and reports on stderr what was left out. */
void ablation_results_print(const struct ablation *ablation, const struct ablation_results *results);

#endif
