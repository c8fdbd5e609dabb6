#include "nir/graph.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 1 << 16, MOST_EDGES = 1 << 18, MOST_FIELDS = 16 };

const snnd_nir_kind snnd_nir_kinds[SNND_NIR_TYPES] = {
    [SNND_NIR_INPUT] = {"Input", {"shape"}},
    [SNND_NIR_OUTPUT] = {"Output", {"shape"}},
    [SNND_NIR_LINEAR] = {"Linear", {"weight"}},
    [SNND_NIR_AFFINE] = {"Affine", {"weight", "bias"}},
    [SNND_NIR_SCALE] = {"Scale", {"scale"}},
    [SNND_NIR_DELAY] = {"Delay", {"delay"}},
    [SNND_NIR_FLATTEN] = {"Flatten", {"start_dim", "end_dim", "input_type"}},
    [SNND_NIR_LI] = {"LI", {"tau", "r", "v_leak"}},
    [SNND_NIR_LIF] = {"LIF", {"tau", "r", "v_leak", "v_threshold", "v_reset"}},
};

/* Before nir 1.0.6 there was no v_reset, and it is 0 where it is missing. */
static bool may_be_missing(snnd_nir_type type, int field) {
    return type == SNND_NIR_LIF && field == SNND_NIR_RESET;
}

/* Puts a node's name before the sentence that an inner function left; returns the status. */
static snnd_status name_node(snnd_context *context, snnd_status status, const char *name) {
    return status != SNND_ERROR_FORMAT ? status : snnd_fail(context, status, "node '%.64s': %s", name, context->error);
}

/* ---- nodes ---- */

static snnd_status find_type(snnd_hdf5_source *source, hid_t group, snnd_nir_type *type) {
    char *text;
    snnd_status status = snnd_hdf5_text(source, group, "type", &text);
    if (status != SNND_OK)
        return status;
    *type = SNND_NIR_TYPES;
    for (int t = 0; t < SNND_NIR_TYPES; t++)
        if (strcmp(text, snnd_nir_kinds[t].name) == 0)
            *type = (snnd_nir_type)t;
    if (*type == SNND_NIR_TYPES)
        status = snnd_fail(source->context, SNND_ERROR_FORMAT,
                           "its type is '%.64s'; expected Input, Output, Linear, Affine, Scale, Delay, Flatten, LI or "
                           "LIF",
                           text);
    snnd_release(source->context, text);
    return status;
}

/* What is beside the fields: their types in one version, and what nobody relies on. */
static bool is_ignored(const snnd_nir_kind *kind, const char *name) {
    static const char *const words[] = {"type", "metadata", "input_type", "output_type"};
    for (int f = 0; f < SNND_NIR_FIELDS; f++)
        if (kind->field[f] != NULL && strcmp(kind->field[f], name) == 0)
            return true;
    for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        if (strcmp(words[w], name) == 0)
            return true;
    return false;
}

static snnd_status check_names(snnd_hdf5_source *source, hid_t group, const snnd_nir_kind *kind) {
    char **names;
    size_t count;
    snnd_status status = snnd_hdf5_names(source, group, MOST_FIELDS, &names, &count);
    if (status != SNND_OK)
        return status;
    for (size_t i = 0; i < count && status == SNND_OK; i++)
        if (!is_ignored(kind, names[i]))
            status =
                snnd_fail(source->context, SNND_ERROR_FORMAT, "'%.64s' is not a field of %s", names[i], kind->name);
    snnd_hdf5_free_names(source->context, names, count);
    return status;
}

static snnd_status read_fields(snnd_hdf5_source *source, hid_t group, snnd_nir_node *node) {
    const snnd_nir_kind *kind = &snnd_nir_kinds[node->type];
    snnd_status status = check_names(source, group, kind);
    for (int f = 0; f < SNND_NIR_FIELDS && kind->field[f] != NULL && status == SNND_OK; f++) {
        snnd_nir_array *field = &node->field[f];
        if (may_be_missing(node->type, f) && !snnd_hdf5_has(group, kind->field[f]))
            continue;
        status = snnd_hdf5_shape(source, group, kind->field[f], &field->axes, field->shape);
        field->there = true;
        field->count = 1;
        for (int axis = 0; axis < field->axes && status == SNND_OK; axis++)
            field->count *= field->shape[axis];
    }
    return status;
}

static snnd_status read_node(snnd_nir_graph *graph, snnd_nir_node *node) {
    hid_t group;
    snnd_status status = snnd_hdf5_group(&graph->source, graph->nodes, node->name, &group);
    if (status != SNND_OK)
        return status;
    status = find_type(&graph->source, group, &node->type);
    if (status == SNND_OK)
        status = read_fields(&graph->source, group, node);
    H5Gclose(group);
    return name_node(graph->context, status, node->name);
}

