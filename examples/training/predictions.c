#include "training/predictions.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/numbers.h"
#include "common/place.h"
#include "common/table.h"

static const char *const columns[] = {"index", "label", "predicted", "speaker"};

enum { COLUMNS = sizeof columns / sizeof *columns };

static const char unknown[] = "-";

void predictions_begin(struct predictions *predictions, int64_t samples, const int32_t *speaker) {
    const size_t room = samples > 0 ? (size_t)samples : 1;
    memset(predictions, 0, sizeof *predictions);
    predictions->samples = samples;
    predictions->label = allocate(room, sizeof *predictions->label);
    predictions->predicted = allocate(room, sizeof *predictions->predicted);
    predictions->speaker = allocate(room, sizeof *predictions->speaker);
    for (int64_t i = 0; i < samples; i++)
        predictions->speaker[i] = speaker != NULL ? speaker[i] : -1;
}

void predictions_free(struct predictions *predictions) {
    free(predictions->label);
    free(predictions->predicted);
    free(predictions->speaker);
    memset(predictions, 0, sizeof *predictions);
}

int64_t predictions_correct(const struct predictions *predictions) {
    int64_t correct = 0;
    for (int64_t i = 0; i < predictions->samples; i++)
        correct += predictions->label[i] == predictions->predicted[i];
    return correct;
}

/* ---- Writing ---- */

int predictions_write(const struct predictions *predictions, const char *folder, struct failure *failure) {
    struct file_writing writing;
    FILE *stream = file_begin_in(folder, PREDICTIONS_FILE, &writing, failure);
    if (stream == NULL)
        return -1;
    for (int i = 0; i < COLUMNS; i++)
        fprintf(stream, "%s%c", columns[i], i + 1 < COLUMNS ? '\t' : '\n');
    for (int64_t i = 0; i < predictions->samples; i++) {
        fprintf(stream, "%" PRId64 "\t%d\t%d\t", i, (int)predictions->label[i], (int)predictions->predicted[i]);
        if (predictions->speaker[i] >= 0)
            fprintf(stream, "%d\n", (int)predictions->speaker[i]);
        else
            fprintf(stream, "%s\n", unknown);
    }
    return file_end(&writing, failure);
}

/* ---- Reading ---- */

static int check_columns(const struct table *table, const char *path, struct failure *failure) {
    if (table->columns != COLUMNS)
        return failed(failure, "%s: line 1 has %d columns; expected %d", path, table->columns, COLUMNS);
    for (int i = 0; i < COLUMNS; i++)
        if (strcmp(table->cell[i], columns[i]) != 0)
            return failed(failure, "%s: line 1, column %d is '%.80s'; expected '%s'", path, i + 1, table->cell[i],
                          columns[i]);
    return 0;
}

/* Reads the number in a cell, from `low` to `high`. */
static int take_number(char **cells, int column, int64_t low, int64_t high, int64_t *number, struct failure *failure) {
    if (number_whole(cells[column], low, high, number) == 0)
        return 0;
    char *wanted = low == high ? format_text("%" PRId64, low)
                               : format_text("a whole number from %" PRId64 " to %" PRId64, low, high);
    failed(failure, "column %d (%s): '%.80s' is not %s", column + 1, columns[column], cells[column], wanted);
    free(wanted);
    return -1;
}

static int take_line(struct predictions *predictions, int64_t i, char **cells, struct failure *failure) {
    int64_t index, label, predicted, speaker = -1;
    if (take_number(cells, 0, i, i, &index, failure) != 0 ||
        take_number(cells, 1, 0, PREDICTIONS_CLASSES - 1, &label, failure) != 0 ||
        take_number(cells, 2, 0, PREDICTIONS_CLASSES - 1, &predicted, failure) != 0 ||
        (strcmp(cells[3], unknown) != 0 && take_number(cells, 3, 0, INT32_MAX, &speaker, failure) != 0))
        return -1;
    predictions->label[i] = (int32_t)label;
    predictions->predicted[i] = (int32_t)predicted;
    predictions->speaker[i] = (int32_t)speaker;
    return 0;
}

static int take_lines(struct predictions *predictions, const struct table *table, const char *path,
                      struct failure *failure) {
    struct failure reason;
    for (int row = 0; row < table->rows; row++)
        if (take_line(predictions, row, table->cell + (size_t)(row + 1) * COLUMNS, &reason) != 0)
            return failed(failure, "%s: line %d, %s", path, row + 2, reason.text);
    return 0;
}

int predictions_read(const char *folder, struct predictions *predictions, struct failure *failure) {
    struct table table;
    memset(predictions, 0, sizeof *predictions);
    if (table_load(folder, PREDICTIONS_FILE, &table, failure) != 0)
        return -1;
    char *path = place_path(folder, PREDICTIONS_FILE);
    predictions_begin(predictions, table.rows, NULL);
    int result = check_columns(&table, path, failure);
    if (result == 0)
        result = take_lines(predictions, &table, path, failure);
    free(path);
    table_free(&table);
    if (result != 0)
        predictions_free(predictions);
    return result;
}
