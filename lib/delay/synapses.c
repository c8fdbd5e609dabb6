/* Lists the synapses of a layer that carry something, by the neuron that they go to or come from (synapses.h). */
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

/* Returns the list of a synapse: that of its input or of its sum. */
static int64_t list_of(const snnd_synapses *synapses, bool outgoing, int32_t output, int32_t column) {
    if (outgoing)
        return column / synapses->per_pair;
    return synapses->sharing == SNND_SHARING_DENDRITIC
               ? (int64_t)output * synapses->per_pair + column % synapses->per_pair
               : output;
}

void snnd_connections_list(const snnd_synapses *synapses, snnd_connections *list, bool outgoing) {
    const int32_t neurons = outgoing ? synapses->inputs : snnd_synapse_sums(synapses);
    const int32_t columns = snnd_synapse_columns(synapses);
    for (int32_t n = 0; n <= neurons; n++)
        list->begin[n] = 0;
    for (int32_t o = 0; o < synapses->outputs; o++)
        for (int32_t k = 0; k < columns; k++)
            if (snnd_synapse_weight(synapses, (int64_t)o * columns + k) != 0)
                list->begin[1 + list_of(synapses, outgoing, o, k)]++;
    for (int32_t n = 0; n < neurons; n++)
        list->begin[n + 1] += list->begin[n];
    for (int32_t o = 0; o < synapses->outputs; o++)
        for (int32_t k = 0; k < columns; k++) {
            const int32_t s = o * columns + k;
            if (snnd_synapse_weight(synapses, s) == 0)
                continue;
            const int64_t place = list->begin[list_of(synapses, outgoing, o, k)]++;
            list->neuron[place] = outgoing ? o : k / synapses->per_pair;
            list->synapse[place] = s;
        }
    for (int32_t n = neurons; n > 0; n--)
        list->begin[n] = list->begin[n - 1];
    list->begin[0] = 0;
}
