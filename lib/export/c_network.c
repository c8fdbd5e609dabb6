#include "export/c_network.h"

#include <math.h>
#include <string.h>

#include "model/layer.h"

const char *snnd_c_kind(const snnd_plan_layer *layer) {
    int k = 0;
    while (snnd_layer_classes[k]->type != layer->type)
        k++;
    return snnd_layer_classes[k]->name;
}

/* ---- layers to nodes ---- */

static snnd_c_node *add_node(snnd_c_network *network, const snnd_plan_layer *layer) {
    snnd_c_node *node = &network->node[network->count];
    const bool first = network->count == 0;
    *node = (snnd_c_node){.number = network->count++, .inputs = layer->inputs, .outputs = layer->outputs, .taps = 1};
    node->events = !first && snnd_c_fires(node - 1);
    return node;
}

/* Behind what is there: (x factor + shift - mean) factor' + shift'. */
static snnd_status add_norm(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer) {
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
        node->factor[n] *= layer->factor[n];
        node->shift[n] = (node->shift[n] - layer->mean[n]) * layer->factor[n] + layer->shift[n];
        if (!(fabs(node->factor[n]) <= 1e38 && fabs(node->shift[n]) <= 1e38))
            return snnd_fail(
                context, SNND_ERROR_NUMERIC,
                "layer %d (%s): neuron %zu is multiplied by %g and shifted by %g, which float32 cannot hold",
                layer->index, snnd_c_kind(layer), n, node->factor[n], node->shift[n]);
    }
    return SNND_OK;
}

static snnd_status add_layer(snnd_c_network *network, const snnd_plan_layer *layer) {
    snnd_c_node *last = network->count == 0 ? NULL : &network->node[network->count - 1];
    const bool open = last != NULL && last->neurons == NULL && layer->type != SNND_LAYER_DELAYS;
    snnd_c_node *node = open ? last : add_node(network, layer);
    switch (layer->type) {
    case SNND_LAYER_DELAYS:
        node->delays = layer;
        node->taps = layer->synapses.taps;
        node->past = !node->events && node->inputs <= node->outputs;
        return SNND_OK;
    case SNND_LAYER_BATCH_NORM:
        return add_norm(network->context, node, layer);
    case SNND_LAYER_LIF:
    case SNND_LAYER_LEAKY_INTEGRATOR:
        node->neurons = layer;
        return SNND_OK;
    case SNND_LAYER_DROPOUT: /* not in plans */
        break;
    }
    return snnd_fail(network->context, SNND_ERROR_UNSUPPORTED, "layer %d (%s) cannot be written as C", layer->index,
                     snnd_c_kind(layer));
}

/* ---- synapses ---- */

static bool is_full(const snnd_c_node *node) {
    for (int32_t i = 0; i < node->inputs; i++) {
        if (node->begin[i + 1] - node->begin[i] != node->outputs)
            return false;
        for (int64_t s = node->begin[i]; s < node->begin[i + 1]; s++)
            if (node->target[s] != s - node->begin[i])
                return false;
    }
    return true;
}

/* Whether tables that name targets would take as much as those of all synapses, which need not. */
static bool is_full_better(const snnd_c_node *node, const bool *keep) {
    const int64_t count = node->begin[node->inputs];
    int64_t kept = 0;
    for (int64_t s = 0; s < count; s++)
        kept += keep[s];
    const int64_t each =
        (node->fixed.weight != NULL ? 1 : 4) + (node->taps > 1 ? snnd_c_type_bytes(node->taps - 1) : 0);
    return kept * (each + snnd_c_type_bytes(node->outputs - 1)) + snnd_c_type_bytes(kept) * (node->inputs + 1) >=
           count * each;
}

