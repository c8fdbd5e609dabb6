/*
 * The path of layers without delays: with K = 1 there is one k for each pair of neurons, and the sums of delay.h are
 * products of matrices over neurons and time,
 *
 *     H = K X     dL/dX = K' dL/dH     C = dL/dH X'
 *
 * where the steps and lanes of a tile are one dimension. C is summed for a fixed number of groups of tiles, and then
 * over the groups.
 */
#include "base/parallel.h"
#include "delay/state.h"
#include "kernel/kernels.h"
#include "kernel/product.h"

enum { GROUPS = 8 };

struct snnd_undelayed {
    float *k;       /* [outputs][inputs] */
    float *sum;     /* [groups][outputs][inputs] */
    float *source;  /* [threads][inputs][steps][16] rows that are expanded from spikes; NULL: the input is not spikes */
    float *scratch; /* [threads][SNND_MULTIPLY_SCRATCH] */
};

static size_t pairs_of(const snnd_delay *delay) {
    return (size_t)delay->sizes.outputs * (size_t)delay->sizes.inputs;
}

/* Returns the numbers of a neuron in a tile. */
static size_t row_of(const snnd_delay *delay) {
    return (size_t)delay->sizes.steps * SNND_LANES;
}

snnd_status snnd_undelayed_create(snnd_delay *delay) {
    snnd_context *context = delay->context;
    const size_t threads = (size_t)context->options.threads;
    const size_t pairs = snnd_size_multiply((size_t)delay->sizes.outputs, (size_t)delay->sizes.inputs);
    snnd_undelayed *made = snnd_allocate(context, 1, sizeof *made);
    delay->undelayed = made;
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->k = snnd_allocate(context, pairs, sizeof(float));
    made->sum = snnd_allocate(context, snnd_size_multiply(pairs, GROUPS), sizeof(float));
    made->scratch = snnd_allocate(context, threads * SNND_MULTIPLY_SCRATCH, sizeof(float));
    if (delay->sizes.spikes)
        made->source = snnd_allocate(
            context, snnd_size_multiply(snnd_size_multiply(threads, (size_t)delay->sizes.inputs), row_of(delay)),
            sizeof(float));
    return made->k == NULL || made->sum == NULL || made->scratch == NULL ||
                   (delay->sizes.spikes && made->source == NULL)
               ? SNND_ERROR_MEMORY
               : SNND_OK;
}

void snnd_undelayed_free(snnd_delay *delay) {
    snnd_undelayed *undelayed = delay->undelayed;
    if (undelayed == NULL)
        return;
    snnd_release(delay->context, undelayed->k);
    snnd_release(delay->context, undelayed->sum);
    snnd_release(delay->context, undelayed->scratch);
    snnd_release(delay->context, undelayed->source);
    snnd_release(delay->context, undelayed);
}

void snnd_undelayed_begin(snnd_delay *delay) {
    const snnd_delay_pass *pass = &delay->pass;
    const int32_t each = delay->sizes.per_pair;
    for (size_t pair = 0; pair < pairs_of(delay); pair++) {
        float k = 0, share;
        for (int32_t c = 0; c < each; c++) {
            const int64_t s = (int64_t)pair * each + c;
            const float weight = snnd_synapse_weight(&pass->synapses, s);
            int32_t first;
            if (weight == 0)
                continue;
            snnd_profile_taps(&pass->profile, snnd_synapse_position(&pass->synapses, s), &first, &share, NULL);
            k += weight * share;
        }
        delay->undelayed->k[pair] = k;
    }
}

static float *scratch_of(const snnd_delay *delay, int32_t worker) {
    return delay->undelayed->scratch + (size_t)worker * SNND_MULTIPLY_SCRATCH;
}

/* Returns the rows of the inputs of a tile, which are stored or expanded from spikes. */
static snnd_rows source_of(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t worker) {
    if (!snnd_signal_is_spikes(input))
        return snnd_activity_rows(&input->rows, tile, 0);
    const size_t row = row_of(delay);
    float *source = delay->undelayed->source + (size_t)worker * (size_t)delay->sizes.inputs * row;
    for (int32_t i = 0; i < delay->sizes.inputs; i++)
        delay->context->kernels->rows->expand(delay->sizes.steps, snnd_signal_bits(input, tile, i),
                                              snnd_signal_factor(input, tile, i), source + (size_t)i * row);
    return (snnd_rows){source, row};
}

