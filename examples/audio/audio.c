#include "audio/audio.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audio/audio_length.h"
#include "audio/resample.h"

/* Samples that are read at a time, since a header may not know the length of its file. */
enum { BLOCK = 16384 };

struct audio_source {
    SNDFILE *file;
    int descriptor; /* is closed; -1: it belongs to the caller */
    SF_INFO info;
    sf_count_t expected; /* samples according to the header; AUDIO_ENDLESS: not known */
    sf_count_t done;
    int may_be_empty; /* a sound without samples is not an error */
    float block[];    /* [BLOCK, channels] */
};

/* ---- Reading as it comes ---- */

/* For other formats libsndfile loses samples of a pipe, or does not know how many there should be. */
static int comes_by_pipe(const SF_INFO *info) {
    const int type = info->format & SF_FORMAT_TYPEMASK;
    return type == SF_FORMAT_RAW || type == SF_FORMAT_WAV || type == SF_FORMAT_WAVEX || type == SF_FORMAT_AIFF ||
           type == SF_FORMAT_AU;
}

static int check_kind(const SF_INFO *info, struct failure *failure) {
    if (!info->seekable && !comes_by_pipe(info))
        return failed(failure, "is in a format that can only be read from a file; expected WAV");
    return info->samplerate >= AUDIO_LOWEST_RATE && info->samplerate <= AUDIO_HIGHEST_RATE && info->channels >= 1 &&
                   info->channels <= AUDIO_CHANNELS
               ? 0
               : failed(failure, "has %d samples a second in %d channels; expected %d to %d in at most %d",
                        info->samplerate, info->channels, AUDIO_LOWEST_RATE, AUDIO_HIGHEST_RATE, AUDIO_CHANNELS);
}

static struct audio_source *open_source(int descriptor, SF_INFO *info, struct failure *failure) {
    const int is_raw = info->format != 0;
    SNDFILE *file = sf_open_fd(descriptor, SFM_READ, info, SF_FALSE);
    if (file != NULL && check_kind(info, failure) != 0) {
        sf_close(file);
        return NULL;
    }
    if (file != NULL)
        file = audio_open_endless(file, descriptor, info);
    if (file == NULL) {
        failed(failure, "%s", sf_strerror(NULL));
        return NULL;
    }
    if (info->seekable && audio_check_length(file, failure) != 0) {
        sf_close(file);
        return NULL;
    }
    struct audio_source *source = allocate(1, sizeof *source + sizeof(float) * BLOCK * (size_t)info->channels);
    source->file = file;
    source->descriptor = -1;
    source->info = *info;
    source->expected = audio_expected(info);
    source->may_be_empty = is_raw;
    return source;
}

struct audio_source *audio_open(const char *path, struct failure *failure) {
    struct stat about;
    SF_INFO info;
    memset(&info, 0, sizeof info);
    /* Opened without waiting for the writer of a pipe, and checked afterwards. */
    const int descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (descriptor < 0) {
        failed(failure, "cannot open: %s", strerror(errno));
        return NULL;
    }
    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
        failed(failure, "is not a regular file");
        close(descriptor);
        return NULL;
    }
    struct audio_source *source = open_source(descriptor, &info, failure);
    if (source == NULL)
        close(descriptor);
    else
        source->descriptor = descriptor;
    return source;
}

struct audio_source *audio_open_descriptor(int descriptor, enum audio_format format, int rate,
                                           struct failure *failure) {
    SF_INFO info;
    memset(&info, 0, sizeof info);
    if (format != AUDIO_FILE) {
        info.format = SF_FORMAT_RAW | SF_ENDIAN_LITTLE;
        info.format |= format == AUDIO_RAW_S16 ? SF_FORMAT_PCM_16 : SF_FORMAT_FLOAT;
        info.samplerate = rate;
        info.channels = 1;
    }
    return open_source(descriptor, &info, failure);
}

int audio_source_rate(const struct audio_source *source) {
    return source->info.samplerate;
}

/* Returns 0 at the end of the sound, or a failure with the reason why no more samples arrive. */
static int check_end(const struct audio_source *source, struct failure *failure) {
    if (sf_error(source->file) != SF_ERR_NO_ERROR)
        return failed(failure, "%s", sf_strerror(source->file));
    if (source->expected != AUDIO_ENDLESS && source->done < source->expected)
        return failed(failure, "ends after %lld of %lld samples", (long long)source->done, (long long)source->expected);
    if (source->done == 0 && !source->may_be_empty)
        return failed(failure, "holds no samples");
    return 0;
}

int64_t audio_read(struct audio_source *source, float *samples, int64_t count, struct failure *failure) {
    const int channels = source->info.channels;
    const sf_count_t got = sf_readf_float(source->file, source->block, count < BLOCK ? count : BLOCK);
    if (got <= 0)
        return check_end(source, failure);
    for (sf_count_t frame = 0; frame < got; frame++) {
        double sum = 0;
        for (int channel = 0; channel < channels; channel++)
            sum += source->block[frame * channels + channel];
        if (!isfinite(sum))
            return failed(failure, "holds samples that are not finite numbers");
        samples[frame] = (float)(sum / channels);
    }
    source->done += got;
    return got;
}

void audio_close(struct audio_source *source) {
    if (source == NULL)
        return;
    sf_close(source->file);
    if (source->descriptor >= 0)
        close(source->descriptor);
    free(source);
}

/* ---- Whole recordings ---- */

int audio_rate(const char *path) {
    struct failure ignored;
    struct audio_source *source = audio_open(path, &ignored);
    const int rate = source != NULL ? audio_source_rate(source) : 0;
    audio_close(source);
    return rate;
}

int audio_load(const char *path, struct audio *audio, struct failure *failure) {
    struct audio_source *source = audio_open(path, failure);
    if (source == NULL)
        return -1;
    source->may_be_empty = 1; /* the caller sees the count */
    *audio = (struct audio){NULL, 0, audio_source_rate(source)};
    int64_t got;
    do {
        audio->samples = reallocate(audio->samples, (size_t)(audio->count + BLOCK), sizeof(float));
        got = audio_read(source, audio->samples + audio->count, BLOCK, failure);
        audio->count += got > 0 ? got : 0;
        if (audio->count > (int64_t)AUDIO_SECONDS * audio->rate)
            got = failed(failure, "lasts longer than %d seconds", AUDIO_SECONDS);
    } while (got > 0);
    audio_close(source);
    if (got < 0)
        audio_free(audio);
    return got < 0 ? -1 : 0;
}

int audio_append(void *user, const float *samples, int64_t count, struct failure *failure) {
    struct audio *audio = user;
    (void)failure;
    audio->samples = reallocate(audio->samples, (size_t)(audio->count + count), sizeof *samples);
    memcpy(audio->samples + audio->count, samples, (size_t)count * sizeof *samples);
    audio->count += count;
    return 0;
}

int audio_resample(const struct audio *audio, int rate, struct audio *resampled, struct failure *failure) {
    struct resampler *resampler = resampler_new(audio->rate, rate, failure);
    if (resampler == NULL)
        return -1;
    *resampled = (struct audio){NULL, 0, rate};
    const int result = resampler_push(resampler, audio->samples, audio->count, 1, audio_append, resampled, failure);
    resampler_free(resampler);
    if (result != 0)
        audio_free(resampled);
    return result;
}

void audio_free(struct audio *audio) {
    free(audio->samples);
    audio->samples = NULL;
    audio->count = 0;
}
