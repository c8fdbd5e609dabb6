#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/html.h"
#include "common/table.h"
#include "training/ablation/grid_picture.h"
#include "training/ablation/grid_results.h"
#include "training/report/gallery.h"
#include "training/report/report.h"

/* ---- What was swept over ---- */

/* Returns 1 if an array is of up to GRID_VALUES different words. */
static int are_words(const cJSON *values) {
    const int count = cJSON_IsArray(values) ? cJSON_GetArraySize(values) : 0;
    const cJSON *value;
    if (count < 1 || count > GRID_VALUES)
        return 0;
    cJSON_ArrayForEach(value, values) {
        if (!cJSON_IsString(value) || value->valuestring[0] == '\0')
            return 0;
        for (const cJSON *other = value->next; other != NULL; other = other->next)
            if (cJSON_IsString(other) && strcmp(other->valuestring, value->valuestring) == 0)
                return 0;
    }
    return 1;
}

static int has_option(const struct grid *grid, const char *name) {
    for (int i = 0; i < grid->options; i++)
        if (strcmp(grid->option[i].name, name) == 0)
            return 1;
    return 0;
}

/* Reads the values that were swept over from the settings. */
static int read_grid(const char *folder, const cJSON *settings, struct grid *grid, struct failure *failure) {
    const cJSON *swept = cJSON_GetObjectItemCaseSensitive(settings, "sweep"), *option, *value;
    int good = cJSON_IsObject(swept);
    *grid = (struct grid){.options = 0};
    cJSON_ArrayForEach(option, swept) {
        good = good && grid->options < GRID_OPTIONS && are_words(option) && !has_option(grid, option->string);
        if (!good)
            break;
        struct grid_option *added = &grid->option[grid->options++];
        added->name = format_text("%s", option->string);
        cJSON_ArrayForEach(value, option) added->value[added->values++] = format_text("%s", value->valuestring);
    }
    if (good && grid->options > 0 && grid_cells(grid) <= GRID_CELLS)
        return 0;
    grid_free(grid);
    return failed(failure, "%s/" GRID_SETTINGS ": does not say which values of options were swept over", folder);
}

/* Returns the cell of a line of a table, or -1 where the settings do not have its values. */
static int find_cell(const struct grid *grid, const char *folder, const char *name, const struct table *table, int row,
                     struct failure *failure) {
    int cell = 0;
    for (int i = 0; i < grid->options; i++) {
        const struct grid_option *option = &grid->option[i];
        int value = 0;
        while (value < option->values && strcmp(option->value[value], table_cell(table, row, option->name)) != 0)
            value++;
        if (value == option->values)
            return failed(failure, "%s/%s: line %d has a value of %s that " GRID_SETTINGS " does not have", folder,
                          name, row + 2, option->name);
        cell += value * grid_stride(grid, i);
    }
    return cell;
}

static int read_results(const char *folder, const struct grid *grid, struct ablation_results *results,
                        struct failure *failure) {
    static const char *const columns[] = {"seed", "last_test_accuracy", "best_test_accuracy", NULL};
    struct table table;
    *results = (struct ablation_results){.chance = NAN};
    if (report_table_load(folder, "results.tsv", grid->options, columns, &table, failure) != 0)
        return -1;
    int result = table.rows <= grid_cells(grid) * ABLATION_SEEDS
                     ? 0
                     : failed(failure, "%s/results.tsv: has more runs than a sweep", folder);
    if (result == 0)
        results->result = allocate((size_t)table.rows, sizeof *results->result);
    for (int row = 0; result == 0 && row < table.rows; row++) {
        const int cell = find_cell(grid, folder, "results.tsv", &table, row, failure);
        result = cell < 0 ? -1 : 0;
        results->result[results->count++] =
            (struct ablation_result){.model = cell,
                                     .done = 1,
                                     .seed = (int64_t)table_number(&table, row, "seed"),
                                     .last = table_number(&table, row, "last_test_accuracy"),
                                     .best = table_number(&table, row, "best_test_accuracy")};
    }
    table_free(&table);
    return result;
}

/* ---- Pictures ---- */

static const struct exhibit pictures_of_sweep[] = {
    {"sweep", "Test accuracy after the last epoch. The option with the most values is the axis, and each combination "
              "of the others is a line."},
    {"best", "The same after the best epoch of each run."},
};

enum { PICTURES = sizeof pictures_of_sweep / sizeof *pictures_of_sweep };

struct drawn {
    const struct grid *grid;
    const struct ablation_results *results;
};

static int draw(void *user, const char *place, struct failure *failure) {
    const struct drawn *drawn = user;
    return grid_picture(drawn->grid, drawn->results, place, failure);
}

/* ---- The section ---- */

/* The columns before the spreads are options, and the number of runs. */
static int write_summary(FILE *page, const char *folder, const struct grid *grid, struct failure *failure) {
    static const char *const columns[] = {"runs", "last_mean", "last_deviation", "best_mean", "best_deviation", NULL};
    const int options = grid->options;
    struct table summary;
    if (report_table_load(folder, "summary.tsv", options, columns, &summary, failure) != 0)
        return -1;
    for (int row = 0; row < summary.rows; row++)
        if (find_cell(grid, folder, "summary.tsv", &summary, row, failure) < 0) {
            table_free(&summary);
            return -1;
        }
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

static int write_section(const struct report *report, FILE *page, const char *folder, const struct grid *grid,
                         struct failure *failure) {
    struct ablation_results results;
    const int are_read = read_results(folder, grid, &results, failure);
    if (are_read == 0 && grid_picture_fits(grid))
        gallery_present(page, folder, report->by_scripts, pictures_of_sweep, PICTURES, draw,
                        &(struct drawn){grid, &results});
    ablation_results_free(&results);
    if (are_read != 0 || write_summary(page, folder, grid, failure) != 0)
        return -1;
    if (file_exists_in(folder, GRID_DIFFERENCES) && /* not of sweeps with very many */
        report_long_table(page, folder, GRID_DIFFERENCES, 5,
                          "Differences between values of an option: Welch's intervals at 95 %; p_holm is corrected for "
                          "all pairs of the same two values, p_holm_all for all tests of the same measure",
                          failure) != 0)
        return -1;
    return report_long_table(page, folder, "results.tsv", grid->options, "All runs", failure);
}

int report_sweep(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure) {
    cJSON *settings;
    struct grid grid;
    html_heading(page, 2, id, folder);
    if (report_settings_load(folder, GRID_SETTINGS, &settings, failure) != 0)
        return -1;
    int result = read_grid(folder, settings, &grid, failure);
    if (result == 0) {
        result = write_section(report, page, folder, &grid, failure);
        grid_free(&grid);
    }
    if (result == 0)
        report_settings(page, settings);
    cJSON_Delete(settings);
    return result;
}
