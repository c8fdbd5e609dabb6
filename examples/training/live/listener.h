/* A network that listens to an utterance. */
#ifndef TRAINING_LISTENER_H
#define TRAINING_LISTENER_H

#include <snndelay.h>

#include "audio/mel_window.h"
#include "common/failure.h"
#include "rawhd/front_end.h"

struct listener {
    struct front_end front_end;
    snnd_plan *plan;
    snnd_stream *stream;
    struct mel_window window;
    int classes;
    float *scores;  /**< [classes], of the utterance so far */
    int steps;      /**< of it that they are over */
    int64_t pushed; /**< steps that the network has made, all told */
};

/** Takes a network in a file. Failure does not name it. */
int listener_open(snnd_context *context, const char *model, const struct front_end *front_end,
                  struct listener *listener, struct failure *failure);
void listener_close(struct listener *listener);

/** Begins an utterance. */
int listener_begin(struct listener *listener, struct failure *failure);

/** Takes a frame. What the network then has heard is what batch evaluation would give it of the frames so far. */
int listener_add(struct listener *listener, const double power[MEL_CHANNELS], struct failure *failure);

/** Lets silence follow up to MEL_STEPS and the extra steps, as in training. */
int listener_end(struct listener *listener, struct failure *failure);

/** The class with the highest score (the first of equals), and its probability: softmax over the scores, as the loss of
 * the training has it. */
int listener_best(const struct listener *listener, double *probability);

#endif
