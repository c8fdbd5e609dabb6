/* The graph that a NIR file holds, checked as far as a graph can be without knowing what it is for. */
#ifndef SNND_FORMAT_NIR_GRAPH_H
#define SNND_FORMAT_NIR_GRAPH_H

#include "nir/hdf5_file.h"
#include "nir/nir.h"

typedef struct snnd_nir_array {
    bool there;
    int axes;
    int64_t shape[SNND_HDF5_AXES];
    int64_t count; /* of its numbers */
} snnd_nir_array;

typedef struct snnd_nir_node {
    char *name;
    snnd_nir_type type;
    snnd_nir_array field[SNND_NIR_FIELDS];
    int32_t in, out; /* edges */
    int32_t first;   /* of its outgoing edges in `next` */
    bool passed;     /* for who walks through the graph */
} snnd_nir_node;

typedef struct snnd_nir_graph {
    snnd_context *context;
    snnd_hdf5_source source;
    hid_t group, nodes;
    snnd_nir_node *node; /* by name */
    int32_t count;
    int32_t *next; /* the nodes at the ends of edges, by the node where they begin */
    int32_t edges;
} snnd_nir_graph;

/* Reads and checks all but the numbers. On failure there is nothing to close. */
snnd_status snnd_nir_graph_open(snnd_context *context, const unsigned char *bytes, size_t count, snnd_nir_graph *graph);
void snnd_nir_graph_close(snnd_nir_graph *graph);

/* The numbers of a field that is there, to be released. */
snnd_status snnd_nir_numbers(snnd_nir_graph *graph, const snnd_nir_node *node, int field, double **values);

/* Seconds of a time step by the metadata; SNND_ERROR_FORMAT where they do not say. */
snnd_status snnd_nir_metadata_dt(snnd_nir_graph *graph, double *dt);

#endif