static int by_name(const void *left, const void *right) {
    const snnd_nir_node *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static snnd_status read_nodes(snnd_nir_graph *graph) {
    char **names;
    size_t count;
    snnd_status status = snnd_hdf5_names(&graph->source, graph->nodes, MOST_NODES, &names, &count);
    if (status != SNND_OK)
        return status;
    graph->node = snnd_allocate(graph->context, snnd_size_or_one(count), sizeof *graph->node);
    if (graph->node == NULL) {
        snnd_hdf5_free_names(graph->context, names, count);
        return SNND_ERROR_MEMORY;
    }
    for (size_t i = 0; i < count; i++)
        graph->node[i].name = names[i];
    graph->count = (int32_t)count;
    snnd_release(graph->context, names);
    qsort(graph->node, count, sizeof *graph->node, by_name);
    for (int32_t n = 0; n < graph->count && status == SNND_OK; n++)
        status = read_node(graph, &graph->node[n]);
    return status;
}

/* ---- edges ---- */

static snnd_nir_node *find(const snnd_nir_graph *graph, char *name) {
    const snnd_nir_node wanted = {.name = name};
    return bsearch(&wanted, graph->node, (size_t)graph->count, sizeof wanted, by_name);
}

/* Edges [edges][2] to their places, those of one node together. */
static snnd_status list_edges(snnd_nir_graph *graph, char **names) {
    graph->next = snnd_allocate(graph->context, (size_t)graph->edges, sizeof *graph->next);
    if (graph->next == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t e = 0; e < 2 * graph->edges; e++) {
        snnd_nir_node *node = find(graph, names[e]);
        if (node == NULL)
            return snnd_fail(graph->context, SNND_ERROR_FORMAT, "an edge names '%.64s', and there is no such node",
                             names[e]);
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
        snnd_nir_node *from = find(graph, names[2 * e]);
        graph->next[from->first + from->out++] = (int32_t)(find(graph, names[2 * e + 1]) - graph->node);
    }
    return SNND_OK;
}

static snnd_status read_edges(snnd_nir_graph *graph) {
    char **names;
    size_t rows;
    snnd_status status = snnd_hdf5_pairs(&graph->source, graph->group, "edges", MOST_EDGES, &names, &rows);
    if (status != SNND_OK)
        return status;
    graph->edges = (int32_t)rows;
    status = list_edges(graph, names);
    snnd_hdf5_free_names(graph->context, names, 2 * rows);
    return status;
}

/* ---- the graph ---- */

static snnd_status check_graph_type(snnd_nir_graph *graph) {
    char *text;
    snnd_status status = snnd_hdf5_text(&graph->source, graph->group, "type", &text);
    if (status != SNND_OK)
        return status;
    if (strcmp(text, "NIRGraph") != 0)
        status =
            snnd_fail(graph->context, SNND_ERROR_FORMAT, "the type of '/node' is '%.64s'; expected NIRGraph", text);
    snnd_release(graph->context, text);
    return status;
}

static snnd_status read_graph(snnd_nir_graph *graph) {
    char *version;
    snnd_status status = snnd_hdf5_text(&graph->source, graph->source.file, "version", &version);
    if (status != SNND_OK)
        return status;
    snnd_release(graph->context, version);
    status = snnd_hdf5_group(&graph->source, graph->source.file, "node", &graph->group);
    if (status == SNND_OK)
        status = check_graph_type(graph);
    if (status == SNND_OK)
        status = snnd_hdf5_group(&graph->source, graph->group, "nodes", &graph->nodes);
    if (status == SNND_OK)
        status = read_nodes(graph);
    return status == SNND_OK ? read_edges(graph) : status;
}

snnd_status snnd_nir_graph_open(snnd_context *context, const unsigned char *bytes, size_t count,
                                snnd_nir_graph *graph) {
    *graph = (snnd_nir_graph){.context = context, .group = -1, .nodes = -1};
    snnd_status status = snnd_hdf5_open(context, bytes, count, &graph->source);
    if (status != SNND_OK)
        return status;
    status = read_graph(graph);
    if (status != SNND_OK)
        snnd_nir_graph_close(graph);
    return status;
}

void snnd_nir_graph_close(snnd_nir_graph *graph) {
    for (int32_t n = 0; n < graph->count; n++)
        snnd_release(graph->context, graph->node[n].name);
    snnd_release(graph->context, graph->node);
    snnd_release(graph->context, graph->next);
    H5Fclose(graph->source.file);
}

snnd_status snnd_nir_numbers(snnd_nir_graph *graph, const snnd_nir_node *node, int field, double **values) {
    hid_t group;
    snnd_status status = snnd_hdf5_group(&graph->source, graph->nodes, node->name, &group);
    if (status == SNND_OK) {
        status = snnd_hdf5_numbers(&graph->source, group, snnd_nir_kinds[node->type].field[field], values);
        H5Gclose(group);
    }
    return name_node(graph->context, status, node->name);
}

snnd_status snnd_nir_metadata_dt(snnd_nir_graph *graph, double *dt) {
    hid_t group;
    double *value;
    snnd_nir_array about;
    snnd_status status = snnd_hdf5_has(graph->group, "metadata")
                             ? snnd_hdf5_group(&graph->source, graph->group, "metadata", &group)
                             : SNND_ERROR_FORMAT;
    if (status == SNND_OK) {
        status = snnd_hdf5_shape(&graph->source, group, "dt", &about.axes, about.shape);
        if (status == SNND_OK && about.axes > 0)
            status = SNND_ERROR_FORMAT;
        if (status == SNND_OK)
            status = snnd_hdf5_numbers(&graph->source, group, "dt", &value);
        H5Gclose(group);
    }
    if (status == SNND_ERROR_FORMAT)
        return snnd_fail(graph->context, status,
                         "its metadata have no number 'dt', seconds of a time step; set it in the options");
    if (status != SNND_OK)
        return status;
    *dt = *value;
    snnd_release(graph->context, value);
    return SNND_OK;
}
