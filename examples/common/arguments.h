/* Reads command lines, described by a table. */
#ifndef EXAMPLES_ARGUMENTS_H
#define EXAMPLES_ARGUMENTS_H

#include <stddef.h>

#include "common/failure.h"

enum { ARGUMENTS_MOST = 128 };

/** The values that an option takes, and the type that stores them. */
enum argument_kind {
    WHOLE,       /**< a whole number; int64_t */
    REAL,        /**< a number; double */
    CHOICE,      /**< one of several words; int, its index */
    TEXT,        /**< anything; const char * */
    SWITCH,      /**< nothing; int, 1 */
    SWITCH_PAIR, /**< nothing, with a --no- form; int, 1 or 0 */
    OTHER        /**< anything that the program reads itself */
};

struct argument {
    const char *name;
    enum argument_kind kind;
    size_t offset;    /**< of the field in the program's options */
    double low, high; /**< the range of WHOLE and REAL, inclusive */
    const char *const *choices;
};

/** Reads an option of the kind OTHER into its field. */
typedef int argument_reader(const struct argument *argument, void *field, const char *text, struct failure *failure);

struct arguments {
    const struct argument *known;
    int count; /**< up to ARGUMENTS_MOST */
    argument_reader *other;
    const char *hint; /**< says after "--help lists all" where an unknown option may belong; "" for nothing */
};

/** Sets one option from its text ("yes" and "no" for switches). A failure names the option and its values. */
int argument_set(const struct arguments *arguments, int place, void *options, const char *text,
                 struct failure *failure);

/** Reads a command line. `given` [count] (or NULL) receives 1 for each option that was present. `rest` receives the
 * index of the first word that is not an option (NULL: there must be none); such words are moved after the options. */
int arguments_read(const struct arguments *arguments, void *options, int count, char **words, unsigned char *given,
                   int *rest, struct failure *failure);

#endif
