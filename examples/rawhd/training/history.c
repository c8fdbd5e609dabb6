#include "training/history.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/files.h"

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

static char *line_of(const cJSON *record) {
    char *json = cJSON_PrintUnformatted(record), *line = format_text("%s\n", json);
    cJSON_free(json);
    return line;
}

int history_append(const char *log, const cJSON *record, struct failure *failure) {
    FILE *file = fopen(log, "abe");
    if (file == NULL)
        return failed(failure, "%s: cannot write: %s", log, strerror(errno));
    char *line = line_of(record);
    int broken = fputs(line, file) == EOF || fflush(file) != 0 || fsync(fileno(file)) != 0;
    free(line);
    broken |= fclose(file) != 0;
    return broken ? failed(failure, "%s: cannot write: %s", log, strerror(errno)) : 0;
}

int history_restore(const char *log, const cJSON *history, struct failure *failure) {
    char *text = format_text("%s", "");
    for (const cJSON *record = history->child; record != NULL; record = record->next) {
        char *line = line_of(record), *longer = format_text("%s%s", text, line);
        free(line);
        free(text);
        text = longer;
    }
    struct failure ignored;
    char *found = file_read(log, NULL, &ignored);
    int result = 0;
    if (found == NULL || strcmp(found, text) != 0)
        result = file_write(log, text, failure) == 0 ? 1 : -1;
    free(found);
    free(text);
    return result;
}
