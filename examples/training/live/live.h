/* Converts sound to scores as it arrives: frames, utterances, network, output. */
#ifndef TRAINING_LIVE_H
#define TRAINING_LIVE_H

#include "audio/audio.h"
#include "training/live/announce.h"
#include "training/live/detector.h"

enum { LIVE_PRE_ROLL = 100 /**< the largest number of frames by which an utterance can begin before it was noticed */ };

struct live_options {
    struct detector_options detector;
    int pre_roll; /**< frames before the first loud one that belong to an utterance, 0 to LIVE_PRE_ROLL */
    int interval; /**< frames between lines of running scores; 0: only final scores */
    int whole;    /**< 1: all sound is one utterance */
};

/** The time that was used. */
struct live_report {
    int64_t frames, utterances;
    double seconds, worst; /**< processor time in all, and for the 10 ms that took longest */
};

/** Processes the source until it ends. */
int live_listen(struct audio_source *source, const struct live_options *options, struct listener *listener,
                struct announcer *announcer, struct live_report *report, struct failure *failure);

#endif
