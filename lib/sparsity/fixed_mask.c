/* Fixed masks: absent synapses are set to 0 again after every step, and signs are kept where there are any. */
#include "sparsity/sparsity.h"

static void step(snnd_sparsity *sparsity, const snnd_workspace *workspace, snnd_optimizer *optimizer) {
    (void)workspace, (void)optimizer;
    snnd_sparsity_for_layers(sparsity, snnd_sparsity_hold);
}

static const snnd_sparsity_class class = {.name = "fixed mask", .signs = SNND_SIGNS_NONE, .step = step};

snnd_status snnd_sparsity_create_fixed_mask(snnd_network *network, const snnd_structure *structure,
                                            snnd_sparsity **sparsity) {
    return network == NULL ? SNND_ERROR_ARGUMENT : snnd_sparsity_create(network, &class, structure, NULL, 0, sparsity);
}
