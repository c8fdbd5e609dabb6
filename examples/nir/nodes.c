#include "nir/nodes.h"

#include <math.h>
#include <stdlib.h>

/* A delay is at most the library's longest and a lag of two steps. */
enum { MOST_NEURONS = 1 << 20, MOST_DELAY = 1024 };

int nir_refuse(const nir_reading *all, const nir_node *node, const char *wrong) {
    return failed(all->failure, "node '%.64s' (%s) %s", node->name, nir_kinds[node->type].name, wrong);
}

int nir_blame(const nir_reading *all, const nir_node *node, int status) {
    return status == 0 ? 0 : failed(all->failure, "before or at node '%.64s': %s", node->name, all->failure->text);
}

/* ---- the budget ---- */

/* The charge for a synapse on its way to a layer, and the number of synapses that a node changes for a charge of 1. */
enum { SYNAPSE = 4, PASSED = 8 };

int nir_spend_plain(const nir_reading *all, const nir_map *map) {
    return hdf5_spend(&all->graph->source, map->plain ? SYNAPSE * (uint64_t)map->inputs : 0);
}

/* ---- nodes between neurons ---- */

/* Reads the vector of a field, which has an element for each of `neurons`. */
static int read_vector(const nir_reading *all, const nir_node *node, int field, int32_t neurons, double **values) {
    char extents[NIR_EXTENTS];
    if (node->field[field].count != neurons || node->field[field].axes < 1)
        return failed(all->failure, "node '%.64s' (%s): '%s' is %s; expected [%d], as many as come to it", node->name,
                      nir_kinds[node->type].name, nir_kinds[node->type].field[field],
                      nir_extents(&node->field[field], extents), neurons);
    return nir_numbers(all->graph, node, field, values);
}

/* The same for a field of neurons, which may be one number for all. */
static int read_spread(const nir_reading *all, const nir_node *node, int field, int32_t neurons, double **values) {
    double *value;
    if (node->field[field].count != 1)
        return read_vector(all, node, field, neurons, values);
    if (nir_numbers(all->graph, node, field, &value) != 0)
        return -1;
    *values = allocate((size_t)neurons, sizeof **values);
    for (int32_t n = 0; n < neurons; n++)
        (*values)[n] = *value;
    free(value);
    return 0;
}

int nir_settle(nir_reading *all, const nir_node *node) {
    int status = 0;
    const int32_t outputs = all->map.outputs;
    if (!nir_map_is_nothing(&all->map))
        status = nir_spend_plain(all, &all->map);
    if (status == 0 && !nir_map_is_nothing(&all->map))
        status = nir_blame(all, node, nir_map_add(&all->map, all->context, all->network, &all->graph->source.left));
    if (status != 0)
        return status;
    nir_map settled = all->map;
    nir_map_begin(&all->map, all->failure, outputs);
    if (settled.after != NULL)
        nir_map_delay(&all->map, settled.after);
    nir_map_release(&settled);
    return 0;
}

int nir_settle_all(nir_reading *all, const nir_node *node) {
    int status = nir_settle(all, node);
    return status == 0 ? nir_settle(all, node) : status;
}

static int pass_matrix(const nir_reading *all, const nir_node *node, nir_map *map) {
    const nir_array *weight = &node->field[NIR_WEIGHT];
    double *values, *bias = NULL;
    char extents[NIR_EXTENTS];
    if (weight->axes != 2 || weight->shape[1] != map->outputs || weight->shape[0] > MOST_NEURONS)
        return failed(all->failure, "node '%.64s' (%s): its weight is %s; expected [up to %d, %d]", node->name,
                      nir_kinds[node->type].name, nir_extents(weight, extents), MOST_NEURONS, map->outputs);
    const int32_t rows = (int32_t)weight->shape[0];
    int status = nir_numbers(all->graph, node, NIR_WEIGHT, &values);
    if (status != 0)
        return status;
    if (node->type == NIR_AFFINE)
        status = read_vector(all, node, NIR_BIAS, rows, &bias);
    if (status == 0)
        status = hdf5_spend(&all->graph->source,
                            SYNAPSE * (uint64_t)nir_map_carrying(values, (size_t)rows * (size_t)map->outputs));
    if (status == 0)
        status = nir_blame(all, node, nir_map_matrix(map, values, bias, rows));
    free(values);
    free(bias);
    return status;
}

static int pass_scale(const nir_reading *all, const nir_node *node, nir_map *map) {
    double *values;
    int status = read_vector(all, node, NIR_FACTOR, map->outputs, &values);
    if (status != 0)
        return status;
    nir_map_scale(map, values);
    free(values);
    return 0;
}

static int whole_steps(const nir_reading *all, const nir_node *node, double seconds, int32_t *steps) {
    const double exact = seconds / all->dt, whole = nearbyint(exact);
    if (!(exact >= -1e-6 && exact <= MOST_DELAY + 0.5) || fabs(exact - whole) > 1e-6 * fmax(1, exact))
        return failed(all->failure,
                      "node '%.64s': a delay of %g s is %g steps of %g s; expected a whole number from 0 to %d",
                      node->name, seconds, exact, all->dt, MOST_DELAY);
    *steps = (int32_t)whole;
    return 0;
}

