/*
 * From a NIR graph to a network. The graph is walked from its input to its output. On the way it may part into branches
 * that come together in one node; each branch is a chain. What lies between neurons is gathered in a map (nir_map.h),
 * and becomes a layer where the neurons, or a second matrix, come.
 */
#include "nir/nodes.h"

static snnd_nir_node *follow(const snnd_nir_reading *all, const snnd_nir_node *node, int32_t edge) {
    return &all->graph->node[all->graph->next[node->first + edge]];
}

/* A chain of nodes from `node` on, behind a copy of the map at the point where branches part. `end` is the node that
 * is no longer of the chain. */
static snnd_status pass_branch(snnd_nir_reading *all, snnd_nir_node *node, snnd_nir_map *map, snnd_nir_node **end) {
    while (node->in == 1 && node->out == 1 && snnd_nir_is_between(node)) {
        if (snnd_nir_is_matrix(node) && !map->plain)
            return snnd_nir_refuse(all, node,
                                   "is the second matrix of one branch among several; a layer of synapses has one");
        node->passed = true;
        snnd_status status = snnd_nir_pass(all, node, map);
        if (status != SNND_OK)
            return status;
        node = follow(all, node, 0);
    }
    *end = node;
    return SNND_OK;
}

/* All branches that part at a node, up to the one where they come together. */
static snnd_status pass_branches(snnd_nir_reading *all, const snnd_nir_node *from, snnd_nir_node **end) {
    snnd_nir_map before = {.context = all->context};
    snnd_status status = all->map.plain ? SNND_OK : snnd_nir_settle(all, from);
    if (status == SNND_OK)
        status = snnd_nir_map_copy(&all->map, &before);
    for (int32_t b = 0; b < from->out && status == SNND_OK; b++) {
        snnd_nir_map branch = {.context = all->context};
        snnd_nir_node *here = NULL;
        status = snnd_nir_spend_plain(all, &before);
        if (status == SNND_OK)
            status = snnd_nir_map_copy(&before, &branch);
        if (status == SNND_OK)
            status = pass_branch(all, follow(all, from, b), &branch, &here);
        if (status == SNND_OK && b > 0 && (here != *end || branch.outputs != all->map.outputs))
            status = snnd_nir_refuse(all, from, "parts into branches that do not come together in one node");
        if (status == SNND_OK && b > 0)
            status = snnd_nir_blame(all, here, snnd_nir_map_join(&all->map, &branch));
        if (status == SNND_OK && b == 0) {
            const snnd_nir_map first = branch;
            branch = all->map;
            all->map = first;
            *end = here;
        }
        snnd_nir_map_release(&branch);
    }
    snnd_nir_map_release(&before);
    return status;
}

static snnd_status pass_node(snnd_nir_reading *all, snnd_nir_node *node, int32_t arriving) {
    if (node->in != arriving || node->passed)
        return snnd_nir_refuse(
            all, node,
            "is in a loop, or has edges from elsewhere; what is read is a chain in which only branches from one "
            "node to one node lie side by side");
    node->passed = true;
    if (node->type == SNND_NIR_LI || node->type == SNND_NIR_LIF)
        return snnd_nir_pass_neurons(all, node);
    if (node->type == SNND_NIR_OUTPUT) {
        int32_t neurons = 0;
        snnd_status status = snnd_nir_extent(all, node, SNND_NIR_SHAPE, &neurons);
        if (status == SNND_OK && neurons != all->map.outputs)
            status = snnd_nir_refuse(all, node, "has a shape of another number of elements than what comes to it");
        return status == SNND_OK ? snnd_nir_settle_all(all, node) : status;
    }
    if (snnd_nir_is_matrix(node) && !all->map.plain) {
        snnd_status status = snnd_nir_settle(all, node);
        if (status != SNND_OK)
            return status;
    }
    return snnd_nir_pass(all, node, &all->map);
}

