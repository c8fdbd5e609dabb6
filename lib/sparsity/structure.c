/* The structure that a sparsity controller keeps to is read and checked here, and the first masks and signs are drawn,
 * or made of the weights (structure.h). */
#include "sparsity/structure.h"

#include <math.h>
#include <string.h>

#include "base/options.h"
#include "sparsity/sparsity.h"

/* ---- reading ---- */

snnd_status snnd_structure_init(snnd_structure *structure, size_t size) {
    static const snnd_structure defaults = {.sparsity = 0.875};
    return snnd_options_init(structure, size, &defaults, sizeof defaults);
}

static snnd_status check_ranges(snnd_context *context, const char *rule, const snnd_structure *structure) {
    const bool of_neurons = structure->budget == SNND_BUDGET_FAN_IN;
    if (structure->budget < SNND_BUDGET_LAYER || structure->budget > SNND_BUDGET_FAN_IN)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: budget is %d; expected one of snnd_budget", rule,
                         structure->budget);
    if (structure->density != SNND_DENSITY_UNIFORM && structure->density != SNND_DENSITY_ERDOS_RENYI)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: density is %d; expected one of snnd_density", rule,
                         structure->density);
    if (!(structure->sparsity >= 0 && structure->sparsity < 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: sparsity is %g; expected at least 0 and below 1", rule,
                         structure->sparsity);
    if (of_neurons ? structure->fan_in < 1 : structure->fan_in != 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: fan_in is %d; expected %s", rule, structure->fan_in,
                         of_neurons ? "at least 1" : "0 where the budget is not SNND_BUDGET_FAN_IN");
    if (structure->signs < SNND_SIGNS_DEFAULT || structure->signs > SNND_SIGNS_DALE)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: signs is %d; expected one of snnd_signs", rule,
                         structure->signs);
    if (structure->start < SNND_START_RANDOM || structure->start > SNND_START_KEEP)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: start is %d; expected one of snnd_start", rule,
                         structure->start);
    return SNND_OK;
}

/* Returns whether the layers of the network have signs. The first layer of delays decides, since check_start() requires
 * that all are alike. */
static bool has_signs(const snnd_network *network) {
    for (int32_t i = 0; i < network->count; i++)
        if (snnd_layer_is_delays(network->layer[i]))
            return network->layer[i]->arrays[SNND_ARRAY_SIGN].data != NULL;
    return false;
}

snnd_status snnd_structure_read(const snnd_network *network, const snnd_sparsity_class *class,
                                const snnd_structure *given, snnd_structure *structure) {
    snnd_context *context = network->context;
    snnd_structure_init(structure, sizeof *structure);
    snnd_status status = snnd_options_read(context, given, structure, sizeof *structure, "snnd_structure");
    if (status == SNND_OK)
        status = check_ranges(context, class->name, structure);
    if (status != SNND_OK)
        return status;
    if (structure->signs == SNND_SIGNS_DEFAULT && structure->start == SNND_START_RANDOM)
        structure->signs = class->signs;
    if (structure->signs == SNND_SIGNS_DEFAULT)
        structure->signs = has_signs(network) ? SNND_SIGNS_SYNAPSE : SNND_SIGNS_NONE;
    if (class->needs_signs && structure->signs == SNND_SIGNS_NONE)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "%s: this rule drops a synapse whose weight would change sign, so synapses must have fixed "
                         "signs; expected SNND_SIGNS_SYNAPSE or SNND_SIGNS_DALE",
                         class->name);
    return SNND_OK;
}

/* ---- what there is at first ---- */

/* Returns whether all outgoing synapses of each presynaptic neuron have the same sign. */
static bool obeys_dale(const snnd_layer *layer) {
    const int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    const int64_t columns = snnd_delays_columns(layer), count = layer->options.delays.synapses_per_pair;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (sign[s] != sign[s % columns / count * count])
            return false;
    return true;
}