static int pass_delay(const nir_reading *all, const nir_node *node, nir_map *map) {
    double *values;
    int status = read_vector(all, node, NIR_FACTOR, map->outputs, &values);
    if (status != 0)
        return status;
    int32_t *steps = allocate((size_t)map->outputs, sizeof *steps);
    for (int32_t n = 0; n < map->outputs && status == 0; n++)
        status = whole_steps(all, node, values[n], &steps[n]);
    if (status == 0)
        nir_map_delay(map, steps);
    free(values);
    free(steps);
    return status;
}

int nir_extent(const nir_reading *all, const nir_node *node, int field, int32_t *neurons) {
    double *values, product = 1;
    const nir_array *about = &node->field[field];
    if (about->axes > 1 || about->count > 16)
        return nir_refuse(all, node, "has a shape that is not a list of extents");
    int status = nir_numbers(all->graph, node, field, &values);
    if (status != 0)
        return status;
    for (int64_t k = 0; k < about->count; k++)
        product *= values[k] >= 1 && values[k] == floor(values[k]) ? values[k] : NAN;
    free(values);
    if (!(product <= MOST_NEURONS))
        return nir_refuse(all, node, "has a shape that is not whole numbers with a product up to 2^20");
    *neurons = (int32_t)product;
    return 0;
}

/* Values are in C order with or without axes. Whether the node flattens all of them depends on its own shape. */
static int pass_flatten(const nir_reading *all, const nir_node *node, const nir_map *map) {
    int32_t neurons = 0;
    int status = nir_extent(all, node, NIR_FLAT_SHAPE, &neurons);
    if (status == 0 && neurons != map->outputs)
        status = nir_refuse(all, node, "has an input_type whose number of elements differs from that of its input");
    return status;
}

int nir_pass(const nir_reading *all, const nir_node *node, nir_map *map) {
    const int status = hdf5_spend(&all->graph->source, 1 + ((uint64_t)map->count + (uint64_t)map->inputs) / PASSED);
    if (status != 0)
        return status;
    switch (node->type) {
    case NIR_LINEAR:
    case NIR_AFFINE:
        return pass_matrix(all, node, map);
    case NIR_SCALE:
        return pass_scale(all, node, map);
    case NIR_DELAY:
        return pass_delay(all, node, map);
    default:
        return pass_flatten(all, node, map);
    }
}

bool nir_is_matrix(const nir_node *node) {
    return node->type == NIR_LINEAR || node->type == NIR_AFFINE;
}

bool nir_is_between(const nir_node *node) {
    return nir_is_matrix(node) || node->type == NIR_SCALE || node->type == NIR_DELAY || node->type == NIR_FLATTEN;
}

/* ---- neurons ---- */

/* The fields of a node of neurons. */
typedef struct neurons {
    int32_t count;
    double *steps, *threshold; /* [count]: time constants; thresholds, of LIF */
    snnd_reset reset;
} neurons;

static void release_neurons(neurons *all) {
    free(all->steps);
    free(all->threshold);
}

static bool are_same(const double *values, int32_t count) {
    for (int32_t n = 1; n < count; n++)
        if (values[n] != values[0])
            return false;
    return true;
}

static int require_zero(const nir_reading *all, const nir_node *node, int field, int32_t count) {
    double *values;
    int status = 0;
    if (!node->field[field].there)
        return 0;
    if (read_spread(all, node, field, count, &values) != 0)
        return -1;
    for (int32_t n = 0; n < count && status == 0; n++)
        if (values[n] != 0)
            status = failed(all->failure, "node '%.64s' (%s): '%s' is %g; expected 0", node->name,
                            nir_kinds[node->type].name, nir_kinds[node->type].field[field], values[n]);
    free(values);
    return status;
}

/* Reads a field whose values must all be above 0. */
static int read_positive(const nir_reading *all, const nir_node *node, int field, int32_t count, double **values) {
    int status = read_spread(all, node, field, count, values);
    for (int32_t n = 0; n < count && status == 0; n++)
        if (!((*values)[n] > 0))
            status = failed(all->failure, "node '%.64s' (%s): '%s' is %g; expected more than 0", node->name,
                            nir_kinds[node->type].name, nir_kinds[node->type].field[field], (*values)[n]);
    return status;
}

static int read_steps(const nir_reading *all, const nir_node *node, neurons *read) {
    int status = read_positive(all, node, NIR_TAU, read->count, &read->steps);
    for (int32_t n = 0; n < read->count && status == 0; n++) {
        read->steps[n] = nir_steps(read->steps[n], all->dt);
        if (!(read->steps[n] >= 1))
            status = failed(all->failure, "node '%.64s' (%s): 'tau' is %g steps of %g s; expected at least one",
                            node->name, nir_kinds[node->type].name, read->steps[n], all->dt);
    }
    return status;
}

