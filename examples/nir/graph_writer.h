/* A NIR graph on its way into a file: nodes are added one after the other, each fed by what came last. */
#ifndef SNND_FORMAT_NIR_GRAPH_WRITER_H
#define SNND_FORMAT_NIR_GRAPH_WRITER_H

#include "nir/hdf5_file.h"
#include "nir/nir.h"

enum { SNND_NIR_NAME = 48 };

typedef struct snnd_nir_name {
    char text[SNND_NIR_NAME];
} snnd_nir_name;

typedef struct snnd_nir_names {
    snnd_nir_name *name;
    size_t count, room;
} snnd_nir_names;

typedef struct snnd_nir_writer {
    snnd_context *context;
    hid_t file, graph, nodes;
    snnd_status status;     /* of the first thing that failed; nothing is done after it */
    snnd_nir_names edges;   /* from, to, from, to, ... */
    snnd_nir_names outlets; /* the nodes whose sum is the present signal */
    int32_t width;          /* its neurons */
    double deflated;        /* what the numbers that are will be charged */
} snnd_nir_writer;

void snnd_nir_begin(snnd_nir_writer *writer, snnd_context *context);
/* Writes the edges. */
void snnd_nir_end(snnd_nir_writer *writer);
void snnd_nir_release(snnd_nir_writer *writer);

/* Keeps the first error: for what else goes wrong while a graph is written. */
void snnd_nir_check(snnd_nir_writer *writer, snnd_status status);

/* Adds a node fed by `outlets`; its fields come before the next node, and then it is closed. Negative where anything
 * has failed. */
hid_t snnd_nir_add(snnd_nir_writer *writer, snnd_nir_type type, const char *name, const snnd_nir_names *outlets);
void snnd_nir_close(snnd_nir_writer *writer, hid_t node);
/* A field: of as many values as there are axes say, all finite in single precision; or of one value for each neuron. */
void snnd_nir_put(snnd_nir_writer *writer, hid_t node, const char *field, int axes, const hsize_t *shape,
                  const double *values);
void snnd_nir_put_same(snnd_nir_writer *writer, hid_t node, const char *field, int32_t neurons, double value);

/* Makes a node the only outlet, or one more. */
void snnd_nir_only(snnd_nir_writer *writer, const char *name);
void snnd_nir_append(snnd_nir_writer *writer, snnd_nir_names *names, const char *name);

#endif
