/*
 * Fuzz target: NIR files. Most inputs are a description of a graph, which is written by HDF5 itself, so that what is
 * wrong is the graph: nodes of any kind in a chain, fields of any type and shape, edges that are missing or too many.
 * Where the first byte is 224 or more the rest are the bytes of the file.
 */
#include "nir/nir.h"

#include "hdf5/hdf5_file.h"
#include "use.h"

enum { MOST_NODES = 12, MOST_EDGES = 20, MOST_NUMBERS = 64, RAW = 224 };

/* ---- a graph by description ---- */

typedef struct sketch {
    fuzz_bytes *in;
    hid_t nodes;
    int32_t width; /* neurons so far */
    double dt;
    const char *edge[2 * MOST_EDGES];
    size_t edges;
} sketch;

static const char *const names[MOST_NODES] = {"input", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "output"};

static double default_number(const sketch *s, nir_type type, int field, size_t k) {
    switch (type) {
    case NIR_INPUT:
    case NIR_OUTPUT:
        return s->width;
    case NIR_FLATTEN:
        return field == NIR_FLAT_SHAPE ? s->width : field == NIR_FLAT_END ? -1 : 0;
    case NIR_DELAY:
        return (double)(k % 4) * s->dt;
    case NIR_LI:
    case NIR_LIF:
        return field == NIR_TAU ? 5 * s->dt : field == NIR_R ? 5 : field == NIR_THRESHOLD ? 1 : 0;
    default:
        return (double)(k % 3) * 0.5;
    }
}

/* The axes of a field as they should be, or others. */
static int choose_shape(sketch *s, nir_type type, int field, hsize_t shape[2]) {
    const bool matrix = (type == NIR_LINEAR || type == NIR_AFFINE) && field == NIR_WEIGHT;
    const bool flat = type == NIR_FLATTEN && field != NIR_FLAT_SHAPE;
    const bool list = type == NIR_INPUT || type == NIR_OUTPUT || type == NIR_FLATTEN;
    int axes = matrix ? 2 : flat ? 0 : 1;
    shape[0] = list ? 1 : (hsize_t)s->width;
    shape[1] = 1;
    if (matrix) {
        shape[1] = shape[0];
        shape[0] = (hsize_t)(1 + fuzz_below(s->in, 5));
        s->width = (int32_t)shape[0];
    }
    if (fuzz_byte(s->in) < 248)
        return axes;
    shape[0] = (hsize_t)fuzz_below(s->in, 8);
    shape[1] = (hsize_t)fuzz_below(s->in, 8);
    return fuzz_below(s->in, 3);
}

static void put_numbers(sketch *s, hid_t group, nir_type type, int field, int axes, const hsize_t *shape) {
    const char *name = nir_kinds[type].field[field];
    static const hid_t *const stored[] = {&H5T_IEEE_F32LE_g, &H5T_IEEE_F64BE_g, &H5T_STD_I64LE_g, &H5T_STD_U8LE_g};
    double values[MOST_NUMBERS] = {0};
    const size_t count = (size_t)((axes > 0 ? shape[0] : 1) * (axes > 1 ? shape[1] : 1));
    const bool whole = type == NIR_INPUT || type == NIR_OUTPUT || type == NIR_FLATTEN;
    for (size_t k = 0; k < count && k < MOST_NUMBERS; k++)
        values[k] = default_number(s, type, field, k);
    if (fuzz_byte(s->in) >= 232)
        values[fuzz_byte(s->in) % MOST_NUMBERS] = fuzz_double(s->in);
    if (fuzz_byte(s->in) >= 240)
        values[0] = fuzz_double(s->in);
    const unsigned char choice = fuzz_byte(s->in);
    const hid_t space = axes == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(axes, shape, NULL);
    const hid_t set = H5Dcreate2(group, name, *stored[choice < 224 ? (whole ? 2 : 0) : choice % 4], space, H5P_DEFAULT,
                                 H5P_DEFAULT, H5P_DEFAULT);
    if (choice < 250 && set >= 0)
        H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
    H5Dclose(set);
    H5Sclose(space);
}

static void put_field(sketch *s, hid_t group, nir_type type, int field) {
    const char *name = nir_kinds[type].field[field];
    hsize_t shape[2];
    const unsigned char damage = fuzz_byte(s->in);
    const int axes = choose_shape(s, type, field, shape);
    if (damage < 244)
        put_numbers(s, group, type, field, axes, shape);
    else if (damage < 247)
        hdf5_put_text(group, name, "text");
    else if (damage < 249)
        H5Gclose(hdf5_add_group(group, name));
    else if (damage < 251)
        H5Lcreate_soft("/node/nodes/input/shape", group, name, H5P_DEFAULT, H5P_DEFAULT);
}

/* What a node says of its reset beside its fields. */
static void add_reset(hid_t node, unsigned char what) {
    const hid_t group = hdf5_add_group(node, "metadata");
    hdf5_put_text(group, "reset", what < 248 ? nir_resets[SNND_RESET_ZERO + what % 2] : "another");
    H5Gclose(group);
}

static void add_node(sketch *s, int index, nir_type type) {
    const hid_t group = hdf5_add_group(s->nodes, names[index]);
    const unsigned char what = fuzz_byte(s->in);
    hdf5_put_text(group, "type", what < 252 ? nir_kinds[type].name : "Conv1d");
    if (what >= 192)
        add_reset(group, what);
    for (int field = 0; field < NIR_FIELDS && nir_kinds[type].field[field] != NULL; field++)
        put_field(s, group, type, field);
    H5Gclose(group);
}

