/* Prints scores. */
#ifndef TRAINING_ANNOUNCE_H
#define TRAINING_ANNOUNCE_H

#include "common/failure.h"
#include "training/live/listener.h"

enum announce_form { ANNOUNCE_TEXT, ANNOUNCE_JSON };

struct announcer {
    enum announce_form form;
    int terminal; /**< running scores replace one another */
    int is_open;  /**< the line on the terminal is not ended yet */
};

/** Writes a line for an utterance from `begin` to `time`, in seconds. Fails if it cannot be written. */
int announce(struct announcer *announcer, const struct listener *listener, double begin, double time, int is_final,
             struct failure *failure);

#endif
