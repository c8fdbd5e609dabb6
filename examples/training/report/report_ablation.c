#include <cJSON.h>
#include <math.h>
#include <stdlib.h>

#include "common/files.h"
#include "common/html.h"
#include "common/table.h"
#include "training/ablation/ablation_picture.h"
#include "training/history.h"
#include "training/report/gallery.h"
#include "training/report/report.h"

static int write_summary(FILE *page, const char *folder, struct failure *failure) {
    static const char *const headings[] = {"what is learned", "sparsity", "runs", "test accuracy after the last epoch",
                                           "after the best epoch"};
    static const char *const columns[] = {"model",          "sparsity",  "runs",           "last_mean",
                                          "last_deviation", "best_mean", "best_deviation", NULL};
    struct table summary;
    if (report_table_load(folder, "summary.tsv", 1, columns, &summary, failure) != 0)
        return -1;
    html_table_begin(page, "Accuracy by model and sparsity: mean and standard deviation over seeds", headings, 5);
    for (int row = 0; row < summary.rows; row++) {
        html_row(page, table_cell(&summary, row, "model"));
        html_cell(page, "%.5g %%", 100 * table_number(&summary, row, "sparsity"));
        html_cell(page, "%s", table_cell(&summary, row, "runs"));
        report_spread_cells(page, &summary, row);
        html_row_end(page);
    }
    html_table_end(page);
    table_free(&summary);
    return 0;
}

/* ---- Pictures ---- */

static const struct exhibit pictures_of_ablation[] = {
    {"ablation", "Test accuracy against sparsity, with and without learned delays and learned structure. The paper "
                 "shows the same of the Raw Heidelberg Digits in its figure 3."},
    {"best", "The same after the best epoch of each run."},
};

enum {
    PICTURES = sizeof pictures_of_ablation / sizeof *pictures_of_ablation,
    MOST_RUNS = ABLATION_MODELS * ABLATION_SPARSITIES * ABLATION_SEEDS
};

/* Reads a line of results.tsv; returns -1 for an unknown model. */
static int read_result(const struct table *table, int row, struct ablation_result *result) {
    *result = (struct ablation_result){.model = ablation_model(table_cell(table, row, "model")),
                                       .done = 1,
                                       .sparsity = table_number(table, row, "sparsity"),
                                       .seed = (int64_t)table_number(table, row, "seed"),
                                       .last = table_number(table, row, "last_test_accuracy"),
                                       .best = table_number(table, row, "best_test_accuracy")};
    return result->model >= 0 && result->sparsity >= 0 && result->sparsity < 1 ? 0 : -1;
}

static int read_results(const char *folder, struct ablation_results *results, struct failure *failure) {
    static const char *const columns[] = {"model", "sparsity", "seed", "last_test_accuracy", "best_test_accuracy",
                                          NULL};
    struct table table;
    *results = (struct ablation_results){.chance = NAN};
    if (report_table_load(folder, "results.tsv", 1, columns, &table, failure) != 0)
        return -1;
    results->result = allocate((size_t)table.rows, sizeof *results->result);
    int result =
        table.rows <= MOST_RUNS ? 0 : failed(failure, "%s/results.tsv: has more runs than an ablation", folder);
    for (int row = 0; result == 0 && row < table.rows; row++)
        if (read_result(&table, row, &results->result[results->count++]) != 0)
            result = failed(failure, "%s/results.tsv: line %d is of no run of an ablation", folder, row + 2);
    table_free(&table);
    if (result == 0)
        ablation_results_list(results);
    if (result == 0 && results->sparsities > ABLATION_SPARSITIES)
        result = failed(failure, "%s/results.tsv: has more sparsities than an ablation", folder);
    return result;
}

static int draw(void *user, const char *place, struct failure *failure) {
    return ablation_picture(user, place, failure);
}

/* Returns NaN where no settings have it, or it is not a share. */
static double chance_in(const cJSON *settings) {
    const double chance = settings != NULL ? history_number(settings, "chance") : NAN;
    return chance >= 0 && chance <= 1 ? chance : NAN;
}

int report_ablation(const struct report *report, FILE *page, const char *folder, const char *id,
                    struct failure *failure) {
    cJSON *settings;
    struct ablation_results results;
    html_heading(page, 2, id, folder);
    if (report_settings_load(folder, "ablation.json", &settings, failure) != 0)
        return -1;
    int result = read_results(folder, &results, failure);
    if (result == 0) {
        results.chance = chance_in(settings);
        gallery_present(page, folder, report->by_scripts, pictures_of_ablation, PICTURES, draw, &results);
    }
    ablation_results_free(&results);
    if (result == 0)
        result = write_summary(page, folder, failure);
    if (result == 0 && file_exists_in(folder, "differences.tsv")) /* earlier programs wrote none */
        result = report_long_table(page, folder, "differences.tsv", 3,
                                   "Differences between models: Welch's intervals at 95 %; p_holm is corrected for all "
                                   "sparsities of two models, p_holm_all for all tests of the same measure",
                                   failure);
    if (result == 0)
        result = report_long_table(page, folder, "results.tsv", 1, "All runs", failure);
    if (result == 0 && settings != NULL)
        report_settings(page, settings);
    cJSON_Delete(settings);
    return result;
}
