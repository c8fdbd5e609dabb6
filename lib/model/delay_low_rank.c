/*
 * The way by few filters, for wide kernels (kernel/basis.h). With U [R][K], a[o,i,r] = sum_n U[r,n] share[o,i,n],
 * b[o,i,r] the same of the slopes, and A = w a,
 *
 *     on the side of the inputs                               on the side of the outputs
 *     Z[i,r,t] = sum_n U[r,n] x[i, t-(K-1)+n]                 Y[o,r,t] = sum_i A[o,i,r] x[i,t]
 *     h[o,t]   = sum_ir A[o,i,r] Z[i,r,t]                     h[o,t]   = sum_rn U[r,n] Y[o,r, t-(K-1)+n]
 *     G[i,r,t] = sum_o A[o,i,r] dL/dh[o,t]                    D[o,r,t] = sum_n U[r,n] dL/dh[o, t+(K-1)-n]
 *     dL/dx[i,t] = sum_rn U[r,n] G[i,r, t+(K-1)-n]            dL/dx[i,t] = sum_or A[o,i,r] D[o,r,t]
 *     M[o,i,r] = sum_t dL/dh[o,t] Z[i,r,t]                    M[o,i,r] = sum_t D[o,r,t] x[i,t]
 *
 * and then dL/dw = a . M, dL/dp = w b . M. The side with fewer neurons is filtered, some neurons at a time so that
 * their rows stay in the cache.
 */
#include <string.h>

#include "base/parallel.h"
#include "kernel/basis.h"
#include "model/delay_state.h"

/* Filtered rows that are there at a time, in bytes; and into how many pieces of work the parameters' gradient is cut.
 */
enum { ROW_BYTES = 512 * 1024, LEAST_STEPS = 8, PIECES = 8 };

static bool by_input(const snnd_filters *filters) {
    return filters->side == SNND_INPUT_SIDE;
}

static int32_t filtered_neurons(const snnd_stage *stage) {
    return by_input(&snnd_delay_state_of(stage)->filters) ? stage->layer->inputs : stage->layer->outputs;
}

/* ---- memory ---- */

static int32_t ceiling(int32_t a, int32_t b) {
    return (a + b - 1) / b;
}

int32_t snnd_filters_room(const snnd_stage *stage) {
    const int32_t taps = snnd_delays_taps(stage->layer), rows = stage->workspace->steps + taps - 1;
    const int32_t fit = ROW_BYTES / (rows * SNND_LANES * (int32_t)sizeof(float));
    return fit > taps ? fit : taps;
}

