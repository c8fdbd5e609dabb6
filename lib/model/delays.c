/*
 * Delayed synapses. With the kernels k of kernel/delay_kernel.h,
 *
 *     h[o,t]        = sum_i sum_n k[o,i,n] x[i, t - (K-1) + n]
 *     dL/dx[i,t]    = sum_o sum_n k[o,i,n] dL/dh[o, t + (K-1) - n]
 *     c[o,i,n]      = sum_t dL/dh[o,t] x[i, t - (K-1) + n]             (over the batch)
 *     dL/dw[o,i]    = sum_n c[o,i,n] share[o,i,n]
 *     dL/dp[o,i]    = w[o,i] sum_n c[o,i,n] slope[o,i,n]
 *
 * where w = sign * theta in layers with signs, and dL/dtheta = sign * dL/dw + l1 sign(theta).
 */
#include "model/delays.h"

#include <math.h>

#include "base/options.h"
#include "base/parallel.h"
#include "base/random.h"
#include "kernel/delay_kernel.h"
#include "kernel/taps.h"

/* Outputs that share one sweep over the input in the backward pass. */
enum { OUTPUT_BLOCK = 4 };

static const snnd_field fields[] = {
    {"max_delay", SNND_FIELD_INT32, offsetof(snnd_delay_options, max_delay)},
    {"kernel_count", SNND_FIELD_INT32, offsetof(snnd_delay_options, kernel_count)},
    {"kernel", SNND_FIELD_INT32, offsetof(snnd_delay_options, kernel)},
    {"learn_delays", SNND_FIELD_INT32, offsetof(snnd_delay_options, learn_delays)},
    {0},
};

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
    double *correlation; /* [threads][OUTPUT_BLOCK][I C][K] */
    snnd_kernel_shape shape;
} state;

/* ---- shapes ---- */

static int32_t taps_of(const snnd_layer *layer) {
    return layer->options.delays.max_delay + 1;
}

/* Synapses of one output neuron: I * C. */
static int32_t columns_of(const snnd_layer *layer) {
    return layer->inputs * layer->options.delays.kernel_count;
}

static int32_t input_of(const snnd_layer *layer, int32_t synapse) {
    return synapse % columns_of(layer) / layer->options.delays.kernel_count;
}

