/* The table of what each kind of layer does in a pass, and the cut of rows at the end of their samples (layer_pass.h).
 */
#include "model/layer_pass.h"

#include "kernel/kernels.h"

const snnd_layer_pass *snnd_layer_pass_of(const snnd_layer *layer) {
#define PASS(number, kind) [SNND_LAYER_##number] = &snnd_##kind##_pass,
    static const snnd_layer_pass *const passes[] = {SNND_LAYER_KINDS(PASS)};
    return passes[layer->class->type];
}

void snnd_part_cut_ends(const snnd_stage *stage, const snnd_part *part, snnd_rows rows) {
    for (int32_t n = 0; n < part->extent.neurons; n++)
        stage->workspace->context->kernels->rows->cut(part->extent.steps, part->end, snnd_rows_of(rows, n));
}
