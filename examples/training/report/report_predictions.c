#include <cJSON.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/html.h"
#include "training/history.h"
#include "training/keep.h"
#include "training/report/past.h"
#include "training/report/report.h"

/* More classes than fit on a page, and more speakers than are shown initially. */
enum { MOST_CLASSES = 200, MOST_SPEAKERS = 24 };

/* Counts for a class, for a speaker, or for all. */
struct tally {
    int64_t samples, correct;
};

struct confusion {
    snnd_context *context;
    const struct past *past;
    int classes;
    int64_t *count; /* [classes, classes]: the predictions for the samples of each class */
};

static int64_t of_class(const struct confusion *confusion, int label, int predicted) {
    return confusion->count[(size_t)label * (size_t)confusion->classes + (size_t)predicted];
}

static struct tally tally_of_class(const struct confusion *confusion, int label) {
    struct tally tally = {0, of_class(confusion, label, label)};
    for (int i = 0; i < confusion->classes; i++)
        tally.samples += of_class(confusion, label, i);
    return tally;
}

/* Writes samples, accuracy, and its interval, which are empty without samples. */
static void tally_cells(FILE *page, snnd_context *context, const struct tally *tally) {
    snnd_interval share;
    snnd_interval_init(&share, sizeof share);
    html_cell(page, "%lld", (long long)tally->samples);
    if (tally->samples == 0 || snnd_proportion(context, tally->correct, tally->samples, 0.95, &share) != SNND_OK) {
        html_cell(page, "%s", "");
        html_cell(page, "%s", "");
        return;
    }
    report_percent_cell(page, share.estimate);
    html_cell(page, "%.1f to %.1f %%", 100 * share.low, 100 * share.high);
}

#define TALLY_HEADINGS "test samples", "accuracy", "interval of 95 %"

/* ---- Classes ---- */

static void row_of_matrix(FILE *page, const struct confusion *confusion, int label) {
    const struct tally tally = tally_of_class(confusion, label);
    char *name = past_class(confusion->past, label);
    html_row(page, name);
    free(name);
    for (int i = 0; i < confusion->classes; i++) {
        const int64_t count = of_class(confusion, label, i);
        if (count > 0)
            html_shaded_cell(page, (double)count / (double)tally.samples, i == label, count);
        else
            html_cell(page, "%s", "");
    }
    html_row_end(page);
}

static void write_matrix(FILE *page, const struct confusion *confusion) {
    char **headings = allocate((size_t)confusion->classes + 1, sizeof *headings);
    headings[0] = format_text("%s", "");
    for (int i = 0; i < confusion->classes; i++)
        headings[i + 1] = past_class(confusion->past, i);
    fputs("<div class=\"matrix\">\n", page);
    html_table_begin(page, "Confusion matrix: what the test samples of each class (rows) were taken for (columns)",
                     (const char *const *)headings, confusion->classes + 1);
    for (int i = 0; i < confusion->classes; i++)
        row_of_matrix(page, confusion, i);
    html_table_end(page);
    fputs("</div>\n", page);
    for (int i = 0; i <= confusion->classes; i++)
        free(headings[i]);
    free(headings);
}

/* Writes the most frequent wrong prediction of a class. */
static void mistake_cell(FILE *page, const struct confusion *confusion, int label) {
    int64_t most = 0;
    int other = 0;
    for (int i = 0; i < confusion->classes; i++)
        if (i != label && of_class(confusion, label, i) > most) {
            most = of_class(confusion, label, i);
            other = i;
        }
    char *name = past_class(confusion->past, other);
    if (most > 0)
        html_cell(page, "%s (%lld)", name, (long long)most);
    else
        html_cell(page, "%s", "");
    free(name);
}

static void write_classes(FILE *page, const struct confusion *confusion) {
    static const char *const headings[] = {"class", TALLY_HEADINGS, "mistaken most often for"};
    html_table_begin(page, "Accuracy of each class", headings, 5);
    for (int i = 0; i < confusion->classes; i++) {
        const struct tally tally = tally_of_class(confusion, i);
        char *name = past_class(confusion->past, i);
        html_row(page, name);
        free(name);
        tally_cells(page, confusion->context, &tally);
        mistake_cell(page, confusion, i);
        html_row_end(page);
    }
    html_table_end(page);
}

/* ---- Speakers ---- */

/* A sample; samples are sorted by speaker. */
struct heard {
    int32_t speaker;
    int correct;
};

static int compare_speakers(const void *one, const void *other) {
    const int32_t a = ((const struct heard *)one)->speaker, b = ((const struct heard *)other)->speaker;
    return (a > b) - (a < b);
}

