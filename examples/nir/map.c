#include "nir/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SYNAPSES = INT32_MAX };

void nir_map_begin(nir_map *map, struct failure *failure, int32_t neurons) {
    *map = (nir_map){.failure = failure, .inputs = neurons, .outputs = neurons, .plain = true};
    map->scale = allocate((size_t)neurons, sizeof *map->scale);
    map->delay = allocate((size_t)neurons, sizeof *map->delay);
    for (int32_t i = 0; i < neurons; i++)
        map->scale[i] = 1;
}

void nir_map_release(nir_map *map) {
    free(map->scale);
    free(map->delay);
    free(map->synapse);
    free(map->bias);
    free(map->after);
    *map = (nir_map){.failure = map->failure};
}

void nir_map_copy(const nir_map *map, nir_map *copy) {
    nir_map_begin(copy, map->failure, map->inputs);
    memcpy(copy->scale, map->scale, (size_t)map->inputs * sizeof *map->scale);
    memcpy(copy->delay, map->delay, (size_t)map->inputs * sizeof *map->delay);
}

/* ---- synapses ---- */

static int make_room(nir_map *map, size_t more) {
    if (more <= map->room - map->count)
        return 0;
    if (more > MOST_SYNAPSES - map->count)
        return failed(map->failure, "there are more than 2^31 synapses between two layers");
    const size_t half = map->room / 2;
    map->room = map->count + (more > half ? more : half);
    map->synapse = reallocate(map->synapse, map->room, sizeof *map->synapse);
    return 0;
}

/* Converts a plain map to synapses. */
static int list(nir_map *map) {
    if (!map->plain)
        return 0;
    if (map->inputs > NIR_MOST_DIAGONAL)
        return failed(map->failure,
                      "%d neurons are delayed or scaled without a matrix, which would take a layer with a synapse for "
                      "each pair of them; expected at most %d neurons",
                      map->inputs, NIR_MOST_DIAGONAL);
    int status = make_room(map, (size_t)map->inputs);
    if (status != 0)
        return status;
    for (int32_t i = 0; i < map->inputs; i++)
        map->synapse[map->count++] = (nir_synapse){i, i, map->delay[i], map->scale[i]};
    map->plain = false;
    return 0;
}

void nir_map_delay(nir_map *map, const int32_t *steps) {
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        map->delay[i] += steps[i];
    for (size_t s = 0; s < map->count; s++)
        map->synapse[s].delay += steps[map->synapse[s].output];
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        map->after[o] += steps[o];
}

void nir_map_scale(nir_map *map, const double *factor) {
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        map->scale[i] *= factor[i];
    for (size_t s = 0; s < map->count; s++)
        map->synapse[s].weight *= factor[map->synapse[s].output];
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        map->bias[o] *= factor[o];
}

/* Adds a bias that is delayed by `after` steps (NULL: not delayed). */
static int take_bias(nir_map *map, const double *bias, const int32_t *after) {
    if (bias == NULL)
        return 0;
    if (map->bias == NULL)
        map->bias = allocate((size_t)map->outputs, sizeof *map->bias);
    if (map->after == NULL)
        map->after = allocate((size_t)map->outputs, sizeof *map->after);
    for (int32_t o = 0; o < map->outputs; o++) {
        const int32_t late = after == NULL ? 0 : after[o];
        if (bias[o] != 0 && map->bias[o] != 0 && map->after[o] != late)
            return failed(
                map->failure,
                "branches bring biases to neuron %d that are delayed by %d and %d steps; a layer has only one bias", o,
                map->after[o], late);
        if (bias[o] != 0)
            map->after[o] = late;
        map->bias[o] += bias[o];
    }
    return 0;
}

size_t nir_map_carrying(const double *weight, size_t count) {
    size_t carrying = 0;
    for (size_t k = 0; k < count; k++)
        carrying += weight[k] != 0;
    return carrying;
}

