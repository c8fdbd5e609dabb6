/* What the header of a sound says of its length, and whether that is so. */
#ifndef AUDIO_AUDIO_LENGTH_H
#define AUDIO_AUDIO_LENGTH_H

#include <sndfile.h>

#include "common/failure.h"

/** Samples of which there is no count: they last to the end. */
#define AUDIO_ENDLESS SF_COUNT_MAX

/** How many samples there should be; AUDIO_ENDLESS where the header does not know. */
sf_count_t audio_expected(const SF_INFO *info);

/** Fails where a file (not a pipe) is shorter than its header says. */
int audio_check_length(SNDFILE *file, struct failure *failure);

/** WAV that was written to a pipe may have 0 for its length, and libsndfile then reads nothing: opens such a sound
 * anew, to be read to its end, and gives any other back as it is. NULL: libsndfile has an error. */
SNDFILE *audio_open_endless(SNDFILE *file, int descriptor, SF_INFO *info);

#endif
