/* What the nodes of a NIR graph do to a network that is made of it. */
#ifndef NIR_NODES_H
#define NIR_NODES_H

#include "nir/graph.h"
#include "nir/map.h"

/* A graph on the way to a network. */
typedef struct nir_reading {
    nir_graph *graph;
    snnd_context *context;
    struct failure *failure;
    double dt;
    snnd_reset reset; /* of all LIF; 0: what each node says */
    snnd_network *network;
    nir_import_report *report;
    nir_map map; /* what was passed since the last layer */
} nir_reading;

/* An error that names the node. */
int nir_refuse(const nir_reading *all, const nir_node *node, const char *wrong);
/* Puts the node into the sentence of an inner function; returns the status. */
int nir_blame(const nir_reading *all, const nir_node *node, int status);

/* Takes from the file's budget what the synapses of a plain map cost, which it may become. */
int nir_spend_plain(const nir_reading *all, const nir_map *map);

bool nir_is_matrix(const nir_node *node);
/* Whether it is one that maps pass through. */
bool nir_is_between(const nir_node *node);
/* The map through such a node; through a matrix it must be plain. */
int nir_pass(const nir_reading *all, const nir_node *node, nir_map *map);

/* Makes layers of the map that was gathered, and begins another, with the delays that came behind a bias. The second
 * makes layers of these, too. */
int nir_settle(nir_reading *all, const nir_node *node);
int nir_settle_all(nir_reading *all, const nir_node *node);
/* Makes layers of the map and of the neurons. */
int nir_pass_neurons(nir_reading *all, const nir_node *node);

/* The product of the extents that a field lists. */
int nir_extent(const nir_reading *all, const nir_node *node, int field, int32_t *neurons);

#endif
