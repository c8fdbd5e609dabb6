/* The front end's settings as JSON; front_end_settings.h says where the front end itself is. */
#include "rawhd/front_end_settings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"
#include "common/json.h"
#include "common/place.h"

static const char *const orders[] = {"english-first", "german-first"};

enum { HIGHEST_RATE = 10000000, MOST_EXTRA = 100000000 };

const char *preset_name(enum preset preset) {
    return preset == PRESET_MEL ? "mel" : "zenke-vogels";
}

const char *order_name(int german_first) {
    return orders[german_first != 0];
}

void front_end_describe_kind(const struct front_end *front_end, cJSON *object) {
    cJSON_AddStringToObject(object, "made_by", "rawhd-train");
    cJSON_AddNumberToObject(object, "version", SPECTROGRAMS_VERSION);
    cJSON_AddStringToObject(object, "preset", preset_name(front_end->preset));
    cJSON_AddStringToObject(object, "classes", order_name(front_end->german_first));
}

void front_end_describe_scale(const struct front_end *front_end, cJSON *object) {
    cJSON_AddNumberToObject(object, "lowest_rate", front_end->scale.lowest_rate);
    if (front_end->preset != PRESET_MEL)
        return;
    cJSON_AddNumberToObject(object, "decibels_of_0", front_end->scale.low);
    cJSON_AddNumberToObject(object, "decibels_of_1", front_end->scale.high);
}

cJSON *front_end_describe(const struct front_end *front_end) {
    cJSON *object = cJSON_CreateObject();
    front_end_describe_kind(front_end, object);
    front_end_describe_scale(front_end, object);
    if (front_end->extra_steps > 0)
        cJSON_AddNumberToObject(object, FRONT_END_EXTRA, front_end->extra_steps);
    return object;
}

int front_end_write(const struct front_end *front_end, const char *folder, const char *name, struct failure *failure) {
    cJSON *object = front_end_describe(front_end);
    const int result = json_write_in(folder, name, object, failure);
    cJSON_Delete(object);
    return result;
}

/* Returns the index of a word of the file among `words`. */
static int read_word(const cJSON *object, const char *name, const char *const words[2], int *place,
                     struct failure *failure) {
    const char *word = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
    for (*place = 0; *place < 2; ++*place)
        if (word != NULL && strcmp(word, words[*place]) == 0)
            return 0;
    return failed(failure, "\"%s\" is '%s'; expected '%s' or '%s'", name, word != NULL ? word : "", words[0], words[1]);
}

static int read_number(const cJSON *object, const char *name, double low, double high, double *number,
                       struct failure *failure) {
    *number = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, name));
    if (*number >= low && *number <= high)
        return 0;
    return failed(failure, "\"%s\" is not a number from %g to %g", name, low, high);
}

static int read_object(const cJSON *object, struct front_end *front_end, struct failure *failure) {
    const char *const presets[] = {preset_name(PRESET_MEL), preset_name(PRESET_ZENKE_VOGELS)};
    struct spectrogram_scale *scale = &front_end->scale;
    int preset;
    double number;
    if (read_number(object, "version", 0, 1e9, &number, failure) != 0)
        return -1;
    if (number != SPECTROGRAMS_VERSION)
        return failed(failure, "\"version\" is %g; this program makes spectrograms of version %d", number,
                      SPECTROGRAMS_VERSION);
    if (read_word(object, "preset", presets, &preset, failure) != 0 ||
        read_word(object, "classes", orders, &front_end->german_first, failure) != 0 ||
        read_number(object, "lowest_rate", 1, HIGHEST_RATE, &number, failure) != 0)
        return -1;
    front_end->preset = preset == 0 ? PRESET_MEL : PRESET_ZENKE_VOGELS;
    *scale = (struct spectrogram_scale){.lowest_rate = (int)number};
    front_end->extra_steps = 0;
    if (cJSON_HasObjectItem(object, FRONT_END_EXTRA)) {
        if (read_number(object, FRONT_END_EXTRA, 0, MOST_EXTRA, &number, failure) != 0)
            return -1;
        front_end->extra_steps = (int)number;
    }
    if (front_end->preset != PRESET_MEL)
        return 0;
    if (read_number(object, "decibels_of_0", -1e6, 1e6, &scale->low, failure) != 0)
        return -1;
    return read_number(object, "decibels_of_1", scale->low, 1e6, &scale->high, failure);
}

int front_end_read(const char *folder, const char *name, struct front_end *front_end, struct failure *failure) {
    cJSON *object = json_read_in(folder, name, failure);
    if (object == NULL)
        return -1;
    struct failure reason;
    int result = read_object(object, front_end, &reason);
    if (result != 0) {
        char *path = place_path(folder, name);
        failed(failure, "%s: %s", path, reason.text);
        free(path);
    }
    cJSON_Delete(object);
    return result;
}
