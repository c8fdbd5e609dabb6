#include "nir/graph_loop.h"

#include <check.h>
#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TAU, R, LEAK, THRESHOLD, RESET };

static const struct {
    const char *type, *field[GRAPH_FIELDS];
} kinds[] = {
    {"Input", {"shape"}},           {"Output", {"shape"}},
    {"Linear", {"weight"}},         {"Affine", {"weight", "bias"}},
    {"Scale", {"scale"}},           {"Delay", {"delay"}},
    {"LI", {"tau", "r", "v_leak"}}, {"LIF", {"tau", "r", "v_leak", "v_threshold", "v_reset"}},
};

static bool is(const graph_node *node, const char *type) {
    return strcmp(node->type, type) == 0;
}

/* ---- the file ---- */

static hid_t text_type(void) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    ck_assert(H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0);
    return type;
}

/* All texts of a dataset, for free(), as each of them. */
static char **read_texts(hid_t file, const char *path, int64_t *count) {
    const hid_t set = H5Dopen2(file, path, H5P_DEFAULT), space = H5Dget_space(set), type = text_type();
    *count = H5Sget_simple_extent_npoints(space);
    ck_assert_msg(*count > 0, "there is no text at %s", path);
    char **texts = calloc((size_t)*count, sizeof *texts);
    ck_assert_ptr_nonnull(texts);
    ck_assert_int_ge(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts), 0);
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(set);
    return texts;
}

static void read_text(hid_t file, const char *path, char text[GRAPH_NAME]) {
    int64_t count;
    char **texts = read_texts(file, path, &count);
    ck_assert_uint_lt(strlen(texts[0]), GRAPH_NAME);
    strcpy(text, texts[0]);
    free(texts[0]);
    free(texts);
}

static double *read_numbers(hid_t file, const char *path, int64_t *count) {
    const hid_t set = H5Dopen2(file, path, H5P_DEFAULT), space = H5Dget_space(set);
    *count = H5Sget_simple_extent_npoints(space);
    ck_assert_int_gt(*count, 0);
    double *values = calloc((size_t)*count, sizeof *values);
    ck_assert_ptr_nonnull(values);
    ck_assert_int_ge(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    H5Sclose(space);
    H5Dclose(set);
    return values;
}

static void read_node(hid_t file, graph_node *node) {
    char path[256];
    size_t kind = 0;
    snprintf(path, sizeof path, "/node/nodes/%s/type", node->name);
    read_text(file, path, node->type);
    while (kind < sizeof kinds / sizeof kinds[0] && !is(node, kinds[kind].type))
        kind++;
    ck_assert_msg(kind < sizeof kinds / sizeof kinds[0], "no simulator of the tests knows %s", node->type);
    for (int f = 0; f < GRAPH_FIELDS && kinds[kind].field[f] != NULL; f++) {
        snprintf(path, sizeof path, "/node/nodes/%s/%s", node->name, kinds[kind].field[f]);
        if (H5Lexists(file, path, H5P_DEFAULT) > 0)
            node->field[f] = read_numbers(file, path, &node->count[f]);
    }
}

static int32_t find(const graph_loop *made, const char *name) {
    for (int32_t n = 0; n < made->count; n++)
        if (strcmp(made->node[n].name, name) == 0)
            return n;
    ck_abort_msg("there is no node '%s'", name);
}

static void read_edges(hid_t file, graph_loop *made) {
    int64_t count;
    char **name = read_texts(file, "/node/edges", &count);
    for (int64_t e = 0; e < count; e += 2) {
        graph_node *to = &made->node[find(made, name[e + 1])];
        ck_assert_int_lt(to->sources, GRAPH_INTO);
        to->from[to->sources++] = find(made, name[e]);
    }
    for (int64_t e = 0; e < count; e++)
        free(name[e]);
    free(name);
}

static void read_graph(const char *path, graph_loop *made) {
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), group = H5Gopen2(file, "/node/nodes", H5P_DEFAULT);
    hsize_t nodes;
    ck_assert_int_ge(H5Gget_num_objs(group, &nodes), 0);
    made->count = (int32_t)nodes;
    made->node = calloc(nodes, sizeof *made->node);
    made->order = calloc(nodes, sizeof *made->order);
    ck_assert(made->node != NULL && made->order != NULL);
    for (hsize_t n = 0; n < nodes; n++) {
        ck_assert_int_lt(H5Gget_objname_by_idx(group, n, made->node[n].name, GRAPH_NAME), GRAPH_NAME);
        read_node(file, &made->node[n]);
    }
    read_edges(file, made);
    H5Gclose(group);
    H5Fclose(file);
}

/* ---- what nodes do: from `in` [steps][width of the sources] to their output ---- */

static double of(const graph_node *node, int field, int32_t n) {
    return node->field[field][node->count[field] == 1 ? 0 : n];
}

static void multiply(graph_node *node, const double *in, int32_t inputs, int32_t steps) {
    node->width = (int32_t)(node->count[0] / inputs);
    node->output = calloc((size_t)steps * (size_t)node->width, sizeof *node->output);
    for (int32_t t = 0; t < steps; t++)
        for (int32_t o = 0; o < node->width; o++) {
            double sum = node->field[1] == NULL ? 0 : node->field[1][o];
            for (int32_t i = 0; i < inputs; i++)
                sum += node->field[0][o * inputs + i] * in[t * inputs + i];
            node->output[t * node->width + o] = sum;
        }
}

