#include "nir/map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/float_mode.h"
#include "model/delays.h"
#include "model/network.h"

/* A plain map becomes a matrix that is mostly zeros: only for so many neurons. */
enum { MOST_DIAGONAL = 4096, MOST_SYNAPSES = INT32_MAX };

snnd_status snnd_nir_map_begin(snnd_nir_map *map, snnd_context *context, int32_t neurons) {
    *map = (snnd_nir_map){.context = context, .inputs = neurons, .outputs = neurons, .plain = true};
    map->scale = snnd_allocate(context, (size_t)neurons, sizeof *map->scale);
    map->delay = snnd_allocate(context, (size_t)neurons, sizeof *map->delay);
    if (map->scale == NULL || map->delay == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t i = 0; i < neurons; i++)
        map->scale[i] = 1;
    return SNND_OK;
}

void snnd_nir_map_release(snnd_nir_map *map) {
    snnd_release(map->context, map->scale);
    snnd_release(map->context, map->delay);
    snnd_release(map->context, map->synapse);
    snnd_release(map->context, map->bias);
    snnd_release(map->context, map->after);
    *map = (snnd_nir_map){.context = map->context};
}

snnd_status snnd_nir_map_copy(const snnd_nir_map *map, snnd_nir_map *copy) {
    snnd_status status = snnd_nir_map_begin(copy, map->context, map->inputs);
    if (status != SNND_OK)
        return status;
    memcpy(copy->scale, map->scale, (size_t)map->inputs * sizeof *map->scale);
    memcpy(copy->delay, map->delay, (size_t)map->inputs * sizeof *map->delay);
    return SNND_OK;
}

/* ---- synapses ---- */

static snnd_status make_room(snnd_nir_map *map, size_t more) {
    if (more <= map->room - map->count)
        return SNND_OK;
    if (more > MOST_SYNAPSES - map->count)
        return snnd_fail(map->context, SNND_ERROR_FORMAT, "there are more than 2^31 synapses between two layers");
    const size_t half = map->room / 2, room = snnd_size_add(map->count, more > half ? more : half);
    snnd_nir_synapse *grown = snnd_allocate(map->context, room, sizeof *grown);
    if (grown == NULL)
        return SNND_ERROR_MEMORY;
    if (map->count > 0)
        memcpy(grown, map->synapse, map->count * sizeof *grown);
    snnd_release(map->context, map->synapse);
    map->synapse = grown;
    map->room = room;
    return SNND_OK;
}

/* From plain to synapses. */
static snnd_status list(snnd_nir_map *map) {
    if (!map->plain)
        return SNND_OK;
    if (map->inputs > MOST_DIAGONAL)
        return snnd_fail(map->context, SNND_ERROR_FORMAT,
                         "%d neurons are delayed or scaled without a matrix; that would be a layer of as many times as "
                         "many synapses, and is read for at most %d",
                         map->inputs, MOST_DIAGONAL);
    snnd_status status = make_room(map, (size_t)map->inputs);
    if (status != SNND_OK)
        return status;
    for (int32_t i = 0; i < map->inputs; i++)
        map->synapse[map->count++] = (snnd_nir_synapse){i, i, map->delay[i], map->scale[i]};
    map->plain = false;
    return SNND_OK;
}

void snnd_nir_map_delay(snnd_nir_map *map, const int32_t *steps) {
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        map->delay[i] += steps[i];
    for (size_t s = 0; s < map->count; s++)
        map->synapse[s].delay += steps[map->synapse[s].output];
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        map->after[o] += steps[o];
}

void snnd_nir_map_scale(snnd_nir_map *map, const double *factor) {
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        map->scale[i] *= factor[i];
    for (size_t s = 0; s < map->count; s++)
        map->synapse[s].weight *= factor[map->synapse[s].output];
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        map->bias[o] *= factor[o];
}

