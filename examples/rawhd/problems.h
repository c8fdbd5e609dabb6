/* Collects problems of the recordings of a data set for one message. */
#ifndef RAWHD_PROBLEMS_H
#define RAWHD_PROBLEMS_H

#include <stddef.h>

#include "common/allocate.h"

enum problem {
    PROBLEM_NONE,
    PROBLEM_MISNAMED,  /**< a listed name that is not lang-..._speaker-..._trial-..._digit-... */
    PROBLEM_DUPLICATE, /**< listed twice, in one list or in both */
    PROBLEM_MISSING,   /**< listed, but the file does not exist */
    PROBLEM_STRAY, /**< an audio file in the folder whose name has another form; reported only if files are missing */
    PROBLEM_AMBIGUOUS, /**< two files have the listed name */
    PROBLEM_CORRUPT,   /**< not audio, or beyond the bounds of audio.h: the text says which */
    PROBLEM_SHORT,
    PROBLEM_SILENT,
    PROBLEM_KINDS
};

enum { PROBLEMS_SHOWN = 5 };

struct problems {
    size_t count[PROBLEM_KINDS];
    char *example[PROBLEM_KINDS][PROBLEMS_SHOWN]; /**< the first ones of each kind */
};

/** Adds a problem with a recording. Names in the text are made printable, on one line. */
void problems_add(struct problems *problems, enum problem kind, const char *format, ...) EXAMPLES_PRINTF(3, 4);

/** Returns the number of problems that make the data set unusable; stray files do not. */
size_t problems_total(const struct problems *problems);

/** Returns a list of the kinds, each with its count and its first few files, to be freed. */
char *problems_describe(const struct problems *problems);

void problems_clear(struct problems *problems);

#endif
