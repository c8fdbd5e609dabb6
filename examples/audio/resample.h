/* Resamples sound that arrives in pieces. The sizes of the pieces do not change a bit of the result. */
#ifndef AUDIO_RESAMPLE_H
#define AUDIO_RESAMPLE_H

#include <stdint.h>

#include "common/failure.h"

struct resampler;

/** Creates a band-limited resampler between two rates in Hz. Returns NULL with a failure where it is not possible. */
struct resampler *resampler_new(int from, int to, struct failure *failure);
void resampler_free(struct resampler *resampler);

/** Receives `count` samples, which are valid until it returns. If it does not return 0, the call below ends. */
typedef int resampler_taker(void *user, const float *samples, int64_t count, struct failure *failure);

/** Resamples `count` samples. The result is delayed by a few milliseconds, which the call with `is_end` (with the last
 * samples, or with none) passes on. Returns 0, -1 with a failure, or what `take` returned. */
int resampler_push(struct resampler *resampler, const float *samples, int64_t count, int is_end, resampler_taker *take,
                   void *user, struct failure *failure);

#endif
