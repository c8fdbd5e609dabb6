/* Freezes a network into a plan, which streams and exports use and nothing changes (plan.h); each kind of layer freezes
 * itself, in a file of this folder. */
#include "inference/plan.h"

#include "base/hash.h"
#include "model/leak.h"
#include "model/network.h"

/* ---- layers ---- */

static const snnd_frozen_class *frozen_of(const snnd_layer *layer) {
#define FROZEN(number, kind) [SNND_LAYER_##number] = &snnd_##kind##_frozen,
    static const snnd_frozen_class *const table[] = {SNND_LAYER_KINDS(FROZEN)};
    return table[layer->class->type];
}

static void mix_layer(uint64_t *hash, const snnd_plan_layer *layer) {
    snnd_mix(hash, (uint32_t)layer->class->type);
    snnd_mix(hash, (uint32_t)layer->outputs);
    snnd_mix(hash, (uint32_t)layer->synapses.taps);
    layer->frozen->mix(hash, layer);
}

/* Saved states contain fingerprints, so that these must not change. */
void snnd_plan_mix_constants(uint64_t *hash, const snnd_plan_layer *layer) {
    snnd_mix_float(hash, layer->lif.decay);
    snnd_mix_float(hash, layer->lif.threshold);
    snnd_mix_float(hash, layer->leaky.decay);
}

float *snnd_frozen_decays(snnd_context *context, const snnd_layer *layer) {
    float *decays = snnd_allocate(context, (size_t)layer->outputs, sizeof *decays);
    for (int32_t n = 0; n < layer->outputs && decays != NULL; n++)
        decays[n] = snnd_leak_decay(layer, n);
    return decays;
}

void snnd_mix_decays(uint64_t *hash, const float *decays, int32_t neurons) {
    for (int32_t n = 0; n < neurons && decays != NULL; n++)
        snnd_mix_float(hash, decays[n]);
}

static snnd_status add_layer(snnd_plan *plan, const snnd_layer *layer) {
    const snnd_frozen_class *frozen = frozen_of(layer);
    if (frozen->freeze == NULL)
        return SNND_OK;
    snnd_plan_layer *made = &plan->layer[plan->count++];
    made->class = layer->class;
    made->frozen = frozen;
    made->index = layer->index;
    made->inputs = layer->inputs;
    made->outputs = layer->outputs;
    const snnd_status status = frozen->freeze(plan->context, layer, made);
    if (status != SNND_OK)
        return status;
    made->state = plan->state;
    made->past = plan->past;
    plan->state = snnd_size_add(plan->state, made->floats);
    plan->past = snnd_size_add(plan->past, made->idle);
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
        return snnd_fail(context, SNND_ERROR_STATE, "plan: the network has no layers");
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
    snnd_mix(&made->fingerprint, (uint32_t)made->inputs);
    for (int32_t i = 0; i < network->count && status == SNND_OK; i++)
        status = add_layer(made, network->layer[i]);
    if (status == SNND_OK && !snnd_size_fits(snnd_stream_size(made)))
        status = snnd_fail(context, SNND_ERROR_MEMORY,
                           "there is not enough memory: more bytes are needed than there are addresses");
    if (status != SNND_OK) {
        snnd_plan_free(made);
        return status != SNND_ERROR_MEMORY
                   ? status
                   : snnd_fail(context, status,
                               "cannot allocate a plan of %d inputs and %d layers, or a stream on it: %s",
                               network->inputs, network->count, context->error);
    }
    *plan = made;
    return SNND_OK;
}

static bool is_shaped_as(const snnd_plan_layer *layer, const snnd_plan_layer *other) {
    return layer->class == other->class && layer->inputs == other->inputs && layer->outputs == other->outputs &&
           layer->floats == other->floats;
}

bool snnd_plan_same(const snnd_plan *plan, const snnd_plan *other) {
    bool same = plan->fingerprint == other->fingerprint && plan->inputs == other->inputs && plan->count == other->count;
    for (int32_t i = 0; i < plan->count && same; i++)
        same = is_shaped_as(&plan->layer[i], &other->layer[i]);
    return same;
}

static void release_layer(snnd_context *context, const snnd_plan_layer *layer) {
    if (layer->frozen->release != NULL)
        layer->frozen->release(context, layer);
    else
        snnd_release(context, layer->own);
}

void snnd_plan_free(snnd_plan *plan) {
    if (plan == NULL)
        return;
    for (int32_t i = 0; i < plan->count; i++)
        release_layer(plan->context, &plan->layer[i]);
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
        if (plan->layer[i].synapses.begin != NULL)
            synapses += plan->layer[i].synapses.begin[plan->layer[i].synapses.inputs];
    return synapses;
}
