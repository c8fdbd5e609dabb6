/* Speech from the espeak-ng program. */
#ifndef MAKE_DIGITS_ESPEAK_H
#define MAKE_DIGITS_ESPEAK_H

#include "common/failure.h"

/** Returns 0 if the program can be run. */
int espeak_check(struct failure *failure);

/** Lets `voice` speak `word` (UTF-8) into the WAV file `path`. */
int espeak_speak(const char *voice, const char *word, int pitch, int speed, const char *path, struct failure *failure);

#endif
