/* The layer of leaky integrate-and-fire neurons in a pass. The neuron itself, and the step in which it spikes, is in
 * kernel/neurons.c. Potentials are not kept: the backward pass recomputes them from the currents. */
#include <math.h>

#include "base/finite.h"
#include "kernel/kernels.h"
#include "model/leak_pass.h"
#include "model/lif.h"

typedef struct state {
    int32_t *counted; /* spikes of the last pass, [tiles][neurons] */
    snnd_leak_pass leak;
} state;

static snnd_status prepare(snnd_stage *stage) {
    const size_t tiles = (size_t)snnd_tiles(stage->workspace->batch);
    snnd_context *context = stage->workspace->context;
    state *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    stage->state = made;
    made->counted =
        snnd_allocate(context, snnd_size_multiply(tiles, (size_t)stage->layer->outputs), sizeof *made->counted);
    return made->counted == NULL ? SNND_ERROR_MEMORY : snnd_leak_prepare(stage, &made->leak);
}

static void release(snnd_stage *stage) {
    state *held = stage->state;
    snnd_leak_release(stage, &held->leak);
    snnd_release(stage->workspace->context, held->counted);
    snnd_release(stage->workspace->context, held);
}

static const snnd_leak_pass *leak_of(const snnd_stage *stage) {
    return &((const state *)stage->state)->leak;
}

static void begin(snnd_stage *stage) {
    snnd_leak_begin(stage, leak_of(stage));
}

static void gather(snnd_stage *stage) {
    snnd_leak_gather(stage, leak_of(stage));
}

/* Returns the constants of the neurons of a part. */
static snnd_lif constants_of(const snnd_stage *stage, const snnd_part *part) {
    snnd_lif lif = snnd_lif_constants(stage->layer);
    lif.decays = snnd_leak_decays(leak_of(stage), part->neuron);
    return lif;
}

static int64_t spikes(const snnd_stage *stage, int32_t neuron) {
    const int32_t *counted = ((const state *)stage->state)->counted;
    int64_t sum = 0;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        sum += counted[(size_t)tile * (size_t)stage->layer->outputs + (size_t)neuron];
    return sum;
}

/* Returns whether a neuron of the sample in a lane overflows. Where the sum of its numbers overflows, it may be only
 * the sum, so that the steps of kernel/neurons.c are repeated here to look at each number; no spike comes from here. */
static bool overflows(const snnd_lif *lif, snnd_extent extent, snnd_rows input, int32_t lane) {
    const bool update_first = lif->order == SNND_ORDER_UPDATE_FIRST;
    for (int32_t n = 0; n < extent.neurons; n++) {
        const float *current = snnd_rows_of(input, n) + lane;
        const float decay = lif->decays == NULL ? lif->decay : lif->decays[n];
        float mem = 0, syn = 0;
        for (int32_t t = 0; t < extent.steps; t++) {
            const float now = current[(size_t)t * SNND_LANES], next = decay * mem + (update_first ? now : syn);
            const bool fires = (update_first ? next : mem) > lif->threshold;
            mem = !fires ? next : lif->reset == SNND_RESET_SUBTRACT ? next - lif->threshold : 0;
            syn = now;
            if (!isfinite(next) || !isfinite(syn))
                return true;
        }
    }
    return false;
}

static void forward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    const snnd_lif lif = constants_of(stage, part);
    const snnd_hot_kernels *kernels = stage->workspace->context->kernels;
    int32_t *counted =
        ((const state *)stage->state)->counted + (size_t)part->tile * (size_t)stage->layer->outputs + part->neuron;
    _Alignas(SNND_LANES * sizeof(float)) float sums[SNND_LANES];
    kernels->neurons->lif_forward(&lif, part->extent, input, (snnd_rows){0}, output, sums);
    for (int32_t lane = 0; lane < part->lanes && !snnd_all_finite(sums, SNND_LANES); lane++)
        if (!isfinite(sums[lane]) &&
            overflows(&lif, (snnd_extent){part->extent.neurons, snnd_part_steps(part, lane)}, input, lane))
            snnd_workspace_lose(stage->workspace, stage->layer);
    snnd_part_cut(stage, part, output);
    for (int32_t n = 0; n < part->extent.neurons; n++)
        counted[n] = kernels->rows->count(part->extent.steps, part->lanes, snnd_rows_of(output, n));
}

static void potential(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows rows) {
    const snnd_lif lif = constants_of(stage, part);
    stage->workspace->context->kernels->neurons->lif_forward(&lif, part->extent, input, rows, (snnd_rows){0}, NULL);
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    const snnd_lif lif = constants_of(stage, part);
    potential(stage, part, input, scratch);
    snnd_part_cut(stage, part, scratch);
    stage->workspace->context->kernels->neurons->lif_backward(&lif, part->extent, input, scratch, gradient,
                                                              snnd_leak_slopes(stage, leak_of(stage), part));
}

const snnd_layer_pass snnd_lif_pass = {
    .needs_input = true,
    .prepare = prepare,
    .release = release,
    .begin = begin,
    .forward = forward,
    .backward = backward,
    .gather = gather,
    .spikes = spikes,
    .potential = potential,
    .tells_overflow = true,
};
