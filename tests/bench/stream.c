/* The mode stream: how long a stream takes over a frame, one sample after the other. */
#include <stdio.h>

#include "bench.h"

static const char what[] = "a stream";

/* The batch is evaluated for its spike rate. */
static int make_stream(struct bench *bench, snnd_plan **plan, snnd_stream **stream) {
    return bench_make_steps(bench) && bench_evaluate(bench) &&
           bench_check(bench, snnd_plan_create(bench->network, plan)) &&
           bench_check(bench, snnd_stream_create(*plan, NULL, stream));
}

/* The samples of the batch in turn. */
static int push_sample(const struct bench *bench, snnd_stream *stream, int32_t sample) {
    const struct bench_options *o = &bench->options;
    const size_t channels = (size_t)o->inputs, steps = (size_t)o->steps;
    const float *frame = bench->input + (size_t)(sample % o->batch) * steps * channels;
    snnd_status status = snnd_stream_reset(stream);
    for (size_t t = 0; status == SNND_OK && t < steps; t++)
        status = snnd_stream_push(stream, frame + t * channels, NULL, NULL);
    if (status != SNND_OK)
        fprintf(stderr, "snnd-bench: %s\n", snnd_stream_last_error(stream));
    return status == SNND_OK;
}

static void print(const struct bench *bench, const snnd_plan *plan, const struct timing *timing) {
    const double bytes = (double)snnd_stream_size(plan);
    if (bench->options.json) {
        printf("{");
        bench_print_shape(bench);
        printf(",\"what\":\"%s\",\"frame_us\":%.4f,\"min_us\":%.4f,\"max_us\":%.4f,\"stream_bytes\":%.0f,"
               "\"spike_rate\":%.5f}\n",
               what, timing->median, timing->least, timing->most, bytes, snnd_workspace_spike_rate(bench->workspace));
    } else {
        bench_print_shape(bench);
        printf("%s, one thread: %.2f microseconds a frame (%.2f to %.2f in %d samples), %.0f bytes, %.1f %% spikes\n",
               what, timing->median, timing->least, timing->most, timing->count, bytes,
               100 * snnd_workspace_spike_rate(bench->workspace));
    }
}

static int time_stream(struct bench *bench, snnd_stream *stream, struct timing *timing) {
    for (int32_t sample = -2; sample < bench->options.repeat; sample++) {
        const double begin = timing_clock();
        if (!push_sample(bench, stream, sample + 2))
            return 0;
        if (sample >= 0)
            timing->value[sample] = 1e6 * (timing_clock() - begin) / bench->options.steps;
    }
    return 1;
}

int bench_stream(struct bench *bench) {
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    struct timing timing = timing_begin(bench->options.repeat);
    const int good = make_stream(bench, &plan, &stream) && time_stream(bench, stream, &timing);
    timing_finish(&timing);
    if (good)
        print(bench, plan, &timing);
    timing_free(&timing);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    return good;
}
