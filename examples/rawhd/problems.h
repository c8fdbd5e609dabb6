/* What is wrong with the recordings of a data set, collected for one message. */
#ifndef RAWHD_PROBLEMS_H
#define RAWHD_PROBLEMS_H

#include <stddef.h>

#include "common/allocate.h"

enum problem {
    PROBLEM_NONE,
    PROBLEM_MISNAMED,  /**< a listed name that is not lang-..._speaker-..._trial-..._digit-... */
    PROBLEM_DUPLICATE, /**< listed twice, in one list or in both */
    PROBLEM_MISSING,   /**< listed, but there is no such file */
    PROBLEM_STRAY,     /**< the folder has an audio file of another form of name; told only beside missing ones */
    PROBLEM_AMBIGUOUS, /**< two files have the listed name */
    PROBLEM_CORRUPT,   /**< no audio, or beyond the bounds of audio.h: the words say which */
    PROBLEM_SHORT,
    PROBLEM_SILENT,
    PROBLEM_KINDS
};

enum { PROBLEMS_SHOWN = 5 };

struct problems {
    size_t count[PROBLEM_KINDS];
    char *example[PROBLEM_KINDS][PROBLEMS_SHOWN]; /**< the first of each kind */
};

/** Notes a problem with a recording; names that are in the words are made printable, as one line. */
void problems_add(struct problems *problems, enum problem kind, const char *format, ...) EXAMPLES_PRINTF(3, 4);

/** All that make the data set unusable: stray files do not. */
size_t problems_total(const struct problems *problems);

/** A list of the kinds, each with its count and its first few files. Free it. */
char *problems_describe(const struct problems *problems);

void problems_clear(struct problems *problems);

#endif