static void add_edge(sketch *s, int from, int to) {
    if (s->edges == MOST_EDGES)
        return;
    s->edge[2 * s->edges] = names[from];
    s->edge[2 * s->edges++ + 1] = names[to];
}

/* A chain, in which at times an edge is missing, and edges beside it. */
static void add_edges(sketch *s, int between) {
    for (int n = 0; n <= between; n++)
        if (fuzz_byte(s->in) < 250)
            add_edge(s, n, n < between ? n + 1 : MOST_NODES - 1);
    for (int more = fuzz_below(s->in, 16) - 11; more > 0; more--) {
        const int from = fuzz_below(s->in, MOST_NODES);
        add_edge(s, from, fuzz_below(s->in, MOST_NODES));
    }
}

static void add_metadata(sketch *s, hid_t node) {
    if (fuzz_byte(s->in) >= 250)
        return;
    const hid_t group = hdf5_add_group(node, "metadata");
    hdf5_put_double(group, "dt", fuzz_byte(s->in) < 240 ? s->dt : fuzz_double(s->in));
    H5Gclose(group);
}

static hid_t draw(fuzz_bytes *in) {
    const hid_t file = hdf5_create();
    CLAIM(file >= 0, "HDF5 makes no file");
    sketch s = {.in = in, .width = 1 + fuzz_below(in, 4), .dt = 0.01};
    const int between = fuzz_below(in, MOST_NODES - 2);
    const hid_t node = hdf5_add_group(file, "node");
    hdf5_put_text(file, "version", "1.0");
    hdf5_put_text(node, "type", fuzz_byte(in) < 252 ? "NIRGraph" : "LIF");
    s.nodes = hdf5_add_group(node, "nodes");
    add_node(&s, 0, NIR_INPUT);
    for (int n = 1; n <= between; n++)
        add_node(&s, n, (nir_type)fuzz_below(in, NIR_TYPES));
    add_node(&s, MOST_NODES - 1, NIR_OUTPUT);
    add_edges(&s, between);
    hdf5_put_texts(node, "edges", s.edge, s.edges, 2);
    add_metadata(&s, node);
    H5Gclose(s.nodes);
    H5Gclose(node);
    return file;
}

static void write_graph(fuzz_bytes *in) {
    unsigned char *bytes;
    size_t count;
    struct failure failure;
    const hid_t file = draw(in);
    CLAIM(hdf5_bytes(&failure, file, &bytes, &count) == 0, "%s", failure.text);
    H5Fclose(file);
    fuzz_write(fuzz_path("nir"), bytes, count);
    free(bytes);
}

/* ---- the target ---- */

/* HDF5 itself loses memory over damaged files now and then. What the library asks of it must be given back all the
 * same: nothing is open afterwards. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:libhdf5";
}

/* What is a network can be written as a graph, but for numbers beyond single precision, matrices of more neurons than
 * are read, and orders that readers do not have; and that loads. */
static void save_again(snnd_context *context, snnd_network *network, const nir_export_options *options) {
    snnd_network *again = NULL;
    struct failure failure;
    nir_import_report report;
    nir_export_report written;
    const nir_import_options read = {.order = NIR_ORDER_UNTOLD};
    if (nir_save(context, network, options, fuzz_path("a"), &written, &failure) != 0)
        return;
    CLAIM(nir_load(context, &read, fuzz_path("a"), &again, &report, &failure) == 0, "%s", failure.text);
    CLAIM(report.told && report.order == written.order && report.later <= written.earlier,
          "order %d, %d steps later, of %d and %d", report.order, report.later, written.order, written.earlier);
    CLAIM(snnd_network_inputs(again) == snnd_network_inputs(network) &&
              snnd_network_outputs(again) == snnd_network_outputs(network),
          "%d inputs and %d outputs became %d and %d", snnd_network_inputs(network), snnd_network_outputs(network),
          snnd_network_inputs(again), snnd_network_outputs(again));
    fuzz_save_again(context, again);
    snnd_network_free(again);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size) {
    fuzz_bytes in = {data, size};
    const unsigned char how = fuzz_byte(&in);
    snnd_context *context = fuzz_open();
    snnd_network *network = NULL;
    struct failure failure = {""};
    nir_import_report report;
    const nir_import_options read = {.order = (nir_order)(how % 3), .reset = (snnd_reset)(how / 24 % 3)};
    const nir_export_options write = {
        .dt = 0.01, .order = (nir_order)(how / 8 % 3), .without_reset = how / 2 % 2, .drop_shift = how / 4 % 2};
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    if (how >= RAW)
        fuzz_write(fuzz_path("nir"), in.at, in.left);
    else
        write_graph(&in);
    const int result = nir_load(context, &read, fuzz_path("nir"), &network, &report, &failure);
    CLAIM((network != NULL) == (result == 0) && (result == 0 || failure.text[0] != '\0'), "%d and a network", result);
    if (network != NULL) {
        fuzz_save_again(context, network);
        save_again(context, network, &write);
    }
    if (network != NULL && fuzz_is_small(network)) {
        fuzz_look(context, network);
        fuzz_pass(context, network);
    }
    snnd_network_free(network);
    fuzz_close(context);
    const ssize_t open = H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL);
    CLAIM(open == 0, "%zd objects of HDF5 were left open", open);
    return 0;
}
