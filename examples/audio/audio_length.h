/* Compares the length of a sound with its header. */
#ifndef AUDIO_AUDIO_LENGTH_H
#define AUDIO_AUDIO_LENGTH_H

#include <sndfile.h>

#include "common/failure.h"

/** The count of samples of sound whose length is not known. */
#define AUDIO_ENDLESS SF_COUNT_MAX

/** Returns the number of samples in the header, or AUDIO_ENDLESS where the header does not know it. */
sf_count_t audio_expected(const SF_INFO *info);

/** Fails where a file (not a pipe) is shorter than its header says. */
int audio_check_length(SNDFILE *file, struct failure *failure);

/** WAV that was written to a pipe may have a length of 0, for which libsndfile reads nothing. Opens such a sound again,
 * to be read to its end, and returns any other unchanged. NULL: libsndfile has an error. */
SNDFILE *audio_open_endless(SNDFILE *file, int descriptor, SF_INFO *info);

#endif
