/* Command lines: one table says what there is. */
#ifndef EXAMPLES_ARGUMENTS_H
#define EXAMPLES_ARGUMENTS_H

#include <stddef.h>

#include "common/failure.h"

enum { ARGUMENTS_MOST = 128 };

/** What an option takes, and what it is kept in. */
enum argument_kind {
    WHOLE,       /**< a whole number; int64_t */
    REAL,        /**< a number; double */
    CHOICE,      /**< one of some words; int, its place */
    TEXT,        /**< anything; const char * */
    SWITCH,      /**< nothing; int, 1 */
    SWITCH_PAIR, /**< nothing, and there is a --no- form of it; int, 1 or 0 */
    OTHER        /**< something that the program reads itself */
};

struct argument {
    const char *name;
    enum argument_kind kind;
    size_t offset;    /**< of the field in the program's options */
    double low, high; /**< of WHOLE and REAL, inclusive */
    const char *const *choices;
};

/** Reads an option of kind OTHER into its field. */
typedef int argument_reader(const struct argument *argument, void *field, const char *text, struct failure *failure);

struct arguments {
    const struct argument *known;
    int count; /**< up to ARGUMENTS_MOST */
    argument_reader *other;
    const char *hint; /**< where an unknown option may belong, to follow "--help lists all"; "" for nothing */
};

/** Sets one option from its text ("yes" and "no" for switches). Failure names the option and what it takes. */
int argument_set(const struct arguments *arguments, int place, void *options, const char *text,
                 struct failure *failure);

/** Reads a command line. `given` [count] (NULL, or) gets 1 for each option that was there; `rest` (NULL: there may be
 * none) the place of the first word that is no option; words are brought behind the options. */
int arguments_read(const struct arguments *arguments, void *options, int count, char **words, unsigned char *given,
                   int *rest, struct failure *failure);

#endif
