/* The readout's neurons in a pass (kernel/rows.h). */
#include "kernel/kernels.h"
#include "model/layer_pass.h"
#include "model/leaky_integrator.h"

static void forward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows output) {
    stage->workspace->context->kernels->rows->leaky_forward(snnd_leaky_decay(stage->layer), part->extent, input,
                                                            output);
}

static void backward(const snnd_stage *stage, const snnd_part *part, snnd_rows input, snnd_rows scratch,
                     snnd_rows gradient) {
    (void)input;
    (void)scratch;
    stage->workspace->context->kernels->rows->leaky_backward(snnd_leaky_decay(stage->layer), part->extent, gradient);
}

const snnd_layer_pass snnd_leaky_integrator_pass = {
    .forward = forward,
    .backward = backward,
};