snnd_status snnd_filters_prepare(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    const snnd_layer *layer = stage->layer;
    snnd_filters *made = &snnd_delay_state_of(stage)->filters;
    const size_t taps = (size_t)snnd_delays_taps(layer), threads = (size_t)context->options.threads;
    if (!layer->options.delays.learn_delays || layer->options.delays.kernel != SNND_KERNEL_GAUSS ||
        taps > SNND_BASIS_TAPS || taps < 3)
        return SNND_OK;
    made->side = snnd_delays_by_input(layer, snnd_signal_is_spikes(stage->input)) ? SNND_INPUT_SIDE : SNND_OUTPUT_SIDE;
    const size_t neurons = (size_t)filtered_neurons(stage);
    const size_t other = (size_t)(by_input(made) ? layer->outputs : layer->inputs);
    const size_t filtered = (size_t)ceiling((int32_t)neurons, PIECES) * SNND_LANES;
    const size_t sums = snnd_size_multiply(snnd_size_multiply(filtered, taps), other);
    const size_t rows = (size_t)snnd_filters_room(stage), longest = taps - 1, steps = (size_t)stage->workspace->steps;
    made->ahead_size = made->back_size = snnd_size_multiply(rows, (steps + longest) * SNND_LANES);
    const size_t piece = snnd_size_multiply(neurons, taps * LEAST_STEPS * SNND_LANES), most = ROW_BYTES / sizeof(float);
    made->time_size = piece > most ? piece : most;
    made->of_time = snnd_allocate(context, snnd_size_multiply(threads, made->time_size), sizeof *made->of_time);
    made->filter = snnd_allocate(context, taps, taps * sizeof *made->filter);
    made->across = snnd_allocate(context, taps, taps * sizeof *made->across);
    made->scratch = snnd_allocate(context, 2 * taps, taps * sizeof *made->scratch);
    made->taps.first = snnd_allocate(context, taps, sizeof *made->taps.first);
    made->taps.count = snnd_allocate(context, taps, sizeof *made->taps.count);
    made->ahead = snnd_allocate(context, snnd_size_multiply(threads, made->ahead_size), sizeof *made->ahead);
    made->back = snnd_allocate(context, snnd_size_multiply(threads, made->back_size), sizeof *made->back);
    snnd_delay_state *held = snnd_delay_state_of(stage);
    if (sums > held->sum_size) {
        snnd_release(context, held->sum);
        held->sum_size = sums;
        held->sum = snnd_allocate(context, snnd_size_multiply(threads, sums), sizeof *held->sum);
    }
    return held->sum != NULL && made->filter != NULL && made->across != NULL && made->scratch != NULL &&
                   made->taps.first != NULL && made->taps.count != NULL && made->ahead != NULL &&
                   made->of_time != NULL && made->back != NULL &&
                   snnd_connections_allocate(context, &made->together, (int64_t)rows, (int64_t)rows)
               ? SNND_OK
               : SNND_ERROR_MEMORY;
}

void snnd_filters_release(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    snnd_filters *held = &snnd_delay_state_of(stage)->filters;
    snnd_release(context, held->filter);
    snnd_release(context, held->across);
    snnd_release(context, held->scratch);
    snnd_release(context, held->taps.first);
    snnd_release(context, held->taps.count);
    snnd_release(context, held->ahead);
    snnd_release(context, held->back);
    snnd_release(context, held->of_time);
    snnd_connections_release(context, &held->together);
}

/* Lists for the neurons of a group: neuron g is put together from the filtered rows g R .. g R + R-1, row r
 * by the taps of filter r. */
static void list_rows(snnd_filters *filters) {
    for (int32_t row = 0; row < filters->group * filters->rank; row++) {
        filters->together.neuron[row] = row;
        filters->together.synapse[row] = row % filters->rank;
    }
    for (int32_t g = 0; g <= filters->group; g++)
        filters->together.begin[g] = (int64_t)g * filters->rank;
}

void snnd_filters_make(snnd_stage *stage, const snnd_kernel_shape *shape) {
    snnd_filters *held = &snnd_delay_state_of(stage)->filters;
    if (held->rank == 0 || held->shape.spread != shape->spread) {
        held->rank = snnd_basis_make(shape, held->filter, held->scratch);
        held->shape = *shape;
        for (int32_t r = 0; r < held->rank; r++)
            for (int32_t n = 0; n < shape->taps; n++)
                held->across[n * held->rank + r] = held->filter[r * shape->taps + n];
    }
    const int32_t neurons = filtered_neurons(stage), fit = snnd_filters_room(stage) / held->rank;
    held->group = ceiling(neurons, ceiling(neurons, fit));
    const int64_t step_bytes = (int64_t)neurons * held->rank * SNND_LANES * (int64_t)sizeof(float);
    const int32_t few = (int32_t)(ROW_BYTES / step_bytes / 4 * 4);
    held->piece_of_time = few < LEAST_STEPS ? LEAST_STEPS : few;
    held->piece = held->group < ceiling(neurons, PIECES) ? held->group : ceiling(neurons, PIECES);
    held->taps.width = shape->taps;
    held->taps.value = held->filter;
    for (int32_t r = 0; r < held->rank; r++) {
        held->taps.first[r] = 0;
        held->taps.count[r] = shape->taps;
    }
    list_rows(held);
}

