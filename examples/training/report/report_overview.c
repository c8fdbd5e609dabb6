#include <cJSON.h>
#include <stdlib.h>

#include "common/drawing.h"
#include "common/files.h"
#include "common/html.h"
#include "common/program.h"
#include "training/history.h"
#include "training/report/curves.h"
#include "training/report/past.h"
#include "training/report/report.h"

/* The readable runs. */
struct pasts {
    struct past *past;
    int count;
};

static struct pasts load_all(char *const folders[], int count) {
    struct pasts all = {allocate((size_t)count, sizeof *all.past), 0};
    struct failure ignored; /* the section of the folder reports it */
    for (int i = 0; i < count; i++)
        if (report_kind_of(folders[i]) == REPORT_RUN && past_load(folders[i], &all.past[all.count], &ignored) == 0)
            all.count++;
    return all;
}

static void free_all(struct pasts *all) {
    for (int i = 0; i < all->count; i++)
        past_free(&all->past[i]);
    free(all->past);
}

static int any_has(const struct pasts *all, const char *number) {
    for (int i = 0; i < all->count; i++)
        if (past_has(&all->past[i], number))
            return 1;
    return 0;
}

/* ---- The table ---- */

static void text_cell(FILE *page, char *text) {
    html_cell(page, "%s", text);
    free(text);
}

/* Writes the settings of the network and of training. */
static void settings_cells(FILE *page, const struct past *past) {
    static const char *const shown[] = {"recipe", "structure", "delays", "seed"};
    static const char *const of_sparse[] = {"sparsity", "growth"};
    const int dense = past_setting_is(past, "structure", "dense");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        text_cell(page, past_setting(past->settings, shown[i]));
    char *special = past_neurons(past);
    html_cell(page, "%s", special[0] != '\0' ? special : "lif");
    free(special);
    for (size_t i = 0; i < sizeof of_sparse / sizeof *of_sparse; i++)
        text_cell(page, dense ? format_text("%s", "") : past_setting(past->settings, of_sparse[i]));
    html_cell(page, "%s", cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(past->settings, "dale")) ? "yes" : "no");
}

/* Writes "" for an unknown number. */
static void number_cell(FILE *page, const cJSON *record, const char *name) {
    const double number = history_number(record, name);
    text_cell(page, number >= 0 ? format_text("%.0f", number) : format_text("%s", ""));
}

static void overview_row(FILE *page, const struct pasts *all, const struct past *past) {
    const int epochs = cJSON_GetArraySize(past->history);
    const cJSON *best = cJSON_GetArrayItem(past->history, history_best(past->history));
    const cJSON *last = cJSON_GetArrayItem(past->history, epochs - 1);
    html_row(page, past->folder);
    settings_cells(page, past);
    html_cell(page, "%d", epochs);
    report_percent_cell(page, history_number(best, "test_accuracy"));
    text_cell(page, best != NULL ? past_chosen_by(past) : format_text("%s", ""));
    report_percent_cell(page, history_number(last, "test_accuracy"));
    number_cell(page, last, "active");
    for (int i = 0; i < REPORT_COSTS; i++)
        if (any_has(all, report_costs[i].number))
            number_cell(page, last, report_costs[i].number);
    html_row_end(page);
}

static void write_overview(FILE *page, const struct pasts *all) {
    const char *headings[14 + REPORT_COSTS] = {"run",
                                               "recipe",
                                               "structure",
                                               "delays",
                                               "seed",
                                               "neurons",
                                               "sparsity",
                                               "growth",
                                               "Dale's law",
                                               "epochs",
                                               "best test accuracy",
                                               "the best was chosen by",
                                               "last test accuracy",
                                               "synapses"};
    int columns = 14;
    for (int i = 0; i < REPORT_COSTS; i++)
        if (any_has(all, report_costs[i].number))
            headings[columns++] = report_costs[i].heading;
    html_table_begin(page, "The runs", headings, columns);
    for (int i = 0; i < all->count; i++)
        overview_row(page, all, &all->past[i]);
    html_table_end(page);
}

/* ---- The picture ---- */

/* The picture belongs to no folder, and is only on the page. */
static void show_curves(FILE *page, const struct pasts *all) {
    struct failure why = {""};
    char *svg = NULL, *place = drawing_begin(&why), *caption;
    size_t length = 0;
    if (place != NULL && curves_together(all->past, all->count, place, &why) == 0 &&
        file_exists_in(place, CURVES_TOGETHER ".svg"))
        svg = file_read_in(place, CURVES_TOGETHER ".svg", PICTURE_MOST, &length, &why);
    if (svg == NULL)
        program_complain("the picture of all runs is missing%s%s", why.text[0] != '\0' ? ": " : "", why.text);
    caption =
        format_text("Accuracy by epoch of %s: in the test (with marks, circled in the best epoch) and in training "
                    "(dotted, with dropout).",
                    all->count <= CURVES_MOST ? "the runs" : "the first of the runs");
    html_picture(page, svg, length, caption, why.text[0] != '\0' ? why.text : "gnuplot was not there");
    free(caption);
    free(svg);
    drawing_end(place);
}

void report_overview(FILE *page, char *const folders[], int count) {
    struct pasts all = load_all(folders, count);
    if (all.count > 1) {
        write_overview(page, &all);
        if (any_has(&all, "test_accuracy"))
            show_curves(page, &all);
    }
    free_all(&all);
}
