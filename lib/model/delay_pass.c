/*
 * Delayed synapses in a pass. With the kernels k of kernel/delay_kernel.h,
 *
 *     h[o,t]        = sum_i sum_n k[o,i,n] x[i, t - (K-1) + n]
 *     dL/dx[i,t]    = sum_o sum_n k[o,i,n] dL/dh[o, t + (K-1) - n]
 *     c[o,i,n]      = sum_t dL/dh[o,t] x[i, t - (K-1) + n]             (over the batch)
 *     dL/dw[o,i]    = sum_n c[o,i,n] share[o,i,n]
 *     dL/dp[o,i]    = w[o,i] sum_n c[o,i,n] slope[o,i,n]
 *
 * where w = sign * theta in layers with signs, and dL/dtheta = sign * dL/dw + l1 sign(theta).
 */
#include <math.h>

#include "base/parallel.h"
#include "kernel/delay_kernel.h"
#include "kernel/taps.h"
#include "model/delays.h"

/* Correlations are taken for a block of inputs and as many outputs as keep their sums in the cache. */
enum { INPUT_BLOCK = 32, WHOLE_INPUT = 64, SUM_BYTES = 128 * 1024 };

/* The synapses that carry something, by the neuron they are summed for. */
typedef struct connections {
    int64_t *begin;   /* [neurons + 1] */
    int32_t *neuron;  /* [synapses] the neuron at the other end */
    int32_t *synapse; /* [synapses] */
} connections;

typedef struct state {
    snnd_taps taps;       /* value = w share */
    float *share, *slope; /* [synapses][width] */
    connections incoming, outgoing;
    snnd_kernel_shape shape;
    int64_t *place;     /* [threads][neurons on the larger side] scratch */
    float *source;      /* [threads] rows of the input's spikes */
    size_t source_size; /* of each */
    float *correlation; /* [threads] sums of a block */
    size_t correlation_size;
} state;

static int32_t input_of(const snnd_layer *layer, int32_t synapse) {
    return synapse % snnd_delays_columns(layer) / layer->options.delays.kernel_count;
}

static snnd_kernel_shape shape_of(const snnd_layer *layer, snnd_mode mode) {
    const snnd_delay_options *options = &layer->options.delays;
    if (mode == SNND_EVALUATE || !options->learn_delays)
        return (snnd_kernel_shape){.taps = snnd_delays_taps(layer), .kind = SNND_KERNEL_MAX, .spread = 1, .whole = 1};
    const double floor_width = options->kernel == SNND_KERNEL_GAUSS ? 0.27 : 1.0;
    return (snnd_kernel_shape){
        .taps = snnd_delays_taps(layer), .kind = options->kernel, .spread = layer->network->sigma + floor_width};
}

/* ---- memory ---- */

static bool allocate_connections(snnd_context *context, connections *list, int64_t neurons, int64_t synapses) {
    list->begin = snnd_allocate(context, (size_t)neurons + 1, sizeof *list->begin);
    list->neuron = snnd_allocate(context, (size_t)synapses, sizeof *list->neuron);
    list->synapse = snnd_allocate(context, (size_t)synapses, sizeof *list->synapse);
    return list->begin != NULL && list->neuron != NULL && list->synapse != NULL;
}

static void release_connections(snnd_context *context, connections *list) {
    snnd_release(context, list->begin);
    snnd_release(context, list->neuron);
    snnd_release(context, list->synapse);
}

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

static bool allocate_backward(snnd_context *context, const snnd_layer *layer, state *made) {
    const int32_t taps = snnd_delays_taps(layer);
    const size_t synapses = (size_t)snnd_layer_synapses(layer), most = SUM_BYTES / sizeof(float);
    made->correlation_size = output_sums(layer, taps) > most ? output_sums(layer, taps) : most;
    made->slope = snnd_allocate(context, synapses, (size_t)taps * sizeof(float));
    made->correlation =
        snnd_allocate(context, (size_t)context->options.threads, made->correlation_size * sizeof(float));
    return made->slope != NULL && made->correlation != NULL &&
           allocate_connections(context, &made->outgoing, layer->inputs, (int64_t)synapses);
}

