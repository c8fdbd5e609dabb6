/* Other programs that these call, as PATH has them. */
#ifndef EXAMPLES_LOOKUP_H
#define EXAMPLES_LOOKUP_H

/** The path of a program in PATH, to be freed; NULL where there is none. Of PATH only what begins at the root counts:
 * the rest would be looked for in the folder that one happens to be in, where strangers may have put a program. */
char *lookup_program(const char *name);

#endif
