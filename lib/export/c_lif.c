/* LIF neurons in C. */
#include "export/c_step.h"

static snnd_status fold(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer) {
    (void)context;
    node->decay = layer->lif.decay;
    node->decays = layer->lif.decays;
    node->threshold = layer->lif.threshold;
    node->at_once = layer->lif.order == SNND_ORDER_UPDATE_FIRST;
    node->subtract = layer->lif.reset == SNND_RESET_SUBTRACT;
    return SNND_OK;
}

/* Writes v, from which spikes are computed, and the next potential. */
static void write_potential(snnd_c_text *text, const snnd_c_node *node) {
    const snnd_c_number decay = snnd_c_decay(node), threshold = snnd_c_float((double)node->threshold);
    const char *next = node->at_once ? "v" : "next";
    if (node->at_once)
        snnd_c_write(text, "        const float v = %s * s->potential_@[n] + current[n];\n", decay.text);
    else
        snnd_c_write(text,
                     "        const float v = s->potential_@[n];\n"
                     "        const float next = %s * v + current[n];\n",
                     decay.text);
    if (node->subtract)
        snnd_c_write(text, "        s->potential_@[n] = v > %s ? %s - %s : %s;\n", threshold.text, next, threshold.text,
                     next);
    else
        snnd_c_write(text, "        s->potential_@[n] = v > %s ? 0.0f : %s;\n", threshold.text, next);
}

static void write(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const snnd_c_number threshold = snnd_c_float((double)node->threshold);
    const bool spikes = snnd_c_sends_spikes(network, node->number);
    write_potential(text, node);
    snnd_c_write_clearing(text, node);
    if (!spikes) {
        snnd_c_write(text, "        float y = v > %s ? 1.0f : 0.0f;\n", threshold.text);
        snnd_c_write_delivery(text, network, node->number);
        return;
    }
    text->number = node->number + 1;
    snnd_c_write(text, "        if (v > %s)\n            $_send_@(s, n);\n", threshold.text);
}

static void write_fixed(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const char *taken = node->at_once ? "next" : "v";
    snnd_c_write_next(text, node);
    if (node->subtract)
        snnd_c_write_upper_clamp(text, node);
    snnd_c_write(text, "        s->potential_@[n] = %s > $_threshold_@[n] ? %s : next;\n", taken,
                 node->subtract ? "next - $_threshold_@[n]" : "0");
    if (node->number + 1 == network->count) {
        snnd_c_write(text, "        s->output[n] = %s > $_threshold_@[n];\n", taken);
        return;
    }
    snnd_c_write(text, "        if (%s > $_threshold_@[n])\n            ", taken);
    text->number = node->number + 1;
    snnd_c_write(text, "$_send_@(s, n);\n");
}

const snnd_c_class snnd_lif_c = {
    .fold = fold,
    .words = "LIF neurons",
    .state = {{"potential", "of each neuron"}},
    .fires = true,
    .write_tables = snnd_c_write_decays,
    .write = write,
    .write_fixed = write_fixed,
};
