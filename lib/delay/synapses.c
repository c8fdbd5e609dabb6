#include "delay/synapses.h"

bool snnd_connections_allocate(snnd_context *context, snnd_connections *list, int64_t neurons, int64_t synapses) {
    list->begin = snnd_allocate(context, snnd_size_of(neurons + 1), sizeof *list->begin);
    list->neuron = snnd_allocate(context, snnd_size_of(synapses), sizeof *list->neuron);
    list->synapse = snnd_allocate(context, snnd_size_of(synapses), sizeof *list->synapse);
    return list->begin != NULL && list->neuron != NULL && list->synapse != NULL;
}

void snnd_connections_release(snnd_context *context, snnd_connections *list) {
    snnd_release(context, list->begin);
    snnd_release(context, list->neuron);
    snnd_release(context, list->synapse);
}

static int64_t sum_of(const snnd_synapses *synapses, int64_t s) {
    return synapses->sharing == SNND_SHARING_DENDRITIC ? snnd_synapse_position_of(synapses, s)
                                                       : s / snnd_synapse_columns(synapses);
}

void snnd_connections_list(const snnd_synapses *synapses, snnd_connections *list, bool outgoing) {
    const int64_t count = snnd_synapse_count(synapses);
    const int32_t neurons = outgoing ? synapses->inputs : snnd_synapse_sums(synapses);
    const int32_t columns = snnd_synapse_columns(synapses);
    for (int32_t n = 0; n <= neurons; n++)
        list->begin[n] = 0;
    for (int64_t s = 0; s < count; s++)
        if (snnd_synapse_weight(synapses, s) != 0)
            list->begin[1 + (outgoing ? s % columns / synapses->per_pair : sum_of(synapses, s))]++;
    for (int32_t n = 0; n < neurons; n++)
        list->begin[n + 1] += list->begin[n];
    for (int64_t s = 0; s < count; s++) {
        if (snnd_synapse_weight(synapses, s) == 0)
            continue;
        const int32_t input = (int32_t)(s % columns) / synapses->per_pair, output = (int32_t)(s / columns);
        const int64_t place = list->begin[outgoing ? input : sum_of(synapses, s)]++;
        list->neuron[place] = outgoing ? output : input;
        list->synapse[place] = (int32_t)s;
    }
    for (int32_t n = neurons; n > 0; n--)
        list->begin[n] = list->begin[n - 1];
    list->begin[0] = 0;
}
