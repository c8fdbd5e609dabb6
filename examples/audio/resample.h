/* Another sampling rate for sound that comes in pieces; the pieces' sizes change no bit of what comes out. */
#ifndef AUDIO_RESAMPLE_H
#define AUDIO_RESAMPLE_H

#include <stdint.h>

#include "common/failure.h"

struct resampler;

/** Band-limited, from one rate to another in Hz; NULL with a failure where that cannot be done. */
struct resampler *resampler_new(int from, int to, struct failure *failure);
void resampler_free(struct resampler *resampler);

/** Given what has come out, `count` samples that are there until it returns; not 0 ends the call below. */
typedef int resampler_taker(void *user, const float *samples, int64_t count, struct failure *failure);

/** Passes `count` samples on; what comes out lags behind by a few milliseconds, which the call with `is_end` (of no
 * samples, or of the last) makes up for. Returns 0, -1 with a failure, or what `take` returned. */
int resampler_push(struct resampler *resampler, const float *samples, int64_t count, int is_end, resampler_taker *take,
                   void *user, struct failure *failure);

#endif
