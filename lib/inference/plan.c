#include "inference/plan.h"

#include <string.h>

#include "base/float_mode.h"
#include "base/hash.h"
#include "model/batch_norm.h"
#include "model/delays.h"
#include "model/leaky_integrator.h"
#include "model/lif.h"

/* ---- fingerprint ---- */

/* Numbers of 32 bits, little end first. */
static void mix(uint64_t *hash, uint32_t number) {
    for (int b = 0; b < 4; b++)
        *hash = snnd_hash(*hash, (unsigned char)(number >> 8 * b));
}

static void mix_float(uint64_t *hash, float number) {
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    mix(hash, bits);
}

static void mix_double(uint64_t *hash, double number) {
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    mix(hash, (uint32_t)bits);
    mix(hash, (uint32_t)(bits >> 32));
}

static void mix_layer(uint64_t *hash, const snnd_plan_layer *layer) {
    const snnd_frame_synapses *synapses = &layer->synapses;
    mix(hash, (uint32_t)layer->type);
    mix(hash, (uint32_t)layer->outputs);
    mix(hash, (uint32_t)synapses->taps);
    for (int32_t i = 0; i < synapses->inputs; i++)
        for (int64_t s = synapses->begin[i]; s < synapses->begin[i + 1]; s++) {
            mix(hash, (uint32_t)i);
            mix(hash, (uint32_t)synapses->output[s]);
            mix(hash, synapses->delay[s]);
            mix_float(hash, synapses->value[s]);
        }
    for (int32_t n = 0; n < layer->outputs && layer->factor != NULL; n++) {
        mix_double(hash, layer->mean[n]);
        mix_double(hash, layer->factor[n]);
        mix_double(hash, layer->shift[n]);
    }
    mix_float(hash, layer->lif.decay);
    mix_float(hash, layer->lif.threshold);
    mix_float(hash, layer->decay);
}

/* ---- layers ---- */

static bool allocate_synapses(snnd_context *context, snnd_frame_synapses *made, int64_t count) {
    const size_t synapses = snnd_size_of(count);
    made->begin = snnd_allocate(context, (size_t)made->inputs + 1, sizeof *made->begin);
    const size_t with_margin = snnd_size_add(synapses, SNND_FRAME_MARGIN);
    made->output = snnd_allocate(context, synapses, sizeof *made->output);
    made->delay = snnd_allocate(context, with_margin, sizeof *made->delay);
    made->value = snnd_allocate(context, with_margin, sizeof *made->value);
    return made->begin != NULL && made->output != NULL && made->delay != NULL && made->value != NULL;
}

static void list_synapses(const snnd_layer *layer, snnd_frame_synapses *made) {
    const snnd_profile profile = snnd_delays_whole_profile(layer);
    const int64_t each = layer->options.delays.synapses_per_pair, columns = snnd_delays_columns(layer);
    int64_t place = 0;
    for (int32_t i = 0; i < made->inputs; i++) {
        made->begin[i] = place;
        for (int32_t o = 0; o < made->outputs; o++)
            for (int64_t s = o * columns + i * each; s < o * columns + (i + 1) * each; s++) {
                int32_t delay;
                made->output[place] = o;
                made->value[place] = snnd_delays_tap(layer, &profile, s, &delay);
                made->delay[place] = (uint16_t)delay;
                place += made->value[place] != 0;
            }
    }
    made->begin[made->inputs] = place;
    made->dense = each == 1 && place == (int64_t)made->inputs * made->outputs;
}

static snnd_status freeze_delays(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    snnd_frame_synapses *synapses = &made->synapses;
    *synapses =
        (snnd_frame_synapses){.inputs = layer->inputs, .outputs = layer->outputs, .taps = snnd_delays_taps(layer)};
    int64_t carrying = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        carrying += snnd_delays_weight(layer, s) != 0;
    /* One more, since a place is written to before it is known that the synapse carries something. */
    if (!allocate_synapses(context, synapses, carrying + 1))
        return SNND_ERROR_MEMORY;
    const snnd_float_mode before = snnd_set_float_mode();
    list_synapses(layer, synapses);
    snnd_restore_float_mode(before);
    return SNND_OK;
}

static snnd_status freeze_batch_norm(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    const size_t neurons = (size_t)layer->outputs;
    made->mean = snnd_allocate(context, neurons, sizeof *made->mean);
    made->factor = snnd_allocate(context, neurons, sizeof *made->factor);
    made->shift = snnd_allocate(context, neurons, sizeof *made->shift);
    if (made->mean == NULL || made->factor == NULL || made->shift == NULL)
        return SNND_ERROR_MEMORY;
    for (int32_t n = 0; n < layer->outputs; n++) {
        const snnd_affine by = snnd_batch_norm_running(layer, n);
        made->mean[n] = by.mean;
        made->factor[n] = by.inverse_deviation * by.scale;
        made->shift[n] = by.shift;
    }
    return SNND_OK;
}

static snnd_status freeze(snnd_context *context, const snnd_layer *layer, snnd_plan_layer *made) {
    switch (layer->class->type) {
    case SNND_LAYER_DELAYS:
        return freeze_delays(context, layer, made);
    case SNND_LAYER_BATCH_NORM:
        return freeze_batch_norm(context, layer, made);
    case SNND_LAYER_LIF:
        made->lif = snnd_lif_constants(layer);
        return SNND_OK;
    case SNND_LAYER_LEAKY_INTEGRATOR:
        made->decay = snnd_leaky_decay(layer);
        return SNND_OK;
    case SNND_LAYER_DROPOUT: /* not in plans */
        break;
    }
    return snnd_fail(context, SNND_ERROR_UNSUPPORTED, "layer %d (%s) does not run frame by frame", layer->index,
                     layer->class->name);
}

