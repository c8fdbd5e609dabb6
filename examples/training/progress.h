/* Shows the progress of a run: one line that is rewritten on a terminal, a line for each epoch in a pipe. */
#ifndef TRAINING_PROGRESS_H
#define TRAINING_PROGRESS_H

#include <cJSON.h>
#include <snndelay.h>

struct progress {
    int quiet, terminal;
    int32_t epochs;          /**< of the run */
    double begin, last;      /**< seconds of the first step in this process, and of the last display */
    double done_before;      /**< epochs completed before this process, including the part of one that was stopped */
    const cJSON *last_epoch; /**< record of the last completed epoch, or NULL */
    int line_is_open;
};

/** Returns seconds of a monotonic clock. */
double progress_clock(void);

void progress_init(struct progress *progress, int quiet, int32_t epochs);

/** Prints a message on a separate line, unless quiet. */
void progress_say(struct progress *progress, const char *message);

/** Called after a step. */
void progress_step(struct progress *progress, const snnd_progress *step);

/** Called after an epoch; the record must live until the next call. */
void progress_epoch(struct progress *progress, const cJSON *record);

/** Ends the line on a terminal. */
void progress_end(struct progress *progress);

#endif
