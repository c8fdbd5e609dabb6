/* LIF neurons in C. */
#include "export/c_step.h"

static snnd_status fold(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer) {
    (void)context;
    node->decay = layer->lif.decay;
    node->threshold = layer->lif.threshold;
    return SNND_OK;
}

static void write(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const snnd_c_number decay = snnd_c_float((double)node->decay);
    const snnd_c_number threshold = snnd_c_float((double)node->threshold);
    const bool spikes = snnd_c_sends_spikes(network, node->number);
    snnd_c_write(text, "        const float v = s->potential_@[n];\n");
    if (!spikes)
        snnd_c_write(text, "        float y = v > %s ? 1.0f : 0.0f;\n", threshold.text);
    snnd_c_write(text, "        s->potential_@[n] = v > %s ? 0.0f : %s * v + current[n];\n", threshold.text,
                 decay.text);
    snnd_c_write_clearing(text, node);
    if (!spikes) {
        snnd_c_write_delivery(text, network, node->number);
        return;
    }
    text->number = node->number + 1;
    snnd_c_write(text, "        if (v > %s)\n            $_send_@(s, n);\n", threshold.text);
}

static void write_fixed(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    snnd_c_write_next(text, node);
    snnd_c_write(text, "        s->potential_@[n] = v > $_threshold_@[n] ? 0 : next;\n");
    if (node->number + 1 == network->count) {
        snnd_c_write(text, "        s->output[n] = v > $_threshold_@[n];\n");
        return;
    }
    snnd_c_write(text, "        if (v > $_threshold_@[n])\n            ");
    text->number = node->number + 1;
    snnd_c_write(text, "$_send_@(s, n);\n");
}

const snnd_c_class snnd_lif_c = {
    .fold = fold,
    .words = "LIF neurons",
    .state = {{"potential", "of each neuron"}},
    .fires = true,
    .write = write,
    .write_fixed = write_fixed,
};
