#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/html.h"
#include "common/program.h"
#include "training/history.h"
#include "training/keep.h"
#include "training/report/curves.h"
#include "training/report/gallery.h"
#include "training/report/past.h"
#include "training/report/portrait.h"
#include "training/report/report.h"

void report_percent_cell(FILE *page, double share) {
    if (isnan(share))
        html_cell(page, "%s", "");
    else
        html_cell(page, "%.2f %%", 100 * share);
}

/* Writes rows for an object, and for objects in it as OUTER: INNER; deeper ones stay JSON. */
static void settings_rows(FILE *page, const cJSON *settings, const char *outer) {
    for (const cJSON *item = settings->child; item != NULL; item = item->next) {
        if (cJSON_IsObject(item) && outer == NULL) {
            settings_rows(page, item, item->string);
            continue;
        }
        char *name = outer != NULL ? format_text("%s: %s", outer, item->string) : format_text("%s", item->string);
        html_row(page, name);
        char *text = past_value(item);
        html_cell(page, "%s", text);
        free(text);
        html_row_end(page);
        free(name);
    }
}

void report_settings(FILE *page, const cJSON *settings) {
    static const char *const headings[] = {"setting", "value"};
    fputs("<details class=\"settings\"><summary>Settings and versions</summary>\n", page);
    html_table_begin(page, "", headings, 2);
    settings_rows(page, settings, NULL);
    html_table_end(page);
    fputs("</details>\n", page);
}

/* ---- What a run came to ---- */

static int setting_equals(const cJSON *settings, const char *name, double value) {
    const double number = history_number(settings, name);
    return number >= value && number <= value;
}

/* Returns the paper's result for such a run, which only exists for the dense network of 40-256-20 with delays of 0 to
 * 24 steps, or NULL for other data sets. */
static const char *in_the_paper(const struct past *past) {
    const cJSON *settings = past->settings;
    if (cJSON_HasObjectItem(settings, "recipe") && !past_setting_is(past, "recipe", "rawhd"))
        return NULL;
    char *special = past_neurons(past);
    const int usual = special[0] == '\0';
    free(special);
    if (!usual || !past_setting_is(past, "hidden", "256") || !setting_equals(settings, "kernel-count", 1) ||
        !setting_equals(settings, "max-delay", 24))
        return "not of this network";
    if (!past_setting_is(past, "structure", "dense"))
        return "only in its figure 3";
    return past_setting_is(past, "delays", "learned") ? "97.2 % on RawHD" : "not given";
}

const struct report_cost report_costs[REPORT_COSTS] = {
    {"accumulations", "accumulations of a test sample"},
    {"multiplications", "multiplications of a test sample"},
    {"picojoules", "energy of both (pJ)"},
};

static void row_of_accuracy(FILE *page, const struct past *past, const char *what, int epoch, const char *paper) {
    const cJSON *record = cJSON_GetArrayItem(past->history, epoch);
    html_row(page, what);
    html_cell(page, "%.0f", history_number(record, "epoch"));
    report_percent_cell(page, history_number(record, "test_accuracy"));
    if (past_has(past, "validation_accuracy"))
        report_percent_cell(page, history_number(record, "validation_accuracy"));
    report_percent_cell(page, history_number(record, "train_accuracy"));
    html_cell(page, "%.0f", history_number(record, "active"));
    html_cell(page, "%.4f", history_number(record, "spike_rate"));
    for (int i = 0; i < REPORT_COSTS; i++)
        if (past_has(past, report_costs[i].number))
            html_cell(page, "%.0f", history_number(record, report_costs[i].number));
    if (paper != NULL)
        html_cell(page, "%s", paper);
    html_row_end(page);
}

