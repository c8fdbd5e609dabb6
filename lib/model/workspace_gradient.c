/* Gradients for hosts with layers of their own around those of the network: the gradient that a host adds to the
 * backward pass, the gradient of the input, and clipping. */
#include <math.h>
#include <string.h>

#include "base/finite.h"
#include "base/parallel.h"
#include "kernel/kernels.h"
#include "kernel/product.h"
#include "model/block.h"
#include "model/delays.h"

/* ---- what the host adds ---- */

/* Returns the layout of rows for the whole batch of the workspace, whatever the number of samples in a pass. */
static snnd_activity rows_given(const snnd_stage *stage) {
    return (snnd_activity){.data = stage->given, .neurons = stage->layer->outputs, .steps = stage->workspace->steps};
}

/* Allocates rows of this shape for the whole batch of the workspace; returns NULL where memory is out. */
static float *allocate_rows(const snnd_workspace *workspace, const snnd_activity *shape) {
    const size_t rows = snnd_size_multiply((size_t)snnd_tiles(workspace->batch), (size_t)shape->neurons);
    return snnd_allocate(workspace->context, snnd_size_multiply(rows, snnd_activity_stride(shape)), sizeof(float));
}

/* Returns whether row `k` of [T, count] is before the end of its sample. */
static bool is_frame(const snnd_workspace *workspace, size_t k) {
    const size_t samples = (size_t)workspace->pass.samples;
    return k / samples < (size_t)workspace->end[k % samples];
}

static snnd_status check_given(const snnd_workspace *workspace, const snnd_layer *layer, const float *gradient) {
    const snnd_status status = snnd_workspace_check_layer(workspace, layer, "snnd_workspace_add_gradient");
    if (status != SNND_OK)
        return status;
    if (gradient == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "snnd_workspace_add_gradient: gradient is NULL");
    if (workspace->progress == SNND_NOTHING || workspace->pass.mode != SNND_TRAIN)
        return snnd_fail(workspace->context, SNND_ERROR_STATE,
                         "snnd_workspace_add_gradient: a gradient needs a training pass before it");
    const size_t count = (size_t)workspace->steps * (size_t)workspace->pass.samples * (size_t)layer->outputs;
    const bool wrong = !snnd_all_finite(gradient, count);
    for (size_t k = 0; k < count && wrong; k++)
        if (!isfinite(gradient[k]) && is_frame(workspace, k / (size_t)layer->outputs))
            return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                             "snnd_workspace_add_gradient: number %zu of the gradient is %g; expected a finite number",
                             k, (double)gradient[k]);
    return SNND_OK;
}

snnd_status snnd_workspace_add_gradient(snnd_workspace *workspace, const snnd_layer *layer, const float *gradient) {
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_status status = check_given(workspace, layer, gradient);
    if (status != SNND_OK)
        return status;
    snnd_stage *stage = snnd_workspace_stage(workspace, layer);
    const snnd_activity shape = rows_given(stage);
    if (stage->given == NULL && (stage->given = allocate_rows(workspace, &shape)) == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_MEMORY, "cannot allocate a gradient of layer %d (%s): %s",
                         layer->index, layer->class->name, workspace->context->error);
    const snnd_activity to = rows_given(stage);
    const size_t samples = (size_t)workspace->pass.samples, neurons = (size_t)to.neurons;
    for (size_t b = 0; b < samples; b++)
        for (size_t c = 0; c < neurons; c++) {
            float *row = snnd_activity_row(&to, (int32_t)(b / SNND_LANES), (int32_t)c) + b % SNND_LANES;
            for (size_t t = 0; t < (size_t)to.steps; t++)
                row[t * SNND_LANES] =
                    (stage->is_given ? row[t * SNND_LANES] : 0) + gradient[(t * samples + b) * neurons + c];
        }
    stage->is_given = workspace->is_given = true;
    if (workspace->progress == SNND_BACKWARD_DONE) /* another backward pass, without the loss of the last one */
        workspace->progress = SNND_FORWARD_DONE;
    return SNND_OK;
}

void snnd_gradients_forget(snnd_workspace *workspace) {
    for (int32_t i = 0; i < workspace->network->count && workspace->is_given; i++)
        workspace->stage[i].is_given = false;
    workspace->is_given = false;
}

void snnd_gradients_add(const snnd_stage *stage, int32_t tile, int32_t lanes, int32_t neuron, snnd_extent extent,
                        snnd_rows gradient) {
    if (!stage->is_given && !stage->pulls)
        return;
    const snnd_activity given = rows_given(stage);
    for (int32_t n = 0; n < extent.neurons; n++) {
        const float *from = stage->is_given ? snnd_activity_row(&given, tile, neuron + n) : NULL;
        const float pull = stage->pulls ? stage->pull[neuron + n] : 0;
        float *to = snnd_rows_of(gradient, n);
        for (size_t t = 0; t < (size_t)extent.steps; t++)
            for (size_t k = t * SNND_LANES; k < t * SNND_LANES + (size_t)lanes; k++)
                to[k] += (from == NULL ? 0 : from[k]) + pull;
    }
}

