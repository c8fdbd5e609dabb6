#include "nir/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/files.h"

enum { MOST_NODES = 1 << 16, MOST_EDGES = 1 << 18, MOST_FIELDS = 16 };

const nir_kind nir_kinds[NIR_TYPES] = {
    [NIR_INPUT] = {"Input", {"shape"}},
    [NIR_OUTPUT] = {"Output", {"shape"}},
    [NIR_LINEAR] = {"Linear", {"weight"}},
    [NIR_AFFINE] = {"Affine", {"weight", "bias"}},
    [NIR_SCALE] = {"Scale", {"scale"}},
    [NIR_DELAY] = {"Delay", {"delay"}},
    [NIR_FLATTEN] = {"Flatten", {"start_dim", "end_dim", "input_type"}},
    [NIR_LI] = {"LI", {"tau", "r", "v_leak"}},
    [NIR_LIF] = {"LIF", {"tau", "r", "v_leak", "v_threshold", "v_reset"}},
};

/* There is no `default`, so that the compiler names this place when the header has one more readout. */
const char *nir_readout_word(snnd_readout readout) {
    switch (readout) {
    case SNND_READOUT_NETWORK:
        break;
    case SNND_READOUT_SOFTMAX_SUM:
        return "softmax_sum";
    case SNND_READOUT_SUM:
        return "sum";
    case SNND_READOUT_MEAN:
        return "mean";
    case SNND_READOUT_MAX:
        return "max";
    case SNND_READOUT_LAST:
        return "last";
    }
    return NULL;
}

const char *nir_extents(const nir_array *array, char text[NIR_EXTENTS]) {
    size_t used = (size_t)snprintf(text, NIR_EXTENTS, "[");
    for (int axis = 0; axis < array->axes; axis++)
        used += (size_t)snprintf(text + used, NIR_EXTENTS - used, "%s%lld", axis > 0 ? ", " : "",
                                 (long long)array->shape[axis]);
    snprintf(text + used, NIR_EXTENTS - used, "]");
    return text;
}

const char *const nir_resets[SNND_RESET_SUBTRACT + 1] = {
    [SNND_RESET_ZERO] = "zero",
    [SNND_RESET_SUBTRACT] = "subtract",
};

/* Before nir 1.0.6 there was no v_reset, and it is 0 where it is missing. */
static bool may_be_missing(nir_type type, int field) {
    return type == NIR_LIF && field == NIR_RESET;
}

/* Puts a node's name before the message of an inner function; returns the status. */
static int name_node(struct failure *failure, int status, const char *name) {
    return status == 0 ? 0 : failed(failure, "node '%.64s': %s", name, failure->text);
}

/* ---- nodes ---- */

static int find_type(hdf5_source *source, hid_t group, nir_type *type) {
    char *text;
    int status = hdf5_text(source, group, "type", &text);
    if (status != 0)
        return status;
    *type = NIR_TYPES;
    for (int t = 0; t < NIR_TYPES; t++)
        if (strcmp(text, nir_kinds[t].name) == 0)
            *type = (nir_type)t;
    if (*type == NIR_TYPES)
        status = failed(source->failure,
                        "its type is '%.64s'; expected Input, Output, Linear, Affine, Scale, Delay, Flatten, LI or "
                        "LIF",
                        text);
    free(text);
    return status;
}

/* Returns whether a name is not a field: types of fields in one version, and information that readers do not need. */
static bool is_ignored(const nir_kind *kind, const char *name) {
    static const char *const words[] = {"type", "metadata", "input_type", "output_type"};
    for (int f = 0; f < NIR_FIELDS; f++)
        if (kind->field[f] != NULL && strcmp(kind->field[f], name) == 0)
            return true;
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        if (strcmp(words[w], name) == 0)
            return true;
    return false;
}

static int check_names(hdf5_source *source, hid_t group, const nir_kind *kind) {
    char **names;
    size_t count;
    int status = hdf5_names(source, group, MOST_FIELDS, &names, &count);
    if (status != 0)
        return status;
    for (size_t i = 0; i < count && status == 0; i++)
        if (!is_ignored(kind, names[i]))
            status = failed(source->failure, "'%.64s' is not a field of %s", names[i], kind->name);
    hdf5_free_names(names, count);
    return status;
}

static int read_fields(hdf5_source *source, hid_t group, nir_node *node) {
    const nir_kind *kind = &nir_kinds[node->type];
    int status = check_names(source, group, kind);
    for (int f = 0; f < NIR_FIELDS && kind->field[f] != NULL && status == 0; f++) {
        nir_array *field = &node->field[f];
        if (may_be_missing(node->type, f) && !hdf5_has(group, kind->field[f]))
            continue;
        status = hdf5_shape(source, group, kind->field[f], &field->axes, field->shape);
        field->there = true;
        field->count = 1;
        for (int axis = 0; axis < field->axes && status == 0; axis++)
            field->count *= field->shape[axis];
    }
    return status;
}

