/* Reads recordings as mono floats, completely or in pieces. */
#ifndef AUDIO_AUDIO_H
#define AUDIO_AUDIO_H

#include <stdint.h>

#include "common/failure.h"

/** Limits of a file, since a small file can decompress to very much sound. A recording that is loaded completely is not
 * longer. */
enum { AUDIO_SECONDS = 60, AUDIO_LOWEST_RATE = 1000, AUDIO_HIGHEST_RATE = 384000, AUDIO_CHANNELS = 32 };

struct audio {
    float *samples; /**< -1 to 1, channels averaged */
    int64_t count;
    int rate; /**< samples a second */
};

/** Reads any regular file that libsndfile can read, by its content. A file that ends before its header says is a
 * failure, also where libsndfile would accept it (WAV, AIFF, AU, CAF, W64, RF64), as is one of more than AUDIO_SECONDS.
 * Where the header does not know the length, as when it was written to a pipe, the file is read to its end. */
int audio_load(const char *path, struct audio *audio, struct failure *failure);

/** Returns the sampling rate in the header of a file, or 0 if it cannot be read. */
int audio_rate(const char *path);

/** Resamples sound to another rate, band-limited. */
int audio_resample(const struct audio *audio, int rate, struct audio *resampled, struct failure *failure);

/** Appends samples to `user`, which is a struct audio; it is a resampler_taker. */
int audio_append(void *user, const float *samples, int64_t count, struct failure *failure);

void audio_free(struct audio *audio);

/** The form of the sound. RAW_...: little-endian samples of one channel without a header. */
enum audio_format { AUDIO_FILE, AUDIO_RAW_S16, AUDIO_RAW_F32 };

struct audio_source;

/** Opens a regular file of any length. Returns NULL with a failure. */
struct audio_source *audio_open(const char *path, struct failure *failure);

/** Reads from an open descriptor, which stays open: of a file, or of a pipe, where AUDIO_FILE must be WAV (or AIFF or
 * AU), whose header may not know its length. `rate` is that of raw samples. */
struct audio_source *audio_open_descriptor(int descriptor, enum audio_format format, int rate, struct failure *failure);

int audio_source_rate(const struct audio_source *source);

/** Waits for `count` samples, whose channels are averaged, and returns how many there were. It returns fewer only at
 * the end, then 0, and -1 with a failure, also for a file without samples. */
int64_t audio_read(struct audio_source *source, float *samples, int64_t count, struct failure *failure);

void audio_close(struct audio_source *source);

#endif
