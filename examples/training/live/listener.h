/* A network that listens to an utterance. */
#ifndef TRAINING_LISTENER_H
#define TRAINING_LISTENER_H

#include <snndelay.h>

#include "audio/mel_window.h"
#include "common/failure.h"
#include "training/hearing.h"

struct listener {
    const struct hearing *hearing;
    snnd_plan *plan;
    snnd_stream *stream;
    struct mel_window window; /**< of HEARING_DIGITS */
    int heard;                /**< 1: the utterance is not silence */
    int classes;
    float *scores;  /**< [classes], of the utterance so far */
    int steps;      /**< of it that they are over */
    int64_t pushed; /**< steps that the network has made, all told */
};

/** Takes a network in a file. Failure does not name it. `hearing` must outlive the listener. */
int listener_open(snnd_context *context, const char *model, const struct hearing *hearing, struct listener *listener,
                  struct failure *failure);
void listener_close(struct listener *listener);

/** Begins an utterance. */
int listener_begin(struct listener *listener, struct failure *failure);

/** Takes a frame, of hearing_mel(). What the network then has heard is what batch evaluation would give it of the
 * frames so far. */
int listener_add(struct listener *listener, const double *power, struct failure *failure);

/** Lets silence follow up to hearing_steps(), as in training, extra steps among them. */
int listener_end(struct listener *listener, struct failure *failure);

/** The class with the highest score (the first of equals), and its probability: softmax over the scores, as the loss of
 * the training has it. */
int listener_best(const struct listener *listener, double *probability);

#endif
