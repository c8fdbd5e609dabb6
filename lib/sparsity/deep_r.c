/*
 * DEEP R (Bellec et al. 2018), growing at random or, as RigL (Evci et al. 2020) does, by the gradient. A synapse is
 * sign * theta. After each step of the optimizer:
 *
 *     1. theta = 0 where the synapse was absent before the step; theta += sqrt(2 rate T) nu where not, nu normal
 *     2. active = theta > 0: the others have just been dropped, and keep their theta until the next step's 1
 *     3. as many as are missing grow among the inactive: those with the smallest dL/dtheta, or any; theta = 1e-12
 */
#include <math.h>

#include "base/options.h"
#include "base/random.h"
#include "sparsity/sparsity.h"

/* A standard normal number (Box and Muller 1958). */
static double normal(const snnd_random *random, uint64_t index) {
    const double pi = 3.14159265358979323846, radius = 1 - snnd_random_unit(random, 2 * index);
    return sqrt(-2 * log(radius)) * cos(2 * pi * snnd_random_unit(random, 2 * index + 1));
}

static void add_noise(const snnd_sparsity *sparsity, const snnd_layer *layer, double rate) {
    const double size = sqrt(2 * rate * sparsity->options.deep_r.temperature);
    const uint8_t *mask = snnd_mask_of(layer);
    float *theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    const snnd_random random =
        snnd_random_for(sparsity->structure.seed, SNND_USE_NOISE, (uint64_t)layer->index << 48 | sparsity->steps);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (mask[s])
            theta[s] = (float)((double)theta[s] + size * normal(&random, (uint64_t)s));
}

/* Steps 1 and 2: the mask becomes the set of active synapses. */
static void drop(snnd_sparsity *sparsity, snnd_layer *layer) {
    const bool rests = snnd_sparsity_rests(sparsity, layer);
    uint8_t *mask = snnd_mask_of(layer);
    float *theta = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++) {
        if (!mask[s])
            theta[s] = 0;
        mask[s] = rests ? mask[s] : theta[s] > 0;
    }
}

static void grow(void *argument, const snnd_candidate *candidate) {
    snnd_sparsity_grow(argument, candidate->layer, candidate->synapse);
}

/* Collects the absent synapses of a group as candidates, each with its gradient. Returns how many synapses are missing.
 * */
static int64_t gather(snnd_sparsity *sparsity, const snnd_group *group, const snnd_workspace *workspace) {
    int64_t missing = group->target;
    snnd_candidates_clear(sparsity);
    for (int32_t k = 0; k < group->stretches; k++) {
        const snnd_stretch *stretch = &group->stretch[k];
        const bool rests = snnd_sparsity_rests(sparsity, stretch->layer);
        const uint8_t *mask = snnd_mask_of(stretch->layer);
        const float *d_theta = workspace->stage[stretch->layer->index].gradient[SNND_ARRAY_WEIGHT];
        for (int64_t s = stretch->begin; s < stretch->end; s++) {
            missing -= mask[s];
            if (!mask[s] && !rests)
                snnd_candidates_add(sparsity, stretch->layer, s, d_theta[s]);
        }
    }
    return missing;
}

static void step(snnd_sparsity *sparsity, const snnd_workspace *workspace, snnd_optimizer *optimizer) {
    for (int32_t i = 0; i < sparsity->network->count && sparsity->options.deep_r.temperature > 0; i++)
        if (snnd_layer_is_delays(sparsity->network->layer[i]))
            add_noise(sparsity, sparsity->network->layer[i],
                      optimizer->options.rate * optimizer->moment[i].factor[SNND_ARRAY_WEIGHT]);
    snnd_sparsity_for_layers(sparsity, drop);
    for (int64_t g = 0; g < sparsity->groups; g++) {
        const int64_t missing = gather(sparsity, &sparsity->group[g], workspace);
        const snnd_random random = snnd_group_random(sparsity, &sparsity->group[g]);
        if (missing > 0 && sparsity->options.deep_r.growth == SNND_GROWTH_GRADIENT)
            snnd_candidates_take_least(sparsity, missing, grow, sparsity);
        else if (missing > 0)
            snnd_candidates_take_any(sparsity, missing, &random, grow, sparsity);
    }
}

static const char *needs_optimizer(const snnd_sparsity *sparsity) {
    return sparsity->options.deep_r.temperature > 0
               ? "the noise of a temperature above 0 needs the learning rate of an optimizer"
               : NULL;
}

static bool needs_absent(const snnd_sparsity *sparsity) {
    return sparsity->options.deep_r.growth == SNND_GROWTH_GRADIENT || sparsity->options.deep_r.dormant_gradients;
}

static const snnd_field fields[] = {
    {"growth", SNND_FIELD_INT32, offsetof(snnd_deep_r_options, growth)},
    {"dormant_gradients", SNND_FIELD_INT32, offsetof(snnd_deep_r_options, dormant_gradients)},
    {"temperature", SNND_FIELD_DOUBLE, offsetof(snnd_deep_r_options, temperature)},
    {0},
};

static const snnd_sparsity_class class = {.name = "DEEP R",
                                          .fields = fields,
                                          .signs = SNND_SIGNS_DALE,
                                          .needs_signs = true,
                                          .needs_gradients = true,
                                          .needs_optimizer = needs_optimizer,
                                          .needs_absent = needs_absent,
                                          .step = step};

snnd_status snnd_deep_r_options_init(snnd_deep_r_options *options, size_t size) {
    static const snnd_deep_r_options defaults = {.growth = SNND_GROWTH_GRADIENT};
    return snnd_options_init(options, size, &defaults, sizeof defaults);
}

static snnd_status check(snnd_context *context, const snnd_deep_r_options *options) {
    if (options->growth != SNND_GROWTH_RANDOM && options->growth != SNND_GROWTH_GRADIENT)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "DEEP R: growth is %d; expected SNND_GROWTH_RANDOM or SNND_GROWTH_GRADIENT", options->growth);
    if (options->dormant_gradients != 0 && options->dormant_gradients != 1)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "DEEP R: dormant_gradients is %d; expected 0 or 1",
                         options->dormant_gradients);
    if (!(options->temperature >= 0 && options->temperature <= 1e6))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "DEEP R: temperature is %g; expected 0 to 1e6",
                         options->temperature);
    return SNND_OK;
}

snnd_status snnd_sparsity_create_deep_r(snnd_network *network, const snnd_structure *structure,
                                        const snnd_deep_r_options *options, snnd_sparsity **sparsity) {
    snnd_deep_r_options known;
    snnd_deep_r_options_init(&known, sizeof known);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(network->context, options, &known, sizeof known, "snnd_deep_r_options");
    if (status == SNND_OK)
        status = check(network->context, &known);
    return status == SNND_OK ? snnd_sparsity_create(network, &class, structure, &known, sizeof known, sparsity)
                             : status;
}
