/* Where utterances begin and end, by the power of frames alone. */
#ifndef TRAINING_DETECTOR_H
#define TRAINING_DETECTOR_H

#include "audio/mel_filters.h"

enum { DETECTOR_ONSET = 5 /**< loud frames in a row that begin an utterance */ };

struct detector_options {
    double threshold; /**< dB under a sine of full scale: a frame that is not above is quiet */
    double rise;      /**< dB that a frame must be above the noise, too */
    double drop;      /**< dB under the loudest frame of an utterance that are quiet again */
    int hang;         /**< quiet frames that end an utterance, at least 1 */
    int longest;      /**< frames after which it ends whatever comes, at least DETECTOR_ONSET */
};

struct detector {
    struct detector_options options;
    int channels;
    double full_scale; /**< power of a sine of it, over all channels */
    double noise;      /**< its level, by the frames between utterances */
    int speaking;      /**< frames of the utterance so far; 0: there is none */
    int run;           /**< loud frames in a row before an utterance, quiet ones in it */
    double loudest;    /**< frame of the utterance, as the one below */
    double quietest;
};

/** What a frame is. */
enum heard {
    HEARD_SILENCE,
    HEARD_ONSET,  /**< the last of the DETECTOR_ONSET frames that an utterance begins with */
    HEARD_SPEECH, /**< the next one of it */
    HEARD_END     /**< the last one of it */
};

/** For frames of this shape. */
void detector_init(struct detector *detector, const struct detector_options *options, const struct mel_shape *shape);

enum heard detector_add(struct detector *detector, const double *power);

#endif
