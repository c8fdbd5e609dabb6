/* Networks and graphs that are the same network: every spike is that of the plain loop over the graph, in both
 * directions. */
#include <math.h>

#include "format/scratch.h"
#include "hdf5/hdf5_file.h"
#include "model/network.h"
#include "nir/files.h"
#include "nir/graph_loop.h"
#include "support.h"

Suite *exact_suite(void);

enum { NETWORKS = SOME_OF(20), SAMPLES = 4, STEPS = 60, INPUTS = 9, MOST_NEURONS = 24, DEEPEST = 6 };

/* ---- drawing ---- */

static uint64_t stream, drawn_so_far;

static void begin_drawing(uint64_t of) {
    stream = of;
    drawn_so_far = 0;
}

static double drawn(double low, double high) {
    return low + (high - low) * snnd_random_uniform(29, stream, drawn_so_far++);
}

static int32_t drawn_whole(int32_t least, int32_t most) {
    return least + (int32_t)drawn(0, most - least + 1);
}

static bool drawn_true(void) {
    return drawn(0, 1) < 0.5;
}

static void draw_floats(const snnd_layer *layer, snnd_array_name name, double low, double high) {
    snnd_array array;
    ck_assert_int_eq(snnd_layer_array((snnd_layer *)(uintptr_t)layer, name, &array), SNND_OK);
    for (int64_t k = 0; k < snnd_array_count(&array); k++)
        ((float *)array.data)[k] = (float)drawn(low, high);
}

/* ---- comparison ---- */

typedef struct agreement {
    int64_t spikes;    /* of the loop, in samples that agreed */
    int32_t samples;   /* whose spikes are all the loop's */
    int32_t explained; /* whose first other spike has its potential within rounding of the threshold */
} agreement;

/* A layer of neurons, and the node that it is. */
typedef struct couple {
    const graph_node *node;
    float *record; /* [STEPS][width] */
} couple;

/* What single precision may make of numbers: 2e-5 of the largest. */
static double rounding_of(const graph_node *node, const double *values) {
    double largest = 1;
    for (int32_t k = 0; k < STEPS * node->width; k++)
        largest = fmax(largest, fabs(values[k]));
    return 2e-5 * largest;
}

/* The step of the first spike that is another, which rounding has to explain; STEPS: there is none. */
static int32_t first_difference(const couple *pair, int32_t pairs) {
    for (int32_t t = 0; t < STEPS; t++)
        for (int32_t p = 0; p < pairs; p++)
            for (int32_t n = 0; n < pair[p].node->width && pair[p].node->margin != NULL; n++) {
                const graph_node *node = pair[p].node;
                const int32_t k = t * node->width + n;
                if ((double)pair[p].record[k] == node->output[k])
                    continue;
                ck_assert_msg(fabs(node->margin[k]) <= rounding_of(node, node->margin),
                              "%s, neuron %d, step %d: a spike is %g; expected %g, with the potential %g above the "
                              "threshold",
                              node->name, n, t, (double)pair[p].record[k], node->output[k], node->margin[k]);
                return t;
            }
    return STEPS;
}

static void assert_numbers(const couple *pair, int32_t end) {
    const double rounding = rounding_of(pair->node, pair->node->output);
    for (int32_t k = 0; k < end * pair->node->width; k++)
        HOLDS(fabs((double)pair->record[k] - pair->node->output[k]) <= rounding, "%s, step %d: %.9g; expected %.9g",
              pair->node->name, k / pair->node->width, (double)pair->record[k], pair->node->output[k]);
}

static couple make_couple(snnd_workspace *workspace, snnd_layer *layer, const graph_node *node) {
    ck_assert_ptr_nonnull(node);
    ck_assert_int_eq(node->width, snnd_layer_outputs(layer));
    float *record = malloc((size_t)STEPS * (size_t)node->width * sizeof *record);
    ck_assert_ptr_nonnull(record);
    ck_assert_int_eq(snnd_workspace_record(workspace, layer, SNND_RECORD_OUTPUT, record), SNND_OK);
    return (couple){node, record};
}