static snnd_filtered_group group_at(const snnd_stage *stage, int32_t first, int32_t most) {
    const int32_t left = filtered_neurons(stage) - first, neurons = left < most ? left : most;
    return (snnd_filtered_group){.first = first,
                                 .neurons = neurons,
                                 .first_row = first * snnd_delay_state_of(stage)->filters.rank,
                                 .rows = neurons * snnd_delay_state_of(stage)->filters.rank};
}

snnd_filtered_group snnd_filtered_group_at(const snnd_stage *stage, int32_t first) {
    return group_at(stage, first, snnd_delay_state_of(stage)->filters.group);
}

void snnd_filtered_column(const snnd_stage *stage, int32_t input, float *column) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const int32_t rank = held->filters.rank, inputs = stage->layer->inputs;
    for (int32_t k = 0; k < stage->layer->outputs * rank; k++)
        column[k] =
            by_input(&held->filters)
                ? held->taps
                      .value[((size_t)(k / rank) * (size_t)inputs + (size_t)input) * (size_t)rank + (size_t)(k % rank)]
                : held->taps.value[(size_t)k * (size_t)inputs + (size_t)input];
}

/* A[o,i,r] with the synapses of a pair added up: [o][i][r] on the side of the inputs, [o][r][i] on that of the outputs.
 */
static void begin(snnd_stage *stage) {
    snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    const int32_t rank = held->filters.rank, kernels = layer->options.delays.kernel_count;
    const size_t along_r = by_input(&held->filters) ? 1 : (size_t)layer->inputs;
    const size_t along_i = by_input(&held->filters) ? (size_t)rank : 1;
    memset(held->taps.value, 0, (size_t)layer->outputs * (size_t)layer->inputs * (size_t)rank * sizeof(float));
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        const int64_t pair = s / kernels, o = pair / layer->inputs, i = pair % layer->inputs;
        float *a = held->taps.value + (size_t)o * (size_t)layer->inputs * (size_t)rank + (size_t)i * along_i;
        const float weight = snnd_delays_weight(layer, s);
        for (int32_t r = 0; r < rank && weight != 0; r++) /* such a synapse has its shares: it is wanted */
            a[(size_t)r * along_r] += weight * held->share[(size_t)s * (size_t)rank + (size_t)r];
    }
}

/* ---- what both sides are made of ---- */

static void combine(const snnd_stage *stage, const snnd_combine *job) {
    stage->workspace->context->kernels->products->combine(job);
}

/* Filtered rows with room for K-1 rows of zeros before, or behind them. */
snnd_rows snnd_filtered_rows(const snnd_stage *stage, int32_t worker, bool zeros_behind) {
    const snnd_filters *filters = &snnd_delay_state_of(stage)->filters;
    const size_t longest = (size_t)snnd_delays_taps(stage->layer) - 1, steps = (size_t)stage->workspace->steps;
    float *data = zeros_behind ? filters->back + (size_t)worker * filters->back_size
                               : filters->ahead + (size_t)worker * filters->ahead_size + longest * SNND_LANES;
    return (snnd_rows){data, (steps + longest) * SNND_LANES};
}

/* From rows of a group's neurons to their filtered rows, looking back in time (direction 1) or ahead (-1); and from
 * filtered rows together. */
void snnd_take_apart(const snnd_stage *stage, const snnd_filtered_group *g, snnd_rows from, snnd_rows rows,
                     int32_t direction, int32_t steps) {
    const snnd_filters *filters = &snnd_delay_state_of(stage)->filters;
    const int32_t taps = snnd_delays_taps(stage->layer);
    for (int32_t n = 0; n < g->neurons; n++) {
        float *row = snnd_rows_of(from, g->first + n);
        /* A neuron's row, moved by one time step after the other. */
        const snnd_combine job = {.target = snnd_rows_from(rows, n * filters->rank),
                                  .source = {direction > 0 ? row - (size_t)(taps - 1) * SNND_LANES : row, SNND_LANES},
                                  .targets = filters->rank,
                                  .sources = taps,
                                  .steps = steps,
                                  .a = direction > 0 ? filters->filter : filters->filter + (taps - 1),
                                  .of_row = taps,
                                  .of_column = direction};
        combine(stage, &job);
    }
}