int nir_map_matrix(nir_map *map, const double *weight, const double *bias, int32_t rows) {
    const int32_t columns = map->outputs;
    int status = make_room(map, nir_map_carrying(weight, (size_t)rows * (size_t)columns));
    if (status != 0)
        return status;
    for (int32_t o = 0; o < rows; o++)
        for (int32_t i = 0; i < columns; i++) {
            const double w = weight[(size_t)o * (size_t)columns + (size_t)i];
            if (w != 0)
                map->synapse[map->count++] = (nir_synapse){o, i, map->delay[i], w * map->scale[i]};
        }
    map->plain = false;
    map->outputs = rows;
    return take_bias(map, bias, NULL);
}

int nir_map_join(nir_map *map, const nir_map *other) {
    nir_map *listed = (nir_map *)(uintptr_t)other;
    int status = list(map);
    if (status == 0)
        status = list(listed);
    if (status == 0)
        status = make_room(map, other->count);
    if (status != 0)
        return status;
    if (other->count > 0)
        memcpy(map->synapse + map->count, other->synapse, other->count * sizeof *other->synapse);
    map->count += other->count;
    return take_bias(map, other->bias, other->after);
}

int32_t nir_map_advance(nir_map *map, int32_t lag) {
    int32_t least = lag;
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        least = map->delay[i] < least ? map->delay[i] : least;
    for (size_t s = 0; s < map->count; s++)
        least = map->synapse[s].delay < least ? map->synapse[s].delay : least;
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        least = map->bias[o] != 0 && map->after[o] < least ? map->after[o] : least;
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        map->delay[i] -= least;
    for (size_t s = 0; s < map->count; s++)
        map->synapse[s].delay -= least;
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        map->after[o] = map->bias[o] != 0 ? map->after[o] - least : 0;
    return least;
}

bool nir_map_is_nothing(const nir_map *map) {
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        if (map->delay[i] != 0 || fabs(map->scale[i] - 1) > 1e-6)
            return false;
    return map->plain;
}

/* ---- layers ---- */

static int by_place(const void *left, const void *right) {
    const nir_synapse *a = left, *b = right;
    if (a->output != b->output)
        return a->output < b->output ? -1 : 1;
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return (a->delay > b->delay) - (a->delay < b->delay);
}

static bool same_pair(const nir_synapse *a, const nir_synapse *b) {
    return a->output == b->output && a->input == b->input;
}

/* Sorts the synapses and merges those of one pair and delay. Returns the options of a layer that holds them. */
static snnd_delay_options measure(nir_map *map) {
    snnd_delay_options options;
    size_t kept = 0;
    int32_t together = 0, longest = 0;
    snnd_delay_options_init(&options, sizeof options);
    options.synapses_per_pair = 1;
    if (map->count > 0)
        qsort(map->synapse, map->count, sizeof *map->synapse, by_place);
    for (size_t s = 0; s < map->count; s++) {
        nir_synapse *last = kept == 0 ? NULL : &map->synapse[kept - 1];
        if (last != NULL && by_place(last, &map->synapse[s]) == 0) {
            last->weight += map->synapse[s].weight;
            continue;
        }
        together = last != NULL && same_pair(last, &map->synapse[s]) ? together + 1 : 1;
        options.synapses_per_pair = together > options.synapses_per_pair ? together : options.synapses_per_pair;
        longest = map->synapse[s].delay > longest ? map->synapse[s].delay : longest;
        map->synapse[kept++] = map->synapse[s];
    }
    map->count = kept;
    options.max_delay = longest + longest % 2;
    return options;
}