/* ---- the gradient of the input ---- */

/* Extends the gradient of the first block into the future, which its delays read, for all later passes. */
static snnd_status lengthen(snnd_block *block) {
    const snnd_workspace *workspace = block->workspace;
    const snnd_activity *from = &block->gradient;
    snnd_activity to = *from;
    to.back = workspace->network->layer[block->first]->options.delays.max_delay;
    if (from->back == to.back)
        return SNND_OK;
    to.data = allocate_rows(workspace, &to);
    if (to.data == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t tile = 0; tile < workspace->pass.tiles; tile++)
        for (int32_t n = 0; n < from->neurons; n++)
            memcpy(snnd_activity_row(&to, tile, n), snnd_activity_row(from, tile, n),
                   (size_t)from->steps * SNND_LANES * sizeof(float));
    snnd_release(workspace->context, from->data);
    block->gradient = to;
    return SNND_OK;
}

/* Allocates memory for the gradient of the input of a layer of delays. */
static snnd_status take_memory(snnd_workspace *workspace) {
    snnd_activity rows = {.neurons = workspace->network->inputs, .steps = workspace->steps};
    if (lengthen(workspace->block) != SNND_OK)
        return SNND_ERROR_MEMORY;
    if (workspace->d_input.data == NULL) {
        rows.data = allocate_rows(workspace, &rows);
        workspace->d_input = rows;
    }
    return workspace->d_input.data == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

/* The neurons of an item of work, where delays can be computed for some neurons. */
enum { STRETCH = 16 };

/* A group of tiles. */
typedef struct group {
    snnd_workspace *workspace;
    snnd_delay *delay;
    int32_t tile, tiles, stretch, stretches;
} group;

static void work_on_stretch(void *argument, int64_t item, int32_t worker) {
    const group *g = argument;
    const snnd_activity *to = &g->workspace->d_input;
    const int32_t tile = g->tile + (int32_t)(item / g->stretches), first = (int32_t)(item % g->stretches) * g->stretch;
    const int32_t left = to->neurons - first, count = left < g->stretch ? left : g->stretch;
    const int32_t *end = snnd_workspace_end(g->workspace, tile);
    snnd_delay_input_gradient(g->delay, &g->workspace->block->gradient, tile, first, count, worker,
                              snnd_activity_rows(to, tile, first));
    for (int32_t n = first; n < first + count && end != NULL; n++)
        g->workspace->context->kernels->rows->cut(to->steps, end, snnd_activity_row(to, tile, n));
}

/* Works as when a block receives its gradient from the next. */
static void go_back_through(snnd_workspace *workspace, snnd_delay *delay) {
    const snnd_activity *from = &workspace->block->gradient;
    const int32_t tiles = workspace->pass.tiles, inputs = workspace->network->inputs, most = snnd_delay_group(delay);
    group g = {.workspace = workspace, .delay = delay, .stretch = snnd_delay_goes_by_neuron(delay) ? STRETCH : inputs};
    g.stretches = (inputs + g.stretch - 1) / g.stretch;
    for (g.tile = 0; g.tile < tiles; g.tile += most) {
        g.tiles = tiles - g.tile < most ? tiles - g.tile : most;
        snnd_delay_prepare_input_gradient(delay, from, g.tile, g.tiles);
        snnd_parallel_for(workspace->context, (int64_t)g.tiles * g.stretches,
                          0.02 * SNND_LANES * (double)from->steps * from->neurons * g.stretch, work_on_stretch, &g);
    }
}

/* Returns dL/dinput, which is in the block's own memory where the block has no delays. */
static const snnd_activity *input_gradient(const snnd_workspace *workspace) {
    const snnd_block *block = workspace->block;
    return block->first < block->begin ? &workspace->d_input : &block->gradient;
}

/* Marks the workspace where a number of a tile is not finite. */
static void check_tile(void *argument, int64_t tile, int32_t worker) {
    snnd_workspace *workspace = argument;
    (void)worker;
    const snnd_activity *from = input_gradient(workspace);
    const size_t lanes = (size_t)snnd_lanes(workspace->pass.samples, (int32_t)tile);
    for (int32_t c = 0; c < from->neurons; c++)
        for (int32_t t = 0; t < from->steps; t++)
            if (!snnd_all_finite(snnd_activity_row(from, (int32_t)tile, c) + (size_t)t * SNND_LANES, lanes))
                atomic_store(&workspace->wrong, true);
}

/* [tile][channel][step][lane] -> [samples][steps][channels]. */
static void copy_tile(void *argument, int64_t tile, int32_t worker) {
    const snnd_workspace *workspace = argument;
    (void)worker;
    const snnd_activity *from = input_gradient(workspace);
    const size_t steps = (size_t)from->steps, channels = (size_t)from->neurons;
    const size_t lanes = (size_t)snnd_lanes(workspace->pass.samples, (int32_t)tile);
    float *to = workspace->asked + (size_t)tile * SNND_LANES * steps * channels;
    for (size_t c = 0; c < channels; c++) {
        const float *row = snnd_activity_row(from, (int32_t)tile, (int32_t)c);
        for (size_t t = 0; t < steps; t++)
            for (size_t lane = 0; lane < lanes; lane++)
                to[(lane * steps + t) * channels + c] = row[t * SNND_LANES + lane];
    }
}

static snnd_status hand_out(snnd_workspace *workspace, float *gradient) {
    const double cost = SNND_LANES * (double)workspace->steps * workspace->network->inputs;
    workspace->asked = gradient;
    atomic_store(&workspace->wrong, false);
    snnd_parallel_for(workspace->context, workspace->pass.tiles, 0.1 * cost, check_tile, workspace);
    if (atomic_load(&workspace->wrong))
        return snnd_fail(workspace->context, SNND_ERROR_NUMERIC,
                         "the gradient of the input is not finite because gradients or parameters are too large");
    snnd_parallel_for(workspace->context, workspace->pass.tiles, 0.7 * cost, copy_tile, workspace);
    return SNND_OK;
}

snnd_status snnd_workspace_input_gradient(snnd_workspace *workspace, float *gradient) {
    static const char who[] = "snnd_workspace_input_gradient";
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (gradient == NULL)
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT, "%s: gradient is NULL", who);
    snnd_status status = snnd_workspace_check_gradients(workspace, workspace->network, who);
    if (status == SNND_OK)
        status = snnd_workspace_check_parameters(workspace, who);
    if (status != SNND_OK)
        return status;
    const snnd_block *block = workspace->block;
    if (block->first == block->begin)
        return hand_out(workspace, gradient);
    if (take_memory(workspace) != SNND_OK)
        return snnd_fail(workspace->context, SNND_ERROR_MEMORY, "cannot allocate the gradient of the input: %s",
                         workspace->context->error);
    snnd_delay *delay = snnd_delays_state(&workspace->stage[0]);
    snnd_products_begin(workspace->context);
    snnd_delay_want_input_gradient(delay);
    go_back_through(workspace, delay);
    snnd_products_end(workspace->context);
    return hand_out(workspace, gradient);
}

