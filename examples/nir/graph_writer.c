#include "nir/graph_writer.h"

#include <stdio.h>
#include <stdlib.h>

/* The charge for reading a number of a matrix, with a layer's memory for it, and for one that is not 0. */
enum { CHARGE = 2, CHARGE_OF_SYNAPSE = 5 };

void nir_check(nir_writer *writer, int status) {
    if (writer->status == 0)
        writer->status = status;
}

void nir_call(nir_writer *writer, snnd_status status) {
    nir_check(writer, nir_told(writer->failure, writer->context, status));
}

static void check_hdf5(nir_writer *writer, bool good) {
    if (!good && writer->status == 0)
        writer->status = failed(writer->failure, "HDF5 has no memory for the file");
}

void nir_begin(nir_writer *writer, snnd_context *context, struct failure *failure) {
    *writer = (nir_writer){.context = context, .failure = failure, .graph = -1, .nodes = -1};
    writer->file = hdf5_create();
    writer->graph = writer->file < 0 ? -1 : hdf5_add_group(writer->file, "node");
    writer->nodes = writer->graph < 0 ? -1 : hdf5_add_group(writer->graph, "nodes");
    check_hdf5(writer, writer->nodes >= 0 && hdf5_put_text(writer->graph, "type", "NIRGraph"));
}

void nir_end(nir_writer *writer) {
    if (writer->status != 0)
        return;
    const char **texts = allocate(writer->edges.count, sizeof *texts);
    for (size_t i = 0; i < writer->edges.count; i++)
        texts[i] = writer->edges.name[i].text;
    check_hdf5(writer, hdf5_put_texts(writer->graph, "edges", texts, writer->edges.count / 2, 2));
    free(texts);
}

void nir_release(nir_writer *writer) {
    if (writer->nodes >= 0)
        H5Gclose(writer->nodes);
    if (writer->graph >= 0)
        H5Gclose(writer->graph);
    if (writer->file >= 0)
        H5Fclose(writer->file);
    free(writer->edges.name);
    free(writer->outlets.name);
}

void nir_append(nir_writer *writer, nir_names *names, const char *name) {
    if (writer->status != 0)
        return;
    if (names->count == names->room) {
        const size_t room = names->room == 0 ? 16 : 2 * names->room;
        names->name = reallocate(names->name, room, sizeof *names->name);
        names->room = room;
    }
    snprintf(names->name[names->count++].text, NIR_NAME, "%s", name);
}

void nir_only(nir_writer *writer, const char *name) {
    writer->outlets.count = 0;
    nir_append(writer, &writer->outlets, name);
}

hid_t nir_add(nir_writer *writer, nir_type type, const char *name, const nir_names *outlets) {
    for (size_t i = 0; i < outlets->count; i++) {
        nir_append(writer, &writer->edges, outlets->name[i].text);
        nir_append(writer, &writer->edges, name);
    }
    if (writer->status != 0)
        return -1;
    const hid_t node = hdf5_add_group(writer->nodes, name);
    check_hdf5(writer, node >= 0 && hdf5_put_text(node, "type", nir_kinds[type].name));
    return node;
}

void nir_close(hid_t node) {
    if (node >= 0)
        H5Gclose(node);
}

void nir_put(nir_writer *writer, hid_t node, const char *field, int axes, const hsize_t *shape, const double *values) {
    size_t count = 1, carrying = 0;
    for (int axis = 0; axis < axes; axis++)
        count *= (size_t)shape[axis];
    if (writer->status != 0)
        return;
    float *single = allocate(count, sizeof *single);
    for (size_t k = 0; k < count && writer->status == 0; k++) {
        single[k] = (float)values[k];
        carrying += single[k] != 0;
        if (!isfinite(single[k]))
            writer->status =
                failed(writer->failure, "a '%s' of the graph would be %g, which single precision does not hold", field,
                       values[k]);
    }
    const double charge = CHARGE * (double)count + CHARGE_OF_SYNAPSE * (double)carrying;
    const bool small = axes == 2 && charge <= HDF5_DEFLATED - writer->deflated;
    writer->deflated += small ? charge : 0;
    if (writer->status == 0)
        check_hdf5(writer, hdf5_put_floats(node, field, axes, shape, single, small));
    free(single);
}

void nir_put_same(nir_writer *writer, hid_t node, const char *field, int32_t neurons, double value) {
    double *values = allocate((size_t)neurons, sizeof *values);
    for (int32_t n = 0; n < neurons; n++)
        values[n] = value;
    nir_put(writer, node, field, 1, (const hsize_t[]){(hsize_t)neurons}, values);
    free(values);
}
