/* What went wrong, as a sentence or a short list that the program prints. */
#ifndef EXAMPLES_FAILURE_H
#define EXAMPLES_FAILURE_H

#include "common/allocate.h"

struct failure {
    char text[8192];
};

/** Sets the text and returns -1, so that a function can end with `return failed(...)`. The text becomes one line that a
 * terminal can display, whatever its arguments contain (printable.h). The present text may be one of them. */
int failed(struct failure *failure, const char *format, ...) EXAMPLES_PRINTF(2, 3);

/** The same for a text of several lines whose words are printable already. */
int failed_list(struct failure *failure, const char *text);

#endif
