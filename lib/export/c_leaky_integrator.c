/* Leaky integrators in C. */
#include "export/c_step.h"

static snnd_status fold(snnd_context *context, snnd_c_node *node, const snnd_plan_layer *layer) {
    (void)context;
    node->decay = layer->leaky.decay;
    node->decays = layer->leaky.decays;
    node->at_once = layer->leaky.order == SNND_ORDER_UPDATE_FIRST;
    return SNND_OK;
}

static void write(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    snnd_c_write(text,
                 "        float y = %s * s->potential_@[n] + current[n];\n"
                 "        s->potential_@[n] = y;\n",
                 snnd_c_decay(node).text);
    snnd_c_write_clearing(text, node);
    snnd_c_write_delivery(text, network, node->number);
}

static void write_fixed(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    (void)network;
    snnd_c_write_next(text, node);
    snnd_c_write_upper_clamp(text, node);
    snnd_c_write(text, "        s->potential_@[n] = next;\n"
                       "        s->output[n] = $_share(next, $_share_@[n]);\n");
}

const snnd_c_class snnd_leaky_integrator_c = {
    .fold = fold,
    .words = "leaky integrators",
    .state = {{"potential", "of each neuron"}},
    .write_tables = snnd_c_write_decays,
    .write = write,
    .write_fixed = write_fixed,
};
