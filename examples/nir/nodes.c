#include "nir/nodes.h"

#include <math.h>

enum { MOST_NEURONS = 1 << 20, MOST_DELAY = 1022 };

snnd_status snnd_nir_refuse(const snnd_nir_reading *all, const snnd_nir_node *node, const char *wrong) {
    return snnd_fail(all->context, SNND_ERROR_FORMAT, "node '%.64s' (%s) %s", node->name,
                     snnd_nir_kinds[node->type].name, wrong);
}

snnd_status snnd_nir_blame(const snnd_nir_reading *all, const snnd_nir_node *node, snnd_status status) {
    return status == SNND_ERROR_ARGUMENT || status == SNND_ERROR_FORMAT
               ? snnd_fail(all->context, SNND_ERROR_FORMAT, "before or at node '%.64s': %s", node->name,
                           all->context->error)
               : status;
}

/* ---- the budget ---- */

/* What a synapse on its way to a layer takes, and how many are passed for 1. */
enum { SYNAPSE = 4, PASSED = 8 };

snnd_status snnd_nir_spend_plain(const snnd_nir_reading *all, const snnd_nir_map *map) {
    return snnd_hdf5_spend(&all->graph->source, map->plain ? SYNAPSE * (uint64_t)map->inputs : 0);
}

/* ---- nodes between neurons ---- */

/* The vector of a field, which has an element for each of `neurons`. */
static snnd_status read_vector(const snnd_nir_reading *all, const snnd_nir_node *node, int field, int32_t neurons,
                               double **values) {
    if (node->field[field].count != neurons || node->field[field].axes < 1)
        return snnd_fail(all->context, SNND_ERROR_FORMAT,
                         "node '%.64s' (%s): '%s' has %lld elements in %d axes, and comes behind %d neurons",
                         node->name, snnd_nir_kinds[node->type].name, snnd_nir_kinds[node->type].field[field],
                         (long long)node->field[field].count, node->field[field].axes, neurons);
    return snnd_nir_numbers(all->graph, node, field, values);
}

snnd_status snnd_nir_settle(snnd_nir_reading *all, const snnd_nir_node *node) {
    snnd_status status = SNND_OK;
    const int32_t outputs = all->map.outputs;
    if (!snnd_nir_map_is_nothing(&all->map))
        status = snnd_nir_spend_plain(all, &all->map);
    if (status == SNND_OK && !snnd_nir_map_is_nothing(&all->map))
        status = snnd_nir_blame(all, node, snnd_nir_map_add(&all->map, all->network, &all->graph->source.left));
    if (status != SNND_OK)
        return status;
    snnd_nir_map settled = all->map;
    status = snnd_nir_map_begin(&all->map, all->context, outputs);
    if (status == SNND_OK && settled.after != NULL)
        snnd_nir_map_delay(&all->map, settled.after);
    snnd_nir_map_release(&settled);
    return status;
}

snnd_status snnd_nir_settle_all(snnd_nir_reading *all, const snnd_nir_node *node) {
    snnd_status status = snnd_nir_settle(all, node);
    return status == SNND_OK ? snnd_nir_settle(all, node) : status;
}

static snnd_status pass_matrix(const snnd_nir_reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
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
        status =
            snnd_hdf5_spend(&all->graph->source,
                            SYNAPSE * (uint64_t)snnd_nir_map_carrying(values, (size_t)rows * (size_t)map->outputs));
    if (status == SNND_OK)
        status = snnd_nir_blame(all, node, snnd_nir_map_matrix(map, values, bias, rows));
    snnd_release(all->context, values);
    snnd_release(all->context, bias);
    return status;
}

static snnd_status pass_scale(const snnd_nir_reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
    double *values;
    snnd_status status = read_vector(all, node, SNND_NIR_FACTOR, map->outputs, &values);
    if (status != SNND_OK)
        return status;
    snnd_nir_map_scale(map, values);
    snnd_release(all->context, values);
    return SNND_OK;
}

static snnd_status whole_steps(const snnd_nir_reading *all, const snnd_nir_node *node, double seconds, int32_t *steps) {
    const double exact = seconds / all->dt, whole = nearbyint(exact);
    if (!(exact >= -1e-6 && exact <= MOST_DELAY + 0.5) || fabs(exact - whole) > 1e-6 * fmax(1, exact))
        return snnd_fail(all->context, SNND_ERROR_FORMAT,
                         "node '%.64s': a delay of %g s is %g steps of %g s; expected a whole number from 0 to %d",
                         node->name, seconds, exact, all->dt, MOST_DELAY);
    *steps = (int32_t)whole;
    return SNND_OK;
}

