/* Layers in C, and the step. A layer computes its output neuron by neuron and passes each number on at once. Layers
 * that wait for the next step are called from the last to the first, the others after the layer that they follow
 * (c_network.h). */
#include "export/c_readout.h"
#include "export/c_step.h"

/* ---- where a number goes next ---- */

static const snnd_c_node *after(const snnd_c_network *network, int32_t number) {
    return number + 1 < network->count ? &network->node[number + 1] : NULL;
}

/* Returns the node that receives the output of node `number` (-1: the frame), after norms that stand alone. */
static const snnd_c_node *taker_of(const snnd_c_network *network, int32_t number) {
    const snnd_c_node *next = after(network, number);
    while (next != NULL && snnd_c_is_norm(next))
        next = after(network, next->number);
    return next;
}

/* Writes the code before the loop: the newest place of the past. */
static void write_before(snnd_c_text *text, const snnd_c_network *network, int32_t number) {
    const snnd_c_node *to = taker_of(network, number);
    if (to == NULL || to->delays == NULL || !to->past)
        return;
    text->number = to->number;
    snnd_c_write(text, "    s->now_@ = (%s)(s->now_@ + 1 < %d ? s->now_@ + 1 : 0);\n", snnd_c_type(to->taps), to->taps);
}

bool snnd_c_sends_spikes(const snnd_c_network *network, int32_t number) {
    const snnd_c_node *next = after(network, number);
    return next != NULL && next->events && next->delays != NULL;
}

static void write_norm(snnd_c_text *text, const char *to, const snnd_c_node *node) {
    text->number = node->number;
    snnd_c_write(text, "        %s = ", to);
    snnd_c_write(text, node->factor != NULL ? "$_factor_@[n] * y + $_bias_@[n];\n" : "y;\n");
}

static void write_remembering(snnd_c_text *text, const snnd_c_node *to) {
    snnd_c_write(text,
                 "        s->past_@[n * %du + s->now_@] = y;\n"
                 "        if (y != 0)\n"
                 "            s->idle_@[n] = 0;\n"
                 "        else if (s->idle_@[n] < %du)\n"
                 "            s->idle_@[n]++;\n",
                 to->taps, to->taps);
}

void snnd_c_write_delivery(snnd_c_text *text, const snnd_c_network *network, int32_t number) {
    const snnd_c_node *next = after(network, number);
    for (; next != NULL && snnd_c_is_norm(next); next = after(network, next->number))
        write_norm(text, "y", next);
    if (next == NULL) {
        if (snnd_c_keeps_output(network))
            snnd_c_write(text, "        s->output[n] = y;\n");
        return;
    }
    text->number = next->number;
    if (next->delays == NULL)
        write_norm(text, "s->current_@[n]", next);
    else if (next->past)
        write_remembering(text, next);
    else
        snnd_c_write(text, "        if (y != 0)\n            $_send_@(s, n, y);\n");
}

/* Writes the code after the loop. */
static void write_behind(snnd_c_text *text, const snnd_c_network *network, int32_t number) {
    const snnd_c_node *to = taker_of(network, number);
    if (to == NULL || to->delays == NULL || !to->past)
        return;
    text->number = to->number;
    snnd_c_write(text, "    $_sum_@(s);\n");
}

/* ---- neurons ---- */

static bool has_ring(const snnd_c_node *node) {
    return node->delays != NULL && !node->past;
}

/* Writes the beginning of a layer, where its currents are complete. */
static void begin_layer(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    const char *number = network->fixed ? "int32_t" : "float";
    snnd_c_write(text, "\nstatic void $_layer_@($_state *s) {\n    %s *const current = ",
                 network->fixed && has_ring(node) && node->fixed.narrow ? "int16_t" : number);
    if (!has_ring(node))
        snnd_c_write(text, "s->current_@;\n");
    else if (node->taps > 1)
        snnd_c_write(text, "s->ring_@ + s->row_@ * %du;\n", node->outputs);
    else
        snnd_c_write(text, "s->ring_@;\n");
    snnd_c_write(text, "    uint32_t n;\n");
    write_before(text, network, node->number);
    text->number = node->number;
    snnd_c_write(text, "    for (n = 0; n < %du; n++) {\n", node->outputs);
}

