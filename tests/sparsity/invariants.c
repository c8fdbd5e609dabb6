/* What holds whatever the rule, the budget, the signs and the number of synapses for a pair, for thousands of steps. */
#include "base/allocator.h"
#include "sparsity/masked.h"

Suite *invariants_suite(void);

enum { INPUTS = 6, HIDDEN = 9, CLASSES = 4, STEPS = 2000, EPOCH = 50 };

static snnd_context *context;

static void set_up(void) {
    context = make_context(1);
}

static void tear_down(void) {
    snnd_context_free(context);
}

typedef enum rule { FIXED, DEEP_R_GRADIENT, DEEP_R_RANDOM, DEEP_R_NOISE, RIGL, SET, SNFS, RULES } rule;

/* One way to train sparsely. */
typedef struct way {
    rule rule;
    int32_t budget, signs, several; /* snnd_budget, snnd_signs; 1: three synapses of fixed delays for each pair */
    snnd_network *network;
    snnd_layer *layer[2];
    snnd_sparsity *sparsity;
    snnd_workspace *workspace;
    snnd_optimizer *optimizer;
    /* Of the two layers: what there is, and copies of what must stay. */
    const uint8_t *mask[2];
    const float *weight[2];
    float *gradient[2];
    int64_t synapses[2];
    int8_t *sign[2];
    float *position[2];
    int64_t target; /* of the whole network */
    int64_t grown;
    bool still; /* gradients are 0 */
    int frozen; /* 1 + the layer whose weights are frozen; 0: none is */
    uint8_t *masks;
    float *weights; /* of that layer, as they were */
} way;

static bool is_deep_r(const way *w) {
    return w->rule >= DEEP_R_GRADIENT && w->rule <= DEEP_R_NOISE;
}

/* ---- making ---- */

static snnd_status create_rule(way *w, const snnd_structure *structure) {
    snnd_deep_r_options deep_r;
    snnd_rewiring_options rewiring;
    OK(context, snnd_deep_r_options_init(&deep_r, sizeof deep_r));
    deep_r.growth = w->rule == DEEP_R_GRADIENT ? SNND_GROWTH_GRADIENT : SNND_GROWTH_RANDOM;
    deep_r.temperature = w->rule == DEEP_R_NOISE ? 1e-3 : 0;
    switch (w->rule) {
    case FIXED:
        return snnd_sparsity_create_fixed_mask(w->network, structure, &w->sparsity);
    case RIGL:
        OK(context, snnd_rigl_options_init(&rewiring, sizeof rewiring));
        rewiring.interval = 7;
        rewiring.stop = STEPS - 100;
        break;
    case SET:
        OK(context, snnd_set_options_init(&rewiring, sizeof rewiring));
        break;
    case SNFS:
        OK(context, snnd_snfs_options_init(&rewiring, sizeof rewiring));
        break;
    default:
        return snnd_sparsity_create_deep_r(w->network, structure, &deep_r, &w->sparsity);
    }
    return snnd_sparsity_create_rewiring(w->network, structure, &rewiring, &w->sparsity);
}

static void remember(way *w) {
    for (int i = 0; i < 2; i++) {
        const size_t count = (size_t)count_of(w->layer[i], SNND_ARRAY_WEIGHT);
        const size_t positions = (size_t)count_of(w->layer[i], SNND_ARRAY_POSITION) * sizeof(float);
        w->position[i] = malloc(positions);
        memcpy(w->position[i], floats(w->layer[i], SNND_ARRAY_POSITION), positions);
        w->sign[i] = NULL;
        if (w->signs == SNND_SIGNS_NONE)
            continue;
        w->sign[i] = malloc(count);
        memcpy(w->sign[i], signs_of(w->layer[i]), count);
    }
}

/* Once: every look of Check's is a write to a file. */
static void look_at(way *w, int i) {
    w->mask[i] = mask_of(w->layer[i]);
    w->weight[i] = floats(w->layer[i], SNND_ARRAY_WEIGHT);
    w->gradient[i] = gradient_of(w->workspace, w->layer[i], SNND_ARRAY_WEIGHT);
    w->synapses[i] = count_of(w->layer[i], SNND_ARRAY_WEIGHT);
}

static void freeze(way *w, int layer) {
    const size_t count = (size_t)w->synapses[layer];
    OK(context, snnd_optimizer_set_factor(w->optimizer, w->layer[layer], SNND_ARRAY_WEIGHT, 0));
    w->masks = malloc(count);
    w->weights = malloc(count * sizeof *w->weights);
    ck_assert(w->masks != NULL && w->weights != NULL);
    memcpy(w->masks, w->mask[layer], count);
    memcpy(w->weights, w->weight[layer], count * sizeof *w->weights);
}

