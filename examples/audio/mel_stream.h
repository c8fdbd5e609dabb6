/* Mel frames of sound that arrives in pieces. They are those of the whole recording to the last bit, whatever the
 * pieces are. */
#ifndef AUDIO_MEL_STREAM_H
#define AUDIO_MEL_STREAM_H

#include <stdint.h>

#include "audio/mel_filters.h"
#include "common/failure.h"

struct mel_stream;

/** Receives each frame when it is complete. If it does not return 0, the call below ends. */
typedef int mel_taker(void *user, const double *power, struct failure *failure);

/** Creates a stream for sound of any `rate` in Hz that can be resampled to that of `mel`; returns NULL with a failure.
 * `mel` must outlive it, and be used by one thread at a time. */
struct mel_stream *mel_stream_new(struct mel *mel, int rate, mel_taker *take, void *user, struct failure *failure);
void mel_stream_free(struct mel_stream *stream);

/** Takes the next `count` samples (which may be 0). A frame is complete with its last sample, or a few milliseconds
 * later where the sound is resampled. Returns 0, -1 with a failure, or what the taker returned. */
int mel_stream_push(struct mel_stream *stream, const float *samples, int64_t count, struct failure *failure);

/** Takes silence of `count` samples at the rate of `mel`. */
int mel_stream_silence(struct mel_stream *stream, int64_t count, struct failure *failure);

/** Ends the sound, and passes on the frames that are delayed. */
int mel_stream_end(struct mel_stream *stream, struct failure *failure);

/** Returns the number of samples so far, at the rate of `mel`. */
int64_t mel_stream_samples(const struct mel_stream *stream);

#endif