/* ---- clipping ---- */

/* Sums the squares of the gradients that an optimizer uses. Absent synapses have gradients in some passes, for the rule
 * that may grow them. */
static double sum_of_squares(const snnd_layer *layer, snnd_array_name name, const float *gradient) {
    const int64_t count = snnd_array_count(&layer->arrays[name]);
    const snnd_array *masked = &layer->arrays[SNND_ARRAY_MASK];
    const uint8_t *mask = masked->data != NULL && snnd_array_count(masked) == count ? masked->data : NULL;
    double sum = 0;
    for (int64_t k = 0; k < count; k++)
        if (mask == NULL || mask[k] != 0)
            sum += (double)gradient[k] * (double)gradient[k];
    return sum;
}

static double norm_of(const snnd_workspace *workspace) {
    double sum = 0;
    for (int32_t i = 0; i < workspace->network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (workspace->stage[i].gradient[name] != NULL)
                sum += sum_of_squares(workspace->network->layer[i], (snnd_array_name)name,
                                      workspace->stage[i].gradient[name]);
    return sqrt(sum);
}

static void shrink(const snnd_workspace *workspace, double factor) {
    for (int32_t i = 0; i < workspace->network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            float *gradient = workspace->stage[i].gradient[name];
            const snnd_array *array = &workspace->network->layer[i]->arrays[name];
            for (int64_t k = 0; gradient != NULL && k < snnd_array_count(array); k++)
                gradient[k] = (float)((double)gradient[k] * factor);
        }
}

snnd_status snnd_workspace_clip_gradients(snnd_workspace *workspace, double max_norm, double *norm) {
    static const char who[] = "snnd_workspace_clip_gradients";
    if (workspace == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!(max_norm > 0 && isfinite(max_norm)))
        return snnd_fail(workspace->context, SNND_ERROR_ARGUMENT,
                         "%s: max_norm is %g; expected a finite number above 0", who, max_norm);
    const snnd_status status = snnd_workspace_check_gradients(workspace, workspace->network, who);
    if (status != SNND_OK)
        return status;
    const double found = norm_of(workspace);
    if (!isfinite(found))
        return snnd_fail(workspace->context, SNND_ERROR_NUMERIC,
                         "the norm of the gradients is %g; expected a finite number", found);
    if (found > max_norm)
        shrink(workspace, max_norm / found);
    if (norm != NULL)
        *norm = found;
    return SNND_OK;
}