snnd_status snnd_delays_prepare(snnd_stage *stage) {
    snnd_workspace *workspace = stage->workspace;
    snnd_context *context = workspace->context;
    const snnd_layer *layer = stage->layer;
    state *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    stage->state = made;
    const size_t synapses = (size_t)snnd_layer_synapses(layer), taps = (size_t)snnd_delays_taps(layer);
    made->taps.first = snnd_allocate(context, synapses, sizeof *made->taps.first);
    made->taps.count = snnd_allocate(context, synapses, sizeof *made->taps.count);
    made->taps.value = snnd_allocate(context, synapses, taps * sizeof(float));
    made->share = snnd_allocate(context, synapses, taps * sizeof(float));
    made->source_size = snnd_signal_scratch(stage->input, layer->inputs);
    if (made->source_size > 0)
        made->source = snnd_allocate(context, (size_t)context->options.threads, made->source_size * sizeof(float));
    const int32_t side = layer->inputs > layer->outputs ? layer->inputs : layer->outputs;
    made->place = snnd_allocate(context, (size_t)context->options.threads, (size_t)side * sizeof *made->place);
    const bool enough = made->place != NULL && made->taps.first != NULL && made->taps.count != NULL &&
                        made->taps.value != NULL && made->share != NULL &&
                        (made->source_size == 0 || made->source != NULL) &&
                        allocate_connections(context, &made->incoming, layer->outputs, (int64_t)synapses) &&
                        (!workspace->gradients || allocate_backward(context, layer, made));
    return enough ? SNND_OK : SNND_ERROR_MEMORY;
}

void snnd_delays_release(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    state *held = stage->state;
    snnd_release(context, held->taps.first);
    snnd_release(context, held->taps.count);
    snnd_release(context, held->taps.value);
    snnd_release(context, held->share);
    snnd_release(context, held->slope);
    snnd_release(context, held->place);
    snnd_release(context, held->source);
    snnd_release(context, held->correlation);
    release_connections(context, &held->incoming);
    release_connections(context, &held->outgoing);
    snnd_release(context, held);
}

/* ---- kernels ---- */

/* Kernels of all synapses of one output neuron. Absent ones need theirs only for the gradient. */
static void build_kernels(void *argument, int64_t output, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const int32_t columns = snnd_delays_columns(layer);
    const float *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    const bool training = stage->workspace->pass.mode == SNND_TRAIN;
    for (int64_t s = output * columns; s < (output + 1) * columns; s++) {
        const size_t row = (size_t)s * (size_t)held->taps.width;
        const float weight = snnd_delays_weight(layer, s);
        held->taps.count[s] = 0;
        if (weight == 0 && !training)
            continue;
        held->taps.count[s] = snnd_kernel_taps(&held->shape, position[s], &held->taps.first[s], held->share + row,
                                               training ? held->slope + row : NULL);
        for (int32_t n = 0; n < held->taps.count[s]; n++)
            held->taps.value[row + (size_t)n] = weight * held->share[row + (size_t)n];
    }
}

/* Lists the synapses whose weight is not 0 by output or, with `outgoing`, by input neuron. */
static void list_connections(const snnd_layer *layer, connections *list, bool outgoing) {
    const int64_t synapses = snnd_layer_synapses(layer);
    const int32_t neurons = outgoing ? layer->inputs : layer->outputs, columns = snnd_delays_columns(layer);
    for (int32_t n = 0; n <= neurons; n++)
        list->begin[n] = 0;
    for (int64_t s = 0; s < synapses; s++)
        if (snnd_delays_weight(layer, s) != 0)
            list->begin[1 + (outgoing ? input_of(layer, (int32_t)s) : (int32_t)(s / columns))]++;
    for (int32_t n = 0; n < neurons; n++)
        list->begin[n + 1] += list->begin[n];
    for (int64_t s = 0; s < synapses; s++) {
        if (snnd_delays_weight(layer, s) == 0)
            continue;
        const int32_t input = input_of(layer, (int32_t)s), output = (int32_t)(s / columns);
        const int64_t place = list->begin[outgoing ? input : output]++;
        list->neuron[place] = outgoing ? output : input;
        list->synapse[place] = (int32_t)s;
    }
    for (int32_t n = neurons; n > 0; n--)
        list->begin[n] = list->begin[n - 1];
    list->begin[0] = 0;
}

void snnd_delays_begin(snnd_stage *stage) {
    const snnd_pass *pass = &stage->workspace->pass;
    state *held = stage->state;
    held->shape = shape_of(stage->layer, pass->mode);
    held->taps.width = snnd_kernel_width(&held->shape);
    held->taps.uniform = snnd_kernel_uniform(&held->shape);
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, build_kernels, stage);
    list_connections(stage->layer, &held->incoming, false);
    if (pass->mode == SNND_TRAIN)
        list_connections(stage->layer, &held->outgoing, true);
}

/* ---- forward, and back to the input ---- */

/* All neurons of `target`, summed over their connections to `source`. */
static void gather(const snnd_stage *stage, snnd_rows target, snnd_rows source, const connections *list,
                   int32_t direction, int32_t worker) {
    const state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const int32_t targets = direction > 0 ? layer->outputs : layer->inputs;
    const int32_t sources = direction > 0 ? layer->inputs : layer->outputs;
    const snnd_gather job = {
        .target = target,
        .source = source,
        .targets = targets,
        .sources = sources,
        .steps = stage->workspace->steps,
        .offset = -direction * (snnd_delays_taps(layer) - 1),
        .direction = direction,
        .taps_total = snnd_delays_taps(layer),
        .begin = list->begin,
        .neuron = list->neuron,
        .synapse = list->synapse,
        .taps = &held->taps,
        .place = held->place + (size_t)worker * (size_t)(targets > sources ? targets : sources),
    };
    stage->workspace->context->kernels->gather(&job);
}

