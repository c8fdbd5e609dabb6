/*
 * Delayed synapses in a pass: the kernels k of all synapses (kernel/delay_kernel.h) and the path to compute with them,
 * chosen anew for every pass. w = sign * theta in layers with signs, and dL/dtheta = sign * dL/dw + l1 sign(theta).
 */
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernel/basis.h"
#include "model/delay_state.h"
#include "model/lif.h"

/* max_delay and one, at the most. */
enum { MOST_TAPS = 1023 };

static int32_t input_of(const snnd_layer *layer, int32_t synapse) {
    return synapse % snnd_delays_columns(layer) / layer->options.delays.kernel_count;
}

snnd_kernel_shape snnd_delays_whole_shape(const snnd_layer *layer) {
    return (snnd_kernel_shape){.taps = snnd_delays_taps(layer), .kind = SNND_KERNEL_MAX, .spread = 1, .whole = 1};
}

float snnd_delays_tap(const snnd_layer *layer, const snnd_kernel_shape *shape, int64_t synapse, int32_t *delay) {
    float share;
    int32_t first;
    const float weight = snnd_delays_weight(layer, synapse);
    snnd_kernel_taps(shape, snnd_layer_floats(layer, SNND_ARRAY_POSITION)[synapse], &first, &share, NULL);
    *delay = shape->taps - 1 - first;
    return weight == 0 ? 0 : weight * share;
}

static snnd_kernel_shape shape_of(const snnd_layer *layer, snnd_mode mode) {
    const snnd_delay_options *options = &layer->options.delays;
    if (mode == SNND_EVALUATE || !options->learn_delays)
        return snnd_delays_whole_shape(layer);
    const double floor_width = options->kernel == SNND_KERNEL_GAUSS ? 0.27 : 1.0;
    return (snnd_kernel_shape){
        .taps = snnd_delays_taps(layer), .kind = options->kernel, .spread = layer->network->sigma + floor_width};
}

/* ---- memory ---- */

bool snnd_connections_allocate(snnd_context *context, snnd_connections *list, int64_t neurons, int64_t synapses) {
    list->begin = snnd_allocate(context, snnd_size_of(neurons + 1), sizeof *list->begin);
    list->neuron = snnd_allocate(context, snnd_size_of(synapses), sizeof *list->neuron);
    list->synapse = snnd_allocate(context, snnd_size_of(synapses), sizeof *list->synapse);
    return list->begin != NULL && list->neuron != NULL && list->synapse != NULL;
}

void snnd_connections_release(snnd_context *context, snnd_connections *list) {
    snnd_release(context, list->begin);
    snnd_release(context, list->neuron);
    snnd_release(context, list->synapse);
}

static bool allocate(snnd_stage *stage) {
    snnd_workspace *workspace = stage->workspace;
    snnd_context *context = workspace->context;
    const snnd_layer *layer = stage->layer;
    snnd_delay_state *made = snnd_delay_state_of(stage);
    const size_t synapses = snnd_size_of(snnd_layer_synapses(layer)), taps = (size_t)snnd_delays_taps(layer);
    const size_t threads = (size_t)context->options.threads;
    made->taps.first = snnd_allocate(context, synapses, sizeof *made->taps.first);
    made->taps.count = snnd_allocate(context, synapses, sizeof *made->taps.count);
    made->taps.value = snnd_allocate(context, snnd_size_multiply(synapses, taps), sizeof(float));
    made->share = snnd_allocate(context, snnd_size_multiply(synapses, taps), sizeof(float));
    made->place_size = (size_t)(layer->inputs > layer->outputs ? layer->inputs : layer->outputs);
    made->place_size = made->place_size > 2 * SNND_LANES * taps ? made->place_size : 2 * SNND_LANES * taps;
    made->place = snnd_allocate(context, snnd_size_multiply(threads, made->place_size), sizeof *made->place);
    if (made->taps.first == NULL || made->taps.count == NULL || made->taps.value == NULL || made->share == NULL ||
        made->place == NULL || !snnd_connections_allocate(context, &made->incoming, layer->outputs, (int64_t)synapses))
        return false;
    made->source_size = snnd_signal_scratch(stage->input, layer->inputs);
    if (made->source_size > 0)
        made->source = snnd_allocate(context, snnd_size_multiply(threads, made->source_size), sizeof(float));
    if (made->source_size > 0 && made->source == NULL)
        return false;
    if (!workspace->gradients)
        return true;
    made->slope = snnd_allocate(context, snnd_size_multiply(synapses, taps), sizeof(float));
    return made->slope != NULL &&
           snnd_connections_allocate(context, &made->outgoing, layer->inputs, (int64_t)synapses) &&
           snnd_taps_prepare(stage) == SNND_OK && snnd_filters_prepare(stage) == SNND_OK &&
           snnd_events_prepare(stage) == SNND_OK;
}

snnd_status snnd_delays_prepare(snnd_stage *stage) {
    stage->state = snnd_allocate(stage->workspace->context, 1, sizeof(snnd_delay_state));
    return stage->state != NULL && allocate(stage) ? SNND_OK : SNND_ERROR_MEMORY;
}

