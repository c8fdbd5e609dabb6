/*
 * The path of layers whose synapses share delays. A line is an axon or a dendrite: one of the positions [N][C] of the N
 * inputs or outputs. All synapses of a line share one filter along time, so that the layer consists of these filters
 * and one product of matrices, W over neurons and time,
 *
 *     axons:      Y[l,t] = sum_n share[l,n] X[i, t - d]     H = W Y       Z = W' dL/dH    C = dL/dH Y'
 *                 dL/dX[i,t] = sum over the lines l of i and n of share[l,n] Z[l, t + d]
 *                 dL/dp[l] = sum over n and t of slope[l,n] Z[l,t] X[i, t - d]
 *
 *     dendrites:  U = W X      H[o,t] = sum over the lines l of o and n of share[l,n] U[l, t - d]
 *                 G[l,t] = sum_n share[l,n] dL/dH[o, t + d]           dL/dX = W' G    C = G X'
 *                 dL/dp[l] = sum over n and t of slope[l,n] dL/dH[o,t] U[l, t - d]
 *
 * with d = K - 1 - n, where the steps and lanes of a tile are one dimension of the matrices, and C is dL/dW. Two of the
 * gradients need Z, and currents and a gradient need U; they are stored in between, except with low_memory. Gradients
 * are summed for a fixed number of groups of tiles, and then over the groups.
 */
#include "base/parallel.h"
#include "delay/state.h"
#include "kernel/kernels.h"
#include "kernel/product.h"

enum { GROUPS = 8 };

struct snnd_shared {
    int32_t lines, each; /* the lines of one neuron */
    snnd_taps taps;      /* one row for each line; value = share */
    float *slope;        /* [lines][width] */
    /* The lines as sources or targets of sums over taps: a target has one line, or all lines of a neuron. */
    snnd_connections apart, together;
    snnd_one_tap *one_apart, *one_together;
    float *weight;      /* for axons [outputs][lines], for dendrites [lines][inputs] */
    float *sum;         /* [groups] of the same */
    double *line_sum;   /* [groups][lines] of dL/dp */
    snnd_activity rows; /* Z or U of each tile if they are stored, else of each worker */
    bool keeps, *made;  /* [tiles] whether the pass has computed those of a tile */
    float *filtered;    /* [threads][lines][steps][16] Y or G */
    float *source;      /* [threads][inputs] rows that are expanded from spikes; NULL: the input is not spikes */
    size_t source_size;
    float *lag;     /* [threads][K][16] */
    int64_t *place; /* [threads][lines or neurons] scratch */
    float *scratch; /* [threads][SNND_MULTIPLY_SCRATCH] */
};

static bool is_axonal(const snnd_delay *delay) {
    return delay->sizes.sharing == SNND_SHARING_AXONAL;
}

/* Returns the number of neurons that have the lines. */
static int32_t neurons_of(const snnd_delay_sizes *sizes) {
    return sizes->sharing == SNND_SHARING_AXONAL ? sizes->inputs : sizes->outputs;
}

static size_t weights_of(const snnd_delay *delay) {
    return (size_t)delay->sizes.outputs * (size_t)delay->sizes.inputs * (size_t)delay->sizes.per_pair;
}

/* Returns the numbers of a neuron in a tile. */
static size_t row_of(const snnd_delay *delay) {
    return (size_t)delay->sizes.steps * SNND_LANES;
}

/* ---- memory ---- */

static bool take_lists(snnd_context *context, snnd_shared *made, int32_t neurons) {
    const size_t lines = (size_t)made->lines;
    made->one_apart = snnd_allocate(context, lines, sizeof *made->one_apart);
    made->one_together = snnd_allocate(context, lines, sizeof *made->one_together);
    if (!snnd_connections_allocate(context, &made->apart, made->lines, made->lines) ||
        !snnd_connections_allocate(context, &made->together, neurons, made->lines) || made->one_apart == NULL ||
        made->one_together == NULL)
        return false;
    for (int32_t line = 0; line < made->lines; line++) {
        made->apart.begin[line + 1] = line + 1;
        made->apart.neuron[line] = line / made->each;
        made->together.begin[line / made->each + 1] = line + 1;
        made->together.neuron[line] = line;
        made->apart.synapse[line] = made->together.synapse[line] = line;
    }
    return true;
}

