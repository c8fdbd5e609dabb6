/* What went wrong, in a sentence or a short list, for the program to print. */
#ifndef EXAMPLES_FAILURE_H
#define EXAMPLES_FAILURE_H

#include "common/allocate.h"

struct failure {
    char text[8192];
};

/** Sets the text and returns -1, so that a function can end with `return failed(...)`. Whatever words it is made of, it
 * is one line that a terminal can be given: see printable.h. The text that is there may be among them. */
int failed(struct failure *failure, const char *format, ...) EXAMPLES_PRINTF(2, 3);

/** The same for a text of several lines, each of whose words is printable already. */
int failed_list(struct failure *failure, const char *text);

#endif
