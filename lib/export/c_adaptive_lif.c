/* Adaptive LIF neurons in C: the equations of kernel/adaptive.h, with a table for each parameter. */
#include "export/c_step.h"
#include "inference/adaptive_lif.h"

static snnd_status fold(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer) {
    const snnd_frozen_adaptive *own = layer->own;
    (void)context;
    node->threshold = own->by.threshold;
    node->at_once = true;
    return SNND_OK;
}

static void write_tables(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const snnd_frozen_adaptive *own = node->neurons->own;
    (void)network;
    snnd_c_table_floats(text, "membrane_decay", own->by.membrane, node->outputs);
    snnd_c_table_floats(text, "adaptation_decay", own->by.adaptation, node->outputs);
    snnd_c_table_floats(text, "subthreshold_adaptation", own->by.subthreshold, node->outputs);
    snnd_c_table_floats(text, "spike_adaptation", own->by.spike, node->outputs);
}

static void write(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const snnd_c_number threshold = snnd_c_float((double)node->threshold);
    const bool spikes = snnd_c_sends_spikes(network, node->number);
    snnd_c_write(text,
                 "        const float u = s->potential_@[n];\n"
                 "        const float w = $_adaptation_decay_@[n] * s->adaptation_@[n] +\n"
                 "            $_subthreshold_adaptation_@[n] * u + (u > %s ? $_spike_adaptation_@[n] : 0.0f);\n"
                 "        const float v = $_membrane_decay_@[n] * (u > %s ? u - %s : u) +\n"
                 "            (1.0f - $_membrane_decay_@[n]) * (current[n] - w);\n",
                 threshold.text, threshold.text, threshold.text);
    if (!spikes)
        snnd_c_write(text, "        float y = v > %s ? 1.0f : 0.0f;\n", threshold.text);
    snnd_c_write(text, "        s->adaptation_@[n] = w;\n        s->potential_@[n] = v;\n");
    snnd_c_write_clearing(text, node);
    if (!spikes) {
        snnd_c_write_delivery(text, network, node->number);
        return;
    }
    text->number = node->number + 1;
    snnd_c_write(text, "        if (v > %s)\n            $_send_@(s, n);\n", threshold.text);
}

const snnd_c_class snnd_adaptive_lif_c = {
    .fold = fold,
    .words = "adaptive LIF neurons",
    .state = {{"potential", "of each neuron"}, {"adaptation", "of each neuron"}},
    .fires = true,
    .write_tables = write_tables,
    .write = write,
};
