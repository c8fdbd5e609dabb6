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

/* ---- Pictures ---- */

static const struct exhibit pictures_of_sweep[] = {
    {"sweep", "Test accuracy after the last epoch. The option with the most values is the axis, and each combination "
              "of the others is a line."},
    {"best", "The same after the best epoch of each run."},
};

enum { PICTURES = sizeof pictures_of_sweep / sizeof *pictures_of_sweep, MOST_RUNS = GRID_CELLS * ABLATION_SEEDS };

/* Reads the values that were swept over from the settings. */
static int read_grid(const char *folder, const cJSON *settings, struct grid *grid, struct failure *failure) {
    const cJSON *option, *value;
    *grid = (struct grid){.options = 0};
    cJSON_ArrayForEach(option, cJSON_GetObjectItemCaseSensitive(settings, "sweep")) {
        const int values = cJSON_GetArraySize(option);
        if (grid->options == GRID_OPTIONS || values < 1 || values > GRID_VALUES)
            break;
        struct grid_option *added = &grid->option[grid->options++];
        added->name = format_text("%s", option->string);
        added->values = 0;
        cJSON_ArrayForEach(value, option) added->value[added->values++] =
            format_text("%s", cJSON_IsString(value) ? value->valuestring : "");
    }
    if (option == NULL && grid->options > 0 && grid_cells(grid) <= GRID_CELLS)
        return 0;
    grid_free(grid);
    return failed(failure, "%s/" GRID_SETTINGS ": does not say what was swept over", folder);
}

/* Returns the cell of a line of results.tsv, or -1 where the settings do not have its values. */
static int find_cell(const struct grid *grid, const struct table *table, int row) {
    int cell = 0;
    for (int i = 0; i < grid->options; i++) {
        const struct grid_option *option = &grid->option[i];
        int value = 0;
        while (value < option->values && strcmp(option->value[value], table_cell(table, row, option->name)) != 0)
            value++;
        if (value == option->values)
            return -1;
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
    int result = table.rows <= MOST_RUNS ? 0 : failed(failure, "%s/results.tsv: has more runs than a sweep", folder);
    if (result == 0)
        results->result = allocate((size_t)table.rows, sizeof *results->result);
    for (int row = 0; result == 0 && row < table.rows; row++) {
        const int cell = find_cell(grid, &table, row);
        if (cell < 0)
            result = failed(failure, "%s/results.tsv: line %d has values that " GRID_SETTINGS " does not have", folder,
                            row + 2);
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

struct drawn {
    const char *folder;
    const struct grid *grid;
};

/* Draws the content of results.tsv again. */
static int draw_again(void *user, const char *place, struct failure *failure) {
    const struct drawn *drawn = user;
    struct ablation_results results;
    int result = read_results(drawn->folder, drawn->grid, &results, failure);
    if (result == 0)
        result = grid_picture(drawn->grid, &results, place, failure);
    ablation_results_free(&results);
    return result;
}

static void show_pictures(const struct report *report, FILE *page, const char *folder, const struct grid *grid) {
    struct drawn drawn = {folder, grid};
    struct gallery gallery;
    if (!grid_picture_fits(grid))
        return;
    gallery_open(&gallery, folder, report->by_scripts);
    gallery_fill(&gallery, pictures_of_sweep, PICTURES, 0, draw_again, &drawn);
    gallery_remark(&gallery, page);
    for (int i = 0; i < PICTURES; i++)
        gallery_show(&gallery, page, &pictures_of_sweep[i]);
    gallery_close(&gallery);
}

static int write_section(const struct report *report, FILE *page, const char *folder, const struct grid *grid,
                         struct failure *failure) {
    show_pictures(report, page, folder, grid);
    if (write_summary(page, folder, grid->options, failure) != 0)
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
