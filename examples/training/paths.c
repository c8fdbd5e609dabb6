#include "training/paths.h"

#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"
#include "common/draw.h"

/* One layer of delays, whose synapses are [outputs, inputs, per_pair]. */
struct layer {
    uint8_t *mask; /* NULL: all exist */
    float *weight;
    int32_t outputs, inputs, per_pair;
    int64_t of_neuron; /* inputs * per_pair */
};

/* Neurons that are reached from the inputs: before the layer, and after it. */
struct reach {
    unsigned char *front, *back;
};

static snnd_status open_layer(snnd_layer *of, struct layer *layer) {
    snnd_delay_options options;
    snnd_array array;
    snnd_status status = snnd_delay_options_init(&options, sizeof options);
    if (status == SNND_OK)
        status = snnd_layer_delay_options(of, &options);
    if (status == SNND_OK)
        status = snnd_layer_array(of, SNND_ARRAY_WEIGHT, &array);
    if (status != SNND_OK)
        return status;
    *layer = (struct layer){.weight = array.data,
                            .outputs = snnd_layer_outputs(of),
                            .inputs = snnd_layer_inputs(of),
                            .per_pair = options.synapses_per_pair};
    layer->of_neuron = (int64_t)layer->inputs * layer->per_pair;
    if (snnd_layer_array(of, SNND_ARRAY_MASK, &array) == SNND_OK)
        layer->mask = array.data;
    return SNND_OK;
}

/* Returns the neuron before a synapse. */
static int64_t front_of(const struct layer *layer, int64_t synapse) {
    return synapse % layer->of_neuron / layer->per_pair;
}

/* Returns the number of synapses of a neuron that come from reached neurons. */
static int64_t count_good(const struct layer *layer, const struct reach *reach, int64_t neuron) {
    int64_t good = 0;
    for (int64_t s = neuron * layer->of_neuron; s < (neuron + 1) * layer->of_neuron; s++)
        good += (layer->mask == NULL || layer->mask[s]) && reach->front[front_of(layer, s)];
    return good;
}

static int32_t follow(const struct layer *layer, const struct reach *reach) {
    int32_t reached = 0;
    for (int32_t o = 0; o < layer->outputs; o++)
        reached += reach->back[o] = count_good(layer, reach, o) > 0;
    return reached;
}

/* ---- Moving ---- */

/* Chooses one of `place` [count] uniformly; returns a negative number where there is none. */
static int64_t choose(const int64_t *place, int64_t count, struct draw *draw) {
    return count > 0 ? place[draw_below(draw, count)] : -1;
}

/* Returns a synapse that can be moved to a neuron that is not reached: one of its own or, where it has none, one of
 * another neuron that is not reached only through it. */
static int64_t spare(const struct layer *layer, const struct reach *reach, int32_t neuron, int64_t *place,
                     struct draw *draw) {
    int64_t own = 0, found = 0;
    for (int64_t s = neuron * layer->of_neuron; s < (neuron + 1) * layer->of_neuron; s++)
        if (layer->mask[s])
            place[own++] = s;
    if (own > 0)
        return choose(place, own, draw);
    for (int32_t o = 0; o < layer->outputs; o++) {
        const int is_sure = count_good(layer, reach, o) > 1;
        for (int64_t s = o * layer->of_neuron; s < (o + 1) * layer->of_neuron; s++)
            if (layer->mask[s] && (is_sure || !reach->front[front_of(layer, s)]))
                place[found++] = s;
    }
    return choose(place, found, draw);
}

/* Returns a place where a synapse would reach a neuron that is not reached. */
static int64_t gap(const struct layer *layer, const struct reach *reach, int32_t neuron, int64_t *place,
                   struct draw *draw) {
    int64_t found = 0;
    for (int64_t s = neuron * layer->of_neuron; s < (neuron + 1) * layer->of_neuron; s++)
        if (reach->front[front_of(layer, s)])
            place[found++] = s;
    return choose(place, found, draw);
}

static void move(const struct layer *layer, int64_t from, int64_t to) {
    layer->mask[from] = 0;
    layer->mask[to] = 1;
    layer->weight[to] = layer->weight[from];
    layer->weight[from] = 0;
}

/* Nothing happens where no synapse can be moved, or nothing before the layer is reached. */
static void reach_neuron(const struct layer *layer, const struct reach *reach, int32_t neuron, struct draw *draw) {
    int64_t *place = allocate((size_t)(layer->outputs * layer->of_neuron), sizeof *place);
    const int64_t from = spare(layer, reach, neuron, place, draw), to = gap(layer, reach, neuron, place, draw);
    if (from >= 0 && to >= 0) {
        move(layer, from, to);
        reach->back[neuron] = 1;
    }
    free(place);
}

/* A single hidden neuron that is reached is enough to reach everything after it. */
static void mend(const struct layer *layer, const struct reach *reach, int is_last, struct draw *draw) {
    const int32_t reached = follow(layer, reach);
    if (layer->mask == NULL)
        return;
    if (is_last) {
        for (int32_t o = 0; o < layer->outputs; o++)
            if (!reach->back[o])
                reach_neuron(layer, reach, o, draw);
    } else if (reached == 0)
        reach_neuron(layer, reach, (int32_t)draw_below(draw, layer->outputs), draw);
}

/* ---- The whole network ---- */

static const snnd_layer *last_delays(const snnd_network *network) {
    int32_t last = snnd_network_layer_count(network) - 1;
    while (snnd_layer_get_type(snnd_network_layer(network, last)) != SNND_LAYER_DELAYS)
        last--;
    return snnd_network_layer(network, last);
}

/* Goes from the inputs to the outputs; without `draw` nothing is moved. */
static snnd_status walk(snnd_network *network, struct draw *draw, int32_t *lacking) {
    const snnd_layer *last = last_delays(network);
    struct reach reach = {allocate((size_t)snnd_network_inputs(network), 1), NULL};
    snnd_status status = SNND_OK;
    memset(reach.front, 1, (size_t)snnd_network_inputs(network));
    for (int32_t i = 0; status == SNND_OK && i < snnd_network_layer_count(network); i++) {
        snnd_layer *of = snnd_network_layer(network, i);
        struct layer layer;
        if (snnd_layer_get_type(of) != SNND_LAYER_DELAYS || (status = open_layer(of, &layer)) != SNND_OK)
            continue;
        reach.back = allocate((size_t)layer.outputs, 1);
        if (draw != NULL)
            mend(&layer, &reach, of == last, draw);
        *lacking = layer.outputs - follow(&layer, &reach);
        free(reach.front);
        reach.front = reach.back;
    }
    free(reach.front);
    return status;
}

snnd_status paths_make(snnd_network *network, uint64_t seed) {
    struct draw draw = {seed, 0, 0};
    int32_t lacking = 0;
    return walk(network, &draw, &lacking);
}

snnd_status paths_lacking(snnd_network *network, int32_t *outputs) {
    *outputs = 0;
    return walk(network, NULL, outputs);
}
