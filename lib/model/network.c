/* The chain of layers: it is built, initialized, copied, asked about and fingerprinted here (network.h). */
#include "model/network.h"

#include <math.h>
#include <string.h>

#include "base/finite.h"
#include "kernel/readout.h"

enum { MAX_NEURONS = 1 << 20 };

snnd_status snnd_network_create(snnd_context *context, int32_t inputs, snnd_network **network) {
    if (context == NULL || network == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_network_create: %s is NULL",
                         context == NULL ? "context" : "network");
    if (inputs < 1 || inputs > MAX_NEURONS)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "inputs is %d; expected 1 to %d", inputs, MAX_NEURONS);
    snnd_network *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->context = context;
    made->inputs = inputs;
    made->readout = SNND_READOUT_SOFTMAX_SUM;
    *network = made;
    return SNND_OK;
}

static void free_layer(snnd_layer *layer) {
    for (int name = 1; name < SNND_ARRAY_NAMES; name++)
        snnd_layer_drop_array(layer, (snnd_array_name)name);
    snnd_release(layer->network->context, layer);
}

void snnd_network_free(snnd_network *network) {
    if (network == NULL)
        return;
    for (int32_t i = 0; i < network->count; i++)
        free_layer(network->layer[i]);
    snnd_release(network->context, network->layer);
    snnd_release(network->context, network);
}

static snnd_status make_room(snnd_network *network) {
    if (network->count < network->room)
        return SNND_OK;
    int32_t room = network->room == 0 ? 8 : 2 * network->room;
    snnd_layer **grown = snnd_allocate(network->context, (size_t)room, sizeof *grown);
    if (grown == NULL)
        return SNND_ERROR_MEMORY;
    if (network->count > 0)
        memcpy(grown, network->layer, (size_t)network->count * sizeof *grown);
    snnd_release(network->context, network->layer);
    network->layer = grown;
    network->room = room;
    return SNND_OK;
}

static snnd_status add_parameters(snnd_layer *layer) {
    snnd_status status = SNND_OK;
    for (int name = (int)snnd_layer_first(layer); name != 0 && name <= (int)layer->class->last && status == SNND_OK;
         name++) {
        const snnd_array made = snnd_layer_parameter(layer, (snnd_array_name)name);
        status = snnd_layer_add_array(layer, (snnd_array_name)name, made.dtype, made.dimensions, made.shape);
    }
    return status;
}

snnd_status snnd_network_add(snnd_network *network, const snnd_layer_class *class, int32_t outputs, const void *options,
                             snnd_layer **layer) {
    snnd_context *context = network->context;
    if (network->complete)
        return snnd_fail(
            context, SNND_ERROR_STATE,
            "%s: no layer can be added any more: a workspace, optimizer, controller or trainer uses the network",
            class->name);
    int32_t inputs = network->count == 0 ? network->inputs : snnd_network_outputs(network);
    if (outputs == 0)
        outputs = inputs;
    if (outputs < 1 || outputs > MAX_NEURONS)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "outputs is %d; expected 1 to %d", outputs, MAX_NEURONS);
    if (make_room(network) != SNND_OK)
        return SNND_ERROR_MEMORY;
    snnd_layer *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    made->class = class;
    made->network = network;
    made->index = network->count;
    made->inputs = inputs;
    made->outputs = outputs;
    memcpy(&made->options, options, class->options_size);
    if (add_parameters(made) != SNND_OK) {
        free_layer(made);
        return snnd_fail(context, SNND_ERROR_MEMORY, "cannot allocate layer %d (%s) of %d neurons with %d inputs: %s",
                         network->count, class->name, outputs, inputs, context->error);
    }
    if (class->initialize != NULL)
        class->initialize(made, 0);
    network->layer[network->count++] = made;
    if (class->type == SNND_LAYER_DELAYS && network->sigma < made->options.delays.max_delay / 2)
        network->sigma = made->options.delays.max_delay / 2;
    if (layer != NULL)
        *layer = made;
    return SNND_OK;
}

