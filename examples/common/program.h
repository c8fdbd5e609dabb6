/* The beginning and the end of every program, and its messages, which are escaped for terminals (printable.h). */
#ifndef EXAMPLES_PROGRAM_H
#define EXAMPLES_PROGRAM_H

#include "common/failure.h"

/** Must be the first call of main(). It sets the name of the program, and opens /dev/null for closed standard streams,
 * with the opposite access. Otherwise the next file would be opened in the place of one, and receive its output. */
void program_begin(const char *name);

/** Prints the program's name and the version of the library. */
void program_version(void);

/** Returns the name that program_begin() received. */
const char *program_name(void);

/** Writes one line to stderr: "NAME: " and the text. */
void program_complain(const char *format, ...) EXAMPLES_PRINTF(1, 2);

/** Prints the failure on stderr; it may be a short list. */
void program_explain(const struct failure *failure);

/** Writes one line to stdout and flushes it. */
void program_say(const char *format, ...) EXAMPLES_PRINTF(1, 2);

/** Flushes the output. Fails if any of it, now or before, could not be written. */
int program_flush(struct failure *failure);

/** Must be the last call of main(). Returns the exit code, or 1 in place of 0 with a message on stderr where the output
 * could not be written. */
int program_end(int code);

#endif
