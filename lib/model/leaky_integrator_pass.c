/* Leaky integrators in a pass (kernel/neurons.h). */
#include <math.h>

#include "base/finite.h"
#include "kernel/kernels.h"
#include "model/leak_pass.h"
#include "model/leaky_integrator.h"

static snnd_status prepare(snnd_stage *stage) {
    stage->state = snnd_allocate(stage->workspace->context, 1, sizeof(snnd_leak_pass));
    return stage->state == NULL ? SNND_ERROR_MEMORY : snnd_leak_prepare(stage, stage->state);
}

static void release(snnd_stage *stage) {
    snnd_leak_release(stage, stage->state);
    snnd_release(stage->workspace->context, stage->state);
}

static void begin(snnd_stage *stage) {
    snnd_leak_begin(stage, stage->state);
}

static void gather(snnd_stage *stage) {
    snnd_leak_gather(stage, stage->state);
}

/* Returns the constants of the neurons of a part. */
static snnd_leaky constants_of(const snnd_stage *stage, const snnd_part *part) {
    snnd_leaky leaky = snnd_leaky_constants(stage->layer);
    leaky.decays = snnd_leak_decays(stage->state, part->neuron);
    return leaky;
}

/* Potentials are recomputed only where time constants are trained. */
static bool spares_input(const snnd_layer *layer) {
    return layer->options.leaky_integrator.tau_per_neuron != SNND_TAU_LEARNED;
}

static void forward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    const snnd_leaky leaky = constants_of(stage, part);
    stage->workspace->context->kernels->neurons->leaky_forward(&leaky, part->extent, input, output);
    /* A potential that has overflowed once stays so to the end, and the last current has no effect any more. */
    for (int32_t n = 0; n < part->extent.neurons && part->end == NULL; n++) {
        const size_t last = (size_t)(part->extent.steps - 1) * SNND_LANES;
        if (!snnd_all_finite(snnd_rows_of(input, n) + last, (size_t)part->lanes) ||
            !snnd_all_finite(snnd_rows_of(output, n) + last, (size_t)part->lanes))
            snnd_workspace_lose(stage->workspace, stage->layer);
    }
    for (int32_t n = 0; n < part->extent.neurons && part->end != NULL; n++)
        for (int32_t lane = 0; lane < part->lanes; lane++) {
            const size_t last = (size_t)(part->end[lane] - 1) * SNND_LANES + (size_t)lane;
            if (!isfinite(snnd_rows_of(input, n)[last]) || !isfinite(snnd_rows_of(output, n)[last]))
                snnd_workspace_lose(stage->workspace, stage->layer);
        }
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    const snnd_leaky leaky = constants_of(stage, part);
    const snnd_neuron_kernels *kernels = stage->workspace->context->kernels->neurons;
    float *slopes = snnd_leak_slopes(stage, stage->state, part);
    if (slopes != NULL) {
        kernels->leaky_forward(&leaky, part->extent, input, scratch);
        snnd_part_cut(stage, part, scratch);
        kernels->leaky_slopes(&leaky, part->extent, scratch, gradient, slopes);
    }
    kernels->leaky_backward(&leaky, part->extent, gradient);
}

const snnd_layer_pass snnd_leaky_integrator_pass = {
    .needs_input = true,
    .spares_input = spares_input,
    .prepare = prepare,
    .release = release,
    .begin = begin,
    .forward = forward,
    .backward = backward,
    .gather = gather,
    .tells_overflow = true,
};
