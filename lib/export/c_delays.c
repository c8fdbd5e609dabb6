/* Delays in C: a node begins with them, and its lists contain the synapses of the plan, with the norm in their weights.
 * */
#include <math.h>
#include <string.h>

#include "export/c_network.h"

static snnd_status fold(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer) {
    (void)context;
    node->delays = layer;
    node->taps = layer->synapses.taps;
    node->lists = layer->synapses.inputs;
    node->targets = layer->synapses.outputs;
    node->lines = snnd_plan_lines(layer);
    node->past = !node->events && node->inputs <= node->outputs;
    return SNND_OK;
}

const snnd_c_class snnd_delays_c = {.begins = true, .fold = fold};

/* ---- synapses ---- */

static bool is_full(const snnd_c_node *node) {
    for (int32_t i = 0; i < node->lists; i++) {
        if (node->begin[i + 1] - node->begin[i] != node->targets)
            return false;
        for (int64_t s = node->begin[i]; s < node->begin[i + 1]; s++)
            if (node->target[s] != s - node->begin[i])
                return false;
    }
    return true;
}

/* Returns whether tables with the targets would be as large as those of all synapses, which need no targets. */
static bool is_full_better(const snnd_c_node *node, const bool *keep) {
    const int64_t count = snnd_c_synapses(node);
    const bool own_delay = node->lines == NULL && node->taps > 1;
    int64_t kept = 0;
    for (int64_t s = 0; s < count; s++)
        kept += keep[s];
    const int64_t each = (node->fixed.weight != NULL ? 1 : 4) + (own_delay ? snnd_c_type_bytes(node->taps - 1) : 0);
    return kept * (each + snnd_c_type_bytes(node->targets - 1)) + snnd_c_type_bytes(kept) * (node->lists + 1) >=
           count * each;
}

void snnd_c_drop(snnd_c_node *node, const bool *keep) {
    int64_t place = 0, begin = 0;
    node->full = is_full(node);
    if (node->full && is_full_better(node, keep))
        return;
    for (int32_t i = 0; i < node->lists; i++) {
        const int64_t end = node->begin[i + 1];
        for (int64_t s = begin; s < end; s++)
            if (keep[s]) {
                node->target[place] = node->target[s];
                if (node->delay != NULL)
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

snnd_status snnd_c_fold_synapses(snnd_context *context, snnd_c_node *node) {
    const snnd_frame_synapses *from = &node->delays->synapses;
    const int64_t count = from->begin[from->inputs];
    const size_t room = snnd_size_or_one(snnd_size_of(count));
    node->begin = snnd_allocate(context, (size_t)from->inputs + 1, sizeof *node->begin);
    node->target = snnd_allocate(context, room, sizeof *node->target);
    node->delay = node->lines == NULL ? snnd_allocate(context, room, sizeof *node->delay) : NULL;
    node->weight = snnd_allocate(context, room, sizeof *node->weight);
    bool *keep = snnd_allocate(context, room, sizeof *keep);
    snnd_status status = SNND_ERROR_MEMORY;
    if (node->begin != NULL && node->target != NULL && (node->delay != NULL || node->lines != NULL) &&
        node->weight != NULL && keep != NULL) {
        status = SNND_OK;
        memcpy(node->begin, from->begin, ((size_t)from->inputs + 1) * sizeof *node->begin);
        memcpy(node->target, from->output, (size_t)count * sizeof *node->target);
        if (node->delay != NULL)
            memcpy(node->delay, from->delay, (size_t)count * sizeof *node->delay);
        for (int64_t s = 0; s < count; s++) {
            const double factor = node->factor == NULL ? 1 : node->factor[snnd_c_neuron(node, s)];
            node->weight[s] = (float)((double)from->value[s] * factor);
            keep[s] = node->weight[s] != 0;
            if (!isfinite(node->weight[s]))
                status = snnd_fail(context, SNND_ERROR_NUMERIC,
                                   "layer %d (%s): a weight of neuron %d is %g times %g, which float32 cannot hold",
                                   node->delays->index, node->delays->class->name, snnd_c_neuron(node, s),
                                   (double)from->value[s], factor);
        }
        snnd_c_drop(node, keep);
    }
    snnd_release(context, keep);
    return status;
}
