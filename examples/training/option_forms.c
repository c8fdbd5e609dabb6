#include "training/option_forms.h"

#include <stdlib.h>
#include <string.h>

#include "common/numbers.h"
#include "training/options.h"

/* That of the paper, with which learning begins. */
#define USUAL_TAU 10.05

char *option_number(double value) {
    char *text = format_text("%.15g", value);
    if (strtod(text, NULL) == value)
        return text;
    free(text);
    return format_text("%.17g", value);
}

static int refuse_widths(const struct argument *argument, const char *text, struct failure *failure) {
    return failed(failure, "--%s: expected 1 to %d whole numbers from %.0f to %.0f with commas between, not '%s'",
                  argument->name, OPTIONS_LAYERS, argument->low, argument->high, text);
}

static int read_widths(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct widths read = {{0}, 0};
    for (const char *part = text; part != NULL;) {
        const char *comma = strchr(part, ',');
        char *one = format_text("%.*s", comma != NULL ? (int)(comma - part) : (int)strlen(part), part);
        int64_t width;
        int good = read.count < OPTIONS_LAYERS &&
                   number_whole(one, (int64_t)argument->low, (int64_t)argument->high, &width) == 0;
        free(one);
        if (!good)
            return refuse_widths(argument, text, failure);
        read.width[read.count++] = (int32_t)width;
        part = comma != NULL ? comma + 1 : NULL;
    }
    *(struct widths *)field = read;
    return 0;
}

/* Takes ownership of the text. */
static cJSON *value_of_text(char *text) {
    cJSON *value = cJSON_CreateString(text);
    free(text);
    return value;
}

static cJSON *widths_value(const void *field) {
    const struct widths *widths = field;
    char *text = format_text("%d", (int)widths->width[0]);
    for (int i = 1; i < widths->count; i++) {
        char *longer = format_text("%s,%d", text, (int)widths->width[i]);
        free(text);
        text = longer;
    }
    return value_of_text(text);
}

static int read_tau(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct tau read = {USUAL_TAU, strcmp(text, "learned") == 0};
    if (!read.learned && number_real(text, argument->low, argument->high, &read.steps) != 0)
        return failed(failure, "--%s: expected learned or a number from %g to %g, not '%s'", argument->name,
                      argument->low, argument->high, text);
    *(struct tau *)field = read;
    return 0;
}

static cJSON *tau_value(const void *field) {
    const struct tau *tau = field;
    return value_of_text(tau->learned ? format_text("learned") : option_number(tau->steps));
}

static int read_holdout(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    static const char by[] = "speaker:";
    struct holdout read = {0, 0, strncmp(text, by, strlen(by)) == 0};
    const int result = read.by_speaker ? number_whole(text + strlen(by), 0, INT32_MAX, &read.speaker)
                                       : number_real(text, argument->low, argument->high, &read.share);
    if (result != 0)
        return failed(failure, "--%s: expected a share from %g to %g, or speaker:N, not '%s'", argument->name,
                      argument->low, argument->high, text);
    *(struct holdout *)field = read;
    return 0;
}

static cJSON *holdout_value(const void *field) {
    const struct holdout *holdout = field;
    return holdout->by_speaker ? value_of_text(format_text("speaker:%lld", (long long)holdout->speaker))
                               : cJSON_CreateNumber(holdout->share);
}

static int read_silence(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct silence read = {0, strcmp(text, "half") == 0};
    if (!read.half && number_whole(text, (int64_t)argument->low, (int64_t)argument->high, &read.steps) != 0)
        return failed(failure, "--%s: expected half or a whole number from %.0f to %.0f, not '%s'", argument->name,
                      argument->low, argument->high, text);
    *(struct silence *)field = read;
    return 0;
}

static cJSON *silence_value(const void *field) {
    const struct silence *silence = field;
    return silence->half ? cJSON_CreateString("half") : cJSON_CreateNumber((double)silence->steps);
}

/* Reads two numbers separated by a comma. */
static int read_pair(const struct argument *argument, double *first, double *second, const char *text,
                     struct failure *failure) {
    const char *comma = strchr(text, ',');
    char *one = format_text("%.*s", comma != NULL ? (int)(comma - text) : 0, text);
    const int good = comma != NULL && number_real(one, argument->low, argument->high, first) == 0 &&
                     number_real(comma + 1, argument->low, argument->high, second) == 0;
    free(one);
    return good ? 0
                : failed(failure, "--%s: expected two numbers from %g to %g with a comma between, not '%s'",
                         argument->name, argument->low, argument->high, text);
}

static cJSON *pair_value(double first, double second) {
    char *one = option_number(first), *two = option_number(second);
    cJSON *value = value_of_text(format_text("%s,%s", one, two));
    free(one);
    free(two);
    return value;
}

static int read_prices(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct prices read = {0, 0, 1};
    if (read_pair(argument, &read.accumulation, &read.multiplication, text, failure) != 0)
        return -1;
    *(struct prices *)field = read;
    return 0;
}

static cJSON *prices_value(const void *field) {
    const struct prices *prices = field;
    return prices->given ? pair_value(prices->accumulation, prices->multiplication) : cJSON_CreateNull();
}

static int read_speed(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    struct speeds read;
    if (read_pair(argument, &read.slowest, &read.fastest, text, failure) != 0)
        return -1;
    if (read.slowest > read.fastest)
        return failed(failure, "--%s: expected the lower of the two numbers first, not '%s'", argument->name, text);
    *(struct speeds *)field = read;
    return 0;
}

static cJSON *speed_value(const void *field) {
    const struct speeds *speeds = field;
    return pair_value(speeds->slowest, speeds->fastest);
}

/* The options of kind OTHER: how each is read, and how it is stored in settings, which is read in the same way; null:
 * it was not given. */
static const struct form {
    const char *name;
    argument_reader *read;
    cJSON *(*value)(const void *field);
} forms[] = {
    {"hidden", read_widths, widths_value},       {"tau", read_tau, tau_value},
    {"validation", read_holdout, holdout_value}, {"extra-steps", read_silence, silence_value},
    {"picojoules", read_prices, prices_value},   {"speed", read_speed, speed_value},
};

static const struct form *form_of(const struct argument *argument) {
    const struct form *form = forms;
    while (strcmp(form->name, argument->name) != 0)
        form++;
    return form;
}

int option_form_read(const struct argument *argument, void *field, const char *text, struct failure *failure) {
    return form_of(argument)->read(argument, field, text, failure);
}

cJSON *option_form_value(const struct argument *argument, const void *field) {
    return form_of(argument)->value(field);
}
