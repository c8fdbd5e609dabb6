/*
 * Rules that drop a share of the synapses from time to time and grow as many: RigL (Evci et al. 2020), SET (Mocanu et
 * al. 2018), SNFS (Dettmers and Zettlemoyer 2019). After step t of the optimizer, when it is time:
 *
 *     share(t) = share                                     or, until `stop`,  share / 2 (1 + cos(pi t / stop))
 *     dropped:  floor(share(t) n) of the n synapses of a layer, or of the network, those of the smallest |w|; or of
 *               both signs apart
 *     grown:    as many of those that do not exist then, with the largest |dL/dw| or |moment|, or any
 *
 * Where synapses keep signs, -dL/dtheta and -moment take the place of the magnitudes, since theta can only rise from 0.
 */
#include <math.h>

#include "base/options.h"
#include "base/random.h"
#include "sparsity/sparsity.h"

/* The value of a mask for synapses that were dropped in this step, until growth. */
enum { JUST_DROPPED = 2 };

/* The arguments of a rewiring. */
typedef struct rewiring {
    snnd_sparsity *sparsity;
    const snnd_workspace *workspace; /* NULL at the end of an epoch */
    snnd_optimizer *optimizer;       /* NULL where there is none */
    double share;
} rewiring;

static double share_at(const snnd_sparsity *sparsity, uint64_t step) {
    const snnd_rewiring_options *options = &sparsity->options.rewiring;
    const double pi = 3.14159265358979323846;
    return options->stop == 0 ? options->share
                              : options->share / 2 * (1 + cos(pi * (double)step / (double)options->stop));
}

static bool has_stopped(const snnd_sparsity *sparsity, uint64_t step) {
    return sparsity->options.rewiring.stop > 0 && step >= (uint64_t)sparsity->options.rewiring.stop;
}

static bool is_time(const snnd_sparsity *sparsity, uint64_t step) {
    const uint64_t interval = (uint64_t)sparsity->options.rewiring.interval;
    return interval > 0 && step % interval == 0 && !has_stopped(sparsity, step);
}

/* ---- dropping ---- */

static void mark(void *argument, const snnd_candidate *candidate) {
    (void)argument;
    snnd_mask_of(candidate->layer)[candidate->synapse] = JUST_DROPPED;
}

/* Drops the share of those synapses of a group whose weights have one of the signs, in order of magnitude. */
static int64_t drop_signs(const rewiring *r, const snnd_group *group, bool positive, bool negative) {
    snnd_candidates_clear(r->sparsity);
    for (int32_t k = 0; k < group->stretches; k++) {
        const snnd_stretch *stretch = &group->stretch[k];
        const uint8_t *mask = snnd_mask_of(stretch->layer);
        for (int64_t s = stretch->begin; s < stretch->end && !snnd_sparsity_rests(r->sparsity, stretch->layer); s++) {
            const float weight = snnd_delays_weight(stretch->layer, s);
            if (mask[s] == 1 && ((positive && weight >= 0) || (negative && !(weight >= 0))))
                snnd_candidates_add(r->sparsity, stretch->layer, s, fabsf(weight));
        }
    }
    const int64_t count = (int64_t)(r->share * (double)r->sparsity->candidates);
    snnd_candidates_take_least(r->sparsity, count, mark, NULL);
    return count;
}

/* Drops synapses, and returns how many. */
static int64_t drop(const rewiring *r, const snnd_group *group) {
    if (r->sparsity->options.rewiring.drop == SNND_DROP_MAGNITUDE)
        return drop_signs(r, group, true, true);
    return drop_signs(r, group, true, false) + drop_signs(r, group, false, true);
}

/* ---- growing ---- */

static const float *moments_of(const rewiring *r, const snnd_layer *layer) {
    return r->optimizer->moment[layer->index].first[SNND_ARRAY_WEIGHT];
}

/* A new synapse has no effect, and its moments in the optimizer are zeroed. A synapse that was dropped in the same step
 * and grows again because of its gradient or moment continues with its weight. */
