/* The graph of a NIR file, checked as far as possible without knowing its use. */
#ifndef NIR_GRAPH_H
#define NIR_GRAPH_H

#include "hdf5/hdf5_file.h"
#include "nir/nir.h"

typedef struct nir_array {
    bool there;
    int axes;
    int64_t shape[HDF5_AXES];
    int64_t count; /* the number of its numbers */
} nir_array;

/* The length of its extents as text: "[3, 2]". */
enum { NIR_EXTENTS = 96 };
const char *nir_extents(const nir_array *array, char text[NIR_EXTENTS]);

typedef struct nir_node {
    char *name;
    nir_type type;
    nir_array field[NIR_FIELDS];
    int32_t in, out; /* the number of edges */
    int32_t first;   /* the first of its outgoing edges in `next` */
    bool passed;     /* used by functions that go through the graph */
} nir_node;

/* The largest number of bytes of a file. */
#define NIR_MOST_BYTES ((size_t)1 << 31)

typedef struct nir_graph {
    struct failure *failure;
    char *bytes; /* of the file */
    size_t length;
    hdf5_source source;
    char *version;
    hid_t group, nodes;
    nir_node *node; /* sorted by name */
    int32_t count;
    int32_t *next; /* the nodes at the ends of edges, sorted by the node where they begin */
    int32_t edges;
} nir_graph;

/* Reads a file and checks everything except its numbers. On failure there is nothing to close. */
int nir_graph_open(const char *path, nir_graph *graph, struct failure *failure);
void nir_graph_close(nir_graph *graph);

/* Reads the numbers of an existing field, to be freed. */
int nir_numbers(nir_graph *graph, const nir_node *node, int field, double **values);

/* Reads the seconds of a time step from the metadata; fails where they are missing. */
int nir_metadata_dt(nir_graph *graph, double *dt);
/* Returns the order of the readers that the file is for, from the metadata. */
nir_order nir_metadata_order(nir_graph *graph);
/* Reads the reset of a LIF node from its own metadata, which is to zero where they do not have one; fails for an
 * unknown word. */
int nir_node_reset(nir_graph *graph, const nir_node *node, snnd_reset *reset);
/* Reads the readout of the network, which is SNND_READOUT_NETWORK where the metadata have none; fails for an unknown
 * word. */
int nir_metadata_readout(nir_graph *graph, snnd_readout *readout);

#endif