static snnd_kernel_shape shape_of(const snnd_layer *layer, snnd_mode mode) {
    const snnd_delay_options *options = &layer->options.delays;
    if (mode == SNND_EVALUATE || !options->learn_delays)
        return (snnd_kernel_shape){.taps = taps_of(layer), .kind = SNND_KERNEL_MAX, .spread = 1, .whole = 1};
    double floor_width = options->kernel == SNND_KERNEL_GAUSS ? 0.27 : 1.0;
    return (snnd_kernel_shape){
        .taps = taps_of(layer), .kind = options->kernel, .spread = layer->network->sigma + floor_width};
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

static snnd_status prepare(snnd_stage *stage) {
    snnd_workspace *workspace = stage->workspace;
    snnd_context *context = workspace->context;
    const snnd_layer *layer = stage->layer;
    state *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    stage->state = made;
    const size_t synapses = (size_t)snnd_layer_synapses(layer), taps = (size_t)taps_of(layer);
    made->taps.first = snnd_allocate(context, synapses, sizeof *made->taps.first);
    made->taps.count = snnd_allocate(context, synapses, sizeof *made->taps.count);
    made->taps.value = snnd_allocate(context, synapses, taps * sizeof(float));
    made->share = snnd_allocate(context, synapses, taps * sizeof(float));
    bool enough = made->taps.first != NULL && made->taps.count != NULL && made->taps.value != NULL &&
                  made->share != NULL &&
                  allocate_connections(context, &made->incoming, layer->outputs, (int64_t)synapses);
    if (enough && workspace->gradients) {
        const size_t block = OUTPUT_BLOCK * (size_t)columns_of(layer) * taps;
        made->slope = snnd_allocate(context, synapses, taps * sizeof(float));
        made->correlation = snnd_allocate(context, (size_t)context->options.threads, block * sizeof(double));
        enough = made->slope != NULL && made->correlation != NULL &&
                 allocate_connections(context, &made->outgoing, layer->inputs, (int64_t)synapses);
    }
    return enough ? SNND_OK : SNND_ERROR_MEMORY;
}

static void release(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    state *held = stage->state;
    snnd_release(context, held->taps.first);
    snnd_release(context, held->taps.count);
    snnd_release(context, held->taps.value);
    snnd_release(context, held->share);
    snnd_release(context, held->slope);
    snnd_release(context, held->correlation);
    release_connections(context, &held->incoming);
    release_connections(context, &held->outgoing);
    snnd_release(context, held);
}

/* ---- forward ---- */

static float weight_of(const snnd_layer *layer, int64_t synapse) {
    const int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    float theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[synapse];
    return sign == NULL ? theta : theta * (float)sign[synapse];
}

/* Kernels of all synapses of one output neuron. Absent ones need theirs only for the gradient. */
static void build_kernels(void *argument, int64_t output, int32_t worker) {
    snnd_stage *stage = argument;
    (void)worker;
    state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const float *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    const bool training = stage->workspace->pass.mode == SNND_TRAIN;
    for (int64_t s = output * columns_of(layer); s < (output + 1) * columns_of(layer); s++) {
        const size_t row = (size_t)s * (size_t)held->taps.width;
        const float weight = weight_of(layer, s);
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
    const int32_t neurons = outgoing ? layer->inputs : layer->outputs, columns = columns_of(layer);
    for (int32_t n = 0; n <= neurons; n++)
        list->begin[n] = 0;
    for (int64_t s = 0; s < synapses; s++)
        if (weight_of(layer, s) != 0)
            list->begin[1 + (outgoing ? input_of(layer, (int32_t)s) : (int32_t)(s / columns))]++;
    for (int32_t n = 0; n < neurons; n++)
        list->begin[n + 1] += list->begin[n];
    for (int64_t s = 0; s < synapses; s++) {
        if (weight_of(layer, s) == 0)
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

/* One neuron of one tile of `target`, summed over its connections to `source`. */
static void gather_neuron(const snnd_stage *stage, const snnd_activity *target, const snnd_activity *source,
                          const connections *list, int64_t item, int32_t direction) {
    const state *held = stage->state;
    const int32_t tile = (int32_t)(item / target->neurons), neuron = (int32_t)(item % target->neurons);
    const int32_t longest = taps_of(stage->layer) - 1;
    const snnd_gather job = {
        .target = snnd_activity_row(target, tile, neuron),
        .source = snnd_activity_row(source, tile, 0),
        .stride = snnd_activity_stride(source),
        .steps = target->steps,
        .offset = -direction * longest,
        .direction = direction,
        .synapses = list->begin[neuron + 1] - list->begin[neuron],
        .neuron = list->neuron + list->begin[neuron],
        .synapse = list->synapse + list->begin[neuron],
        .taps = &held->taps,
    };
    stage->workspace->context->kernels->gather(&job);
}

static void forward_neuron(void *argument, int64_t item, int32_t worker) {
    const snnd_stage *stage = argument;
    (void)worker;
    gather_neuron(stage, stage->output, stage->input, &((const state *)stage->state)->incoming, item, 1);
}

static void forward(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    state *held = stage->state;
    held->shape = shape_of(stage->layer, stage->workspace->pass.mode);
    held->taps.width = snnd_kernel_width(&held->shape);
    snnd_parallel_for(context, stage->layer->outputs, build_kernels, stage);
    list_connections(stage->layer, &held->incoming, false);
    snnd_parallel_for(context, (int64_t)stage->workspace->pass.tiles * stage->layer->outputs, forward_neuron, stage);
}

/* ---- backward ---- */

static void input_neuron(void *argument, int64_t item, int32_t worker) {
    const snnd_stage *stage = argument;
    (void)worker;
    gather_neuron(stage, stage->d_input, stage->d_output, &((const state *)stage->state)->outgoing, item, -1);
}

/* Adds c[o,i,n] of one tile to the sums of one output neuron. */
static void correlate_output(const snnd_stage *stage, int32_t output, int32_t tile, double *sum) {
    const state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const int64_t begin = (int64_t)output * columns_of(layer);
    const snnd_correlate job = {
        .sum = sum,
        .gradient = snnd_activity_row(stage->d_output, tile, output),
        .source = snnd_activity_row(stage->input, tile, 0),
        .stride = snnd_activity_stride(stage->input),
        .steps = stage->input->steps,
        .taps_total = taps_of(layer),
        .synapses = columns_of(layer),
        .group = layer->options.delays.kernel_count,
        .first = held->taps.first + begin,
        .count = held->taps.count + begin,
        .width = held->taps.width,
    };
    stage->workspace->context->kernels->correlate(&job);
}

/* dL/dtheta and dL/dp of one output neuron from its correlations. */
static void finish_output(const snnd_stage *stage, int32_t output, const double *sum) {
    const state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    const float *theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    float *d_theta = stage->gradient[SNND_ARRAY_WEIGHT], *d_position = stage->gradient[SNND_ARRAY_POSITION];
    const double l1 = stage->workspace->pass.l1;
    const int32_t width = held->taps.width;
    for (int32_t column = 0; column < columns_of(layer); column++, sum += width) {
        const int64_t s = (int64_t)output * columns_of(layer) + column;
        const float *share = held->share + (size_t)s * (size_t)width;
        const float *slope = held->slope + (size_t)s * (size_t)width;
        double along_share = 0, along_slope = 0;
        for (int32_t n = 0; n < held->taps.count[s]; n++) {
            along_share += sum[n] * (double)share[n];
            along_slope += sum[n] * (double)slope[n];
        }
        const double penalty = l1 * ((theta[s] > 0) - (theta[s] < 0));
        d_theta[s] = (float)(along_share * (sign == NULL ? 1 : sign[s]) + penalty);
        if (d_position != NULL)
            d_position[s] = (float)((double)weight_of(layer, s) * along_slope);
    }
}

static void backward_outputs(void *argument, int64_t block, int32_t worker) {
    const snnd_stage *stage = argument;
    const state *held = stage->state;
    const snnd_layer *layer = stage->layer;
    const size_t row = (size_t)columns_of(layer) * (size_t)held->taps.width;
    double *sum =
        held->correlation + (size_t)worker * OUTPUT_BLOCK * (size_t)columns_of(layer) * (size_t)taps_of(layer);
    const int32_t begin = (int32_t)block * OUTPUT_BLOCK;
    const int32_t end = begin + OUTPUT_BLOCK < layer->outputs ? begin + OUTPUT_BLOCK : layer->outputs;
    for (size_t k = 0; k < OUTPUT_BLOCK * row; k++)
        sum[k] = 0;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        for (int32_t output = begin; output < end; output++)
            correlate_output(stage, output, tile, sum + (size_t)(output - begin) * row);
    for (int32_t output = begin; output < end; output++)
        finish_output(stage, output, sum + (size_t)(output - begin) * row);
}

static void backward(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    state *held = stage->state;
    const int64_t blocks = (stage->layer->outputs + OUTPUT_BLOCK - 1) / OUTPUT_BLOCK;
    snnd_parallel_for(context, blocks, backward_outputs, stage);
    if (stage->d_input == NULL)
        return;
    list_connections(stage->layer, &held->outgoing, true);
    snnd_parallel_for(context, (int64_t)stage->workspace->pass.tiles * stage->layer->inputs, input_neuron, stage);
}

/* ---- parameters ---- */

static void initialize(snnd_layer *layer, uint64_t seed) {
    const double bound = sqrt(6.0 / columns_of(layer)), half = layer->options.delays.max_delay / 2;
    snnd_random weights = snnd_random_for(seed, SNND_USE_WEIGHT, (uint64_t)layer->index);
    snnd_random positions = snnd_random_for(seed, SNND_USE_POSITION, (uint64_t)layer->index);
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    float *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        weight[s] = (float)(bound * (2 * snnd_random_unit(&weights, (uint64_t)s) - 1));
        position[s] = (float)(half * (2 * snnd_random_unit(&positions, (uint64_t)s) - 1));
        if (!layer->options.delays.learn_delays)
            position[s] = snnd_whole_position(position[s], taps_of(layer));
    }
}

double snnd_delays_weight_sum(const snnd_layer *layer) {
    const float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    double sum = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        sum += fabs((double)weight[s]);
    return sum;
}

snnd_status snnd_layer_delays(const snnd_layer *layer, int32_t *delays) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = layer->network->context;
    if (!snnd_layer_is_delays(layer) || delays == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_layer_delays: %s",
                         delays == NULL ? "delays is NULL" : "not a layer of delays");
    const float *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (!isfinite(position[s]))
            return snnd_fail(context, SNND_ERROR_NUMERIC, "position %lld of layer %d is %g", (long long)s, layer->index,
                             (double)position[s]);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        delays[s] = layer->options.delays.max_delay / 2 - (int32_t)snnd_whole_position(position[s], taps_of(layer));
    return SNND_OK;
}

/* ---- options ---- */

snnd_status snnd_delay_options_init(snnd_delay_options *options, size_t size) {
    static const snnd_delay_options defaults = {
        .max_delay = 24, .kernel_count = 1, .kernel = SNND_KERNEL_GAUSS, .learn_delays = 1};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static snnd_status check(snnd_context *context, const snnd_delay_options *options) {
    if (options->max_delay < 0 || options->max_delay > 1022 || options->max_delay % 2 != 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "delays: max_delay is %d; expected an even number from 0 to 1022", options->max_delay);
    if (options->kernel_count < 1 || options->kernel_count > 64)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: kernel_count is %d; expected 1 to 64",
                         options->kernel_count);
    if (options->kernel != SNND_KERNEL_GAUSS && options->kernel != SNND_KERNEL_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: kernel is %d; expected SNND_KERNEL_GAUSS or _MAX",
                         options->kernel);
    if (options->learn_delays != 0 && options->learn_delays != 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: learn_delays is %d; expected 0 or 1",
                         options->learn_delays);
    return SNND_OK;
}

snnd_status snnd_network_add_delays(snnd_network *network, int32_t outputs, const snnd_delay_options *options,
                                    snnd_layer **layer) {
    snnd_delay_options known;
    snnd_delay_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_delay_options");
    if (status == SNND_OK)
        status = check(context, &known);
    if (status != SNND_OK)
        return status;
    const int32_t inputs = network->count == 0 ? network->inputs : snnd_network_outputs(network);
    if (outputs < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: outputs is %d; expected at least 1", outputs);
    if ((double)outputs * inputs * known.kernel_count * (known.max_delay + 1) > INT32_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "delays: %d x %d neurons with %d synapses of %d taps each are more than 2^31 taps", outputs,
                         inputs, known.kernel_count, known.max_delay + 1);
    return snnd_network_add(network, &snnd_delays_class, outputs, &known, layer);
}

snnd_status snnd_layer_delay_options(const snnd_layer *layer, snnd_delay_options *options) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!snnd_layer_is_delays(layer) || options == NULL)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "snnd_layer_delay_options: %s",
                         options == NULL ? "options is NULL" : "not a layer of delays");
    return snnd_options_write(layer->network->context, options, &layer->options.delays, sizeof layer->options.delays,
                              "snnd_delay_options");
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    return snnd_network_add_delays(network, outputs, options, layer);
}

const snnd_layer_class snnd_delays_class = {
    .type = SNND_LAYER_DELAYS,
    .name = "delays",
    .fields = fields,
    .options_size = sizeof(snnd_delay_options),
    .add = add,
    .initialize = initialize,
    .prepare = prepare,
    .forward = forward,
    .backward = backward,
    .release = release,
};
