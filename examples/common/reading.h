/* Tells how far the reading of many files or samples is: one line that is rewritten on a terminal, a line from time to
 * time elsewhere. */
#ifndef EXAMPLES_READING_H
#define EXAMPLES_READING_H

#include <pthread.h>
#include <stdint.h>

struct reading {
    const char *what; /**< "recordings" */
    int64_t total, done;
    double last; /**< seconds: when something was shown */
    int shows;   /**< 0: it is quiet */
    int terminal, line_is_open;
    pthread_mutex_t lock;
};

void reading_begin(struct reading *reading, int64_t total, const char *what, int quiet);

/** `count` more are done; any thread may say so. */
void reading_add(struct reading *reading, int64_t count);

/** Wipes the line. */
void reading_end(struct reading *reading);

#endif
