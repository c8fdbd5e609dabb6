/*
 * Fuzz target: the files of a run's folder, as the programs of examples/training read them. The first byte chooses the
 * file, the rest is what it says: a log, settings, a table, how recordings became inputs, or
 * predictions.
 */
#include <math.h>

#include "common/html.h"
#include "common/printable.h"
#include "common/table.h"
#include "fuzz.h"
#include "rawhd/front_end_settings.h"
#include "training/history.h"
#include "training/keep.h"
#include "training/predictions.h"
#include "training/recipe.h"
#include "training/report/past.h"

/* The scratch directory is the folder of the run. */
static char folder[4096];

static void write_file(const char *name, const void *data, size_t size) {
    const char *path = fuzz_path(name);
    snprintf(folder, sizeof folder, "%.*s", (int)(strlen(path) - strlen(name) - 1), path);
    fuzz_write(path, data, size);
}

/* What is refused has a message of one line, which a terminal can be given. */
static void claim_told(const struct failure *failure) {
    char *shown = printable(failure->text);
    CLAIM(failure->text[0] != '\0', "a failure without a message");
    CLAIM(strcmp(shown, failure->text) == 0, "a message that is not printable, or not one line");
    free(shown);
}

/* What is put into a page is no markup and controls nothing. */
static void claim_tame(const char *text) {
    char *page = NULL;
    size_t length;
    FILE *stream = open_memstream(&page, &length);
    CLAIM(stream != NULL, "no memory");
    html_text(stream, text);
    CLAIM(fclose(stream) == 0, "no memory");
    char *shown = printable_lines(page);
    CLAIM(strpbrk(page, "<>\"'") == NULL && strcmp(shown, page) == 0, "text that is markup, or not printable");
    free(shown);
    free(page);
}

/* ---- The log ---- */

/* Records of one epoch after the other, with numbers that can be reckoned with; and the same once more when they are
 * written and read again. */
static void claim_history(const cJSON *history, int refused) {
    int epoch = 0;
    for (const cJSON *record = history->child; record != NULL; record = record->next) {
        epoch++;
        CLAIM(fabs(history_number(record, "epoch") - epoch) < 0.5, "a record that is not of epoch %d", epoch);
        for (const cJSON *item = record->child; item != NULL; item = item->next)
            CLAIM(cJSON_IsNull(item) || (cJSON_IsNumber(item) && fabs(item->valuedouble) <= 1e30), "'%s' of epoch %d",
                  item->string, epoch);
    }
    const int best = history_best(history);
    CLAIM(best >= -1 && best < (epoch > 0 ? epoch : 1), "the best of %d records is %d", epoch, best);
    struct failure failure;
    const int changed = history_restore(folder, history, &failure);
    CLAIM(changed >= 0 && (changed > 0 || !refused), "the log cannot be put right: %s", failure.text);
    CLAIM(history_restore(folder, history, &failure) == 0, "the log was put right, and is not");
    cJSON *again = history_read(folder, NULL, &failure);
    CLAIM(again != NULL && cJSON_Compare(again, history, 1), "a log that was put right reads otherwise");
    cJSON_Delete(again);
}

static void read_log(const void *data, size_t size) {
    struct failure failure;
    cJSON *whole;
    write_file(KEEP_LOG, data, size);
    cJSON *history = history_read(folder, &whole, &failure);
    if (history == NULL)
        claim_told(&failure);
    claim_history(history != NULL ? history : whole, history == NULL);
    cJSON_Delete(history);
    cJSON_Delete(whole);
}

/* ---- Settings ---- */

/* Of no data set: the options that all have. */
static const struct recipe_default defaults[] = {{NULL, NULL, NULL}};
static const struct recipe recipe = {.name = "rawhd", .data = "a folder", .defaults = defaults};

/* A run takes its options from them: what it then has agrees with itself. */
static void inherit(const cJSON *settings) {
    struct options options;
    struct failure failure;
    char name[] = "rawhd-train", *words[] = {name, NULL};
    CLAIM(options_read(&recipe, 1, words, &options, &failure) == 0, "no options are wrong: %s", failure.text);
    if (options_agree(&options, settings, &failure) != 0)
        claim_told(&failure);
    if (options_inherit(&options, settings, &failure) != 0 || options_check(&options, &failure) != 0) {
        claim_told(&failure);
        return;
    }
    cJSON *own = options_settings(&options);
    CLAIM(options_agree(&options, own, &failure) == 0, "options do not agree with themselves: %s", failure.text);
    cJSON_Delete(own);
}