void snnd_delays_release(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    snnd_delay_state *held = snnd_delay_state_of(stage);
    snnd_filters_release(stage);
    snnd_events_release(stage);
    snnd_release(context, held->taps.first);
    snnd_release(context, held->taps.count);
    snnd_release(context, held->taps.value);
    snnd_release(context, held->share);
    snnd_release(context, held->slope);
    snnd_release(context, held->place);
    snnd_release(context, held->source);
    snnd_release(context, held->sum);
    snnd_connections_release(context, &held->incoming);
    snnd_connections_release(context, &held->outgoing);
    snnd_release(context, held);
}

/* ---- kernels ---- */

/* sum_n filter[r][first + n] taps[n] for all r. */
static void project(const snnd_filters *filters, int32_t first, int32_t count, const float *taps, float *projected) {
    const int32_t rank = filters->rank;
    for (int32_t r = 0; r < rank; r++)
        projected[r] = 0;
    for (int32_t n = 0; n < count; n++) {
        const float *across = filters->across + (size_t)(first + n) * (size_t)rank;
        for (int32_t r = 0; r < rank; r++)
            projected[r] += across[r] * taps[n];
    }
}

/* Whether its gradient is made in every pass. */
static bool is_live(const snnd_stage *stage, int64_t synapse) {
    const uint8_t *mask = stage->layer->arrays[SNND_ARRAY_MASK].data;
    return mask == NULL || mask[synapse] || snnd_delays_weight(stage->layer, synapse) != 0 ||
           snnd_delay_state_of(stage)->dormant;
}

bool snnd_synapse_wanted(const snnd_stage *stage, int64_t synapse) {
    return snnd_delay_state_of(stage)->complete || is_live(stage, synapse);
}

/* The kernel of a synapse, as the paths of the pass want it. By filters, A is made by the path from the shares. */
static void build_kernel(const snnd_stage *stage, int64_t s) {
    snnd_delay_state *held = snnd_delay_state_of(stage);
    const bool training = stage->workspace->pass.mode == SNND_TRAIN;
    const float weight = snnd_delays_weight(stage->layer, s);
    float share[MOST_TAPS], slope[MOST_TAPS];
    held->taps.count[s] = 0;
    const bool wanted = training && snnd_synapse_wanted(stage, s);
    if (weight == 0 && !wanted)
        return;
    const int32_t count = snnd_kernel_taps(&held->shape, snnd_layer_floats(stage->layer, SNND_ARRAY_POSITION)[s],
                                           &held->taps.first[s], share, wanted ? slope : NULL);
    const size_t width = (size_t)held->taps.width, rank = (size_t)held->filters.rank;
    if (!held->forward->filters) {
        held->taps.count[s] = count;
        for (int32_t n = 0; n < count; n++)
            held->taps.value[(size_t)s * width + (size_t)n] = weight * share[n];
    }
    if (wanted && held->parameters->filters) {
        project(&held->filters, held->taps.first[s], count, share, held->share + (size_t)s * rank);
        project(&held->filters, held->taps.first[s], count, slope, held->slope + (size_t)s * rank);
    } else if (wanted) {
        memcpy(held->share + (size_t)s * width, share, (size_t)count * sizeof *share);
        memcpy(held->slope + (size_t)s * width, slope, (size_t)count * sizeof *slope);
    }
}

static void build_kernels(void *argument, int64_t output, int32_t worker) {
    const snnd_stage *stage = argument;
    (void)worker;
    const int32_t columns = snnd_delays_columns(stage->layer);
    for (int64_t s = output * columns; s < (output + 1) * columns; s++)
        build_kernel(stage, s);
}

void snnd_list_connections(const snnd_layer *layer, snnd_connections *list, bool outgoing) {
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

/* ---- a pass ---- */

/* Share of the input's neurons that fire in a step, of those that dropout leaves; -1: the input is no spikes. */
static double spikes_of(const snnd_stage *stage) {
    const snnd_workspace *workspace = stage->workspace;
    if (!snnd_signal_is_spikes(stage->input))
        return -1;
    double kept = 1;
    int32_t before = stage->layer->index - 1;
    if (workspace->network->layer[before]->class->type == SNND_LAYER_DROPOUT) {
        kept = 1 - workspace->network->layer[before]->options.dropout.probability;
        before--;
    }
    return kept * (double)snnd_lif_spikes(&workspace->stage[before]) /
           ((double)workspace->pass.samples * workspace->steps * stage->layer->inputs);
}

/* Whether a position lies where the filters were not made for: between an optimizer's step and the clamping. */
static bool far_out(const snnd_layer *layer) {
    const float *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    const float most = (float)(layer->options.delays.max_delay / 2) + 1;
    bool out = false;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        out = out || !(fabsf(position[s]) <= most);
    return out;
}

static snnd_load load_of(const snnd_stage *stage) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const snnd_layer *layer = stage->layer;
    snnd_load load = {.inputs = layer->inputs,
                      .outputs = layer->outputs,
                      .taps_total = held->shape.taps,
                      .taps = snnd_kernel_mean(&held->shape),
                      .uniform = held->taps.uniform > 0,
                      .spikes = held->events.there ? spikes_of(stage) : -1,
                      .input_side = held->filters.side == SNND_INPUT_SIDE,
                      .backward = layer->index > 0,
                      .method = stage->workspace->context->options.method};
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        load.active += snnd_delays_weight(layer, s) != 0;
        load.wanted += snnd_synapse_wanted(stage, s);
    }
    if (held->filters.filter != NULL && !far_out(layer))
        load.rank = snnd_basis_estimate(&held->shape);
    return load;
}

