#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/html.h"
#include "common/table.h"
#include "report/past.h"
#include "report/report.h"

/* What the paper reports on the Raw Heidelberg Digits, beside our tests of the same. */
struct published {
    const char *comparison, *u, *p, *means;
};

static const struct published published[] = {
    {"dense", "3598.0", "3.88e-21", "not given"},
    {"deep-r", "3169.0", "6.69e-13", "not given"},
    {"fixed-deep-r", "166.5", "9.97e-18", "0.027 and 0.064"},
};

static const struct published *find_published(const char *comparison) {
    static const struct published nothing = {"", "", "", ""};
    for (size_t i = 0; i < sizeof published / sizeof *published; i++)
        if (strcmp(published[i].comparison, comparison) == 0)
            return &published[i];
    return &nothing;
}

static int has(const char *folder, const char *name) {
    char *path = past_path(folder, name);
    int there = file_exists(path);
    free(path);
    return there;
}

enum report_kind report_kind_of(const char *folder) {
    if (past_is_here(folder))
        return REPORT_RUN;
    if (has(folder, "tests.tsv") && has(folder, "moran.tsv"))
        return REPORT_FIELDS;
    return has(folder, "summary.tsv") && has(folder, "results.tsv") ? REPORT_ABLATION : REPORT_NOTHING;
}

/* A table of a folder as it is. */
static int write_table(FILE *page, const char *folder, const char *name, const char *caption, struct failure *failure) {
    struct table table;
    char *path = past_path(folder, name);
    int result = table_load(path, &table, failure);
    free(path);
    if (result != 0)
        return -1;
    html_table_begin(page, caption, (const char *const *)table.cell, table.columns);
    for (int row = 1; row <= table.rows; row++) {
        char **cell = table.cell + (size_t)row * (size_t)table.columns;
        html_row(page, cell[0]);
        for (int i = 1; i < table.columns; i++)
            html_cell(page, "%s", cell[i]);
        html_row_end(page);
    }
    html_table_end(page);
    table_free(&table);
    return 0;
}

/* The same, out of sight until it is asked for. */
static int write_long_table(FILE *page, const char *folder, const char *name, const char *caption,
                            struct failure *failure) {
    fputs("<details><summary>", page);
    html_text(page, caption);
    fputs("</summary>\n", page);
    int result = write_table(page, folder, name, "", failure);
    fputs("</details>\n", page);
    return result;
}

/* Settings as the program left them; a folder without them is shown without. */
static int write_settings(FILE *page, const char *folder, const char *name, struct failure *failure) {
    char *path = past_path(folder, name), *text = file_exists(path) ? file_read(path, NULL, failure) : NULL;
    cJSON *settings = text != NULL ? cJSON_Parse(text) : NULL;
    int result = text == NULL || cJSON_IsObject(settings) ? 0 : failed(failure, "%s: is not a JSON object", path);
    if (result == 0 && settings != NULL)
        report_settings(page, settings);
    cJSON_Delete(settings);
    free(text);
    free(path);
    return result;
}

static void show_picture(FILE *page, const char *folder, const char *name, const char *caption) {
    char *path = format_text("%s/pictures/%s.svg", folder, name), *script = format_text("pictures/%s.gp", name);
    if (has(folder, script))
        html_picture(page, path, caption);
    free(script);
    free(path);
}

/* ---- Receptive fields ---- */

/* NaN for what is "nan"; 0 for what is no number. */
static double number_at(const struct table *table, int row, const char *column) {
    return strtod(table_cell(table, row, column), NULL);
}

/* Numbers as people like to read them; whoever wants all digits has tests.tsv. */
static char *pair_of(const struct table *tests, int row, const char *first, const char *second) {
    return format_text("%.4f and %.4f", number_at(tests, row, first), number_at(tests, row, second));
}

static void test_row(FILE *page, const struct table *tests, int row) {
    const struct published *paper = find_published(table_cell(tests, row, "comparison"));
    char *what = format_text("%s against %s", table_cell(tests, row, "first"), table_cell(tests, row, "second"));
    char *means = pair_of(tests, row, "first_mean", "second_mean");
    html_row(page, what);
    html_cell(page, "%s and %s", table_cell(tests, row, "first_n"), table_cell(tests, row, "second_n"));
    html_cell(page, "%s", means);
    html_cell(page, "%s", table_cell(tests, row, "U"));
    html_cell(page, "%.3g", number_at(tests, row, "p"));
    html_cell(page, "%s", paper->means);
    html_cell(page, "%s", paper->u);
    html_cell(page, "%s", paper->p);
    html_row_end(page);
    free(means);
    free(what);
}

