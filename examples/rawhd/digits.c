#include "rawhd/digits.h"

#include <string.h>
#include <strings.h>

#include "common/allocate.h"

const char *const language_names[LANGUAGES] = {"english", "german"};

const char *const digit_words[LANGUAGES][WORDS] = {
    {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"},
    {"null", "eins", "zwei", "drei", "vier", "f\xc3\xbcnf", "sechs", "sieben", "acht", "neun"},
};

size_t digit_stem_length(const char *name) {
    static const char *const extension[] = {".flac", ".wav"};
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof extension / sizeof *extension; i++) {
        size_t end = strlen(extension[i]);
        if (length > end && strcasecmp(name + length - end, extension[i]) == 0)
            return length - end;
    }
    return length;
}

int digit_is_audio(const char *name) {
    return digit_stem_length(name) < strlen(name);
}

/* Skips `word`; returns 0 if it does not come next. */
static int skip(const char **text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0)
        return 0;
    *text += length;
    return 1;
}

/* Skips a number of 1 to `digits` digits; returns 0 if there is none. */
static int number(const char **text, int digits, int *value) {
    int count = 0;
    for (*value = 0; count < digits && **text >= '0' && **text <= '9'; count++)
        *value = *value * 10 + *(*text)++ - '0';
    return count > 0;
}

int digit_parse(const char *name, struct digit_name *parts) {
    const char *end = name + digit_stem_length(name);
    if (!skip(&name, "lang-"))
        return -1;
    parts->german = skip(&name, "german");
    if (!parts->german && !skip(&name, "english"))
        return -1;
    int good = skip(&name, "_speaker-") && number(&name, 6, &parts->speaker) && skip(&name, "_trial-") &&
               number(&name, 6, &parts->trial) && skip(&name, "_digit-") && number(&name, 1, &parts->digit);
    return good && name == end ? 0 : -1;
}

int digit_class(const struct digit_name *parts, int german_first) {
    return parts->digit + (parts->german != german_first ? 10 : 0);
}

struct digit_name digit_of_class(int class, int german_first) {
    return (struct digit_name){.german = (class >= WORDS) != german_first, .digit = class % WORDS};
}

char *digit_class_text(int class, int german_first) {
    const struct digit_name word = digit_of_class(class, german_first);
    return format_text("%s (%s)", digit_words[word.german][word.digit], language_names[word.german]);
}

char **digit_class_names(int german_first) {
    char **names = allocate(DIGIT_CLASSES + 1, sizeof *names);
    for (int class = 0; class < DIGIT_CLASSES; class ++)
        names[class] = digit_class_text(class, german_first);
    return names;
}
