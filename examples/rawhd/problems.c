#include "rawhd/problems.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/printable.h"

static const char *const title[PROBLEM_KINDS] = {
    [PROBLEM_NONE] = "",
    [PROBLEM_MISNAMED] = "misnamed, not lang-LANGUAGE_speaker-SS_trial-N_digit-D with language english or german",
    [PROBLEM_DUPLICATE] = "listed more than once",
    [PROBLEM_MISSING] = "missing, listed but not found in the folder",
    [PROBLEM_STRAY] = "misnamed audio files in the folder, which may be the missing ones",
    [PROBLEM_AMBIGUOUS] = "found more than once in the folder",
    [PROBLEM_CORRUPT] = "corrupt, or beyond what a recording may be",
    [PROBLEM_SHORT] = "too short",
    [PROBLEM_SILENT] = "silent",
};

void problems_add(struct problems *problems, enum problem kind, const char *format, ...) {
    size_t place = problems->count[kind]++;
    if (place >= PROBLEMS_SHOWN)
        return;
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    problems->example[kind][place] = printable(text);
}

size_t problems_total(const struct problems *problems) {
    size_t total = 0;
    for (int kind = 0; kind < PROBLEM_KINDS; kind++)
        if (kind != PROBLEM_STRAY)
            total += problems->count[kind];
    return total;
}

char *problems_describe(const struct problems *problems) {
    char *text = format_text("%zu %s cannot be used", problems_total(problems),
                             problems_total(problems) == 1 ? "recording" : "recordings");
    for (int kind = 0; kind < PROBLEM_KINDS; kind++) {
        if (problems->count[kind] == 0 || (kind == PROBLEM_STRAY && problems->count[PROBLEM_MISSING] == 0))
            continue;
        char *longer = format_text("%s\n  %s (%zu): ", text, title[kind], problems->count[kind]);
        free(text);
        text = longer;
        for (size_t i = 0; i < problems->count[kind] && i < PROBLEMS_SHOWN; i++) {
            longer = format_text("%s%s%s", text, i > 0 ? "; " : "", problems->example[kind][i]);
            free(text);
            text = longer;
        }
        if (problems->count[kind] > PROBLEMS_SHOWN) {
            longer = format_text("%s; and %zu more", text, problems->count[kind] - PROBLEMS_SHOWN);
            free(text);
            text = longer;
        }
    }
    return text;
}

void problems_clear(struct problems *problems) {
    for (int kind = 0; kind < PROBLEM_KINDS; kind++)
        for (int i = 0; i < PROBLEMS_SHOWN; i++)
            free(problems->example[kind][i]);
    memset(problems, 0, sizeof *problems);
}