static void grow(void *argument, const snnd_candidate *candidate) {
    const rewiring *r = argument;
    const int32_t growth = r->sparsity->options.rewiring.growth;
    const bool was_there = snnd_mask_of(candidate->layer)[candidate->synapse] == JUST_DROPPED;
    float *weight = &snnd_layer_floats(candidate->layer, SNND_ARRAY_WEIGHT)[candidate->synapse];
    const float before = *weight;
    snnd_sparsity_grow(r->sparsity, candidate->layer, candidate->synapse);
    if (was_there && growth != SNND_GROWTH_RANDOM) {
        *weight = before;
        return;
    }
    if (r->optimizer == NULL || growth == SNND_GROWTH_MOMENTUM)
        return;
    snnd_moment *moment = &r->optimizer->moment[candidate->layer->index];
    if (moment->first[SNND_ARRAY_WEIGHT] != NULL)
        moment->first[SNND_ARRAY_WEIGHT][candidate->synapse] = 0;
    if (moment->second[SNND_ARRAY_WEIGHT] != NULL)
        moment->second[SNND_ARRAY_WEIGHT][candidate->synapse] = 0;
}

/* Returns the number that decides about a synapse; the smallest is chosen first. */
static float rank_of(const rewiring *r, const snnd_layer *layer, int64_t synapse) {
    const int32_t growth = r->sparsity->options.rewiring.growth;
    if (growth == SNND_GROWTH_RANDOM)
        return 0;
    const float value = growth == SNND_GROWTH_MOMENTUM
                            ? moments_of(r, layer)[synapse]
                            : r->workspace->stage[layer->index].gradient[SNND_ARRAY_WEIGHT][synapse];
    return snnd_sparsity_keeps_signs(r->sparsity) ? value : -fabsf(value);
}

static void grow_group(rewiring *r, const snnd_group *group, int64_t count) {
    snnd_candidates_clear(r->sparsity);
    for (int32_t k = 0; k < group->stretches; k++) {
        const snnd_stretch *stretch = &group->stretch[k];
        const uint8_t *mask = snnd_mask_of(stretch->layer);
        for (int64_t s = stretch->begin; s < stretch->end && !snnd_sparsity_rests(r->sparsity, stretch->layer); s++)
            if (mask[s] != 1)
                snnd_candidates_add(r->sparsity, stretch->layer, s, rank_of(r, stretch->layer, s));
    }
    const snnd_random random = snnd_group_random(r->sparsity, group);
    if (r->sparsity->options.rewiring.growth == SNND_GROWTH_RANDOM)
        snnd_candidates_take_any(r->sparsity, count, &random, grow, r);
    else
        snnd_candidates_take_least(r->sparsity, count, grow, r);
}

/* ---- layers that share ---- */

/* Returns the mean |moment| of the existing synapses of a layer, or 0 where the layer is not trained. */
static double mean_moment(const rewiring *r, const snnd_stretch *stretch) {
    const uint8_t *mask = snnd_mask_of(stretch->layer);
    const float *moment = moments_of(r, stretch->layer);
    double sum = 0;
    int64_t count = 0;
    for (int64_t s = stretch->begin; s < stretch->end; s++)
        if (mask[s] == 1) {
            sum += fabs((double)moment[s]);
            count++;
        }
    return count > 0 && !snnd_sparsity_rests(r->sparsity, stretch->layer) ? sum / (double)count : 0;
}

static int64_t room_of(const rewiring *r, const snnd_stretch *stretch) {
    const uint8_t *mask = snnd_mask_of(stretch->layer);
    int64_t room = 0;
    for (int64_t s = stretch->begin; s < stretch->end && !snnd_sparsity_rests(r->sparsity, stretch->layer); s++)
        room += mask[s] != 1;
    return room;
}

/* Distributes the dropped synapses of all layers in proportion to their moments. */
static void deal(rewiring *r, const snnd_group *group, int64_t dropped) {
    const double *moment = r->sparsity->moment;
    double all = 0, before = 0;
    int64_t dealt = 0;
    for (int32_t k = 0; k < group->stretches; k++)
        all += moment[k];
    for (int32_t k = 0; k < group->stretches; k++) {
        before += all > 0 && isfinite(all) ? moment[k] / all : 1.0 / group->stretches;
        const int64_t sum = k + 1 == group->stretches ? dropped : (int64_t)(before * (double)dropped);
        r->sparsity->quota[k] = sum - dealt;
        dealt = sum;
    }
}

/* Removes from each layer the synapses that it has no room for. Returns their number, and how many layers have room
 * left. */
static int64_t take_excess(rewiring *r, const snnd_group *group, int64_t *open) {
    int64_t *quota = r->sparsity->quota, excess = 0;
    *open = 0;
    for (int32_t k = 0; k < group->stretches; k++) {
        const int64_t room = room_of(r, &group->stretch[k]);
        *open += quota[k] < room;
        if (quota[k] > room) {
            excess += quota[k] - room;
            quota[k] = room;
        }
    }
    return excess;
}

