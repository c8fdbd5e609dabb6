/* Computes the number of synapses of each layer, and the groups that are counted together. */
#include <math.h>
#include <stdio.h>

#include "sparsity/sparsity.h"

/* ---- shares of the layers ---- */

/* floor((1 - sparsity) * synapses). */
static int64_t budget_of(double sparsity, int64_t synapses) {
    return (int64_t)((1 - sparsity) * (double)synapses);
}

/* Returns a number in proportion to the density that Erdos-Renyi graphs give a layer. */
static double raw_density(const snnd_layer *layer) {
    return ((double)layer->inputs + layer->outputs) / ((double)layer->inputs * layer->outputs);
}

/* Returns the factor by which densities must be multiplied to give `total` synapses, where densities above 1 count as
 * 1. What full layers cannot take goes to the others, and may fill one of them. */
static double density_factor(const snnd_network *network, double total) {
    double factor = 0;
    for (double before = -1; factor != before;) {
        double left = total, weight = 0;
        for (int32_t i = 0; i < network->count; i++) {
            const snnd_layer *layer = network->layer[i];
            if (!snnd_layer_is_delays(layer))
                continue;
            const double synapses = (double)snnd_layer_synapses(layer);
            if (raw_density(layer) * factor >= 1)
                left -= synapses;
            else
                weight += raw_density(layer) * synapses;
        }
        if (!(weight > 0))
            return factor;
        before = factor;
        factor = left / weight;
    }
    return factor;
}

/* Gives layers the differences of running sums that are rounded down, so that together they have exactly the total. */
static void deal_total(const snnd_network *network, const snnd_structure *structure, int64_t total, int64_t *dealt) {
    const bool uniform = structure->density == SNND_DENSITY_UNIFORM;
    const double factor = uniform ? 0 : density_factor(network, (double)total);
    double sum = 0;
    int64_t given = 0, all = 0;
    int32_t last = 0;
    for (int32_t i = 0; i < network->count; i++)
        if (snnd_layer_is_delays(network->layer[i])) {
            all += snnd_layer_synapses(network->layer[i]);
            last = i;
        }
    for (int32_t i = 0; i < network->count; i++) {
        if (!snnd_layer_is_delays(network->layer[i]))
            continue;
        const double density = uniform ? (double)total / (double)all : fmin(raw_density(network->layer[i]) * factor, 1);
        sum += density * (double)snnd_layer_synapses(network->layer[i]);
        dealt[i] = i == last ? total - given : (int64_t)(sum + 1e-6) - given;
        given += dealt[i];
    }
}

/* Computes how many synapses each layer has at the start, into `dealt` [layers]. The budget is not the fan-in. */
static void deal(const snnd_network *network, const snnd_structure *structure, int64_t *dealt) {
    int64_t synapses = 0;
    for (int32_t i = 0; i < network->count; i++) {
        const bool counts = snnd_layer_is_delays(network->layer[i]);
        dealt[i] = counts ? budget_of(structure->sparsity, snnd_layer_synapses(network->layer[i])) : 0;
        synapses += counts ? snnd_layer_synapses(network->layer[i]) : 0;
    }
    if (structure->budget == SNND_BUDGET_NETWORK || structure->density == SNND_DENSITY_ERDOS_RENYI)
        deal_total(network, structure, budget_of(structure->sparsity, synapses), dealt);
}

/* ---- groups ---- */

static snnd_stretch all_of(snnd_layer *layer) {
    return (snnd_stretch){.layer = layer, .begin = 0, .end = snnd_layer_synapses(layer)};
}

static void group_layers(snnd_sparsity *sparsity) {
    const bool together = sparsity->structure.budget == SNND_BUDGET_NETWORK;
    snnd_stretch *stretch = sparsity->stretch;
    for (int32_t i = 0; i < sparsity->network->count; i++) {
        if (!snnd_layer_is_delays(sparsity->network->layer[i]))
            continue;
        *stretch = all_of(sparsity->network->layer[i]);
        if (!together || sparsity->groups == 0)
            sparsity->group[sparsity->groups++] = (snnd_group){.stretch = stretch, .neuron = -1};
        sparsity->group[sparsity->groups - 1].stretches++;
        sparsity->group[sparsity->groups - 1].target += sparsity->dealt[i];
        stretch++;
    }
}

static void group_neurons(snnd_sparsity *sparsity) {
    snnd_stretch *stretch = sparsity->stretch;
    for (int32_t i = 0; i < sparsity->network->count; i++) {
        snnd_layer *layer = sparsity->network->layer[i];
        for (int32_t o = 0; snnd_layer_is_delays(layer) && o < layer->outputs; o++) {
            const int64_t columns = snnd_delays_columns(layer), most = sparsity->structure.fan_in;
            *stretch = (snnd_stretch){.layer = layer, .begin = o * columns, .end = (o + 1) * columns};
            sparsity->group[sparsity->groups++] = (snnd_group){
                .stretch = stretch++, .stretches = 1, .neuron = o, .target = most < columns ? most : columns};
        }
    }
}