static snnd_status check_layer(const snnd_sparsity *sparsity, const snnd_layer *layer) {
    snnd_context *context = layer->network->context;
    const char *rule = sparsity->class->name;
    const bool masked = snnd_mask_of(layer) != NULL, is_signed = layer->arrays[SNND_ARRAY_SIGN].data != NULL;
    if (sparsity->structure.start == SNND_START_RANDOM)
        return masked || is_signed ? snnd_fail(context, SNND_ERROR_STATE,
                                               "%s: layer %d already has a mask; start from it (SNND_START_KEEP), or "
                                               "initialize the network again",
                                               rule, layer->index)
                                   : SNND_OK;
    if (sparsity->structure.start == SNND_START_KEEP && !masked)
        return snnd_fail(context, SNND_ERROR_STATE, "%s: SNND_START_KEEP needs masks, but layer %d has none", rule,
                         layer->index);
    if (is_signed != snnd_sparsity_keeps_signs(sparsity))
        return snnd_fail(context, SNND_ERROR_STATE,
                         "%s: layer %d has %s, and they cannot be %s while its weights are kept", rule, layer->index,
                         is_signed ? "fixed signs" : "no fixed signs", is_signed ? "removed" : "added");
    if (sparsity->structure.signs == SNND_SIGNS_DALE && !obeys_dale(layer))
        return snnd_fail(context, SNND_ERROR_STATE, "%s: the signs of layer %d do not obey Dale's law", rule,
                         layer->index);
    return SNND_OK;
}

snnd_status snnd_structure_check_start(const snnd_sparsity *sparsity) {
    const snnd_network *network = sparsity->network;
    for (int32_t i = 0; i < network->count; i++) {
        if (!snnd_layer_is_delays(network->layer[i]))
            continue;
        snnd_status status = check_layer(sparsity, network->layer[i]);
        if (status != SNND_OK)
            return status;
    }
    if (sparsity->structure.start == SNND_START_KEEP)
        return snnd_structure_check_counts(sparsity, network, SNND_ERROR_ARGUMENT);
    for (int64_t g = 0; g < sparsity->groups && sparsity->structure.start == SNND_START_MAGNITUDE; g++) {
        const int64_t count = snnd_group_count(&sparsity->group[g], network);
        if (count < sparsity->group[g].target)
            return snnd_group_wrong(sparsity, &sparsity->group[g], count, SNND_ERROR_ARGUMENT, "at least ");
    }
    return SNND_OK;
}

/* Draws exactly `count` ones at random places of a stretch. */
static void draw_mask(const snnd_sparsity *sparsity, const snnd_stretch *stretch, int64_t count, uint64_t neuron) {
    uint8_t *mask = snnd_mask_of(stretch->layer);
    float *weight = snnd_layer_floats(stretch->layer, SNND_ARRAY_WEIGHT);
    snnd_random random = snnd_random_for(sparsity->structure.seed, SNND_USE_MASK, (uint64_t)stretch->layer->index);
    random.first = neuron << 32;
    const int64_t synapses = stretch->end - stretch->begin;
    for (int64_t s = 0; s < synapses; s++)
        sparsity->order[s] = (int32_t)s;
    snnd_random_choose(&random, sparsity->order, synapses, count);
    for (int64_t k = 0; k < count; k++)
        mask[stretch->begin + sparsity->order[k]] = 1;
    for (int64_t s = stretch->begin; s < stretch->end; s++)
        weight[s] = mask[s] ? weight[s] : 0;
}

static void draw_masks(const snnd_sparsity *sparsity) {
    const bool of_neurons = sparsity->structure.budget == SNND_BUDGET_FAN_IN;
    for (int64_t g = 0; g < sparsity->groups; g++)
        for (int32_t k = 0; k < sparsity->group[g].stretches; k++) {
            const snnd_group *group = &sparsity->group[g];
            const snnd_stretch *stretch = &group->stretch[k];
            draw_mask(sparsity, stretch, of_neurons ? group->target : sparsity->dealt[stretch->layer->index],
                      of_neurons ? (uint64_t)group->neuron : 0);
        }
}

static void prune(void *unused, const snnd_candidate *candidate) {
    (void)unused;
    snnd_mask_of(candidate->layer)[candidate->synapse] = 0;
    snnd_layer_floats(candidate->layer, SNND_ARRAY_WEIGHT)[candidate->synapse] = 0;
}

