/* A small problem, and trainers for it. */
#ifndef SNND_TESTS_TRAIN_TOY_H
#define SNND_TESTS_TRAIN_TOY_H

#include "model/small.h"
#include "train/trainer.h"

enum { TOY_CHANNELS = 2, TOY_CLASSES = 3, TOY_STEPS = 30, TOY_HIDDEN = 12, TOY_DELAY = 10 };

/* A rate at which synapses come and go in every epoch. */
static const double REWIRING = 0.5;

/* Two pulses a sample, one in each channel. Which comes first, and by how much, is the class: only timing tells. */
static inline snnd_dataset *make_pulses(snnd_context *context, int32_t count, int32_t steps, uint64_t seed) {
    float *input = calloc((size_t)(count * steps * TOY_CHANNELS), sizeof *input);
    int32_t *label = malloc((size_t)count * sizeof *label);
    ck_assert(input != NULL && label != NULL);
    for (int32_t b = 0; b < count; b++) {
        label[b] = b % TOY_CLASSES;
        const int32_t first = 6 + (int32_t)uniform(0, steps - 16, seed, (uint64_t)b);
        input[(b * steps + first) * TOY_CHANNELS] = 2;
        input[(b * steps + first + 5 * (label[b] - 1)) * TOY_CHANNELS + 1] = 2;
    }
    snnd_samples samples;
    snnd_dataset *dataset;
    OK(context, snnd_samples_init(&samples, sizeof samples));
    samples.input = input;
    samples.label = label;
    samples.samples = count;
    samples.steps = steps;
    samples.channels = TOY_CHANNELS;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    free(input);
    free(label);
    return dataset;
}

/* The same with ends: sample b has the first `steps` - b % 7 steps of its own, and behind them numbers that are none.
 */
static inline snnd_dataset *make_padded_pulses(snnd_context *context, int32_t count, int32_t steps, uint64_t seed) {
    enum { PADDING = 3 };
    snnd_dataset *whole = make_pulses(context, count, steps, seed), *dataset;
    const size_t size = (size_t)((steps + PADDING) * TOY_CHANNELS);
    float *input = malloc((size_t)count * size * sizeof *input);
    int32_t *label = malloc((size_t)count * sizeof *label), *length = malloc((size_t)count * sizeof *length);
    ck_assert(input != NULL && label != NULL && length != NULL);
    for (int32_t b = 0; b < count; b++) {
        const float *from;
        OK(context, snnd_dataset_sample(whole, b, &from, &label[b]));
        length[b] = steps - b % 7;
        for (size_t k = 0; k < size; k++)
            input[(size_t)b * size + k] = k < (size_t)(length[b] * TOY_CHANNELS) ? from[k] : NAN;
    }
    snnd_samples samples;
    OK(context, snnd_samples_init(&samples, sizeof samples));
    samples.input = input;
    samples.label = label;
    samples.length = length;
    samples.samples = count;
    samples.steps = steps + PADDING;
    samples.channels = TOY_CHANNELS;
    OK(context, snnd_dataset_create(context, &samples, &dataset));
    snnd_dataset_free(whole);
    free(input);
    free(label);
    free(length);
    return dataset;
}

/* What a trainer for the toy problem is made with. */
typedef struct toy {
    enum {
        TOY_DENSE,
        TOY_DEEP_R_GRADIENT,
        TOY_DEEP_R_RANDOM,
        TOY_FIXED_MASK,
        TOY_DEEP_R_NOISE,
        TOY_RIGL,
        TOY_SET,
        TOY_SNFS,
        TOY_STRUCTURES
    } structure;
    int32_t optimizer;
    int32_t adaptive; /* 1: hidden neurons adapt */
    double dropout;
    double rate;   /* peak of the weights' one-cycle; 0: the paper's */
    uint64_t draw; /* of the network's parameters */
    snnd_trainer_options options;
    /* and what comes of it */
    snnd_context *context;
    snnd_network *network;
    snnd_sparsity *sparsity;
    snnd_trainer *trainer;
} toy;

static inline toy plan_toy(snnd_context *context) {
    toy plan = {.structure = TOY_DENSE, .optimizer = SNND_ADAM, .dropout = 0.2, .draw = 1, .context = context};
    ck_assert_int_eq(snnd_trainer_options_init(&plan.options, sizeof plan.options), SNND_OK);
    plan.options.epochs = 8;
    plan.options.batch = 16;
    plan.options.seed = 5;
    return plan;
}

/* Whether synapses come and go. */
static inline bool toy_rewires(int structure) {
    return structure != TOY_DENSE && structure != TOY_FIXED_MASK;
}