/* Layers of neurons are nodes of neurons in their order, and the last layer is the output. */
static int32_t make_couples(snnd_workspace *workspace, const snnd_network *network, const graph_loop *made,
                            couple *pair) {
    int32_t pairs = 0, firing = 0, leaky = 0;
    const int32_t layers = snnd_network_layer_count(network);
    for (int32_t l = 0; l < layers; l++) {
        snnd_layer *layer = snnd_network_layer(network, l);
        if (snnd_layer_get_type(layer) == SNND_LAYER_LIF)
            pair[pairs++] = make_couple(workspace, layer, graph_loop_node(made, "LIF", firing++));
        else if (snnd_layer_get_type(layer) == SNND_LAYER_LEAKY_INTEGRATOR)
            pair[pairs++] = make_couple(workspace, layer, graph_loop_node(made, "LI", leaky++));
    }
    ck_assert_ptr_null(graph_loop_node(made, "LIF", firing));
    ck_assert_ptr_null(graph_loop_node(made, "LI", leaky));
    pair[pairs++] = make_couple(workspace, snnd_network_layer(network, layers - 1), graph_loop_node(made, "Output", 0));
    return pairs;
}

static void compare(snnd_workspace *workspace, const snnd_network *network, const graph_loop *made, agreement *all) {
    couple pair[DEEPEST + 3];
    const int32_t pairs = make_couples(workspace, network, made, pair), end = first_difference(pair, pairs);
    for (int32_t p = 0; p < pairs; p++) {
        assert_numbers(&pair[p], end);
        for (int32_t k = 0; k < STEPS * pair[p].node->width && end == STEPS && pair[p].node->margin != NULL; k++)
            all->spikes += pair[p].node->margin[k] > 0;
        free(pair[p].record);
    }
    all->samples += end == STEPS;
    all->explained += end < STEPS;
}

/* Passes samples of spikes through the network and through the graph in the file. */
static void assert_same(snnd_context *context, snnd_network *network, const char *path, const graph_reader *how,
                        agreement *all) {
    float input[STEPS * INPUTS];
    snnd_workspace *workspace;
    OK(context, snnd_workspace_create(network, 1, STEPS, 0, &workspace));
    for (int b = 0; b < SAMPLES; b++) {
        for (int k = 0; k < STEPS * INPUTS; k++)
            input[k] = drawn(0, 1) < 0.3 ? 1 : 0;
        OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
        graph_loop *made = graph_loop_run(path, how, input, STEPS);
        compare(workspace, network, made, all);
        graph_loop_free(made);
    }
    snnd_workspace_free(workspace);
}

static void assert_enough(const agreement *all) {
    ck_assert_int_gt(all->spikes, 2500 * NETWORKS);
    ck_assert_int_ge(all->samples, NETWORKS * SAMPLES - 2);
}

/* ---- networks that are written ---- */

/* What the networks of a test have in common. */
typedef struct kind_of_network {
    snnd_order order;
    bool subtracts; /* some layers' reset */
    bool differs;   /* some layers have a time constant for each neuron */
    bool delayed;
} kind_of_network;

static void draw_neurons(snnd_context *context, snnd_network *network, const kind_of_network *kind, bool fires) {
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    snnd_layer *layer;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    lif.order = leaky.order = kind->order;
    lif.threshold = drawn(0.4, 1);
    lif.reset = kind->subtracts && drawn_true() ? SNND_RESET_SUBTRACT : SNND_RESET_ZERO;
    const bool differs = kind->differs && drawn_true();
    lif.tau = leaky.tau = !differs && drawn(0, 1) < 0.2 ? 1 : drawn(1.1, 20);
    lif.tau_per_neuron = leaky.tau_per_neuron = differs ? SNND_TAU_GIVEN : SNND_TAU_SHARED;
    if (fires)
        OK(context, snnd_network_add_lif(network, &lif, &layer));
    else
        OK(context, snnd_network_add_leaky_integrator(network, &leaky, &layer));
    if (differs)
        draw_floats(layer, SNND_ARRAY_LEAK, -4, 3);
}

static void draw_synapses(snnd_context *context, snnd_network *network, const kind_of_network *kind, int32_t outputs) {
    snnd_delay_options options;
    snnd_layer *layer;
    OK(context, snnd_delay_options_init(&options, sizeof options));
    options.max_delay = kind->delayed ? 2 * drawn_whole(0, 8) : 0;
    options.synapses_per_pair = drawn_whole(1, 2);
    OK(context, snnd_network_add_delays(network, outputs, &options, &layer));
    const double most = 3 / sqrt(snnd_layer_inputs(layer));
    draw_floats(layer, SNND_ARRAY_WEIGHT, -0.6 * most, most);
    if (!drawn_true())
        return;
    OK(context, snnd_network_add_batch_norm(network, NULL, &layer));
    draw_floats(layer, SNND_ARRAY_SCALE, 0.5, 1.5);
    draw_floats(layer, SNND_ARRAY_SHIFT, -0.2, 0.4);
    draw_floats(layer, SNND_ARRAY_RUNNING_MEAN, -0.3, 0.3);
    draw_floats(layer, SNND_ARRAY_RUNNING_VARIANCE, 0.5, 1.5);
}

