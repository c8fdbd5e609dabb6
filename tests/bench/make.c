#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

int bench_check(const struct bench *bench, snnd_status status) {
    if (status != SNND_OK)
        fprintf(stderr, "snnd-bench: %s: %s\n", snnd_status_string(status),
                bench->context == NULL ? "" : snnd_context_last_error(bench->context));
    return status == SNND_OK;
}

static int make_context(struct bench *bench) {
    snnd_context_options wanted;
    snnd_context_options_init(&wanted, sizeof wanted);
    wanted.threads = bench->options.threads;
    wanted.isa = bench->options.isa;
    wanted.method = bench->options.method;
    wanted.products = bench->options.products;
    wanted.low_memory = bench->options.low_memory;
    return bench_check(bench, snnd_context_create(&wanted, &bench->context));
}

static int evaluates(const struct bench *bench) {
    return bench->options.mode == BENCH_EVAL || bench->options.mode == BENCH_STREAM;
}

static int add_delays(struct bench *bench, int32_t outputs) {
    snnd_delay_options delays;
    snnd_delay_options_init(&delays, sizeof delays);
    delays.max_delay = bench->options.taps - 1;
    delays.sharing = bench->options.sharing + SNND_SHARING_NONE;
    return bench_check(bench, snnd_network_add_delays(bench->network, outputs, &delays, NULL));
}

static int add_hidden(struct bench *bench, int32_t neurons) {
    snnd_batch_norm_options norm;
    snnd_batch_norm_options_init(&norm, sizeof norm);
    if (evaluates(bench))
        norm.momentum = 1; /* one batch settles it */
    return add_delays(bench, neurons) && bench_check(bench, snnd_network_add_batch_norm(bench->network, &norm, NULL)) &&
           bench_check(bench, bench->options.neurons == BENCH_ADAPTIVE
                                  ? snnd_network_add_adaptive_lif(bench->network, NULL, NULL)
                                  : snnd_network_add_lif(bench->network, NULL, NULL)) &&
           bench_check(bench, snnd_network_add_dropout(bench->network, 0.4, NULL));
}

static int make_layers(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    if (!bench_check(bench, snnd_network_create(bench->context, o->inputs, &bench->network)))
        return 0;
    for (int32_t i = 0; i < o->layers; i++)
        if (!add_hidden(bench, o->hidden[i]))
            return 0;
    return add_delays(bench, o->classes) &&
           bench_check(bench, snnd_network_add_leaky_integrator(bench->network, NULL, NULL)) &&
           bench_check(bench, snnd_network_initialize(bench->network, 1)) &&
           (o->sigma < 0 || bench_check(bench, snnd_network_set_sigma(bench->network, o->sigma)));
}

static int make_sparsity(struct bench *bench) {
    const struct bench_options *o = &bench->options;
    snnd_structure structure;
    snnd_deep_r_options deep_r;
    snnd_structure_init(&structure, sizeof structure);
    snnd_deep_r_options_init(&deep_r, sizeof deep_r);
    structure.sparsity = o->sparsity;
    deep_r.growth = o->rule == BENCH_DEEP_R_RANDOM ? SNND_GROWTH_RANDOM : SNND_GROWTH_GRADIENT;
    if (o->rule == BENCH_DENSE)
        return 1;
    if (o->rule == BENCH_FIXED)
        return bench_check(bench, snnd_sparsity_create_fixed_mask(bench->network, &structure, &bench->sparsity));
    return bench_check(bench, snnd_sparsity_create_deep_r(bench->network, &structure, &deep_r, &bench->sparsity));
}

int bench_make_network(struct bench *bench) {
    return make_context(bench) && make_layers(bench) && make_sparsity(bench);
}

int bench_make_samples(struct bench *bench, int32_t count) {
    const struct bench_options *o = &bench->options;
    const size_t numbers = (size_t)count * (size_t)o->steps * (size_t)o->inputs;
    uint64_t state = 1;
    bench->input = malloc(numbers * sizeof *bench->input);
    bench->labels = malloc((size_t)count * sizeof *bench->labels);
    if (bench->input == NULL || bench->labels == NULL)
        return bench_check(bench, SNND_ERROR_MEMORY);
    for (size_t k = 0; k < numbers; k++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        bench->input[k] = (float)(state >> 40) * 0x1p-20f;
    }
    for (int32_t b = 0; b < count; b++)
        bench->labels[b] = b * 7 % o->classes;
    return 1;
}

static int make_optimizers(struct bench *bench) {
    snnd_optimizer_options adam;
    snnd_optimizer_options_init(&adam, sizeof adam);
    adam.parameters = SNND_PARAMETERS_WEIGHTS;
    adam.rate = 1e-3;
    if (!bench_check(bench, snnd_optimizer_create(bench->network, &adam, &bench->weights)))
        return 0;
    adam.parameters = SNND_PARAMETERS_POSITIONS;
    adam.rate = 0.1;
    return bench_check(bench, snnd_optimizer_create(bench->network, &adam, &bench->positions));
}

/* Gives batch norm the statistics of a few samples, so that neurons fire as after training. */
static int settle(struct bench *bench) {
    const int32_t few = bench->options.batch < 16 ? bench->options.batch : 16;
    snnd_workspace *workspace = NULL;
    const int good =
        bench_check(bench, snnd_workspace_create(bench->network, few, bench->options.steps, 1, &workspace)) &&
        bench_check(bench, snnd_workspace_forward(workspace, SNND_TRAIN, bench->input, few));
    snnd_workspace_free(workspace);
    return good;
}

int bench_make_steps(struct bench *bench) {
    const int32_t batch = bench->options.batch, steps = bench->options.steps;
    return bench_make_network(bench) && bench_make_samples(bench, batch) &&
           (evaluates(bench) ? settle(bench) : make_optimizers(bench)) &&
           bench_check(bench,
                       snnd_workspace_create(bench->network, batch, steps, !evaluates(bench), &bench->workspace));
}

void bench_clean_up(struct bench *bench) {
    snnd_trainer_free(bench->trainer);
    snnd_workspace_free(bench->workspace);
    snnd_optimizer_free(bench->weights);
    snnd_optimizer_free(bench->positions);
    snnd_sparsity_free(bench->sparsity);
    snnd_network_free(bench->network);
    snnd_dataset_free(bench->data);
    snnd_context_free(bench->context);
    free(bench->input);
    free(bench->counts);
    free(bench->labels);
}