static void read_settings(const void *data, size_t size) {
    static const char epoch[] = "{\"epoch\":1}\n";
    struct past past;
    struct failure failure;
    write_file(KEEP_LOG, epoch, strlen(epoch));
    write_file(KEEP_SETTINGS, data, size);
    CLAIM(past_is_here(folder), "a folder with a log and settings is no run");
    if (past_load(folder, &past, &failure) != 0) {
        claim_told(&failure);
        return;
    }
    for (const cJSON *item = past.settings->child; item != NULL; item = item->next) {
        char *text = past_value(item), *same = past_setting(past.settings, item->string);
        claim_tame(item->string);
        claim_tame(text);
        free(same);
        free(text);
    }
    inherit(past.settings);
    past_free(&past);
}

/* ---- Tables ---- */

static void read_table(const void *data, size_t size) {
    static const char *const columns[] = {"model", "sparsity", NULL};
    struct table table;
    struct failure failure;
    write_file("results.tsv", data, size);
    if (table_load(folder, "results.tsv", &table, &failure) != 0) {
        claim_told(&failure);
        return;
    }
    CLAIM(table.rows >= 0 && table.columns >= 1, "%d rows of %d", table.rows, table.columns);
    for (int i = 0; i < table.columns; i++)
        claim_tame(table.cell[i]);
    if (table_check(&table, "results.tsv", 1, columns, &failure) != 0)
        claim_told(&failure);
    else
        for (int row = 0; row < table.rows; row++) {
            const double sparsity = table_number(&table, row, "sparsity");
            CLAIM(strcmp(table_cell(&table, row, table.cell[0]), table.cell[(row + 1) * table.columns]) == 0,
                  "the first cell of row %d", row);
            CLAIM(!isinf(sparsity) && isnan(table_number(&table, row, "no such column")), "a number of row %d", row);
        }
    table_free(&table);
}

/* ---- How recordings became inputs ---- */

static void read_front_end(const void *data, size_t size) {
    struct front_end front_end, again;
    struct failure failure;
    write_file(FRONT_END_FILE, data, size);
    if (front_end_read(folder, FRONT_END_FILE, &front_end, &failure) != 0) {
        claim_told(&failure);
        return;
    }
    CLAIM(front_end_write(&front_end, folder, FRONT_END_FILE, &failure) == 0, "%s", failure.text);
    CLAIM(front_end_read(folder, FRONT_END_FILE, &again, &failure) == 0, "%s", failure.text);
    CLAIM(again.preset == front_end.preset && again.german_first == front_end.german_first &&
              again.scale.lowest_rate == front_end.scale.lowest_rate && again.scale.low == front_end.scale.low &&
              again.scale.high == front_end.scale.high && again.extra_steps == front_end.extra_steps,
          "what was written reads otherwise");
}

/* ---- Predictions ---- */

static void read_predictions(const void *data, size_t size) {
    struct predictions predictions, again;
    struct failure failure;
    write_file(PREDICTIONS_FILE, data, size);
    if (predictions_read(folder, &predictions, &failure) != 0) {
        claim_told(&failure);
        return;
    }
    const int64_t correct = predictions_correct(&predictions);
    CLAIM(correct >= 0 && correct <= predictions.samples, "%d are right", (int)correct);
    CLAIM(predictions_write(&predictions, folder, &failure) == 0, "%s", failure.text);
    CLAIM(predictions_read(folder, &again, &failure) == 0, "%s", failure.text);
    CLAIM(again.samples == predictions.samples, "samples that were written are not read");
    for (int64_t i = 0; i < again.samples; i++) {
        const int32_t label = again.label[i], predicted = again.predicted[i];
        CLAIM(label >= 0 && label < PREDICTIONS_CLASSES && predicted >= 0 && predicted < PREDICTIONS_CLASSES,
              "sample %d: %d and %d are no classes", (int)i, (int)label, (int)predicted);
        CLAIM(label == predictions.label[i] && predicted == predictions.predicted[i] &&
                  again.speaker[i] == predictions.speaker[i],
              "sample %d reads otherwise", (int)i);
    }
    predictions_free(&again);
    predictions_free(&predictions);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    static void (*const readers[])(const void *data, size_t size) = {read_log, read_settings, read_table,
                                                                     read_front_end, read_predictions};
    if (size > 0)
        readers[data[0] % (sizeof readers / sizeof *readers)](data + 1, size - 1);
    return 0;
}
