#include <cJSON.h>
#include <stdlib.h>

#include "common/html.h"
#include "common/table.h"
#include "training/ablation/grid_results.h"
#include "training/report/report.h"

/* The columns before the spreads are options, and the number of runs. */
static int write_summary(FILE *page, const char *folder, int options, struct failure *failure) {
    static const char *const columns[] = {"runs", "last_mean", "last_deviation", "best_mean", "best_deviation", NULL};
    struct table summary;
    if (report_table_load(folder, "summary.tsv", options, columns, &summary, failure) != 0)
        return -1;
    const char **headings = allocate((size_t)options + 3, sizeof *headings);
    for (int i = 0; i <= options; i++)
        headings[i] = summary.cell[i];
    headings[options + 1] = "test accuracy after the last epoch";
    headings[options + 2] = "after the best epoch";
    html_table_begin(page, "Accuracy by options: mean and standard deviation over seeds", headings, options + 3);
    for (int row = 0; row < summary.rows; row++) {
        char **cell = summary.cell + (size_t)(row + 1) * (size_t)summary.columns;
        html_row(page, cell[0]);
        for (int i = 1; i <= options; i++)
            html_cell(page, "%s", cell[i]);
        report_spread_cells(page, &summary, row);
        html_row_end(page);
    }
    html_table_end(page);
    free(headings);
    table_free(&summary);
    return 0;
}

/* Returns the number of options that were swept over, which are the first columns of tables. */
static int count_options(const char *folder, const cJSON *settings, struct failure *failure) {
    const int options = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(settings, "sweep"));
    return options >= 1 && options <= GRID_OPTIONS
               ? options
               : failed(failure, "%s/" GRID_SETTINGS ": does not say what was swept over", folder);
}

int report_sweep(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure) {
    cJSON *settings;
    (void)report;
    html_heading(page, 2, id, folder);
    if (report_settings_load(folder, GRID_SETTINGS, &settings, failure) != 0)
        return -1;
    const int options = count_options(folder, settings, failure);
    int result = options > 0 ? write_summary(page, folder, options, failure) : -1;
    if (result == 0)
        result = report_long_table(page, folder, "results.tsv", options, "All runs", failure);
    if (result == 0)
        report_settings(page, settings);
    cJSON_Delete(settings);
    return result;
}
