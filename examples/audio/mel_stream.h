/* Mel frames of sound that comes in pieces: the frames of the whole recording, to the last bit, whatever the pieces. */
#ifndef AUDIO_MEL_STREAM_H
#define AUDIO_MEL_STREAM_H

#include <stdint.h>

#include "audio/mel_filters.h"
#include "common/failure.h"

struct mel_stream;

/** Given each frame as it is complete; not 0 ends the call below. */
typedef int mel_taker(void *user, const double *power, struct failure *failure);

/** A stream before its first sample, at any `rate` in Hz that can be brought to that of `mel`; NULL with a failure.
 * `mel` must outlive it, and work for one thread at a time. */
struct mel_stream *mel_stream_new(struct mel *mel, int rate, mel_taker *take, void *user, struct failure *failure);
void mel_stream_free(struct mel_stream *stream);

/** Takes the next `count` samples (0 is fine). A frame comes out with its last sample, or where the rate is another
 * a few milliseconds later. Returns 0, -1 with a failure, or what the taker returned. */
int mel_stream_push(struct mel_stream *stream, const float *samples, int64_t count, struct failure *failure);

/** Takes silence that lasts as long as `count` samples at the rate of `mel`. */
int mel_stream_silence(struct mel_stream *stream, int64_t count, struct failure *failure);

/** Says that the last sample has come: what lags behind comes out. */
int mel_stream_end(struct mel_stream *stream, struct failure *failure);

/** Samples so far, at the rate of `mel`. */
int64_t mel_stream_samples(const struct mel_stream *stream);

#endif