static bool take_memory(snnd_delay *delay, snnd_shared *made) {
    snnd_context *context = delay->context;
    const snnd_delay_sizes *sizes = &delay->sizes;
    const size_t threads = (size_t)context->options.threads, tiles = (size_t)snnd_tiles(sizes->batch);
    const size_t lines = (size_t)made->lines, taps = (size_t)sizes->taps, row = (size_t)sizes->steps * SNND_LANES;
    const size_t weights = snnd_size_multiply(lines, (size_t)(is_axonal(delay) ? sizes->outputs : sizes->inputs));
    made->keeps = !context->options.low_memory && !(is_axonal(delay) && sizes->first_layer);
    made->rows = (snnd_activity){.neurons = made->lines,
                                 .steps = sizes->steps,
                                 .front = is_axonal(delay) ? 0 : sizes->taps - 1,
                                 .back = is_axonal(delay) ? sizes->taps - 1 : 0};
    made->rows.data = snnd_allocate(
        context,
        snnd_size_multiply(snnd_size_multiply(made->keeps ? tiles : threads, lines), snnd_activity_stride(&made->rows)),
        sizeof(float));
    made->made = snnd_allocate(context, tiles, sizeof *made->made);
    made->taps.first = snnd_allocate(context, lines, sizeof *made->taps.first);
    made->taps.count = snnd_allocate(context, lines, sizeof *made->taps.count);
    made->taps.value = snnd_allocate(context, snnd_size_multiply(lines, taps), sizeof(float));
    made->slope = snnd_allocate(context, snnd_size_multiply(lines, taps), sizeof(float));
    made->weight = snnd_allocate(context, weights, sizeof(float));
    made->sum = snnd_allocate(context, snnd_size_multiply(weights, GROUPS), sizeof(float));
    made->line_sum = snnd_allocate(context, snnd_size_multiply(lines, GROUPS), sizeof(double));
    made->filtered = snnd_allocate(context, snnd_size_multiply(snnd_size_multiply(threads, lines), row), sizeof(float));
    made->lag = snnd_allocate(context, snnd_size_multiply(threads, taps * SNND_LANES), sizeof(float));
    made->place = snnd_allocate(context, snnd_size_multiply(threads, lines), sizeof *made->place);
    made->scratch = snnd_allocate(context, threads * SNND_MULTIPLY_SCRATCH, sizeof(float));
    if (sizes->spikes) {
        made->source_size = snnd_size_multiply((size_t)sizes->inputs, (taps - 1) * SNND_LANES + row);
        made->source = snnd_allocate(context, snnd_size_multiply(threads, made->source_size), sizeof(float));
    }
    return made->rows.data != NULL && made->made != NULL && made->taps.first != NULL && made->taps.count != NULL &&
           made->taps.value != NULL && made->slope != NULL && made->weight != NULL && made->sum != NULL &&
           made->line_sum != NULL && made->filtered != NULL && made->lag != NULL && made->place != NULL &&
           made->scratch != NULL && (!sizes->spikes || made->source != NULL) &&
           take_lists(context, made, neurons_of(sizes));
}

snnd_status snnd_shared_create(snnd_delay *delay) {
    snnd_shared *made = snnd_allocate(delay->context, 1, sizeof *made);
    delay->shared = made;
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->each = delay->sizes.per_pair;
    made->lines = neurons_of(&delay->sizes) * made->each;
    return take_memory(delay, made) ? SNND_OK : SNND_ERROR_MEMORY;
}

void snnd_shared_free(snnd_delay *delay) {
    snnd_context *context = delay->context;
    snnd_shared *shared = delay->shared;
    if (shared == NULL)
        return;
    snnd_release(context, shared->rows.data);
    snnd_release(context, shared->made);
    snnd_release(context, shared->taps.first);
    snnd_release(context, shared->taps.count);
    snnd_release(context, shared->taps.value);
    snnd_release(context, shared->slope);
    snnd_release(context, shared->weight);
    snnd_release(context, shared->sum);
    snnd_release(context, shared->line_sum);
    snnd_release(context, shared->filtered);
    snnd_release(context, shared->lag);
    snnd_release(context, shared->place);
    snnd_release(context, shared->scratch);
    snnd_release(context, shared->source);
    snnd_release(context, shared->one_apart);
    snnd_release(context, shared->one_together);
    snnd_connections_release(context, &shared->apart);
    snnd_connections_release(context, &shared->together);
    snnd_release(context, shared);
}

