/* The mode stream: how long one sample takes, a frame being one of its time steps. */
#include <stdio.h>

#include "bench.h"

static const char what[] = "batch evaluation of one sample";

static void print(const struct bench *bench, const struct timing *timing) {
    if (bench->options.json) {
        printf("{");
        bench_print_shape(bench);
        const double steps = 1e-3 * bench->options.steps;
        printf(",\"what\":\"%s\",\"frame_us\":%.4f,\"step_ms\":%.4f,\"min_ms\":%.4f,\"max_ms\":%.4f,"
               "\"spike_rate\":%.5f}\n",
               what, timing->median, timing->median * steps, timing->least * steps, timing->most * steps,
               snnd_workspace_spike_rate(bench->workspace));
    } else {
        bench_print_shape(bench);
        printf("%s, one thread: %.2f microseconds a frame (%.2f to %.2f in %d)\n", what, timing->median, timing->least,
               timing->most, timing->count);
    }
}

int bench_stream(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    if (!bench_make_steps(bench))
        return 0;
    struct timing timing = timing_begin(o->repeat);
    int good = 1;
    for (int32_t sample = -2; good && sample < o->repeat; sample++) {
        const double begin = timing_clock();
        good = bench_evaluate(bench);
        if (sample >= 0)
            timing.value[sample] = 1e6 * (timing_clock() - begin) / o->steps;
    }
    timing_finish(&timing);
    if (good)
        print(bench, &timing);
    timing_free(&timing);
    return good;
}