static void make_way(way *w, int32_t optimizer) {
    snnd_delay_options delays = delay_options(8);
    snnd_structure structure = structure_of(0.7);
    snnd_optimizer_options options;
    delays.synapses_per_pair = w->several ? 3 : 1;
    delays.learn_delays = !w->several;
    delays.sharing = SNND_SHARING_NONE + (int32_t)(w->rule + w->budget + w->signs) % SNND_SHARING_DENDRITIC;
    w->network = make_network(context, INPUTS);
    w->layer[0] = add_delays(w->network, HIDDEN, &delays);
    add_lif(w->network);
    w->layer[1] = add_delays(w->network, CLASSES, &delays);
    add_leaky_integrator(w->network);
    structure.budget = w->budget;
    structure.fan_in = w->budget == SNND_BUDGET_FAN_IN ? 3 : 0;
    structure.signs = w->signs;
    OK(context, create_rule(w, &structure));
    w->workspace = make_passed_workspace(w->network);
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.kind = optimizer;
    options.rate = 0.02;
    OK(context, snnd_optimizer_create(w->network, &options, &w->optimizer));
    for (int i = 0; i < 2; i++)
        look_at(w, i);
    w->target = snnd_network_active(w->network);
    w->grown = 0;
    remember(w);
    if (w->frozen > 0)
        freeze(w, w->frozen - 1);
}

static void free_way(way *w) {
    for (int i = 0; i < 2; i++) {
        free(w->position[i]);
        free(w->sign[i]);
    }
    free(w->masks);
    free(w->weights);
    snnd_optimizer_free(w->optimizer);
    snnd_workspace_free(w->workspace);
    snnd_sparsity_free(w->sparsity);
    snnd_network_free(w->network);
}

/* ---- what holds ---- */

static void assert_synapses(const way *w, int i) {
    const uint8_t *mask = w->mask[i];
    const float *weight = w->weight[i];
    for (int64_t s = 0; s < w->synapses[i]; s++) {
        HOLDS(mask[s] <= 1, "mask %lld of layer %d is %d", (long long)s, i, mask[s]);
        if (mask[s])
            HOLDS(w->signs == SNND_SIGNS_NONE || weight[s] > 0, "theta %lld of layer %d is %g", (long long)s, i,
                  (double)weight[s]);
        else
            HOLDS(is_deep_r(w) ? weight[s] <= 0 : !(weight[s] > 0 || weight[s] < 0),
                  "absent synapse %lld of layer %d weighs %g", (long long)s, i, (double)weight[s]);
    }
}

static int64_t ones(const way *w, int i, int64_t begin, int64_t end) {
    int64_t count = 0;
    for (int64_t s = begin; s < end; s++)
        count += w->mask[i][s];
    return count;
}

/* Counted here, not by the library's groups. */
static void assert_counts(const way *w) {
    int64_t all = 0;
    for (int i = 0; i < 2; i++) {
        const int64_t synapses = w->synapses[i], each = synapses / w->layer[i]->outputs;
        const int64_t here = ones(w, i, 0, synapses);
        all += here;
        if (w->budget == SNND_BUDGET_LAYER)
            HOLDS(here == (int64_t)floor((1 - 0.7) * (double)synapses), "layer %d has %lld synapses", i,
                  (long long)here);
        for (int64_t o = 0; w->budget == SNND_BUDGET_FAN_IN && o < w->layer[i]->outputs; o++)
            HOLDS(ones(w, i, o * each, (o + 1) * each) == 3, "neuron %lld of layer %d has not 3 synapses", (long long)o,
                  i);
    }
    HOLDS(all == w->target, "%lld synapses, not %lld", (long long)all, (long long)w->target);
}

static void assert_the_rest_stays(const way *w, int i) {
    const size_t count = (size_t)w->synapses[i];
    HOLDS(memcmp(w->layer[i]->arrays[SNND_ARRAY_POSITION].data, w->position[i],
                 snnd_array_bytes(&w->layer[i]->arrays[SNND_ARRAY_POSITION])) == 0,
          "positions of layer %d have changed", i);
    if (w->sign[i] == NULL)
        return;
    HOLDS(memcmp(w->layer[i]->arrays[SNND_ARRAY_SIGN].data, w->sign[i], count) == 0, "signs of layer %d have changed",
          i);
    const int64_t each = (int64_t)count / w->layer[i]->outputs, several = w->several ? 3 : 1;
    for (int64_t s = 0; w->signs == SNND_SIGNS_DALE && s < (int64_t)count; s++)
        HOLDS(w->sign[i][s] == w->sign[i][s % each / several * several], "synapse %lld breaks Dale's law",
              (long long)s);
}

static void assert_frozen(const way *w, int i) {
    HOLDS(memcmp(w->masks, w->mask[i], (size_t)w->synapses[i]) == 0, "synapses of frozen layer %d have changed", i);
    HOLDS(memcmp(w->weights, w->weight[i], (size_t)w->synapses[i] * sizeof *w->weights) == 0,
          "weights of frozen layer %d have changed", i);
    HOLDS(snnd_sparsity_regrown(w->sparsity, w->layer[i]) == 0, "synapses have grown in frozen layer %d", i);
}