/* ---- before a pass ---- */

/* Returns the place of the weight of a synapse in the matrix. For axons the order is that of the layer. */
static size_t weight_at(const snnd_delay *delay, int64_t s) {
    const snnd_synapses *synapses = &delay->pass.synapses;
    const int64_t columns = snnd_synapse_columns(synapses);
    return is_axonal(delay)
               ? (size_t)s
               : (size_t)(snnd_synapse_position_of(synapses, s) * synapses->inputs + s % columns / synapses->per_pair);
}

static void set_weights(void *argument, int64_t output, int32_t worker) {
    const snnd_delay *delay = argument;
    const int32_t columns = snnd_synapse_columns(&delay->pass.synapses);
    (void)worker;
    for (int64_t s = output * columns; s < (output + 1) * columns; s++)
        delay->shared->weight[weight_at(delay, s)] = snnd_synapse_weight(&delay->pass.synapses, s);
}

static void set_line(const snnd_delay *delay, int32_t line) {
    snnd_shared *shared = delay->shared;
    const size_t place = (size_t)line * (size_t)shared->taps.width;
    shared->taps.count[line] =
        snnd_profile_taps(&delay->pass.profile, delay->pass.synapses.position[line], &shared->taps.first[line],
                          shared->taps.value + place, shared->slope + place);
    const snnd_one_tap one = {0, shared->taps.first[line], shared->taps.value[place]};
    shared->one_apart[line] = shared->one_together[line] = one;
    shared->one_apart[line].neuron = shared->apart.neuron[line];
    shared->one_together[line].neuron = line;
}

void snnd_shared_begin(snnd_delay *delay) {
    snnd_shared *shared = delay->shared;
    shared->taps.width = snnd_profile_width(&delay->pass.profile);
    shared->taps.uniform = snnd_profile_uniform(&delay->pass.profile);
    for (int32_t line = 0; line < shared->lines; line++)
        set_line(delay, line);
    for (int32_t tile = 0; tile < delay->pass.tiles; tile++)
        shared->made[tile] = false;
    snnd_parallel_for(delay->context, delay->sizes.outputs, 1.0 * snnd_synapse_columns(&delay->pass.synapses),
                      set_weights, delay);
}

/* ---- the two kinds of sums ---- */

static snnd_rows source_of(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t worker) {
    const snnd_shared *shared = delay->shared;
    float *scratch = shared->source == NULL ? NULL : shared->source + (size_t)worker * shared->source_size;
    return snnd_signal_rows(delay->context, input, tile, 0, delay->sizes.inputs, scratch);
}

static snnd_rows filtered_of(const snnd_delay *delay, int32_t worker) {
    const snnd_shared *shared = delay->shared;
    return (snnd_rows){shared->filtered + (size_t)worker * (size_t)shared->lines * row_of(delay), row_of(delay)};
}

/* Sums over taps, into the past (direction 1) or the future (-1): from the row of a neuron to each of its lines, or
 * from the rows of its lines to each neuron. */
static void filter(const snnd_delay *delay, snnd_rows target, snnd_rows source, bool to_lines, int32_t direction,
                   int32_t worker) {
    const snnd_shared *shared = delay->shared;
    const int32_t longest = delay->sizes.taps - 1, neurons = neurons_of(&delay->sizes);
    const snnd_connections *list = to_lines ? &shared->apart : &shared->together;
    const snnd_one_tap *one = to_lines ? shared->one_apart : shared->one_together;
    const snnd_gather job = {
        .target = target,
        .source = source,
        .targets = to_lines ? shared->lines : neurons,
        .sources = to_lines ? neurons : shared->lines,
        .steps = delay->sizes.steps,
        .offset = -direction * longest,
        .direction = direction,
        .taps_total = longest + 1,
        .begin = list->begin,
        .neuron = list->neuron,
        .synapse = list->synapse,
        .taps = &shared->taps,
        .one = shared->taps.uniform == 1 ? one : NULL,
        .place = shared->place + (size_t)worker * (size_t)shared->lines,
    };
    delay->context->kernels->taps->gather(&job);
}

