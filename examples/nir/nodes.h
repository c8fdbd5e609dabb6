/* Applies the nodes of a NIR graph to the network that is created from it. */
#ifndef NIR_NODES_H
#define NIR_NODES_H

#include "nir/graph.h"
#include "nir/map.h"

/* The state of an import. */
typedef struct nir_reading {
    nir_graph *graph;
    snnd_context *context;
    struct failure *failure;
    double dt;
    snnd_reset reset; /* of all LIF; 0: that of each node */
    snnd_network *network;
    nir_import_report *report;
    nir_map map; /* the nodes passed since the last layer */
} nir_reading;

/* Fails with a message that names the node. */
int nir_refuse(const nir_reading *all, const nir_node *node, const char *wrong);
/* Adds the node to the message of an inner function, and returns the status. */
int nir_blame(const nir_reading *all, const nir_node *node, int status);

/* Charges the budget of the file for the synapses that a plain map may become. */
int nir_spend_plain(const nir_reading *all, const nir_map *map);

bool nir_is_matrix(const nir_node *node);
/* Returns whether it is a node that maps pass through. */
bool nir_is_between(const nir_node *node);
/* Applies such a node to the map. Before a matrix the map must be plain. */
int nir_pass(const nir_reading *all, const nir_node *node, nir_map *map);

/* Create layers from the map, and begin another with the delays after a bias. The second creates layers from these as
 * well. */
int nir_settle(nir_reading *all, const nir_node *node);
int nir_settle_all(nir_reading *all, const nir_node *node);
/* Creates layers from the map and the neurons. */
int nir_pass_neurons(nir_reading *all, const nir_node *node);

/* Returns the product of the extents in a field. */
int nir_extent(const nir_reading *all, const nir_node *node, int field, int32_t *neurons);

#endif