snnd_status snnd_network_initialize(snnd_network *network, uint64_t seed) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (network->controller != NULL)
        return snnd_fail(network->context, SNND_ERROR_STATE,
                         "the network has a sparsity controller, whose masks would be lost; free the controller first");
    for (int32_t i = 0; i < network->count; i++) {
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (snnd_array_kinds[name].controlled)
                snnd_layer_drop_array(network->layer[i], (snnd_array_name)name);
        if (network->layer[i]->class->initialize != NULL)
            network->layer[i]->class->initialize(network->layer[i], seed);
    }
    return SNND_OK;
}

snnd_status snnd_network_set_sigma(snnd_network *network, double sigma) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!(sigma >= 0 && sigma <= 1e6))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "sigma is %g; expected 0 to 1e6", sigma);
    network->sigma = sigma;
    return SNND_OK;
}

double snnd_network_sigma(const snnd_network *network) {
    return network == NULL ? 0 : network->sigma;
}

snnd_status snnd_network_set_readout(snnd_network *network, snnd_readout readout) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!snnd_is_readout((int32_t)readout))
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT,
                         "readout is %d; expected one of snnd_readout other than SNND_READOUT_NETWORK", (int)readout);
    network->readout = (int32_t)readout;
    return SNND_OK;
}

snnd_readout snnd_network_readout(const snnd_network *network) {
    return network == NULL ? SNND_READOUT_NETWORK : (snnd_readout)network->readout;
}

/* Copies arrays that a layer can only get by copying. */
static snnd_status copy_arrays(snnd_layer *to, const snnd_layer *from) {
    snnd_status status = SNND_OK;
    for (int name = 1; name < SNND_ARRAY_NAMES && status == SNND_OK; name++) {
        const snnd_array *array = &from->arrays[name];
        if (array->data == NULL)
            continue;
        status =
            snnd_layer_add_array(to, (snnd_array_name)name, (snnd_dtype)array->dtype, array->dimensions, array->shape);
        if (status == SNND_OK)
            memcpy(to->arrays[name].data, array->data, snnd_array_bytes(array));
    }
    return status;
}

snnd_status snnd_network_copy(snnd_context *context, const snnd_network *network, snnd_network **copy) {
    snnd_network *made = NULL;
    snnd_status status = snnd_network_create(context, network->inputs, &made);
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++) {
        const snnd_layer *layer = network->layer[i];
        status = snnd_network_add(made, layer->class, layer->outputs, &layer->options, NULL);
        if (status == SNND_OK)
            status = copy_arrays(made->layer[i], layer);
    }
    if (status != SNND_OK) {
        snnd_network_free(made);
        return status;
    }
    made->sigma = network->sigma;
    made->readout = network->readout;
    *copy = made;
    return SNND_OK;
}

snnd_status snnd_network_clone(const snnd_network *network, snnd_network **clone) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    if (clone == NULL)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "snnd_network_clone: clone is NULL");
    return snnd_network_copy(network->context, network, clone);
}

snnd_status snnd_network_clamp(snnd_network *network) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    for (int32_t i = 0; i < network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            snnd_layer_clamp(network->layer[i], (snnd_array_name)name);
    return SNND_OK;
}

int32_t snnd_network_inputs(const snnd_network *network) {
    return network == NULL ? 0 : network->inputs;
}

int32_t snnd_network_outputs(const snnd_network *network) {
    return network == NULL || network->count == 0 ? 0 : network->layer[network->count - 1]->outputs;
}

int32_t snnd_network_layer_count(const snnd_network *network) {
    return network == NULL ? 0 : network->count;
}

snnd_layer *snnd_network_layer(const snnd_network *network, int32_t index) {
    return network == NULL || index < 0 || index >= network->count ? NULL : network->layer[index];
}

