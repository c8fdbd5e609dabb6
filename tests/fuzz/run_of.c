#include "run_of.h"

enum { INPUTS = 2, HIDDEN = 3, CLASSES = 2, STEPS = 6, SAMPLES = 4 };

/* The neurons of the last kind adapt. */
static snnd_network *make_network(snnd_context *context, int kind) {
    snnd_network *network = NULL;
    snnd_delay_options delays;
    MUST(context, snnd_delay_options_init(&delays, sizeof delays));
    delays.max_delay = 4;
    delays.sharing = SNND_SHARING_AXONAL;
    MUST(context, snnd_network_create(context, INPUTS, &network));
    MUST(context, snnd_network_add_delays(network, HIDDEN, &delays, NULL));
    MUST(context, snnd_network_add_batch_norm(network, NULL, NULL));
    if (kind == RUN_KINDS - 1)
        MUST(context, snnd_network_add_adaptive_lif(network, NULL, NULL));
    else
        MUST(context, snnd_network_add_lif(network, NULL, NULL));
    MUST(context, snnd_network_add_dropout(network, 0.25, NULL));
    delays.sharing = SNND_SHARING_DENDRITIC;
    MUST(context, snnd_network_add_delays(network, CLASSES, &delays, NULL));
    MUST(context, snnd_network_add_leaky_integrator(network, NULL, NULL));
    return network;
}

static void rewiring(run_of *run, const snnd_structure *structure, int kind) {
    snnd_rewiring_options options;
    if (kind == 4)
        MUST(run->context, snnd_rigl_options_init(&options, sizeof options));
    else if (kind == 5)
        MUST(run->context, snnd_set_options_init(&options, sizeof options));
    else
        MUST(run->context, snnd_snfs_options_init(&options, sizeof options));
    if (options.interval > 0)
        options.interval = 2;
    MUST(run->context, snnd_sparsity_create_rewiring(run->network, structure, &options, &run->sparsity));
}

static void control(run_of *run, int kind) {
    snnd_structure structure;
    snnd_deep_r_options deep_r;
    MUST(run->context, snnd_structure_init(&structure, sizeof structure));
    MUST(run->context, snnd_deep_r_options_init(&deep_r, sizeof deep_r));
    structure.sparsity = 0.5;
    structure.budget = kind == 6 ? SNND_BUDGET_NETWORK : SNND_BUDGET_LAYER;
    deep_r.growth = kind == 2 ? SNND_GROWTH_GRADIENT : SNND_GROWTH_RANDOM;
    deep_r.temperature = kind == 2 ? 0 : 1e-3;
    if (kind == 1)
        MUST(run->context, snnd_sparsity_create_fixed_mask(run->network, &structure, &run->sparsity));
    else if (kind == 2 || kind == 3)
        MUST(run->context, snnd_sparsity_create_deep_r(run->network, &structure, &deep_r, &run->sparsity));
    else if (kind > 3)
        rewiring(run, &structure, kind);
}

run_of run_create(snnd_context *context, int kind) {
    run_of run = {.context = context, .network = make_network(context, kind)};
    snnd_trainer_options options;
    snnd_optimizer_options sgd;
    control(&run, kind);
    MUST(context, snnd_trainer_options_init(&options, sizeof options));
    MUST(context, snnd_optimizer_options_init(&sgd, sizeof sgd));
    sgd.kind = SNND_SGD;
    options.epochs = 4;
    options.batch = SAMPLES;
    options.sparsity = run.sparsity;
    options.weights = kind == 3 || kind == 6 ? &sgd : NULL;
    MUST(context, snnd_trainer_create(run.network, &options, &run.trainer));
    return run;
}

void run_free(run_of *run) {
    snnd_trainer_free(run->trainer);
    snnd_sparsity_free(run->sparsity);
    snnd_network_free(run->network);
}

snnd_status run_step(run_of *run) {
    static const int32_t labels[SAMPLES] = {0, 1, 0, 1};
    float input[SAMPLES][STEPS][INPUTS] = {{{0}}};
    for (int n = 0; n < SAMPLES; n++)
        input[n][n][0] = input[n][n + 1 + labels[n]][1] = 8;
    return MAY(run->context, snnd_trainer_step(run->trainer, &input[0][0][0], labels, SAMPLES, STEPS, NULL));
}
