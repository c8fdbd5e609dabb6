/* Writes the header that comes with a network in C (c_header.h). */
#include "export/c_header.h"

#include <math.h>

#include "export/c_readout.h"

/* ---- what the network is ---- */

static const char *sharing_word(const snnd_c_node *node) {
    return node->lines == NULL ? "" : node->lines->sharing == SNND_SHARING_AXONAL ? "axonal " : "dendritic ";
}

static void write_node(snnd_c_text *text, const snnd_c_node *node) {
    snnd_c_write(text, " *     %d %s", node->outputs,
                 node->kind != NULL     ? node->kind->words
                 : node->delays != NULL ? "sums"
                                        : "normalised");
    if (node->delays != NULL)
        snnd_c_write(text, ", %lld synapses with %sdelays of 0 to %d steps%s", (long long)snnd_c_synapses(node),
                     sharing_word(node), node->taps - 1, node->norm != NULL ? ", batch norm folded in" : "");
    snnd_c_write(text, "\n");
}

static void write_about(snnd_c_text *text, const snnd_c_network *network, const snnd_export_c_report *report) {
    const snnd_c_readout *readout = snnd_c_readout_of(network);
    snnd_c_write(text, "/*\n * A spiking network, written by libsnndelay %s:\n *\n *     %d inputs\n", snnd_version(),
                 network->plan->inputs);
    for (int32_t k = 0; k < network->count; k++)
        write_node(text, &network->node[k]);
    snnd_c_write(text, " *\n");
    snnd_c_write(text, " * Score of an output: %s.\n", readout->words);
    snnd_c_write(text,
                 " * Numbers: %s. Flash: %lld bytes of tables, and the code. RAM: %lld bytes of state, and\n"
                 " * %lld of the stack during a step. No heap, no library.\n *\n",
                 network->fixed ? "int8 weights, int16 inputs, int32 potentials" : "float32", (long long)report->flash,
                 (long long)report->ram, readout->stacks ? 4LL * network->plan->outputs : 0);
    snnd_c_write(text, " *     static $_state state;\n"
                       " *     $_reset(&state);                     before the first step, and to reset\n"
                       " *     $_step(&state, frame, potentials);   for each time step; potentials may be 0\n"
                       " *     $_scores(&state, scores);            of all steps so far\n"
                       " *     $_class(&state);                     the first output with the highest score\n");
}

static void write_scales(snnd_c_text *text, const snnd_c_network *network, const snnd_export_c_report *report) {
    if (network->fixed)
        snnd_c_write(text,
                     " *\n"
                     " * An input is a real number multiplied by $$_INPUT_SCALE and rounded to nearest; inputs beyond\n"
                     " * +-$$_INPUT_LIMIT are clamped. No sum overflows, whatever the inputs are: a potential that "
                     "would leave its\n"
                     " * range, as one can that decays over more than 64 frames, is clamped. Potentials multiplied by\n"
                     " * $$_POTENTIAL_UNIT and scores multiplied by $$_SCORE_UNIT are real numbers.\n");
    snnd_c_write(text, " */\n");
    snnd_c_write(text,
                 "#ifndef $$_H\n#define $$_H\n\n#include <stdint.h>\n\n"
                 "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n"
                 "#define $$_INPUTS %d\n#define $$_OUTPUTS %d\n",
                 network->plan->inputs, network->plan->outputs);
    if (network->fixed)
        snnd_c_write(text,
                     "#define $$_INPUT_SCALE %s\n#define $$_INPUT_LIMIT %d\n"
                     "#define $$_POTENTIAL_UNIT %s\n#define $$_SCORE_UNIT %s\n",
                     snnd_c_float(report->input_scale).text, report->input_limit,
                     snnd_c_float(report->potential_unit).text, snnd_c_float(report->score_unit).text);
}

void snnd_c_write_header(snnd_c_text *text, const snnd_c_network *network, const snnd_c_member *member, int32_t count,
                         const snnd_export_c_report *report) {
    const char *score = snnd_c_score_type(network);
    write_about(text, network, report);
    write_scales(text, network, report);
    snnd_c_write(text, "\ntypedef struct $_state {\n");
    snnd_c_write_members(text, member, count);
    snnd_c_write(text,
                 "} $_state;\n\n"
                 "void $_reset($_state *s);\n"
                 "void $_step($_state *s, const %s frame[$$_INPUTS], %s potentials[$$_OUTPUTS]);\n"
                 "void $_scores(const $_state *s, %s scores[$$_OUTPUTS]);\n"
                 "int32_t $_class(const $_state *s);\n\n"
                 "#ifdef __cplusplus\n}\n#endif\n\n#endif\n",
                 network->fixed ? "int16_t" : "float", network->fixed ? "int32_t" : "float", score);
}