int64_t snnd_layer_active(const snnd_layer *layer) {
    if (layer == NULL || layer->class->type != SNND_LAYER_DELAYS)
        return 0;
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    int64_t synapses = snnd_layer_synapses(layer), active = 0;
    if (mask == NULL)
        return synapses;
    for (int64_t s = 0; s < synapses; s++)
        active += mask[s] != 0;
    return active;
}

int64_t snnd_network_active(const snnd_network *network) {
    int64_t active = 0;
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++)
        active += snnd_layer_active(network->layer[i]);
    return active;
}

int32_t snnd_network_empty_layers(const snnd_network *network) {
    int32_t empty = 0;
    for (int32_t i = 0; i < network->count; i++)
        empty += network->layer[i]->class->type == SNND_LAYER_DELAYS && snnd_layer_active(network->layer[i]) == 0;
    return empty;
}

snnd_status snnd_network_check_values(const snnd_network *network) {
    snnd_status status = SNND_OK;
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES && status == SNND_OK; name++)
            status = snnd_layer_check_values(network->layer[i], (snnd_array_name)name, SNND_ERROR_NUMERIC);
    return status;
}

/* Sums of words, and sums of these sums, which depend on the order of the words; four are computed side by side. */
typedef struct fingerprint {
    snnd_four_words sum, order;
} fingerprint;

static inline void add_words(const uint8_t *bytes, size_t count, snnd_four_words *sum, snnd_four_words *order) {
    snnd_four_words four = {0};
    memcpy(&four, bytes, count);
    *sum += four;
    *order += *sum;
}

/* The address of an array is part of the fingerprint, since a pass will read there. */
static void add_array(fingerprint *print, const snnd_array *array) {
    enum { ONE = sizeof(snnd_four_words) };
    const uint8_t *bytes = array->data;
    const size_t count = snnd_array_bytes(array);
    snnd_four_words sum = print->sum, order = print->order;
    size_t k = 0;
    add_words((const uint8_t *)&array->data, sizeof array->data, &sum, &order);
    for (; k + 4 * ONE <= count; k += 4 * ONE) {
        add_words(bytes + k, ONE, &sum, &order);
        add_words(bytes + k + ONE, ONE, &sum, &order);
        add_words(bytes + k + 2 * ONE, ONE, &sum, &order);
        add_words(bytes + k + 3 * ONE, ONE, &sum, &order);
    }
    for (; k < count; k += ONE)
        add_words(bytes + k, count - k < ONE ? count - k : ONE, &sum, &order);
    print->sum = sum;
    print->order = order;
}

uint64_t snnd_network_fingerprint(const snnd_network *network) {
    fingerprint print = {{0}, {0}};
    for (int32_t i = 0; i < network->count; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (network->layer[i]->arrays[name].data != NULL && !snnd_array_kinds[name].follows)
                add_array(&print, &network->layer[i]->arrays[name]);
    uint64_t all = 0;
    for (int w = 0; w < 4; w++)
        all = 0x9e3779b97f4a7c15 * (all ^ ((uint64_t)print.order[w] << 32 | print.sum[w]));
    return all;
}

double snnd_network_largest(const snnd_network *network, int32_t *layer, snnd_array_name *name, int64_t *place) {
    double largest = 0;
    *layer = 0;
    *name = SNND_ARRAY_WEIGHT;
    *place = 0;
    for (int32_t i = 0; i < network->count; i++)
        for (int n = 1; n < SNND_ARRAY_NAMES; n++) {
            if (!snnd_array_kinds[n].decays ||
                !snnd_layer_trains(network->layer[i], (snnd_array_name)n, SNND_PARAMETERS_WEIGHTS))
                continue;
            const float *value = snnd_layer_floats(network->layer[i], (snnd_array_name)n);
            for (int64_t k = 0; k < snnd_array_count(&network->layer[i]->arrays[n]); k++)
                if (fabs((double)value[k]) > fabs(largest)) {
                    largest = (double)value[k];
                    *layer = i;
                    *name = (snnd_array_name)n;
                    *place = k;
                }
        }
    return largest;
}
