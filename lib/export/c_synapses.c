/*
 * Synapses in C, listed by presynaptic neuron. The kind of input decides what is stored:
 *
 *     future currents: when an input is not 0, ring[row + delay][target] += weight input
 *     past inputs:     at every step, current[target] += weight past[now - delay], except for inputs that were 0 for
 *                      longer than all delays
 */
#include "export/c_step.h"

/* Begins loops over the synapses of input `n`, whose body uses k, o or both; over its axons `a`, where it has several.
 * Returns the indentation of the body. */
static int begin_list(snnd_c_text *text, const snnd_c_node *node, int indent) {
    const int32_t axons = snnd_c_lists_each(node);
    const char *list = axons > 1 ? "a" : "n";
    if (axons > 1) {
        snnd_c_write(text, "%*sfor (a = n * %du; a < (n + 1) * %du; a++)\n", indent, "", axons, axons);
        indent += 4;
    }
    if (node->full)
        snnd_c_write(text, "%*sfor (o = 0; o < %du; o++) {\n%*sconst uint32_t k = %s * %du + o;\n", indent, "",
                     node->targets, indent + 4, "", list, node->targets);
    else
        snnd_c_write(text, "%*sfor (k = $_begin_@[%s]; k < $_begin_@[%s + 1]; k++) {\n", indent, "", list, list);
    return indent + 4;
}

static const char *counters_of(const snnd_c_node *node) {
    const bool axons = snnd_c_lists_each(node) > 1;
    return node->full ? (axons ? "a, o" : "o") : axons ? "a, k" : "k";
}

static const char *target_of(const snnd_c_node *node) {
    return node->full ? "o" : "$_target_@[k]";
}

/* Returns the element of the table with the delay of synapse k. */
static const char *delay_at(const snnd_c_node *node) {
    if (node->lines == NULL)
        return "k";
    if (node->lines->sharing == SNND_SHARING_DENDRITIC)
        return target_of(node);
    return snnd_c_lists_each(node) > 1 ? "a" : "n";
}

/* Writes the neuron at which synapse k ends, which is a target, or has several dendrites. */
static void write_neuron(snnd_c_text *text, const snnd_c_node *node) {
    snnd_c_write(text, "%s", target_of(node));
    if (snnd_c_targets_each(node) > 1)
        snnd_c_write(text, " / %du", snnd_c_targets_each(node));
}

static void write_send(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const char *number = network->fixed ? "int32_t" : "float";
    const char *cell = network->fixed && node->fixed.narrow ? "int16_t" : number;
    snnd_c_write(text, "\n/* Adds input n of synapses @, which %s, to future currents. */\n",
                 node->events ? "has fired" : "is x");
    snnd_c_write(text, "static void $_send_@($_state *s, uint32_t n%s%s%s) {\n", node->events ? "" : ", ",
                 node->events ? "" : number, node->events ? "" : " x");
    if (node->taps > 1)
        snnd_c_write(text, "    const uint32_t now = s->row_@;\n");
    snnd_c_write(text, "    uint32_t %s;\n", counters_of(node));
    const int indent = begin_list(text, node, 4);
    if (node->taps > 1) {
        snnd_c_write(text, "%*sconst uint32_t row = now + $_delay_@[%s];\n", indent, "", delay_at(node));
        snnd_c_write(text, "%*s%s *const at = &s->ring_@[(row < %du ? row : row - %du) * %du + ", indent, "", cell,
                     node->taps, node->taps, node->outputs);
    } else {
        snnd_c_write(text, "%*s%s *const at = &s->ring_@[", indent, "", cell);
    }
    write_neuron(text, node);
    snnd_c_write(text, "];\n%*s*at = (%s)(*at + $_weight_@[k]%s);\n%*s}\n}\n", indent, "", cell,
                 node->events ? "" : " * x", indent - 4, "");
}

static void write_sum(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    snnd_c_write(text,
                 "\n/* Computes the currents of synapses @ from past inputs. */\nstatic void $_sum_@($_state *s) {\n");
    if (node->taps > 1)
        snnd_c_write(text, "    const uint32_t now = s->now_@;\n");
    snnd_c_write(text, "    uint32_t n, %s;\n", counters_of(node));
    if (!network->fixed && !snnd_c_waits(node))
        snnd_c_write(text,
                     "    for (n = 0; n < %du; n++)\n"
                     "        s->current_@[n] = %s;\n",
                     node->outputs, node->shift != NULL ? "$_bias_@[n]" : "0.0f");
    snnd_c_write(text,
                 "    for (n = 0; n < %du; n++) {\n"
                 "        const %s *const past = s->past_@ + n * %du;\n"
                 "        if (s->idle_@[n] >= %du)\n"
                 "            continue;\n",
                 node->inputs, network->fixed ? "int16_t" : "float", node->taps, node->taps);
    const int indent = begin_list(text, node, 8);
    if (node->taps > 1)
        snnd_c_write(text, "%*sconst uint32_t delay = $_delay_@[%s];\n", indent, "", delay_at(node));
    snnd_c_write(text, "%*ss->current_@[", indent, "");
    write_neuron(text, node);
    snnd_c_write(text, "] += %s$_weight_@[k] * past[", network->fixed ? "(int32_t)" : "");
    if (node->taps > 1)
        snnd_c_write(text, "now >= delay ? now - delay : now + %du - delay", node->taps);
    else
        snnd_c_write(text, "0");
    snnd_c_write(text, "];\n%*s}\n    }\n}\n", indent - 4, "");
}

void snnd_c_write_synapses(snnd_c_text *text, const snnd_c_network *network) {
    for (int32_t k = 0; k < network->count; k++) {
        const snnd_c_node *node = &network->node[k];
        text->number = node->number;
        if (node->delays != NULL && node->past)
            write_sum(text, network, node);
        else if (node->delays != NULL)
            write_send(text, network, node);
    }
}
