#include "common/json.h"

#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/place.h"
#include "common/ranges.h"

/* Each byte may need a few dozen bytes of memory. */
enum { JSON_MOST = 1 << 20 };

/* Elements of an array have the name of the array. cJSON limits the depth. */
static int check_numbers(const cJSON *item, const char *name, struct failure *failure) {
    struct failure reason;
    if (cJSON_IsNumber(item) && range_check(name, item->valuedouble, &reason) != 0)
        return failed(failure, "\"%s\" %s", name, reason.text);
    for (const cJSON *inner = item->child; inner != NULL; inner = inner->next)
        if (check_numbers(inner, inner->string != NULL ? inner->string : name, failure) != 0)
            return -1;
    return 0;
}

cJSON *json_read_in(const char *folder, const char *name, struct failure *failure) {
    size_t length;
    char *text = file_read_in(folder, name, JSON_MOST, &length, failure);
    if (text == NULL)
        return NULL;
    /* Strings of cJSON end at a zero, so that one could pass for another. */
    const int whole = strlen(text) == length && strstr(text, "\\u0000") == NULL;
    cJSON *object = whole ? cJSON_ParseWithOpts(text, NULL, 1) : NULL;
    free(text);
    struct failure reason;
    const int result =
        cJSON_IsObject(object) ? check_numbers(object, "", &reason) : failed(&reason, "is not a JSON object");
    if (result == 0)
        return object;
    char *path = place_path(folder, name);
    failed(failure, "%s: %s", path, reason.text);
    free(path);
    cJSON_Delete(object);
    return NULL;
}

int json_write_in(const char *folder, const char *name, const cJSON *object, struct failure *failure) {
    char *text = cJSON_Print(object), *lines = format_text("%s\n", text);
    const int result = file_write_in(folder, name, lines, failure);
    free(lines);
    cJSON_free(text);
    return result;
}
