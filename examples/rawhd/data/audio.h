/* Recordings as mono floats. */
#ifndef RAWHD_AUDIO_H
#define RAWHD_AUDIO_H

#include <stdint.h>

#include "common/failure.h"

struct audio {
    float *samples; /**< -1 to 1, channels averaged */
    int64_t count;
    int rate; /**< samples a second */
};

/** Reads any file that libsndfile can. A file that ends before its header says so is a failure. */
int audio_load(const char *path, struct audio *audio, struct failure *failure);

/** The rate that the header of a file tells, or 0 if it cannot be read. */
int audio_rate(const char *path);

/** The same sound at another rate, band-limited. */
int audio_resample(const struct audio *audio, int rate, struct audio *resampled, struct failure *failure);

void audio_free(struct audio *audio);

#endif
