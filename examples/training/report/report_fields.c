#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/html.h"
#include "common/table.h"
#include "training/fields/field_results.h"
#include "training/history.h"
#include "training/keep.h"
#include "training/report/gallery.h"
#include "training/report/past.h"
#include "training/report/report.h"

/* The paper's results on the Raw Heidelberg Digits, for comparison. */
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

/* ---- How it was measured ---- */

/* Neighbours, search, and whether values are the highest over orders: from the table of tests or, in folders of older
 * programs, which only knew the highest, from the settings. */
struct way {
    int known, rook, search, highest;
};

static struct way way_of(const struct table *tests, const cJSON *settings) {
    struct way way = {0, 0, 0, 1};
    char *neighbours = past_setting(settings, "neighbours");
    way.known = neighbours[0] != '\0';
    way.rook = strcmp(neighbours, "rook") == 0;
    way.search = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(settings, "search"));
    free(neighbours);
    if (tests->rows > 0 && table_cell(tests, 0, "neighbours")[0] != '\0')
        way = (struct way){1, table_number(tests, 0, "neighbours") < 8, table_number(tests, 0, "search") > 0, 1};
    if (tests->rows > 0 && table_cell(tests, 0, "highest")[0] != '\0')
        way.highest = table_number(tests, 0, "highest") > 0;
    return way;
}

static int as_in_the_paper(const struct way *way) {
    return !way->rook && !way->search && way->highest;
}

/* To be freed. */
static char *caption_of(const struct way *way) {
    if (!way->known)
        return format_text("Moran's I of the fields: Mann-Whitney tests, two-sided");
    return format_text("Moran's I of the fields, %s neighbours%s%s%s: Mann-Whitney tests, two-sided",
                       way->rook ? "4" : "8", way->highest ? "" : ", rows in the order of the channels",
                       way->search ? ", with a search" : "", as_in_the_paper(way) ? "" : ", not as in the paper");
}

/* ---- Tests ---- */

/* Numbers are rounded; tests.tsv has all digits. */
static char *pair_of(const struct table *tests, int row, const char *first, const char *second) {
    return format_text("%.4f and %.4f", table_number(tests, row, first), table_number(tests, row, second));
}

static int is_there(const struct table *tests, const char *column) {
    return tests->rows > 0 && table_cell(tests, 0, column)[0] != '\0';
}

/* Tables of older programs do not have this p. */
static void put_cell(FILE *page, const struct table *tests, int row, const char *column) {
    if (is_there(tests, column) && !isnan(table_number(tests, row, column)))
        html_cell(page, "%.3g", table_number(tests, row, column));
    else
        html_cell(page, "%s", "");
}

/* Writes both intraclass correlations with their intervals, which tables of older programs do not have. */
static void put_alike(FILE *page, const struct table *tests, int row) {
    if (is_there(tests, "first_alike_low") && !isnan(table_number(tests, row, "first_alike_low")) &&
        !isnan(table_number(tests, row, "second_alike_low")))
        html_cell(page, "%.2f (%.2f to %.2f) and %.2f (%.2f to %.2f)", table_number(tests, row, "first_alike"),
                  table_number(tests, row, "first_alike_low"), table_number(tests, row, "first_alike_high"),
                  table_number(tests, row, "second_alike"), table_number(tests, row, "second_alike_low"),
                  table_number(tests, row, "second_alike_high"));
    else
        html_cell(page, "%s", "");
}

/* Writes the median of all draws, with their range where they differ; in an older table, that of its one draw. */
static void put_p(FILE *page, const struct table *tests, int row) {
    const double least = table_number(tests, row, "p_least"), largest = table_number(tests, row, "p_largest");
    if (least < largest)
        html_cell(page, "%.3g (%.3g to %.3g)", table_number(tests, row, "p_median"), least, largest);
    else
        html_cell(page, "%.3g", table_number(tests, row, "p"));
}