/* Multiplies by W, or by its transpose. */
static void mix(const snnd_delay *delay, snnd_rows target, snnd_rows source, bool transposed, int32_t worker) {
    const snnd_shared *shared = delay->shared;
    const int32_t rows = is_axonal(delay) ? delay->sizes.outputs : shared->lines;
    const int32_t columns = is_axonal(delay) ? shared->lines : delay->sizes.inputs;
    const snnd_product product = {.m = transposed ? columns : rows,
                                  .n = (int32_t)row_of(delay),
                                  .k = transposed ? rows : columns,
                                  .alpha = 1,
                                  .a = shared->weight,
                                  .a_row = transposed ? 1 : (size_t)columns,
                                  .a_column = transposed ? (size_t)columns : 1,
                                  .b = source.data,
                                  .b_row = source.stride,
                                  .b_column = 1,
                                  .c = target.data,
                                  .c_row = target.stride};
    snnd_multiply(delay->context, &product, shared->scratch + (size_t)worker * SNND_MULTIPLY_SCRATCH);
}

/* Returns Z of the gradient of the currents, or U of the input. Where it is stored, the pass computes it once. */
static snnd_rows rows_of(const snnd_delay *delay, snnd_rows source, int32_t tile, int32_t worker) {
    const snnd_shared *shared = delay->shared;
    const snnd_rows rows = snnd_activity_rows(&shared->rows, shared->keeps ? tile : worker, 0);
    if (!shared->keeps || !shared->made[tile])
        mix(delay, rows, source, is_axonal(delay), worker);
    shared->made[tile] = true;
    return rows;
}

/* ---- currents, and the gradient of the input ---- */

void snnd_shared_currents(const snnd_delay *delay, const snnd_signal *input, int32_t tile, int32_t first, int32_t count,
                          int32_t worker, snnd_rows current) {
    const snnd_rows source = source_of(delay, input, tile, worker), filtered = filtered_of(delay, worker);
    (void)first;
    (void)count;
    if (is_axonal(delay)) {
        filter(delay, filtered, source, true, 1, worker);
        mix(delay, current, filtered, false, worker);
    } else {
        filter(delay, current, rows_of(delay, source, tile, worker), false, 1, worker);
    }
}

void snnd_shared_input_gradient(const snnd_delay *delay, const snnd_activity *d_current, int32_t tile, int32_t first,
                                int32_t count, int32_t worker, snnd_rows d_input) {
    const snnd_rows gradient = snnd_activity_rows(d_current, tile, 0), filtered = filtered_of(delay, worker);
    (void)first;
    (void)count;
    if (is_axonal(delay)) {
        filter(delay, d_input, rows_of(delay, gradient, tile, worker), false, -1, worker);
    } else {
        filter(delay, filtered, gradient, true, -1, worker);
        mix(delay, d_input, filtered, true, worker);
    }
}

/* ---- gradients of the parameters ---- */

typedef struct correlation {
    const snnd_delay *delay;
    const snnd_signal *input;
    const snnd_activity *d_current;
    snnd_delay_gradient to;
} correlation;

/* Adds C of a tile. */
static void correlate_rows(const snnd_delay *delay, snnd_rows gradient, snnd_rows source, float *sum, int32_t worker) {
    const snnd_shared *shared = delay->shared;
    const int32_t columns = is_axonal(delay) ? shared->lines : delay->sizes.inputs;
    const snnd_product product = {.m = is_axonal(delay) ? delay->sizes.outputs : shared->lines,
                                  .n = columns,
                                  .k = (int32_t)row_of(delay),
                                  .alpha = 1,
                                  .a = gradient.data,
                                  .a_row = gradient.stride,
                                  .a_column = 1,
                                  .b = source.data,
                                  .b_row = 1,
                                  .b_column = source.stride,
                                  .c = sum,
                                  .c_row = (size_t)columns,
                                  .add = true};
    snnd_multiply(delay->context, &product, shared->scratch + (size_t)worker * SNND_MULTIPLY_SCRATCH);
}

/* Adds dL/dp of each line in a tile: the sum of slope[n] times the correlation of `gradient` with the delayed `source`.
 * One of the two has a row for each line, the other for each neuron. */
