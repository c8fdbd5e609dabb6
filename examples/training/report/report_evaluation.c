#include <cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "common/html.h"
#include "common/table.h"
#include "training/evaluate/evaluation_results.h"
#include "training/predictions.h"
#include "training/report/past.h"
#include "training/report/report.h"

/* Perturbation, level and seed are text; the seed is "-" where it is not used. */
enum { TEXTS = 3 };

static int same_kind(const struct table *table, int row, int other) {
    return strcmp(table_cell(table, row, "perturbation"), table_cell(table, other, "perturbation")) == 0 &&
           strcmp(table_cell(table, row, "level"), table_cell(table, other, "level")) == 0;
}

/* The rows from first to end - 1 are draws of one level. A single one has the interval; several have their range. */
static void level_row(FILE *page, const struct table *table, int first, int end) {
    double sum = 0, least = 1, largest = 0;
    for (int row = first; row < end; row++) {
        const double accuracy = table_number(table, row, "accuracy");
        sum += accuracy;
        least = accuracy < least ? accuracy : least;
        largest = accuracy > largest ? accuracy : largest;
    }
    html_row(page, table_cell(table, first, "perturbation"));
    html_cell(page, "%s", table_cell(table, first, "level"));
    html_cell(page, "%d", end - first);
    report_percent_cell(page, sum / (end - first));
    if (end - first > 1)
        html_cell(page, "%.2f to %.2f %%", 100 * least, 100 * largest);
    else
        html_cell(page, "%s", "");
    if (end - first == 1)
        html_cell(page, "%.1f to %.1f %%", 100 * table_number(table, first, "low"),
                  100 * table_number(table, first, "high"));
    else
        html_cell(page, "%s", "");
    html_row_end(page);
}

static int write_levels(FILE *page, const char *folder, struct failure *failure) {
    static const char *const headings[] = {
        "perturbation", "level", "draws", "accuracy", "range over draws", "interval of 95 % of a single one"};
    static const char *const columns[] = {"perturbation", "level", "seed", "n", "correct",
                                          "accuracy",     "low",   "high", NULL};
    struct table table;
    if (report_table_load(folder, EVALUATION_TABLE, TEXTS, columns, &table, failure) != 0)
        return -1;
    html_table_begin(page, "Accuracy on the testing set, as it is (none) and perturbed", headings, 6);
    for (int row = 0, end; row < table.rows; row = end) {
        for (end = row + 1; end < table.rows && same_kind(&table, row, end);)
            end++;
        level_row(page, &table, row, end);
    }
    html_table_end(page);
    table_free(&table);
    return 0;
}

static int write_classes(const struct report *report, FILE *page, const char *folder, cJSON *settings,
                         struct failure *failure) {
    struct predictions predictions;
    if (predictions_read(folder, &predictions, failure) != 0)
        return -1;
    const struct past names = {.settings = settings};
    if (predictions.samples > 0) {
        html_element(page, "p", "Classes and speakers are those of the testing set as it is. Intervals are Wilson's.");
        report_classes(report, page, &names, &predictions);
    }
    predictions_free(&predictions);
    return 0;
}

int report_evaluation(const struct report *report, FILE *page, const char *folder, const char *id,
                      struct failure *failure) {
    cJSON *settings;
    html_heading(page, 2, id, folder);
    if (report_settings_load(folder, EVALUATION_SETTINGS, &settings, failure) != 0)
        return -1;
    int result = write_levels(page, folder, failure);
    if (result == 0)
        result = write_classes(report, page, folder, settings, failure);
    if (result == 0)
        result = report_long_table(page, folder, EVALUATION_TABLE, TEXTS, "All draws", failure);
    if (result == 0 && settings != NULL)
        report_settings(page, settings);
    cJSON_Delete(settings);
    return result;
}
