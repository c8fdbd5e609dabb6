/*
 * The way by spikes, for layers whose input is spikes. With s the spikes and f what each counts,
 *
 *     by taps:                                               by few filters (delay_low_rank.c):
 *     h[o, u+d] += f k[o,i,K-1-d]  for each spike s[i,u]     Y[o,r,u]  += f A[o,i,r]     for each spike s[i,u]
 *     c[o,i,K-1-d] = sum over spikes f dL/dh[o, u+d]         M[o,i,r]   = sum over spikes f D[o,r,u]
 *
 * What a spike adds for all outputs and delays d, or outputs and filters, is one run of memory if samples lie as
 * [time][outputs], or [time][outputs][filters]. The gradient of the input is that of the other path.
 */
#include <string.h>

#include "base/parallel.h"
#include "model/delay_state.h"

/* The tiles are summed up in this many groups, whatever the number of threads. */
enum { GROUPS = 8 };

static int32_t padded(int32_t length) {
    return (length + SNND_LANES - 1) / SNND_LANES * SNND_LANES;
}

/* Whether what a part of the pass does is by filters. */
static bool forward_filtered(const snnd_stage *stage) {
    return snnd_delay_state_of(stage)->forward->filters;
}

static bool parameters_filtered(const snnd_stage *stage) {
    return snnd_delay_state_of(stage)->parameters->filters;
}

/* ---- memory ---- */

/* Numbers of a neuron's table: outputs times delays, or times filters, which are fewer. */
static int32_t most_length(const snnd_layer *layer) {
    return padded(layer->outputs * snnd_delays_taps(layer)) + SNND_LANES; /* groups begin anywhere */
}

/* Floats of a sample by taps; by filters fewer columns are there at a time. */
static size_t sample_size(const snnd_stage *stage) {
    const snnd_layer *layer = stage->layer;
    const size_t rows = (size_t)(stage->workspace->steps + snnd_delays_taps(layer));
    const size_t by_taps = snnd_size_add(snnd_size_multiply(rows, (size_t)layer->outputs), SNND_LANES);
    const size_t filtered = (size_t)padded(snnd_filters_room(stage));
    const size_t by_filters = snnd_size_add(snnd_size_multiply(rows, filtered), SNND_LANES);
    const size_t most = by_taps > by_filters ? by_taps : by_filters;
    return snnd_size_round_up(most, SNND_LANES);
}

snnd_status snnd_events_prepare(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    const snnd_layer *layer = stage->layer;
    snnd_event_state *made = &snnd_delay_state_of(stage)->events;
    const size_t inputs = (size_t)layer->inputs, steps = (size_t)stage->workspace->steps;
    const size_t threads = (size_t)context->options.threads, length = (size_t)most_length(layer);
    if (!snnd_signal_is_spikes(stage->input) || !stage->workspace->gradients || steps > UINT16_MAX)
        return SNND_OK;
    made->sample = sample_size(stage);
    const size_t tables = snnd_size_multiply(inputs, length), lanes = threads * SNND_LANES;
    const size_t times = snnd_size_multiply(inputs, steps);
    made->table = snnd_allocate(context, tables, sizeof *made->table);
    made->sums = snnd_allocate(context, snnd_size_multiply(GROUPS, tables), sizeof *made->sums);
    made->samples = snnd_allocate(context, snnd_size_multiply(lanes, made->sample), sizeof *made->samples);
    made->times = snnd_allocate(context, snnd_size_multiply(lanes, times), sizeof *made->times);
    made->begin = snnd_allocate(context, snnd_size_multiply(lanes, inputs + 1), sizeof *made->begin);
    made->factor = snnd_allocate(context, snnd_size_multiply(lanes, inputs), sizeof *made->factor);
    made->there = made->table != NULL && made->sums != NULL && made->samples != NULL && made->times != NULL &&
                  made->begin != NULL && made->factor != NULL;
    return made->there ? SNND_OK : SNND_ERROR_MEMORY;
}

void snnd_events_release(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    snnd_event_state *held = &snnd_delay_state_of(stage)->events;
    snnd_release(context, held->table);
    snnd_release(context, held->sums);
    snnd_release(context, held->samples);
    snnd_release(context, held->times);
    snnd_release(context, held->begin);
    snnd_release(context, held->factor);
}

/* ---- tables ---- */

static int32_t columns_of(const snnd_stage *stage, bool filtered) {
    return filtered ? stage->layer->outputs * snnd_delay_state_of(stage)->filters.rank : stage->layer->outputs;
}

static int32_t length_of(const snnd_stage *stage, bool filtered) {
    return filtered ? columns_of(stage, filtered) : columns_of(stage, filtered) * snnd_delays_taps(stage->layer);
}

