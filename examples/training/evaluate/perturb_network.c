#include "training/evaluate/perturb_network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/allocate.h"
#include "common/draw.h"

/* One layer of delays, with copies of its arrays. */
struct delays {
    snnd_layer *layer;
    snnd_delay_options options;
    size_t outputs, of_neuron; /* neurons, and synapses of each */
    float *weight;             /* [outputs, of_neuron], with signs; 0 where there is no synapse */
    float *position;           /* memory of the layer */
    size_t positions;
};

static snnd_status open_delays(snnd_layer *layer, struct delays *delays) {
    snnd_array position;
    memset(delays, 0, sizeof *delays);
    delays->layer = layer;
    snnd_status status = snnd_delay_options_init(&delays->options, sizeof delays->options);
    if (status == SNND_OK)
        status = snnd_layer_delay_options(layer, &delays->options);
    if (status == SNND_OK)
        status = snnd_layer_array(layer, SNND_ARRAY_POSITION, &position);
    if (status != SNND_OK)
        return status;
    delays->position = position.data;
    delays->positions = (size_t)snnd_array_count(&position);
    delays->outputs = (size_t)snnd_layer_outputs(layer);
    delays->of_neuron = (size_t)snnd_layer_inputs(layer) * (size_t)delays->options.synapses_per_pair;
    delays->weight = allocate(delays->outputs * delays->of_neuron, sizeof *delays->weight);
    return snnd_layer_weights(layer, delays->weight);
}

static void close_delays(struct delays *delays) {
    free(delays->weight);
}

/* ---- Jitter ---- */

/* Delays are rounded to whole steps, as in evaluation, and stay in the range of the layer. */
static void jitter(const struct delays *delays, double deviation, struct draw *draw) {
    const float most = (float)delays->options.max_delay / 2;
    for (size_t i = 0; i < delays->positions; i += 2) {
        float pair[2];
        draw_normal_pair(draw, pair);
        for (size_t k = i; k < i + 2 && k < delays->positions; k++) {
            const float moved = rintf(delays->position[k] + (float)deviation * pair[k - i]);
            delays->position[k] = moved < -most ? -most : moved > most ? most : moved;
        }
    }
}

/* ---- Shuffling ---- */

/* Permutes the positions at these places uniformly (Fisher and Yates). */
static void shuffle(float *position, const size_t *place, size_t count, struct draw *draw) {
    for (size_t left = count; left > 1; left--) {
        const size_t other = place[draw_below(draw, (int64_t)left)], last = place[left - 1];
        const float moved = position[other];
        position[other] = position[last];
        position[last] = moved;
    }
}

enum wanted { EVERY, POSITIVE, NEGATIVE };

/* Shuffles some of the synapses from `first` on; those of weight 0 are absent or have no effect. */
static void shuffle_those(const struct delays *delays, size_t first, size_t count, enum wanted wanted, size_t *place,
                          struct draw *draw) {
    size_t found = 0;
    for (size_t i = first; i < first + count; i++) {
        const float weight = delays->weight[i];
        if ((weight > 0 && wanted != NEGATIVE) || (weight < 0 && wanted != POSITIVE))
            place[found++] = i;
    }
    shuffle(delays->position, place, found, draw);
}

/* Shuffles shared delays, each with all synapses that share it. */
static void shuffle_shared(const struct delays *delays, size_t *place, struct draw *draw) {
    for (size_t i = 0; i < delays->positions; i++)
        place[i] = i;
    shuffle(delays->position, place, delays->positions, draw);
}

static void shuffle_delays(const struct delays *delays, enum perturbation_shuffle among, struct draw *draw) {
    const size_t synapses = delays->outputs * delays->of_neuron;
    size_t *place = allocate(synapses, sizeof *place);
    if (delays->options.sharing != SNND_SHARING_NONE)
        shuffle_shared(delays, place, draw);
    else if (among == SHUFFLE_LAYER)
        shuffle_those(delays, 0, synapses, EVERY, place, draw);
    else
        for (size_t o = 0; o < delays->outputs; o++) {
            const size_t first = o * delays->of_neuron;
            shuffle_those(delays, first, delays->of_neuron, among == SHUFFLE_SIGN ? POSITIVE : EVERY, place, draw);
            if (among == SHUFFLE_SIGN)
                shuffle_those(delays, first, delays->of_neuron, NEGATIVE, place, draw);
        }
    free(place);
}

