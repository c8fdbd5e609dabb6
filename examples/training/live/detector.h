/* Detects where utterances begin and end, only by the power of frames. */
#ifndef TRAINING_DETECTOR_H
#define TRAINING_DETECTOR_H

#include "audio/mel_filters.h"

enum { DETECTOR_ONSET = 5 /**< consecutive loud frames that begin an utterance */ };

struct detector_options {
    double threshold; /**< level relative to a sine of full scale, up to which a frame is quiet */
    double rise;      /**< dB by which a frame must also be above the noise */
    double drop;      /**< dB below the loudest frame of an utterance from which a frame is quiet again */
    int hang;         /**< quiet frames that end an utterance, at least 1 */
    int longest;      /**< frames after which an utterance always ends, at least DETECTOR_ONSET */
};

struct detector {
    struct detector_options options;
    int channels;
    double full_scale; /**< the power of a sine of full scale, over all channels */
    double noise;      /**< the level of noise in frames between utterances */
    int speaking;      /**< frames of the utterance so far; 0: there is none */
    int run;           /**< consecutive loud frames before an utterance, quiet ones in it */
    double loudest;    /**< frame of the utterance, as the one below */
    double quietest;
};

/** The role of a frame. */
enum heard {
    HEARD_SILENCE,
    HEARD_ONSET,  /**< the last of the DETECTOR_ONSET frames with which an utterance begins */
    HEARD_SPEECH, /**< the next frame of an utterance */
    HEARD_END     /**< the last frame of an utterance */
};

/** Initializes a detector for frames of this shape. */
void detector_init(struct detector *detector, const struct detector_options *options, const struct mel_shape *shape);

enum heard detector_add(struct detector *detector, const double *power);

#endif