static void delay(graph_node *node, const double *in, int32_t steps, double dt) {
    for (int32_t n = 0; n < node->width; n++) {
        const int32_t late = (int32_t)lround(of(node, 0, n) / dt);
        for (int32_t t = late; t < steps; t++)
            node->output[t * node->width + n] = in[(t - late) * node->width + n];
    }
}

static void scale(graph_node *node, const double *in, int32_t steps) {
    for (int32_t t = 0; t < steps; t++)
        for (int32_t n = 0; n < node->width; n++)
            node->output[t * node->width + n] = of(node, 0, n) * in[t * node->width + n];
}

/* tau dv/dt = (v_leak - v) + r I by forward Euler, from v = 0. */
static void integrate(graph_node *node, const double *in, int32_t steps, const graph_reader *how) {
    for (int32_t n = 0; n < node->width; n++) {
        double v = 0;
        for (int32_t t = 0; t < steps; t++) {
            const double before = v;
            v += how->dt / of(node, TAU, n) * (of(node, LEAK, n) - v + of(node, R, n) * in[t * node->width + n]);
            node->output[t * node->width + n] = how->updates_first ? v : before;
        }
    }
}

static void fire(graph_node *node, const double *in, int32_t steps, const graph_reader *how) {
    node->margin = calloc((size_t)steps * (size_t)node->width, sizeof *node->margin);
    for (int32_t n = 0; n < node->width; n++) {
        const double threshold = of(node, THRESHOLD, n);
        const bool subtracts = how->may_subtract && node->field[RESET] == NULL;
        const double reset = node->field[RESET] == NULL ? 0 : of(node, RESET, n);
        double v = 0;
        for (int32_t t = 0; t < steps; t++) {
            const int32_t k = t * node->width + n;
            const double current = in[k],
                         moved = v + how->dt / of(node, TAU, n) * (of(node, LEAK, n) - v + of(node, R, n) * current);
            node->margin[k] = (how->updates_first ? moved : v) - threshold;
            node->output[k] = node->margin[k] > 0;
            v = moved;
            if (node->margin[k] > 0)
                v = subtracts ? moved - threshold : reset;
        }
    }
}

/* ---- the graph ---- */

static bool is_ready(const graph_loop *made, const graph_node *node) {
    for (int32_t s = 0; s < node->sources; s++)
        if (made->node[node->from[s]].output == NULL)
            return false;
    return node->output == NULL;
}

static double *sum_of_sources(const graph_loop *made, const graph_node *node, int32_t width) {
    double *sum = calloc((size_t)made->steps * (size_t)width, sizeof *sum);
    ck_assert_ptr_nonnull(sum);
    for (int32_t s = 0; s < node->sources; s++) {
        const graph_node *from = &made->node[node->from[s]];
        ck_assert_int_eq(from->width, width);
        for (int32_t k = 0; k < made->steps * width; k++)
            sum[k] += from->output[k];
    }
    return sum;
}

static void pass(const graph_loop *made, graph_node *node, const graph_reader *how) {
    ck_assert_int_gt(node->sources, 0);
    const int32_t inputs = made->node[node->from[0]].width;
    double *in = sum_of_sources(made, node, inputs);
    if (is(node, "Linear") || is(node, "Affine"))
        multiply(node, in, inputs, made->steps);
    else {
        node->width = inputs;
        node->output = calloc((size_t)made->steps * (size_t)inputs, sizeof *node->output);
    }
    ck_assert_ptr_nonnull(node->output);
    if (is(node, "Delay"))
        delay(node, in, made->steps, how->dt);
    else if (is(node, "Scale"))
        scale(node, in, made->steps);
    else if (is(node, "LI"))
        integrate(node, in, made->steps, how);
    else if (is(node, "LIF"))
        fire(node, in, made->steps, how);
    else if (is(node, "Output"))
        memcpy(node->output, in, (size_t)made->steps * (size_t)inputs * sizeof *in);
    free(in);
}

static void begin(graph_node *node, const float *input, int32_t steps) {
    node->width = (int32_t)node->field[0][0];
    node->output = calloc((size_t)steps * (size_t)node->width, sizeof *node->output);
    ck_assert_ptr_nonnull(node->output);
    for (int32_t k = 0; k < steps * node->width; k++)
        node->output[k] = (double)input[k];
}

graph_loop *graph_loop_run(const char *path, const graph_reader *how, const float *input, int32_t steps) {
    graph_loop *made = calloc(1, sizeof *made);
    ck_assert_ptr_nonnull(made);
    made->steps = steps;
    read_graph(path, made);
    for (int32_t done = 0, before = -1; done < made->count;) {
        ck_assert_msg(done > before, "the graph has a loop");
        before = done;
        for (int32_t n = 0; n < made->count; n++) {
            graph_node *node = &made->node[n];
            if (!is_ready(made, node))
                continue;
            if (is(node, "Input"))
                begin(node, input, steps);
            else
                pass(made, node, how);
            made->order[done++] = n;
        }
    }
    return made;
}

void graph_loop_free(graph_loop *made) {
    for (int32_t n = 0; n < made->count; n++) {
        for (int f = 0; f < GRAPH_FIELDS; f++)
            free(made->node[n].field[f]);
        free(made->node[n].output);
        free(made->node[n].margin);
    }
    free(made->node);
    free(made->order);
    free(made);
}

const graph_node *graph_loop_node(const graph_loop *made, const char *type, int32_t n) {
    for (int32_t k = 0; k < made->count; k++)
        if (is(&made->node[made->order[k]], type) && n-- == 0)
            return &made->node[made->order[k]];
    return NULL;
}
