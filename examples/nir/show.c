/* Prints the content of a NIR file, node by node. */
#include <stdio.h>
#include <stdlib.h>

#include "common/program.h"
#include "nir/graph.h"

/* Returns the fields of a node, with their extents: "weight [7, 5]". */
static char *describe(nir_graph *graph, const nir_node *node) {
    snnd_reset reset;
    char *text = format_text("%s", nir_kinds[node->type].name);
    for (int f = 0; f < NIR_FIELDS && nir_kinds[node->type].field[f] != NULL; f++) {
        const nir_array *field = &node->field[f];
        char extents[NIR_EXTENTS];
        if (!field->there)
            continue;
        char *longer = format_text("%s%s %s %s", text, f > 0 ? "," : ":", nir_kinds[node->type].field[f],
                                   nir_extents(field, extents));
        free(text);
        text = longer;
    }
    if (node->type == NIR_LIF && nir_node_reset(graph, node, &reset) == 0 && reset == SNND_RESET_SUBTRACT) {
        char *longer = format_text("%s; subtracts its threshold", text);
        free(text);
        text = longer;
    }
    return text;
}

static void show_node(nir_graph *graph, const nir_node *node) {
    char *text = describe(graph, node), *line = format_text("%s (%s)", node->name, text);
    for (int32_t e = 0; e < node->out; e++) {
        char *longer =
            format_text("%s%s%s", line, e > 0 ? ", " : " -> ", graph->node[graph->next[node->first + e]].name);
        free(line);
        line = longer;
    }
    program_say("%s", line);
    free(line);
    free(text);
}

static void show_metadata(nir_graph *graph) {
    struct failure none;
    double dt;
    snnd_readout readout;
    const nir_order order = nir_metadata_order(graph);
    struct failure *told = graph->failure;
    graph->failure = graph->source.failure = &none;
    if (nir_metadata_dt(graph, &dt) == 0)
        program_say("a step of %g s", dt);
    else
        program_say("no length of a step is given");
    const bool is_read = nir_metadata_readout(graph, &readout) == 0 && readout != SNND_READOUT_NETWORK;
    graph->failure = graph->source.failure = told;
    program_say(order == NIR_SPIKE_FIRST    ? "for readers that look for spikes before they update (spike-first)"
                : order == NIR_UPDATE_FIRST ? "for readers that update before they look for spikes (update-first)"
                                            : "no order of update and spikes is given");
    if (is_read)
        program_say("a readout by %s", nir_readout_word(readout));
    else
        program_say("no readout is given");
}

int nir_show(const char *path, struct failure *failure) {
    nir_graph graph;
    if (nir_graph_open(path, &graph, failure) != 0)
        return -1;
    program_say("NIR %s: %d node%s, %d edge%s", graph.version, graph.count, graph.count == 1 ? "" : "s", graph.edges,
                graph.edges == 1 ? "" : "s");
    show_metadata(&graph);
    for (int32_t n = 0; n < graph.count; n++)
        show_node(&graph, &graph.node[n]);
    nir_graph_close(&graph);
    return program_flush(failure);
}
