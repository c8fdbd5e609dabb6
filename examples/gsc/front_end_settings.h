/* The settings that FRONT_END_FILE of a run has for spoken words: the version of the numbers in spectrogram.h, and the
 * words. Nothing is computed here: the spectrograms are made in spectrogram.c. */
#ifndef GSC_FRONT_END_SETTINGS_H
#define GSC_FRONT_END_SETTINGS_H

#include <cJSON.h>

#include "gsc/commands.h"

#define WORDS_PRESET "gsc"

cJSON *words_describe(const struct commands *commands);

/** Takes the words, made printable, with NULL behind them, each to be freed and all together, and the extra steps.
 * Fails, with what is wrong, where the spectrograms are of another version. */
int words_understand(const cJSON *object, char ***word, int *extra_steps, struct failure *failure);

#endif
