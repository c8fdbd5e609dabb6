/* Sums over the taps of dense layers: forward, back in time, and for the parameters. */
#include "kernels.h"

static const int32_t all_widths[] = {1, 6, 12, 25};

/* Blocks of correlations, as lib/delay/direct.c has them. */
enum { INPUT_BLOCK = 32, WHOLE_INPUT = 64, SUM_BYTES = 128 * 1024 };

static int32_t longest(const kernel_bench *bench) {
    return bench->options->taps - 1;
}

/* `width` taps a synapse, anywhere. */
static snnd_taps make_taps(kernel_bench *bench, int32_t synapses, int32_t width) {
    const size_t count = (size_t)synapses;
    snnd_taps taps = {.width = width, .uniform = width};
    taps.first = kernel_memory(bench, count * sizeof *taps.first);
    taps.count = kernel_memory(bench, count * sizeof *taps.count);
    taps.value = kernel_numbers(bench, count * (size_t)width);
    for (int32_t s = 0; s < synapses; s++) {
        taps.first[s] = (int32_t)(kernel_uniform() * (bench->options->taps - width + 1));
        taps.count[s] = width;
    }
    return taps;
}

/* ---- gather ---- */

typedef struct gather_bench {
    const snnd_hot_kernels *hot;
    snnd_gather job;
} gather_bench;

static void run_gather(void *argument) {
    const gather_bench *held = argument;
    held->hot->taps->gather(&held->job);
}

static const snnd_one_tap *list_taps(kernel_bench *bench, const snnd_gather *job) {
    const int64_t count = job->begin[job->targets];
    snnd_one_tap *one = kernel_memory(bench, (size_t)count * sizeof *one);
    for (int64_t k = 0; k < count; k++) {
        const int32_t s = job->synapse[k];
        one[k] = (snnd_one_tap){job->neuron[k], job->taps->first[s], job->taps->value[s]};
    }
    return one;
}

/* Every source to every target; synapses lie as [output][input], the outputs being the targets if `direction` is 1. */
static void connect(kernel_bench *bench, snnd_gather *job) {
    const size_t synapses = (size_t)job->targets * (size_t)job->sources;
    int64_t *begin = kernel_memory(bench, (size_t)(job->targets + 1) * sizeof *begin);
    int32_t *neuron = kernel_memory(bench, synapses * sizeof *neuron);
    int32_t *synapse = kernel_memory(bench, synapses * sizeof *synapse);
    int64_t k = 0;
    for (int32_t j = 0; j < job->targets; j++)
        for (int32_t i = 0; i < job->sources; i++, k++) {
            begin[j + 1] = k + 1;
            neuron[k] = i;
            synapse[k] = job->direction > 0 ? j * job->sources + i : i * job->targets + j;
        }
    job->begin = begin;
    job->neuron = neuron;
    job->synapse = synapse;
    if (job->taps->uniform == 1)
        job->one = list_taps(bench, job);
    job->place = kernel_memory(bench, (size_t)job->targets * sizeof *job->place);
}

static void time_gather(kernel_bench *bench, int32_t sources, int32_t targets, int32_t direction, int32_t width) {
    const int32_t before = direction > 0 ? longest(bench) : 0, behind = longest(bench) - before;
    const snnd_activity source = kernel_rows(bench, sources, before, behind);
    const snnd_activity target = kernel_rows(bench, targets, 0, 0);
    const snnd_taps taps = make_taps(bench, sources * targets, width);
    gather_bench held = {.hot = bench->hot,
                         .job = {.target = snnd_activity_rows(&target, 0, 0),
                                 .source = snnd_activity_rows(&source, 0, 0),
                                 .targets = targets,
                                 .sources = sources,
                                 .steps = bench->options->steps,
                                 .offset = -direction * longest(bench),
                                 .direction = direction,
                                 .taps_total = bench->options->taps,
                                 .taps = &taps}};
    connect(bench, &held.job);
    kernel_time(bench, (kernel_call){.run = run_gather, .argument = &held},
                2.0 * sources * width * kernel_count(&target), "gather%s %d to %d, taps %d",
                direction > 0 ? "" : " back", (int)sources, (int)targets, (int)width);
}

/* ---- correlate ---- */

typedef struct correlate_bench {
    const snnd_hot_kernels *hot;
    snnd_correlate job; /* of the first block */
    int32_t inputs, outputs, input_block, output_block;
} correlate_bench;

static int32_t less(int32_t a, int32_t b) {
    return a < b ? a : b;
}

static void run_correlate(void *argument) {
    const correlate_bench *held = argument;
    for (int32_t begin = 0; begin < held->outputs; begin += held->output_block)
        for (int32_t from = 0; from < held->inputs; from += held->input_block) {
            const size_t first = (size_t)begin * (size_t)held->inputs + (size_t)from;
            snnd_correlate job = held->job;
            job.neurons = less(held->output_block, held->outputs - begin);
            job.synapses = less(held->input_block, held->inputs - from);
            job.gradient.data = snnd_rows_of(job.gradient, begin);
            job.source.data = snnd_rows_of(job.source, from);
            job.first += first;
            job.count += first;
            held->hot->taps->correlate(&job);
        }
}

static void time_correlate(kernel_bench *bench, int32_t inputs, int32_t outputs, int32_t width) {
    const snnd_activity source = kernel_rows(bench, inputs, longest(bench), 0);
    const snnd_activity gradient = kernel_rows(bench, outputs, 0, 0);
    const snnd_taps taps = make_taps(bench, inputs * outputs, width);
    correlate_bench held = {.hot = bench->hot,
                            .inputs = inputs,
                            .outputs = outputs,
                            .input_block = inputs <= WHOLE_INPUT ? inputs : INPUT_BLOCK};
    const size_t row = (size_t)held.input_block * (size_t)width * SNND_LANES;
    const int32_t fit = (int32_t)(SUM_BYTES / sizeof(float) / row);
    held.output_block = fit < 1 ? 1 : less(fit, outputs);
    held.job = (snnd_correlate){.sum = kernel_memory(bench, (size_t)held.output_block * row * sizeof(float)),
                                .sum_row = row,
                                .gradient = snnd_activity_rows(&gradient, 0, 0),
                                .source = snnd_activity_rows(&source, 0, 0),
                                .steps = bench->options->steps,
                                .taps_total = bench->options->taps,
                                .group = 1,
                                .first = taps.first,
                                .count = taps.count,
                                .of_neuron = (size_t)inputs,
                                .width = width};
    kernel_time(bench, (kernel_call){.run = run_correlate, .argument = &held},
                2.0 * inputs * width * kernel_count(&gradient), "correlate %d with %d, taps %d", (int)inputs,
                (int)outputs, (int)width);
}

void kernels_taps(kernel_bench *bench) {
    const int32_t inputs = bench->options->inputs, hidden = bench->options->hidden[0],
                  classes = bench->options->classes;
    for (unsigned i = 0; i < sizeof all_widths / sizeof all_widths[0]; i++) {
        const int32_t width = all_widths[i];
        if (width > bench->options->taps)
            continue;
        time_gather(bench, inputs, hidden, 1, width);
        time_gather(bench, hidden, classes, 1, width);
        time_gather(bench, classes, hidden, -1, width);
        time_correlate(bench, inputs, hidden, width);
        time_correlate(bench, hidden, classes, width);
    }
}
