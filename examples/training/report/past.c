#include "training/report/past.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/json.h"
#include "training/history.h"
#include "training/keep.h"

int past_is_here(const char *folder) {
    return file_exists_in(folder, KEEP_LOG) && file_exists_in(folder, KEEP_SETTINGS);
}

int past_load(const char *folder, struct past *past, struct failure *failure) {
    memset(past, 0, sizeof *past);
    past->settings = json_read_in(folder, KEEP_SETTINGS, failure);
    past->history = past->settings != NULL ? history_read(folder, NULL, failure) : NULL;
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

int past_has(const struct past *past, const char *name) {
    for (const cJSON *record = past->history->child; record != NULL; record = record->next)
        if (!isnan(history_number(record, name)))
            return 1;
    return 0;
}

char *past_setting(const cJSON *settings, const char *name) {
    return past_value(cJSON_GetObjectItemCaseSensitive(settings, name));
}

char *past_value(const cJSON *item) {
    if (cJSON_IsString(item))
        return format_text("%s", item->valuestring);
    if (item == NULL || cJSON_IsNull(item))
        return format_text("%s", "");
    char *json = cJSON_PrintUnformatted(item), *text = format_text("%s", json);
    cJSON_free(json);
    return text;
}
