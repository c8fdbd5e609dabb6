#include <cJSON.h>
#include <math.h>
#include <stdlib.h>

#include "common/files.h"
#include "common/html.h"
#include "common/json.h"
#include "common/place.h"
#include "common/table.h"
#include "training/ablation/grid_results.h"
#include "training/evaluate/evaluation_results.h"
#include "training/report/past.h"
#include "training/report/report.h"

enum report_kind report_kind_of(const char *folder) {
    if (past_is_here(folder))
        return REPORT_RUN;
    if (file_exists_in(folder, "tests.tsv") && file_exists_in(folder, "moran.tsv"))
        return REPORT_FIELDS;
    if (file_exists_in(folder, EVALUATION_TABLE) && file_exists_in(folder, PREDICTIONS_FILE))
        return REPORT_EVALUATION;
    if (file_exists_in(folder, GRID_SETTINGS) && file_exists_in(folder, "summary.tsv"))
        return REPORT_SWEEP;
    return file_exists_in(folder, "summary.tsv") && file_exists_in(folder, "results.tsv") ? REPORT_ABLATION
                                                                                          : REPORT_NOTHING;
}

int report_table_load(const char *folder, const char *name, int texts, const char *const columns[], struct table *table,
                      struct failure *failure) {
    if (table_load(folder, name, table, failure) != 0)
        return -1;
    char *path = place_path(folder, name);
    const int result = table_check(table, path, texts, columns, failure);
    if (result != 0)
        table_free(table);
    free(path);
    return result;
}

/* Writes mean and deviation in percent; a single run has no deviation. */
static void spread_cell(FILE *page, double mean, double deviation) {
    if (isnan(deviation))
        html_cell(page, "%.2f %%", 100 * mean);
    else
        html_cell(page, "%.2f \xc2\xb1 %.2f %%", 100 * mean, 100 * deviation);
}

void report_spread_cells(FILE *page, const struct table *summary, int row) {
    spread_cell(page, table_number(summary, row, "last_mean"), table_number(summary, row, "last_deviation"));
    spread_cell(page, table_number(summary, row, "best_mean"), table_number(summary, row, "best_deviation"));
}

static void write_table(FILE *page, const struct table *table) {
    html_table_begin(page, "", (const char *const *)table->cell, table->columns);
    for (int row = 1; row <= table->rows; row++) {
        char **cell = table->cell + (size_t)row * (size_t)table->columns;
        html_row(page, cell[0]);
        for (int i = 1; i < table->columns; i++)
            html_cell(page, "%s", cell[i]);
        html_row_end(page);
    }
    html_table_end(page);
}

int report_long_table(FILE *page, const char *folder, const char *name, int texts, const char *caption,
                      struct failure *failure) {
    static const char *const any[] = {NULL};
    struct table table;
    if (report_table_load(folder, name, texts, any, &table, failure) != 0)
        return -1;
    fputs("<details><summary>", page);
    html_text(page, caption);
    fputs("</summary>\n", page);
    write_table(page, &table);
    fputs("</details>\n", page);
    table_free(&table);
    return 0;
}

int report_settings_load(const char *folder, const char *name, cJSON **settings, struct failure *failure) {
    *settings = NULL;
    if (!file_exists_in(folder, name))
        return 0;
    *settings = json_read_in(folder, name, failure);
    return *settings != NULL ? 0 : -1;
}
