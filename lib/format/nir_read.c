/*
 * From a NIR graph to a network. The graph is walked from its input to its output. On the way it may part into branches
 * that come together in one node; each branch is a chain. What lies between neurons is gathered in a map (nir_map.h),
 * and becomes a layer where the neurons, or a second matrix, come.
 */
#include <math.h>

#include "format/nir_graph.h"
#include "format/nir_map.h"
#include "model/layer.h"

enum { MOST_NEURONS = 1 << 20, MOST_DELAY = 1022 };

typedef struct reading {
    snnd_nir_graph *graph;
    snnd_context *context;
    double dt;
    int32_t order;
    snnd_network *network;
    snnd_nir_map map;
    int32_t later; /* steps by which the network comes after the graph */
} reading;

static snnd_status refuse(const reading *all, const snnd_nir_node *node, const char *wrong) {
    return snnd_fail(all->context, SNND_ERROR_FORMAT, "node '%.64s' (%s) %s", node->name,
                     snnd_nir_kinds[node->type].name, wrong);
}

/* Of a file's node, what the library's own checks refuse is a fault of the file. */
static snnd_status blame(const reading *all, const snnd_nir_node *node, snnd_status status) {
    return status == SNND_ERROR_ARGUMENT || status == SNND_ERROR_FORMAT
               ? snnd_fail(all->context, SNND_ERROR_FORMAT, "before or at node '%.64s': %s", node->name,
                           all->context->error)
               : status;
}

/* ---- nodes between neurons ---- */

/* The vector of a field, which has an element for each of `neurons`. */
static snnd_status read_vector(const reading *all, const snnd_nir_node *node, int field, int32_t neurons,
                               double **values) {
    if (node->field[field].count != neurons || node->field[field].axes < 1)
        return snnd_fail(all->context, SNND_ERROR_FORMAT,
                         "node '%.64s' (%s): '%s' has %lld elements in %d axes, and comes behind %d neurons",
                         node->name, snnd_nir_kinds[node->type].name, snnd_nir_kinds[node->type].field[field],
                         (long long)node->field[field].count, node->field[field].axes, neurons);
    return snnd_nir_numbers(all->graph, node, field, values);
}

/* Gathers all that was on the way so far into layers of the network. */
static snnd_status settle(reading *all, const snnd_nir_node *node) {
    snnd_status status = SNND_OK;
    const int32_t outputs = all->map.outputs;
    if (!snnd_nir_map_is_nothing(&all->map))
        status = blame(all, node, snnd_nir_map_add(&all->map, all->network));
    if (status != SNND_OK)
        return status;
    snnd_nir_map_release(&all->map);
    return snnd_nir_map_begin(&all->map, all->context, outputs);
}

static snnd_status pass_matrix(const reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
    const snnd_nir_array *weight = &node->field[SNND_NIR_WEIGHT];
    double *values, *bias = NULL;
    if (weight->axes != 2 || weight->shape[1] != map->outputs || weight->shape[0] > MOST_NEURONS)
        return snnd_fail(all->context, SNND_ERROR_FORMAT,
                         "node '%.64s' (%s): its weight has %d axes of %lld, %lld; expected two, the second %d",
                         node->name, snnd_nir_kinds[node->type].name, weight->axes, (long long)weight->shape[0],
                         (long long)weight->shape[1], map->outputs);
    const int32_t rows = (int32_t)weight->shape[0];
    snnd_status status = snnd_nir_numbers(all->graph, node, SNND_NIR_WEIGHT, &values);
    if (status != SNND_OK)
        return status;
    if (node->type == SNND_NIR_AFFINE)
        status = read_vector(all, node, SNND_NIR_BIAS, rows, &bias);
    if (status == SNND_OK)
        status = blame(all, node, snnd_nir_map_matrix(map, values, bias, rows));
    snnd_release(all->context, values);
    snnd_release(all->context, bias);
    return status;
}

static snnd_status pass_scale(const reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
    double *values;
    snnd_status status = read_vector(all, node, SNND_NIR_FACTOR, map->outputs, &values);
    if (status != SNND_OK)
        return status;
    snnd_nir_map_scale(map, values);
    snnd_release(all->context, values);
    return SNND_OK;
}

static snnd_status whole_steps(const reading *all, const snnd_nir_node *node, double seconds, int32_t *steps) {
    const double exact = seconds / all->dt, whole = nearbyint(exact);
    if (!(exact >= -1e-6 && exact <= MOST_DELAY + 0.5) || fabs(exact - whole) > 1e-6 * fmax(1, exact))
        return snnd_fail(all->context, SNND_ERROR_FORMAT,
                         "node '%.64s': a delay of %g s is %g steps of %g s; expected a whole number from 0 to %d",
                         node->name, seconds, exact, all->dt, MOST_DELAY);
    *steps = (int32_t)whole;
    return SNND_OK;
}

