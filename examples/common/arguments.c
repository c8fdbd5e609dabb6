#include "common/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/numbers.h"

/* The first value that getopt_long() returns for options, beyond its own, which are characters. */
enum { MOST = ARGUMENTS_MOST, FIRST = 256 };

/* Returns -1, with a phrase that says what was expected. */
static int expected(const struct argument *argument, const char *text, struct failure *failure) {
    char what[256] = "";
    if (argument->kind == WHOLE)
        snprintf(what, sizeof what, "a whole number from %.0f to %.0f", argument->low, argument->high);
    if (argument->kind == REAL)
        snprintf(what, sizeof what, "a number from %g to %g", argument->low, argument->high);
    for (size_t i = 0; argument->kind == CHOICE && argument->choices[i] != NULL; i++)
        snprintf(what + strlen(what), sizeof what - strlen(what), "%s%s", i > 0 ? " or " : "", argument->choices[i]);
    return failed(failure, "--%s: expected %s, not '%s'", argument->name, what, text);
}

static int read_choice(const struct argument *argument, const char *text, int *choice) {
    for (int i = 0; argument->choices[i] != NULL; i++)
        if (strcmp(argument->choices[i], text) == 0) {
            *choice = i;
            return 0;
        }
    return -1;
}

int argument_set(const struct arguments *arguments, int place, void *options, const char *text,
                 struct failure *failure) {
    const struct argument *argument = &arguments->known[place];
    void *field = (char *)options + argument->offset;
    int result = 0;
    switch (argument->kind) {
    case WHOLE:
        result = number_whole(text, (int64_t)argument->low, (int64_t)argument->high, field);
        break;
    case REAL:
        result = number_real(text, argument->low, argument->high, field);
        break;
    case CHOICE:
        result = read_choice(argument, text, field);
        break;
    case TEXT:
        *(const char **)field = text;
        break;
    case SWITCH:
    case SWITCH_PAIR:
        *(int *)field = strcmp(text, "yes") == 0;
        break;
    case OTHER:
        return arguments->other(argument, field, text, failure);
    }
    return result == 0 ? 0 : expected(argument, text, failure);
}

/* Creates the long options of getopt_long(): the value is FIRST plus the index in the table, plus MOST for "no-", whose
 * names are in `names`. */
static void list_options(const struct arguments *arguments, struct option *known, char *names[MOST]) {
    size_t next = 0;
    for (int i = 0; i < arguments->count; i++) {
        const struct argument *argument = &arguments->known[i];
        const int is_switch = argument->kind == SWITCH || argument->kind == SWITCH_PAIR;
        names[i] = argument->kind == SWITCH_PAIR ? format_text("no-%s", argument->name) : NULL;
        known[next++] = (struct option){argument->name, is_switch ? no_argument : required_argument, NULL, FIRST + i};
        if (names[i] != NULL)
            known[next++] = (struct option){names[i], no_argument, NULL, FIRST + MOST + i};
    }
    known[next] = (struct option){NULL, 0, NULL, 0};
}

/* The place in the table of the option that -h is short for, or -1 where there is none. */
static int place_of_help(const struct arguments *arguments) {
    int place = arguments->count - 1;
    while (place >= 0 && strcmp(arguments->known[place].name, "help") != 0)
        place--;
    return place;
}

static int read_known(const struct arguments *arguments, const struct option *known, void *options, int count,
                      char **words, unsigned char *given, struct failure *failure) {
    const int help = place_of_help(arguments);
    optind = 0; /* begins anew, also after a word that was left in the middle */
    opterr = 0;
    for (int found; (found = getopt_long(count, words, help < 0 ? ":" : ":h", known, NULL)) != -1;) {
        if (found == ':')
            return failed(failure, "%s: a value is missing", words[optind - 1]);
        /* Of an option that has a value and takes none, getopt_long() leaves the option's own value in optopt. */
        if (found == '?' && optopt >= FIRST)
            return failed(failure, "%s: this option takes no value", words[optind - 1]);
        const char letter[] = {'-', (char)optopt, '\0'};
        if (found == '?')
            return failed(failure, "%s: this option does not exist; --help lists all options%s",
                          optopt != 0 ? letter : words[optind - 1], arguments->hint);
        if (found == 'h')
            found = FIRST + help;
        const int place = (found - FIRST) % MOST;
        const char *text = optarg != NULL ? optarg : found - FIRST < MOST ? "yes" : "no";
        if (argument_set(arguments, place, options, text, failure) != 0)
            return -1;
        if (given != NULL)
            given[place] = 1;
    }
    return 0;
}

int arguments_read(const struct arguments *arguments, void *options, int count, char **words, unsigned char *given,
                   int *rest, struct failure *failure) {
    struct option known[2 * MOST + 1];
    char *names[MOST];
    list_options(arguments, known, names);
    int result = read_known(arguments, known, options, count, words, given, failure);
    for (int i = 0; i < arguments->count; i++)
        free(names[i]);
    if (rest != NULL)
        *rest = optind;
    else if (result == 0 && optind < count)
        result = failed(failure, "unexpected argument '%s'; --help lists the options", words[optind]);
    return result;
}
