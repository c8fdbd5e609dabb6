/* How sound becomes the input of a network: what FRONT_END_FILE says, of each kind that there is. */
#ifndef TRAINING_HEARING_H
#define TRAINING_HEARING_H

#include "audio/mel_filters.h"
#include "rawhd/front_end_settings.h"

enum hearing_kind {
    HEARING_DIGITS, /**< decibels under the loudest cell of the frames that are chosen (mel.h) */
    HEARING_WORDS   /**< decibels under full scale, frame by frame (gsc/spectrogram.h) */
};

struct hearing {
    enum hearing_kind kind;
    struct front_end digits; /**< of HEARING_DIGITS */
    char **word;             /**< of HEARING_WORDS: the classes, with NULL behind them */
    int extra_steps;         /**< silent ones behind an utterance */
};

/** Reads a file of a folder; without a folder (NULL) the user has named all of `name`. Fails where the front end is one
 * that looks at whole recordings. */
int hearing_read(const char *folder, const char *name, struct hearing *hearing, struct failure *failure);
void hearing_free(struct hearing *hearing);

/** The frames and bands, for one thread. */
struct mel *hearing_mel(const struct hearing *hearing);

/** The steps that an utterance has in the end, with silence behind it. */
int hearing_steps(const struct hearing *hearing);

/** Samples, at the rate of the frames, by which the first frame begins before the sound. */
int hearing_before(const struct hearing *hearing);

/** Says where sound of this rate has less than what the network was trained on; NULL: nowhere. Free it. */
char *hearing_lacks(const struct hearing *hearing, const struct mel *mel, int rate);

/** The name of a class, to be freed. */
char *hearing_class(const struct hearing *hearing, int class, int classes);

#endif