/* Of one input neuron. */
static void make_table(void *argument, int64_t input, int32_t worker) {
    const snnd_stage *stage = argument;
    const snnd_layer *layer = stage->layer;
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    float *table = held->events.table + (size_t)input * (size_t)most_length(layer);
    (void)worker;
    memset(table, 0, (size_t)padded(length_of(stage, forward_filtered(stage))) * sizeof *table);
    if (forward_filtered(stage)) {
        snnd_filtered_column(stage, (int32_t)input, table);
        return;
    }
    const int32_t kernels = layer->options.delays.kernel_count, longest = snnd_delays_taps(layer) - 1;
    for (int32_t o = 0; o < layer->outputs; o++)
        for (int32_t c = 0; c < kernels; c++) {
            const int64_t s = ((int64_t)o * layer->inputs + input) * kernels + c;
            const float *value = held->taps.value + (size_t)s * (size_t)held->taps.width;
            for (int32_t n = 0; n < held->taps.count[s]; n++)
                table[(longest - held->taps.first[s] - n) * layer->outputs + o] += value[n];
        }
}

static void begin_taps(snnd_stage *stage) {
    snnd_taps_path.begin(stage);
    snnd_parallel_for(stage->workspace->context, stage->layer->inputs, make_table, stage);
}

static void begin_filters(snnd_stage *stage) {
    snnd_low_rank_path.begin(stage);
    snnd_parallel_for(stage->workspace->context, stage->layer->inputs, make_table, stage);
}

/* ---- forward ---- */

static const snnd_event_kernels *kernels_of(const snnd_stage *stage) {
    return stage->workspace->context->kernels->events;
}

static snnd_events list_spikes(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker) {
    const snnd_event_state *held = &snnd_delay_state_of(stage)->events;
    const size_t inputs = (size_t)stage->layer->inputs, steps = (size_t)stage->workspace->steps;
    const size_t lanes = (size_t)worker * SNND_LANES;
    snnd_events events = {.times = held->times + lanes * inputs * steps,
                          .begin = held->begin + lanes * (inputs + 1),
                          .factor = held->factor + lanes * inputs,
                          .neurons = stage->layer->inputs,
                          .steps = stage->workspace->steps};
    for (int32_t i = 0; i < stage->layer->inputs; i++)
        kernels_of(stage)->list(&events, i, snnd_signal_bits(input, tile, i), snnd_signal_factor(input, tile, i));
    return events;
}

static snnd_event_job job_of(const snnd_stage *stage, const snnd_events *events, bool filtered, int32_t tile,
                             int32_t worker) {
    const snnd_event_state *held = &snnd_delay_state_of(stage)->events;
    return (snnd_event_job){.events = events,
                            .table = held->table,
                            .table_row = (size_t)most_length(stage->layer),
                            .samples = held->samples + (size_t)worker * SNND_LANES * held->sample,
                            .sample = held->sample,
                            .columns = columns_of(stage, filtered),
                            .length = padded(length_of(stage, filtered)),
                            .lanes = snnd_lanes(stage->workspace->pass.samples, tile)};
}

static void clear_samples(const snnd_stage *stage, const snnd_event_job *job) {
    const size_t rows = (size_t)(stage->workspace->steps + snnd_delays_taps(stage->layer));
    for (int32_t lane = 0; lane < job->lanes; lane++)
        memset(job->samples + (size_t)lane * job->sample, 0,
               (rows * (size_t)job->columns + SNND_LANES) * sizeof(float));
}

static void currents_by_taps(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                             snnd_rows current) {
    const snnd_events events = list_spikes(stage, input, tile, worker);
    const snnd_event_job job = job_of(stage, &events, false, tile, worker);
    clear_samples(stage, &job);
    kernels_of(stage)->scatter(&job);
    kernels_of(stage)->to_rows(stage->workspace->steps, job.columns, job.lanes, job.samples, job.sample, job.columns,
                               current);
}

/* A job for the filtered rows of a group of outputs. */
static snnd_event_job group_job(snnd_event_job job, const snnd_filtered_group *g) {
    job.table += g->first_row;
    job.columns = padded(g->rows);
    job.length = padded(g->rows);
    return job;
}

static void currents_by_filters(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                                snnd_rows current) {
    const snnd_events events = list_spikes(stage, input, tile, worker);
    const snnd_event_job whole = job_of(stage, &events, true, tile, worker);
    for (int32_t first = 0; first < stage->layer->outputs;) {
        const snnd_filtered_group g = snnd_filtered_group_at(stage, first);
        const snnd_event_job job = group_job(whole, &g);
        const snnd_rows rows = snnd_filtered_rows(stage, worker, false);
        clear_samples(stage, &job);
        kernels_of(stage)->scatter(&job);
        kernels_of(stage)->to_rows(stage->workspace->steps, g.rows, job.lanes, job.samples, job.sample, job.columns,
                                   rows);
        snnd_put_together(stage, &g, rows, current, 1, worker);
        first += g.neurons;
    }
}

/* ---- back to the parameters ---- */

static float *sums_of(const snnd_stage *stage, int32_t group) {
    return snnd_delay_state_of(stage)->events.sums +
           (size_t)group * (size_t)stage->layer->inputs * (size_t)most_length(stage->layer);
}

