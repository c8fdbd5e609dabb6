/* Writes a NIR graph to a file: nodes are added one after the other, and each receives the output of those before. */
#ifndef NIR_GRAPH_WRITER_H
#define NIR_GRAPH_WRITER_H

#include "hdf5/hdf5_file.h"
#include "nir/nir.h"

enum { NIR_NAME = 48 };

typedef struct nir_name {
    char text[NIR_NAME];
} nir_name;

typedef struct nir_names {
    nir_name *name;
    size_t count, room;
} nir_names;

typedef struct nir_writer {
    snnd_context *context;
    struct failure *failure;
    hid_t file, graph, nodes;
    int status;        /* of the first failure, after which nothing is done */
    nir_names edges;   /* from, to, from, to, ... */
    nir_names outlets; /* the nodes whose sum is the present signal */
    int32_t width;     /* the number of its neurons */
    double deflated;   /* the charge for the numbers that were deflated */
} nir_writer;

void nir_begin(nir_writer *writer, snnd_context *context, struct failure *failure);
/* Writes the edges. */
void nir_end(nir_writer *writer);
void nir_release(nir_writer *writer);

/* Keeps the first error, also of other functions that write the graph. */
void nir_check(nir_writer *writer, int status);
/* The same for a call of the library. */
void nir_call(nir_writer *writer, snnd_status status);

/* Adds a node that receives the sum of `outlets`. Its fields must be added before the next node, and then it is closed.
 * Returns a negative value where anything has failed. */
hid_t nir_add(nir_writer *writer, nir_type type, const char *name, const nir_names *outlets);
void nir_close(hid_t node);
/* Adds a field with as many values as its axes need, all finite in single precision, or with one value for each neuron.
 * */
void nir_put(nir_writer *writer, hid_t node, const char *field, int axes, const hsize_t *shape, const double *values);
void nir_put_same(nir_writer *writer, hid_t node, const char *field, int32_t neurons, double value);

/* Make a node the only outlet, or add it to them. */
void nir_only(nir_writer *writer, const char *name);
void nir_append(nir_writer *writer, nir_names *names, const char *name);

#endif
