/* The mode epoch: some steps of an epoch over counts, as the trainer does them, and how long all of it takes. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

enum { UNTIMED = 2 };

struct epoch {
    struct timing timing;
    int32_t done;
    double begin;
    double
        processor; /* seconds of all threads in the steps that are timed, which other work on the machine leaves be */
};

static double processor_clock(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* A quarter of the cells have 1 to 4 events: as many as in spoken digits. */
static int make_data(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    const size_t numbers = (size_t)o->samples * (size_t)o->steps * (size_t)o->inputs;
    snnd_samples samples;
    uint64_t state = 1;
    bench->counts = malloc(numbers);
    bench->labels = malloc((size_t)o->samples * sizeof *bench->labels);
    if (bench->counts == NULL || bench->labels == NULL)
        return bench_check(bench, SNND_ERROR_MEMORY);
    for (size_t k = 0; k < numbers; k++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        bench->counts[k] = (uint8_t)(state >> 62 == 0 ? 1 + (state >> 60 & 3) : 0);
    }
    for (int32_t b = 0; b < o->samples; b++)
        bench->labels[b] = b * 7 % o->classes;
    snnd_samples_init(&samples, sizeof samples);
    samples.counts = bench->counts;
    samples.label = bench->labels;
    samples.samples = o->samples;
    samples.steps = o->steps;
    samples.channels = o->inputs;
    samples.copy = 0;
    return bench_check(bench, snnd_dataset_create(bench->context, &samples, &bench->data));
}

/* From the end of a step to the end of the next, which has gathering the batch in it. */
static int note_step(void *user, const snnd_progress *progress) {
    struct epoch *epoch = user;
    const double now = timing_clock();
    (void)progress;
    if (epoch->done >= UNTIMED)
        epoch->timing.value[epoch->done - UNTIMED] = 1e3 * (now - epoch->begin);
    epoch->begin = now;
    if (++epoch->done == UNTIMED)
        epoch->processor -= processor_clock();
    if (epoch->done != UNTIMED + epoch->timing.count)
        return 0;
    epoch->processor += processor_clock();
    return 1;
}

static int make_trainer(struct bench *bench, struct epoch *epoch) {
    snnd_trainer_options wanted;
    snnd_trainer_options_init(&wanted, sizeof wanted);
    wanted.batch = bench->options.batch;
    wanted.sparsity = bench->sparsity;
    wanted.progress = note_step;
    wanted.progress_user = epoch;
    return bench_check(bench, snnd_trainer_create(bench->network, &wanted, &bench->trainer));
}

static void print(const struct bench *bench, const struct epoch *epoch, int64_t steps) {
    const struct timing *timing = &epoch->timing;
    const double processor = epoch->processor / timing->count;
    const double seconds = 1e-3 * timing->median * (double)steps;
    if (bench->options.json) {
        printf("{");
        bench_print_shape(bench);
        printf(",\"samples\":%d,\"step_ms\":%.4f,\"min_ms\":%.4f,\"max_ms\":%.4f,\"repeat\":%d,"
               "\"processor_ms\":%.4f,\"epoch_steps\":%lld,\"epoch_seconds\":%.3f}\n",
               (int)bench->options.samples, timing->median, timing->least, timing->most, timing->count, 1e3 * processor,
               (long long)steps, seconds);
        return;
    }
    bench_print_shape(bench);
    printf("step   %.2f ms (%.2f to %.2f in %d), of processors %.2f ms\n", timing->median, timing->least, timing->most,
           timing->count, 1e3 * processor);
    printf("epoch  %.1f s of %lld steps, for %d samples, of processors %.1f s\n", seconds, (long long)steps,
           (int)bench->options.samples, processor * (double)steps);
}

int bench_epoch(struct bench *bench) {
    const int64_t steps = (bench->options.samples + bench->options.batch - 1) / bench->options.batch;
    struct epoch epoch = {.timing = timing_begin(bench->options.repeat)};
    snnd_epoch_report report;
    snnd_epoch_report_init(&report, sizeof report);
    int good = bench_make_network(bench) && make_data(bench) && make_trainer(bench, &epoch);
    while (good && epoch.done < UNTIMED + epoch.timing.count) {
        const snnd_status status = snnd_trainer_epoch(bench->trainer, bench->data, &report);
        good = status == SNND_STOPPED || bench_check(bench, status);
    }
    timing_finish(&epoch.timing);
    if (good)
        print(bench, &epoch, steps);
    timing_free(&epoch.timing);
    return good;
}
