/* Adaptive LIF neurons in a pass (kernel/adaptive.h). Potentials are not stored: the backward pass recomputes them from
 * the currents. */
#include "base/finite.h"
#include "kernel/kernels.h"
#include "model/adaptive_lif.h"
#include "model/layer_pass.h"

typedef struct state {
    int32_t *spikes; /* [tiles][neurons] of the last pass */
    double *sums;    /* [tiles][neurons][parameters]; NULL without gradients */
} state;

static snnd_status prepare(snnd_stage *stage) {
    snnd_context *context = stage->workspace->context;
    const size_t cells = snnd_size_multiply((size_t)snnd_tiles(stage->workspace->batch), (size_t)stage->layer->outputs);
    state *made = stage->state = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->spikes = snnd_allocate(context, cells, sizeof *made->spikes);
    if (stage->workspace->gradients)
        made->sums = snnd_allocate(context, snnd_size_multiply(cells, SNND_ADAPTIVE_PARAMETERS), sizeof *made->sums);
    return made->spikes == NULL || (stage->workspace->gradients && made->sums == NULL) ? SNND_ERROR_MEMORY : SNND_OK;
}

static void release(snnd_stage *stage) {
    state *held = stage->state;
    snnd_release(stage->workspace->context, held->spikes);
    snnd_release(stage->workspace->context, held->sums);
    snnd_release(stage->workspace->context, held);
}

static size_t cell_of(const snnd_stage *stage, int32_t tile, int32_t neuron) {
    return (size_t)tile * (size_t)stage->layer->outputs + (size_t)neuron;
}

static int64_t spikes(const snnd_stage *stage, int32_t neuron) {
    const state *held = stage->state;
    int64_t sum = 0;
    for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
        sum += held->spikes[cell_of(stage, tile, neuron)];
    return sum;
}

static const snnd_hot_kernels *kernels_of(const snnd_stage *stage) {
    return stage->workspace->context->kernels;
}

/* Returns the constants, with the parameters of the neurons of a part. */
static snnd_adaptive constants_of(const snnd_stage *stage, const snnd_part *part) {
    snnd_adaptive by = snnd_adaptive_lif_constants(stage->layer);
    by.membrane += part->neuron;
    by.adaptation += part->neuron;
    by.subthreshold += part->neuron;
    by.spike += part->neuron;
    return by;
}

/* Returns whether numbers overflow before the ends of their samples, where samples are shorter than the part. */
static bool overflows(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    const snnd_adaptive by = constants_of(stage, part);
    const snnd_rows none = {0};
    _Alignas(SNND_LANES * sizeof(float)) float lost[SNND_LANES];
    bool found = part->end == NULL;
    for (int32_t lane = 0; lane < part->lanes && !found; lane++) {
        const snnd_extent own = {part->extent.neurons, snnd_part_steps(part, lane)};
        kernels_of(stage)->adaptive->forward(&by, own, input, none, none, output, lost);
        found = !snnd_all_finite(&lost[lane], 1);
    }
    return found;
}

static void forward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    const snnd_adaptive by = constants_of(stage, part);
    const snnd_rows none = {0};
    int32_t *counted = ((const state *)stage->state)->spikes + cell_of(stage, part->tile, part->neuron);
    _Alignas(SNND_LANES * sizeof(float)) float lost[SNND_LANES];
    kernels_of(stage)->adaptive->forward(&by, part->extent, input, none, none, output, lost);
    if (!snnd_all_finite(lost, (size_t)part->lanes) && overflows(stage, part, input, output))
        snnd_workspace_lose(stage->workspace, stage->layer);
    snnd_part_cut(stage, part, output);
    for (int32_t n = 0; n < part->extent.neurons; n++)
        counted[n] = kernels_of(stage)->rows->count(part->extent.steps, part->lanes, snnd_rows_of(output, n));
}

static void potential(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows rows) {
    const snnd_adaptive by = constants_of(stage, part);
    const snnd_rows none = {0};
    kernels_of(stage)->adaptive->forward(&by, part->extent, input, rows, none, none, NULL);
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    const snnd_adaptive by = constants_of(stage, part);
    const snnd_rows none = {0}, adaptation = snnd_rows_from(scratch, part->extent.neurons);
    double *sums =
        ((const state *)stage->state)->sums + cell_of(stage, part->tile, part->neuron) * SNND_ADAPTIVE_PARAMETERS;
    kernels_of(stage)->adaptive->forward(&by, part->extent, input, scratch, adaptation, none, NULL);
    snnd_part_cut(stage, part, scratch);
    snnd_part_cut(stage, part, adaptation);
    kernels_of(stage)->adaptive->backward(&by, part->extent, part->lanes, input, scratch, adaptation, gradient, sums);
}

static void gather(snnd_stage *stage) {
    const state *held = stage->state;
    for (int32_t n = 0; n < stage->layer->outputs; n++)
        for (int k = 0; k < SNND_ADAPTIVE_PARAMETERS; k++) {
            double sum = 0;
            for (int32_t tile = 0; tile < stage->workspace->pass.tiles; tile++)
                sum += held->sums[cell_of(stage, tile, n) * SNND_ADAPTIVE_PARAMETERS + (size_t)k];
            stage->gradient[SNND_ARRAY_MEMBRANE_DECAY + k][n] = (float)sum;
        }
}

const snnd_layer_pass snnd_adaptive_lif_pass = {
    .needs_input = true,
    .scratch_rows = 2, /* potentials and adaptation */
    .tells_overflow = true,
    .prepare = prepare,
    .release = release,
    .forward = forward,
    .backward = backward,
    .gather = gather,
    .spikes = spikes,
    .potential = potential,
};
