/* Looks at JSON that strangers may have written before it is parsed, so that it cannot take more memory than allowed
 * (json.h). */
#include "format/json.h"

#include <stdio.h>
#include <string.h>

/* Counts the values: one at the beginning, and one after each comma and each opening bracket. */
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

/* A backslash after a backslash does not begin an escape. */
bool snnd_json_has_zero(const char *text, size_t length) {
    static const char escape[] = {'u', '0', '0', '0', '0'};
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\0')
            return true;
        if (text[i] != '\\')
            continue;
        i++;
        if (length - i >= sizeof escape && memcmp(text + i, escape, sizeof escape) == 0)
            return true;
    }
    return false;
}

cJSON *snnd_json_parse(const char *text) {
    const size_t length = strlen(text);
    if (snnd_json_has_zero(text, length) || !snnd_json_is_small(text, length, SNND_JSON_VALUES))
        return NULL;
    return cJSON_ParseWithOpts(text, NULL, 1);
}

bool snnd_json_add_double(cJSON *object, const char *name, double value) {
    char text[64];
    snprintf(text, sizeof text, "%.17g", value);
    return cJSON_AddRawToObject(object, name, text) != NULL;
}
