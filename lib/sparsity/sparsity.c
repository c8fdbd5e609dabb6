/* What every sparsity controller does, whatever its rule: it is made, checked before each step, stepped, and freed
 * (sparsity.h). The rules are in files of their own. */
#include "sparsity/sparsity.h"

#include <string.h>

/* ---- making ---- */

static snnd_status prepare(snnd_sparsity *sparsity) {
    snnd_status status = snnd_structure_group(sparsity);
    if (status == SNND_OK)
        status = snnd_structure_check_start(sparsity);
    if (status == SNND_OK)
        status = snnd_structure_equip(sparsity);
    return status;
}

snnd_status snnd_sparsity_create(snnd_network *network, const snnd_sparsity_class *class,
                                 const snnd_structure *structure, const void *options, size_t bytes,
                                 snnd_sparsity **sparsity) {
    snnd_context *context = network->context;
    if (sparsity == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "%s: sparsity is NULL", class->name);
    if (network->controller != NULL)
        return snnd_fail(context, SNND_ERROR_STATE,
                         "%s: the network has the sparsity controller %s; free it before another is created",
                         class->name, network->controller->class->name);
    snnd_structure known;
    snnd_status status = snnd_structure_read(network, class, structure, &known);
    if (status != SNND_OK)
        return status;
    snnd_sparsity *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->class = class;
    made->network = network;
    made->structure = known;
    if (options != NULL)
        memcpy(&made->options, options, bytes);
    status = prepare(made);
    if (status != SNND_OK) {
        snnd_sparsity_free(made);
        return status;
    }
    snnd_sparsity_announce(made);
    network->complete = true;
    network->controller = made;
    *sparsity = made;
    return SNND_OK;
}

void snnd_sparsity_free(snnd_sparsity *sparsity) {
    if (sparsity == NULL)
        return;
    snnd_network *network = sparsity->network;
    snnd_context *context = network->context;
    if (network->controller == sparsity) {
        network->controller = NULL;
        for (int32_t i = 0; i < network->count; i++)
            network->layer[i]->gradients = SNND_GRADIENTS_EXISTING;
    }
    snnd_release(context, sparsity->group);
    snnd_release(context, sparsity->stretch);
    snnd_release(context, sparsity->dealt);
    snnd_release(context, sparsity->equipped);
    snnd_release(context, sparsity->regrown);
    snnd_release(context, sparsity->moment);
    snnd_release(context, sparsity->quota);
    snnd_release(context, sparsity->candidate);
    snnd_release(context, sparsity->order);
    snnd_release(context, sparsity);
}

void snnd_sparsity_for_layers(snnd_sparsity *sparsity, void (*each)(snnd_sparsity *sparsity, snnd_layer *layer)) {
    for (int32_t i = 0; i < sparsity->network->count; i++)
        if (snnd_layer_is_delays(sparsity->network->layer[i]))
            each(sparsity, sparsity->network->layer[i]);
}

void snnd_sparsity_hold(snnd_sparsity *sparsity, snnd_layer *layer) {
    snnd_delays_hold_absent(layer);
    if (!snnd_sparsity_keeps_signs(sparsity))
        return;
    const uint8_t *mask = snnd_mask_of(layer);
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (mask[s] && weight[s] < SNND_NEW_SYNAPSE)
            weight[s] = SNND_NEW_SYNAPSE;
}

void snnd_sparsity_grow(snnd_sparsity *sparsity, snnd_layer *layer, int64_t synapse) {
    snnd_mask_of(layer)[synapse] = 1;
    snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[synapse] = snnd_sparsity_keeps_signs(sparsity) ? SNND_NEW_SYNAPSE : 0;
    sparsity->regrown[layer->index]++;
}

void snnd_sparsity_announce(const snnd_sparsity *sparsity) {
    const bool absent = sparsity->class->needs_absent != NULL && sparsity->class->needs_absent(sparsity);
    for (int32_t i = 0; i < sparsity->network->count; i++)
        sparsity->network->layer[i]->gradients = absent ? SNND_GRADIENTS_ALL : SNND_GRADIENTS_EXISTING;
}

/* ---- stepping ---- */

snnd_status snnd_sparsity_check_masks(const snnd_sparsity *sparsity) {
    return snnd_structure_check_counts(sparsity, sparsity->network, SNND_ERROR_STATE);
}