static void collect_tile(const snnd_parameter_work *w, int32_t tile, int32_t worker, float *sums) {
    const snnd_stage *stage = w->stage;
    const snnd_events events = list_spikes(stage, w->input, tile, worker);
    snnd_event_job whole = job_of(stage, &events, parameters_filtered(stage), tile, worker);
    whole.table = sums;
    if (!parameters_filtered(stage)) {
        clear_samples(stage, &whole);
        kernels_of(stage)->to_samples(stage->workspace->steps, whole.columns, whole.lanes,
                                      snnd_activity_rows(w->d_current, tile, 0), whole.samples, whole.sample,
                                      whole.columns);
        kernels_of(stage)->collect(&whole);
        return;
    }
    for (int32_t first = 0; first < stage->layer->outputs;) {
        const snnd_filtered_group g = snnd_filtered_group_at(stage, first);
        const snnd_event_job job = group_job(whole, &g);
        const snnd_rows rows = snnd_filtered_rows(stage, worker, true);
        snnd_take_apart(stage, &g, snnd_activity_rows(w->d_current, tile, 0), rows, -1, stage->workspace->steps);
        clear_samples(stage, &job);
        kernels_of(stage)->to_samples(stage->workspace->steps, g.rows, job.lanes, rows, job.samples, job.sample,
                                      job.columns);
        kernels_of(stage)->collect(&job);
        first += g.neurons;
    }
}

static int32_t groups_of(const snnd_stage *stage) {
    const int32_t tiles = stage->workspace->pass.tiles;
    return tiles < GROUPS ? tiles : GROUPS;
}

static void collect_group(void *argument, int64_t group, int32_t worker) {
    const snnd_parameter_work *w = argument;
    const snnd_stage *stage = w->stage;
    const int64_t tiles = stage->workspace->pass.tiles, groups = groups_of(stage);
    float *sums = sums_of(stage, (int32_t)group);
    memset(sums, 0, (size_t)stage->layer->inputs * (size_t)most_length(stage->layer) * sizeof *sums);
    for (int64_t tile = tiles * group / groups; tile < tiles * (group + 1) / groups; tile++)
        collect_tile(w, (int32_t)tile, worker, sums);
}

/* Element `k` of the sums of an input neuron, over all groups of tiles. */
static double total(const snnd_stage *stage, int32_t input, int32_t k) {
    double sum = 0;
    for (int32_t group = 0; group < groups_of(stage); group++)
        sum += (double)sums_of(stage, group)[(size_t)input * (size_t)most_length(stage->layer) + (size_t)k];
    return sum;
}

static void finish_input(void *argument, int64_t item, int32_t worker) {
    const snnd_parameter_work *w = argument;
    const snnd_stage *stage = w->stage;
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    const int32_t input = (int32_t)item, kernels = layer->options.delays.kernel_count;
    const int32_t longest = snnd_delays_taps(layer) - 1, rank = held->filters.rank;
    const bool filtered = parameters_filtered(stage);
    (void)worker;
    for (int32_t o = 0; o < layer->outputs; o++)
        for (int32_t c = 0; c < kernels; c++) {
            const int64_t s = ((int64_t)o * layer->inputs + input) * kernels + c;
            const int32_t count = filtered ? rank : held->taps.count[s];
            const size_t row = (size_t)s * (size_t)(filtered ? rank : held->taps.width);
            double along_share = 0, along_slope = 0;
            for (int32_t n = 0; n < count; n++) {
                const int32_t k = filtered ? o * rank + n : (longest - held->taps.first[s] - n) * layer->outputs + o;
                const double sum = total(stage, input, k);
                along_share += sum * (double)held->share[row + (size_t)n];
                along_slope += sum * (double)held->slope[row + (size_t)n];
            }
            snnd_set_gradients(stage, s, along_share, along_slope);
        }
}

static void parameter_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current) {
    snnd_parameter_work w = {.stage = stage, .input = input, .d_current = d_current};
    snnd_parallel_for(stage->workspace->context, groups_of(stage), collect_group, &w);
    snnd_parallel_for(stage->workspace->context, stage->layer->inputs, finish_input, &w);
}

/* ---- the paths ---- */

static void input_gradient_by_taps(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile,
                                   int32_t worker, snnd_rows d_input) {
    snnd_taps_path.input_gradient(stage, d_current, tile, worker, d_input);
}

static void input_gradient_by_filters(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile,
                                      int32_t worker, snnd_rows d_input) {
    snnd_low_rank_path.input_gradient(stage, d_current, tile, worker, d_input);
}

const snnd_path snnd_events_path = {.name = "events",
                                    .events = true,
                                    .begin = begin_taps,
                                    .currents = currents_by_taps,
                                    .input_gradient = input_gradient_by_taps,
                                    .parameter_gradient = parameter_gradient};

const snnd_path snnd_filtered_events_path = {.name = "filtered events",
                                             .events = true,
                                             .filters = true,
                                             .begin = begin_filters,
                                             .currents = currents_by_filters,
                                             .input_gradient = input_gradient_by_filters,
                                             .parameter_gradient = parameter_gradient};