/* Computes rows of `targets` neurons as sums over those of `sources`; k of a pair is at target by_target + source
 * by_source. */
static void mix(const snnd_delay *delay, snnd_rows target, int32_t targets, snnd_rows source, int32_t sources,
                size_t by_target, size_t by_source, int32_t worker) {
    const snnd_product product = {.m = targets,
                                  .n = (int32_t)row_of(delay),
                                  .k = sources,
                                  .alpha = 1,
                                  .a = delay->undelayed->k,
                                  .a_row = by_target,
                                  .a_column = by_source,
                                  .b = source.data,
                                  .b_row = source.stride,
                                  .b_column = 1,
                                  .c = target.data,
                                  .c_row = target.stride};
    snnd_multiply(delay->context, &product, scratch_of(delay, worker));
}

void snnd_undelayed_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first,
                             int32_t count, int32_t worker, snnd_rows current) {
    (void)first;
    (void)count;
    const int32_t inputs = delay->sizes.inputs;
    mix(delay, current, delay->sizes.outputs, source_of(delay, input, tile, worker), inputs, (size_t)inputs, 1, worker);
}

void snnd_undelayed_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                   int32_t count, int32_t worker, snnd_rows d_input) {
    (void)first;
    (void)count;
    const int32_t inputs = delay->sizes.inputs;
    mix(delay, d_input, inputs, snnd_activity_rows(d_current, tile, 0), delay->sizes.outputs, 1, (size_t)inputs,
        worker);
}

/* ---- gradients of the parameters ---- */

typedef struct correlation {
    const snnd_delay *delay;
    const snnd_signal *input;
    const snnd_activity *d_current;
    snnd_delay_gradient to;
} correlation;

static void correlate_group(void *argument, int64_t group, int32_t worker) {
    const correlation *c = argument;
    const snnd_delay *delay = c->delay;
    const int32_t inputs = delay->sizes.inputs;
    float *sum = delay->undelayed->sum + (size_t)group * pairs_of(delay);
    for (size_t pair = 0; pair < pairs_of(delay); pair++)
        sum[pair] = 0;
    for (int32_t tile = (int32_t)group; tile < delay->pass.tiles; tile += GROUPS) {
        const snnd_rows gradient = snnd_activity_rows(c->d_current, tile, 0);
        const snnd_rows source = source_of(delay, c->input, tile, worker);
        const snnd_product product = {.m = delay->sizes.outputs,
                                      .n = inputs,
                                      .k = (int32_t)row_of(delay),
                                      .alpha = 1,
                                      .a = gradient.data,
                                      .a_row = gradient.stride,
                                      .a_column = 1,
                                      .b = source.data,
                                      .b_row = 1,
                                      .b_column = source.stride,
                                      .c = sum,
                                      .c_row = (size_t)inputs,
                                      .add = true};
        snnd_multiply(delay->context, &product, scratch_of(delay, worker));
    }
}

static void finish_output(void *argument, int64_t output, int32_t worker) {
    const correlation *c = argument;
    const snnd_delay *delay = c->delay;
    const int32_t inputs = delay->sizes.inputs, each = delay->sizes.per_pair;
    (void)worker;
    for (int32_t i = 0; i < inputs; i++) {
        const int64_t pair = output * inputs + i;
        double sum = 0;
        for (int32_t group = 0; group < GROUPS; group++)
            sum += (double)delay->undelayed->sum[(size_t)group * pairs_of(delay) + (size_t)pair];
        for (int64_t s = pair * each; s < (pair + 1) * each; s++) {
            float share = 0, slope = 0;
            int32_t first;
            if (snnd_synapse_wanted(&delay->pass, s))
                snnd_profile_taps(&delay->pass.profile, snnd_synapse_position(&delay->pass.synapses, s), &first, &share,
                                  &slope);
            snnd_set_gradient(&delay->pass, s, sum * (double)share, sum * (double)slope, c->to);
        }
    }
}

void snnd_undelayed_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                       snnd_delay_gradient to) {
    correlation c = {delay, input, d_current, to};
    snnd_parallel_for(delay->context, GROUPS,
                      0.02 * (double)(pairs_of(delay) * row_of(delay)) * delay->pass.tiles / GROUPS, correlate_group,
                      &c);
    snnd_parallel_for(delay->context, delay->sizes.outputs, 50.0 * delay->sizes.inputs * delay->sizes.per_pair,
                      finish_output, &c);
}
