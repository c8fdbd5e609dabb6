#include "sparsity/sparsity.h"

#include <string.h>

#include "base/random.h"

int64_t snnd_sparsity_budget(double sparsity, int64_t synapses) {
    return (int64_t)((1 - sparsity) * (double)synapses);
}

/* ---- checking ---- */

static snnd_status check_options(snnd_context *context, const snnd_sparsity_setup *setup) {
    if (!(setup->sparsity >= 0 && setup->sparsity < 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: sparsity is %g; expected at least 0 and below 1",
                         setup->class->name, setup->sparsity);
    if ((setup->keep != 0 && setup->keep != 1) || (setup->dale != 0 && setup->dale != 1) ||
        (setup->dormant_gradients != 0 && setup->dormant_gradients != 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: keep, dale and dormant_gradients are 0 or 1",
                         setup->class->name);
    return SNND_OK;
}

static snnd_status check_layer(const snnd_sparsity_setup *setup, const snnd_layer *layer) {
    snnd_context *context = layer->network->context;
    const int64_t synapses = snnd_layer_synapses(layer), target = snnd_sparsity_budget(setup->sparsity, synapses);
    const bool masked = layer->arrays[SNND_ARRAY_MASK].data != NULL;
    const bool is_signed = layer->arrays[SNND_ARRAY_SIGN].data != NULL;
    if (target < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: a sparsity of %g leaves layer %d none of its %lld synapses",
                         setup->class->name, setup->sparsity, layer->index, (long long)synapses);
    if (!setup->keep && masked)
        return snnd_fail(context, SNND_ERROR_STATE,
                         "%s: layer %d has a mask already; set keep to use it, or initialize the network anew",
                         setup->class->name, layer->index);
    if (!setup->keep)
        return SNND_OK;
    if (!masked || is_signed != setup->class->fixes_signs)
        return snnd_fail(context, SNND_ERROR_STATE, "%s: keep asks for %s, and layer %d has %s%s", setup->class->name,
                         setup->class->fixes_signs ? "masks and signs" : "masks without signs", layer->index,
                         masked ? "a mask" : "no mask", is_signed ? " and signs" : "");
    if (snnd_layer_active(layer) != target)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: layer %d has %lld synapses; a sparsity of %g asks for %lld",
                         setup->class->name, layer->index, (long long)snnd_layer_active(layer), setup->sparsity,
                         (long long)target);
    return SNND_OK;
}

static snnd_status check_network(const snnd_network *network, const snnd_sparsity_setup *setup) {
    int32_t delays = 0;
    for (int32_t i = 0; i < network->count; i++) {
        if (!snnd_layer_is_delays(network->layer[i]))
            continue;
        delays++;
        snnd_status status = check_layer(setup, network->layer[i]);
        if (status != SNND_OK)
            return status;
    }
    return delays > 0 ? SNND_OK
                      : snnd_fail(network->context, SNND_ERROR_STATE, "%s: the network has no layer of delays",
                                  setup->class->name);
}

/* ---- drawing ---- */

/* Exactly the budget of ones, anywhere. */
static void draw_mask(const snnd_sparsity *sparsity, snnd_layer *layer) {
    const int64_t synapses = snnd_layer_synapses(layer);
    snnd_random random = snnd_random_for(sparsity->seed, SNND_USE_MASK, (uint64_t)layer->index);
    uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < synapses; s++)
        sparsity->order[s] = (int32_t)s;
    snnd_random_choose(&random, sparsity->order, synapses, sparsity->target[layer->index]);
    memset(mask, 0, (size_t)synapses);
    for (int64_t k = 0; k < sparsity->target[layer->index]; k++)
        mask[sparsity->order[k]] = 1;
    for (int64_t s = 0; s < synapses; s++)
        weight[s] = mask[s] ? weight[s] : 0;
}

/* Signs +1 or -1 with equal probability, and magnitudes for what were signed weights. */
static void draw_signs(const snnd_sparsity *sparsity, snnd_layer *layer, bool dale) {
    const int32_t count = layer->options.delays.kernel_count;
    snnd_random random = snnd_random_for(sparsity->seed, SNND_USE_SIGN, (uint64_t)layer->index);
    int8_t *sign = layer->arrays[SNND_ARRAY_SIGN].data;
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    float *theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        const int64_t who = dale ? s / count % layer->inputs : s;
        sign[s] = snnd_random_bits(&random, (uint64_t)who) >> 63 ? 1 : -1;
        if (!mask[s])
            continue;
        theta[s] = theta[s] < 0 ? -theta[s] : theta[s];
        if (!(theta[s] > 0))
            theta[s] = SNND_NEW_SYNAPSE;
    }
}

static void prepare_layer(const snnd_sparsity *sparsity, snnd_layer *layer, bool dale) {
    draw_mask(sparsity, layer);
    if (sparsity->class->fixes_signs)
        draw_signs(sparsity, layer, dale);
}

/* ---- making ---- */

static snnd_status add_arrays(const snnd_sparsity *sparsity, snnd_layer *layer) {
    const snnd_array *weight = &layer->arrays[SNND_ARRAY_WEIGHT];
    snnd_status status = snnd_layer_add_array(layer, SNND_ARRAY_MASK, SNND_UINT8, weight->dimensions, weight->shape);
    if (status == SNND_OK && sparsity->class->fixes_signs)
        status = snnd_layer_add_array(layer, SNND_ARRAY_SIGN, SNND_INT8, weight->dimensions, weight->shape);
    return status;
}

