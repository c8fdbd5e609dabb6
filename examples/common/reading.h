/* Shows the progress of reading many files or samples: one line that is rewritten on a terminal, elsewhere a line at
 * intervals. */
#ifndef EXAMPLES_READING_H
#define EXAMPLES_READING_H

#include <pthread.h>
#include <stdint.h>

struct reading {
    const char *what; /**< "recordings" */
    int64_t total, done;
    double last; /**< seconds of the last display */
    int shows;   /**< 0: quiet */
    int terminal, line_is_open;
    pthread_mutex_t lock;
};

void reading_begin(struct reading *reading, int64_t total, const char *what, int quiet);

/** Adds `count` completed ones; any thread may call it. */
void reading_add(struct reading *reading, int64_t count);

/** Clears the line. */
void reading_end(struct reading *reading);

#endif
