/* The way of a batch through one block, forwards and backwards: memory, sweeps over tiles and neurons, and where the
 * layers that must see the whole batch stop it (block.h). */
#include "model/block.h"

#include <string.h>

#include "base/parallel.h"
#include "kernel/kernels.h"
#include "model/delays.h"
#include "model/layer_pass.h"

/* The neurons whose rows go through the layers together, and those of one item of work. */
enum { BUNDLE = 4, STRETCH = 16 };

static const snnd_layer_pass *pass_of(const snnd_block *block, int32_t index) {
    return snnd_layer_pass_of(block->workspace->network->layer[index]);
}

static snnd_stage *stage_of(const snnd_block *block, int32_t index) {
    return &block->workspace->stage[index];
}

static bool has_delays(const snnd_block *block) {
    return block->first < block->begin;
}

static const snnd_layer *first_layer(const snnd_block *block) {
    return block->workspace->network->layer[block->first];
}

static snnd_delay *delay_of(const snnd_block *block) {
    return snnd_delays_state(stage_of(block, block->first));
}

static bool is_last(const snnd_block *block) {
    return block->next == NULL;
}

/* ---- memory ---- */

/* Returns how many steps into the past the block reads. */
static int32_t longest_delay(const snnd_block *block) {
    return has_delays(block) ? first_layer(block)->options.delays.max_delay : 0;
}

/* Returns how many steps into the future of the current's gradient are read. */
static int32_t rows_behind(const snnd_block *block) {
    if (!has_delays(block))
        return 0;
    const snnd_delay_sizes sizes = snnd_delays_sizes(block->workspace, first_layer(block));
    return snnd_delay_behind(&sizes);
}

/* Returns the last layer, or the one before it where the last only multiplies by factors. */
static int32_t before_factors(const snnd_block *block) {
    const int32_t last = block->end - 1;
    return last > block->begin && pass_of(block, last)->factors != NULL ? last - 1 : last;
}

static bool ends_in_spikes(const snnd_block *block) {
    const int32_t last = before_factors(block);
    return last >= block->begin && pass_of(block, last)->spikes != NULL;
}

/* Returns the layer whose output is that of the block. With spikes it is the layer that fires, whose bits are stored
 * without factors. */
static int32_t last_forward(const snnd_block *block) {
    return snnd_signal_is_spikes(&block->output) ? before_factors(block) : block->end - 1;
}

static bool needs_input(const snnd_block *block, int32_t index) {
    const snnd_layer_pass *pass = pass_of(block, index);
    return pass->needs_input &&
           (pass->spares_input == NULL || !pass->spares_input(block->workspace->network->layer[index]));
}

static bool needs_currents(const snnd_block *block) {
    for (int32_t i = block->begin; i < block->end; i++)
        if (needs_input(block, i))
            return true;
    return false;
}

