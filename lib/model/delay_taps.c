/*
 * The way by taps: multiplications for every tap of every synapse that there is,
 *
 *     h[o,t]     = sum_i sum_n k[o,i,n] x[i, t - (K-1) + n]
 *     dL/dx[i,t] = sum_o sum_n k[o,i,n] dL/dh[o, t + (K-1) - n]
 *     c[o,i,n]   = sum_t dL/dh[o,t] x[i, t - (K-1) + n]             (over the batch)
 *     dL/dw[o,i] = sum_n c[o,i,n] share[o,i,n]
 *     dL/dp[o,i] = w[o,i] sum_n c[o,i,n] slope[o,i,n]
 */
#include "base/parallel.h"
#include "model/delay_state.h"

/* Correlations are taken for a block of inputs and as many outputs as keep their sums in the cache. */
enum { INPUT_BLOCK = 32, WHOLE_INPUT = 64, SUM_BYTES = 128 * 1024, MOST_TAPS = 1023 };

static int32_t input_block(const snnd_layer *layer) {
    return layer->inputs <= WHOLE_INPUT ? layer->inputs : INPUT_BLOCK;
}

/* Sums of one output with a block of inputs, in floats. */
static size_t output_sums(const snnd_layer *layer, int32_t width) {
    return (size_t)input_block(layer) * (size_t)layer->options.delays.kernel_count * (size_t)width * SNND_LANES;
}

static int32_t output_block(const snnd_layer *layer, int32_t width) {
    const size_t fit = SUM_BYTES / sizeof(float) / output_sums(layer, width);
    return fit < 1 ? 1 : fit < (size_t)layer->outputs ? (int32_t)fit : layer->outputs;
}

snnd_status snnd_taps_prepare(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    const snnd_layer *layer = stage->layer;
    snnd_delay_state *held = snnd_delay_state_of(stage);
    const size_t widest = output_sums(layer, snnd_delays_taps(layer)), most = SUM_BYTES / sizeof(float);
    held->sum_size = widest > most ? widest : most;
    held->sum =
        snnd_allocate(context, snnd_size_multiply((size_t)context->options.threads, held->sum_size), sizeof(float));
    return held->sum == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

static void begin(snnd_stage *stage) {
    snnd_delay_state *held = snnd_delay_state_of(stage);
    snnd_list_connections(stage->layer, &held->incoming, false);
    if (stage->workspace->pass.mode == SNND_TRAIN)
        snnd_list_connections(stage->layer, &held->outgoing, true);
}

static void currents(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                     snnd_rows current) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    const snnd_rows source =
        snnd_signal_rows(stage->workspace->context, input, tile, 0, layer->inputs, snnd_source_scratch(held, worker));
    snnd_gather_rows(stage, current, layer->outputs, source, layer->inputs, &held->incoming, &held->taps, 1, worker);
}

static void input_gradient(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile, int32_t worker,
                           snnd_rows d_input) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    snnd_gather_rows(stage, d_input, layer->inputs, snnd_activity_rows(d_current, tile, 0), layer->outputs,
                     &held->outgoing, &held->taps, -1, worker);
}

typedef struct correlation {
    const snnd_stage *stage;
    const snnd_signal *input;
    const snnd_activity *d_current;
    int32_t inputs, outputs, input_blocks; /* in a block, and blocks */
} correlation;

/* Gradients of the synapses of one output with a block of inputs. */
static void finish_output(const snnd_stage *stage, int64_t first, int32_t synapses, const float *sum) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const int32_t width = held->taps.width;
    for (int64_t s = first; s < first + synapses; s++, sum += (size_t)width * SNND_LANES) {
        const float *share = held->share + (size_t)s * (size_t)width;
        const float *slope = held->slope + (size_t)s * (size_t)width;
        double along_share = 0, along_slope = 0;
        double c[MOST_TAPS];
        stage->workspace->context->kernels->rows->add_up(held->taps.count[s], sum, c);
        for (int32_t n = 0; n < held->taps.count[s]; n++) {
            along_share += c[n] * (double)share[n];
            along_slope += c[n] * (double)slope[n];
        }
        snnd_set_gradients(stage, s, along_share, along_slope);
    }
}

static void correlate_block(void *argument, int64_t item, int32_t worker) {
    const correlation *c = argument;
    const snnd_stage *stage = c->stage;
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    const int32_t kernels = layer->options.delays.kernel_count, width = held->taps.width;
    const int32_t from = (int32_t)(item % c->input_blocks) * c->inputs;
    const int32_t begin = (int32_t)(item / c->input_blocks) * c->outputs;
    const int32_t inputs = from + c->inputs < layer->inputs ? c->inputs : layer->inputs - from;
    const int32_t end = begin + c->outputs < layer->outputs ? begin + c->outputs : layer->outputs;
    const size_t row = (size_t)inputs * (size_t)kernels * (size_t)width * SNND_LANES;
    float *sum = held->sum + (size_t)worker * held->sum_size;
    for (size_t k = 0; k < (size_t)(end - begin) * row; k++)
        sum[k] = 0;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++) {
        const snnd_rows source = snnd_signal_rows(stage->workspace->context, c->input, tile, from, inputs,
                                                  snnd_source_scratch(held, worker));
        const int64_t first = (int64_t)begin * snnd_delays_columns(layer) + (int64_t)from * kernels;
        const snnd_correlate job = {
            .sum = sum,
            .sum_row = row,
            .gradient = snnd_activity_rows(c->d_current, tile, begin),
            .source = source,
            .neurons = end - begin,
            .steps = stage->workspace->steps,
            .taps_total = snnd_delays_taps(layer),
            .synapses = inputs * kernels,
            .group = kernels,
            .first = held->taps.first + first,
            .count = held->taps.count + first,
            .of_neuron = (size_t)snnd_delays_columns(layer),
            .width = width,
        };
        stage->workspace->context->kernels->correlate(&job);
    }
    for (int32_t o = begin; o < end; o++)
        finish_output(stage, (int64_t)o * snnd_delays_columns(layer) + (int64_t)from * kernels, inputs * kernels,
                      sum + (size_t)(o - begin) * row);
}

static void parameter_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    correlation c = {.stage = stage,
                     .input = input,
                     .d_current = d_current,
                     .inputs = input_block(layer),
                     .outputs = output_block(layer, held->taps.width)};
    c.input_blocks = (layer->inputs + c.inputs - 1) / c.inputs;
    const int64_t output_blocks = (layer->outputs + c.outputs - 1) / c.outputs;
    snnd_parallel_for(stage->workspace->context, output_blocks * c.input_blocks, correlate_block, &c);
}

const snnd_path snnd_taps_path = {.name = "taps",
                                  .begin = begin,
                                  .currents = currents,
                                  .input_gradient = input_gradient,
                                  .parameter_gradient = parameter_gradient};
