/* What the nodes of a NIR graph do to a network that is made of it. */
#ifndef SNND_FORMAT_NIR_NODES_H
#define SNND_FORMAT_NIR_NODES_H

#include "nir/graph.h"
#include "nir/map.h"

/* A graph on the way to a network. */
typedef struct snnd_nir_reading {
    snnd_nir_graph *graph;
    snnd_context *context;
    double dt;
    int32_t order;
    snnd_network *network;
    snnd_nir_map map; /* what was passed since the last layer */
    int32_t later;    /* steps by which the network comes after the graph */
} snnd_nir_reading;

/* An error that names the node. */
snnd_status snnd_nir_refuse(const snnd_nir_reading *all, const snnd_nir_node *node, const char *wrong);
/* Puts the node into the sentence of an inner function. What the library's own checks refuse is a fault of the file. */
snnd_status snnd_nir_blame(const snnd_nir_reading *all, const snnd_nir_node *node, snnd_status status);

/* Takes from the file's budget what the synapses of a plain map cost, which it may become. */
snnd_status snnd_nir_spend_plain(const snnd_nir_reading *all, const snnd_nir_map *map);

bool snnd_nir_is_matrix(const snnd_nir_node *node);
/* Whether it is one that maps pass through. */
bool snnd_nir_is_between(const snnd_nir_node *node);
/* The map through such a node; through a matrix it must be plain. */
snnd_status snnd_nir_pass(const snnd_nir_reading *all, const snnd_nir_node *node, snnd_nir_map *map);

/* Makes layers of the map that was gathered, and begins another, with the delays that came behind a bias. The second
 * makes layers of these, too. */
snnd_status snnd_nir_settle(snnd_nir_reading *all, const snnd_nir_node *node);
snnd_status snnd_nir_settle_all(snnd_nir_reading *all, const snnd_nir_node *node);
/* Makes layers of the map and of the neurons. */
snnd_status snnd_nir_pass_neurons(snnd_nir_reading *all, const snnd_nir_node *node);

/* The product of the extents that a field lists. */
snnd_status snnd_nir_extent(const snnd_nir_reading *all, const snnd_nir_node *node, int field, int32_t *neurons);

#endif
