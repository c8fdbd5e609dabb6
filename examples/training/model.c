#include "training/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "training/keep.h"
#include "training/paths.h"
#include "training/ranks.h"

static snnd_status add_delays(snnd_network *network, const struct options *options, int32_t neurons) {
    snnd_delay_options delays;
    snnd_delay_options_init(&delays, sizeof delays);
    delays.max_delay = (int32_t)options->max_delay;
    delays.synapses_per_pair = (int32_t)options->per_pair;
    delays.learn_delays = options->delays != DELAYS_FIXED;
    delays.sharing = options->delays == DELAYS_AXONAL      ? SNND_SHARING_AXONAL
                     : options->delays == DELAYS_DENDRITIC ? SNND_SHARING_DENDRITIC
                                                           : SNND_SHARING_NONE;
    return snnd_network_add_delays(network, neurons, &delays, NULL);
}

static snnd_status add_lif(snnd_network *network, const struct options *options) {
    snnd_lif_options neurons;
    snnd_lif_options_init(&neurons, sizeof neurons);
    neurons.tau = options->tau.steps;
    neurons.tau_per_neuron = options->tau.learned ? SNND_TAU_LEARNED : SNND_TAU_SHARED;
    neurons.order = options->order + 1;
    neurons.reset = options->reset + 1;
    neurons.surrogate = options->surrogate + 1;
    return snnd_network_add_lif(network, &neurons, NULL);
}

static snnd_status add_adaptive_lif(snnd_network *network, const struct options *options) {
    snnd_adaptive_lif_options neurons;
    snnd_adaptive_lif_options_init(&neurons, sizeof neurons);
    neurons.surrogate = options->surrogate + 1;
    return snnd_network_add_adaptive_lif(network, &neurons, NULL);
}

static snnd_status add_readout(snnd_network *network, const struct options *options) {
    snnd_leaky_integrator_options neurons;
    snnd_leaky_integrator_options_init(&neurons, sizeof neurons);
    neurons.tau = options->tau.steps;
    neurons.tau_per_neuron = options->tau.learned ? SNND_TAU_LEARNED : SNND_TAU_SHARED;
    neurons.order = options->order + 1;
    return snnd_network_add_leaky_integrator(network, &neurons, NULL);
}

/* Delays -> batch norm -> neurons -> dropout for each hidden layer, then delays -> leaky integrator. */
static snnd_status add_layers(snnd_network *network, const struct options *options, int32_t classes) {
    snnd_status status = SNND_OK;
    for (int i = 0; status == SNND_OK && i < options->hidden.count; i++) {
        status = add_delays(network, options, options->hidden.width[i]);
        if (status == SNND_OK)
            status = snnd_network_add_batch_norm(network, NULL, NULL);
        if (status == SNND_OK)
            status = (options->neurons == NEURONS_ADAPTIVE ? add_adaptive_lif : add_lif)(network, options);
        if (status == SNND_OK)
            status = snnd_network_add_dropout(network, options->dropout, NULL);
    }
    if (status == SNND_OK)
        status = add_delays(network, options, classes);
    if (status == SNND_OK)
        status = add_readout(network, options);
    return status;
}

static snnd_structure structure_of(const struct options *options) {
    snnd_structure structure;
    snnd_structure_init(&structure, sizeof structure);
    structure.budget = options->budget;
    structure.density = options->density;
    structure.sparsity = options->sparsity;
    structure.fan_in = options->budget == SNND_BUDGET_FAN_IN ? (int32_t)options->fan_in : 0;
    structure.signs = options->dale                            ? SNND_SIGNS_DALE
                      : options->structure == STRUCTURE_DEEP_R ? SNND_SIGNS_SYNAPSE
                      : options->structure == STRUCTURE_PRUNED ? SNND_SIGNS_DEFAULT /* the existing number */
                                                               : SNND_SIGNS_NONE;
    structure.start = options->structure == STRUCTURE_PRUNED ? SNND_START_MAGNITUDE : SNND_START_RANDOM;
    structure.seed = (uint64_t)options->seed;
    return structure;
}