static snnd_status allocate(snnd_sparsity *sparsity, int64_t stretches, int64_t largest) {
    snnd_context *context = sparsity->network->context;
    const size_t layers = (size_t)sparsity->network->count;
    sparsity->group = snnd_allocate(context, snnd_size_of(stretches), sizeof *sparsity->group);
    sparsity->stretch = snnd_allocate(context, snnd_size_of(stretches), sizeof *sparsity->stretch);
    sparsity->dealt = snnd_allocate(context, layers, sizeof *sparsity->dealt);
    sparsity->equipped = snnd_allocate(context, layers, sizeof *sparsity->equipped);
    sparsity->regrown = snnd_allocate(context, layers, sizeof *sparsity->regrown);
    sparsity->moment = snnd_allocate(context, layers, sizeof *sparsity->moment);
    sparsity->quota = snnd_allocate(context, layers, sizeof *sparsity->quota);
    sparsity->candidate = snnd_allocate(context, snnd_size_of(largest), sizeof *sparsity->candidate);
    sparsity->order = snnd_allocate(context, snnd_size_of(largest), sizeof *sparsity->order);
    return sparsity->group == NULL || sparsity->stretch == NULL || sparsity->dealt == NULL ||
                   sparsity->equipped == NULL || sparsity->regrown == NULL || sparsity->moment == NULL ||
                   sparsity->quota == NULL || sparsity->candidate == NULL || sparsity->order == NULL
               ? SNND_ERROR_MEMORY
               : SNND_OK;
}

snnd_status snnd_structure_group(snnd_sparsity *sparsity) {
    const snnd_network *network = sparsity->network;
    const char *rule = sparsity->class->name;
    int64_t layers = 0, neurons = 0, most = 0, total = 0;
    for (int32_t i = 0; i < network->count; i++) {
        if (!snnd_layer_is_delays(network->layer[i]))
            continue;
        const int64_t synapses = snnd_layer_synapses(network->layer[i]);
        layers++;
        neurons += network->layer[i]->outputs;
        total += synapses;
        most = synapses > most ? synapses : most;
    }
    if (layers == 0)
        return snnd_fail(network->context, SNND_ERROR_STATE, "%s: the network has no layer of delays", rule);
    if (total > INT32_MAX)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "%s: %lld synapses are more than 2^31 - 1", rule,
                         (long long)total);
    const bool of_neurons = sparsity->structure.budget == SNND_BUDGET_FAN_IN;
    snnd_status status = allocate(sparsity, of_neurons ? neurons : layers,
                                  sparsity->structure.budget == SNND_BUDGET_NETWORK ? total : most);
    if (status != SNND_OK)
        return snnd_fail(network->context, status, "%s: %s", rule, network->context->error);
    if (of_neurons) {
        group_neurons(sparsity);
        return SNND_OK;
    }
    deal(network, &sparsity->structure, sparsity->dealt);
    for (int32_t i = 0; i < network->count; i++)
        if (snnd_layer_is_delays(network->layer[i]) && sparsity->dealt[i] < 1)
            return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                             "%s: sparsity is %g, which leaves layer %d none of its %lld synapses", rule,
                             sparsity->structure.sparsity, i, (long long)snnd_layer_synapses(network->layer[i]));
    group_layers(sparsity);
    return SNND_OK;
}

/* Returns the number of synapses of a stretch that exist in a network, which is that of the stretch or a copy of it. */
static int64_t count_stretch(const snnd_stretch *stretch, const snnd_network *network) {
    const uint8_t *mask = snnd_mask_of(network->layer[stretch->layer->index]);
    if (mask == NULL)
        return stretch->end - stretch->begin;
    int64_t count = 0;
    for (int64_t s = stretch->begin; s < stretch->end; s++)
        count += mask[s];
    return count;
}

int64_t snnd_group_count(const snnd_group *group, const snnd_network *network) {
    int64_t count = 0;
    for (int32_t k = 0; k < group->stretches; k++)
        count += count_stretch(&group->stretch[k], network);
    return count;
}

snnd_status snnd_group_wrong(const snnd_sparsity *sparsity, const snnd_group *group, int64_t count, snnd_status status,
                             const char *wanted) {
    char where[64] = "the network";
    if (group->neuron >= 0)
        snprintf(where, sizeof where, "neuron %d of layer %d", group->neuron, group->stretch->layer->index);
    else if (sparsity->structure.budget == SNND_BUDGET_LAYER)
        snprintf(where, sizeof where, "layer %d", group->stretch->layer->index);
    return snnd_fail(sparsity->network->context, status, "%s: %s has %lld synapses; expected %s%lld",
                     sparsity->class->name, where, (long long)count, wanted, (long long)group->target);
}

snnd_status snnd_structure_check_counts(const snnd_sparsity *sparsity, const snnd_network *network,
                                        snnd_status status) {
    for (int64_t g = 0; g < sparsity->groups; g++) {
        const int64_t count = snnd_group_count(&sparsity->group[g], network);
        if (count != sparsity->group[g].target)
            return snnd_group_wrong(sparsity, &sparsity->group[g], count, status, "");
    }
    return SNND_OK;
}