static snnd_status allocate_activity(snnd_workspace *workspace, snnd_activity *activity) {
    const size_t rows = snnd_size_multiply((size_t)snnd_tiles(workspace->batch), (size_t)activity->neurons);
    activity->data = snnd_allocate(workspace->context, snnd_size_multiply(rows, snnd_activity_stride(activity)),
                                   sizeof *activity->data);
    return activity->data == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

static snnd_status allocate_output(snnd_block *block) {
    snnd_workspace *workspace = block->workspace;
    snnd_signal *output = &block->output;
    output->tiles = snnd_tiles(workspace->batch);
    if (!is_last(block) && ends_in_spikes(block)) {
        const size_t rows = snnd_size_multiply((size_t)output->tiles, (size_t)output->rows.neurons);
        output->bits =
            snnd_allocate(workspace->context, snnd_size_multiply(rows, (size_t)workspace->steps), sizeof *output->bits);
        return output->bits == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    }
    return allocate_activity(workspace, &output->rows);
}

static snnd_status allocate_block(snnd_block *block) {
    snnd_workspace *workspace = block->workspace;
    const int32_t neurons = workspace->network->layer[block->end - 1]->outputs;
    const snnd_activity plain = {.neurons = neurons, .steps = workspace->steps};
    block->output.rows = block->current = block->gradient = plain;
    block->output.rows.front = is_last(block) ? 0 : longest_delay(block->next);
    block->gradient.back = rows_behind(block);
    snnd_status status = allocate_output(block);
    if (status == SNND_OK && workspace->gradients && has_delays(block) && needs_currents(block) &&
        !workspace->context->options.low_memory)
        status = allocate_activity(workspace, &block->current);
    if (status == SNND_OK && workspace->gradients)
        status = allocate_activity(workspace, &block->gradient);
    return status;
}

/* The scratch memory of a worker: the currents of a tile, then sets of rows of a bundle, one before each layer and one
 * after the last, and the free sets. */
static size_t row_set(const snnd_workspace *workspace) {
    return (size_t)BUNDLE * (size_t)workspace->steps * SNND_LANES;
}

static float *tile_scratch(const snnd_workspace *workspace, int32_t worker) {
    return workspace->scratch + (size_t)worker * workspace->scratch_size;
}

/* Returns the rows before the layer `set` of the block; the sets after the last layer are free. */
static snnd_rows scratch_rows(const snnd_block *block, int32_t worker, int32_t set) {
    const snnd_workspace *workspace = block->workspace;
    return (snnd_rows){tile_scratch(workspace, worker) + workspace->scratch_tile + (size_t)set * row_set(workspace),
                       (size_t)workspace->steps * SNND_LANES};
}

/* Returns the number of free sets. */
static size_t sets_for_backward(const snnd_block *block) {
    size_t most = 1;
    for (int32_t i = block->begin; i < block->end; i++)
        if ((size_t)pass_of(block, i)->scratch_rows > most)
            most = (size_t)pass_of(block, i)->scratch_rows;
    return most;
}

static snnd_status allocate_scratch(snnd_workspace *workspace) {
    size_t tile = 0, sets = 0;
    for (int32_t b = 0; b < workspace->blocks; b++) {
        const snnd_block *block = &workspace->block[b];
        const size_t needed = snnd_size_multiply((size_t)block->current.neurons, snnd_activity_stride(&block->current));
        const size_t of_block = (size_t)(block->end - block->begin) + 1 + sets_for_backward(block);
        tile = has_delays(block) && needed > tile ? needed : tile;
        sets = of_block > sets ? of_block : sets;
    }
    workspace->scratch_tile = tile;
    workspace->scratch_size = snnd_size_add(tile, snnd_size_multiply(sets, row_set(workspace)));
    workspace->scratch = snnd_allocate(
        workspace->context, snnd_size_multiply((size_t)workspace->context->options.threads, workspace->scratch_size),
        sizeof(float));
    return workspace->scratch == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

snnd_status snnd_blocks_create(snnd_workspace *workspace) {
    const snnd_network *network = workspace->network;
    workspace->block = snnd_allocate(workspace->context, (size_t)network->count, sizeof *workspace->block);
    if (workspace->block == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t i = 0; i < network->count;) {
        snnd_block *block = &workspace->block[workspace->blocks++];
        block->workspace = workspace;
        block->first = i;
        block->begin = snnd_layer_is_delays(network->layer[i]) ? i + 1 : i;
        for (i = block->begin; i < network->count && !snnd_layer_is_delays(network->layer[i]);)
            i++;
        block->end = i;
    }
    for (int32_t b = 0; b < workspace->blocks; b++) {
        for (int32_t i = workspace->block[b].first; i < workspace->block[b].end; i++)
            workspace->stage[i].input = b == 0 ? &workspace->input : &workspace->block[b - 1].output;
        workspace->block[b].input = b == 0 ? &workspace->input : &workspace->block[b - 1].output;
        workspace->block[b].next = b + 1 < workspace->blocks ? &workspace->block[b + 1] : NULL;
    }
    workspace->input = (snnd_signal){
        .rows = {.neurons = network->inputs, .steps = workspace->steps, .front = longest_delay(&workspace->block[0])},
        .tiles = snnd_tiles(workspace->batch)};
    snnd_status status = allocate_activity(workspace, &workspace->input.rows);
    for (int32_t b = 0; b < workspace->blocks && status == SNND_OK; b++)
        status = allocate_block(&workspace->block[b]);
    return status == SNND_OK ? allocate_scratch(workspace) : status;
}

void snnd_blocks_free(snnd_workspace *workspace) {
    snnd_context *context = workspace->context;
    for (int32_t b = 0; b < workspace->blocks; b++) {
        snnd_release(context, workspace->block[b].output.rows.data);
        snnd_release(context, workspace->block[b].output.bits);
        snnd_release(context, workspace->block[b].current.data);
        snnd_release(context, workspace->block[b].gradient.data);
    }
    snnd_release(context, workspace->input.rows.data);
    snnd_release(context, workspace->scratch);
    snnd_release(context, workspace->block);
}

/* ---- rows through layers ---- */

/* Calls `work` for each bundle of neurons of a tile. */
typedef struct bundle {
    const snnd_block *block;
    snnd_part part;
    int32_t worker;
    snnd_rows current;
} bundle;

static int32_t neurons_of(const snnd_block *block) {
    return block->current.neurons;
}

static bundle bundle_at(const snnd_block *block, int32_t tile, int32_t neuron, int32_t most, int32_t worker,
                        snnd_rows currents) {
    const int32_t left = neurons_of(block) - neuron;
    return (bundle){.block = block,
                    .part = {.tile = tile,
                             .neuron = neuron,
                             .lanes = snnd_lanes(block->workspace->pass.samples, tile),
                             .extent = {.neurons = left < most ? left : most, .steps = block->workspace->steps},
                             .end = snnd_workspace_end(block->workspace, tile)},
                    .worker = worker,
                    .current = snnd_rows_from(currents, neuron)};
}

/* Returns the rows before layer `index`, which bundle_forward() has computed. */
static snnd_rows before(const bundle *b, int32_t index) {
    return index == b->block->begin ? b->current : scratch_rows(b->block, b->worker, index - b->block->begin);
}

static void layer_forward(const bundle *b, int32_t index, snnd_rows output) {
    pass_of(b->block, index)->forward(stage_of(b->block, index), &b->part, before(b, index), output);
    snnd_part_cut(stage_of(b->block, index), &b->part, output);
}

/* Passes the bundle through the layers up to `end`, whose input it computes. */
static void bundle_forward(const bundle *b, int32_t end) {
    for (int32_t i = b->block->begin; i < end; i++)
        layer_forward(b, i, before(b, i + 1));
}

static bool keeps_currents(const snnd_block *block) {
    return block->current.data != NULL && block->workspace->pass.mode == SNND_TRAIN;
}

/* Returns whether a sweep computes currents: it does where they are not stored, and where it is the first that needs
 * them. */
static bool makes_currents(const snnd_block *block, bool first) {
    return has_delays(block) && (first || !keeps_currents(block));
}

/* Returns where the currents of a tile are: stored, computed in scratch memory, or the input itself. */
static snnd_rows currents_of(const snnd_block *block, int32_t tile, int32_t worker) {
    if (!has_delays(block))
        return snnd_activity_rows(&block->input->rows, tile, 0);
    if (keeps_currents(block))
        return snnd_activity_rows(&block->current, tile, 0);
    return (snnd_rows){tile_scratch(block->workspace, worker), snnd_activity_stride(&block->current)};
}

/* ---- forward ---- */

/* One sweep over the batch: `visit` is called for every bundle of neurons of every tile, with its currents and, where
 * the sweep receives gradients from the next block, with its gradient. Tiles form groups, as many as the delays prepare
 * together. Where delays can be computed for some neurons, an item of work is a stretch of neurons that fits the cache;
 * otherwise it is a tile. */
typedef struct sweep sweep;
typedef void visit_bundle(const sweep *s, const bundle *b);

struct sweep {
    snnd_block *block;
    int32_t from, to;   /* indices of layers, whose meaning depends on the sweep */
    snnd_record record; /* what is recorded of layer `to`, and where */
    float *values;
    bool first;
    bool arrives;               /* whether dL/doutput of the block is that which the later layers have computed */
    bool makes, receives;       /* whether the sweep computes currents, and receives gradients */
    int32_t tile, tiles;        /* the group */
    int32_t stretch, stretches; /* the neurons of an item, and the items of a tile */
    visit_bundle *visit;
};

/* Returns the delays that the gradient comes from. */
static snnd_delay *delay_behind(const sweep *s) {
    return delay_of(s->block->next);
}

static void make_currents(const sweep *s, const bundle *b) {
    snnd_delay_currents(delay_of(s->block), s->block->input, b->part.tile, b->part.neuron, b->part.extent.neurons,
                        b->worker, b->current);
    snnd_part_cut(stage_of(s->block, s->block->first), &b->part, b->current);
}

static void receive_gradient(const sweep *s, const bundle *b) {
    snnd_delay_input_gradient(delay_behind(s), &s->block->next->gradient, b->part.tile, b->part.neuron,
                              b->part.extent.neurons, b->worker,
                              snnd_activity_rows(&s->block->gradient, b->part.tile, b->part.neuron));
}

static void work_on_stretch(void *argument, int64_t item, int32_t worker) {
    const sweep *s = argument;
    const snnd_block *block = s->block;
    const int32_t tile = s->tile + (int32_t)(item / s->stretches), first = (int32_t)(item % s->stretches) * s->stretch;
    const int32_t left = neurons_of(block) - first, end = first + (left < s->stretch ? left : s->stretch);
    const snnd_rows currents = currents_of(block, tile, worker);
    const bundle all = bundle_at(block, tile, first, s->stretch, worker, currents);
    if (s->makes)
        make_currents(s, &all);
    if (s->receives)
        receive_gradient(s, &all);
    for (int32_t n = first; n < end && s->visit != NULL; n += BUNDLE) {
        const bundle b = bundle_at(block, tile, n, BUNDLE, worker, currents);
        s->visit(s, &b);
    }
}

/* Returns the nanoseconds of an item: those of a few layers on rows, and of delays where they are direct. */
static double cost_of_stretch(const sweep *s) {
    const snnd_block *block = s->block;
    const double pairs = has_delays(block) ? (double)first_layer(block)->inputs * first_layer(block)->outputs : 0;
    return SNND_LANES * (double)block->workspace->steps * (neurons_of(block) + 0.02 * pairs) / s->stretches;
}

static void prepare_group(const sweep *s) {
    if (s->makes)
        snnd_delay_prepare_currents(delay_of(s->block), s->block->input, s->tile, s->tiles);
    if (s->receives)
        snnd_delay_prepare_input_gradient(delay_behind(s), &s->block->next->gradient, s->tile, s->tiles);
}

static void over_groups(sweep *s, int32_t group) {
    const int32_t tiles = s->block->workspace->pass.tiles, neurons = neurons_of(s->block);
    const bool whole = (s->makes && !snnd_delay_goes_by_neuron(delay_of(s->block))) ||
                       (s->receives && !snnd_delay_goes_by_neuron(delay_behind(s)));
    s->stretch = whole ? neurons : STRETCH;
    s->stretches = (neurons + s->stretch - 1) / s->stretch;
    for (s->tile = 0; s->tile < tiles; s->tile += group) {
        s->tiles = tiles - s->tile < group ? tiles - s->tile : group;
        prepare_group(s);
        snnd_parallel_for(s->block->workspace->context, (int64_t)s->tiles * s->stretches, cost_of_stretch(s),
                          work_on_stretch, s);
    }
}

/* Makes a sweep that receives no gradients, and visits bundles with their currents if these are wanted. */
static void sweep_over(sweep *s, visit_bundle *visit, bool wanted) {
    s->visit = visit;
    s->receives = false;
    s->makes = wanted && makes_currents(s->block, s->first);
    over_groups(s, s->makes ? snnd_delay_group(delay_of(s->block)) : s->block->workspace->pass.tiles);
}

/* Measures the input of layer `to`. */
static void measure_bundle(const sweep *s, const bundle *b) {
    bundle_forward(b, s->to);
    pass_of(s->block, s->to)->measure(stage_of(s->block, s->to), &b->part, before(b, s->to));
}

static void copy_rows(snnd_extent extent, snnd_rows from, snnd_rows to) {
    for (int32_t n = 0; n < extent.neurons; n++)
        memcpy(snnd_rows_of(to, n), snnd_rows_of(from, n), (size_t)extent.steps * SNND_LANES * sizeof(float));
}

static void hand_on(const sweep *s, const bundle *b) {
    (void)s;
    const snnd_signal *output = &b->block->output;
    const int32_t last = last_forward(b->block);
    bundle_forward(b, last);
    if (!snnd_signal_is_spikes(output)) {
        const snnd_rows rows = snnd_activity_rows(&output->rows, b->part.tile, b->part.neuron);
        if (last < b->block->begin)
            copy_rows(b->part.extent, b->current, rows);
        else
            layer_forward(b, last, rows);
        return;
    }
    const snnd_rows spikes = scratch_rows(b->block, b->worker, b->block->end - b->block->begin + 1);
    layer_forward(b, last, spikes);
    for (int32_t n = 0; n < b->part.extent.neurons; n++)
        b->block->workspace->context->kernels->rows->collect(
            b->part.extent.steps, b->part.lanes, snnd_rows_of(spikes, n),
            snnd_signal_bits(output, b->part.tile, b->part.neuron + n));
}

/* Calls `work` for the block of every shard that has samples. */
static void for_shards(const snnd_shards *shards, int32_t b, void (*work)(snnd_block *block, const sweep *plan),
                       const sweep *plan) {
    for (int32_t k = 0; k < shards->count; k++)
        if (shards->workspace[k]->pass.samples > 0)
            work(&shards->workspace[k]->block[b], plan);
}

static void begin_layers(snnd_block *block, const sweep *plan) {
    (void)plan;
    for (int32_t i = block->first; i < block->end; i++)
        if (pass_of(block, i)->begin != NULL)
            pass_of(block, i)->begin(stage_of(block, i));
}

static void measure_layer(snnd_block *block, const sweep *plan) {
    sweep s = *plan;
    s.block = block;
    sweep_over(&s, measure_bundle, true);
}

static void finish_forward(snnd_block *block, const sweep *plan) {
    sweep s = *plan;
    s.block = block;
    if (last_forward(block) < block->end - 1)
        block->output.factor = pass_of(block, block->end - 1)->factors(stage_of(block, block->end - 1));
    sweep_over(&s, hand_on, true);
}

snnd_status snnd_block_forward(const snnd_shards *shards, int32_t b) {
    snnd_timing *timing = &shards->context->timing;
    const snnd_workspace *workspace = shards->workspace[0];
    const snnd_block *block = &workspace->block[b];
    sweep s = {.first = true};
    snnd_timing_begin(timing);
    for_shards(shards, b, begin_layers, &s);
    snnd_timing_end(timing, SNND_PHASE_BEGIN);
    for (s.to = block->begin; s.to < block->end && workspace->pass.mode == SNND_TRAIN; s.to++) {
        if (pass_of(block, s.to)->measure == NULL)
            continue;
        snnd_timing_begin(timing);
        for_shards(shards, b, measure_layer, &s);
        const snnd_status status = snnd_shards_settle(shards, s.to, false);
        snnd_timing_end(timing, SNND_PHASE_CURRENTS);
        if (status != SNND_OK)
            return status;
        s.first = false;
    }
    snnd_timing_begin(timing);
    for_shards(shards, b, finish_forward, &s);
    snnd_timing_end(timing, s.first ? SNND_PHASE_CURRENTS : SNND_PHASE_NEURONS);
    return SNND_OK;
}

/* ---- backward ---- */

/* Returns the last layer before `top` whose backward pass depends on the whole batch, or begin - 1. */
static int32_t barrier_below(const snnd_block *block, int32_t top) {
    int32_t i = top - 1;
    while (i >= block->begin && pass_of(block, i)->measure_backward == NULL)
        i--;
    return i;
}

/* Returns how far the forward pass must be repeated for the backward pass from layer `from` to `to`. */
static int32_t needed_again(const snnd_block *block, int32_t from, int32_t to) {
    for (int32_t i = from; i >= to && i >= block->begin; i--)
        if (needs_input(block, i))
            return i;
    return block->begin;
}

/* Adds to dL/doutput of a layer once the later layers have computed it. Nothing is added after the end of a sample. */
static void add_gradients(const bundle *b, int32_t index, snnd_rows gradient) {
    if (index >= b->block->first)
        snnd_gradients_add(stage_of(b->block, index), b->part.tile, b->part.lanes, b->part.neuron, b->part.extent,
                           gradient);
    snnd_part_cut(stage_of(b->block, b->block->first), &b->part, gradient);
}

/* Makes the backward pass through the layers from `from` to the one after `to`, and measures the gradient that arrives
 * at `to` if that is a layer. */
static void bundle_backward(const bundle *b, int32_t from, int32_t to, bool arrives) {
    const snnd_block *block = b->block;
    const snnd_rows gradient = snnd_activity_rows(&block->gradient, b->part.tile, b->part.neuron);
    const snnd_rows scratch = scratch_rows(block, b->worker, block->end - block->begin + 1);
    bundle_forward(b, needed_again(block, from, to));
    if (arrives)
        add_gradients(b, from, gradient);
    for (int32_t i = from; i > to; i--) {
        pass_of(block, i)->backward(stage_of(block, i), &b->part, before(b, i), scratch, gradient);
        add_gradients(b, i - 1, gradient);
    }
    if (to >= block->begin)
        pass_of(block, to)->measure_backward(stage_of(block, to), &b->part, before(b, to), gradient);
}

static void backward_bundle(const sweep *s, const bundle *b) {
    bundle_backward(b, s->from, s->to, s->arrives);
}

/* The first sweep of the backward pass. A bundle whose gradient has arrived goes on through the layers of the block at
 * once, unless these need currents that are computed in the same memory. */
static void receive(sweep *s) {
    const snnd_block *block = s->block;
    const bool again = needs_currents(block) && makes_currents(block, false);
    s->visit = again ? NULL : backward_bundle;
    s->receives = true;
    s->makes = false;
    over_groups(s, snnd_delay_group(delay_behind(s)));
    if (again)
        sweep_over(s, backward_bundle, true);
}

static void sweep_back(snnd_block *block, const sweep *plan) {
    sweep s = *plan;
    s.block = block;
    if (s.arrives && !is_last(block))
        receive(&s);
    else
        sweep_over(&s, backward_bundle, needs_currents(block));
}

static void finish_backward(snnd_block *block, const sweep *plan) {
    (void)plan;
    for (int32_t i = block->begin; i < block->end; i++)
        if (pass_of(block, i)->gather != NULL)
            pass_of(block, i)->gather(stage_of(block, i));
    if (has_delays(block))
        snnd_delay_parameter_gradient(delay_of(block), block->input, &block->gradient,
                                      snnd_delays_gradient(stage_of(block, block->first)));
}

snnd_status snnd_block_backward(const snnd_shards *shards, int32_t b) {
    snnd_timing *timing = &shards->context->timing;
    const snnd_block *block = &shards->workspace[0]->block[b];
    sweep s = {.from = block->end - 1};
    s.to = barrier_below(block, block->end);
    for (s.arrives = true;; s.arrives = false) {
        snnd_timing_begin(timing);
        for_shards(shards, b, sweep_back, &s);
        snnd_timing_end(timing, s.arrives ? SNND_PHASE_NEURONS_BACK : SNND_PHASE_NORM_BACK);
        if (s.to < block->begin)
            break;
        const snnd_status status = snnd_shards_settle(shards, s.to, true);
        if (status != SNND_OK)
            return status;
        s.from = s.to;
        s.to = barrier_below(block, s.from);
    }
    snnd_timing_begin(timing);
    for_shards(shards, b, finish_backward, &s);
    snnd_timing_end(timing, SNND_PHASE_PARAMETERS);
    return SNND_OK;
}

/* ---- records ---- */

/* Returns the rows of a bundle after layer `index`, or its potentials. */
static snnd_rows recorded(const bundle *b, int32_t index, snnd_record record) {
    if (index < b->block->begin)
        return b->current;
    bundle_forward(b, index);
    const snnd_rows rows = scratch_rows(b->block, b->worker, b->block->end - b->block->begin + 1);
    if (record == SNND_RECORD_POTENTIAL)
        pass_of(b->block, index)->potential(stage_of(b->block, index), &b->part, before(b, index), rows);
    else
        pass_of(b->block, index)->forward(stage_of(b->block, index), &b->part, before(b, index), rows);
    snnd_part_cut(stage_of(b->block, index), &b->part, rows);
    return rows;
}

static void record_bundle(const sweep *s, const bundle *b) {
    const size_t neurons = (size_t)neurons_of(b->block), samples = (size_t)b->block->workspace->pass.samples;
    const snnd_rows rows = recorded(b, s->to, s->record);
    for (int32_t n = 0; n < b->part.extent.neurons; n++)
        for (int32_t t = 0; t < b->part.extent.steps; t++)
            for (int32_t lane = 0; lane < b->part.lanes; lane++)
                s->values[((size_t)t * samples + (size_t)(b->part.tile * SNND_LANES + lane)) * neurons +
                          (size_t)(b->part.neuron + n)] = snnd_rows_of(rows, n)[(size_t)t * SNND_LANES + (size_t)lane];
}

/* What is not stored is recomputed by a sweep like those of the pass: in the same groups, since sums of BLAS depend on
 * the number of columns of a matrix, and in the same floating-point mode. */
void snnd_block_record(snnd_block *block, const snnd_layer *layer, snnd_record record, float *values) {
    sweep s = {.block = block, .to = layer->index, .record = record, .values = values};
    sweep_over(&s, record_bundle, true);
}