static snnd_status pass_delay(const snnd_nir_reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
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

snnd_status snnd_nir_extent(const snnd_nir_reading *all, const snnd_nir_node *node, int field, int32_t *neurons) {
    double *values, product = 1;
    const snnd_nir_array *about = &node->field[field];
    if (about->axes > 1 || about->count > 16)
        return snnd_nir_refuse(all, node, "has a shape that is not a list of extents");
    snnd_status status = snnd_nir_numbers(all->graph, node, field, &values);
    if (status != SNND_OK)
        return status;
    for (int64_t k = 0; k < about->count; k++)
        product *= values[k] >= 1 && values[k] == floor(values[k]) ? values[k] : NAN;
    snnd_release(all->context, values);
    if (!(product <= MOST_NEURONS))
        return snnd_nir_refuse(all, node, "has a shape that is not whole numbers with a product up to 2^20");
    *neurons = (int32_t)product;
    return SNND_OK;
}

/* Values are in C order with or without axes. That the node flattens all of them is for its own shape to say. */
static snnd_status pass_flatten(const snnd_nir_reading *all, const snnd_nir_node *node, const snnd_nir_map *map) {
    int32_t neurons = 0;
    snnd_status status = snnd_nir_extent(all, node, SNND_NIR_FLAT_SHAPE, &neurons);
    if (status == SNND_OK && neurons != map->outputs)
        status = snnd_nir_refuse(all, node, "has an input_type of another number of elements than what comes to it");
    return status;
}

snnd_status snnd_nir_pass(const snnd_nir_reading *all, const snnd_nir_node *node, snnd_nir_map *map) {
    const snnd_status status =
        snnd_hdf5_spend(&all->graph->source, 1 + ((uint64_t)map->count + (uint64_t)map->inputs) / PASSED);
    if (status != SNND_OK)
        return status;
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

bool snnd_nir_is_matrix(const snnd_nir_node *node) {
    return node->type == SNND_NIR_LINEAR || node->type == SNND_NIR_AFFINE;
}

bool snnd_nir_is_between(const snnd_nir_node *node) {
    return snnd_nir_is_matrix(node) || node->type == SNND_NIR_SCALE || node->type == SNND_NIR_DELAY ||
           node->type == SNND_NIR_FLATTEN;
}

/* ---- neurons ---- */

/* The one value that a field has for all neurons. */
static snnd_status read_common(const snnd_nir_reading *all, const snnd_nir_node *node, int field, int32_t neurons,
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

static snnd_status require_zero(const snnd_nir_reading *all, const snnd_nir_node *node, int field, int32_t neurons) {
    double value = 0;
    snnd_status status = node->field[field].there ? read_common(all, node, field, neurons, &value) : SNND_OK;
    if (status == SNND_OK && value != 0)
        status = snnd_fail(all->context, SNND_ERROR_FORMAT, "node '%.64s' (%s): '%s' is %g; expected 0", node->name,
                           snnd_nir_kinds[node->type].name, snnd_nir_kinds[node->type].field[field], value);
    return status;
}

/* What r dt / tau differs from 1 becomes a factor of the weights; in single precision it is next to 1. */
static snnd_status take_resistance(snnd_nir_reading *all, const snnd_nir_node *node, double tau) {
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

static snnd_status add_neurons(snnd_nir_reading *all, const snnd_nir_node *node, double tau, double threshold) {
    const double steps = snnd_nir_steps(tau, all->dt);
    if (node->type == SNND_NIR_LIF) {
        snnd_lif_options options;
        snnd_lif_options_init(&options, sizeof options);
        options.tau = steps;
        options.threshold = threshold;
        return snnd_nir_blame(all, node, snnd_network_add_lif(all->network, &options, NULL));
    }
    snnd_leaky_integrator_options options;
    snnd_leaky_integrator_options_init(&options, sizeof options);
    options.tau = steps;
    return snnd_nir_blame(all, node, snnd_network_add_leaky_integrator(all->network, &options, NULL));
}

snnd_status snnd_nir_pass_neurons(snnd_nir_reading *all, const snnd_nir_node *node) {
    const int32_t neurons = all->map.outputs, lag = snnd_nir_lag(node->type, all->order);
    double tau = 0, threshold = 0;
    snnd_status status = read_common(all, node, SNND_NIR_TAU, neurons, &tau);
    if (status == SNND_OK && !(tau > 0))
        status = snnd_nir_refuse(all, node, "has a tau that is not above 0");
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
    status = snnd_nir_settle_all(all, node);
    return status == SNND_OK ? add_neurons(all, node, tau, threshold) : status;
}