/* Distributes those synapses equally over the other layers; the first of them get the remainder. */
static void level(rewiring *r, const snnd_group *group) {
    int64_t *quota = r->sparsity->quota, excess, open;
    while ((excess = take_excess(r, group, &open)) > 0 && open > 0)
        for (int32_t k = 0; k < group->stretches; k++)
            if (quota[k] < room_of(r, &group->stretch[k])) {
                const int64_t part = (excess + open - 1) / open;
                quota[k] += part;
                excess -= part;
                open--;
            }
}

/* Every layer drops its own share. */
static void rewire_sharing(rewiring *r, const snnd_group *group) {
    int64_t dropped = 0;
    for (int32_t k = 0; k < group->stretches; k++) {
        const snnd_group layer = {.stretch = &group->stretch[k], .stretches = 1, .neuron = -1};
        r->sparsity->moment[k] = mean_moment(r, &group->stretch[k]);
        dropped += drop(r, &layer);
    }
    deal(r, group, dropped);
    level(r, group);
    for (int32_t k = 0; k < group->stretches; k++) {
        const snnd_group layer = {.stretch = &group->stretch[k], .stretches = 1, .neuron = -1};
        grow_group(r, &layer, r->sparsity->quota[k]);
    }
}

/* ---- the rule ---- */

static void forget_dropped(snnd_sparsity *sparsity, snnd_layer *layer) {
    (void)sparsity;
    uint8_t *mask = snnd_mask_of(layer);
    float *weight = snnd_layer_floats(layer, SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < snnd_layer_synapses(layer); s++)
        if (mask[s] == JUST_DROPPED)
            weight[s] = mask[s] = 0;
}

/* Where neurons are counted, the few synapses of one neuron have no share that could be dropped. So their layer drops,
 * and each neuron grows as many as it has lost. */
static void drop_layer(rewiring *r, snnd_layer *layer) {
    snnd_stretch all = {.layer = layer, .begin = 0, .end = snnd_layer_synapses(layer)};
    const snnd_group together = {.stretch = &all, .stretches = 1, .neuron = -1};
    drop(r, &together);
}

static void drop_groups(rewiring *r) {
    const snnd_sparsity *sparsity = r->sparsity;
    for (int32_t i = 0; i < sparsity->network->count; i++)
        if (sparsity->structure.budget == SNND_BUDGET_FAN_IN && snnd_layer_is_delays(sparsity->network->layer[i]))
            drop_layer(r, sparsity->network->layer[i]);
    for (int64_t g = 0; g < sparsity->groups && sparsity->structure.budget != SNND_BUDGET_FAN_IN; g++)
        drop(r, &sparsity->group[g]);
}

static int64_t missing_from(const snnd_group *group) {
    int64_t missing = group->target;
    for (int32_t k = 0; k < group->stretches; k++)
        for (int64_t s = group->stretch[k].begin; s < group->stretch[k].end; s++)
            missing -= snnd_mask_of(group->stretch[k].layer)[s] == 1;
    return missing;
}

static void rewire(rewiring *r) {
    snnd_sparsity *sparsity = r->sparsity;
    if (sparsity->group->stretches > 1 && sparsity->options.rewiring.growth == SNND_GROWTH_MOMENTUM) {
        rewire_sharing(r, sparsity->group);
    } else {
        drop_groups(r);
        for (int64_t g = 0; g < sparsity->groups; g++)
            grow_group(r, &sparsity->group[g], missing_from(&sparsity->group[g]));
    }
    snnd_sparsity_for_layers(sparsity, forget_dropped);
}

static void step(snnd_sparsity *sparsity, const snnd_workspace *workspace, snnd_optimizer *optimizer) {
    const uint64_t now = sparsity->steps + 1;
    rewiring r = {
        .sparsity = sparsity, .workspace = workspace, .optimizer = optimizer, .share = share_at(sparsity, now)};
    snnd_sparsity_for_layers(sparsity, snnd_sparsity_hold);
    if (is_time(sparsity, now))
        rewire(&r);
}

static void end_epoch(snnd_sparsity *sparsity, snnd_optimizer *optimizer) {
    rewiring r = {.sparsity = sparsity, .optimizer = optimizer, .share = share_at(sparsity, sparsity->steps)};
    if (sparsity->options.rewiring.interval == 0 && !has_stopped(sparsity, sparsity->steps))
        rewire(&r);
}

