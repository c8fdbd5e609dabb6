/* How a run looks: one line that is rewritten on a terminal, a line an epoch in a pipe. */
#ifndef TRAINING_PROGRESS_H
#define TRAINING_PROGRESS_H

#include <cJSON.h>
#include <snndelay.h>

struct progress {
    int quiet, terminal;
    int32_t epochs;          /**< of the run */
    double begin, last;      /**< seconds: of the first step here, of the last line shown */
    double done_before;      /**< epochs done before this process, with the part of one that was stopped */
    const cJSON *last_epoch; /**< record of the last epoch finished, NULL if there is none */
    int line_is_open;
};

/** Seconds on a clock that never goes back. */
double progress_clock(void);

void progress_init(struct progress *progress, int quiet, int32_t epochs);

/** A message on a line of its own; nothing if quiet. */
void progress_say(struct progress *progress, const char *message);

/** After a step. */
void progress_step(struct progress *progress, const snnd_progress *step);

/** After an epoch; the record must live until the next call. */
void progress_epoch(struct progress *progress, const cJSON *record);

/** Ends the line on a terminal. */
void progress_end(struct progress *progress);

#endif
