/* Constant tables in C: for each node weights, delays, targets, where the list of each input begins, biases, and
 * thresholds. */
#include "export/c_step.h"

static const char *input_word(const snnd_c_node *node) {
    return node->number == 0 ? "inputs" : node->events ? "spiking neurons" : "neurons";
}

static void write_synapse_tables(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const int64_t count = snnd_c_synapses(node);
    const bool axons = snnd_c_lists_each(node) > 1, dendrites = snnd_c_targets_each(node) > 1;
    snnd_c_write(text, "\n/* Synapses @: from %d %s to %d neurons, %lld of them, ", node->inputs, input_word(node),
                 node->outputs, (long long)count);
    snnd_c_write(text, node->full ? "all to all" : "those of n are at begin[n] to begin[n + 1] - 1");
    if (axons || dendrites)
        snnd_c_write(text, ", where each of the %s has %d %s", axons ? "first" : "second",
                     axons ? snnd_c_lists_each(node) : snnd_c_targets_each(node), axons ? "axons" : "dendrites");
    snnd_c_write(text, " */\n");
    if (!node->full) {
        snnd_c_table_offsets(text, "begin", node->begin, (int64_t)node->lists + 1);
        snnd_c_table_targets(text, "target", node->target, count, node->targets - 1);
    }
    if (node->taps > 1 && node->lines != NULL)
        snnd_c_table_delays(text, "delay", node->lines->delay, node->lines->count, node->taps - 1);
    else if (node->taps > 1)
        snnd_c_table_delays(text, "delay", node->delay, count, node->taps - 1);
    if (network->fixed)
        snnd_c_table_int8(text, "weight", node->fixed.weight, count);
    else
        snnd_c_table_floats(text, "weight", node->weight, count);
}

void snnd_c_write_decays(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    if (node->decays == NULL)
        return;
    if (!network->fixed) {
        snnd_c_table_floats(text, "decay", node->decays, node->outputs);
        return;
    }
    snnd_c_table_int32(text, node->fixed.clamps ? "leak" : "decay", node->fixed.decays, node->outputs);
    if (node->fixed.clamps)
        snnd_c_table_int32(text, "divisor", node->fixed.divisors, node->outputs);
}

void snnd_c_write_tables(snnd_c_text *text, const snnd_c_network *network) {
    for (int32_t k = 0; k < network->count; k++) {
        const snnd_c_node *node = &network->node[k];
        text->number = node->number;
        if (node->delays != NULL)
            write_synapse_tables(text, network, node);
        if (node->delays == NULL && node->factor != NULL)
            snnd_c_table_doubles(text, "factor", node->factor, node->outputs);
        if (node->shift != NULL && network->fixed)
            snnd_c_table_int32(text, "bias", node->fixed.bias, node->outputs);
        else if (node->shift != NULL)
            snnd_c_table_doubles(text, "bias", node->shift, node->outputs);
        if (network->fixed && snnd_c_fires(node))
            snnd_c_table_int32(text, "threshold", node->fixed.border, node->outputs);
        else if (network->fixed)
            snnd_c_table_int32(text, "share", node->fixed.share, node->outputs);
        if (node->kind != NULL && node->kind->write_tables != NULL)
            node->kind->write_tables(text, network, node);
    }
}
