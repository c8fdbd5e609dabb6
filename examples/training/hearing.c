#include "training/hearing.h"

#include <stdlib.h>
#include <string.h>

#include "audio/mel_window.h"
#include "common/json.h"
#include "common/place.h"
#include "gsc/front_end_settings.h"
#include "gsc/spectrogram.h"
#include "rawhd/digits.h"

static int understand_words(const char *folder, const char *name, const cJSON *object, struct hearing *hearing,
                            struct failure *failure) {
    struct failure reason;
    hearing->kind = HEARING_WORDS;
    if (words_understand(object, &hearing->word, &hearing->extra_steps, &reason) == 0)
        return 0;
    char *path = place_path(folder, name);
    failed(failure, "%s: %s", path, reason.text);
    free(path);
    return -1;
}

static int read_digits(const char *folder, const char *name, struct hearing *hearing, struct failure *failure) {
    hearing->kind = HEARING_DIGITS;
    if (front_end_read(folder, name, &hearing->digits, failure) != 0)
        return -1;
    hearing->extra_steps = hearing->digits.extra_steps;
    if (hearing->digits.preset == PRESET_MEL)
        return 0;
    char *path = place_path(folder, name);
    failed(failure, "%s: the model is of --preset %s, which looks at whole recordings; expected %s", path,
           preset_name(hearing->digits.preset), preset_name(PRESET_MEL));
    free(path);
    return -1;
}

int hearing_read(const char *folder, const char *name, struct hearing *hearing, struct failure *failure) {
    memset(hearing, 0, sizeof *hearing);
    cJSON *object = json_read_in(folder, name, failure);
    if (object == NULL)
        return -1;
    const char *preset = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "preset"));
    const int result = preset != NULL && strcmp(preset, WORDS_PRESET) == 0
                           ? understand_words(folder, name, object, hearing, failure)
                           : read_digits(folder, name, hearing, failure);
    cJSON_Delete(object);
    return result;
}

void hearing_free(struct hearing *hearing) {
    for (char **word = hearing->word; word != NULL && *word != NULL; word++)
        free(*word);
    free(hearing->word);
    hearing->word = NULL;
}

struct mel *hearing_mel(const struct hearing *hearing) {
    return hearing->kind == HEARING_WORDS ? mel_create(&spectrogram_shape) : mel_new(hearing->digits.scale.lowest_rate);
}

int hearing_steps(const struct hearing *hearing) {
    return (hearing->kind == HEARING_WORDS ? SPECTROGRAM_STEPS : MEL_STEPS) + hearing->extra_steps;
}

int hearing_before(const struct hearing *hearing) {
    return hearing->kind == HEARING_WORDS ? SPECTROGRAM_BEFORE : 0;
}

char *hearing_lacks(const struct hearing *hearing, const struct mel *mel, int rate) {
    const int words = hearing->kind == HEARING_WORDS, empty = mel_empty(mel, rate);
    const int trained = words ? spectrogram_shape.rate : hearing->digits.scale.lowest_rate;
    if (empty <= (words ? mel_empty(mel, trained) : 0))
        return NULL;
    return format_text("sound of %d samples a second leaves %d of %d Mel channels empty; the model was trained on at "
                       "least %d samples a second",
                       rate, empty, mel_shape(mel)->channels, trained);
}

char *hearing_class(const struct hearing *hearing, int class, int classes) {
    if (hearing->word != NULL)
        return format_text("%s", hearing->word[class]);
    return classes == DIGIT_CLASSES ? digit_class_text(class, hearing->digits.german_first)
                                    : format_text("class %d", class);
}
