#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/html.h"
#include "report/curves.h"
#include "report/gallery.h"
#include "report/past.h"
#include "report/portrait.h"
#include "report/report.h"
#include "training/history.h"
#include "training/keep.h"

/* "" for what is not known. */
static void percent_cell(FILE *page, double share) {
    if (isnan(share))
        html_cell(page, "%s", "");
    else
        html_cell(page, "%.2f %%", 100 * share);
}

static void setting_cell(FILE *page, const cJSON *settings, const char *name) {
    char *text = past_setting(settings, name);
    html_cell(page, "%s", text);
    free(text);
}

static int setting_is(const cJSON *settings, const char *name, const char *value) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(settings, name);
    return cJSON_IsString(item) && strcmp(item->valuestring, value) == 0;
}

/* Rows of an object, and of objects in it as OUTER: INNER; what lies deeper stays JSON. */
static void settings_rows(FILE *page, const cJSON *settings, const char *outer) {
    for (const cJSON *item = settings->child; item != NULL; item = item->next) {
        if (cJSON_IsObject(item) && outer == NULL) {
            settings_rows(page, item, item->string);
            continue;
        }
        char *name = outer != NULL ? format_text("%s: %s", outer, item->string) : format_text("%s", item->string);
        html_row(page, name);
        setting_cell(page, settings, item->string);
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

/* What the paper says of a run like this one: it has a number for the dense network of 40-256-20 with delays of 0 to
 * 24 steps only. */
static const char *in_the_paper(const struct past *past) {
    const cJSON *settings = past->settings;
    if (!setting_is(settings, "hidden", "256") || !setting_equals(settings, "kernel-count", 1) ||
        !setting_equals(settings, "max-delay", 24))
        return "not of this network";
    if (!setting_is(settings, "structure", "dense"))
        return "only in its figure 3";
    return setting_is(settings, "delays", "learned") ? "97.2 % on RawHD" : "not given";
}

static void row_of_accuracy(FILE *page, const struct past *past, const char *what, int epoch, const char *paper) {
    html_row(page, what);
    html_cell(page, "%.0f", past_number(past, epoch, "epoch"));
    percent_cell(page, past_number(past, epoch, "test_accuracy"));
    if (past_has(past, "validation_accuracy"))
        percent_cell(page, past_number(past, epoch, "validation_accuracy"));
    percent_cell(page, past_number(past, epoch, "train_accuracy"));
    html_cell(page, "%.0f", past_number(past, epoch, "active"));
    html_cell(page, "%.4f", past_number(past, epoch, "spike_rate"));
    html_cell(page, "%s", paper);
    html_row_end(page);
}

static void write_result(FILE *page, const struct past *past) {
    const char *headings[8] = {"", "epoch", "test accuracy"};
    int epochs = cJSON_GetArraySize(past->history), validated = past_has(past, "validation_accuracy"), columns = 3;
    if (validated)
        headings[columns++] = "validation accuracy";
    headings[columns++] = "training accuracy (with dropout)";
    headings[columns++] = "synapses";
    headings[columns++] = "spikes of a hidden neuron a step";
    headings[columns++] = "for comparison: test accuracy in the paper, on RawHD";
    html_table_begin(page, "What the run came to", headings, columns);
    row_of_accuracy(page, past, "best epoch", history_best(past->history), in_the_paper(past));
    row_of_accuracy(page, past, "last epoch", epochs - 1, "");
    html_table_end(page);
    html_element(page, "p",
                 validated ? "The best epoch was chosen by its validation accuracy."
                           : "The best epoch was chosen by its test accuracy, as in the paper's code: there was no "
                             "validation share.");
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
                  100 - 100 * (double)snnd_layer_active(layer) / ((double)inputs * outputs * options.kernel_count));
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

/* The network of this name in the folder; NULL and no failure where there is none. */
static int load_network(snnd_context *context, const char *folder, const char *name, snnd_network **network,
                        struct failure *failure) {
    char *path = past_path(folder, name);
    int result = 0;
    *network = NULL;
    if (file_exists(path) && snnd_network_load(context, path, network) != SNND_OK)
        result = failed(failure, "%s", snnd_context_last_error(context));
    free(path);
    return result;
}

/* The best network, or the last; NULL where there is neither. */
static int find_network(snnd_context *context, FILE *page, const char *folder, snnd_network **network,
                        struct failure *failure) {
    if (load_network(context, folder, KEEP_BEST, network, failure) != 0)
        return -1;
    if (*network != NULL)
        return 0;
    if (load_network(context, folder, KEEP_LAST, network, failure) != 0)
        return -1;
    html_element(page, "p",
                 *network != NULL
                     ? KEEP_BEST " is not there: network and pictures of it are those of " KEEP_LAST ", the last epoch."
                     : "Neither " KEEP_BEST " nor " KEEP_LAST " is there: no network and no pictures of it are shown.");
    if (*network == NULL)
        fprintf(stderr, "rawhd-report: %s: pictures of the network are missing: there is neither %s nor %s\n", folder,
                KEEP_BEST, KEEP_LAST);
    return 0;
}

/* Table and pictures of the network. */
static int show_network(snnd_context *context, FILE *page, const char *folder, const char *pictures,
                        struct failure *failure) {
    snnd_network *network, *before = NULL;
    if (find_network(context, page, folder, &network, failure) != 0)
        return -1;
    int result = load_network(context, folder, KEEP_INITIAL, &before, failure);
    if (result == 0 && network != NULL && write_layers(page, network) != SNND_OK)
        result = failed(failure, "%s: %s", folder, snnd_context_last_error(context));
    if (result == 0 && network != NULL)
        result = portrait_draw(context, network, before, pictures, failure);
    snnd_network_free(before);
    snnd_network_free(network);
    return result;
}

static const struct exhibit pictures_of_run[] = {
    {"training", "Accuracy in training and test and, where delays are learned, the width sigma of their kernels, by "
                 "epoch."},
    {"changes", "By epoch: synapses that were not there an epoch before, how far delays moved on average (of the "
                "synapses that stayed), and the activity of the hidden neurons."},
    {"delays", "How many synapses have each delay, excitatory (red) and inhibitory (blue); dotted: before training."},
    {"weights", "How many synapses have each weight; grey: before training. The axis of counts is logarithmic."},
    {"degrees", "Synapses that each neuron receives (above) and that each input of a layer gives (below); grey: before "
                "training."},
    {"neurons", "What the hidden neurons with the largest outgoing weights listen to: input channel and delay of their "
                "synapses."},
};

enum { PICTURES = sizeof pictures_of_run / sizeof *pictures_of_run };

/* Of an earlier run in the folder, perhaps, which had what this one has not. */
static void forget_pictures(const char *pictures) {
    static const char *const endings[] = {"gp", "dat", "svg", "png"};
    for (int i = 0; i < PICTURES; i++)
        for (size_t j = 0; j < sizeof endings / sizeof *endings; j++) {
            char *path = format_text("%s/%s.%s", pictures, pictures_of_run[i].name, endings[j]);
            unlink(path);
            free(path);
        }
}

static void show_pictures(FILE *page, const struct gallery *gallery) {
    gallery_remark(gallery, page);
    for (int i = 0; i < PICTURES; i++)
        if (gallery_has_script(gallery, pictures_of_run[i].name)) /* else there was nothing to draw */
            gallery_show(gallery, page, &pictures_of_run[i]);
}

static int show_epochs(snnd_context *context, FILE *page, const struct past *past, struct failure *failure) {
    struct gallery gallery;
    gallery_open(&gallery, past->folder);
    const char *place = gallery_place(&gallery, failure);
    int result = place != NULL ? 0 : -1;
    write_result(page, past);
    if (result == 0) {
        forget_pictures(place);
        result = curves_draw(past, place, failure);
    }
    if (result == 0)
        result = show_network(context, page, past->folder, place, failure);
    if (result == 0)
        show_pictures(page, &gallery);
    gallery_close(&gallery);
    return result;
}

static int show_run(snnd_context *context, FILE *page, const struct past *past, struct failure *failure) {
    int result = 0;
    if (cJSON_GetArraySize(past->history) > 0)
        result = show_epochs(context, page, past, failure);
    else
        html_element(page, "p", "No epoch of this run is finished.");
    report_settings(page, past->settings);
    return result;
}

int report_run(snnd_context *context, FILE *page, const char *folder, const char *id, struct failure *failure) {
    struct past past;
    if (past_load(folder, &past, failure) != 0)
        return -1;
    html_heading(page, 2, id, folder);
    int result = show_run(context, page, &past, failure);
    past_free(&past);
    return result;
}

/* ---- All runs in one table ---- */

static void overview_row(FILE *page, const struct past *past) {
    static const char *const shown[] = {"structure", "delays", "seed"}, *const of_sparse[] = {"sparsity", "growth"};
    int best = history_best(past->history), epochs = cJSON_GetArraySize(past->history);
    int dense = setting_is(past->settings, "structure", "dense");
    html_row(page, past->folder);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        setting_cell(page, past->settings, shown[i]);
    for (size_t i = 0; i < sizeof of_sparse / sizeof *of_sparse; i++)
        setting_cell(page, dense ? NULL : past->settings, of_sparse[i]);
    html_cell(page, "%s", cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(past->settings, "dale")) ? "yes" : "no");
    html_cell(page, "%d", epochs);
    percent_cell(page, past_number(past, best, "test_accuracy"));
    percent_cell(page, past_number(past, epochs - 1, "test_accuracy"));
    html_cell(page, "%.0f", epochs > 0 ? past_number(past, epochs - 1, "active") : 0);
    html_row_end(page);
}

int report_overview(FILE *page, char *const folders[], int count, struct failure *failure) {
    static const char *const headings[] = {"run",
                                           "structure",
                                           "delays",
                                           "seed",
                                           "sparsity",
                                           "growth",
                                           "Dale's law",
                                           "epochs",
                                           "best test accuracy",
                                           "last test accuracy",
                                           "synapses"};
    int runs = 0, result = 0;
    for (int i = 0; i < count; i++)
        runs += report_kind_of(folders[i]) == REPORT_RUN;
    if (runs < 2)
        return 0;
    html_table_begin(page, "The runs", headings, 11);
    for (int i = 0; result == 0 && i < count; i++) {
        struct past past;
        if (report_kind_of(folders[i]) != REPORT_RUN)
            continue;
        result = past_load(folders[i], &past, failure);
        if (result == 0) {
            overview_row(page, &past);
            past_free(&past);
        }
    }
    html_table_end(page);
    return result;
}
