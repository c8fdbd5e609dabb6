/* What every program does at its beginning and at its end, and how it speaks. Whatever words are in what it says, a
 * terminal can be given it: see printable.h. */
#ifndef EXAMPLES_PROGRAM_H
#define EXAMPLES_PROGRAM_H

#include "common/failure.h"

/** The first thing that main() does: names the program, and gives standard streams that are closed to /dev/null, the
 * wrong way round. Otherwise the next file would be opened in the place of one, and get what is printed. */
void program_begin(const char *name);

/** Prints the program's name and the version of the library. */
void program_version(void);

/** The name that program_begin() was given. */
const char *program_name(void);

/** Writes one line to stderr: "NAME: " and the text. */
void program_complain(const char *format, ...) EXAMPLES_PRINTF(1, 2);

/** Says on stderr what went wrong, which may be a short list. */
void program_explain(const struct failure *failure);

/** Writes one line to stdout, at once. */
void program_say(const char *format, ...) EXAMPLES_PRINTF(1, 2);

/** Writes out what was printed. Fails if any of it, now or before, could not be written. */
int program_flush(struct failure *failure);

/** The last thing that main() does: the exit code, which is 1 in place of 0, with a word on stderr, where what was
 * printed could not be written. */
int program_end(int code);

#endif