static void end_layer(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    snnd_c_write(text, "    }\n");
    text->number = node->number;
    if (has_ring(node) && node->taps > 1)
        snnd_c_write(text, "    s->row_@ = (%s)(s->row_@ + 1 < %d ? s->row_@ + 1 : 0);\n", snnd_c_type(node->taps),
                     node->taps);
    write_behind(text, network, node->number);
    snnd_c_write(text, "}\n");
}

void snnd_c_write_clearing(snnd_c_text *text, const snnd_c_node *node) {
    if (node->delays != NULL && (snnd_c_waits(node) || !node->past))
        snnd_c_write(text, "        current[n] = %s;\n", node->shift != NULL ? "$_bias_@[n]" : "0.0f");
}

snnd_c_number snnd_c_decay(const snnd_c_node *node) {
    return node->decays == NULL ? snnd_c_float((double)node->decay) : (snnd_c_number){"$_decay_@[n]"};
}

void snnd_c_write_next(snnd_c_text *text, const snnd_c_node *node) {
    const snnd_c_fixed *fixed = &node->fixed;
    snnd_c_write(text, "        const int32_t v = s->potential_@[n];\n        int32_t next = ");
    if (fixed->decays != NULL)
        snnd_c_write(text, fixed->clamps ? "v - $_times(v, $_leak_@[n]) / $_divisor_@[n]" : "$_times(v, $_decay_@[n])");
    else if (!fixed->clamps)
        snnd_c_write(text, "$_times(v, %d)", fixed->decay);
    else if (fixed->leak == 0)
        snnd_c_write(text, "v");
    else
        snnd_c_write(text, "v - $_times(v, %d) / (int32_t)%ld", fixed->leak, 1L << fixed->leak_shift);
    snnd_c_write(text, " + current[n] * (int32_t)%ld", 1L << fixed->fraction);
    snnd_c_write(text, node->shift != NULL ? " + $_bias_@[n];\n" : ";\n");
    snnd_c_write(text, "        current[n] = 0;\n");
    if (fixed->clamps)
        snnd_c_write(text, "        if (next < -1073741823)\n            next = -1073741823;\n");
}

void snnd_c_write_upper_clamp(snnd_c_text *text, const snnd_c_node *node) {
    if (node->fixed.clamps)
        snnd_c_write(text, "        if (next > 1073741823)\n            next = 1073741823;\n");
}

/* Writes a node without neurons. */
static void write_sums(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    snnd_c_write(text, "        float y = current[n];\n");
    snnd_c_write_clearing(text, node);
    snnd_c_write_delivery(text, network, node->number);
}

static void write_layer(snnd_c_text *text, const snnd_c_network *network, const snnd_c_node *node) {
    text->number = node->number;
    begin_layer(text, network, node);
    if (node->kind == NULL)
        write_sums(text, network, node);
    else if (network->fixed)
        node->kind->write_fixed(text, network, node);
    else
        node->kind->write(text, network, node);
    end_layer(text, network, node);
}

static void write_share(snnd_c_text *text) {
    snnd_c_write(text, "\n/* x factor / 2^30, rounded to nearest, for factors of up to 2^30 and |x| up to 2^30. */\n"
                       "static int32_t $_share(int32_t x, int32_t factor) {\n"
                       "    const int64_t product = (int64_t)x * factor;\n"
                       "    const uint64_t positive = (uint64_t)product + ((uint64_t)1 << 62) + ((uint64_t)1 << 29);\n"
                       "    return (int32_t)((int64_t)(positive >> 30) - ((int64_t)1 << 32));\n"
                       "}\n");
}

/* Returns whether a neuron uses it, since compilers warn of a static function that is never called. */
static bool needs_times(const snnd_c_network *network) {
    for (int32_t k = 0; k < network->count; k++)
        if (!network->node[k].fixed.clamps || network->node[k].fixed.leak > 0 || network->node[k].fixed.decays != NULL)
            return true;
    return false;
}

