/* How scores are shown. */
#ifndef TRAINING_ANNOUNCE_H
#define TRAINING_ANNOUNCE_H

#include "common/failure.h"
#include "training/live/listener.h"

enum announce_form { ANNOUNCE_TEXT, ANNOUNCE_JSON };

struct announcer {
    enum announce_form form;
    int terminal; /**< running scores take the place of one another */
    int is_open;  /**< the line on the terminal has no end yet */
};

/** Writes a line for what the listener has heard from `begin` to `time`, in seconds. Failure is that it cannot be
 * written. */
int announce(struct announcer *announcer, const struct listener *listener, double begin, double time, int is_final,
             struct failure *failure);

#endif