static snnd_status allocate(snnd_sparsity *sparsity) {
    const snnd_network *network = sparsity->network;
    size_t largest = 0;
    sparsity->target = snnd_allocate(network->context, (size_t)network->count, sizeof *sparsity->target);
    sparsity->regrown = snnd_allocate(network->context, (size_t)network->count, sizeof *sparsity->regrown);
    if (sparsity->target == NULL || sparsity->regrown == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t i = 0; i < network->count; i++) {
        if (!snnd_layer_is_delays(network->layer[i]))
            continue;
        const int64_t synapses = snnd_layer_synapses(network->layer[i]);
        sparsity->target[i] = snnd_sparsity_budget(sparsity->sparsity, synapses);
        largest = (size_t)synapses > largest ? (size_t)synapses : largest;
    }
    sparsity->candidates = snnd_allocate(network->context, largest, sizeof *sparsity->candidates);
    sparsity->order = snnd_allocate(network->context, largest, sizeof *sparsity->order);
    return sparsity->candidates == NULL || sparsity->order == NULL ? SNND_ERROR_MEMORY : SNND_OK;
}

/* Gives the layers what they lack, or nothing at all. */
static snnd_status equip(snnd_sparsity *sparsity, const snnd_sparsity_setup *setup) {
    const snnd_network *network = sparsity->network;
    if (setup->keep)
        return SNND_OK;
    snnd_status status = SNND_OK;
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++)
        if (snnd_layer_is_delays(network->layer[i]))
            status = add_arrays(sparsity, network->layer[i]);
    for (int32_t i = 0; i < network->count; i++) {
        if (!snnd_layer_is_delays(network->layer[i]))
            continue;
        if (status == SNND_OK) {
            prepare_layer(sparsity, network->layer[i], setup->dale != 0);
        } else {
            snnd_layer_drop_array(network->layer[i], SNND_ARRAY_MASK);
            snnd_layer_drop_array(network->layer[i], SNND_ARRAY_SIGN);
        }
    }
    return status;
}

snnd_status snnd_sparsity_create(snnd_network *network, const snnd_sparsity_setup *setup, snnd_sparsity **sparsity) {
    snnd_context *context = network->context;
    if (sparsity == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: sparsity is NULL", setup->class->name);
    snnd_status status = check_options(context, setup);
    if (status == SNND_OK)
        status = check_network(network, setup);
    if (status != SNND_OK)
        return status;
    snnd_sparsity *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    *made = (snnd_sparsity){.class = setup->class,
                            .network = network,
                            .sparsity = setup->sparsity,
                            .growth = setup->growth,
                            .dormant_gradients = setup->dormant_gradients,
                            .seed = setup->seed};
    if (allocate(made) != SNND_OK || equip(made, setup) != SNND_OK) {
        snnd_sparsity_free(made);
        return SNND_ERROR_MEMORY;
    }
    for (int32_t i = 0; i < network->count; i++)
        network->layer[i]->dormant_gradients = setup->dormant_gradients != 0;
    network->complete = true;
    *sparsity = made;
    return SNND_OK;
}

void snnd_sparsity_free(snnd_sparsity *sparsity) {
    if (sparsity == NULL)
        return;
    snnd_context *context = sparsity->network->context;
    snnd_release(context, sparsity->target);
    snnd_release(context, sparsity->regrown);
    snnd_release(context, sparsity->candidates);
    snnd_release(context, sparsity->order);
    snnd_release(context, sparsity);
}

/* ---- stepping ---- */

snnd_status snnd_sparsity_step(snnd_sparsity *sparsity, const snnd_workspace *workspace) {
    if (sparsity == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_network *network = sparsity->network;
    const char *name = sparsity->class->name;
    snnd_status status = sparsity->class->grows ? snnd_workspace_check_gradients(workspace, network, name)
                                                : snnd_workspace_check_network(workspace, network, name);
    if (status != SNND_OK)
        return status;
    for (int32_t i = 0; i < network->count; i++) {
        snnd_layer *layer = network->layer[i];
        if (!snnd_layer_is_delays(layer))
            continue;
        if (layer->arrays[SNND_ARRAY_MASK].data == NULL)
            return snnd_fail(network->context, SNND_ERROR_STATE,
                             "%s: layer %d has lost its mask: the network was initialized anew under the controller",
                             name, i);
        sparsity->regrown[i] = sparsity->class->step(sparsity, layer, workspace->stage[i].gradient[SNND_ARRAY_WEIGHT]);
        if (snnd_layer_active(layer) != sparsity->target[i])
            return snnd_fail(network->context, SNND_ERROR_STATE,
                             "%s: layer %d has %lld synapses; expected %lld: its mask was changed from outside", name,
                             i, (long long)snnd_layer_active(layer), (long long)sparsity->target[i]);
    }
    sparsity->steps++;
    return SNND_OK;
}

int64_t snnd_sparsity_regrown(const snnd_sparsity *sparsity, const snnd_layer *layer) {
    if (sparsity == NULL || (layer != NULL && layer->network != sparsity->network))
        return 0;
    if (layer != NULL)
        return sparsity->regrown[layer->index];
    int64_t sum = 0;
    for (int32_t i = 0; i < sparsity->network->count; i++)
        sum += sparsity->regrown[i];
    return sum;
}