void snnd_c_drop(snnd_c_node *node, const bool *keep) {
    int64_t place = 0, begin = 0;
    node->full = is_full(node);
    if (node->full && is_full_better(node, keep))
        return;
    for (int32_t i = 0; i < node->inputs; i++) {
        const int64_t end = node->begin[i + 1];
        for (int64_t s = begin; s < end; s++)
            if (keep[s]) {
                node->target[place] = node->target[s];
                node->delay[place] = node->delay[s];
                node->weight[place] = node->weight[s];
                if (node->fixed.weight != NULL)
                    node->fixed.weight[place] = node->fixed.weight[s];
                place++;
            }
        begin = end;
        node->begin[i + 1] = place;
    }
    node->full = is_full(node);
}

static snnd_status fold_synapses(snnd_context *context, snnd_c_node *node) {
    const snnd_frame_synapses *from = &node->delays->synapses;
    const int64_t count = from->begin[from->inputs];
    const size_t room = snnd_size_or_one(snnd_size_of(count));
    node->begin = snnd_allocate(context, (size_t)from->inputs + 1, sizeof *node->begin);
    node->target = snnd_allocate(context, room, sizeof *node->target);
    node->delay = snnd_allocate(context, room, sizeof *node->delay);
    node->weight = snnd_allocate(context, room, sizeof *node->weight);
    bool *keep = snnd_allocate(context, room, sizeof *keep);
    snnd_status status = SNND_ERROR_MEMORY;
    if (node->begin != NULL && node->target != NULL && node->delay != NULL && node->weight != NULL && keep != NULL) {
        status = SNND_OK;
        memcpy(node->begin, from->begin, ((size_t)from->inputs + 1) * sizeof *node->begin);
        memcpy(node->target, from->output, (size_t)count * sizeof *node->target);
        memcpy(node->delay, from->delay, (size_t)count * sizeof *node->delay);
        for (int64_t s = 0; s < count; s++) {
            const double factor = node->factor == NULL ? 1 : node->factor[from->output[s]];
            node->weight[s] = (float)((double)from->value[s] * factor);
            keep[s] = node->weight[s] != 0;
            if (!isfinite(node->weight[s]))
                status = snnd_fail(context, SNND_ERROR_NUMERIC,
                                   "layer %d (%s): a weight of neuron %d is %g times %g, which float32 cannot hold",
                                   node->delays->index, snnd_c_kind(node->delays), from->output[s],
                                   (double)from->value[s], factor);
        }
        snnd_c_drop(node, keep);
    }
    snnd_release(context, keep);
    return status;
}

/* ---- the network ---- */

snnd_status snnd_c_fold(const snnd_plan *plan, snnd_c_network *network) {
    network->context = plan->context;
    network->plan = plan;
    network->count = 0;
    if (plan->count == 0)
        return snnd_fail(plan->context, SNND_ERROR_UNSUPPORTED, "there is nothing but dropout in the network");
    network->node = snnd_allocate(plan->context, (size_t)plan->count, sizeof *network->node);
    if (network->node == NULL)
        return SNND_ERROR_MEMORY;
    snnd_status status = SNND_OK;
    for (int32_t k = 0; k < plan->count && status == SNND_OK; k++)
        status = add_layer(network, &plan->layer[k]);
    for (int32_t k = 0; k < network->count && status == SNND_OK; k++)
        if (network->node[k].delays != NULL)
            status = fold_synapses(plan->context, &network->node[k]);
    return status;
}

void snnd_c_free(snnd_c_network *network) {
    for (int32_t k = 0; k < network->count; k++) {
        const snnd_c_node *node = &network->node[k];
        void *const owned[] = {node->factor,     node->shift,        node->weight,     node->begin,
                               node->target,     node->delay,        node->fixed.unit, node->fixed.weight,
                               node->fixed.bias, node->fixed.border, node->fixed.share};
        for (size_t p = 0; p < sizeof owned / sizeof owned[0]; p++)
            snnd_release(network->context, owned[p]);
    }
    snnd_release(network->context, network->node);
    network->node = NULL;
    network->count = 0;
}
