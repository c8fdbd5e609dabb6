#include "model.h"

#include <string.h>

static snnd_status add_delays(snnd_network *network, const struct options *options, int32_t neurons) {
    snnd_delay_options delays;
    snnd_delay_options_init(&delays, sizeof delays);
    delays.max_delay = (int32_t)options->max_delay;
    delays.kernel_count = (int32_t)options->kernel_count;
    delays.learn_delays = options->delays == DELAYS_LEARNED;
    return snnd_network_add_delays(network, neurons, &delays, NULL);
}

/* Delays -> batch norm -> LIF -> dropout for each hidden layer, then delays -> leaky integrator. */
static snnd_status add_layers(snnd_network *network, const struct options *options, int32_t classes) {
    snnd_status status = SNND_OK;
    for (int i = 0; status == SNND_OK && i < options->hidden.count; i++) {
        status = add_delays(network, options, options->hidden.width[i]);
        if (status == SNND_OK)
            status = snnd_network_add_batch_norm(network, NULL, NULL);
        if (status == SNND_OK)
            status = snnd_network_add_lif(network, NULL, NULL);
        if (status == SNND_OK)
            status = snnd_network_add_dropout(network, options->dropout, NULL);
    }
    if (status == SNND_OK)
        status = add_delays(network, options, classes);
    if (status == SNND_OK)
        status = snnd_network_add_leaky_integrator(network, NULL, NULL);
    return status;
}

static snnd_status add_structure(const struct options *options, struct model *model) {
    if (options->structure == STRUCTURE_FIXED) {
        snnd_fixed_mask_options mask;
        snnd_fixed_mask_options_init(&mask, sizeof mask);
        mask.sparsity = options->sparsity;
        mask.seed = (uint64_t)options->seed;
        return snnd_sparsity_create_fixed_mask(model->network, &mask, &model->sparsity);
    }
    if (options->structure == STRUCTURE_DEEP_R) {
        snnd_deep_r_options rules;
        snnd_deep_r_options_init(&rules, sizeof rules);
        rules.sparsity = options->sparsity;
        rules.growth = options->growth == GROWTH_GRADIENT ? SNND_GROWTH_GRADIENT : SNND_GROWTH_RANDOM;
        rules.dale = options->dale;
        rules.seed = (uint64_t)options->seed;
        return snnd_sparsity_create_deep_r(model->network, &rules, &model->sparsity);
    }
    return SNND_OK;
}

int model_make(snnd_context *context, const struct options *options, int32_t channels, int32_t classes,
               struct model *model, struct failure *failure) {
    memset(model, 0, sizeof *model);
    snnd_status status = snnd_network_create(context, channels, &model->network);
    if (status == SNND_OK)
        status = add_layers(model->network, options, classes);
    if (status == SNND_OK)
        status = snnd_network_initialize(model->network, (uint64_t)options->seed);
    if (status == SNND_OK)
        status = add_structure(options, model);
    if (status == SNND_OK)
        return 0;
    model_free(model);
    return failed(failure, "%s", snnd_context_last_error(context));
}

void model_free(struct model *model) {
    snnd_sparsity_free(model->sparsity);
    snnd_network_free(model->network);
    memset(model, 0, sizeof *model);
}

int model_trainer(snnd_context *context, const struct options *options, const struct model *model,
                  int (*progress)(void *user, const snnd_progress *progress), void *user, snnd_trainer **trainer,
                  struct failure *failure) {
    snnd_trainer_options training;
    snnd_trainer_options_init(&training, sizeof training);
    training.epochs = (int32_t)options->epochs;
    training.batch = (int32_t)options->batch;
    training.seed = (uint64_t)options->seed;
    training.l1 = options->l1;
    training.sparsity = model->sparsity;
    training.progress = progress;
    training.progress_user = user;
    return snnd_trainer_create(model->network, &training, trainer) == SNND_OK
               ? 0
               : failed(failure, "%s", snnd_context_last_error(context));
}