static snnd_status walk(snnd_nir_reading *all, snnd_nir_node *node) {
    snnd_status status = SNND_OK;
    node->passed = true;
    while (node->type != SNND_NIR_OUTPUT && status == SNND_OK) {
        const int32_t branches = node->out;
        if (branches == 0)
            return snnd_nir_refuse(all, node, "leads nowhere");
        snnd_nir_node *end = follow(all, node, 0);
        if (branches > 1)
            status = pass_branches(all, node, &end);
        if (status == SNND_OK)
            status = pass_node(all, end, branches);
        node = end;
    }
    for (int32_t n = 0; n < all->graph->count && status == SNND_OK; n++)
        if (!all->graph->node[n].passed)
            status = snnd_nir_refuse(all, &all->graph->node[n], "is not on the way from the input to the output");
    if (status == SNND_OK && snnd_network_layer_count(all->network) == 0)
        status = snnd_nir_refuse(all, node, "is its input");
    return status;
}

/* The only node of that type. */
static snnd_status find_port(const snnd_nir_reading *all, snnd_nir_type type, snnd_nir_node **port) {
    int32_t found = 0;
    for (int32_t n = 0; n < all->graph->count; n++)
        if (all->graph->node[n].type == type) {
            *port = &all->graph->node[n];
            found++;
        }
    return found == 1 ? SNND_OK
                      : snnd_fail(all->context, SNND_ERROR_FORMAT, "it has %d nodes of type %s; expected one", found,
                                  snnd_nir_kinds[type].name);
}

static snnd_status read_graph(snnd_nir_reading *all) {
    snnd_nir_node *input = NULL, *output = NULL;
    int32_t neurons = 0;
    snnd_status status = find_port(all, SNND_NIR_INPUT, &input);
    if (status == SNND_OK)
        status = find_port(all, SNND_NIR_OUTPUT, &output);
    if (status == SNND_OK && input->in > 0)
        status = snnd_nir_refuse(all, input, "has edges that end at it");
    if (status == SNND_OK)
        status = snnd_nir_extent(all, input, SNND_NIR_SHAPE, &neurons);
    if (status == SNND_OK)
        status = snnd_network_create(all->context, neurons, &all->network);
    if (status == SNND_OK)
        status = snnd_nir_map_begin(&all->map, all->context, neurons);
    return status == SNND_OK ? walk(all, input) : status;
}

static snnd_status read_dt(snnd_nir_reading *all, double dt) {
    all->dt = dt;
    snnd_status status = dt > 0 ? SNND_OK : snnd_nir_metadata_dt(all->graph, &all->dt);
    if (status == SNND_OK && !(all->dt >= 1e-9 && all->dt <= 1e3))
        status = snnd_fail(all->context, SNND_ERROR_FORMAT, "its metadata say that dt is %g s; expected 1e-9 to 1e3",
                           all->dt);
    return status;
}

snnd_status snnd_nir_read(snnd_context *context, const snnd_nir_options *options, const unsigned char *bytes,
                          size_t count, snnd_network **network) {
    snnd_hdf5_quiet before;
    snnd_nir_graph graph;
    snnd_nir_reading all = {.context = context, .graph = &graph, .order = options->order, .map.context = context};
    snnd_hdf5_enter(&before);
    snnd_status status = snnd_nir_graph_open(context, bytes, count, &graph);
    if (status == SNND_OK) {
        status = read_dt(&all, options->dt);
        if (status == SNND_OK)
            status = read_graph(&all);
        snnd_nir_map_release(&all.map);
        snnd_nir_graph_close(&graph);
    }
    snnd_hdf5_leave(&before);
    if (status != SNND_OK) {
        snnd_network_free(all.network);
        return status;
    }
    if (all.later > 0)
        snnd_log(context, SNND_LOG_INFO, "the network gives what the NIR graph gives %d steps later", all.later);
    *network = all.network;
    return SNND_OK;
}