static snnd_status pass_delay(const reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
    double *values;
    snnd_status status = read_vector(all, node, SNND_NIR_FACTOR, map->outputs, &values);
    if (status != SNND_OK)
        return status;
    int32_t *steps = snnd_allocate(all->context, (size_t)map->outputs, sizeof *steps);
    status = steps == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    for (int32_t n = 0; n < map->outputs && status == SNND_OK; n++)
        status = whole_steps(all, node, values[n], &steps[n]);
    if (status == SNND_OK)
        snnd_nir_map_delay(map, steps);
    snnd_release(all->context, values);
    snnd_release(all->context, steps);
    return status;
}

/* The product of the numbers of a field, a shape; 0: none that a network could have. */
static snnd_status read_extent(const reading *all, const snnd_nir_node *node, int field, int32_t *neurons) {
    double *values, product = 1;
    const snnd_nir_array *about = &node->field[field];
    if (about->axes > 1 || about->count > 16)
        return refuse(all, node, "has a shape that is not a list of extents");
    snnd_status status = snnd_nir_numbers(all->graph, node, field, &values);
    if (status != SNND_OK)
        return status;
    for (int64_t k = 0; k < about->count; k++)
        product *= values[k] >= 1 && values[k] == floor(values[k]) ? values[k] : NAN;
    snnd_release(all->context, values);
    if (!(product <= MOST_NEURONS))
        return refuse(all, node, "has a shape that is not whole numbers with a product up to 2^20");
    *neurons = (int32_t)product;
    return SNND_OK;
}

/* Values are in C order with or without axes. That the node flattens all of them is for its own shape to say. */
static snnd_status pass_flatten(const reading *all, const snnd_nir_node *node, const snnd_nir_map *map) {
    int32_t neurons = 0;
    snnd_status status = read_extent(all, node, SNND_NIR_FLAT_SHAPE, &neurons);
    if (status == SNND_OK && neurons != map->outputs)
        status = refuse(all, node, "has an input_type of another number of elements than what comes to it");
    return status;
}

static snnd_status pass(const reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
    switch (node->type) {
    case SNND_NIR_LINEAR:
    case SNND_NIR_AFFINE:
        return pass_matrix(all, node, map);
    case SNND_NIR_SCALE:
        return pass_scale(all, node, map);
    case SNND_NIR_DELAY:
        return pass_delay(all, node, map);
    default:
        return pass_flatten(all, node, map);
    }
}

static bool is_matrix(const snnd_nir_node *node) {
    return node->type == SNND_NIR_LINEAR || node->type == SNND_NIR_AFFINE;
}

static bool is_between(const snnd_nir_node *node) {
    return is_matrix(node) || node->type == SNND_NIR_SCALE || node->type == SNND_NIR_DELAY ||
           node->type == SNND_NIR_FLATTEN;
}

/* ---- neurons ---- */

/* The one value that a field has for all neurons. */
static snnd_status read_common(const reading *all, const snnd_nir_node *node, int field, int32_t neurons,
                               double *value) {
    double *values;
    snnd_status status = read_vector(all, node, field, neurons, &values);
    if (status != SNND_OK)
        return status;
    *value = values[0];
    for (int32_t n = 1; n < neurons && status == SNND_OK; n++)
        if (values[n] != values[0])
            status = snnd_fail(all->context, SNND_ERROR_FORMAT,
                               "node '%.64s' (%s): '%s' is %g and %g; a layer of the library has one for all neurons",
                               node->name, snnd_nir_kinds[node->type].name, snnd_nir_kinds[node->type].field[field],
                               values[0], values[n]);
    snnd_release(all->context, values);
    return status;
}

static snnd_status require_zero(const reading *all, const snnd_nir_node *node, int field, int32_t neurons) {
    double value = 0;
    snnd_status status = node->field[field].there ? read_common(all, node, field, neurons, &value) : SNND_OK;
    if (status == SNND_OK && value != 0)
        status = snnd_fail(all->context, SNND_ERROR_FORMAT, "node '%.64s' (%s): '%s' is %g; expected 0", node->name,
                           snnd_nir_kinds[node->type].name, snnd_nir_kinds[node->type].field[field], value);
    return status;
}

