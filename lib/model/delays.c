/* Delayed synapses: the layer and its parameters. */
#include "model/delays.h"

#include <math.h>

#include "base/options.h"
#include "base/random.h"

/* Files name the synapses per pair and the profile as version 0.1.0 did. */
static const snnd_field fields[] = {
    {"max_delay", SNND_FIELD_INT32, offsetof(snnd_delay_options, max_delay)},
    {"kernel_count", SNND_FIELD_INT32, offsetof(snnd_delay_options, synapses_per_pair)},
    {"kernel", SNND_FIELD_INT32, offsetof(snnd_delay_options, profile)},
    {"learn_delays", SNND_FIELD_INT32, offsetof(snnd_delay_options, learn_delays)},
    {"sharing", SNND_FIELD_LATER_INT32, offsetof(snnd_delay_options, sharing)},
    {0},
};

/* ---- parameters ---- */

int32_t snnd_delays_taps(const snnd_layer *layer) {
    return layer->options.delays.max_delay + 1;
}

int32_t snnd_delays_columns(const snnd_layer *layer) {
    return layer->inputs * layer->options.delays.synapses_per_pair;
}

float snnd_delays_weight(const snnd_layer *layer, int64_t synapse) {
    const snnd_synapses synapses = snnd_delays_synapses(layer);
    return snnd_synapse_weight(&synapses, synapse);
}

void snnd_delays_hold_absent(snnd_layer *layer) {
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    const int64_t synapses = mask == NULL ? 0 : snnd_layer_synapses(layer);
    for (int64_t s = 0; s < synapses; s++)
        weight[s] = mask[s] ? weight[s] : 0;
}

static void initialize(snnd_layer *layer, uint64_t seed) {
    const double bound = sqrt(6.0 / snnd_delays_columns(layer)), half = layer->options.delays.max_delay / 2;
    snnd_random weights = snnd_random_for(seed, SNND_USE_WEIGHT, (uint64_t)layer->index);
    snnd_random positions = snnd_random_for(seed, SNND_USE_POSITION, (uint64_t)layer->index);
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    float *position = snnd_layer_floats(layer, SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        weight[s] = (float)(bound * (2 * snnd_random_unit(&weights, (uint64_t)s) - 1));
    const int64_t delays = snnd_array_count(&layer->arrays[SNND_ARRAY_POSITION]);
    for (int64_t s = 0; s < delays; s++) {
        position[s] = (float)(half * (2 * snnd_random_unit(&positions, (uint64_t)s) - 1));
        if (!layer->options.delays.learn_delays)
            position[s] = snnd_whole_position(position[s], snnd_delays_taps(layer));
    }
}

static bool is_fixed(const snnd_layer *layer, snnd_array_name name) {
    return name == SNND_ARRAY_POSITION && !layer->options.delays.learn_delays;
}

static bool range_of(const snnd_layer *layer, snnd_array_name name, snnd_range *range) {
    const float half = (float)(layer->options.delays.max_delay / 2);
    *range = (snnd_range){-half, half};
    return name == SNND_ARRAY_POSITION;
}

double snnd_delays_weight_sum(const snnd_layer *layer) {
    const float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    double sum = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        sum += fabs((double)weight[s]);
    return sum;
}

int32_t snnd_delays_whole(const snnd_layer *layer, float position) {
    return layer->options.delays.max_delay / 2 - (int32_t)snnd_whole_position(position, snnd_delays_taps(layer));
}

snnd_status snnd_layer_delays(const snnd_layer *layer, int32_t *delays) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = layer->network->context;
    if (!snnd_layer_is_delays(layer) || delays == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_layer_delays: %s",
                         delays == NULL ? "delays is NULL" : "not a layer of delays");
    const snnd_synapses synapses = snnd_delays_synapses(layer);
    for (int64_t s = 0; s < snnd_synapse_positions(&synapses); s++)
        if (!isfinite(synapses.position[s]))
            return snnd_fail(context, SNND_ERROR_NUMERIC, "position %lld of layer %d is %g; expected a finite number",
                             (long long)s, layer->index, (double)synapses.position[s]);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        delays[s] = snnd_delays_whole(layer, snnd_synapse_position(&synapses, s));
    return SNND_OK;
}

snnd_status snnd_layer_weights(const snnd_layer *layer, float *weights) {
    if (layer == NULL)
        return SNND_ERROR_ARGUMENT;
    if (!snnd_layer_is_delays(layer) || weights == NULL)
        return snnd_fail(layer->network->context, SNND_ERROR_ARGUMENT, "snnd_layer_weights: %s",
                         weights == NULL ? "weights is NULL" : "not a layer of delays");
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        weights[s] = snnd_delays_exists(layer, s) ? snnd_delays_weight(layer, s) : 0;
    return SNND_OK;
}

