#include "model/layer_pass.h"

const snnd_layer_pass *snnd_layer_pass_of(const snnd_layer *layer) {
    static const snnd_layer_pass *const passes[] = {
        [SNND_LAYER_DELAYS] = &snnd_delays_pass,
        [SNND_LAYER_BATCH_NORM] = &snnd_batch_norm_pass,
        [SNND_LAYER_LIF] = &snnd_lif_pass,
        [SNND_LAYER_DROPOUT] = &snnd_dropout_pass,
        [SNND_LAYER_LEAKY_INTEGRATOR] = &snnd_leaky_integrator_pass,
    };
    return passes[layer->class->type];
}
