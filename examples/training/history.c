#include "training/history.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"
#include "common/ranges.h"

/* The numbers that a record may have. */
static const char *const numbers[] = {
    "epoch",         "train_loss",    "train_accuracy",  "validation_loss", "validation_accuracy",
    "test_loss",     "test_accuracy", "sigma",           "seconds",         "active",
    "regrown",       "rewired",       "delay_moved",     "spike_rate",      "weight_rate",
    "position_rate", "accumulations", "multiplications", "picojoules",      "unreached",
};

enum { NUMBERS = sizeof numbers / sizeof *numbers, LONGEST_LINE = 16384 };

cJSON *history_record(const struct epoch_result *result) {
    const snnd_epoch_report *training = &result->training, *testing = &result->testing;
    cJSON *record = cJSON_CreateObject();
    cJSON_AddNumberToObject(record, "epoch", training->epoch + 1);
    cJSON_AddNumberToObject(record, "train_loss", training->loss);
    cJSON_AddNumberToObject(record, "train_accuracy", training->accuracy);
    if (result->has_validation) {
        cJSON_AddNumberToObject(record, "validation_loss", result->validation.loss);
        cJSON_AddNumberToObject(record, "validation_accuracy", result->validation.accuracy);
    } else {
        cJSON_AddNullToObject(record, "validation_loss");
        cJSON_AddNullToObject(record, "validation_accuracy");
    }
    cJSON_AddNumberToObject(record, "test_loss", testing->loss);
    cJSON_AddNumberToObject(record, "test_accuracy", testing->accuracy);
    cJSON_AddNumberToObject(record, "sigma", training->sigma);
    cJSON_AddNumberToObject(record, "seconds", result->seconds);
    cJSON_AddNumberToObject(record, "active", (double)training->active);
    cJSON_AddNumberToObject(record, "unreached", result->unreached);
    cJSON_AddNumberToObject(record, "regrown", (double)training->regrown);
    if (result->has_changes) {
        cJSON_AddNumberToObject(record, "rewired", (double)result->changes.born);
        cJSON_AddNumberToObject(record, "delay_moved", result->changes.mean_move);
    } else {
        cJSON_AddNullToObject(record, "rewired");
        cJSON_AddNullToObject(record, "delay_moved");
    }
    cJSON_AddNumberToObject(record, "spike_rate", training->spike_rate);
    cJSON_AddNumberToObject(record, "weight_rate", training->weight_rate);
    cJSON_AddNumberToObject(record, "position_rate", training->position_rate);
    cJSON_AddNumberToObject(record, "accumulations", testing->accumulations);
    cJSON_AddNumberToObject(record, "multiplications", testing->multiplications);
    if (result->has_energy)
        cJSON_AddNumberToObject(record, "picojoules", testing->picojoules);
    else
        cJSON_AddNullToObject(record, "picojoules");
    return record;
}

double history_number(const cJSON *record, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(record, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

int history_best(const cJSON *history) {
    int best = -1, place = 0;
    double best_accuracy = -1;
    for (const cJSON *record = history->child; record != NULL; record = record->next, place++) {
        double accuracy = history_number(record, "validation_accuracy");
        if (isnan(accuracy))
            accuracy = history_number(record, "test_accuracy");
        if (accuracy > best_accuracy) {
            best = place;
            best_accuracy = accuracy;
        }
    }
    return best;
}

/* ---- The log ---- */

/* Copies a number from a line; null means that it was not measured. */
static int take_number(const cJSON *line, const char *name, cJSON *record, struct failure *failure) {
    struct failure reason;
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(line, name);
    if (item == NULL)
        return 0;
    if (cJSON_IsNull(item)) {
        cJSON_AddNullToObject(record, name);
        return 0;
    }
    if (!cJSON_IsNumber(item))
        return failed(failure, "\"%s\" is not a number", name);
    if (range_check(name, item->valuedouble, &reason) != 0)
        return failed(failure, "\"%s\" %s", name, reason.text);
    cJSON_AddNumberToObject(record, name, item->valuedouble);
    return 0;
}

/* Reads the record of this epoch from a line; returns NULL on failure. */
static cJSON *read_line(const char *text, int epoch, struct failure *failure) {
    cJSON *line = strlen(text) <= LONGEST_LINE ? cJSON_ParseWithOpts(text, NULL, 1) : NULL, *record = NULL;
    int result = cJSON_IsObject(line) ? 0 : failed(failure, "is not a JSON object");
    const double said = history_number(line, "epoch");
    if (result == 0 && !(said >= epoch && said <= epoch))
        result = failed(failure, "is not of epoch %d", epoch);
    if (result == 0)
        record = cJSON_CreateObject();
    for (size_t i = 0; result == 0 && i < NUMBERS; i++)
        result = take_number(line, numbers[i], record, failure);
    cJSON_Delete(line);
    if (result == 0)
        return record;
    cJSON_Delete(record);
    return NULL;
}

cJSON *history_read(const char *folder, cJSON **whole, struct failure *failure) {
    char *text = file_text_in(folder, HISTORY_LOG, failure);
    cJSON *history = cJSON_CreateArray();
    int result = text != NULL ? 0 : -1, epoch = 1;
    char *line = text;
    for (char *end; result == 0 && (end = strchr(line, '\n')) != NULL; line = end + 1, epoch++) {
        struct failure reason;
        *end = '\0';
        cJSON *record = read_line(line, epoch, &reason);
        if (record != NULL)
            cJSON_AddItemToArray(history, record);
        else
            result = failed(failure, "%s/" HISTORY_LOG ": line %d %s", folder, epoch, reason.text);
    }
    free(text);
    if (whole != NULL)
        *whole = result != 0 ? history : NULL;
    else if (result != 0)
        cJSON_Delete(history);
    return result == 0 ? history : NULL;
}

static void put_line(FILE *stream, const cJSON *record) {
    char *json = cJSON_PrintUnformatted(record);
    fprintf(stream, "%s\n", json);
    cJSON_free(json);
}

int history_append(const char *folder, const cJSON *record, struct failure *failure) {
    const int log = file_append_in(folder, HISTORY_LOG, failure);
    if (log < 0)
        return -1;
    FILE *file = fdopen(log, "ab");
    if (file == NULL) {
        close(log);
        return failed(failure, "%s/" HISTORY_LOG ": cannot write: %s", folder, strerror(errno));
    }
    put_line(file, record);
    int broken = ferror(file) || fflush(file) != 0 || fsync(fileno(file)) != 0;
    broken |= fclose(file) != 0;
    return broken ? failed(failure, "%s/" HISTORY_LOG ": cannot write: %s", folder, strerror(errno)) : 0;
}

/* Returns the text of the log for the records, to be freed; NULL where memory is out. */
static char *log_text(const cJSON *history) {
    char *text = NULL;
    size_t length;
    FILE *stream = open_memstream(&text, &length);
    for (const cJSON *record = history->child; stream != NULL && record != NULL; record = record->next)
        put_line(stream, record);
    if (stream != NULL && fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

int history_restore(const char *folder, const cJSON *history, struct failure *failure) {
    struct failure ignored;
    char *found = file_text_in(folder, HISTORY_LOG, &ignored), *text = log_text(history);
    int result = 0;
    if (text == NULL)
        result = failed(failure, "%s/" HISTORY_LOG ": cannot write: out of memory", folder);
    else if (found == NULL || strcmp(found, text) != 0)
        result = file_write_in(folder, HISTORY_LOG, text, failure) == 0 ? 1 : -1;
    free(text);
    free(found);
    return result;
}