static void choose_paths(snnd_stage *stage) {
    snnd_delay_state *held = snnd_delay_state_of(stage);
    held->forward = held->parameters = &snnd_taps_path;
    if (stage->workspace->pass.mode == SNND_EVALUATE || held->shape.whole)
        return;
    const snnd_load load = load_of(stage);
    snnd_paths_choose(&load, &held->forward, &held->parameters);
    if (held->forward->filters || held->parameters->filters)
        snnd_filters_make(stage, &held->shape);
}

void snnd_delays_begin(snnd_stage *stage) {
    snnd_delay_state *held = snnd_delay_state_of(stage);
    held->dormant = stage->layer->dormant_gradients;
    held->complete = false;
    held->shape = shape_of(stage->layer, stage->workspace->pass.mode);
    held->taps.width = snnd_kernel_width(&held->shape);
    held->taps.uniform = snnd_kernel_uniform(&held->shape);
    choose_paths(stage);
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, build_kernels, stage);
    held->forward->begin(stage);
}

void snnd_delays_currents(const snnd_stage *stage, const snnd_signal *input, int32_t tile, int32_t worker,
                          snnd_rows current) {
    snnd_delay_state_of(stage)->forward->currents(stage, input, tile, worker, current);
}

void snnd_delays_input_gradient(const snnd_stage *stage, const snnd_activity *d_current, int32_t tile, int32_t worker,
                                snnd_rows d_input) {
    snnd_delay_state_of(stage)->forward->input_gradient(stage, d_current, tile, worker, d_input);
}

void snnd_delays_parameter_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current) {
    snnd_delay_state_of(stage)->parameters->parameter_gradient(stage, input, d_current);
}

void snnd_delays_complete_gradient(snnd_stage *stage, const snnd_signal *input, const snnd_activity *d_current) {
    snnd_delay_state *held = snnd_delay_state_of(stage);
    if (held->complete || held->dormant || stage->layer->arrays[SNND_ARRAY_MASK].data == NULL)
        return;
    held->complete = true;
    snnd_parallel_for(stage->workspace->context, stage->layer->outputs, build_kernels, stage);
    if (held->forward->filters)
        held->forward->begin(stage);
    snnd_delays_parameter_gradient(stage, input, d_current);
}

void snnd_delays_forget_completed(snnd_stage *stage) {
    snnd_delay_state *held = snnd_delay_state_of(stage);
    float *by_weight = stage->gradient[SNND_ARRAY_WEIGHT], *by_position = stage->gradient[SNND_ARRAY_POSITION];
    for (int64_t s = 0; held->complete && s < snnd_layer_synapses(stage->layer); s++)
        if (!is_live(stage, s)) {
            by_weight[s] = 0;
            if (by_position != NULL)
                by_position[s] = 0;
        }
    held->complete = false;
}

/* ---- for the paths ---- */

void snnd_gather_rows(const snnd_stage *stage, snnd_rows target, int32_t targets, snnd_rows source, int32_t sources,
                      const snnd_connections *list, const snnd_taps *taps, int32_t direction, int32_t worker) {
    const snnd_delay_state *held = snnd_delay_state_of(stage);
    const int32_t longest = snnd_delays_taps(stage->layer) - 1;
    const snnd_gather job = {
        .target = target,
        .source = source,
        .targets = targets,
        .sources = sources,
        .steps = stage->workspace->steps,
        .offset = -direction * longest,
        .direction = direction,
        .taps_total = longest + 1,
        .begin = list->begin,
        .neuron = list->neuron,
        .synapse = list->synapse,
        .taps = taps,
        .place = held->place + (size_t)worker * held->place_size,
    };
    stage->workspace->context->kernels->gather(&job);
}

void snnd_set_gradients(const snnd_stage *stage, int64_t synapse, double along_share, double along_slope) {
    const snnd_layer *layer = stage->layer;
    const int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    const float theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[synapse];
    if (!snnd_synapse_wanted(stage, synapse))
        along_share = along_slope = 0;
    else if (snnd_delay_state_of(stage)->complete && is_live(stage, synapse))
        return; /* it is there, of a time when the parameters were those of the pass */
    const double penalty = stage->workspace->pass.l1 * ((theta > 0) - (theta < 0));
    stage->gradient[SNND_ARRAY_WEIGHT][synapse] = (float)(along_share * (sign == NULL ? 1 : sign[synapse]) + penalty);
    if (stage->gradient[SNND_ARRAY_POSITION] != NULL)
        stage->gradient[SNND_ARRAY_POSITION][synapse] =
            (float)((double)snnd_delays_weight(layer, synapse) * along_slope);
}
