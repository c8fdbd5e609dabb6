/* Batch norm in C: a factor and a shift, which go into the weights and biases of the synapses before it. */
#include <math.h>

#include "export/c_network.h"
#include "inference/batch_norm.h"

/* Combines this norm with those before it: (x factor + shift - mean) factor' + shift'. */
static snnd_status fold(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer) {
    const snnd_frozen_norm *norm = layer->own;
    const size_t neurons = (size_t)node->outputs;
    if (node->factor == NULL) {
        node->norm = layer;
        node->factor = snnd_allocate(context, neurons, sizeof *node->factor);
        node->shift = snnd_allocate(context, neurons, sizeof *node->shift);
        if (node->factor == NULL || node->shift == NULL)
            return SNND_ERROR_MEMORY;
        for (size_t n = 0; n < neurons; n++)
            node->factor[n] = 1, node->shift[n] = 0;
    }
    for (size_t n = 0; n < neurons; n++) {
        node->factor[n] *= norm->factor[n];
        node->shift[n] = (node->shift[n] - norm->mean[n]) * norm->factor[n] + norm->shift[n];
        if (!(fabs(node->factor[n]) <= 1e38 && fabs(node->shift[n]) <= 1e38))
            return snnd_fail(
                context, SNND_ERROR_NUMERIC,
                "layer %d (%s): neuron %zu is multiplied by %g and shifted by %g, which float32 cannot hold",
                layer->index, layer->class->name, n, node->factor[n], node->shift[n]);
    }
    return SNND_OK;
}

const snnd_c_class snnd_batch_norm_c = {.fold = fold};