/* Options that were not given have the default of the rule. */
static int32_t growth_of(const struct options *options, int32_t of_rule) {
    static const int32_t growth[] = {0, SNND_GROWTH_GRADIENT, SNND_GROWTH_RANDOM, SNND_GROWTH_MOMENTUM};
    return options->growth == GROWTH_OWN ? of_rule : growth[options->growth];
}

static snnd_status add_deep_r(const struct options *options, const snnd_structure *structure, struct model *model) {
    snnd_deep_r_options rule;
    snnd_deep_r_options_init(&rule, sizeof rule);
    rule.growth = growth_of(options, rule.growth);
    rule.temperature = options->temperature;
    return snnd_sparsity_create_deep_r(model->network, structure, &rule, &model->sparsity);
}

int32_t model_rewiring_stop(const struct options *options, int64_t steps) {
    return (int32_t)fmin(options->rewire_until * (double)steps, INT32_MAX);
}

static snnd_status add_rewiring(const struct options *options, const snnd_structure *structure, int64_t steps,
                                struct model *model) {
    snnd_rewiring_options rule;
    if (options->structure == STRUCTURE_RIGL)
        snnd_rigl_options_init(&rule, sizeof rule);
    else if (options->structure == STRUCTURE_SET)
        snnd_set_options_init(&rule, sizeof rule);
    else
        snnd_snfs_options_init(&rule, sizeof rule);
    rule.growth = growth_of(options, rule.growth);
    rule.interval = (int32_t)options->interval;
    rule.share = options->share;
    rule.stop = model_rewiring_stop(options, steps);
    return snnd_sparsity_create_rewiring(model->network, structure, &rule, &model->sparsity);
}

/* Sets a failure of the library, with the option and the file concerned. */
static int refuse_model(snnd_context *context, const char *option, const char *path, struct failure *failure) {
    return failed(failure, "--%s %s: %s", option, path, snnd_context_last_error(context));
}

/* Reads a network and copies its parameters to `network` with `take`, which fails if it has other layers. */
static int take_parameters(snnd_context *context, snnd_network *network, const char *option, const char *path,
                           snnd_status (*take)(snnd_network *network, const snnd_network *from),
                           struct failure *failure) {
    snnd_network *held = NULL;
    snnd_status status = snnd_network_load(context, path, &held);
    if (status == SNND_OK)
        status = take(network, held);
    snnd_network_free(held);
    return status == SNND_OK ? 0 : refuse_model(context, option, path, failure);
}

/* Copies the whole network that is pruned, including its masks and signs, which rewinding would not copy. */
static snnd_status take_all(snnd_network *network, const snnd_network *from) {
    const snnd_status status = snnd_network_copy_parameters(network, from);
    return status == SNND_OK ? snnd_network_set_readout(network, snnd_network_readout(from)) : status;
}

/* Prunes a trained network. A resumed run gets its masks and weights from the checkpoint, and from its initial model
 * the signs, and the sigma with which its schedule begins, since the two source models may not exist any more. */
static int add_pruning(snnd_context *context, const struct options *options, struct model *model,
                       struct failure *failure) {
    const snnd_structure structure = structure_of(options);
    char *begun = format_text("%s/" KEEP_INITIAL, options->out);
    const char *path = options->resume ? begun : options->from;
    int result = take_parameters(context, model->network, "from", path, take_all, failure);
    if (result == 0 && snnd_sparsity_create_fixed_mask(model->network, &structure, &model->sparsity) != SNND_OK)
        result = refuse_model(context, "from", path, failure);
    free(begun);
    if (result == 0 && !options->resume && options->rewind != NULL)
        result = take_parameters(context, model->network, "rewind", options->rewind, snnd_network_rewind, failure);
    return result;
}

/* With --paths the masks are changed while there is no controller, and the next controller keeps them. */
static snnd_status add_fixed_mask(const struct options *options, snnd_structure structure, struct model *model) {
    snnd_status status = snnd_sparsity_create_fixed_mask(model->network, &structure, &model->sparsity);
    if (status != SNND_OK || !options->paths)
        return status;
    snnd_sparsity_free(model->sparsity);
    model->sparsity = NULL;
    structure.start = SNND_START_KEEP;
    status = paths_make(model->network, (uint64_t)options->seed);
    return status == SNND_OK ? snnd_sparsity_create_fixed_mask(model->network, &structure, &model->sparsity) : status;
}

