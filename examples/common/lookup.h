/* Finds other programs in PATH. */
#ifndef EXAMPLES_LOOKUP_H
#define EXAMPLES_LOOKUP_H

/** Returns the path of a program in PATH, to be freed, or NULL. Only absolute folders of PATH are used, since others
 * depend on the working folder, where strangers may have put a program. */
char *lookup_program(const char *name);

#endif