/* What r dt / tau differs from 1 becomes a factor of the weights; in single precision it is next to 1. */
static snnd_status take_resistance(reading *all, const snnd_nir_node *node, double tau) {
    double *values;
    bool differs = false;
    snnd_status status = read_vector(all, node, SNND_NIR_R, all->map.outputs, &values);
    if (status != SNND_OK)
        return status;
    for (int32_t n = 0; n < all->map.outputs; n++) {
        values[n] *= all->dt / tau;
        differs = differs || fabs(values[n] - 1) > 1e-6;
    }
    if (differs)
        snnd_nir_map_scale(&all->map, values);
    snnd_release(all->context, values);
    return SNND_OK;
}

static snnd_status add_neurons(reading *all, const snnd_nir_node *node, double tau, double threshold) {
    const double steps = snnd_nir_steps(tau, all->dt);
    if (node->type == SNND_NIR_LIF) {
        snnd_lif_options options;
        snnd_lif_options_init(&options, sizeof options);
        options.tau = steps;
        options.threshold = threshold;
        return blame(all, node, snnd_network_add_lif(all->network, &options, NULL));
    }
    snnd_leaky_integrator_options options;
    snnd_leaky_integrator_options_init(&options, sizeof options);
    options.tau = steps;
    return blame(all, node, snnd_network_add_leaky_integrator(all->network, &options, NULL));
}

static snnd_status pass_neurons(reading *all, const snnd_nir_node *node) {
    const int32_t neurons = all->map.outputs, lag = snnd_nir_lag(node->type, all->order);
    double tau = 0, threshold = 0;
    snnd_status status = read_common(all, node, SNND_NIR_TAU, neurons, &tau);
    if (status == SNND_OK && !(tau > 0))
        status = refuse(all, node, "has a tau that is not above 0");
    if (status == SNND_OK)
        status = require_zero(all, node, SNND_NIR_LEAK, neurons);
    if (status == SNND_OK && node->type == SNND_NIR_LIF)
        status = read_common(all, node, SNND_NIR_THRESHOLD, neurons, &threshold);
    if (status == SNND_OK && node->type == SNND_NIR_LIF)
        status = require_zero(all, node, SNND_NIR_RESET, neurons);
    if (status == SNND_OK)
        status = take_resistance(all, node, tau);
    if (status != SNND_OK)
        return status;
    all->later += lag - snnd_nir_map_advance(&all->map, lag);
    status = settle(all, node);
    return status == SNND_OK ? add_neurons(all, node, tau, threshold) : status;
}

/* ---- the walk ---- */

static snnd_nir_node *follow(const reading *all, const snnd_nir_node *node, int32_t edge) {
    return &all->graph->node[all->graph->next[node->first + edge]];
}

/* A chain of nodes from `node` on, behind a copy of the map at the point where branches part. `end` is the node that
 * is no longer of the chain. */
static snnd_status pass_branch(reading *all, snnd_nir_node *node, snnd_nir_map *map, snnd_nir_node **end) {
    while (node->in == 1 && node->out == 1 && is_between(node)) {
        if (is_matrix(node) && !map->plain)
            return refuse(all, node, "is the second matrix of one branch among several; a layer of synapses has one");
        node->passed = true;
        snnd_status status = pass(all, node, map);
        if (status != SNND_OK)
            return status;
        node = follow(all, node, 0);
    }
    *end = node;
    return SNND_OK;
}

/* All branches that part at a node, up to the one where they come together. */
static snnd_status pass_branches(reading *all, const snnd_nir_node *from, snnd_nir_node **end) {
    snnd_nir_map before = {.context = all->context};
    snnd_status status = all->map.plain ? SNND_OK : settle(all, from);
    if (status == SNND_OK)
        status = snnd_nir_map_copy(&all->map, &before);
    for (int32_t b = 0; b < from->out && status == SNND_OK; b++) {
        snnd_nir_map branch = {.context = all->context};
        snnd_nir_node *here = NULL;
        status = snnd_nir_map_copy(&before, &branch);
        if (status == SNND_OK)
            status = pass_branch(all, follow(all, from, b), &branch, &here);
        if (status == SNND_OK && b > 0 && (here != *end || branch.outputs != all->map.outputs))
            status = refuse(all, from, "parts into branches that do not come together in one node");
        if (status == SNND_OK && b > 0)
            status = blame(all, here, snnd_nir_map_join(&all->map, &branch));
        if (status == SNND_OK && b == 0) {
            const snnd_nir_map first = branch;
            branch = all->map;
            all->map = first;
            *end = here;
        }
        snnd_nir_map_release(&branch);
    }
    snnd_nir_map_release(&before);
    return status;
}

