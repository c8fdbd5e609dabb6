/*
 * DEEP R (Bellec et al. 2018) without noise, growing at random or, as RigL (Evci et al. 2020) does, by the gradient. A
 * synapse is sign * theta. After each step of the optimizer:
 *
 *     1. theta = 0 where the synapse was dormant before the step
 *     2. active = theta > 0: the others have just been dropped, and keep their theta until the next step's 1
 *     3. as many as are missing grow among the inactive: those with the smallest dL/dtheta, or any; theta = 1e-12
 */
#include <math.h>

#include "base/options.h"
#include "base/random.h"
#include "sparsity/sparsity.h"

/* Steps 1 and 2: the mask becomes what is active; returns how many are. */
static int64_t drop(snnd_layer *layer) {
    uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    float *theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    int64_t active = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        if (!mask[s])
            theta[s] = 0;
        mask[s] = theta[s] > 0;
        active += mask[s];
    }
    return active;
}

static void grow(snnd_layer *layer, int32_t synapse) {
    ((uint8_t *)layer->arrays[SNND_ARRAY_MASK].data)[synapse] = 1;
    snnd_layer_floats(layer, SNND_ARRAY_WEIGHT)[synapse] = SNND_NEW_SYNAPSE;
}

/* Smallest gradient first, the lower index first among equals, what is not a number last. */
static bool comes_before(const snnd_candidate *a, const snnd_candidate *b) {
    const bool odd_a = isnan(a->gradient), odd_b = isnan(b->gradient);
    if (odd_a != odd_b)
        return odd_b;
    if (a->gradient < b->gradient || a->gradient > b->gradient)
        return a->gradient < b->gradient;
    return a->synapse < b->synapse;
}

/* Lets the candidate at a place of a heap sink, so that nobody below comes before it. */
static void sink(snnd_candidate *heap, size_t count, size_t at) {
    for (size_t below; (below = 2 * at + 1) < count; at = below) {
        if (below + 1 < count && comes_before(&heap[below + 1], &heap[below]))
            below++;
        if (!comes_before(&heap[below], &heap[at]))
            return;
        const snnd_candidate moved = heap[at];
        heap[at] = heap[below];
        heap[below] = moved;
    }
}

static void grow_by_gradient(snnd_sparsity *sparsity, snnd_layer *layer, const float *d_theta, int64_t missing) {
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    size_t count = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (!mask[s])
            sparsity->candidates[count++] = (snnd_candidate){.gradient = d_theta[s], .synapse = (int32_t)s};
    /* A heap, and not qsort(), which may allocate. */
    for (size_t at = count / 2; at-- > 0;)
        sink(sparsity->candidates, count, at);
    for (int64_t k = 0; k < missing; k++) {
        grow(layer, sparsity->candidates[0].synapse);
        sparsity->candidates[0] = sparsity->candidates[--count];
        sink(sparsity->candidates, count, 0);
    }
}

static void grow_at_random(snnd_sparsity *sparsity, snnd_layer *layer, int64_t missing) {
    const uint8_t *mask = layer->arrays[SNND_ARRAY_MASK].data;
    int64_t count = 0;
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (!mask[s])
            sparsity->order[count++] = (int32_t)s;
    snnd_random random =
        snnd_random_for(sparsity->seed, SNND_USE_GROWTH, (uint64_t)layer->index << 48 | sparsity->steps);
    snnd_random_choose(&random, sparsity->order, count, missing);
    for (int64_t k = 0; k < missing; k++)
        grow(layer, sparsity->order[k]);
}

static int64_t step(snnd_sparsity *sparsity, snnd_layer *layer, const float *d_theta) {
    const int64_t missing = sparsity->target[layer->index] - drop(layer);
    if (missing <= 0)
        return 0;
    if (sparsity->growth == SNND_GROWTH_GRADIENT)
        grow_by_gradient(sparsity, layer, d_theta, missing);
    else
        grow_at_random(sparsity, layer, missing);
    return missing;
}

static const snnd_sparsity_class class = {.name = "DEEP R", .fixes_signs = true, .grows = true, .step = step};

snnd_status snnd_deep_r_options_init(snnd_deep_r_options *options, size_t size) {
    static const snnd_deep_r_options defaults = {.sparsity = 0.875, .growth = SNND_GROWTH_GRADIENT, .dale = 1};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

snnd_status snnd_sparsity_create_deep_r(snnd_network *network, const snnd_deep_r_options *options,
                                        snnd_sparsity **sparsity) {
    snnd_deep_r_options known;
    snnd_deep_r_options_init(&known, sizeof known);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(network->context, options, &known, sizeof known, "snnd_deep_r_options");
    if (status != SNND_OK)
        return status;
    if (known.growth != SNND_GROWTH_RANDOM && known.growth != SNND_GROWTH_GRADIENT)
        return snnd_fail(network->context, SNND_ERROR_ARGUMENT, "DEEP R: growth is %d; expected one of snnd_growth",
                         known.growth);
    const snnd_sparsity_setup setup = {.class = &class,
                                       .sparsity = known.sparsity,
                                       .seed = known.seed,
                                       .keep = known.keep,
                                       .growth = known.growth,
                                       .dale = known.dale,
                                       .dormant_gradients =
                                           known.growth == SNND_GROWTH_GRADIENT ? 1 : known.dormant_gradients};
    return snnd_sparsity_create(network, &setup, sparsity);
}