static snnd_status add_rule(const struct options *options, int64_t steps, struct model *model) {
    const snnd_structure structure = structure_of(options);
    switch (options->structure) {
    case STRUCTURE_FIXED:
        return add_fixed_mask(options, structure, model);
    case STRUCTURE_DEEP_R:
        return add_deep_r(options, &structure, model);
    case STRUCTURE_RIGL:
    case STRUCTURE_SET:
    case STRUCTURE_SNFS:
        return add_rewiring(options, &structure, steps, model);
    default:
        return SNND_OK;
    }
}

int model_make(snnd_context *context, const struct options *options, int32_t channels, int32_t classes, int64_t steps,
               struct model *model, struct failure *failure) {
    memset(model, 0, sizeof *model);
    snnd_status status = snnd_network_create(context, channels, &model->network);
    if (status == SNND_OK)
        status = add_layers(model->network, options, classes);
    if (status == SNND_OK)
        status = snnd_network_initialize(model->network, (uint64_t)options->seed);
    if (status == SNND_OK && options->structure != STRUCTURE_PRUNED)
        status = add_rule(options, steps, model);
    int result = status == SNND_OK ? 0 : failed(failure, "%s", snnd_context_last_error(context));
    if (result == 0 && options->structure == STRUCTURE_PRUNED)
        result = add_pruning(context, options, model, failure);
    if (result != 0)
        model_free(model);
    return result;
}

void model_free(struct model *model) {
    snnd_sparsity_free(model->sparsity);
    snnd_network_free(model->network);
    memset(model, 0, sizeof *model);
}

/* Batches that are augmented ahead, while a step computes. */
enum { AHEAD = 2 };

int model_trainer(snnd_context *context, const struct options *options, const struct model *model,
                  int (*progress)(void *user, const snnd_progress *progress), void *user, snnd_trainer **trainer,
                  struct failure *failure) {
    snnd_trainer_options training;
    snnd_optimizer_options weights;
    snnd_schedule weight_schedule, position_schedule;
    snnd_trainer_options_init(&training, sizeof training);
    snnd_optimizer_options_init(&weights, sizeof weights);
    snnd_schedule_init(&weight_schedule, sizeof weight_schedule);
    snnd_schedule_init(&position_schedule, sizeof position_schedule);
    weights.weight_decay = options->weight_decay;
    weight_schedule.kind = SNND_SCHEDULE_ONE_CYCLE;
    weight_schedule.value = options->weight_rate;
    position_schedule.kind = SNND_SCHEDULE_COSINE;
    position_schedule.value = options->position_rate;
    weight_schedule.epochs = position_schedule.epochs = (int32_t)options->epochs;
    training.weights = &weights;
    training.weight_schedule = &weight_schedule;
    training.position_schedule = &position_schedule;
    training.epochs = (int32_t)options->epochs;
    training.batch = (int32_t)options->batch;
    training.seed = (uint64_t)options->seed;
    training.l1 = options->l1;
    training.rate_penalty = options->rate_penalty;
    if (options->rate_penalty > 0) { /* without it they have no effect, as idle.c reports */
        training.rate_lower = options->rate_lower;
        training.rate_upper = options->rate_upper;
    }
    training.sparsity = model->sparsity;
    if (augmentation_is_on(&options->augmentation))
        training.prefetch = AHEAD;
    snnd_picojoules picojoules;
    snnd_picojoules_init(&picojoules, sizeof picojoules);
    picojoules.accumulation = options->picojoules.accumulation;
    picojoules.multiplication = options->picojoules.multiplication;
    training.picojoules = &picojoules;
    training.progress = progress;
    training.progress_user = user;
    training.rank = ranks_together()->rank;
    training.ranks = ranks_together()->size;
    training.shards = (int32_t)options->shards;
    training.reduce = ranks_add;
    return snnd_trainer_create(model->network, &training, trainer) == SNND_OK
               ? 0
               : failed(failure, "%s", snnd_context_last_error(context));
}
