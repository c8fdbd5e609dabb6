#include "training/live/live.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audio/mel_stream.h"
#include "common/program.h"

/* Frames that are stored while there is no utterance. */
enum { KEPT = LIVE_PRE_ROLL + DETECTOR_ONSET };

struct live {
    const struct live_options *options;
    struct listener *listener;
    struct announcer *announcer;
    struct live_report *report;
    struct detector detector;
    struct mel_shape shape; /* of frames */
    int before;             /* by how many samples the first frame begins before the sound */
    double *kept;           /* [KEPT, channels], frame n in place n modulo KEPT */
    int64_t free_from;      /* the first frame that is in no utterance */
    int64_t begin;          /* the first frame of the utterance */
    int is_open;            /* whether there is an utterance */
};

/* Return the seconds from the first sample to the beginning and to the end of a frame. */
static double beginning_of(const struct live *live, int64_t frame) {
    return fmax((double)(frame * live->shape.hop - live->before) / live->shape.rate, 0);
}

static double end_of(const struct live *live, int64_t frame) {
    return (double)(frame * live->shape.hop - live->before + live->shape.points) / live->shape.rate;
}

static double *kept_frame(const struct live *live, int64_t frame) {
    return live->kept + frame % KEPT * live->shape.channels;
}

/* Shows the scores up to the newest frame. */
static int show(struct live *live, int is_final, struct failure *failure) {
    return announce(live->announcer, live->listener, beginning_of(live, live->begin),
                    end_of(live, live->report->frames - 1), is_final, failure);
}

static int begin_utterance(struct live *live, int64_t first, struct failure *failure) {
    const int64_t newest = live->report->frames - 1;
    live->begin = first > live->free_from ? first : live->free_from;
    live->is_open = 1;
    live->report->utterances++;
    int result = listener_begin(live->listener, failure);
    for (int64_t n = live->begin; result == 0 && n <= newest; n++)
        result = listener_add(live->listener, kept_frame(live, n), failure);
    return result;
}

/* Ends an utterance and shows its result, unless it was silent. */
static int end_utterance(struct live *live, struct failure *failure) {
    live->is_open = 0;
    live->free_from = live->report->frames;
    if (!live->listener->heard)
        return 0;
    return listener_end(live->listener, failure) == 0 ? show(live, 1, failure) : -1;
}

static enum heard judge(struct live *live, const double *power) {
    if (!live->options->whole)
        return detector_add(&live->detector, power);
    return live->is_open ? HEARD_SPEECH : HEARD_ONSET;
}

static int hear(void *user, const double *power, struct failure *failure) {
    struct live *live = user;
    const int64_t frame = live->report->frames++;
    const int onset = live->options->whole ? 1 : DETECTOR_ONSET;
    memcpy(kept_frame(live, frame), power, (size_t)live->shape.channels * sizeof *power);
    const enum heard heard = judge(live, power);
    if (heard == HEARD_SILENCE)
        return 0;
    if (heard == HEARD_ONSET)
        return begin_utterance(live, frame + 1 - onset - live->options->pre_roll, failure);
    if (listener_add(live->listener, power, failure) != 0)
        return -1;
    if (heard == HEARD_END)
        return end_utterance(live, failure);
    const int interval = live->options->interval;
    return interval > 0 && (frame + 1 - live->begin) % interval == 0 ? show(live, 0, failure) : 0;
}

static double processor_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Processes 10 ms of sound, and measures the time. */
static int pass_on(struct mel_stream *stream, const float *samples, int64_t count, struct live_report *report,
                   struct failure *failure) {
    const double begin = processor_clock();
    const int result = mel_stream_push(stream, samples, count, failure);
    const double seconds = processor_clock() - begin;
    report->seconds += seconds;
    report->worst = fmax(report->worst, seconds);
    return result;
}

/* Reads 10 ms at a time, so that results are not delayed. Silence of `after` samples follows, for frames that extend
 * beyond the end. */
static int read_all(struct audio_source *source, struct mel_stream *stream, int after, struct live_report *report,
                    struct failure *failure) {
    const int some = audio_source_rate(source) / MEL_STEPS_A_SECOND + 1;
    float *samples = allocate((size_t)some, sizeof *samples);
    int64_t got;
    int result = 0;
    while (result == 0 && (got = audio_read(source, samples, some, failure)) != 0)
        result = got < 0 ? -1 : pass_on(stream, samples, got, report, failure);
    free(samples);
    if (result == 0)
        result = mel_stream_silence(stream, after, failure);
    return result == 0 ? mel_stream_end(stream, failure) : result;
}

/* Warns that the network receives less than it was trained on. */
static void warn_of_empty(const struct hearing *hearing, const struct mel *mel, int rate) {
    char *message = hearing_lacks(hearing, mel, rate);
    if (message != NULL)
        program_complain("%s", message);
    free(message);
}

int live_listen(struct audio_source *source, const struct live_options *options, struct listener *listener,
                struct announcer *announcer, struct live_report *report, struct failure *failure) {
    struct mel *mel = hearing_mel(listener->hearing);
    struct live *live = allocate(1, sizeof *live);
    *report = (struct live_report){0};
    live->options = options;
    live->listener = listener;
    live->announcer = announcer;
    live->report = report;
    live->shape = *mel_shape(mel);
    live->before = hearing_before(listener->hearing);
    live->kept = allocate(KEPT, (size_t)live->shape.channels * sizeof *live->kept);
    warn_of_empty(listener->hearing, mel, audio_source_rate(source));
    detector_init(&live->detector, &options->detector, &live->shape);
    struct mel_stream *stream = mel_stream_new(mel, audio_source_rate(source), hear, live, failure);
    int result = stream != NULL ? mel_stream_silence(stream, live->before, failure) : -1;
    if (result == 0)
        result = read_all(source, stream, live->before > 0 ? live->shape.points : 0, report, failure);
    if (result == 0 && live->is_open)
        result = end_utterance(live, failure);
    mel_stream_free(stream);
    mel_free(mel);
    free(live->kept);
    free(live);
    return result;
}