static snnd_status check_optimizer(const snnd_sparsity *sparsity, const snnd_optimizer *optimizer) {
    const snnd_network *network = sparsity->network;
    const snnd_sparsity_class *class = sparsity->class;
    const char *needed = class->needs_optimizer == NULL ? NULL : class->needs_optimizer(sparsity);
    if (optimizer == NULL)
        return needed == NULL ? SNND_OK
                              : snnd_fail(network->context, SNND_ERROR_ARGUMENT, "%s: optimizer is NULL, and %s",
                                          class->name, needed);
    if (optimizer->network != network)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "%s: the optimizer belongs to another network",
                         class->name);
    if (!(optimizer->options.parameters & SNND_PARAMETERS_WEIGHTS))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "%s: the optimizer does not update weights",
                         class->name);
    return SNND_OK;
}

/* A rule checks that one step of the optimizer was made since its own last step. Where the host updates parameters
 * itself there is no optimizer, or one that only provides a rate and moments; then this cannot be checked. */
static snnd_status check_turn(const snnd_sparsity *sparsity, const snnd_optimizer *optimizer) {
    if (optimizer == NULL || optimizer->move == 0 || optimizer->move != sparsity->move)
        return SNND_OK;
    return snnd_fail(sparsity->network->context, SNND_ERROR_STATE,
                     "%s: the optimizer has made no step since the last step of the controller", sparsity->class->name);
}

/* Layers that share a budget may lose their last synapse. No signal passes such a layer, so that the network learns
 * nothing until a synapse grows there by chance. The host is warned when there are more such layers than before. */
static void tell_of_empty_layers(snnd_sparsity *sparsity) {
    const snnd_network *network = sparsity->network;
    if (sparsity->structure.budget != SNND_BUDGET_NETWORK)
        return;
    const int32_t before = sparsity->empty;
    sparsity->empty = snnd_network_empty_layers(network);
    for (int32_t i = 0; i < network->count && sparsity->empty > before; i++)
        if (snnd_layer_is_delays(network->layer[i]) && snnd_layer_active(network->layer[i]) == 0)
            snnd_log(network->context, SNND_LOG_WARNING,
                     "%s has left layer %d without synapses, so that neither signals nor gradients pass it",
                     sparsity->class->name, i);
}

snnd_status snnd_sparsity_step(snnd_sparsity *sparsity, const snnd_workspace *workspace, snnd_optimizer *optimizer) {
    if (sparsity == NULL)
        return SNND_ERROR_ARGUMENT;
    const snnd_network *network = sparsity->network;
    const char *name = sparsity->class->name;
    snnd_status status = sparsity->class->needs_gradients ? snnd_workspace_check_gradients(workspace, network, name)
                                                          : snnd_workspace_check_network(workspace, network, name);
    if (status == SNND_OK)
        status = check_optimizer(sparsity, optimizer);
    if (status == SNND_OK)
        status = check_turn(sparsity, optimizer);
    if (status == SNND_OK)
        status = snnd_sparsity_check_masks(sparsity);
    if (status != SNND_OK)
        return status;
    memset(sparsity->regrown, 0, (size_t)network->count * sizeof *sparsity->regrown);
    sparsity->optimizer = optimizer;
    sparsity->class->step(sparsity, workspace, optimizer);
    sparsity->optimizer = NULL;
    tell_of_empty_layers(sparsity);
    sparsity->steps++;
    sparsity->move = optimizer == NULL ? sparsity->move : optimizer->move;
    snnd_sparsity_announce(sparsity);
    return SNND_OK;
}

snnd_status snnd_sparsity_end_epoch(snnd_sparsity *sparsity, snnd_optimizer *optimizer) {
    if (sparsity == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = check_optimizer(sparsity, optimizer);
    if (status == SNND_OK)
        status = snnd_sparsity_check_masks(sparsity);
    if (status != SNND_OK)
        return status;
    memset(sparsity->regrown, 0, (size_t)sparsity->network->count * sizeof *sparsity->regrown);
    sparsity->optimizer = optimizer;
    if (sparsity->class->end_epoch != NULL)
        sparsity->class->end_epoch(sparsity, optimizer);
    sparsity->optimizer = NULL;
    tell_of_empty_layers(sparsity);
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