static inline void make_toy_rewiring(toy *plan, snnd_structure structure) {
    snnd_rewiring_options rule;
    if (plan->structure == TOY_RIGL) {
        OK(plan->context, snnd_rigl_options_init(&rule, sizeof rule));
        rule.interval = 3;
        rule.stop = 30;
    } else if (plan->structure == TOY_SET) {
        OK(plan->context, snnd_set_options_init(&rule, sizeof rule));
    } else {
        ck_assert_int_eq(plan->structure, TOY_SNFS);
        OK(plan->context, snnd_snfs_options_init(&rule, sizeof rule));
        structure.budget = SNND_BUDGET_NETWORK;
    }
    OK(plan->context, snnd_sparsity_create_rewiring(plan->network, &structure, &rule, &plan->sparsity));
}

static inline void make_toy_sparsity(toy *plan) {
    const snnd_structure structure = structure_of(0.5);
    snnd_deep_r_options deep_r;
    OK(plan->context, snnd_deep_r_options_init(&deep_r, sizeof deep_r));
    deep_r.growth = plan->structure == TOY_DEEP_R_GRADIENT ? SNND_GROWTH_GRADIENT : SNND_GROWTH_RANDOM;
    deep_r.temperature = plan->structure == TOY_DEEP_R_NOISE ? 1e-5 : 0;
    if (plan->structure == TOY_FIXED_MASK)
        OK(plan->context, snnd_sparsity_create_fixed_mask(plan->network, &structure, &plan->sparsity));
    else if (plan->structure >= TOY_RIGL)
        make_toy_rewiring(plan, structure);
    else if (plan->structure != TOY_DENSE)
        OK(plan->context, snnd_sparsity_create_deep_r(plan->network, &structure, &deep_r, &plan->sparsity));
}

static inline void make_toy(toy *plan) {
    snnd_optimizer_options kind;
    snnd_schedule cycle;
    OK(plan->context, snnd_optimizer_options_init(&kind, sizeof kind));
    OK(plan->context, snnd_schedule_init(&cycle, sizeof cycle));
    kind.kind = plan->optimizer;
    plan->network = make_usual(plan->context, TOY_CHANNELS, TOY_HIDDEN, TOY_CLASSES, TOY_DELAY, plan->dropout,
                               plan->adaptive ? add_adaptive_lif : add_lif);
    OK(plan->context, snnd_network_initialize(plan->network, plan->draw));
    make_toy_sparsity(plan);
    cycle.kind = SNND_SCHEDULE_ONE_CYCLE;
    cycle.epochs = plan->options.epochs;
    cycle.value = plan->rate;
    snnd_trainer_options options = plan->options;
    options.sparsity = plan->sparsity;
    if (options.weights == NULL)
        options.weights = options.positions = &kind;
    if (options.weight_schedule == NULL && plan->rate > 0)
        options.weight_schedule = &cycle;
    OK(plan->context, snnd_trainer_create(plan->network, &options, &plan->trainer));
}

static inline void free_toy(toy *made) {
    snnd_trainer_free(made->trainer);
    snnd_sparsity_free(made->sparsity);
    snnd_network_free(made->network);
    made->trainer = NULL;
    made->sparsity = NULL;
    made->network = NULL;
}

static inline snnd_epoch_report train_epochs(toy *made, const snnd_dataset *dataset, int32_t epochs) {
    snnd_epoch_report report;
    OK(made->context, snnd_epoch_report_init(&report, sizeof report));
    for (int32_t e = 0; e < epochs; e++)
        OK(made->context, snnd_trainer_epoch(made->trainer, dataset, &report));
    return report;
}

/* A progress callback that counts down and asks to stop at 0; below 0 it never does. */
static inline int stop_at_zero(void *user, const snnd_progress *progress) {
    (void)progress;
    return --*(int *)user == 0;
}

/* All of two reports but the seconds, member by member: between them a structure has bytes that are nobody's. */
static inline void assert_same_reports(const snnd_epoch_report *a, const snnd_epoch_report *b) {
    ck_assert_int_eq(a->epoch, b->epoch);
    ck_assert_int_eq(a->samples, b->samples);
    ck_assert_int_eq(a->correct, b->correct);
    ck_assert_double_eq(a->accuracy, b->accuracy);
    ck_assert_double_eq(a->loss, b->loss);
    ck_assert_double_eq(a->cross_entropy, b->cross_entropy);
    ck_assert_double_eq(a->sigma, b->sigma);
    ck_assert_double_eq(a->weight_rate, b->weight_rate);
    ck_assert_double_eq(a->position_rate, b->position_rate);
    ck_assert_double_eq(a->spike_rate, b->spike_rate);
    ck_assert_int_eq(a->active, b->active);
    ck_assert_int_eq(a->regrown, b->regrown);
    ck_assert_int_eq(a->empty_layers, b->empty_layers);
    ck_assert_double_eq(a->accumulations, b->accumulations);
    ck_assert_double_eq(a->multiplications, b->multiplications);
    ck_assert_double_eq(a->picojoules, b->picojoules);
    ck_assert_double_eq(a->rate_penalty, b->rate_penalty);
}

#endif
