#include "audio/resample.h"

#include <samplerate.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM = 1024 };

struct resampler {
    SRC_STATE *state;
    int from, to;
    float out[ROOM];
};

static int cannot(const struct resampler *resampler, const char *why, struct failure *failure) {
    return failed(failure, "cannot be resampled from %d to %d Hz: %s", resampler->from, resampler->to, why);
}

struct resampler *resampler_new(int from, int to, struct failure *failure) {
    struct resampler *resampler = allocate(1, sizeof *resampler);
    int error = 0;
    resampler->from = from;
    resampler->to = to;
    if (from < 1 || !src_is_valid_ratio((double)to / from))
        cannot(resampler, "the two rates are too far apart", failure);
    else if ((resampler->state = src_new(SRC_SINC_MEDIUM_QUALITY, 1, &error)) == NULL)
        cannot(resampler, src_strerror(error), failure);
    if (resampler->state != NULL)
        return resampler;
    free(resampler);
    return NULL;
}

void resampler_free(struct resampler *resampler) {
    if (resampler == NULL)
        return;
    src_delete(resampler->state);
    free(resampler);
}

int resampler_push(struct resampler *resampler, const float *samples, int64_t count, int is_end, resampler_taker *take,
                   void *user, struct failure *failure) {
    static const float none[1];
    SRC_DATA job;
    memset(&job, 0, sizeof job);
    job.src_ratio = (double)resampler->to / resampler->from;
    job.end_of_input = is_end;
    job.data_out = resampler->out;
    job.output_frames = ROOM;
    do {
        job.data_in = count > 0 ? samples : none;
        job.input_frames = (long)count;
        int error = src_process(resampler->state, &job);
        if (error != 0)
            return cannot(resampler, src_strerror(error), failure);
        if (count > 0 && job.input_frames_used == 0 && job.output_frames_gen == 0)
            return cannot(resampler, "the resampler makes no progress", failure);
        samples += job.input_frames_used;
        count -= job.input_frames_used;
        int result = job.output_frames_gen > 0 ? take(user, resampler->out, job.output_frames_gen, failure) : 0;
        if (result != 0)
            return result;
    } while (count > 0 || job.output_frames_gen > 0);
    return 0;
}
