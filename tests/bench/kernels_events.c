/* Sums driven by spikes, for the output layer by taps. Operations are the additions that are made. */
#include "kernels.h"

typedef struct event_bench {
    const snnd_event_kernels *kernels;
    snnd_event_job job;
} event_bench;

static void run_scatter(void *argument) {
    const event_bench *held = argument;
    held->kernels->scatter(&held->job);
}

static void run_collect(void *argument) {
    const event_bench *held = argument;
    held->kernels->collect(&held->job);
}

static snnd_events make_events(kernel_bench *bench, double share) {
    const int32_t neurons = bench->options->hidden[0], steps = bench->options->steps;
    const size_t count = (size_t)neurons * (size_t)steps;
    uint16_t *bits = kernel_memory(bench, (size_t)steps * sizeof *bits);
    float factor[SNND_LANES];
    snnd_events events = {.times = kernel_memory(bench, SNND_LANES * count * sizeof *events.times),
                          .begin = kernel_memory(bench, SNND_LANES * (size_t)(neurons + 1) * sizeof *events.begin),
                          .factor = kernel_memory(bench, SNND_LANES * (size_t)neurons * sizeof *events.factor),
                          .neurons = neurons,
                          .steps = steps};
    for (int32_t n = 0; n < neurons; n++) {
        for (int lane = 0; lane < SNND_LANES; lane++)
            factor[lane] = 1.0F / 0.6F;
        for (int32_t t = 0; t < steps; t++) {
            unsigned row = 0;
            for (int lane = 0; lane < SNND_LANES; lane++)
                row |= (unsigned)(kernel_uniform() < share) << lane;
            bits[t] = (uint16_t)row;
        }
        bench->hot->events->list(&events, n, bits, factor);
    }
    return events;
}

static double spikes_of(const snnd_events *events) {
    double spikes = 0;
    for (int lane = 0; lane < SNND_LANES; lane++)
        spikes += events->begin[lane * (events->neurons + 1) + events->neurons];
    return spikes;
}

static void time_events(kernel_bench *bench, int percent) {
    const int32_t classes = bench->options->classes, taps = bench->options->taps;
    const int32_t length = (classes * taps + SNND_LANES - 1) / SNND_LANES * SNND_LANES;
    const size_t sample = ((size_t)(bench->options->steps + taps) * (size_t)classes / SNND_LANES + 2) * SNND_LANES;
    const snnd_events events = make_events(bench, percent / 100.0);
    event_bench held = {.kernels = bench->hot->events,
                        .job = {.events = &events,
                                .table = kernel_numbers(bench, (size_t)events.neurons * (size_t)length),
                                .table_row = (size_t)length,
                                .samples = kernel_numbers(bench, SNND_LANES * sample),
                                .sample = sample,
                                .columns = classes,
                                .length = length,
                                .lanes = SNND_LANES}};
    const double additions = spikes_of(&events) * length;
    kernel_time(bench, (kernel_call){.run = run_scatter, .argument = &held}, additions,
                "scatter %d to %d, %d %% spikes", (int)events.neurons, (int)classes, percent);
    kernel_time(bench, (kernel_call){.run = run_collect, .argument = &held}, additions,
                "collect %d with %d, %d %% spikes", (int)events.neurons, (int)classes, percent);
}

void kernels_events(kernel_bench *bench) {
    time_events(bench, 5);
    time_events(bench, 10);
}
