#include "nir/graph_writer.h"

#include <string.h>

/* What reading charges for a number of a matrix, with a layer's room for it, and for one that carries something. */
enum { CHARGE = 2, CHARGE_OF_SYNAPSE = 5 };

void snnd_nir_check(snnd_nir_writer *writer, snnd_status status) {
    if (writer->status == SNND_OK)
        writer->status = status;
}

static void check_hdf5(snnd_nir_writer *writer, bool good) {
    if (!good && writer->status == SNND_OK)
        writer->status = snnd_fail(writer->context, SNND_ERROR_MEMORY, "HDF5 has no memory for the file");
}

void snnd_nir_begin(snnd_nir_writer *writer, snnd_context *context) {
    *writer = (snnd_nir_writer){.context = context, .graph = -1, .nodes = -1};
    writer->file = snnd_hdf5_create();
    writer->graph = writer->file < 0 ? -1 : snnd_hdf5_add_group(writer->file, "node");
    writer->nodes = writer->graph < 0 ? -1 : snnd_hdf5_add_group(writer->graph, "nodes");
    check_hdf5(writer, writer->nodes >= 0 && snnd_hdf5_put_text(writer->graph, "type", "NIRGraph"));
}

void snnd_nir_end(snnd_nir_writer *writer) {
    if (writer->status != SNND_OK)
        return;
    const char **texts = snnd_allocate(writer->context, writer->edges.count, sizeof *texts);
    if (texts == NULL) {
        writer->status = SNND_ERROR_MEMORY;
        return;
    }
    for (size_t i = 0; i < writer->edges.count; i++)
        texts[i] = writer->edges.name[i].text;
    check_hdf5(writer, snnd_hdf5_put_texts(writer->graph, "edges", texts, writer->edges.count / 2, 2));
    snnd_release(writer->context, texts);
}

void snnd_nir_release(snnd_nir_writer *writer) {
    if (writer->nodes >= 0)
        H5Gclose(writer->nodes);
    if (writer->graph >= 0)
        H5Gclose(writer->graph);
    if (writer->file >= 0)
        H5Fclose(writer->file);
    snnd_release(writer->context, writer->edges.name);
    snnd_release(writer->context, writer->outlets.name);
}

void snnd_nir_append(snnd_nir_writer *writer, snnd_nir_names *names, const char *name) {
    if (writer->status != SNND_OK)
        return;
    if (names->count == names->room) {
        const size_t room = names->room == 0 ? 16 : snnd_size_multiply(2, names->room);
        snnd_nir_name *grown = snnd_allocate(writer->context, room, sizeof *grown);
        if (grown == NULL) {
            writer->status = SNND_ERROR_MEMORY;
            return;
        }
        if (names->count > 0)
            memcpy(grown, names->name, names->count * sizeof *grown);
        snnd_release(writer->context, names->name);
        names->name = grown;
        names->room = room;
    }
    snprintf(names->name[names->count++].text, SNND_NIR_NAME, "%s", name);
}

void snnd_nir_only(snnd_nir_writer *writer, const char *name) {
    writer->outlets.count = 0;
    snnd_nir_append(writer, &writer->outlets, name);
}

hid_t snnd_nir_add(snnd_nir_writer *writer, snnd_nir_type type, const char *name, const snnd_nir_names *outlets) {
    for (size_t i = 0; i < outlets->count; i++) {
        snnd_nir_append(writer, &writer->edges, outlets->name[i].text);
        snnd_nir_append(writer, &writer->edges, name);
    }
    if (writer->status != SNND_OK)
        return -1;
    const hid_t node = snnd_hdf5_add_group(writer->nodes, name);
    check_hdf5(writer, node >= 0 && snnd_hdf5_put_text(node, "type", snnd_nir_kinds[type].name));
    return node;
}

void snnd_nir_close(snnd_nir_writer *writer, hid_t node) {
    (void)writer;
    if (node >= 0)
        H5Gclose(node);
}

void snnd_nir_put(snnd_nir_writer *writer, hid_t node, const char *field, int axes, const hsize_t *shape,
                  const double *values) {
    size_t count = 1, carrying = 0;
    for (int axis = 0; axis < axes; axis++)
        count = snnd_size_multiply(count, snnd_size_of((int64_t)shape[axis]));
    float *single = writer->status != SNND_OK ? NULL : snnd_allocate(writer->context, count, sizeof *single);
    if (single == NULL) {
        snnd_nir_check(writer, SNND_ERROR_MEMORY);
        return;
    }
    for (size_t k = 0; k < count && writer->status == SNND_OK; k++) {
        single[k] = (float)values[k];
        carrying += single[k] != 0;
        if (!isfinite(single[k]))
            writer->status =
                snnd_fail(writer->context, SNND_ERROR_NUMERIC,
                          "a '%s' of the graph would be %g, which single precision does not hold", field, values[k]);
    }
    const double charge = CHARGE * (double)count + CHARGE_OF_SYNAPSE * (double)carrying;
    const bool small = axes == 2 && charge <= SNND_HDF5_DEFLATED - writer->deflated;
    writer->deflated += small ? charge : 0;
    if (writer->status == SNND_OK)
        check_hdf5(writer, snnd_hdf5_put_floats(node, field, axes, shape, single, small));
    snnd_release(writer->context, single);
}

void snnd_nir_put_same(snnd_nir_writer *writer, hid_t node, const char *field, int32_t neurons, double value) {
    double *values = writer->status != SNND_OK ? NULL : snnd_allocate(writer->context, (size_t)neurons, sizeof *values);
    if (values == NULL) {
        snnd_nir_check(writer, SNND_ERROR_MEMORY);
        return;
    }
    for (int32_t n = 0; n < neurons; n++)
        values[n] = value;
    snnd_nir_put(writer, node, field, 1, (const hsize_t[]){(hsize_t)neurons}, values);
    snnd_release(writer->context, values);
}
