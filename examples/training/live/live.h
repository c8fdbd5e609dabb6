/* Sound to scores, as it comes in: frames, utterances, the network, lines. */
#ifndef TRAINING_LIVE_H
#define TRAINING_LIVE_H

#include "audio/audio.h"
#include "training/live/announce.h"
#include "training/live/detector.h"

enum { LIVE_PRE_ROLL = 100 /**< most frames that an utterance can begin before it was noticed */ };

struct live_options {
    struct detector_options detector;
    int pre_roll; /**< frames before the first loud one that belong to an utterance, 0 to LIVE_PRE_ROLL */
    int interval; /**< frames from one line of running scores to the next; 0: final ones only */
    int whole;    /**< 1: all that comes is one utterance */
};

/** What it took. */
struct live_report {
    int64_t frames, utterances;
    double seconds, worst; /**< of the processor: for all, and for the 10 ms that took most */
};

/** Listens until the source ends. */
int live_listen(struct audio_source *source, const struct live_options *options, struct listener *listener,
                struct announcer *announcer, struct live_report *report, struct failure *failure);

#endif
