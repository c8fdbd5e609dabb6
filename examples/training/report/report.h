/* Sections of a report: a folder each. */
#ifndef TRAINING_REPORT_H
#define TRAINING_REPORT_H

#include <snndelay.h>
#include <stdio.h>

#include "common/failure.h"
#include "common/table.h"

enum report_kind { REPORT_NOTHING, REPORT_RUN, REPORT_FIELDS, REPORT_ABLATION, REPORT_SWEEP, REPORT_EVALUATION };

/** What all sections need. */
struct report {
    snnd_context *context;
    int by_scripts; /**< pictures are drawn by the scripts that lie in the folders, where there are any */
};

/** What a folder holds, by its files. */
enum report_kind report_kind_of(const char *folder);

/** Draws the pictures of a run into FOLDER/pictures, if that can be written to, and writes its section. `id` is for
 * links within the page. */
int report_run(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure);

/** Tests and fields of rawhd-receptive-fields. */
int report_fields(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure);

/** Accuracy against sparsity, of rawhd-ablation. */
int report_ablation(const struct report *report, FILE *page, const char *folder, const char *id,
                    struct failure *failure);

/** Accuracy by options that were swept over, of snnd-ablation --sweep. */
int report_sweep(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure);

/** What snnd-evaluate found: classes that were taken for others, and accuracies of what was perturbed. */
int report_evaluation(const struct report *report, FILE *page, const char *folder, const char *id,
                      struct failure *failure);

/** All runs among the folders, those that can be read, if there are several: in one table, and in one picture. */
void report_overview(FILE *page, char *const folders[], int count);

/** Which classes and speakers the best network of a run is good at, where the run says it. */
struct past;
int report_predictions(const struct report *report, FILE *page, const struct past *past, struct failure *failure);

/** The same of predictions that are there, of one sample at least; of `past` it needs the settings, for names. */
struct predictions;
void report_classes(const struct report *report, FILE *page, const struct past *past,
                    const struct predictions *predictions);

/** What synapses do for a test sample, and what that takes: numbers of a record of the log, where it has them. */
enum { REPORT_COSTS = 3 };
extern const struct report_cost { const char *number, *heading; } report_costs[REPORT_COSTS];

/** A share as a cell; "" for what is not known. */
void report_percent_cell(FILE *page, double share);

/** A table of settings or the like, from an object of JSON. */
struct cJSON;
void report_settings(FILE *page, const struct cJSON *settings);

/** Reads settings as a program left them, to be deleted; NULL and no failure where there are none. */
int report_settings_load(const char *folder, const char *name, struct cJSON **settings, struct failure *failure);

/** Reads a table of a folder whose first columns, `texts` of them, are text and all others numbers, and which has these
 * columns, NULL at the end. */
int report_table_load(const char *folder, const char *name, int texts, const char *const columns[], struct table *table,
                      struct failure *failure);

/** Accuracies of a row of summary.tsv, after the last epoch and after the best. */
void report_spread_cells(FILE *page, const struct table *summary, int row);

/** A table of a folder as it is, text in its first columns, `texts` of them, and numbers in the others, out of sight
 * until it is asked for. */
int report_long_table(FILE *page, const char *folder, const char *name, int texts, const char *caption,
                      struct failure *failure);

#endif
