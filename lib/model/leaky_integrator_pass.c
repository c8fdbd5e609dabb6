/* The readout's neurons in a pass (kernel/rows.h). */
#include "base/finite.h"
#include "kernel/kernels.h"
#include "model/layer_pass.h"
#include "model/leaky_integrator.h"

static void forward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    const snnd_leaky leaky = snnd_leaky_constants(stage->layer);
    stage->workspace->context->kernels->rows->leaky_forward(&leaky, part->extent, input, output);
    /* What has once overflowed stays so to the end, and the last current comes to nothing any more. */
    for (int32_t n = 0; n < part->extent.neurons; n++) {
        const size_t last = (size_t)(part->extent.steps - 1) * SNND_LANES;
        if (!snnd_all_finite(snnd_rows_of(input, n) + last, (size_t)part->lanes) ||
            !snnd_all_finite(snnd_rows_of(output, n) + last, (size_t)part->lanes))
            snnd_workspace_lose(stage->workspace, stage->layer);
    }
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    (void)input;
    (void)scratch;
    const snnd_leaky leaky = snnd_leaky_constants(stage->layer);
    stage->workspace->context->kernels->rows->leaky_backward(&leaky, part->extent, gradient);
}

const snnd_layer_pass snnd_leaky_integrator_pass = {
    .forward = forward,
    .backward = backward,
    .tells_overflow = true,
};