static snnd_network *draw_network(snnd_context *context, const kind_of_network *kind) {
    snnd_network *network;
    OK(context, snnd_network_create(context, INPUTS, &network));
    const int32_t hidden = drawn_whole(1, DEEPEST);
    for (int32_t h = 0; h < hidden; h++) {
        draw_synapses(context, network, kind, drawn_whole(5, MOST_NEURONS));
        draw_neurons(context, network, kind, true);
        if (drawn_true())
            OK(context, snnd_network_add_dropout(network, 0.3, NULL));
    }
    draw_synapses(context, network, kind, 5);
    draw_neurons(context, network, kind, drawn_true());
    return network;
}

static int32_t nodes_of(const graph_loop *made, const char *type) {
    int32_t count = 0;
    while (graph_loop_node(made, type, count) != NULL)
        count++;
    return count;
}

static const kind_of_network kinds[] = {
    {SNND_ORDER_PAPER, false, false, true},        {SNND_ORDER_PAPER, true, true, true},
    {SNND_ORDER_UPDATE_FIRST, false, false, true}, {SNND_ORDER_UPDATE_FIRST, true, false, true},
    {SNND_ORDER_UPDATE_FIRST, true, true, true},   {SNND_ORDER_UPDATE_FIRST, true, true, false},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

START_TEST(what_is_written_fires_as_the_network) {
    const kind_of_network *kind = &kinds[_i];
    const graph_reader how = {0.01, kind->order == SNND_ORDER_UPDATE_FIRST, true};
    agreement all = {0};
    snnd_context *context = make_context(1);
    for (uint64_t k = 0; k < NETWORKS; k++) {
        begin_drawing(1 + k);
        snnd_network *network = draw_network(context, kind);
        GOOD(save_nir(context, network, NULL, scratch("a")));
        assert_same(context, network, scratch("a"), &how, &all);
        snnd_network_free(network);
    }
    assert_enough(&all);
    snnd_context_free(context);
}
END_TEST

/* Neither delays nor an order that has to be made up for: a file for every simulator. */
START_TEST(without_delays_there_is_no_delay) {
    const kind_of_network *kind = &kinds[KINDS - 1];
    const graph_reader how = {0.01, true, true};
    const float input[INPUTS] = {0};
    snnd_context *context = make_context(1);
    for (uint64_t k = 0; k < NETWORKS; k++) {
        begin_drawing(1 + k);
        snnd_network *network = draw_network(context, kind);
        GOOD(save_nir(context, network, NULL, scratch("a")));
        graph_loop *made = graph_loop_run(scratch("a"), &how, input, 1);
        ck_assert_int_eq(nodes_of(made, "Delay"), 0);
        ck_assert_int_eq(nodes_of(made, "Scale"), 0);
        graph_loop_free(made);
        snnd_network_free(network);
    }
    snnd_context_free(context);
}
END_TEST

/* What comes back fires as what was written, and is of its order. */
START_TEST(what_was_written_fires_as_before) {
    const kind_of_network *kind = &kinds[_i];
    const graph_reader how = {0.01, kind->order == SNND_ORDER_UPDATE_FIRST, true};
    agreement all = {0};
    snnd_context *context = make_context(1);
    for (uint64_t k = 0; k < NETWORKS; k++) {
        begin_drawing(1 + k);
        snnd_network *network = draw_network(context, kind), *loaded = NULL;
        GOOD(save_nir(context, network, NULL, scratch("a")));
        GOOD(load_nir(context, 0, scratch("a"), &loaded));
        assert_same(context, loaded, scratch("a"), &how, &all);
        snnd_network_free(network);
        snnd_network_free(loaded);
    }
    assert_enough(&all);
    snnd_context_free(context);
}
END_TEST

/* ---- graphs that are read ---- */

enum { MOST_EDGES = 8 * (DEEPEST + 2) };

/* A graph on its way into a file by HDF5 alone. */
typedef struct sketch {
    hid_t file;
    double dt;
    char edge[2 * MOST_EDGES][GRAPH_NAME]; /* from, to */
    int32_t edges;
    char last[GRAPH_NAME]; /* the node that what is drawn next comes from */
    int32_t width;         /* of it */
    bool updates_first;
} sketch;

static void add_edge(sketch *s, const char *from, const char *to) {
    ck_assert_int_lt(s->edges, MOST_EDGES);
    snprintf(s->edge[2 * s->edges], GRAPH_NAME, "%s", from);
    snprintf(s->edge[2 * s->edges++ + 1], GRAPH_NAME, "%s", to);
}

static void add_node(const sketch *s, const char *name, const char *type) {
    char path[2 * GRAPH_NAME];
    snprintf(path, sizeof path, "/node/nodes/%s", name);
    const hid_t group = hdf5_add_group(s->file, path);
    ck_assert(group >= 0 && hdf5_put_text(group, "type", type));
    H5Gclose(group);
}

static void put(const sketch *s, const char *name, const char *field, int axes, hsize_t rows, hsize_t columns,
                const double *values) {
    char path[3 * GRAPH_NAME];
    snprintf(path, sizeof path, "/node/nodes/%s/%s", name, field);
    const hid_t space = H5Screate_simple(axes, (const hsize_t[]){rows, columns}, NULL);
    const hid_t set = H5Dcreate2(s->file, path, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ck_assert(set >= 0 && H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

static void draw_field(const sketch *s, const char *name, const char *field, int32_t rows, int32_t columns, double low,
                       double high) {
    double values[MOST_NEURONS * MOST_NEURONS];
    for (int32_t k = 0; k < rows * columns; k++)
        values[k] = drawn(low, high);
    put(s, name, field, columns > 1 ? 2 : 1, (hsize_t)rows, (hsize_t)columns, values);
}

/* A node of delays of whole steps, which in a chain comes behind `from`; the name of the end of the chain. */
static void draw_delay(sketch *s, const char *name, char end[GRAPH_NAME], int32_t width) {
    double values[MOST_NEURONS];
    for (int32_t n = 0; n < width; n++)
        values[n] = drawn_whole(0, 9) * s->dt;
    add_node(s, name, "Delay");
    put(s, name, "delay", 1, (hsize_t)width, 1, values);
    add_edge(s, end, name);
    snprintf(end, GRAPH_NAME, "%s", name);
}

/* One of the ways to the neurons: delays of axons, a matrix, a factor, and delays of dendrites, some of which are not
 * there; a bias is behind no delay. */
static void draw_branch(sketch *s, const char *neurons, int32_t outputs, int32_t branch) {
    char name[GRAPH_NAME], end[GRAPH_NAME];
    const double most = 3 / sqrt(s->width);
    const bool has_bias = branch == 0 && drawn_true();
    snprintf(end, sizeof end, "%s", s->last);
    if (drawn_true()) {
        snprintf(name, sizeof name, "%.32s_axons_%d", neurons, branch);
        draw_delay(s, name, end, s->width);
    }
    snprintf(name, sizeof name, "%.32s_matrix_%d", neurons, branch);
    add_node(s, name, has_bias ? "Affine" : "Linear");
    draw_field(s, name, "weight", outputs, s->width, -0.6 * most, most);
    if (has_bias)
        draw_field(s, name, "bias", outputs, 1, -0.2, 0.4);
    add_edge(s, end, name);
    snprintf(end, sizeof end, "%s", name);
    if (drawn_true()) {
        snprintf(name, sizeof name, "%.32s_scale_%d", neurons, branch);
        add_node(s, name, "Scale");
        draw_field(s, name, "scale", outputs, 1, 0.5, 1.5);
        add_edge(s, end, name);
        snprintf(end, sizeof end, "%s", name);
    }
    if (drawn_true() && !has_bias) {
        snprintf(name, sizeof name, "%.32s_dendrites_%d", neurons, branch);
        draw_delay(s, name, end, outputs);
    }
    add_edge(s, end, neurons);
}

/* A field is the same for all neurons or not. */
static void draw_neuron_field(const sketch *s, const char *name, const char *field, int32_t neurons, double low,
                              double high) {
    double values[MOST_NEURONS];
    const bool same = drawn_true();
    for (int32_t n = 0; n < neurons; n++)
        values[n] = same && n > 0 ? values[0] : drawn(low, high);
    put(s, name, field, 1, (hsize_t)neurons, 1, values);
}

static void draw_reset(const sketch *s, const char *name, int32_t neurons) {
    char path[2 * GRAPH_NAME];
    const double zeros[MOST_NEURONS] = {0};
    if (drawn_true()) {
        put(s, name, "v_reset", 1, (hsize_t)neurons, 1, zeros);
        return;
    }
    snprintf(path, sizeof path, "/node/nodes/%s/metadata", name);
    const hid_t group = hdf5_add_group(s->file, path);
    ck_assert(group >= 0 && hdf5_put_text(group, "reset", "subtract"));
    H5Gclose(group);
}

static void draw_layer(sketch *s, int32_t index, int32_t neurons, bool fires) {
    char name[GRAPH_NAME];
    const double zeros[MOST_NEURONS] = {0};
    snprintf(name, sizeof name, "neurons_%d", index);
    add_node(s, name, fires ? "LIF" : "LI");
    draw_neuron_field(s, name, "tau", neurons, 1 * s->dt, 20 * s->dt);
    draw_neuron_field(s, name, "r", neurons, 2, 15);
    put(s, name, "v_leak", 1, (hsize_t)neurons, 1, zeros);
    if (fires) {
        draw_neuron_field(s, name, "v_threshold", neurons, 0.4, 1.5);
        draw_reset(s, name, neurons);
    }
    const int32_t branches = drawn_whole(1, 3);
    for (int32_t branch = 0; branch < branches; branch++)
        draw_branch(s, name, neurons, branch);
    snprintf(s->last, sizeof s->last, "%s", name);
    s->width = neurons;
}

static void put_port(const sketch *s, const char *name, const char *type, int32_t width) {
    add_node(s, name, type);
    put(s, name, "shape", 1, 1, 1, (const double[]){width});
}

static void put_edges(const sketch *s) {
    const char *text[2 * MOST_EDGES];
    for (int32_t k = 0; k < 2 * s->edges; k++)
        text[k] = s->edge[k];
    ck_assert(hdf5_put_texts(s->file, "/node/edges", text, (size_t)s->edges, 2));
}

static void draw_graph(const char *path, double dt) {
    sketch s = {.file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), .dt = dt, .last = "input"};
    const hid_t node = hdf5_add_group(s.file, "node"), nodes = hdf5_add_group(node, "nodes");
    const int32_t hidden = drawn_whole(1, DEEPEST);
    ck_assert(nodes >= 0 && hdf5_put_text(s.file, "version", "1.0.6") && hdf5_put_text(node, "type", "NIRGraph"));
    s.width = INPUTS;
    put_port(&s, "input", "Input", INPUTS);
    for (int32_t h = 0; h < hidden; h++)
        draw_layer(&s, h, drawn_whole(5, MOST_NEURONS), true);
    draw_layer(&s, hidden, 5, drawn_true());
    put_port(&s, "output", "Output", 5);
    add_edge(&s, s.last, "output");
    put_edges(&s);
    H5Gclose(nodes);
    H5Gclose(node);
    H5Fclose(s.file);
}

/* Nothing in the file says when its readers look for spikes: they update first. */
START_TEST(what_is_read_fires_as_the_graph) {
    const double dt = 0.001;
    const graph_reader how = {dt, true, true};
    agreement all = {0};
    snnd_context *context = make_context(1);
    for (uint64_t k = 0; k < NETWORKS; k++) {
        snnd_network *network = NULL;
        begin_drawing(1000 + k);
        draw_graph(scratch("a"), dt);
        GOOD(load_nir(context, dt, scratch("a"), &network));
        ck_assert_int_eq(nir_report.later, 0);
        assert_same(context, network, scratch("a"), &how, &all);
        snnd_network_free(network);
    }
    assert_enough(&all);
    snnd_context_free(context);
}
END_TEST

Suite *exact_suite(void) {
    Suite *suite = suite_create("exact");
    TCase *cases = scratch_case(suite, "exact");
    tcase_add_loop_test(cases, what_is_written_fires_as_the_network, 0, KINDS);
    tcase_add_loop_test(cases, what_was_written_fires_as_before, 0, KINDS);
    tcase_add_test(cases, without_delays_there_is_no_delay);
    tcase_add_test(cases, what_is_read_fires_as_the_graph);
    return suite;
}