static void write_result(FILE *page, const struct past *past) {
    const char *headings[8 + REPORT_COSTS] = {"", "epoch", "test accuracy"};
    int epochs = cJSON_GetArraySize(past->history), validated = past_has(past, "validation_accuracy"), columns = 3;
    if (validated)
        headings[columns++] = "validation accuracy";
    headings[columns++] = "training accuracy (with dropout)";
    headings[columns++] = "synapses";
    headings[columns++] = "spikes of a hidden neuron a step";
    for (int i = 0; i < REPORT_COSTS; i++)
        if (past_has(past, report_costs[i].number))
            headings[columns++] = report_costs[i].heading;
    const char *paper = in_the_paper(past);
    if (paper != NULL)
        headings[columns++] = "for comparison: test accuracy in the paper, on RawHD";
    html_table_begin(page, "Results of the run", headings, columns);
    row_of_accuracy(page, past, "best epoch", history_best(past->history), paper);
    row_of_accuracy(page, past, "last epoch", epochs - 1, paper != NULL ? "" : NULL);
    html_table_end(page);
    char *by = past_chosen_by(past);
    char *text = format_text("The best epoch was chosen by %s%s.", by,
                             validated ? "" : ", as in the paper's code: there were no validation samples");
    html_element(page, "p", text);
    free(text);
    free(by);
}

/* ---- What its network is like ---- */

static int64_t sum_of(const int64_t *counts, int32_t count) {
    int64_t sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += counts[i];
    return sum;
}

static double mean_delay(const int64_t *excitatory, const int64_t *inhibitory, int32_t longest) {
    double sum = 0, count = 0;
    for (int32_t d = 0; d <= longest; d++) {
        sum += d * (double)(excitatory[d] + inhibitory[d]);
        count += (double)(excitatory[d] + inhibitory[d]);
    }
    return count > 0 ? sum / count : NAN;
}

static snnd_status layer_row(FILE *page, const snnd_layer *layer, int number) {
    snnd_delay_options options;
    snnd_delay_options_init(&options, sizeof options);
    snnd_status status = snnd_layer_delay_options(layer, &options);
    if (status != SNND_OK)
        return status;
    int32_t delays = options.max_delay + 1, inputs = snnd_layer_inputs(layer), outputs = snnd_layer_outputs(layer);
    int64_t *excitatory = allocate(2 * (size_t)delays, sizeof *excitatory), *inhibitory = excitatory + delays;
    status = snnd_layer_delay_counts(layer, excitatory, inhibitory);
    if (status == SNND_OK) {
        char *name = format_text("layer %d", number);
        html_row(page, name);
        html_cell(page, "%d", (int)inputs);
        html_cell(page, "%d", (int)outputs);
        html_cell(page, "%lld", (long long)snnd_layer_active(layer));
        html_cell(page, "%.2f %%",
                  100 -
                      100 * (double)snnd_layer_active(layer) / ((double)inputs * outputs * options.synapses_per_pair));
        html_cell(page, "%lld", (long long)sum_of(excitatory, delays));
        html_cell(page, "%lld", (long long)sum_of(inhibitory, delays));
        html_cell(page, "%.2f", mean_delay(excitatory, inhibitory, options.max_delay));
        html_row_end(page);
        free(name);
    }
    free(excitatory);
    return status;
}

static snnd_status write_layers(FILE *page, const snnd_network *network) {
    static const char *const headings[] = {"",         "inputs",     "neurons",    "synapses",
                                           "sparsity", "excitatory", "inhibitory", "mean delay (steps)"};
    snnd_status status = SNND_OK;
    html_table_begin(page, "Its network", headings, 8);
    for (int32_t i = 0, number = 1; status == SNND_OK && i < snnd_network_layer_count(network); i++)
        if (snnd_layer_get_type(snnd_network_layer(network, i)) == SNND_LAYER_DELAYS)
            status = layer_row(page, snnd_network_layer(network, i), number++);
    html_table_end(page);
    return status;
}

/* Loads the best network, or the last; NULL where there is neither. */
static int find_network(snnd_context *context, FILE *page, const char *folder, snnd_network **network,
                        struct failure *failure) {
    int found = keep_load(context, folder, KEEP_BEST, network, failure);
    if (found != 0)
        return found < 0 ? -1 : 0;
    found = keep_load(context, folder, KEEP_LAST, network, failure);
    if (found < 0)
        return -1;
    html_element(page, "p",
                 found
                     ? KEEP_BEST " is not there: network and pictures of it are those of " KEEP_LAST ", the last epoch."
                     : "Neither " KEEP_BEST " nor " KEEP_LAST " is there: no network and no pictures of it are shown.");
    if (!found)
        program_complain("%s: pictures of the network are missing: there is neither " KEEP_BEST " nor " KEEP_LAST,
                         folder);
    return 0;
}

