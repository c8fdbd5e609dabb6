/* Compares the synapses of two states of a network. */
#include <math.h>

#include "base/options.h"
#include "format/network_file.h"
#include "model/delays.h"

snnd_status snnd_changes_init(snnd_changes *changes, size_t size) {
    static const snnd_changes none = {0};
    return snnd_options_init(changes, size, &none, sizeof none);
}

/* Adds one synapse that exists in both states. The means are still sums here. */
static void add_kept(const snnd_layer *before, const snnd_layer *after, int64_t s, snnd_changes *sum) {
    const double old = (double)snnd_delays_weight(before, s), new = (double)snnd_delays_weight(after, s);
    const snnd_synapses earlier = snnd_delays_synapses(before), later = snnd_delays_synapses(after);
    const double move = fabs((double)snnd_synapse_position(&later, s) - (double)snnd_synapse_position(&earlier, s));
    sum->kept++;
    sum->flipped += (old > 0 && new < 0) || (old < 0 && new > 0);
    sum->mean_move += move;
    sum->largest_move = fmax(sum->largest_move, move);
    sum->mean_weight_change += fabs(new - old);
}

static void add_layer(const snnd_layer *before, const snnd_layer *after, snnd_changes *sum) {
    for (int64_t s = 0; s < snnd_layer_synapses(after); s++) {
        const bool was = snnd_delays_exists(before, s), is = snnd_delays_exists(after, s);
        sum->born += is && !was;
        sum->died += was && !is;
        if (was && is)
            add_kept(before, after, s, sum);
    }
}

static snnd_status check_layer(const snnd_network *network, const snnd_layer *layer) {
    if (layer != NULL && layer->network != network)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "snnd_network_changes: the layer does not belong to the network `after`");
    if (layer != NULL && !snnd_layer_is_delays(layer))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "snnd_network_changes: layer %d is %s; expected a layer of delays", layer->index,
                         layer->class->name);
    return SNND_OK;
}

/* Errors are set in the context of the network `after`, whichever network is wrong. */
static snnd_status check_networks(const snnd_network *before, const snnd_network *after) {
    snnd_status status = snnd_network_same(after, before);
    if (status != SNND_OK)
        return snnd_fail(after->context, status, "snnd_network_changes: the network `before` does not match: %s",
                         after->context->error);
    status = snnd_network_check_values(before);
    if (status != SNND_OK)
        return snnd_fail(after->context, status, "snnd_network_changes: the network `before` does not match: %s",
                         before->context->error);
    return snnd_network_check_values(after);
}

snnd_status snnd_network_changes(const snnd_network *before, const snnd_network *after, const snnd_layer *layer,
                                 snnd_changes *changes) {
    if (after == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = SNND_OK;
    if (before == NULL || changes == NULL)
        status = snnd_fail(after->context, SNND_ERROR_ARGUMENT, "snnd_network_changes: %s is NULL",
                           before == NULL ? "before" : "changes");
    if (status == SNND_OK)
        status = snnd_options_check(after->context, changes, "snnd_changes");
    if (status == SNND_OK)
        status = check_layer(after, layer);
    if (status == SNND_OK)
        status = check_networks(before, after);
    if (status != SNND_OK)
        return status;
    snnd_changes made = {0};
    for (int32_t i = 0; i < after->count; i++)
        if (layer == NULL ? snnd_layer_is_delays(after->layer[i]) : after->layer[i] == layer)
            add_layer(before->layer[i], after->layer[i], &made);
    if (made.kept > 0) {
        made.mean_move /= (double)made.kept;
        made.mean_weight_change /= (double)made.kept;
    }
    return snnd_options_write(after->context, changes, &made, sizeof made, "snnd_changes");
}