static void write_times(snnd_c_text *text) {
    snnd_c_write(
        text,
        "\n/* x factor / 65536, rounded to nearest: the product of the upper half and that of the lower, which fit 32\n"
        " * bits where factor is at most 65536 and |x| at most 2^30. */\n"
        "static int32_t $_times(int32_t x, int32_t factor) {\n"
        "    const uint32_t positive = (uint32_t)x + 2147483648u;\n"
        "    const int32_t upper = (int32_t)(positive >> 16) - 32768;\n"
        "    const uint32_t lower = ((positive & 65535u) * (uint32_t)factor + 32768u) >> 16;\n"
        "    return upper * factor + (int32_t)lower;\n"
        "}\n");
}

void snnd_c_write_layers(snnd_c_text *text, const snnd_c_network *network) {
    if (network->fixed && needs_times(network))
        write_times(text);
    if (network->fixed && !snnd_c_fires(&network->node[network->count - 1]))
        write_share(text);
    for (int32_t k = 0; k < network->count; k++)
        if (!snnd_c_is_norm(&network->node[k]))
            write_layer(text, network, &network->node[k]);
}

/* ---- the step ---- */

/* Writes the calls of node `from` and of those after it in the same step. In fixed point, nodes that wait have no
 * currents before the first step, and no biases in them. */
static void call_from(snnd_c_text *text, const snnd_c_network *network, int32_t from) {
    for (int32_t k = from; k < network->count; k++) {
        const snnd_c_node *node = &network->node[k];
        if (k > from && snnd_c_waits(node))
            return;
        text->number = k;
        if (network->fixed && snnd_c_waits(node))
            snnd_c_write(text, "    if (s->begun)\n    ");
        if (!snnd_c_is_norm(node))
            snnd_c_write(text, "    $_layer_@(s);\n");
    }
}

static void write_frame(snnd_c_text *text, const snnd_c_network *network) {
    const snnd_c_node *first = taker_of(network, -1);
    write_before(text, network, -1);
    snnd_c_write(text, "    for (n = 0; n < $$_INPUTS; n++) {\n");
    if (network->fixed)
        snnd_c_write(text,
                     "        const int16_t x = frame[n];\n"
                     "        const int16_t y = (int16_t)(x > %d ? %d : x < -%d ? -%d : x);\n",
                     first->fixed.limit, first->fixed.limit, first->fixed.limit, first->fixed.limit);
    else
        snnd_c_write(text, "        %sfloat y = frame[n];\n", snnd_c_is_norm(&network->node[0]) ? "" : "const ");
    snnd_c_write_delivery(text, network, -1);
    snnd_c_write(text, "    }\n");
    write_behind(text, network, -1);
}

void snnd_c_write_step(snnd_c_text *text, const snnd_c_network *network) {
    const char *output = network->fixed ? "int32_t" : "float";
    snnd_c_write(text,
                 "\nvoid $_step($_state *s, const %s frame[$$_INPUTS], %s potentials[$$_OUTPUTS]) {\n"
                 "    uint32_t n;\n",
                 network->fixed ? "int16_t" : "float", output);
    for (int32_t k = network->count - 1; k >= 0; k--)
        if (snnd_c_waits(&network->node[k]))
            call_from(text, network, k);
    if (network->fixed)
        snnd_c_write(text, "    s->begun = 1;\n");
    write_frame(text, network);
    if (!snnd_c_waits(&network->node[0]))
        call_from(text, network, 0);
    if (snnd_c_readout_of(network)->write_step != NULL)
        snnd_c_write(text, "    $_read(s);\n");
    snnd_c_write(text, "    if (potentials != 0)\n"
                       "        for (n = 0; n < $$_OUTPUTS; n++)\n"
                       "            potentials[n] = s->");
    snnd_c_write_output_name(text, network);
    snnd_c_write(text, "[n];\n}\n");
}
