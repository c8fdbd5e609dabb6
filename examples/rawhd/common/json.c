#include "common/json.h"

#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/place.h"

/* Each byte may become a few dozen of memory. */
enum { JSON_MOST = 1 << 20 };

cJSON *json_read_in(const char *folder, const char *name, struct failure *failure) {
    size_t length;
    char *text = file_read_in(folder, name, JSON_MOST, &length, failure);
    if (text == NULL)
        return NULL;
    cJSON *object = strlen(text) == length ? cJSON_ParseWithOpts(text, NULL, 1) : NULL;
    free(text);
    if (cJSON_IsObject(object))
        return object;
    char *path = place_path(folder, name);
    failed(failure, "%s: is not a JSON object", path);
    free(path);
    cJSON_Delete(object);
    return NULL;
}