/* ---- synapses ---- */

snnd_profile snnd_delays_whole_profile(const snnd_layer *layer) {
    return (snnd_profile){.taps = snnd_delays_taps(layer), .kind = SNND_PROFILE_MAX, .spread = 1, .whole = 1};
}

float snnd_delays_tap(const snnd_layer *layer, const snnd_profile *profile, int64_t synapse, int32_t *delay) {
    float share;
    int32_t first;
    const snnd_synapses synapses = snnd_delays_synapses(layer);
    const float weight = snnd_synapse_weight(&synapses, synapse);
    snnd_profile_taps(profile, snnd_synapse_position(&synapses, synapse), &first, &share, NULL);
    *delay = profile->taps - 1 - first;
    return weight == 0 ? 0 : weight * share;
}

snnd_synapses snnd_delays_synapses(const snnd_layer *layer) {
    return (snnd_synapses){.inputs = layer->inputs,
                           .outputs = layer->outputs,
                           .per_pair = layer->options.delays.synapses_per_pair,
                           .taps = snnd_delays_taps(layer),
                           .sharing = layer->options.delays.sharing,
                           .theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT),
                           .position = snnd_layer_floats(layer, SNND_ARRAY_POSITION),
                           .sign = layer->arrays[SNND_ARRAY_SIGN].data,
                           .mask = layer->arrays[SNND_ARRAY_MASK].data};
}

/* ---- options ---- */

static const snnd_delay_options defaults = {.max_delay = 24,
                                            .synapses_per_pair = 1,
                                            .profile = SNND_PROFILE_GAUSS,
                                            .learn_delays = 1,
                                            .sharing = SNND_SHARING_NONE};

snnd_status snnd_delay_options_init(snnd_delay_options *options, size_t size) {
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static snnd_status check(snnd_context *context, const snnd_delay_options *options) {
    if (options->max_delay < 0 || options->max_delay > 1022 || options->max_delay % 2 != 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "delays: max_delay is %d; expected an even number from 0 to 1022, since positions count from "
                         "the middle tap",
                         options->max_delay);
    if (options->synapses_per_pair < 1 || options->synapses_per_pair > 64)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: synapses_per_pair is %d; expected 1 to 64",
                         options->synapses_per_pair);
    if (options->profile != SNND_PROFILE_GAUSS && options->profile != SNND_PROFILE_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: profile is %d; expected SNND_PROFILE_GAUSS or _MAX",
                         options->profile);
    if (options->learn_delays != 0 && options->learn_delays != 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: learn_delays is %d; expected 0 or 1",
                         options->learn_delays);
    if (options->sharing < SNND_SHARING_NONE || options->sharing > SNND_SHARING_DENDRITIC)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "delays: sharing is %d; expected SNND_SHARING_NONE, _AXONAL or _DENDRITIC", options->sharing);
    return SNND_OK;
}

snnd_status snnd_network_add_delays(snnd_network *network, int32_t outputs, const snnd_delay_options *options,
                                    snnd_layer **layer) {
    snnd_delay_options known;
    snnd_delay_options_init(&known, sizeof known);
    snnd_context *context = snnd_network_context(network);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(context, options, &known, sizeof known, "snnd_delay_options");
    if (status == SNND_OK)
        status = check(context, &known);
    if (status != SNND_OK)
        return status;
    const int32_t inputs = network->count == 0 ? network->inputs : snnd_network_outputs(network);
    if (outputs < 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "delays: outputs is %d; expected at least 1", outputs);
    if ((double)outputs * inputs * known.synapses_per_pair * (known.max_delay + 1) > INT32_MAX)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "delays: %d neurons with %d inputs and %d synapses of %d taps each have more than 2^31 taps",
                         outputs, inputs, known.synapses_per_pair, known.max_delay + 1);
    return snnd_network_add(network, &snnd_delays_class, outputs, &known, layer);
}

snnd_status snnd_layer_delay_options(const snnd_layer *layer, snnd_delay_options *options) {
    return snnd_layer_show_options(layer, &snnd_delays_class, options, "snnd_layer_delay_options",
                                   "snnd_delay_options");
}

static snnd_status add(snnd_network *network, int32_t outputs, const void *options, snnd_layer **layer) {
    return snnd_network_add_delays(network, outputs, options, layer);
}

const snnd_layer_class snnd_delays_class = {
    .type = SNND_LAYER_DELAYS,
    .name = "delays",
    .fields = fields,
    .defaults = &defaults,
    .options_size = sizeof(snnd_delay_options),
    .add = add,
    .first = SNND_ARRAY_WEIGHT,
    .last = SNND_ARRAY_POSITION,
    .initialize = initialize,
    .is_fixed = is_fixed,
    .range = range_of,
};