/* Floats of the state. An input's past lies in memory twice, one behind the other, so that it can be read in one run
 * wherever it begins. */
static size_t state_of(const snnd_plan_layer *layer) {
    switch (layer->type) {
    case SNND_LAYER_DELAYS:
        return snnd_size_add(snnd_size_multiply((size_t)layer->inputs * 2, (size_t)layer->synapses.taps),
                             SNND_FRAME_MARGIN);
    case SNND_LAYER_LIF:
    case SNND_LAYER_LEAKY_INTEGRATOR:
        return 2 * (size_t)layer->outputs;
    case SNND_LAYER_BATCH_NORM:
    case SNND_LAYER_DROPOUT:
        break;
    }
    return 0;
}

size_t snnd_plan_saved(const snnd_plan_layer *layer) {
    return layer->type == SNND_LAYER_DELAYS ? snnd_size_multiply((size_t)layer->inputs, (size_t)layer->synapses.taps)
                                            : state_of(layer);
}

static snnd_status add_layer(snnd_plan *plan, const snnd_layer *layer) {
    if (layer->class->type == SNND_LAYER_DROPOUT)
        return SNND_OK;
    snnd_plan_layer *made = &plan->layer[plan->count++];
    made->type = layer->class->type;
    made->index = layer->index;
    made->inputs = layer->inputs;
    made->outputs = layer->outputs;
    const snnd_status status = freeze(plan->context, layer, made);
    if (status != SNND_OK)
        return status;
    made->state = plan->state;
    made->past = plan->past;
    plan->state = snnd_size_add(plan->state, state_of(made));
    plan->past = snnd_size_add(plan->past, made->type == SNND_LAYER_DELAYS ? (size_t)made->inputs : 0);
    plan->widest = made->outputs > plan->widest ? made->outputs : plan->widest;
    mix_layer(&plan->fingerprint, made);
    return SNND_OK;
}

/* ---- the plan ---- */

snnd_status snnd_plan_create(const snnd_network *network, snnd_plan **plan) {
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_context *context = network->context;
    if (plan == NULL)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "snnd_plan_create: plan is NULL");
    if (network->count == 0)
        return snnd_fail(context, SNND_ERROR_STATE, "snnd_plan_create: the network has no layers");
    snnd_status status = snnd_network_check_values(network);
    if (status != SNND_OK)
        return status;
    snnd_plan *made = snnd_allocate(context, 1, sizeof *made);
    if (made == NULL)
        return SNND_ERROR_MEMORY;
    *made = (snnd_plan){.context = context,
                        .kernels = context->kernels,
                        .inputs = network->inputs,
                        .outputs = snnd_network_outputs(network),
                        .readout = network->readout,
                        .widest = network->inputs,
                        .fingerprint = SNND_HASH_BEGIN};
    made->layer = snnd_allocate(context, (size_t)network->count, sizeof *made->layer);
    status = made->layer == NULL ? SNND_ERROR_MEMORY : SNND_OK;
    mix(&made->fingerprint, (uint32_t)made->inputs);
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++)
        status = add_layer(made, network->layer[i]);
    if (status == SNND_OK && !snnd_size_fits(snnd_stream_size(made)))
        status = snnd_fail(context, SNND_ERROR_MEMORY, "no memory for more bytes than there are addresses");
    if (status != SNND_OK) {
        snnd_plan_free(made);
        return status != SNND_ERROR_MEMORY
                   ? status
                   : snnd_fail(context, status, "a plan of %d inputs and %d layers, or a stream on it: %s",
                               network->inputs, network->count, context->error);
    }
    *plan = made;
    return SNND_OK;
}

static bool is_shaped_as(const snnd_plan_layer *layer, const snnd_plan_layer *other) {
    return layer->type == other->type && layer->inputs == other->inputs && layer->outputs == other->outputs &&
           layer->synapses.taps == other->synapses.taps;
}

bool snnd_plan_same(const snnd_plan *plan, const snnd_plan *other) {
    bool same = plan->fingerprint == other->fingerprint && plan->inputs == other->inputs && plan->count == other->count;
    for (int32_t i = 0; i < plan->count && same; i++)
        same = is_shaped_as(&plan->layer[i], &other->layer[i]);
    return same;
}

static void free_layer(snnd_context *context, const snnd_plan_layer *layer) {
    snnd_release(context, layer->synapses.begin);
    snnd_release(context, layer->synapses.output);
    snnd_release(context, layer->synapses.delay);
    snnd_release(context, layer->synapses.value);
    snnd_release(context, layer->mean);
    snnd_release(context, layer->factor);
    snnd_release(context, layer->shift);
}

void snnd_plan_free(snnd_plan *plan) {
    if (plan == NULL)
        return;
    for (int32_t i = 0; i < plan->count; i++)
        free_layer(plan->context, &plan->layer[i]);
    snnd_release(plan->context, plan->layer);
    snnd_release(plan->context, plan);
}

int32_t snnd_plan_inputs(const snnd_plan *plan) {
    return plan == NULL ? 0 : plan->inputs;
}

int32_t snnd_plan_outputs(const snnd_plan *plan) {
    return plan == NULL ? 0 : plan->outputs;
}

int64_t snnd_plan_synapses(const snnd_plan *plan) {
    int64_t synapses = 0;
    for (int32_t i = 0; plan != NULL && i < plan->count; i++)
        if (plan->layer[i].type == SNND_LAYER_DELAYS)
            synapses += plan->layer[i].synapses.begin[plan->layer[i].inputs];
    return synapses;
}