/* A bias that comes `after` steps late (NULL: at once). */
static snnd_status take_bias(snnd_nir_map *map, const double *bias, const int32_t *after) {
    if (bias == NULL)
        return SNND_OK;
    if (map->bias == NULL)
        map->bias = snnd_allocate(map->context, (size_t)map->outputs, sizeof *map->bias);
    if (map->after == NULL)
        map->after = snnd_allocate(map->context, (size_t)map->outputs, sizeof *map->after);
    if (map->bias == NULL || map->after == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t o = 0; o < map->outputs; o++) {
        const int32_t late = after == NULL ? 0 : after[o];
        if (bias[o] != 0 && map->bias[o] != 0 && map->after[o] != late)
            return snnd_fail(map->context, SNND_ERROR_FORMAT,
                             "branches bring biases to neuron %d that are %d and %d steps late; a layer has one", o,
                             map->after[o], late);
        if (bias[o] != 0)
            map->after[o] = late;
        map->bias[o] += bias[o];
    }
    return SNND_OK;
}

size_t snnd_nir_map_carrying(const double *weight, size_t count) {
    size_t carrying = 0;
    for (size_t k = 0; k < count; k++)
        carrying += weight[k] != 0;
    return carrying;
}

snnd_status snnd_nir_map_matrix(snnd_nir_map *map, const double *weight, const double *bias, int32_t rows) {
    const int32_t columns = map->outputs;
    snnd_status status = make_room(map, snnd_nir_map_carrying(weight, (size_t)rows * (size_t)columns));
    if (status != SNND_OK)
        return status;
    for (int32_t o = 0; o < rows; o++)
        for (int32_t i = 0; i < columns; i++) {
            const double w = weight[(size_t)o * (size_t)columns + (size_t)i];
            if (w != 0)
                map->synapse[map->count++] = (snnd_nir_synapse){o, i, map->delay[i], w * map->scale[i]};
        }
    map->plain = false;
    map->outputs = rows;
    return take_bias(map, bias, NULL);
}

snnd_status snnd_nir_map_join(snnd_nir_map *map, const snnd_nir_map *other) {
    snnd_nir_map *listed = (snnd_nir_map *)(uintptr_t)other;
    snnd_status status = list(map);
    if (status == SNND_OK)
        status = list(listed);
    if (status == SNND_OK)
        status = make_room(map, other->count);
    if (status != SNND_OK)
        return status;
    if (other->count > 0)
        memcpy(map->synapse + map->count, other->synapse, other->count * sizeof *other->synapse);
    map->count += other->count;
    return take_bias(map, other->bias, other->after);
}