void snnd_put_together(const snnd_stage *stage, const snnd_filtered_group *g, snnd_rows rows, snnd_rows to,
                       int32_t direction, int32_t worker) {
    const snnd_filters *filters = &snnd_delay_state_of(stage)->filters;
    snnd_gather_rows(stage, snnd_rows_from(to, g->first), g->neurons, rows, g->rows, &filters->together, &filters->taps,
                     direction, worker);
}

static snnd_rows source_rows(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t from,
                             int32_t count, int32_t worker) {
    return snnd_signal_rows(stage->workspace->context, input, tile, from, count,
                            snnd_source_scratch(snnd_delay_state_of(stage), worker));
}

/* Rows from a step on. */
static snnd_rows rows_at(snnd_rows rows, int32_t time) {
    rows.data += (size_t)time * SNND_LANES;
    return rows;
}

/* Filters all neurons of the side and combines the filtered rows, a piece of time after the other. */
static void filter_and_combine(const snnd_stage *stage, snnd_rows from, snnd_combine job, int32_t direction,
                               int32_t worker) {
    const snnd_filters *filters = &snnd_delay_state_of(stage)->filters;
    const snnd_filtered_group all = group_at(stage, 0, filtered_neurons(stage));
    const snnd_rows rows = {filters->of_time + (size_t)worker * filters->time_size,
                            (size_t)filters->piece_of_time * SNND_LANES};
    const snnd_rows target = job.target;
    for (int32_t time = 0; time < stage->workspace->steps; time += filters->piece_of_time) {
        const int32_t left = stage->workspace->steps - time;
        job.steps = left < filters->piece_of_time ? left : filters->piece_of_time;
        snnd_take_apart(stage, &all, rows_at(from, time), rows, direction, job.steps);
        job.target = rows_at(target, time);
        job.source = rows;
        job.sources = all.rows;
        combine(stage, &job);
    }
}

/* Combines to filtered rows, some neurons at a time, and puts these together. */
static void combine_and_filter(const snnd_stage *stage, snnd_rows to, snnd_combine job, size_t a_of_neuron,
                               int32_t direction, int32_t worker) {
    const snnd_rows rows = snnd_filtered_rows(stage, worker, direction < 0);
    const float *a = job.a;
    for (int32_t first = 0; first < filtered_neurons(stage);) {
        const snnd_filtered_group g = snnd_filtered_group_at(stage, first);
        job.steps = stage->workspace->steps;
        job.target = rows;
        job.targets = g.rows;
        job.a = a + (size_t)first * a_of_neuron;
        combine(stage, &job);
        snnd_put_together(stage, &g, rows, to, direction, worker);
        first += g.neurons;
    }
}

/* ---- forward ---- */

static void currents(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                     snnd_rows current) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    const ptrdiff_t rank = held->filters.rank, inputs = layer->inputs;
    const snnd_rows source = source_rows(stage, input, tile, 0, layer->inputs, worker);
    if (by_input(&held->filters)) {
        const snnd_combine job = {.target = current,
                                  .targets = layer->outputs,
                                  .a = held->taps.value,
                                  .of_row = inputs * rank,
                                  .of_column = 1};
        filter_and_combine(stage, source, job, 1, worker);
    } else {
        const snnd_combine job = {
            .source = source, .sources = layer->inputs, .a = held->taps.value, .of_row = inputs, .of_column = 1};
        combine_and_filter(stage, current, job, (size_t)(inputs * rank), 1, worker);
    }
}

/* ---- backward ---- */

