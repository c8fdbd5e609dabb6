/* How sound becomes the input of a network: each kind of FRONT_END_FILE. */
#ifndef TRAINING_HEARING_H
#define TRAINING_HEARING_H

#include "audio/mel_filters.h"
#include "rawhd/front_end_settings.h"

enum hearing_kind {
    HEARING_DIGITS, /**< decibels relative to the loudest cell of the chosen frames (mel.h) */
    HEARING_WORDS   /**< decibels relative to full scale, frame by frame (gsc/spectrogram.h) */
};

struct hearing {
    enum hearing_kind kind;
    struct front_end digits; /**< of HEARING_DIGITS */
    char **word;             /**< of HEARING_WORDS: the classes, followed by NULL */
    int extra_steps;         /**< silent steps after an utterance */
};

/** Reads a file of a folder; without a folder (NULL) the user has named all of `name`. Fails for a front end that needs
 * whole recordings. */
int hearing_read(const char *folder, const char *name, struct hearing *hearing, struct failure *failure);
void hearing_free(struct hearing *hearing);

/** Creates the frames and bands, for one thread. */
struct mel *hearing_mel(const struct hearing *hearing);

/** Returns the number of steps of an utterance, with the silence after it. */
int hearing_steps(const struct hearing *hearing);

/** Returns by how many samples, at the rate of the frames, the first frame begins before the sound. */
int hearing_before(const struct hearing *hearing);

/** Returns where sound of this rate lacks channels that the network was trained on, to be freed, or NULL. */
char *hearing_lacks(const struct hearing *hearing, const struct mel *mel, int rate);

/** Returns the name of a class, to be freed. */
char *hearing_class(const struct hearing *hearing, int class, int classes);

#endif