/* Sets the weights or the positions of the layer's synapses. */
static snnd_status set(const nir_map *map, const snnd_delay_options *options, snnd_layer *layer, snnd_array_name name) {
    const int32_t half = options->max_delay / 2, each = options->synapses_per_pair;
    const size_t count = (size_t)map->outputs * (size_t)map->inputs * (size_t)each;
    float *values = allocate(count, sizeof *values);
    int32_t together = 0;
    for (size_t s = 0; s < map->count; s++) {
        const nir_synapse *synapse = &map->synapse[s];
        together = s > 0 && same_pair(synapse - 1, synapse) ? together + 1 : 0;
        const size_t pair = (size_t)synapse->output * (size_t)map->inputs + (size_t)synapse->input;
        values[pair * (size_t)each + (size_t)together] =
            name == SNND_ARRAY_WEIGHT ? (float)synapse->weight : (float)(half - synapse->delay);
    }
    const snnd_status status = snnd_layer_set_array(layer, name, values, (int64_t)count);
    free(values);
    return status;
}

/* A bias is batch norm that changes nothing else: the sum of its epsilon and variance is 1. */
static snnd_status add_norm(const nir_map *map, snnd_network *network, float *shift, float *variance) {
    snnd_batch_norm_options options;
    snnd_layer *layer;
    snnd_batch_norm_options_init(&options, sizeof options);
    options.epsilon = 0x1p-17;
    for (int32_t o = 0; o < map->outputs; o++) {
        shift[o] = (float)map->bias[o];
        variance[o] = (float)(1 - options.epsilon);
    }
    snnd_status status = snnd_network_add_batch_norm(network, &options, &layer);
    if (status == SNND_OK)
        status = snnd_layer_set_array(layer, SNND_ARRAY_SHIFT, shift, map->outputs);
    return status == SNND_OK ? snnd_layer_set_array(layer, SNND_ARRAY_RUNNING_VARIANCE, variance, map->outputs)
                             : status;
}

static int add_bias(const nir_map *map, snnd_context *context, snnd_network *network) {
    bool any = false;
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        any = any || map->bias[o] != 0;
    if (!any)
        return 0;
    float *shift = allocate((size_t)map->outputs, sizeof *shift);
    float *variance = allocate((size_t)map->outputs, sizeof *variance);
    const snnd_status status = add_norm(map, network, shift, variance);
    free(shift);
    free(variance);
    return nir_told(map->failure, context, status);
}

/* Moves delays after the bias from the synapses to `after`. For neurons without a bias there are none. */
static int end_at_bias(nir_map *map) {
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        map->after[o] = map->bias[o] != 0 ? map->after[o] : 0;
    for (size_t s = 0; s < map->count && map->bias != NULL; s++) {
        nir_synapse *synapse = &map->synapse[s];
        if (synapse->delay < map->after[synapse->output])
            return failed(map->failure,
                          "neuron %d has a delay after its bias, of %d steps, and one of its synapses has a delay of "
                          "only %d steps; a layer adds its bias after the delays of its synapses",
                          synapse->output, map->after[synapse->output], synapse->delay);
        synapse->delay -= map->after[synapse->output];
    }
    return 0;
}

/* A layer has room for as many synapses at each pair as the fullest pair has. */
static int spend(const nir_map *map, int32_t each, uint64_t *left) {
    if ((double)map->outputs * map->inputs * each > (double)*left)
        return failed(
            map->failure,
            "a layer of %d neurons with %d inputs and up to %d synapses at each pair has more synapses than a file "
            "of this size may make",
            map->outputs, map->inputs, each);
    *left -= (uint64_t)map->outputs * (uint64_t)map->inputs * (uint64_t)each;
    return 0;
}

int nir_map_add(nir_map *map, snnd_context *context, snnd_network *network, uint64_t *left) {
    snnd_layer *layer;
    int status = list(map);
    if (status == 0)
        status = end_at_bias(map);
    if (status != 0)
        return status;
    const snnd_delay_options options = measure(map);
    status = spend(map, options.synapses_per_pair, left);
    if (status == 0)
        status = nir_told(map->failure, context, snnd_network_add_delays(network, map->outputs, &options, &layer));
    if (status == 0)
        status = nir_told(map->failure, context, set(map, &options, layer, SNND_ARRAY_WEIGHT));
    if (status == 0)
        status = nir_told(map->failure, context, set(map, &options, layer, SNND_ARRAY_POSITION));
    return status == 0 ? add_bias(map, context, network) : status;
}