static void input_gradient(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile, int32_t worker,
                           snnd_rows d_input) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    const ptrdiff_t rank = held->filters.rank, inputs = layer->inputs;
    const snnd_rows d = snnd_activity_rows(d_current, tile, 0);
    if (by_input(&held->filters)) {
        const snnd_combine job = {
            .source = d, .sources = layer->outputs, .a = held->taps.value, .of_row = 1, .of_column = inputs * rank};
        combine_and_filter(stage, d_input, job, (size_t)rank, -1, worker);
    } else {
        const snnd_combine job = {
            .target = d_input, .targets = layer->inputs, .a = held->taps.value, .of_row = 1, .of_column = inputs};
        filter_and_combine(stage, d, job, -1, worker);
    }
}

/* Gradients of the synapse from M[r], 16 numbers each, `apart` of these from one to the next. */
static void finish(const snnd_stage *stage, int64_t synapse, const float *m, size_t apart) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const size_t rank = (size_t)held->filters.rank;
    double along_share = 0, along_slope = 0;
    for (size_t r = 0; r < rank; r++) {
        double sum = 0;
        for (size_t lane = 0; lane < SNND_LANES; lane++)
            sum += (double)m[r * apart * SNND_LANES + lane];
        along_share += sum * (double)held->share[(size_t)synapse * rank + r];
        along_slope += sum * (double)held->slope[(size_t)synapse * rank + r];
    }
    snnd_set_gradients(stage, synapse, along_share, along_slope);
}

/* One group of the filtered side, over all tiles. */
static void correlate_group(void *argument, int64_t item, int32_t worker) {
    const snnd_parameter_work *w = argument;
    const snnd_stage *stage = w->stage;
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    const snnd_filtered_group g = group_at(stage, (int32_t)item * held->filters.piece, held->filters.piece);
    const bool input_side = by_input(&held->filters);
    const int32_t kernels = layer->options.delays.kernel_count, rank = held->filters.rank;
    const size_t row = input_side ? (size_t)g.rows : (size_t)layer->inputs;
    float *sum = held->sum + (size_t)worker * held->sum_size;
    memset(sum, 0, SNND_LANES * row * (size_t)(input_side ? layer->outputs : g.rows) * sizeof *sum);
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++) {
        const snnd_rows rows = snnd_filtered_rows(stage, worker, !input_side);
        const snnd_rows d = snnd_activity_rows(w->d_current, tile, 0);
        const snnd_rows x = source_rows(stage, w->input, tile, 0, layer->inputs, worker);
        snnd_take_apart(stage, &g, input_side ? x : d, rows, input_side ? 1 : -1, stage->workspace->steps);
        const snnd_products job = {.sum = sum,
                                   .of_row = row,
                                   .left = input_side ? d : rows,
                                   .right = input_side ? rows : x,
                                   .lefts = input_side ? layer->outputs : g.rows,
                                   .rights = input_side ? g.rows : layer->inputs,
                                   .steps = stage->workspace->steps};
        stage->workspace->context->kernels->products->products(&job);
    }
    for (int32_t o = 0; o < (input_side ? layer->outputs : g.neurons); o++)
        for (int32_t i = 0; i < (input_side ? g.neurons : layer->inputs); i++) {
            const int64_t output = input_side ? o : g.first + o, source = input_side ? g.first + i : i;
            const float *m = sum + SNND_LANES * (input_side ? (size_t)o * row + (size_t)(i * rank)
                                                            : (size_t)(o * rank) * row + (size_t)i);
            for (int32_t c = 0; c < kernels; c++)
                finish(stage, (output * layer->inputs + source) * kernels + c, m, input_side ? 1 : row);
        }
}

static void parameter_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current) {
    snnd_parameter_work w = {.stage = stage, .input = input, .d_current = d_current};
    const int32_t groups = ceiling(filtered_neurons(stage), snnd_delay_state_of(stage)->filters.piece);
    snnd_parallel_for(stage->workspace->context, groups, correlate_group, &w);
}

const snnd_path snnd_low_rank_path = {.name = "low rank",
                                      .filters = true,
                                      .begin = begin,
                                      .currents = currents,
                                      .input_gradient = input_gradient,
                                      .parameter_gradient = parameter_gradient};