static int read_node(nir_graph *graph, nir_node *node) {
    hid_t group;
    int status = hdf5_group(&graph->source, graph->nodes, node->name, &group);
    if (status != 0)
        return status;
    status = find_type(&graph->source, group, &node->type);
    if (status == 0)
        status = read_fields(&graph->source, group, node);
    H5Gclose(group);
    return name_node(graph->failure, status, node->name);
}

static int by_name(const void *left, const void *right) {
    const nir_node *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static int read_nodes(nir_graph *graph) {
    char **names;
    size_t count;
    int status = hdf5_names(&graph->source, graph->nodes, MOST_NODES, &names, &count);
    if (status != 0)
        return status;
    graph->node = allocate(count, sizeof *graph->node);
    for (size_t i = 0; i < count; i++)
        graph->node[i].name = names[i];
    graph->count = (int32_t)count;
    free(names);
    qsort(graph->node, count, sizeof *graph->node, by_name);
    for (int32_t n = 0; n < graph->count && status == 0; n++)
        status = read_node(graph, &graph->node[n]);
    return status;
}

/* ---- edges ---- */

static nir_node *find(const nir_graph *graph, char *name) {
    const nir_node wanted = {.name = name};
    return bsearch(&wanted, graph->node, (size_t)graph->count, sizeof wanted, by_name);
}

/* Converts the edges [edges][2] to indices, sorted by node. */
static int list_edges(nir_graph *graph, char **names) {
    graph->next = allocate((size_t)graph->edges, sizeof *graph->next);
    for (int32_t e = 0; e < 2 * graph->edges; e++) {
        nir_node *node = find(graph, names[e]);
        if (node == NULL)
            return failed(graph->failure, "an edge names '%.64s', which is not a node", names[e]);
        if (e % 2 == 0)
            node->out++;
        else
            node->in++;
    }
    int32_t place = 0;
    for (int32_t n = 0; n < graph->count; n++) {
        graph->node[n].first = place;
        place += graph->node[n].out;
        graph->node[n].out = 0;
    }
    for (int32_t e = 0; e < graph->edges; e++) {
        nir_node *from = find(graph, names[2 * e]);
        graph->next[from->first + from->out++] = (int32_t)(find(graph, names[2 * e + 1]) - graph->node);
    }
    return 0;
}

static int read_edges(nir_graph *graph) {
    char **names;
    size_t rows;
    int status = hdf5_pairs(&graph->source, graph->group, "edges", MOST_EDGES, &names, &rows);
    if (status != 0)
        return status;
    graph->edges = (int32_t)rows;
    status = list_edges(graph, names);
    hdf5_free_names(names, 2 * rows);
    return status;
}

/* ---- the graph ---- */

static int check_graph_type(nir_graph *graph) {
    char *text;
    int status = hdf5_text(&graph->source, graph->group, "type", &text);
    if (status != 0)
        return status;
    if (strcmp(text, "NIRGraph") != 0)
        status = failed(graph->failure, "the type of '/node' is '%.64s'; expected NIRGraph", text);
    free(text);
    return status;
}

static int read_graph(nir_graph *graph) {
    int status = hdf5_text(&graph->source, graph->source.file, "version", &graph->version);
    if (status != 0)
        return status;
    status = hdf5_group(&graph->source, graph->source.file, "node", &graph->group);
    if (status == 0)
        status = check_graph_type(graph);
    if (status == 0)
        status = hdf5_group(&graph->source, graph->group, "nodes", &graph->nodes);
    if (status == 0)
        status = read_nodes(graph);
    return status == 0 ? read_edges(graph) : status;
}

int nir_graph_open(const char *path, nir_graph *graph, struct failure *failure) {
    *graph = (nir_graph){.failure = failure, .group = -1, .nodes = -1};
    graph->bytes = file_read_in(NULL, path, NIR_MOST_BYTES, &graph->length, failure);
    if (graph->bytes == NULL)
        return -1;
    if (hdf5_open(graph->bytes, graph->length, &graph->source, failure) == 0 && read_graph(graph) == 0)
        return 0;
    nir_graph_close(graph);
    return failed(failure, "%s: %s", path, failure->text);
}

void nir_graph_close(nir_graph *graph) {
    for (int32_t n = 0; n < graph->count; n++)
        free(graph->node[n].name);
    free(graph->node);
    free(graph->next);
    free(graph->version);
    if (graph->source.file > 0)
        H5Fclose(graph->source.file);
    free(graph->bytes);
}

int nir_numbers(nir_graph *graph, const nir_node *node, int field, double **values) {
    hid_t group;
    int status = hdf5_group(&graph->source, graph->nodes, node->name, &group);
    if (status == 0) {
        status = hdf5_numbers(&graph->source, group, nir_kinds[node->type].field[field], values);
        H5Gclose(group);
    }
    return name_node(graph->failure, status, node->name);
}

/* ---- metadata ---- */

/* Opens the metadata of the graph or of a node, where there are any. */
static int open_metadata(nir_graph *graph, hid_t of, hid_t *group) {
    return hdf5_has(of, "metadata") ? hdf5_group(&graph->source, of, "metadata", group) : -1;
}

static int read_dt(nir_graph *graph, hid_t group, double *dt) {
    double *value;
    nir_array about;
    if (hdf5_shape(&graph->source, group, "dt", &about.axes, about.shape) != 0 || about.axes > 0 ||
        hdf5_numbers(&graph->source, group, "dt", &value) != 0)
        return -1;
    *dt = *value;
    free(value);
    return 0;
}

int nir_metadata_dt(nir_graph *graph, double *dt) {
    hid_t group;
    int status = open_metadata(graph, graph->group, &group);
    if (status == 0) {
        status = read_dt(graph, group, dt);
        H5Gclose(group);
    }
    return status == 0
               ? 0
               : failed(graph->failure, "its metadata have no number 'dt', the seconds of a time step; --dt sets it");
}

static bool begins_with(const char *text, const char *words) {
    return strncmp(text, words, strlen(words)) == 0;
}

nir_order nir_metadata_order(nir_graph *graph) {
    hid_t group;
    char *text;
    nir_order order = NIR_ORDER_UNTOLD;
    if (open_metadata(graph, graph->group, &group) != 0)
        return order;
    if (hdf5_has(group, "discretization") && hdf5_text(&graph->source, group, "discretization", &text) == 0) {
        order = begins_with(text, NIR_SPIKE_FIRST_WORDS)    ? NIR_SPIKE_FIRST
                : begins_with(text, NIR_UPDATE_FIRST_WORDS) ? NIR_UPDATE_FIRST
                                                            : NIR_ORDER_UNTOLD;
        free(text);
    }
    H5Gclose(group);
    return order;
}

static int read_reset(nir_graph *graph, hid_t group, snnd_reset *reset) {
    char *text;
    hid_t metadata;
    if (open_metadata(graph, group, &metadata) != 0)
        return 0;
    int status = 0;
    if (hdf5_has(metadata, "reset") && (status = hdf5_text(&graph->source, metadata, "reset", &text)) == 0) {
        if (strcmp(text, nir_resets[SNND_RESET_SUBTRACT]) == 0)
            *reset = SNND_RESET_SUBTRACT;
        else if (strcmp(text, nir_resets[SNND_RESET_ZERO]) != 0)
            status =
                failed(graph->failure, "its metadata say that the reset is '%.64s'; expected zero or subtract", text);
        free(text);
    }
    H5Gclose(metadata);
    return status;
}

int nir_node_reset(nir_graph *graph, const nir_node *node, snnd_reset *reset) {
    hid_t group;
    *reset = SNND_RESET_ZERO;
    int status = hdf5_group(&graph->source, graph->nodes, node->name, &group);
    if (status == 0) {
        status = read_reset(graph, group, reset);
        H5Gclose(group);
    }
    return name_node(graph->failure, status, node->name);
}

static int read_readout(nir_graph *graph, hid_t group, snnd_readout *readout) {
    char *text;
    if (!hdf5_has(group, "readout"))
        return 0;
    int status = hdf5_text(&graph->source, group, "readout", &text);
    if (status != 0)
        return failed(graph->failure, "its metadata: %s", graph->failure->text);
    for (int r = SNND_READOUT_SOFTMAX_SUM; nir_readout_word((snnd_readout)r) != NULL; r++)
        if (strcmp(text, nir_readout_word((snnd_readout)r)) == 0)
            *readout = (snnd_readout)r;
    if (*readout == SNND_READOUT_NETWORK)
        status =
            failed(graph->failure,
                   "its metadata say that the readout is '%.64s'; expected softmax_sum, sum, mean, max or last", text);
    free(text);
    return status;
}

int nir_metadata_readout(nir_graph *graph, snnd_readout *readout) {
    hid_t group;
    *readout = SNND_READOUT_NETWORK;
    if (open_metadata(graph, graph->group, &group) != 0)
        return 0;
    const int status = read_readout(graph, group, readout);
    H5Gclose(group);
    return status;
}
