#include "audio/mel_stream.h"

#include <stdlib.h>
#include <string.h>

#include "audio/resample.h"

struct mel_stream {
    struct mel *mel;
    struct mel_shape shape;
    struct resampler *resampler; /* NULL where samples arrive at the rate of `mel` */
    mel_taker *take;
    void *user;
    float *frame;  /* [points], the next frame */
    double *power; /* [channels], power of a frame */
    int held;      /* samples of the frame so far */
    int rate;      /* of the arriving samples */
    int64_t samples;
};

struct mel_stream *mel_stream_new(struct mel *mel, int rate, mel_taker *take, void *user, struct failure *failure) {
    struct mel_stream *stream = allocate(1, sizeof *stream);
    stream->mel = mel;
    stream->shape = *mel_shape(mel);
    stream->rate = rate;
    stream->take = take;
    stream->user = user;
    const int wanted = stream->shape.rate;
    if (rate != wanted && (stream->resampler = resampler_new(rate, wanted, failure)) == NULL) {
        free(stream);
        return NULL;
    }
    stream->frame = allocate((size_t)stream->shape.points, sizeof *stream->frame);
    stream->power = allocate((size_t)stream->shape.channels, sizeof *stream->power);
    return stream;
}

void mel_stream_free(struct mel_stream *stream) {
    if (stream == NULL)
        return;
    resampler_free(stream->resampler);
    free(stream->frame);
    free(stream->power);
    free(stream);
}

/* Passes on the power of a complete frame, and keeps the samples that the next one shares with it. */
static int give_frame(struct mel_stream *stream, struct failure *failure) {
    mel_power(stream->mel, stream->frame, stream->power);
    stream->held = stream->shape.points - stream->shape.hop;
    memmove(stream->frame, stream->frame + stream->shape.hop, (size_t)stream->held * sizeof(float));
    return stream->take(stream->user, stream->power, failure);
}

/* Takes samples at the rate of the frames. */
static int take_samples(void *user, const float *samples, int64_t count, struct failure *failure) {
    struct mel_stream *stream = user;
    int result = 0;
    stream->samples += count;
    while (result == 0 && count > 0) {
        const int64_t wanted = stream->shape.points - stream->held, some = count < wanted ? count : wanted;
        memcpy(stream->frame + stream->held, samples, (size_t)some * sizeof *samples);
        stream->held += (int)some;
        samples += some;
        count -= some;
        if (stream->held == stream->shape.points)
            result = give_frame(stream, failure);
    }
    return result;
}

int mel_stream_push(struct mel_stream *stream, const float *samples, int64_t count, struct failure *failure) {
    if (stream->resampler == NULL)
        return take_samples(stream, samples, count, failure);
    return resampler_push(stream->resampler, samples, count, 0, take_samples, stream, failure);
}

int mel_stream_silence(struct mel_stream *stream, int64_t count, struct failure *failure) {
    static const float silence[1024];
    int result = 0;
    for (count = count * stream->rate / stream->shape.rate; result == 0 && count > 0; count -= 1024)
        result = mel_stream_push(stream, silence, count < 1024 ? count : 1024, failure);
    return result;
}

int mel_stream_end(struct mel_stream *stream, struct failure *failure) {
    if (stream->resampler == NULL)
        return 0;
    return resampler_push(stream->resampler, NULL, 0, 1, take_samples, stream, failure);
}

int64_t mel_stream_samples(const struct mel_stream *stream) {
    return stream->samples;
}