static void test_row(FILE *page, const struct table *tests, int row, int with_paper) {
    const struct published *paper = find_published(table_cell(tests, row, "comparison"));
    char *what = format_text("%s against %s", table_cell(tests, row, "first"), table_cell(tests, row, "second"));
    char *means = pair_of(tests, row, "first_mean", "second_mean");
    html_row(page, what);
    html_cell(page, "%s and %s", table_cell(tests, row, "first_n"), table_cell(tests, row, "second_n"));
    html_cell(page, "%s", means);
    html_cell(page, "%s", table_cell(tests, row, "U"));
    put_p(page, tests, row);
    if (is_there(tests, "auc"))
        html_cell(page, "%.2f (%.2f to %.2f)", table_number(tests, row, "auc"), table_number(tests, row, "auc_low"),
                  table_number(tests, row, "auc_high"));
    else
        html_cell(page, "%s", "");
    put_cell(page, tests, row, "p_holm");
    put_cell(page, tests, row, "paired_p_holm");
    put_alike(page, tests, row);
    put_cell(page, tests, row, "network_p");
    put_cell(page, tests, row, "network_t_p");
    if (with_paper) {
        html_cell(page, "%s", paper->means);
        html_cell(page, "%s", paper->u);
        html_cell(page, "%s", paper->p);
    }
    html_row_end(page);
    free(means);
    free(what);
}

/* The paper's numbers are shown only beside values that were computed in the same way. */
static void show_tests(FILE *page, const struct table *tests, const struct way *way, double orders) {
    static const char *const headings[] = {
        "",
        "fields",
        "mean I",
        "U of the first kind (of the first draw)",
        "p (median, and range of draws)",
        "AUC (95 %)",
        "p, corrected",
        "p in pairs, corrected",
        "alike within networks (95 %)",
        "p by network, Wilcoxon",
        "p by network, t",
        "the paper, on RawHD: mean I",
        "the paper: U",
        "the paper: p",
    };
    const int with_paper = as_in_the_paper(way);
    char *caption = caption_of(way);
    html_table_begin(page, caption, headings, with_paper ? 14 : 11);
    for (int row = 0; row < tests->rows; row++)
        test_row(page, tests, row, with_paper);
    html_table_end(page);
    free(caption);
    html_element(page, "p",
                 with_paper
                     ? "Numbers of the paper are of the Raw Heidelberg Digits, 60 fields against 60, with 8 neighbours "
                       "and 2000 orders of the rows without a search; they are a target for runs on that data and in "
                       "that way, and for no other."
                     : "The paper's numbers are not beside these, since they are of 8 neighbours, and of the highest "
                       "over 2000 orders of the rows without a search.");
    if (with_paper && isfinite(orders) && (orders < 2000 || orders > 2000)) {
        char *note =
            format_text("These fields have the highest over %.0f orders. The more orders there are, the higher "
                        "it is, so that means do not compare with the paper's.",
                        orders);
        html_element(page, "p", note);
        free(note);
    }
}

/* Says how many fields of classes with samples are in no test. Tables of older programs do not say which have samples.
 */
static int note_left_out(FILE *page, const char *folder, struct failure *failure) {
    static const char *const columns[] = {"untrained I", "trained I", NULL};
    struct table moran;
    int left_out = 0, all = 0;
    if (report_table_load(folder, "moran.tsv", 1, columns, &moran, failure) != 0)
        return -1;
    for (int row = 0; row < moran.rows; row++) {
        const int counts = !(table_number(&moran, row, "class has samples") < 1);
        all += 2 * counts;
        left_out +=
            counts * (isnan(table_number(&moran, row, "untrained I")) + isnan(table_number(&moran, row, "trained I")));
    }
    table_free(&moran);
    if (left_out > 0) {
        char *note =
            format_text("%d of %d fields are in no test, since all of their cells are equal: no path of synapses "
                        "leads to these outputs.",
                        left_out, all);
        html_element(page, "p", note);
        free(note);
    }
    return 0;
}

static int write_tests(FILE *page, const char *folder, const cJSON *settings, struct failure *failure) {
    static const char *const columns[] = {"comparison", "first", "second",     "first_n",     "second_n",
                                          "U",          "p",     "first_mean", "second_mean", NULL};
    struct table tests;
    if (report_table_load(folder, "tests.tsv", 3, columns, &tests, failure) != 0)
        return -1;
    const struct way way = way_of(&tests, settings);
    show_tests(page, &tests, &way, settings != NULL ? history_number(settings, "permutations") : NAN);
    table_free(&tests);
    return note_left_out(page, folder, failure);
}

