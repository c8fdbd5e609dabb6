/* The graph that a NIR file holds, checked as far as a graph can be without knowing what it is for. */
#ifndef NIR_GRAPH_H
#define NIR_GRAPH_H

#include "hdf5/hdf5_file.h"
#include "nir/nir.h"

typedef struct nir_array {
    bool there;
    int axes;
    int64_t shape[HDF5_AXES];
    int64_t count; /* of its numbers */
} nir_array;

/* Its extents as text: "[3, 2]". */
enum { NIR_EXTENTS = 96 };
const char *nir_extents(const nir_array *array, char text[NIR_EXTENTS]);

typedef struct nir_node {
    char *name;
    nir_type type;
    nir_array field[NIR_FIELDS];
    int32_t in, out; /* edges */
    int32_t first;   /* of its outgoing edges in `next` */
    bool passed;     /* for who walks through the graph */
} nir_node;

/* The most bytes that are read of a file. */
#define NIR_MOST_BYTES ((size_t)1 << 31)

typedef struct nir_graph {
    struct failure *failure;
    char *bytes; /* of the file */
    size_t length;
    hdf5_source source;
    char *version;
    hid_t group, nodes;
    nir_node *node; /* by name */
    int32_t count;
    int32_t *next; /* the nodes at the ends of edges, by the node where they begin */
    int32_t edges;
} nir_graph;

/* Reads a file and checks all but its numbers. On failure there is nothing to close. */
int nir_graph_open(const char *path, nir_graph *graph, struct failure *failure);
void nir_graph_close(nir_graph *graph);

/* The numbers of a field that is there, to be freed. */
int nir_numbers(nir_graph *graph, const nir_node *node, int field, double **values);

/* Seconds of a time step by the metadata; an error where they do not say. */
int nir_metadata_dt(nir_graph *graph, double *dt);
/* The order of the readers that the file is for, by the metadata. */
nir_order nir_metadata_order(nir_graph *graph);
/* What a LIF node does after a spike, by its own metadata: to zero where they do not say; an error where they say
 * another word. */
int nir_node_reset(nir_graph *graph, const nir_node *node, snnd_reset *reset);
/* The readout of the network, SNND_READOUT_NETWORK where they do not say; an error where it is none of ours. */
int nir_metadata_readout(nir_graph *graph, snnd_readout *readout);

#endif