/* Keeps the weights of each group with the largest magnitudes. */
static void prune_masks(snnd_sparsity *sparsity) {
    for (int64_t g = 0; g < sparsity->groups; g++) {
        const snnd_group *group = &sparsity->group[g];
        snnd_candidates_clear(sparsity);
        for (int32_t k = 0; k < group->stretches; k++)
            for (int64_t s = group->stretch[k].begin; s < group->stretch[k].end; s++)
                if (snnd_mask_of(group->stretch[k].layer)[s])
                    snnd_candidates_add(sparsity, group->stretch[k].layer, s,
                                        fabsf(snnd_layer_floats(group->stretch[k].layer, SNND_ARRAY_WEIGHT)[s]));
        snnd_candidates_take_least(sparsity, sparsity->candidates - group->target, prune, NULL);
    }
}

/*
 * Draws signs +1 or -1 with equal probability, for each synapse, or under Dale's law for each presynaptic neuron. They
 * are drawn here once, and nothing changes them after: no rule and no optimizer writes the array of signs. A weight is
 * sign * theta and keeps its sign while theta > 0: theta begins here as a magnitude, and after each step of an
 * optimizer DEEP R drops what has theta <= 0, and every other rule puts it back to SNND_NEW_SYNAPSE
 * (snnd_sparsity_hold).
 */
static void draw_signs(snnd_sparsity *sparsity, snnd_layer *layer) {
    const bool dale = sparsity->structure.signs == SNND_SIGNS_DALE;
    const int32_t count = layer->options.delays.synapses_per_pair;
    snnd_random random = snnd_random_for(sparsity->structure.seed, SNND_USE_SIGN, (uint64_t)layer->index);
    int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    const uint8_t *mask = snnd_mask_of(layer);
    float *theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        const int64_t who = dale ? s / count % layer->inputs : s;
        sign[s] = snnd_random_bits(&random, (uint64_t)who) >> 63 ? 1 : -1;
        if (!mask[s])
            continue;
        theta[s] = fabsf(theta[s]);
        if (!(theta[s] > 0))
            theta[s] = SNND_NEW_SYNAPSE;
    }
}

/* Adds a mask of ones, or of zeros where the start is empty, and signs to a layer. */
static snnd_status add_arrays(snnd_sparsity *sparsity, snnd_layer *layer) {
    const snnd_array *weight = &layer->arrays[SNND_ARRAY_WEIGHT];
    const bool is_new = snnd_mask_of(layer) == NULL, random = sparsity->structure.start == SNND_START_RANDOM;
    snnd_status status = snnd_layer_add_array(layer, SNND_ARRAY_MASK, SNND_UINT8, weight->dimensions, weight->shape);
    if (status != SNND_OK)
        return status;
    if (is_new)
        memset(snnd_mask_of(layer), random ? 0 : 1, snnd_array_bytes(&layer->arrays[SNND_ARRAY_MASK]));
    sparsity->equipped[layer->index] = is_new;
    return random && snnd_sparsity_keeps_signs(sparsity)
               ? snnd_layer_add_array(layer, SNND_ARRAY_SIGN, SNND_INT8, weight->dimensions, weight->shape)
               : SNND_OK;
}

/* Removes what add_arrays() has added. */
static void drop_arrays(snnd_sparsity *sparsity, snnd_layer *layer) {
    if (!sparsity->equipped[layer->index])
        return;
    snnd_layer_drop_array(layer, SNND_ARRAY_MASK);
    if (sparsity->structure.start == SNND_START_RANDOM)
        snnd_layer_drop_array(layer, SNND_ARRAY_SIGN);
}

snnd_status snnd_structure_equip(snnd_sparsity *sparsity) {
    const snnd_network *network = sparsity->network;
    snnd_status status = SNND_OK;
    if (sparsity->structure.start == SNND_START_KEEP)
        return SNND_OK;
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++)
        if (snnd_layer_is_delays(network->layer[i]))
            status = add_arrays(sparsity, network->layer[i]);
    if (status != SNND_OK) {
        snnd_sparsity_for_layers(sparsity, drop_arrays);
        return status;
    }
    if (sparsity->structure.start == SNND_START_RANDOM)
        draw_masks(sparsity);
    else
        prune_masks(sparsity);
    if (sparsity->structure.start == SNND_START_RANDOM && snnd_sparsity_keeps_signs(sparsity))
        snnd_sparsity_for_layers(sparsity, draw_signs);
    return SNND_OK;
}