static float *source_scratch(const state *held, int32_t worker) {
    return held->source_size == 0 ? NULL : held->source + (size_t)worker * held->source_size;
}

void snnd_delays_currents(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                          snnd_rows current) {
    const state *held = stage->state;
    const snnd_rows source =
        snnd_signal_rows(stage->workspace->context, input, tile, 0, stage->layer->inputs, source_scratch(held, worker));
    gather(stage, current, source, &held->incoming, 1, worker);
}

void snnd_delays_input_gradient(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile, int32_t worker,
                                snnd_rows d_input) {
    gather(stage, d_input, snnd_activity_rows(d_current, tile, 0), &((const state *)stage->state)->outgoing, -1,
           worker);
}

/* ---- back to the parameters ---- */

typedef struct correlation {
    const snnd_stage *stage;
    const snnd_signal *input;
    const snnd_activity *d_current;
    int32_t inputs, outputs, input_blocks; /* in a block, and blocks */
} correlation;

/* dL/dtheta and dL/dp of the synapses of one output with a block of inputs. */
static void finish_output(const snnd_stage *stage, int64_t first, int32_t synapses, const float *sum) {
    const state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    const float *theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    float *d_theta = stage->gradient[SNND_ARRAY_WEIGHT], *d_position = stage->gradient[SNND_ARRAY_POSITION];
    const double l1 = stage->workspace->pass.l1;
    const int32_t width = held->taps.width;
    for (int64_t s = first; s < first + synapses; s++, sum += (size_t)width * SNND_LANES) {
        const float *share = held->share + (size_t)s * (size_t)width;
        const float *slope = held->slope + (size_t)s * (size_t)width;
        double along_share = 0, along_slope = 0;
        for (int32_t n = 0; n < held->taps.count[s]; n++) {
            double c = 0;
            for (int lane = 0; lane < SNND_LANES; lane++)
                c += (double)sum[n * SNND_LANES + lane];
            along_share += c * (double)share[n];
            along_slope += c * (double)slope[n];
        }
        const double penalty = l1 * ((theta[s] > 0) - (theta[s] < 0));
        d_theta[s] = (float)(along_share * (sign == NULL ? 1 : sign[s]) + penalty);
        if (d_position != NULL)
            d_position[s] = (float)((double)snnd_delays_weight(layer, s) * along_slope);
    }
}

static void correlate_block(void *argument, int64_t item, int32_t worker) {
    const correlation *c = argument;
    const snnd_stage *stage = c->stage;
    const state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const int32_t kernels = layer->options.delays.kernel_count, width = held->taps.width;
    const int32_t from = (int32_t)(item % c->input_blocks) * c->inputs;
    const int32_t begin = (int32_t)(item / c->input_blocks) * c->outputs;
    const int32_t inputs = from + c->inputs < layer->inputs ? c->inputs : layer->inputs - from;
    const int32_t end = begin + c->outputs < layer->outputs ? begin + c->outputs : layer->outputs;
    const size_t row = (size_t)inputs * (size_t)kernels * (size_t)width * SNND_LANES;
    float *sum = held->correlation + (size_t)worker * held->correlation_size;
    for (size_t k = 0; k < (size_t)(end - begin) * row; k++)
        sum[k] = 0;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++) {
        const snnd_rows source =
            snnd_signal_rows(stage->workspace->context, c->input, tile, from, inputs, source_scratch(held, worker));
        for (int32_t o = begin; o < end; o++) {
            const int64_t first = (int64_t)o * snnd_delays_columns(layer) + (int64_t)from * kernels;
            const snnd_correlate job = {
                .sum = sum + (size_t)(o - begin) * row,
                .gradient = snnd_activity_row(c->d_current, tile, o),
                .source = source.data,
                .stride = source.stride,
                .steps = stage->workspace->steps,
                .taps_total = snnd_delays_taps(layer),
                .synapses = inputs * kernels,
                .group = kernels,
                .first = held->taps.first + first,
                .count = held->taps.count + first,
                .width = width,
            };
            stage->workspace->context->kernels->correlate(&job);
        }
    }
    for (int32_t o = begin; o < end; o++)
        finish_output(stage, (int64_t)o * snnd_delays_columns(layer) + (int64_t)from * kernels, inputs * kernels,
                      sum + (size_t)(o - begin) * row);
}

void snnd_delays_parameter_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current) {
    const state *held = stage->state;
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
