/* The mode run: a whole training run with the trainer's own schedules. */
#include <stdio.h>

#include "bench.h"

static int make_data(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    snnd_samples samples;
    snnd_samples_init(&samples, sizeof samples);
    if (!bench_make_samples(bench, o->samples))
        return 0;
    samples.input = bench->input;
    samples.label = bench->labels;
    samples.samples = o->samples;
    samples.steps = o->steps;
    samples.channels = o->inputs;
    samples.copy = 0;
    return bench_check(bench, snnd_dataset_create(bench->context, &samples, &bench->data));
}

static int make_trainer(struct bench *bench) {
    snnd_trainer_options wanted;
    snnd_trainer_options_init(&wanted, sizeof wanted);
    wanted.epochs = bench->options.epochs;
    wanted.batch = bench->options.batch;
    wanted.sparsity = bench->sparsity;
    return bench_check(bench, snnd_trainer_create(bench->network, &wanted, &bench->trainer));
}

static void print(const struct bench *bench, const snnd_epoch_report *report) {
    if (bench->options.json)
        printf("{\"epoch\":%d,\"sigma\":%.5f,\"seconds\":%.5f,\"spike_rate\":%.5f,\"synapses\":%lld,\"loss\":%.6g}\n",
               (int)report->epoch, report->sigma, report->seconds, report->spike_rate, (long long)report->active,
               report->loss);
    else
        printf("epoch %3d  sigma %8.4f  %8.3f s  spikes %5.2f %%  loss %.5f\n", (int)report->epoch, report->sigma,
               report->seconds, 100 * report->spike_rate, report->loss);
    fflush(stdout);
}

int bench_run(struct bench *bench) {
    if (!bench_make_network(bench) || !make_data(bench) || !make_trainer(bench))
        return 0;
    for (int32_t epoch = 0; epoch < bench->options.epochs; epoch++) {
        snnd_epoch_report report;
        snnd_epoch_report_init(&report, sizeof report);
        if (!bench_check(bench, snnd_trainer_epoch(bench->trainer, bench->data, &report)))
            return 0;
        print(bench, &report);
    }
    return 1;
}
