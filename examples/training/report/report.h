/* The sections of a report: one for each folder. */
#ifndef TRAINING_REPORT_H
#define TRAINING_REPORT_H

#include <snndelay.h>
#include <stdio.h>

#include "common/failure.h"
#include "common/table.h"

enum report_kind { REPORT_NOTHING, REPORT_RUN, REPORT_FIELDS, REPORT_ABLATION, REPORT_SWEEP, REPORT_EVALUATION };

/** Data that all sections need. */
struct report {
    snnd_context *context;
    int by_scripts; /**< whether pictures are drawn by existing scripts in the folders */
};

/** Returns the content of a folder, according to its files. */
enum report_kind report_kind_of(const char *folder);

/** Draws the pictures of a run into FOLDER/pictures, if that can be written to, and writes its section. `id` is for
 * links within the page. */
int report_run(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure);

/** Writes tests and fields of rawhd-receptive-fields. */
int report_fields(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure);

/** Writes accuracy against sparsity, of rawhd-ablation. */
int report_ablation(const struct report *report, FILE *page, const char *folder, const char *id,
                    struct failure *failure);

/** Writes accuracy by the options of snnd-ablation --sweep. */
int report_sweep(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure);

/** Writes the results of snnd-evaluate: the confusion of classes, and accuracies with perturbations. */
int report_evaluation(const struct report *report, FILE *page, const char *folder, const char *id,
                      struct failure *failure);

/** Writes one table and one picture of all readable runs among the folders, if there are several. */
void report_overview(FILE *page, char *const folders[], int count);

/** Writes the accuracy of the best network of a run by class and speaker, where the run has predictions. */
struct past;
int report_predictions(const struct report *report, FILE *page, const struct past *past, struct failure *failure);

/** The same for existing predictions of at least one sample; it needs the settings of `past`, for names. */
struct predictions;
void report_classes(const struct report *report, FILE *page, const struct past *past,
                    const struct predictions *predictions);

/** Operations of synapses for a test sample, and their energy: numbers of a record of the log, where it has them. */
enum { REPORT_COSTS = 3 };
extern const struct report_cost { const char *number, *heading; } report_costs[REPORT_COSTS];

/** Writes a share as a cell; "" where it is not known. */
void report_percent_cell(FILE *page, double share);

/** Writes a table of settings, from an object of JSON. */
struct cJSON;
void report_settings(FILE *page, const struct cJSON *settings);

/** Reads settings that a program has written, to be deleted; NULL without a failure where there are none. */
int report_settings_load(const char *folder, const char *name, struct cJSON **settings, struct failure *failure);

/** Reads a table of a folder whose first `texts` columns are text and all others numbers, and which has these columns,
 * ended by NULL. */
int report_table_load(const char *folder, const char *name, int texts, const char *const columns[], struct table *table,
                      struct failure *failure);

/** Writes accuracies of a row of summary.tsv, after the last epoch and after the best. */
void report_spread_cells(FILE *page, const struct table *summary, int row);

/** Writes a whole table of a folder, with text in its first `texts` columns and numbers in the others, which is hidden
 * until it is opened. */
int report_long_table(FILE *page, const char *folder, const char *name, int texts, const char *caption,
                      struct failure *failure);

#endif
