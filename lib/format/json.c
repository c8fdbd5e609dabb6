#include "format/json.h"

#include <stdio.h>
#include <string.h>

/* A value comes first of all, behind a comma, or behind a bracket that opens. */
bool snnd_json_is_small(const char *text, size_t length, size_t most) {
    size_t values = 1;
    bool quoted = false;
    for (size_t i = 0; i < length && values <= most; i++)
        if (text[i] == '"')
            quoted = !quoted;
        else if (quoted)
            i += text[i] == '\\';
        else
            values += text[i] == ',' || text[i] == '[' || text[i] == '{';
    return values <= most;
}

cJSON *snnd_json_parse(const char *text) {
    return snnd_json_is_small(text, strlen(text), SNND_JSON_VALUES) ? cJSON_ParseWithOpts(text, NULL, 1) : NULL;
}

bool snnd_json_add_double(cJSON *object, const char *name, double value) {
    char text[64];
    snprintf(text, sizeof text, "%.17g", value);
    return cJSON_AddRawToObject(object, name, text) != NULL;
}