static const struct exhibit pictures_of_run[] = {
    {"training", "Accuracy in training and test and, where delays are learned, the width sigma of their profiles, by "
                 "epoch."},
    {"changes", "By epoch: synapses that were not there an epoch before, how far delays moved on average (of the "
                "synapses that stayed), the activity of the hidden neurons, and what synapses do for a test sample."},
    {"delays", "How many synapses have each delay, excitatory (red) and inhibitory (blue); dotted: before training."},
    {"weights", "How many synapses have each weight; grey: before training. The axis of counts is logarithmic."},
    {"degrees", "Synapses that each neuron receives (above) and that each input of a layer gives (below); grey: before "
                "training."},
    {"neurons", "What the hidden neurons with the largest outgoing weights listen to: input channel and delay of their "
                "synapses."},
};

enum { PICTURES = sizeof pictures_of_run / sizeof *pictures_of_run };

/* The networks in the pictures of a run. */
struct sitter {
    snnd_context *context;
    const struct past *past;
    snnd_network *network, *before; /* NULL where it does not exist */
};

static int draw_run(void *user, const char *place, struct failure *failure) {
    const struct sitter *sitter = user;
    const int curves = curves_draw(sitter->past, place, failure);
    if (sitter->network == NULL)
        return curves;
    struct field_axes axes;
    int result = field_axes_read(&axes, sitter->past->folder, NULL, snnd_network_inputs(sitter->network), failure);
    if (result == 0)
        result = portrait_draw(sitter->context, sitter->network, sitter->before, &axes, place, failure);
    field_axes_free(&axes);
    return result == 0 ? curves : -1;
}

static void show_pictures(const struct report *report, FILE *page, struct sitter *sitter) {
    struct gallery gallery;
    gallery_open(&gallery, sitter->past->folder, report->by_scripts);
    gallery_fill(&gallery, pictures_of_run, PICTURES, 1, draw_run, sitter);
    gallery_remark(&gallery, page);
    for (int i = 0; i < PICTURES; i++)
        if (gallery_has_script(&gallery, pictures_of_run[i].name)) /* otherwise there was nothing to draw */
            gallery_show(&gallery, page, &pictures_of_run[i]);
    gallery_close(&gallery);
}

static int show_epochs(const struct report *report, FILE *page, const struct past *past, struct failure *failure) {
    struct sitter sitter = {.context = report->context, .past = past};
    write_result(page, past);
    int result = find_network(report->context, page, past->folder, &sitter.network, failure);
    if (result == 0 && keep_load(report->context, past->folder, KEEP_INITIAL, &sitter.before, failure) < 0)
        result = -1;
    if (result == 0 && sitter.network != NULL && write_layers(page, sitter.network) != SNND_OK)
        result = failed(failure, "%s: %s", past->folder, snnd_context_last_error(report->context));
    if (result == 0)
        result = report_predictions(report, page, past, failure);
    if (result == 0)
        show_pictures(report, page, &sitter);
    snnd_network_free(sitter.before);
    snnd_network_free(sitter.network);
    return result;
}

static int show_run(const struct report *report, FILE *page, const struct past *past, struct failure *failure) {
    int result = 0;
    if (past->history->child != NULL)
        result = show_epochs(report, page, past, failure);
    else
        html_element(page, "p", "No epoch of this run is finished.");
    report_settings(page, past->settings);
    return result;
}

int report_run(const struct report *report, FILE *page, const char *folder, const char *id, struct failure *failure) {
    struct past past;
    if (past_load(folder, &past, failure) != 0)
        return -1;
    html_heading(page, 2, id, folder);
    int result = show_run(report, page, &past, failure);
    past_free(&past);
    return result;
}
