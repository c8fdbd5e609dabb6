/* Turns the layers of a plan into the nodes that exported C steps through (c_network.h). */
#include "export/c_network.h"

/* ---- layers to nodes ---- */

static snnd_c_node *add_node(snnd_c_network *network, const snnd_plan_layer *layer) {
    snnd_c_node *node = &network->node[network->count];
    const bool first = network->count == 0;
    *node = (snnd_c_node){.number = network->count++, .inputs = layer->inputs, .outputs = layer->outputs, .taps = 1};
    node->events = !first && snnd_c_fires(node - 1);
    return node;
}

static snnd_status add_layer(snnd_c_network *network, const snnd_plan_layer *layer) {
#define C_OF(number, kind) [SNND_LAYER_##number] = &snnd_##kind##_c,
    static const snnd_c_class *const classes[] = {SNND_LAYER_KINDS(C_OF)};
    const snnd_c_class *kind = classes[layer->class->type];
    if (kind->fold == NULL)
        return snnd_fail(network->context, SNND_ERROR_UNSUPPORTED, "layer %d (%s) cannot be written as C", layer->index,
                         layer->class->name);
    snnd_c_node *last = network->count == 0 ? NULL : &network->node[network->count - 1];
    const bool open = last != NULL && last->neurons == NULL && !kind->begins;
    snnd_c_node *node = open ? last : add_node(network, layer);
    if (kind->words != NULL) {
        node->neurons = layer;
        node->kind = kind;
    }
    return kind->fold(network->context, node, layer);
}

/* ---- the network ---- */

snnd_status snnd_c_fold(const snnd_plan *plan, snnd_c_network *network) {
    network->context = plan->context;
    network->plan = plan;
    network->count = 0;
    if (plan->count == 0)
        return snnd_fail(plan->context, SNND_ERROR_UNSUPPORTED, "export: the network has no layers other than dropout");
    network->node = snnd_allocate(plan->context, (size_t)plan->count, sizeof *network->node);
    if (network->node == NULL)
        return SNND_ERROR_MEMORY;
    snnd_status status = SNND_OK;
    for (int32_t k = 0; k < plan->count && status == SNND_OK; k++)
        status = add_layer(network, &plan->layer[k]);
    for (int32_t k = 0; k < network->count && status == SNND_OK; k++)
        if (network->node[k].delays != NULL)
            status = snnd_c_fold_synapses(plan->context, &network->node[k]);
    return status;
}

void snnd_c_free(snnd_c_network *network) {
    for (int32_t k = 0; k < network->count; k++) {
        const snnd_c_node *node = &network->node[k];
        void *const owned[] = {node->factor,        node->shift,        node->weight,      node->begin,
                               node->target,        node->delay,        node->fixed.unit,  node->fixed.weight,
                               node->fixed.bias,    node->fixed.border, node->fixed.share, node->fixed.decays,
                               node->fixed.divisors};
        for (size_t p = 0; p < sizeof owned / sizeof owned[0]; p++)
            snnd_release(network->context, owned[p]);
    }
    snnd_release(network->context, network->node);
    network->node = NULL;
    network->count = 0;
}
