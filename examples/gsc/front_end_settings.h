/* The settings that FRONT_END_FILE of a run has for spoken words: the version of the numbers in spectrogram.h, and the
 * words. Nothing is computed here: the spectrograms are made in spectrogram.c. */
#ifndef GSC_FRONT_END_SETTINGS_H
#define GSC_FRONT_END_SETTINGS_H

#include <cJSON.h>

#include "gsc/commands.h"

#define WORDS_PRESET "gsc"

cJSON *words_describe(const struct commands *commands);

/** Reads the words, made printable and followed by NULL, to be freed each and all together, and the extra steps. Fails,
 * with the reason, where the spectrograms are of another version. */
int words_understand(const cJSON *object, char ***word, int *extra_steps, struct failure *failure);

#endif
