/* Converts a NIR graph to a network. The graph is read from its input to its output. It may split into branches that
 * join in one node; each branch is a chain. The nodes between neurons are gathered in a map (map.h), which becomes a
 * layer at the next neurons, or at a second matrix. */
#include "nir/nodes.h"

static nir_node *follow(const nir_reading *all, const nir_node *node, int32_t edge) {
    return &all->graph->node[all->graph->next[node->first + edge]];
}

/* Reads a chain of nodes from `node` on, with a copy of the map at the split. `end` is the first node after the chain.
 * */
static int pass_branch(nir_reading *all, nir_node *node, nir_map *map, nir_node **end) {
    while (node->in == 1 && node->out == 1 && nir_is_between(node)) {
        if (nir_is_matrix(node) && !map->plain)
            return nir_refuse(all, node,
                              "is the second matrix of one branch among several; a layer of synapses has one");
        node->passed = true;
        int status = nir_pass(all, node, map);
        if (status != 0)
            return status;
        node = follow(all, node, 0);
    }
    *end = node;
    return 0;
}

/* Reads all branches that begin at a node, up to the one where they join. */
static int pass_branches(nir_reading *all, const nir_node *from, nir_node **end) {
    nir_map before = {0};
    int status = all->map.plain ? 0 : nir_settle(all, from);
    if (status == 0)
        nir_map_copy(&all->map, &before);
    for (int32_t b = 0; b < from->out && status == 0; b++) {
        nir_map branch = {0};
        nir_node *here = NULL;
        status = nir_spend_plain(all, &before);
        if (status == 0)
            nir_map_copy(&before, &branch);
        if (status == 0)
            status = pass_branch(all, follow(all, from, b), &branch, &here);
        if (status == 0 && b > 0 && (here != *end || branch.outputs != all->map.outputs))
            status = nir_refuse(all, from, "splits into branches that do not join in one node");
        if (status == 0 && b > 0)
            status = nir_blame(all, here, nir_map_join(&all->map, &branch));
        if (status == 0 && b == 0) {
            const nir_map first = branch;
            branch = all->map;
            all->map = first;
            *end = here;
        }
        nir_map_release(&branch);
    }
    nir_map_release(&before);
    return status;
}

static int pass_node(nir_reading *all, nir_node *node, int32_t arriving) {
    if (node->in != arriving || node->passed)
        return nir_refuse(all, node,
                          "is in a loop, or has edges from elsewhere; expected a chain in which only branches from one "
                          "node to one node are side by side");
    node->passed = true;
    if (node->type == NIR_LI || node->type == NIR_LIF)
        return nir_pass_neurons(all, node);
    if (node->type == NIR_OUTPUT) {
        int32_t neurons = 0;
        int status = nir_extent(all, node, NIR_SHAPE, &neurons);
        if (status == 0 && neurons != all->map.outputs)
            status = nir_refuse(all, node, "has a shape whose number of elements differs from that of its input");
        return status == 0 ? nir_settle_all(all, node) : status;
    }
    if (nir_is_matrix(node) && !all->map.plain) {
        int status = nir_settle(all, node);
        if (status != 0)
            return status;
    }
    return nir_pass(all, node, &all->map);
}

static int walk(nir_reading *all, nir_node *node) {
    int status = 0;
    node->passed = true;
    while (node->type != NIR_OUTPUT && status == 0) {
        const int32_t branches = node->out;
        if (branches == 0)
            return nir_refuse(all, node, "leads nowhere");
        nir_node *end = follow(all, node, 0);
        if (branches > 1)
            status = pass_branches(all, node, &end);
        if (status == 0)
            status = pass_node(all, end, branches);
        node = end;
    }
    for (int32_t n = 0; n < all->graph->count && status == 0; n++)
        if (!all->graph->node[n].passed)
            status = nir_refuse(all, &all->graph->node[n], "is not on the way from the input to the output");
    if (status == 0 && snnd_network_layer_count(all->network) == 0)
        status = nir_refuse(all, node, "has no layer before it");
    return status;
}

/* Finds the only node of that type. */
static int find_port(const nir_reading *all, nir_type type, nir_node **port) {
    int32_t found = 0;
    for (int32_t n = 0; n < all->graph->count; n++)
        if (all->graph->node[n].type == type) {
            *port = &all->graph->node[n];
            found++;
        }
    return found == 1 ? 0
                      : failed(all->failure, "it has %d nodes of type %s; expected one", found, nir_kinds[type].name);
}

static int read_graph(nir_reading *all) {
    nir_node *input = NULL, *output = NULL;
    int32_t neurons = 0;
    int status = find_port(all, NIR_INPUT, &input);
    if (status == 0)
        status = find_port(all, NIR_OUTPUT, &output);
    if (status == 0 && input->in > 0)
        status = nir_refuse(all, input, "has edges that end at it");
    if (status == 0)
        status = nir_extent(all, input, NIR_SHAPE, &neurons);
    if (status == 0)
        status = nir_told(all->failure, all->context, snnd_network_create(all->context, neurons, &all->network));
    if (status != 0)
        return status;
    nir_map_begin(&all->map, all->failure, neurons);
    return walk(all, input);
}

static int read_dt(nir_reading *all, double dt) {
    all->dt = dt;
    int status = dt > 0 ? 0 : nir_metadata_dt(all->graph, &all->dt);
    if (status == 0 && !(all->dt >= 1e-9 && all->dt <= 1e3))
        status = failed(all->failure, "its metadata say that dt is %g s; expected 1e-9 to 1e3", all->dt);
    return status;
}

static int read_open(nir_reading *all, const nir_import_options *options) {
    nir_import_report *report = all->report;
    report->order = options->order != NIR_ORDER_UNTOLD ? options->order : nir_metadata_order(all->graph);
    report->told = report->order != NIR_ORDER_UNTOLD;
    if (!report->told)
        report->order = NIR_UPDATE_FIRST;
    snnd_readout readout;
    all->reset = options->reset;
    int status = read_dt(all, options->dt);
    if (status == 0)
        status = nir_metadata_readout(all->graph, &readout);
    if (status == 0)
        status = read_graph(all);
    if (status == 0 && readout != SNND_READOUT_NETWORK)
        status = nir_told(all->failure, all->context, snnd_network_set_readout(all->network, readout));
    return status;
}

int nir_load(snnd_context *context, const nir_import_options *options, const char *path, snnd_network **network,
             nir_import_report *report, struct failure *failure) {
    nir_graph graph;
    nir_reading all = {.graph = &graph, .context = context, .report = report, .failure = failure};
    *report = (nir_import_report){0};
    if (nir_graph_open(path, &graph, failure) != 0)
        return -1;
    const int status = read_open(&all, options);
    nir_map_release(&all.map);
    nir_graph_close(&graph);
    if (status != 0) {
        snnd_network_free(all.network);
        return failed(failure, "%s: %s", path, failure->text);
    }
    *network = all.network;
    return 0;
}
