#include "data/audio.h"

#include <limits.h>
#include <math.h>
#include <samplerate.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

/* Frames read at a time: a header may not know how long its file is. */
enum { BLOCK = 16384 };

int audio_rate(const char *path) {
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (file == NULL)
        return 0;
    sf_close(file);
    return info.samplerate;
}

/* Appends the mean of the channels of `frames` frames; -1 where a sample is not a finite number. */
static int append_mono(struct audio *audio, const float *block, sf_count_t frames, int channels) {
    audio->samples = reallocate(audio->samples, (size_t)(audio->count + frames), sizeof(float));
    for (sf_count_t frame = 0; frame < frames; frame++) {
        double sum = 0;
        for (int channel = 0; channel < channels; channel++)
            sum += block[frame * channels + channel];
        if (!isfinite(sum))
            return -1;
        audio->samples[audio->count++] = (float)(sum / channels);
    }
    return 0;
}

int audio_load(const char *path, struct audio *audio, struct failure *failure) {
    SF_INFO info;
    memset(&info, 0, sizeof info);
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (file == NULL)
        return failed(failure, "%s", sf_strerror(NULL));
    audio->samples = NULL;
    audio->count = 0;
    audio->rate = info.samplerate;
    float *block = allocate((size_t)BLOCK * (size_t)info.channels, sizeof(float));
    int result = 0;
    for (sf_count_t got; result == 0 && (got = sf_readf_float(file, block, BLOCK)) > 0;)
        if (append_mono(audio, block, got, info.channels) != 0)
            result = failed(failure, "holds samples that are not finite numbers");
    if (result == 0 && sf_error(file) != SF_ERR_NO_ERROR)
        result = failed(failure, "%s", sf_strerror(file));
    if (result == 0 && info.seekable && audio->count < info.frames)
        result = failed(failure, "ends after %lld of %lld samples", (long long)audio->count, (long long)info.frames);
    free(block);
    sf_close(file);
    if (result != 0)
        audio_free(audio);
    return result;
}

int audio_resample(const struct audio *audio, int rate, struct audio *resampled, struct failure *failure) {
    double ratio = (double)rate / audio->rate;
    double room = ceil((double)audio->count * ratio) + 1;
    if (!src_is_valid_ratio(ratio) || audio->count > LONG_MAX || room > (double)INT_MAX)
        return failed(failure, "cannot be resampled from %d to %d Hz", audio->rate, rate);
    resampled->samples = allocate((size_t)room, sizeof(float));
    resampled->rate = rate;
    SRC_DATA job;
    memset(&job, 0, sizeof job);
    job.data_in = audio->samples;
    job.input_frames = (long)audio->count;
    job.data_out = resampled->samples;
    job.output_frames = (long)room;
    job.src_ratio = ratio;
    int error = src_simple(&job, SRC_SINC_MEDIUM_QUALITY, 1);
    if (error != 0) {
        audio_free(resampled);
        return failed(failure, "cannot be resampled: %s", src_strerror(error));
    }
    resampled->count = job.output_frames_gen;
    return 0;
}

void audio_free(struct audio *audio) {
    free(audio->samples);
    audio->samples = NULL;
    audio->count = 0;
}