/* ---- Excitation, inhibition ---- */

static snnd_status keep_only(const struct delays *delays, enum perturbation_only which) {
    snnd_array weight;
    const snnd_status status = snnd_layer_array(delays->layer, SNND_ARRAY_WEIGHT, &weight);
    if (status != SNND_OK)
        return status;
    float *own = weight.data; /* magnitudes where the layer has signs */
    for (size_t i = 0; i < delays->outputs * delays->of_neuron; i++)
        if (which == ONLY_EXCITATION ? delays->weight[i] < 0 : delays->weight[i] > 0)
            own[i] = 0;
    return SNND_OK;
}

/* ---- All of them ---- */

/* Returns the next layer of delays from `index` on, or NULL. */
static snnd_layer *next_delays(const snnd_network *network, int32_t *index) {
    while (*index < snnd_network_layer_count(network)) {
        snnd_layer *layer = snnd_network_layer(network, (*index)++);
        if (snnd_layer_get_type(layer) == SNND_LAYER_DELAYS)
            return layer;
    }
    return NULL;
}

static snnd_status perturb_layer(snnd_layer *layer, const struct perturbation *perturbation, struct draw *draw) {
    struct delays delays;
    snnd_status status = open_delays(layer, &delays);
    if (status == SNND_OK && perturbation->kind == PERTURBED_JITTER)
        jitter(&delays, perturbation->amount, draw);
    if (status == SNND_OK && perturbation->kind == PERTURBED_SHUFFLE)
        shuffle_delays(&delays, (enum perturbation_shuffle)perturbation->choice, draw);
    if (status == SNND_OK && perturbation->kind == PERTURBED_ONLY)
        status = keep_only(&delays, (enum perturbation_only)perturbation->choice);
    close_delays(&delays);
    return status;
}

int perturb_check_network(const snnd_network *network, const struct perturbation *perturbation,
                          struct failure *failure) {
    const char *name = perturbation_name(perturbation->kind);
    const int within_neurons = perturbation->kind == PERTURBED_SHUFFLE && perturbation->choice != SHUFFLE_LAYER;
    int32_t layers = 0, index = 0;
    for (const snnd_layer *layer; (layer = next_delays(network, &index)) != NULL;) {
        snnd_delay_options options;
        layers++;
        if (!within_neurons || (perturbation->layer != 0 && perturbation->layer != layers))
            continue;
        if (snnd_delay_options_init(&options, sizeof options) != SNND_OK ||
            snnd_layer_delay_options(layer, &options) != SNND_OK)
            return failed(failure, "--%s %s: layer %d of delays cannot be read", name, perturbation->level,
                          (int)layers);
        if (options.sharing != SNND_SHARING_NONE)
            return failed(failure, "--%s %s: synapses of layer %d of delays share their delays; use --%s layer", name,
                          perturbation->level, (int)layers, name);
    }
    if (perturbation->layer > layers)
        return failed(failure, "--%s %s: this layer does not exist; the network has %d layers of delays", name,
                      perturbation->level, (int)layers);
    return 0;
}

int perturb_network(snnd_context *context, const snnd_network *from, const struct perturbation *perturbation,
                    uint64_t seed, snnd_network **perturbed, struct failure *failure) {
    int32_t layers = 0, index = 0;
    snnd_status status = snnd_network_clone(from, perturbed);
    for (snnd_layer *layer; status == SNND_OK && (layer = next_delays(*perturbed, &index)) != NULL;) {
        struct draw draw = {seed, (uint64_t)perturbation->kind << 32 | (uint32_t)++layers, 0};
        if (perturbation->layer == 0 || perturbation->layer == layers)
            status = perturb_layer(layer, perturbation, &draw);
    }
    if (status == SNND_OK)
        return 0;
    snnd_network_free(*perturbed);
    *perturbed = NULL;
    return failed(failure, "%s", snnd_context_last_error(context));
}
