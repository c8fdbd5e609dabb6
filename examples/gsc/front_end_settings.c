/* The front end's settings as JSON (front_end_settings.h). */
#include "gsc/front_end_settings.h"

#include <stdlib.h>

#include "common/printable.h"
#include "gsc/spectrogram.h"

enum { MOST_EXTRA = 100000000 };

cJSON *words_describe(const struct commands *commands) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "made_by", "snnd-train gsc");
    cJSON_AddNumberToObject(object, "version", SPECTROGRAM_VERSION);
    cJSON_AddStringToObject(object, "preset", WORDS_PRESET);
    cJSON_AddNumberToObject(object, "rate", spectrogram_shape.rate);
    cJSON_AddNumberToObject(object, "points", spectrogram_shape.points);
    cJSON_AddNumberToObject(object, "hop", spectrogram_shape.hop);
    cJSON_AddNumberToObject(object, "channels", spectrogram_shape.channels);
    cJSON_AddNumberToObject(object, "lowest_hertz", spectrogram_shape.lowest);
    cJSON_AddNumberToObject(object, "highest_hertz", spectrogram_shape.highest);
    cJSON_AddNumberToObject(object, "steps", SPECTROGRAM_STEPS);
    cJSON_AddNumberToObject(object, "levels", SPECTROGRAM_LEVELS);
    cJSON_AddNumberToObject(object, "decibels", SPECTROGRAM_RANGE);
    cJSON_AddItemToObject(object, "words",
                          cJSON_CreateStringArray((const char *const *)commands->word, commands->classes));
    return object;
}

int words_understand(const cJSON *object, char ***word, int *extra_steps, struct failure *failure) {
    const cJSON *version = cJSON_GetObjectItemCaseSensitive(object, "version"), *item;
    const cJSON *words = cJSON_GetObjectItemCaseSensitive(object, "words");
    if (!cJSON_IsNumber(version) || version->valuedouble != SPECTROGRAM_VERSION)
        return failed(failure, "\"version\" is not %d, the version of the spectrograms that this program makes",
                      SPECTROGRAM_VERSION);
    const cJSON *extra = cJSON_GetObjectItemCaseSensitive(object, "extra_steps");
    if (extra != NULL && !(cJSON_IsNumber(extra) && extra->valuedouble >= 0 && extra->valuedouble <= MOST_EXTRA))
        return failed(failure, "\"extra_steps\" is not a number from 0 to %d", MOST_EXTRA);
    *extra_steps = extra != NULL ? (int)extra->valuedouble : 0;
    const int count = cJSON_IsArray(words) ? cJSON_GetArraySize(words) : 0;
    if (count < 1 || count > COMMANDS_CLASSES)
        return failed(failure, "\"words\" is not a list of 1 to %d words", COMMANDS_CLASSES);
    cJSON_ArrayForEach(item, words) if (!cJSON_IsString(item)) return failed(
        failure, "\"words\" has an entry that is not a word");
    char **to = *word = allocate((size_t)count + 1, sizeof **word);
    cJSON_ArrayForEach(item, words) *to++ = printable(item->valuestring);
    return 0;
}
