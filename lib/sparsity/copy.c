/* Copies the parameters of one network to another, whose controller can continue with them. */
#include <string.h>

#include "format/network_file.h"
#include "sparsity/sparsity.h"

snnd_status snnd_sparsity_check_held(const snnd_network *network, const snnd_network *held) {
    for (int32_t i = 0; i < held->count; i++)
        for (int name = SNND_ARRAY_SIGN; name <= SNND_ARRAY_MASK; name++) {
            const bool mine = network->layer[i]->arrays[name].data != NULL;
            if (mine != (held->layer[i]->arrays[name].data != NULL))
                return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "its layer %d has %s '%s'; this network %s", i,
                                 mine ? "no" : "a", snnd_array_word((snnd_array_name)name),
                                 mine ? "has one" : "has none");
        }
    return SNND_OK;
}

static snnd_status check(const snnd_network *network, const snnd_network *from) {
    snnd_status status = snnd_network_same(network, from);
    if (status == SNND_OK && network->controller != NULL)
        status = snnd_sparsity_check_held(network, from);
    if (status == SNND_OK && network->controller != NULL)
        status = snnd_structure_check_counts(network->controller, from, SNND_ERROR_ARGUMENT);
    return status;
}

static bool has_same_arrays(const snnd_network *network, const snnd_network *from) {
    for (int32_t i = 0; i < network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if ((network->layer[i]->arrays[name].data == NULL) != (from->layer[i]->arrays[name].data == NULL))
                return false;
    return true;
}

/* Takes a copy, which is created before anything changes. */
static snnd_status take_copy(snnd_network *network, const snnd_network *from) {
    snnd_network *copy = NULL;
    const snnd_status status = snnd_network_copy(network->context, from, &copy);
    if (status == SNND_OK)
        snnd_network_take(network, copy);
    snnd_network_free(copy);
    return status;
}

static void copy_all(snnd_network *network, const snnd_network *from) {
    for (int32_t i = 0; i < network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            const snnd_array *to = &network->layer[i]->arrays[name];
            if (to->data != NULL)
                memcpy(to->data, from->layer[i]->arrays[name].data, snnd_array_bytes(to));
        }
    network->sigma = from->sigma;
}

snnd_status snnd_network_copy_parameters(snnd_network *network, const snnd_network *from) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (from == NULL)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "snnd_network_copy_parameters: from is NULL");
    if (network == from)
        return SNND_OK;
    const snnd_status status = check(network, from);
    if (status != SNND_OK)
        return snnd_fail(network->context, status,
                         "snnd_network_copy_parameters: the network `from` does not match: %s",
                         network->context->error);
    if (!has_same_arrays(network, from))
        return take_copy(network, from);
    copy_all(network, from);
    return SNND_OK;
}
