#include "model/layer_pass.h"

const snnd_layer_pass *snnd_layer_pass_of(const snnd_layer *layer) {
#define PASS(number, kind) [SNND_LAYER_##number] = &snnd_##kind##_pass,
    static const snnd_layer_pass *const passes[] = {SNND_LAYER_KINDS(PASS)};
    return passes[layer->class->type];
}
