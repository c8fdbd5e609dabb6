#include "report/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "training/history.h"
#include "training/keep.h"

char *past_path(const char *folder, const char *name) {
    return format_text("%s/%s", folder, name);
}

int past_is_here(const char *folder) {
    char *log = past_path(folder, KEEP_LOG), *settings = past_path(folder, KEEP_SETTINGS);
    int here = file_exists(log) && file_exists(settings);
    free(settings);
    free(log);
    return here;
}

static cJSON *read_settings(const char *folder, struct failure *failure) {
    char *path = past_path(folder, KEEP_SETTINGS), *text = file_read(path, NULL, failure);
    cJSON *settings = text != NULL ? cJSON_Parse(text) : NULL;
    if (text != NULL && !cJSON_IsObject(settings)) {
        failed(failure, "%s: is not a JSON object", path);
        cJSON_Delete(settings);
        settings = NULL;
    }
    free(text);
    free(path);
    return settings;
}

/* Lines that end are records; what comes after the last end of line is not one yet. */
static cJSON *read_log(const char *folder, struct failure *failure) {
    char *path = past_path(folder, KEEP_LOG), *text = file_read(path, NULL, failure);
    cJSON *history = text != NULL ? cJSON_CreateArray() : NULL;
    char *line = text;
    for (char *end; history != NULL && (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        cJSON *record = cJSON_Parse(line);
        if (cJSON_IsObject(record)) {
            cJSON_AddItemToArray(history, record);
            continue;
        }
        failed(failure, "%s: line %d is not a JSON object", path, cJSON_GetArraySize(history) + 1);
        cJSON_Delete(record);
        cJSON_Delete(history);
        history = NULL;
    }
    free(text);
    free(path);
    return history;
}

int past_load(const char *folder, struct past *past, struct failure *failure) {
    memset(past, 0, sizeof *past);
    past->settings = read_settings(folder, failure);
    past->history = past->settings != NULL ? read_log(folder, failure) : NULL;
    if (past->history == NULL) {
        past_free(past);
        return -1;
    }
    past->folder = format_text("%s", folder);
    return 0;
}

void past_free(struct past *past) {
    free(past->folder);
    cJSON_Delete(past->settings);
    cJSON_Delete(past->history);
    memset(past, 0, sizeof *past);
}

double past_number(const struct past *past, int epoch, const char *name) {
    const cJSON *record = cJSON_GetArrayItem(past->history, epoch);
    return record != NULL ? history_number(record, name) : NAN;
}

int past_has(const struct past *past, const char *name) {
    for (const cJSON *record = past->history->child; record != NULL; record = record->next)
        if (!isnan(history_number(record, name)))
            return 1;
    return 0;
}

char *past_setting(const cJSON *settings, const char *name) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(settings, name);
    if (cJSON_IsString(item))
        return format_text("%s", item->valuestring);
    if (item == NULL || cJSON_IsNull(item))
        return format_text("%s", "");
    char *json = cJSON_PrintUnformatted(item), *text = format_text("%s", json);
    cJSON_free(json);
    return text;
}