static void add_slopes(const snnd_delay *delay, snnd_rows gradient, snnd_rows source, double *sum, int32_t worker) {
    const snnd_shared *shared = delay->shared;
    float *lag = shared->lag + (size_t)worker * (size_t)delay->sizes.taps * SNND_LANES;
    for (int32_t line = 0; line < shared->lines; line++) {
        const int32_t neuron = line / shared->each, count = shared->taps.count[line];
        const float *slope = shared->slope + (size_t)line * (size_t)shared->taps.width;
        const snnd_correlate job = {
            .sum = lag,
            .gradient = snnd_rows_from(gradient, is_axonal(delay) ? line : neuron),
            .source = snnd_rows_from(source, is_axonal(delay) ? neuron : line),
            .neurons = 1,
            .steps = delay->sizes.steps,
            .taps_total = delay->sizes.taps,
            .synapses = 1,
            .group = 1,
            .first = &shared->taps.first[line],
            .count = &shared->taps.count[line],
            .width = shared->taps.width,
        };
        double total[SNND_MOST_TAPS];
        for (int32_t k = 0; k < count * SNND_LANES; k++)
            lag[k] = 0;
        delay->context->kernels->taps->correlate(&job);
        delay->context->kernels->rows->add_up(count, lag, total);
        for (int32_t n = 0; n < count; n++)
            sum[line] += total[n] * (double)slope[n];
    }
}

static void correlate_tile(const correlation *c, int32_t tile, int64_t group, int32_t worker) {
    const snnd_delay *delay = c->delay;
    const snnd_shared *shared = delay->shared;
    const snnd_rows source = source_of(delay, c->input, tile, worker), filtered = filtered_of(delay, worker);
    const snnd_rows gradient = snnd_activity_rows(c->d_current, tile, 0);
    float *sum = shared->sum + (size_t)group * weights_of(delay);
    double *line_sum = shared->line_sum + (size_t)group * (size_t)shared->lines;
    if (is_axonal(delay)) {
        filter(delay, filtered, source, true, 1, worker);
        correlate_rows(delay, gradient, filtered, sum, worker);
        if (c->to.d_position != NULL)
            add_slopes(delay, rows_of(delay, gradient, tile, worker), source, line_sum, worker);
    } else {
        filter(delay, filtered, gradient, true, -1, worker);
        correlate_rows(delay, filtered, source, sum, worker);
        if (c->to.d_position != NULL)
            add_slopes(delay, gradient, rows_of(delay, source, tile, worker), line_sum, worker);
    }
}

static void correlate_group(void *argument, int64_t group, int32_t worker) {
    const correlation *c = argument;
    const snnd_shared *shared = c->delay->shared;
    for (size_t k = 0; k < weights_of(c->delay); k++)
        shared->sum[(size_t)group * weights_of(c->delay) + k] = 0;
    for (int32_t line = 0; line < shared->lines; line++)
        shared->line_sum[(size_t)group * (size_t)shared->lines + (size_t)line] = 0;
    for (int32_t tile = (int32_t)group; tile < c->delay->pass.tiles; tile += GROUPS)
        correlate_tile(c, tile, group, worker);
}

static void finish_output(void *argument, int64_t output, int32_t worker) {
    const correlation *c = argument;
    const snnd_delay *delay = c->delay;
    const int32_t columns = snnd_synapse_columns(&delay->pass.synapses);
    const snnd_delay_gradient to = {c->to.d_theta, NULL, c->to.l1};
    (void)worker;
    for (int64_t s = output * columns; s < (output + 1) * columns; s++) {
        double sum = 0;
        for (int32_t group = 0; group < GROUPS; group++)
            sum += (double)delay->shared->sum[(size_t)group * weights_of(delay) + weight_at(delay, s)];
        snnd_set_gradient(&delay->pass, s, sum, 0, to);
    }
}

static void finish_positions(const correlation *c) {
    const snnd_shared *shared = c->delay->shared;
    for (int32_t line = 0; line < shared->lines; line++) {
        double sum = 0;
        for (int32_t group = 0; group < GROUPS; group++)
            sum += shared->line_sum[(size_t)group * (size_t)shared->lines + (size_t)line];
        c->to.d_position[line] = (float)sum;
    }
}

void snnd_shared_parameter_gradient(snnd_delay *delay, const snnd_signal *input, const snnd_activity *d_current,
                                    snnd_delay_gradient to) {
    correlation c = {delay, input, d_current, to};
    snnd_parallel_for(delay->context, GROUPS,
                      0.02 * (double)(weights_of(delay) * row_of(delay)) * delay->pass.tiles / GROUPS, correlate_group,
                      &c);
    snnd_parallel_for(delay->context, delay->sizes.outputs, 10.0 * snnd_synapse_columns(&delay->pass.synapses),
                      finish_output, &c);
    if (to.d_position != NULL)
        finish_positions(&c);
}