static void speaker_row(FILE *page, snnd_context *context, int32_t speaker, const struct tally *tally) {
    char *name = speaker >= 0 ? format_text("%d", (int)speaker) : format_text("not known");
    html_row(page, name);
    free(name);
    tally_cells(page, context, tally);
    html_row_end(page);
}

/* Counts the speakers, and writes a row for each if there is a page. */
static int speaker_rows(FILE *page, snnd_context *context, const struct heard *heard, int64_t samples) {
    int speakers = 0;
    for (int64_t i = 0, next; i < samples; i = next, speakers++) {
        struct tally tally = {0, 0};
        for (next = i; next < samples && heard[next].speaker == heard[i].speaker; next++) {
            tally.samples++;
            tally.correct += heard[next].correct;
        }
        if (page != NULL)
            speaker_row(page, context, heard[i].speaker, &tally);
    }
    return speakers;
}

static void write_speakers(FILE *page, snnd_context *context, const struct predictions *predictions) {
    static const char *const headings[] = {"speaker", TALLY_HEADINGS};
    const int64_t samples = predictions->samples;
    struct heard *heard = allocate((size_t)samples, sizeof *heard);
    for (int64_t i = 0; i < samples; i++)
        heard[i] = (struct heard){predictions->speaker[i], predictions->label[i] == predictions->predicted[i]};
    qsort(heard, (size_t)samples, sizeof *heard, compare_speakers);
    const int speakers = speaker_rows(NULL, context, heard, samples), many = speakers > MOST_SPEAKERS;
    if (heard[samples - 1].speaker >= 0) { /* whether any speaker is known */
        if (many)
            fprintf(page, "<details><summary>Accuracy of each of %d speakers</summary>\n", speakers);
        html_table_begin(page, many ? "" : "Accuracy of each speaker", headings, 4);
        speaker_rows(page, context, heard, samples);
        html_table_end(page);
        if (many)
            fputs("</details>\n", page);
    }
    free(heard);
}

/* ---- All of it ---- */

static int count_classes(const struct predictions *predictions) {
    int32_t largest = 0;
    for (int64_t i = 0; i < predictions->samples; i++) {
        const int32_t label = predictions->label[i], predicted = predictions->predicted[i];
        largest = label > largest ? label : largest;
        largest = predicted > largest ? predicted : largest;
    }
    return (int)largest + 1;
}

static void write_confusion(FILE *page, snnd_context *context, const struct past *past,
                            const struct predictions *predictions) {
    struct confusion confusion = {context, past, count_classes(predictions), NULL};
    if (confusion.classes > MOST_CLASSES) {
        html_element(page, "p", "There are too many classes to show them one by one.");
        return;
    }
    confusion.count = allocate((size_t)confusion.classes * (size_t)confusion.classes, sizeof *confusion.count);
    for (int64_t i = 0; i < predictions->samples; i++)
        confusion
            .count[(size_t)predictions->label[i] * (size_t)confusion.classes + (size_t)predictions->predicted[i]]++;
    write_matrix(page, &confusion);
    write_classes(page, &confusion);
    free(confusion.count);
}

/* The log is written first, so that during a run the predictions may be those of the best epoch before. */
static void write_origin(FILE *page, const struct past *past, const struct predictions *predictions) {
    const cJSON *best = cJSON_GetArrayItem(past->history, history_best(past->history));
    const double share = (double)predictions_correct(predictions) / (double)predictions->samples;
    const double said = history_number(best, "test_accuracy");
    char *text =
        fabs(share - said) < 1e-6
            ? format_text("Classes and speakers are those of the testing set, by the network of the best "
                          "epoch. Intervals are Wilson's.")
            : format_text(
                  "These are not of the best epoch: according to " KEEP_PREDICTIONS
                  " %.2f %% of the testing samples are right, according to the log %.2f %%. Intervals are Wilson's.",
                  100 * share, 100 * said);
    html_element(page, "p", text);
    free(text);
}

void report_classes(const struct report *report, FILE *page, const struct past *past,
                    const struct predictions *predictions) {
    write_confusion(page, report->context, past, predictions);
    write_speakers(page, report->context, predictions);
}

int report_predictions(const struct report *report, FILE *page, const struct past *past, struct failure *failure) {
    struct predictions predictions;
    if (!file_exists_in(past->folder, KEEP_PREDICTIONS)) {
        html_element(page, "p",
                     KEEP_PREDICTIONS
                     " is missing, so single classes and speakers are not shown; --resume of the run writes it.");
        return 0;
    }
    if (predictions_read(past->folder, &predictions, failure) != 0)
        return -1;
    if (predictions.samples > 0) {
        write_origin(page, past, &predictions);
        report_classes(report, page, past, &predictions);
    }
    predictions_free(&predictions);
    return 0;
}