static snnd_status pass_node(reading *all, snnd_nir_node *node, int32_t arriving) {
    if (node->in != arriving || node->passed)
        return refuse(
            all, node,
            "is in a loop, or has edges from elsewhere; what is read is a chain in which only branches from one "
            "node to one node lie side by side");
    node->passed = true;
    if (node->type == SNND_NIR_LI || node->type == SNND_NIR_LIF)
        return pass_neurons(all, node);
    if (node->type == SNND_NIR_OUTPUT) {
        int32_t neurons = 0;
        snnd_status status = read_extent(all, node, SNND_NIR_SHAPE, &neurons);
        if (status == SNND_OK && neurons != all->map.outputs)
            status = refuse(all, node, "has a shape of another number of elements than what comes to it");
        return status == SNND_OK ? settle(all, node) : status;
    }
    if (is_matrix(node) && !all->map.plain) {
        snnd_status status = settle(all, node);
        if (status != SNND_OK)
            return status;
    }
    return pass(all, node, &all->map);
}

static snnd_status walk(reading *all, snnd_nir_node *node) {
    snnd_status status = SNND_OK;
    node->passed = true;
    while (node->type != SNND_NIR_OUTPUT && status == SNND_OK) {
        const int32_t branches = node->out;
        if (branches == 0)
            return refuse(all, node, "leads nowhere");
        snnd_nir_node *end = follow(all, node, 0);
        if (branches > 1)
            status = pass_branches(all, node, &end);
        if (status == SNND_OK)
            status = pass_node(all, end, branches);
        node = end;
    }
    for (int32_t n = 0; n < all->graph->count && status == SNND_OK; n++)
        if (!all->graph->node[n].passed)
            status = refuse(all, &all->graph->node[n], "is not on the way from the input to the output");
    if (status == SNND_OK && snnd_network_layer_count(all->network) == 0)
        status = refuse(all, node, "is its input");
    return status;
}

/* The only node of that type. */
static snnd_status find_port(const reading *all, snnd_nir_type type, snnd_nir_node **port) {
    int32_t found = 0;
    for (int32_t n = 0; n < all->graph->count; n++)
        if (all->graph->node[n].type == type) {
            *port = &all->graph->node[n];
            found++;
        }
    return found == 1 ? SNND_OK
                      : snnd_fail(all->context, SNND_ERROR_FORMAT, "it has %d nodes of type %s; expected one", found,
                                  snnd_nir_kinds[type].name);
}

static snnd_status read_graph(reading *all) {
    snnd_nir_node *input = NULL, *output = NULL;
    int32_t neurons = 0;
    snnd_status status = find_port(all, SNND_NIR_INPUT, &input);
    if (status == SNND_OK)
        status = find_port(all, SNND_NIR_OUTPUT, &output);
    if (status == SNND_OK && input->in > 0)
        status = refuse(all, input, "has edges that end at it");
    if (status == SNND_OK)
        status = read_extent(all, input, SNND_NIR_SHAPE, &neurons);
    if (status == SNND_OK)
        status = snnd_network_create(all->context, neurons, &all->network);
    if (status == SNND_OK)
        status = snnd_nir_map_begin(&all->map, all->context, neurons);
    return status == SNND_OK ? walk(all, input) : status;
}

static snnd_status read_dt(reading *all, double dt) {
    all->dt = dt;
    snnd_status status = dt > 0 ? SNND_OK : snnd_nir_metadata_dt(all->graph, &all->dt);
    if (status == SNND_OK && !(all->dt >= 1e-9 && all->dt <= 1e3))
        status = snnd_fail(all->context, SNND_ERROR_FORMAT, "its metadata say that dt is %g s; expected 1e-9 to 1e3",
                           all->dt);
    return status;
}

snnd_status snnd_nir_read(snnd_context *context, const snnd_nir_options *options, const unsigned char *bytes,
                          size_t count, snnd_network **network) {
    snnd_hdf5_quiet before;
    snnd_nir_graph graph;
    reading all = {.context = context, .graph = &graph, .order = options->order, .map.context = context};
    snnd_hdf5_enter(&before);
    snnd_status status = snnd_nir_graph_open(context, bytes, count, &graph);
    if (status == SNND_OK) {
        status = read_dt(&all, options->dt);
        if (status == SNND_OK)
            status = read_graph(&all);
        snnd_nir_map_release(&all.map);
        snnd_nir_graph_close(&graph);
    }
    snnd_hdf5_leave(&before);
    if (status != SNND_OK) {
        snnd_network_free(all.network);
        return status;
    }
    if (all.later > 0)
        snnd_log(context, SNND_LOG_INFO, "the network gives what the NIR graph gives %d steps later", all.later);
    *network = all.network;
    return SNND_OK;
}