static void assert_all(const way *w) {
    assert_counts(w);
    if (w->frozen > 0)
        assert_frozen(w, w->frozen - 1);
    for (int i = 0; i < 2; i++) {
        assert_synapses(w, i);
        assert_the_rest_stays(w, i);
    }
}

/* ---- steps ---- */

static void wander(way *w) {
    for (uint64_t step = 0; step < STEPS; step++) {
        for (int i = 0; i < 2; i++)
            fill_uniform(w->gradient[i], (size_t)w->synapses[i], w->still ? 0 : -1, w->still ? 0 : 1,
                         2 * step + (uint64_t)i);
        HOLDS(snnd_optimizer_step(w->optimizer, w->workspace) == SNND_OK &&
                  snnd_sparsity_step(w->sparsity, w->workspace, w->optimizer) == SNND_OK,
              "step %llu: %s", (unsigned long long)step, snnd_context_last_error(context));
        w->grown += snnd_sparsity_regrown(w->sparsity, NULL);
        assert_all(w);
        if (step % EPOCH != EPOCH - 1)
            continue;
        OK(context, snnd_sparsity_end_epoch(w->sparsity, w->optimizer));
        w->grown += snnd_sparsity_regrown(w->sparsity, NULL);
        assert_all(w);
    }
}

START_TEST(counts_and_signs_hold_for_thousands_of_steps) {
    for (int32_t budget = SNND_BUDGET_LAYER; budget <= SNND_BUDGET_FAN_IN; budget++)
        for (int32_t signs = SNND_SIGNS_NONE; signs <= SNND_SIGNS_DALE; signs++)
            for (int32_t several = 0; several < 2; several++) {
                way w = {.rule = (rule)_i, .budget = budget, .signs = signs, .several = several};
                if (is_deep_r(&w) && signs == SNND_SIGNS_NONE)
                    continue;
                make_way(&w, (budget + signs + several) % 2 == 0 ? SNND_ADAM : SNND_SGD);
                wander(&w);
                if (_i == FIXED)
                    ck_assert_int_eq(w.grown, 0);
                else
                    ck_assert_int_gt(w.grown, 50);
                free_way(&w);
            }
}
END_TEST

START_TEST(a_layer_that_is_frozen_keeps_its_synapses) {
    for (int32_t budget = SNND_BUDGET_LAYER; budget <= SNND_BUDGET_FAN_IN; budget++)
        for (int kind = 0; kind < 4; kind++) {
            const int frozen = 1 + kind % 2;
            way w = {.rule = (rule)_i, .budget = budget, .frozen = frozen, .still = kind / 2};
            w.signs = is_deep_r(&w) || frozen == 2 ? SNND_SIGNS_DALE : SNND_SIGNS_NONE;
            make_way(&w, frozen == 1 ? SNND_ADAM : SNND_SGD);
            wander(&w);
            ck_assert(_i == FIXED || w.still || w.grown > 20);
            free_way(&w);
        }
}
END_TEST

START_TEST(rules_that_cannot_do_without_signs_say_so) {
    for (int r = DEEP_R_GRADIENT; r <= DEEP_R_NOISE; r++) {
        way w = {.rule = (rule)r};
        w.network = make_network(context, INPUTS);
        w.layer[0] = add_delays(w.network, HIDDEN, NULL);
        snnd_structure structure = structure_of(0.5);
        structure.signs = SNND_SIGNS_NONE;
        FAILS(context, SNND_ERROR_ARGUMENT, "synapses must have fixed signs", create_rule(&w, &structure));
        snnd_network_free(w.network);
    }
}
END_TEST

/* Where a controller cannot be created, the network has neither its masks nor its signs, and can be initialized. */
static snnd_status create_and_forget(snnd_context *own, void *user) {
    way *w = user;
    const snnd_structure structure = structure_of(0.5);
    (void)own;
    const snnd_status status = create_rule(w, &structure);
    if (status != SNND_OK)
        return status;
    snnd_sparsity_free(w->sparsity);
    return snnd_network_initialize(w->network, 0);
}

START_TEST(a_controller_without_memory_leaves_nothing_behind) {
    allocator memory = {0};
    snnd_context *starving;
    OK(context, allocator_context(&memory, 1, &starving));
    way w = {.rule = (rule)_i, .network = make_spiking(starving, 4, 10, 4, 8, 0)};
    allocator_starve(starving, &memory, create_and_forget, &w);
    snnd_network_free(w.network);
    snnd_context_free(starving);
}
END_TEST

Suite *invariants_suite(void) {
    Suite *suite = suite_create("sparsity/invariants");
    TCase *cases = tcase_create("invariants");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_set_timeout(cases, 120);
    tcase_add_loop_test(cases, counts_and_signs_hold_for_thousands_of_steps, 0, RULES);
    tcase_add_loop_test(cases, a_layer_that_is_frozen_keeps_its_synapses, 0, RULES);
    tcase_add_loop_test(cases, a_controller_without_memory_leaves_nothing_behind, 0, RULES);
    tcase_add_test(cases, rules_that_cannot_do_without_signs_say_so);
    suite_add_tcase(suite, cases);
    return suite;
}