static int write_tests(FILE *page, const char *folder, struct failure *failure) {
    static const char *const headings[] = {
        "", "fields", "mean I", "U of the first", "p", "the paper, on RawHD: mean I", "the paper: U", "the paper: p",
    };
    struct table tests;
    char *path = past_path(folder, "tests.tsv");
    int result = table_load(path, &tests, failure);
    free(path);
    if (result != 0)
        return -1;
    html_table_begin(page, "Moran's I of the fields: Mann-Whitney tests, two-sided", headings, 8);
    for (int row = 0; row < tests.rows; row++)
        test_row(page, &tests, row);
    html_table_end(page);
    table_free(&tests);
    html_element(page, "p",
                 "Numbers of the paper are of the Raw Heidelberg Digits, 60 fields against 60, with 8 neighbours and "
                 "2000 orders of the rows without a search; they are a target for runs on that data and in that way, "
                 "and for no other.");
    return 0;
}

int report_fields(FILE *page, const char *folder, const char *id, struct failure *failure) {
    html_heading(page, 2, id, folder);
    if (write_tests(page, folder, failure) != 0)
        return -1;
    show_picture(page, folder, "moran",
                 "Moran's I of the receptive fields of all output neurons, untrained and trained, for each kind of "
                 "network.");
    show_picture(page, folder, "fields-dense",
                 "Dense networks: the receptive field with the highest Moran's I before and after training, and all "
                 "values of it. Rows are in the order that has the highest Moran's I. Red is excitation, blue "
                 "inhibition.");
    show_picture(page, folder, "fields-deep-r", "The same of sparse networks whose structure is learned.");
    show_picture(page, folder, "fields-fixed", "The same of sparse networks whose structure and delays are fixed.");
    show_picture(page, folder, "balance", "Excitation and inhibition in each field, untrained and trained.");
    return write_long_table(page, folder, "moran.tsv", "All values of Moran's I, with excitation and inhibition",
                            failure) == 0 &&
                   write_settings(page, folder, "fields.json", failure) == 0
               ? 0
               : -1;
}

/* ---- Ablation ---- */

/* Mean and deviation in percent; a single run has no deviation. */
static void spread_cell(FILE *page, const struct table *summary, int row, const char *mean, const char *deviation) {
    double width = number_at(summary, row, deviation);
    if (isnan(width))
        html_cell(page, "%.2f %%", 100 * number_at(summary, row, mean));
    else
        html_cell(page, "%.2f \xc2\xb1 %.2f %%", 100 * number_at(summary, row, mean), 100 * width);
}

static int write_summary(FILE *page, const char *folder, struct failure *failure) {
    static const char *const headings[] = {"what is learned", "sparsity", "runs", "test accuracy after the last epoch",
                                           "after the best epoch"};
    struct table summary;
    char *path = past_path(folder, "summary.tsv");
    int result = table_load(path, &summary, failure);
    free(path);
    if (result != 0)
        return -1;
    html_table_begin(page, "Accuracy by model and sparsity: mean and standard deviation over seeds", headings, 5);
    for (int row = 0; row < summary.rows; row++) {
        html_row(page, table_cell(&summary, row, "model"));
        html_cell(page, "%.5g %%", 100 * number_at(&summary, row, "sparsity"));
        html_cell(page, "%s", table_cell(&summary, row, "runs"));
        spread_cell(page, &summary, row, "last_mean", "last_deviation");
        spread_cell(page, &summary, row, "best_mean", "best_deviation");
        html_row_end(page);
    }
    html_table_end(page);
    table_free(&summary);
    return 0;
}

int report_ablation(FILE *page, const char *folder, const char *id, struct failure *failure) {
    html_heading(page, 2, id, folder);
    show_picture(page, folder, "ablation",
                 "Test accuracy against sparsity, with and without learned delays and learned structure. The paper "
                 "shows the same of the Raw Heidelberg Digits in its figure 3.");
    show_picture(page, folder, "best", "The same after the best epoch of each run.");
    return write_summary(page, folder, failure) == 0 &&
                   write_long_table(page, folder, "results.tsv", "All runs", failure) == 0 &&
                   write_settings(page, folder, "ablation.json", failure) == 0
               ? 0
               : -1;
}