/* A reset to anything but zero is not supported. A reset by subtraction, which NIR cannot express, is given by the user
 * or by the node's metadata. */
static int read_reset(const nir_reading *all, const nir_node *node, neurons *read) {
    int status = require_zero(all, node, NIR_RESET, read->count);
    read->reset = all->reset;
    if (status != 0 || all->reset != 0)
        return status;
    status = nir_node_reset(all->graph, node, &read->reset);
    if (status == 0 && read->reset == SNND_RESET_SUBTRACT && node->field[NIR_RESET].there)
        status = nir_refuse(all, node, "has a v_reset, and its metadata say that it subtracts its threshold");
    return status;
}

static int read_neurons(const nir_reading *all, const nir_node *node, neurons *read) {
    int status = read_steps(all, node, read);
    if (status == 0)
        status = require_zero(all, node, NIR_LEAK, read->count);
    if (status == 0 && node->type == NIR_LIF)
        status = read_positive(all, node, NIR_THRESHOLD, read->count, &read->threshold);
    if (status == 0 && node->type == NIR_LIF)
        status = read_reset(all, node, read);
    return status;
}

/* The ratio of r dt / tau to 1 becomes a factor of the weights; in single precision it is close to 1. So does the ratio
 * of a threshold to that of the first neuron, since potential and threshold can be scaled together. */
static int take_factors(nir_reading *all, const nir_node *node, const neurons *read) {
    double *values;
    bool differs = false;
    int status = read_spread(all, node, NIR_R, read->count, &values);
    if (status != 0)
        return status;
    for (int32_t n = 0; n < read->count; n++) {
        values[n] /= read->steps[n];
        if (read->threshold != NULL)
            values[n] *= read->threshold[0] / read->threshold[n];
        differs = differs || fabs(values[n] - 1) > 1e-6;
    }
    if (differs)
        nir_map_scale(&all->map, values);
    free(values);
    return 0;
}

/* Returns the time constant of a layer's options: that of all neurons, or where they differ the initial one of the
 * layer. */
static double mean_steps(const neurons *read) {
    double sum = 0;
    for (int32_t n = 0; n < read->count; n++)
        sum += read->steps[n];
    return are_same(read->steps, read->count) ? read->steps[0] : sum / read->count;
}

static snnd_status set_leaks(const neurons *read, snnd_layer *layer) {
    float *leak = allocate((size_t)read->count, sizeof *leak);
    for (int32_t n = 0; n < read->count; n++)
        leak[n] = nir_leak(read->steps[n]);
    const snnd_status status = snnd_layer_set_array(layer, SNND_ARRAY_LEAK, leak, read->count);
    free(leak);
    return status;
}

static snnd_status add_lif(const nir_reading *all, const neurons *read, int32_t tau_per_neuron, snnd_layer **layer) {
    snnd_lif_options options;
    snnd_lif_options_init(&options, sizeof options);
    options.tau = mean_steps(read);
    options.tau_per_neuron = tau_per_neuron;
    options.threshold = read->threshold[0];
    options.order = (int32_t)nir_neurons_order(all->report->order);
    options.reset = (int32_t)read->reset;
    return snnd_network_add_lif(all->network, &options, layer);
}

static snnd_status add_integrators(const nir_reading *all, const neurons *read, int32_t tau_per_neuron,
                                   snnd_layer **layer) {
    snnd_leaky_integrator_options options;
    snnd_leaky_integrator_options_init(&options, sizeof options);
    options.tau = mean_steps(read);
    options.tau_per_neuron = tau_per_neuron;
    options.order = (int32_t)nir_neurons_order(all->report->order);
    return snnd_network_add_leaky_integrator(all->network, &options, layer);
}

static int add_neurons(nir_reading *all, const nir_node *node, const neurons *read) {
    const bool shared = are_same(read->steps, read->count);
    const int32_t tau_per_neuron = shared ? SNND_TAU_SHARED : SNND_TAU_GIVEN;
    snnd_layer *layer;
    snnd_status status = node->type == NIR_LIF ? add_lif(all, read, tau_per_neuron, &layer)
                                               : add_integrators(all, read, tau_per_neuron, &layer);
    if (status == SNND_OK && !shared)
        status = set_leaks(read, layer);
    return nir_blame(all, node, nir_told(all->failure, all->context, status));
}

int nir_pass_neurons(nir_reading *all, const nir_node *node) {
    const nir_order order = all->report->order;
    const int32_t lag = nir_lag(node->type, nir_neurons_order(order), order);
    neurons read = {.count = all->map.outputs};
    int status = read_neurons(all, node, &read);
    if (status == 0)
        status = take_factors(all, node, &read);
    if (status == 0) {
        all->report->firing += node->type == NIR_LIF;
        all->report->later += lag - nir_map_advance(&all->map, lag);
        status = nir_settle_all(all, node);
    }
    if (status == 0)
        status = add_neurons(all, node, &read);
    release_neurons(&read);
    return status;
}
