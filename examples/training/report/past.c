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

int past_setting_is(const struct past *past, const char *name, const char *text) {
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(past->settings, name);
    return cJSON_IsString(item) && strcmp(item->valuestring, text) == 0;
}

/* Settings of neurons that a run may have, with the values of the paper; a missing one has the paper's value. */
static const struct of_neurons {
    const char *name, *usual, *said;
} of_neurons[] = {
    {"neurons", "lif", ""},
    {"order", "paper", ""},
    {"reset", "zero", "reset "},
    {"tau", "10.05", "time constant "},
    {"surrogate", "arctan", "surrogate "},
};

enum { OF_NEURONS = sizeof of_neurons / sizeof *of_neurons };

char *past_neurons(const struct past *past) {
    char *text = format_text("%s", "");
    for (int i = 0; i < OF_NEURONS; i++) {
        char *value = past_setting(past->settings, of_neurons[i].name);
        if (value[0] != '\0' && strcmp(value, of_neurons[i].usual) != 0) {
            char *longer = format_text("%s%s%s%s", text, text[0] != '\0' ? ", " : "", of_neurons[i].said, value);
            free(text);
            text = longer;
        }
        free(value);
    }
    return text;
}

char *past_chosen_by(const struct past *past) {
    if (!past_has(past, "validation_accuracy"))
        return format_text("its test accuracy");
    char *by = past_setting(past->settings, "validation-by");
    char *text =
        by[0] != '\0' ? format_text("its validation accuracy (%s)", by) : format_text("its validation accuracy");
    free(by);
    return text;
}

char *past_class(const struct past *past, int class) {
    const cJSON *names = cJSON_GetObjectItemCaseSensitive(past->settings, "classes");
    const cJSON *name = cJSON_IsArray(names) ? cJSON_GetArrayItem(names, class) : NULL;
    return cJSON_IsString(name) ? format_text("%s", name->valuestring) : format_text("%d", class);
}
