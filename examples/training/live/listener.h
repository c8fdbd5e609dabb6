/* Runs a network on an utterance. */
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
    int steps;      /**< the steps of the utterance in the scores */
    int64_t pushed; /**< all steps of the network so far */
};

/** Loads a network from a file. Failures do not name the file. `hearing` must outlive the listener. */
int listener_open(snnd_context *context, const char *model, const struct hearing *hearing, struct listener *listener,
                  struct failure *failure);
void listener_close(struct listener *listener);

/** Begins an utterance. */
int listener_begin(struct listener *listener, struct failure *failure);

/** Takes a frame of hearing_mel(). The scores are those of batch evaluation for the frames so far. */
int listener_add(struct listener *listener, const double *power, struct failure *failure);

/** Adds silence up to hearing_steps(), as in training, including extra steps. */
int listener_end(struct listener *listener, struct failure *failure);

/** Returns the class with the highest score (the first of equals), and its probability: softmax over the scores, as in
 * the loss of training. */
int listener_best(const struct listener *listener, double *probability);

#endif