static const char *needs_optimizer(const snnd_sparsity *sparsity) {
    return sparsity->options.rewiring.growth == SNND_GROWTH_MOMENTUM
               ? "growth by momentum needs the moments of an optimizer"
               : NULL;
}

static bool needs_absent(const snnd_sparsity *sparsity) {
    const int32_t growth = sparsity->options.rewiring.growth;
    return growth == SNND_GROWTH_MOMENTUM   ? !has_stopped(sparsity, sparsity->steps)
           : growth == SNND_GROWTH_GRADIENT ? is_time(sparsity, sparsity->steps + 1)
                                            : false;
}

/* ---- options ---- */

static const snnd_field fields[] = {
    {"drop", SNND_FIELD_INT32, offsetof(snnd_rewiring_options, drop)},
    {"growth", SNND_FIELD_INT32, offsetof(snnd_rewiring_options, growth)},
    {"interval", SNND_FIELD_INT32, offsetof(snnd_rewiring_options, interval)},
    {"stop", SNND_FIELD_INT32, offsetof(snnd_rewiring_options, stop)},
    {"share", SNND_FIELD_DOUBLE, offsetof(snnd_rewiring_options, share)},
    {0},
};

static const snnd_sparsity_class class = {.name = "rewiring",
                                          .fields = fields,
                                          .signs = SNND_SIGNS_NONE,
                                          .needs_gradients = true,
                                          .needs_optimizer = needs_optimizer,
                                          .needs_absent = needs_absent,
                                          .step = step,
                                          .end_epoch = end_epoch};

snnd_status snnd_rigl_options_init(snnd_rewiring_options *options, size_t size) {
    static const snnd_rewiring_options rigl = {
        .drop = SNND_DROP_MAGNITUDE, .growth = SNND_GROWTH_GRADIENT, .interval = 100, .share = 0.3};
    return snnd_options_init(options, size, &rigl, sizeof rigl);
}

snnd_status snnd_set_options_init(snnd_rewiring_options *options, size_t size) {
    static const snnd_rewiring_options set = {.drop = SNND_DROP_EACH_SIGN, .growth = SNND_GROWTH_RANDOM, .share = 0.3};
    return snnd_options_init(options, size, &set, sizeof set);
}

snnd_status snnd_snfs_options_init(snnd_rewiring_options *options, size_t size) {
    static const snnd_rewiring_options snfs = {
        .drop = SNND_DROP_MAGNITUDE, .growth = SNND_GROWTH_MOMENTUM, .share = 0.5};
    return snnd_options_init(options, size, &snfs, sizeof snfs);
}

static snnd_status check(snnd_context *context, const snnd_rewiring_options *options) {
    if (options->drop != SNND_DROP_MAGNITUDE && options->drop != SNND_DROP_EACH_SIGN)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "rewiring: drop is %d; expected one of snnd_drop",
                         options->drop);
    if (options->growth < SNND_GROWTH_RANDOM || options->growth > SNND_GROWTH_MOMENTUM)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "rewiring: growth is %d; expected one of snnd_growth",
                         options->growth);
    if (options->interval < 0 || options->stop < 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "rewiring: %s is %d; expected at least 0",
                         options->interval < 0 ? "interval" : "stop",
                         options->interval < 0 ? options->interval : options->stop);
    if (!(options->share >= 0 && options->share <= 1))
        return snnd_fail(context, SNND_ERROR_ARGUMENT, "rewiring: share is %g; expected 0 to 1", options->share);
    if (options->growth == SNND_GROWTH_GRADIENT && options->interval == 0)
        return snnd_fail(context, SNND_ERROR_ARGUMENT,
                         "rewiring: growth by the gradient needs an interval in steps, since at the end of an epoch "
                         "there is no batch that has gradients");
    return SNND_OK;
}

snnd_status snnd_sparsity_create_rewiring(snnd_network *network, const snnd_structure *structure,
                                          const snnd_rewiring_options *options, snnd_sparsity **sparsity) {
    snnd_rewiring_options known;
    snnd_rigl_options_init(&known, sizeof known);
    if (network == NULL)
        return SNND_ERROR_ARGUMENT;
    snnd_status status = snnd_options_read(network->context, options, &known, sizeof known, "snnd_rewiring_options");
    if (status == SNND_OK)
        status = check(network->context, &known);
    return status == SNND_OK ? snnd_sparsity_create(network, &class, structure, &known, sizeof known, sparsity)
                             : status;
}