int32_t snnd_nir_map_advance(snnd_nir_map *map, int32_t lag) {
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

bool snnd_nir_map_is_nothing(const snnd_nir_map *map) {
    for (int32_t i = 0; i < map->inputs && map->plain; i++)
        if (map->delay[i] != 0 || map->scale[i] != 1)
            return false;
    return map->plain;
}

/* ---- layers ---- */

static int by_place(const void *left, const void *right) {
    const snnd_nir_synapse *a = left, *b = right;
    if (a->output != b->output)
        return a->output < b->output ? -1 : 1;
    if (a->input != b->input)
        return a->input < b->input ? -1 : 1;
    return (a->delay > b->delay) - (a->delay < b->delay);
}

static bool same_pair(const snnd_nir_synapse *a, const snnd_nir_synapse *b) {
    return a->output == b->output && a->input == b->input;
}

/* Sorts the synapses and makes those of one pair and delay one; what the layer must have room for. */
static snnd_delay_options measure(snnd_nir_map *map) {
    snnd_delay_options options;
    size_t kept = 0;
    int32_t together = 0, longest = 0;
    snnd_delay_options_init(&options, sizeof options);
    options.synapses_per_pair = 1;
    if (map->count > 0)
        qsort(map->synapse, map->count, sizeof *map->synapse, by_place);
    for (size_t s = 0; s < map->count; s++) {
        snnd_nir_synapse *last = kept == 0 ? NULL : &map->synapse[kept - 1];
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

/* The weight whose tap comes next to the one wanted: evaluation makes it a little smaller (doc/model.md). */
static float weight_of(snnd_layer *layer, const snnd_profile *profile, int64_t place, float wanted) {
    float *weight = &snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[place], best = wanted;
    int32_t delay;
    if (wanted == 0)
        return 0;
    *weight = 1;
    const float share = snnd_delays_tap(layer, profile, place, &delay);
    float candidate = (float)((double)wanted / (double)share), closest = INFINITY;
    candidate = nextafterf(candidate, -INFINITY);
    for (int k = 0; k < 3; k++, candidate = nextafterf(candidate, INFINITY)) {
        *weight = candidate;
        const float away = fabsf(snnd_delays_tap(layer, profile, place, &delay) - wanted);
        if (away < closest) {
            closest = away;
            best = candidate;
        }
    }
    return best;
}

static snnd_status fill(const snnd_nir_map *map, snnd_layer *layer) {
    const int32_t half = layer->options.delays.max_delay / 2, each = layer->options.delays.synapses_per_pair;
    const snnd_profile profile = snnd_delays_whole_profile(layer);
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    float *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        weight[s] = position[s] = 0;
    int32_t together = 0;
    for (size_t s = 0; s < map->count; s++) {
        const snnd_nir_synapse *synapse = &map->synapse[s];
        together = s > 0 && same_pair(synapse - 1, synapse) ? together + 1 : 0;
        const int64_t place = ((int64_t)synapse->output * layer->inputs + synapse->input) * each + together;
        position[place] = (float)(half - synapse->delay);
        weight[place] = weight_of(layer, &profile, place, (float)synapse->weight);
        if (!isfinite(weight[place]))
            return snnd_fail(map->context, SNND_ERROR_FORMAT,
                             "a weight would be %g, which single precision does not hold", synapse->weight);
    }
    return SNND_OK;
}

/* A bias is batch norm that changes nothing else: epsilon and variance are such that they are 1 together. */
static snnd_status add_bias(const snnd_nir_map *map, snnd_network *network) {
    snnd_batch_norm_options options;
    snnd_layer *layer;
    bool any = false;
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        any = any || map->bias[o] != 0;
    if (!any)
        return SNND_OK;
    snnd_batch_norm_options_init(&options, sizeof options);
    options.epsilon = 0x1p-17;
    snnd_status status = snnd_network_add_batch_norm(network, &options, &layer);
    for (int32_t o = 0; o < map->outputs && status == SNND_OK; o++) {
        snnd_layer_floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[o] = (float)(1 - 0x1p-17);
        snnd_layer_floats(layer, SNND_ARRAY_SHIFT)[o] = (float)map->bias[o];
        if (!isfinite((float)map->bias[o]))
            return snnd_fail(map->context, SNND_ERROR_FORMAT,
                             "a bias would be %g, which single precision does not hold", map->bias[o]);
    }
    return status;
}

/* Synapses end where the bias is, and what is behind it stays in `after`. Of neurons without a bias nothing does. */
static snnd_status end_at_bias(snnd_nir_map *map) {
    for (int32_t o = 0; o < map->outputs && map->bias != NULL; o++)
        map->after[o] = map->bias[o] != 0 ? map->after[o] : 0;
    for (size_t s = 0; s < map->count && map->bias != NULL; s++) {
        snnd_nir_synapse *synapse = &map->synapse[s];
        if (synapse->delay < map->after[synapse->output])
            return snnd_fail(map->context, SNND_ERROR_FORMAT,
                             "the bias of neuron %d is %d steps late, and a synapse beside it %d; a layer has its bias "
                             "behind its synapses",
                             synapse->output, map->after[synapse->output], synapse->delay);
        synapse->delay -= map->after[synapse->output];
    }
    return SNND_OK;
}

/* A layer has room for as many synapses at each pair as the fullest one has. */
static snnd_status spend(const snnd_nir_map *map, int32_t each, uint64_t *left) {
    if ((double)map->outputs * map->inputs * each > (double)*left)
        return snnd_fail(map->context, SNND_ERROR_FORMAT,
                         "%d synapses at each pair of %d and %d neurons are more than a file of its size may make",
                         each, map->inputs, map->outputs);
    *left -= (uint64_t)map->outputs * (uint64_t)map->inputs * (uint64_t)each;
    return SNND_OK;
}

snnd_status snnd_nir_map_add(snnd_nir_map *map, snnd_network *network, uint64_t *left) {
    snnd_layer *layer;
    snnd_status status = list(map);
    if (status == SNND_OK)
        status = end_at_bias(map);
    if (status != SNND_OK)
        return status;
    const snnd_delay_options options = measure(map);
    status = spend(map, options.synapses_per_pair, left);
    if (status == SNND_OK)
        status = snnd_network_add_delays(network, map->outputs, &options, &layer);
    if (status != SNND_OK)
        return status;
    const snnd_float_mode before = snnd_set_float_mode();
    status = fill(map, layer);
    snnd_restore_float_mode(before);
    return status == SNND_OK ? add_bias(map, network) : status;
}