/* ---- Pictures ---- */

static const struct exhibit pictures_of_fields[] = {
    {"moran", "Moran's I of the receptive fields of all output neurons, untrained and trained, for each kind of "
              "network."},
    {"fields-dense",
     "Dense networks: the receptive field with the highest Moran's I before and after training, and all "
     "values of it. Red is excitation, blue inhibition."},
    {"fields-deep-r", "The same of sparse networks whose structure is learned."},
    {"fields-fixed", "The same of sparse networks whose structure and delays are fixed."},
    {"balance", "Excitation and inhibition in each field, untrained and trained."},
};

enum { PICTURES = sizeof pictures_of_fields / sizeof *pictures_of_fields, MOST_ORDERS = 20000 };

struct again {
    snnd_context *context;
    const char *folder;
    const cJSON *settings;
};

/* Analyses the networks again, in the way that the settings say. */
static int draw_again(void *user, const char *place, struct failure *failure) {
    const struct again *again = user;
    char *named = past_setting(again->settings, "model");
    const char *model = strcmp(named, KEEP_BEST) == 0 ? KEEP_BEST : strcmp(named, KEEP_LAST) == 0 ? KEEP_LAST : NULL;
    free(named);
    const double seeds = history_number(again->settings, "seeds"),
                 orders = history_number(again->settings, "permutations"),
                 first = fmax(0, history_number(again->settings, "seed"));
    char *neighbours = past_setting(again->settings, "neighbours");
    const int rook = strcmp(neighbours, "rook") == 0;
    free(neighbours);
    if (model == NULL || !(seeds >= 1 && seeds <= 1000) || !(first <= 1e9) || !(orders >= 1 && orders <= 1e8))
        return failed(failure, "%s/fields.json does not say which networks were examined, and how", again->folder);
    if (orders > MOST_ORDERS)
        return failed(failure,
                      "%s/fields.json asks for %.0f orders of the rows, but a report tries at most %d; "
                      "rawhd-receptive-fields draws these pictures",
                      again->folder, orders, (int)MOST_ORDERS);
    struct field_results results = {
        .out = again->folder, .first_seed = (int)first, .seeds = (int)seeds, .model = model};
    char *order = past_setting(again->settings, "order");
    results.way.highest = strcmp(order, "natural") != 0;
    results.way.draws = 1;
    free(order);
    snnd_moran_options *moran = &results.way.moran;
    snnd_moran_options_init(moran, sizeof *moran);
    moran->permutations = (int32_t)orders;
    moran->seed = (uint64_t)fmax(0, history_number(again->settings, "permutation-seed"));
    moran->search = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(again->settings, "search"));
    moran->neighbours = rook ? SNND_ROOK : SNND_QUEEN;
    int result = field_results_look(&results, again->context, 0, failure);
    if (result == 0)
        result = field_results_draw(&results, place, failure);
    field_results_free(&results);
    return result;
}

static void show_pictures(const struct report *report, FILE *page, const char *folder, const cJSON *settings) {
    struct again again = {report->context, folder, settings};
    gallery_present(page, folder, report->by_scripts, pictures_of_fields, PICTURES, draw_again, &again);
}

int report_fields(const struct report *report, FILE *page, const char *folder, const char *id,
                  struct failure *failure) {
    cJSON *settings;
    html_heading(page, 2, id, folder);
    if (report_settings_load(folder, "fields.json", &settings, failure) != 0)
        return -1;
    int result = write_tests(page, folder, settings, failure);
    if (result == 0)
        show_pictures(report, page, folder, settings);
    if (result == 0)
        result = report_long_table(page, folder, "tests.tsv", 3,
                                   "All of the tests: in pairs, by network, and how alike the fields of a network are",
                                   failure);
    if (result == 0)
        result = report_long_table(page, folder, "moran.tsv", 1,
                                   "All values of Moran's I, with excitation and inhibition", failure);
    if (result == 0 && settings != NULL)
        report_settings(page, settings);
    cJSON_Delete(settings);
    return result;
}
