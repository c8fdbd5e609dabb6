/*
 * The ways to compute delays, against each other: random networks whose second and third layer of delays get spikes.
 * A spike that rounding makes, or takes, would not be an error, but would hide one: networks are taken whose potentials
 * all keep away from the threshold.
 */
#include "base/allocator.h"
#include "kernel/basis.h"
#include "model/block.h"
#include "model/delay_state.h"
#include "model/small.h"

Suite *paths_suite(void);

/* Delay layers of the networks, their places in the chain, and neurons. */
enum { DELAYS = 3, FIRST = 0, SECOND = 4, THIRD = 7, LAYERS = 9 };
static const int32_t delay_layer[DELAYS] = {FIRST, SECOND, THIRD};
static const int32_t lif_layer[] = {2, 6};

typedef enum mask { DENSE, FIXED, DEEP_R, DEEP_R_BY_GRADIENT } mask;

typedef struct shape {
    int32_t inputs, first, second, outputs, steps, batch;
    int32_t kernel_count, max_delay, isa;
    double sigma, dropout;
    mask mask;
} shape;

/* ---- networks ---- */

typedef struct net {
    snnd_context *context;
    snnd_network *network;
    snnd_sparsity *sparsity;
    snnd_workspace *workspace;
    float *input;
    int32_t *labels;
} net;

static snnd_context_options context_options(int32_t threads, int32_t method, int32_t isa) {
    snnd_context_options options;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = threads;
    options.method = method;
    options.isa = isa;
    return options;
}

static snnd_sparsity *make_sparsity(snnd_network *network, mask which) {
    const snnd_structure structure = structure_of(0.6);
    snnd_deep_r_options deep_r;
    snnd_sparsity *made = NULL;
    OK(network->context, snnd_deep_r_options_init(&deep_r, sizeof deep_r));
    deep_r.growth = which == DEEP_R ? SNND_GROWTH_RANDOM : SNND_GROWTH_GRADIENT;
    if (which == FIXED)
        OK(network->context, snnd_sparsity_create_fixed_mask(network, &structure, &made));
    else if (which != DENSE)
        OK(network->context, snnd_sparsity_create_deep_r(network, &structure, &deep_r, &made));
    return made;
}

/* delays, batch norm, LIF, dropout; delays, batch norm, LIF; delays, leaky integrator. */
static snnd_network *make_chain(snnd_context *context, const shape *given, uint64_t seed) {
    snnd_delay_options options = delay_options(given->max_delay);
    options.kernel_count = given->kernel_count;
    snnd_network *made = make_network(context, given->inputs);
    add_delays(made, given->first, &options);
    add_batch_norm(made);
    add_lif(made);
    add_dropout(made, given->dropout);
    add_delays(made, given->second, &options);
    add_batch_norm(made);
    add_lif(made);
    add_delays(made, given->outputs, &options);
    add_leaky_integrator(made);
    OK(context, snnd_network_initialize(made, seed));
    OK(context, snnd_network_set_sigma(made, given->sigma));
    return made;
}

static net make_net(const shape *given, uint64_t seed, const snnd_context_options *options) {
    net made;
    ck_assert_int_eq(snnd_context_create(options, &made.context), SNND_OK);
    made.network = make_chain(made.context, given, seed);
    made.sparsity = make_sparsity(made.network, given->mask);
    made.workspace = make_workspace(made.network, given->batch, given->steps);
    made.input = make_numbers((size_t)(given->batch * given->steps * given->inputs), seed);
    made.labels = make_labels(given->batch, given->outputs);
    return made;
}

static void free_net(net *held) {
    free(held->input);
    free(held->labels);
    snnd_workspace_free(held->workspace);
    snnd_sparsity_free(held->sparsity);
    snnd_network_free(held->network);
    snnd_context_free(held->context);
}

static snnd_layer *layer_of(const net *held, int32_t index) {
    return snnd_network_layer(held->network, index);
}

static snnd_stage *stage_of(const net *held, int32_t index) {
    return &held->workspace->stage[index];
}

/* ---- passes ---- */

/* A training pass with gradients. One class has no loss: there a gradient of the output is given. Returns the loss. */
static double pass(const net *held, double l1) {
    const int32_t outputs = snnd_network_outputs(held->network), batch = held->workspace->batch;
    snnd_loss_options options;
    OK(held->context, snnd_loss_options_init(&options, sizeof options));
    options.l1 = l1;
    if (outputs > 1)
        return train_pass(held->workspace, held->input, held->labels, batch, &options);
    float *gradient = make_numbers((size_t)(held->workspace->steps * batch), 3);
    OK(held->context, snnd_workspace_forward(held->workspace, SNND_TRAIN, held->input, batch));
    OK(held->context, snnd_workspace_set_output_gradient(held->workspace, gradient));
    OK(held->context, snnd_workspace_backward(held->workspace));
    free(gradient);
    return 0;
}

static size_t values_of(const net *held, int32_t index) {
    return (size_t)held->workspace->steps * (size_t)held->workspace->batch *
           (size_t)snnd_layer_outputs(layer_of(held, index));
}

/* Least distance of a potential from the threshold in the last pass. */
static double margin_of(const net *held) {
    double least = INFINITY;
    for (int l = 0; l < COUNT(lif_layer); l++) {
        float *potential = record_of(held->workspace, layer_of(held, lif_layer[l]), SNND_RECORD_POTENTIAL);
        for (size_t k = 0; k < values_of(held, lif_layer[l]); k++)
            least = fmin(least, fabs((double)potential[k] - 1));
        free(potential);
    }
    return least;
}

/* The largest number of a layer of delays, or of the output, where that is least. */
static double reach_of(const net *held) {
    static const int32_t looked_at[] = {FIRST, SECOND, THIRD, LAYERS - 1};
    double least = INFINITY;
    for (int l = 0; l < COUNT(looked_at); l++) {
        double largest = 0;
        float *record = record_of(held->workspace, layer_of(held, looked_at[l]), SNND_RECORD_OUTPUT);
        for (size_t k = 0; k < values_of(held, looked_at[l]); k++)
            largest = fmax(largest, fabs((double)record[k]));
        least = fmin(least, largest);
        free(record);
    }
    return least;
}

/* Potentials are off by less than this where all that is summed is of size 1; `MARGIN` is far more. */
static const double MARGIN = 2e-5;

/* The first seed of a network that rounding makes no spikes in, and that spikes get through: where only the tails of
 * kernels arrive before the recording ends, all there is is about what filters leave out. */
static uint64_t safe_seed(const shape *given) {
    const snnd_context_options options = context_options(1, SNND_METHOD_TAPS, given->isa);
    for (uint64_t seed = 1;; seed++) {
        ck_assert_msg(seed < 200, "no network keeps away from its threshold");
        net held = make_net(given, seed, &options);
        OK(held.context, snnd_workspace_forward(held.workspace, SNND_TRAIN, held.input, given->batch));
        const double margin = margin_of(&held), reach = reach_of(&held);
        free_net(&held);
        if (margin > MARGIN && reach > 0.01)
            return seed;
    }
}

/* ---- what is compared ---- */

static void assert_near(const float *got, const float *expected, size_t count, double tolerance, const char *what,
                        int32_t layer, const char *path) {
    double largest = 0, worst = 0;
    for (size_t k = 0; k < count; k++) {
        HOLDS(isfinite(got[k]), "%s: %s of layer %d, number %zu is %g", path, what, layer, k, (double)got[k]);
        largest = fmax(largest, fabs((double)expected[k]));
        worst = fmax(worst, fabs((double)got[k] - (double)expected[k]));
    }
    ck_assert_msg(worst <= tolerance * largest, "%s: %s of layer %d is off by %g; the largest is %g", path, what, layer,
                  worst, largest);
}

/* Sums in another order, and filters that leave out 2^-22 of a kernel: a few units in the last place of the largest;
 * gradients have gone through three layers of them. */
static const double FORWARD = 1e-5, BACKWARD = 1e-4;

static void records_agree(const net *got, const net *expected, const char *path) {
    for (int32_t i = 0; i < LAYERS; i++) {
        float *left = record_of(got->workspace, layer_of(got, i), SNND_RECORD_OUTPUT);
        float *right = record_of(expected->workspace, layer_of(expected, i), SNND_RECORD_OUTPUT);
        const bool spikes = i == 2 || i == 3 || i == 6;
        assert_near(left, right, values_of(got, i), spikes ? 0 : FORWARD, "the output", i, path);
        free(left);
        free(right);
    }
}

/* As they lie in the workspace, where nobody has asked for those of dormant synapses. */
static void gradients_agree(const net *got, const net *expected, double tolerance, const char *path) {
    for (int32_t i = 0; i < LAYERS; i++)
        for (int name = SNND_ARRAY_WEIGHT; name < SNND_ARRAY_NAMES; name++)
            if (stage_of(expected, i)->gradient[name] != NULL)
                assert_near(stage_of(got, i)->gradient[name], stage_of(expected, i)->gradient[name],
                            (size_t)count_of(layer_of(got, i), (snnd_array_name)name), tolerance,
                            snnd_array_word((snnd_array_name)name), i, path);
}

static void assert_same_passes(const net *got, const net *expected) {
    float *left = record_of(got->workspace, layer_of(got, LAYERS - 1), SNND_RECORD_OUTPUT);
    float *right = record_of(expected->workspace, layer_of(expected, LAYERS - 1), SNND_RECORD_OUTPUT);
    assert_same_bits(left, right, values_of(got, LAYERS - 1) * sizeof *left, "outputs");
    free(left);
    free(right);
    for (int32_t i = 0; i < LAYERS; i++)
        for (int name = SNND_ARRAY_WEIGHT; name < SNND_ARRAY_NAMES; name++)
            if (stage_of(expected, i)->gradient[name] != NULL)
                assert_same_bits(stage_of(got, i)->gradient[name], stage_of(expected, i)->gradient[name],
                                 (size_t)count_of(layer_of(got, i), (snnd_array_name)name) * sizeof(float),
                                 "gradients");
    assert_same_networks(got->network, expected->network);
}

/* The path that a layer was to take. */
static const snnd_path *path_of(int32_t method, int32_t layer) {
    const bool spikes = layer > 0;
    switch (method) {
    case SNND_METHOD_FILTERS:
        return &snnd_low_rank_path;
    case SNND_METHOD_EVENTS:
        return spikes ? &snnd_events_path : &snnd_taps_path;
    case SNND_METHOD_FILTERED_EVENTS:
        return spikes ? &snnd_filtered_events_path : &snnd_low_rank_path;
    default:
        return &snnd_taps_path;
    }
}

static void assert_paths(const net *held, int32_t method) {
    for (int d = 0; d < DELAYS && method != SNND_METHOD_AUTO; d++) {
        const snnd_delay_state *state = snnd_delay_state_of(stage_of(held, delay_layer[d]));
        ck_assert_str_eq(state->forward->name, path_of(method, delay_layer[d])->name);
        ck_assert_str_eq(state->parameters->name, path_of(method, delay_layer[d])->name);
    }
}

/* ---- all methods ---- */

static int32_t pick(const int32_t *from, int count, uint64_t what, int trial) {
    return from[(int)(snnd_random_uniform(8, what, (uint64_t)trial) * count)];
}

#define PICK(what, trial, ...)                                                                                         \
    pick((const int32_t[]){__VA_ARGS__}, COUNT(((const int32_t[]){__VA_ARGS__})), what, trial)

static bool has_isa(int32_t isa) {
    const snnd_context_options options = context_options(1, 0, isa);
    snnd_context *made = NULL;
    const snnd_status status = snnd_context_create(&options, &made);
    snnd_context_free(made);
    return status == SNND_OK;
}

/* A random network: sizes below, at and above the blocks of all kernels, more inputs than outputs and fewer. */
static shape draw_shape(int trial) {
    static const double sigmas[] = {0.23, 1, 3, 12};
    shape drawn = {.inputs = PICK(1, trial, 3, 17, 40),
                   .first = PICK(2, trial, 5, 13, 24),
                   .second = PICK(3, trial, 4, 16, 21),
                   .outputs = PICK(4, trial, 1, 3, 20),
                   .steps = PICK(5, trial, 7, 30, 80),
                   .batch = PICK(6, trial, 5, 16, 40),
                   .kernel_count = PICK(7, trial, 1, 2),
                   .max_delay = PICK(8, trial, 8, 24, 24, 40),
                   .isa = 1 + trial % 3,
                   .sigma = sigmas[trial % COUNT(sigmas)],
                   .dropout = PICK(9, trial, 0, 1) * 0.25,
                   .mask = (mask)PICK(10, trial, DENSE, DENSE, FIXED, DEEP_R, DEEP_R_BY_GRADIENT)};
    if (drawn.steps < 10) /* else of most kernels only the tails arrive in time, and what filters leave out of these */
        drawn.max_delay = 8;
    drawn.isa = has_isa(drawn.isa) ? drawn.isa : SNND_ISA_PLAIN;
    return drawn;
}

enum { TRIALS = 60 };

START_TEST(all_ways_give_the_same_records_loss_and_gradients) {
    const shape drawn = draw_shape(_i);
    const uint64_t seed = safe_seed(&drawn);
    const snnd_context_options taps = context_options(1, SNND_METHOD_TAPS, drawn.isa);
    net expected = make_net(&drawn, seed, &taps);
    const double loss = pass(&expected, 1e-4);
    for (int32_t method = SNND_METHOD_AUTO; method <= SNND_METHOD_FILTERED_EVENTS; method++) {
        char path[200];
        snprintf(path, sizeof path, "method %d, %d-%d-%d-%d, %d taps, %d synapses a pair, %d steps, batch %d, sigma %g",
                 method, drawn.inputs, drawn.first, drawn.second, drawn.outputs, drawn.max_delay + 1,
                 drawn.kernel_count, drawn.steps, drawn.batch, drawn.sigma);
        const snnd_context_options options = context_options(2, method, drawn.isa);
        net got = make_net(&drawn, seed, &options);
        ck_assert_double_eq_tol(pass(&got, 1e-4), loss, FORWARD * (1 + loss));
        assert_paths(&got, method);
        records_agree(&got, &expected, path);
        gradients_agree(&got, &expected, BACKWARD, path);
        free_net(&got);
    }
    free_net(&expected);
}
END_TEST

/* Several tiles, a partial last one, and more of them than the groups that sums of spikes are made in. */
static const shape middling = {.inputs = 11,
                               .first = 24,
                               .second = 9,
                               .outputs = 5,
                               .steps = 25,
                               .batch = 150,
                               .kernel_count = 1,
                               .max_delay = 24,
                               .sigma = 3,
                               .dropout = 0.25,
                               .mask = DENSE};

/* Two passes, so that the second finds what the first has left. */
static net pass_twice(const shape *given, const snnd_context_options *options) {
    net made = make_net(given, 5, options);
    OK(made.context, snnd_workspace_set_draw(made.workspace, 1, 1));
    pass(&made, 1e-4);
    OK(made.context, snnd_network_set_sigma(made.network, 0.8 * given->sigma));
    OK(made.context, snnd_workspace_set_draw(made.workspace, 1, 2));
    pass(&made, 1e-4);
    return made;
}

START_TEST(every_way_gives_the_same_bits_for_any_number_of_threads) {
    static const int32_t threads[] = {2, 3, 7};
    for (int sparse = 0; sparse < 2; sparse++) {
        shape given = middling;
        given.mask = sparse ? DEEP_R : DENSE;
        snnd_context_options options = context_options(1, _i, SNND_ISA_AUTO);
        net expected = pass_twice(&given, &options);
        for (int t = 0; t < COUNT(threads); t++) {
            options.threads = threads[t];
            net got = pass_twice(&given, &options);
            assert_paths(&got, _i);
            assert_same_passes(&got, &expected);
            free_net(&got);
        }
        free_net(&expected);
    }
}
END_TEST

/* Between a wide and a narrow sigma a workspace makes new filters, and other paths are taken; nothing may be left. */
START_TEST(a_pass_does_not_depend_on_the_passes_before) {
    static const double sigmas[] = {12, 0.23, 5, 1};
    shape given = middling;
    given.batch = 20, given.mask = FIXED, given.dropout = 0;
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net used = make_net(&given, 5, &options);
    for (int s = 0; s < COUNT(sigmas); s++) {
        given.sigma = sigmas[s];
        OK(used.context, snnd_network_set_sigma(used.network, sigmas[s]));
        pass(&used, 0);
        net fresh = make_net(&given, 5, &options);
        pass(&fresh, 0);
        for (int i = 1; i <= 5; i += 4) /* running statistics have seen other passes */
            for (int name = SNND_ARRAY_RUNNING_MEAN; name <= SNND_ARRAY_RUNNING_VARIANCE; name++)
                memcpy(floats(layer_of(&used, i), (snnd_array_name)name),
                       floats(layer_of(&fresh, i), (snnd_array_name)name),
                       (size_t)count_of(layer_of(&fresh, i), (snnd_array_name)name) * sizeof(float));
        assert_same_passes(&used, &fresh);
        free_net(&fresh);
        free(output_after(used.workspace, SNND_EVALUATE, used.input, 3));
    }
    free_net(&used);
}
END_TEST

/* ---- currents one way, parameters another ---- */

/* Makes the gradients of a layer's parameters again from the last pass, by another path. */
static void go_another_way(const net *held, int32_t layer, const snnd_path *path) {
    snnd_stage *stage = stage_of(held, layer);
    snnd_delay_state *state = snnd_delay_state_of(stage);
    state->parameters = path;
    if (path->filters)
        snnd_filters_make(stage, &state->shape);
    state->complete = false;
    gradient_of(held->workspace, layer_of(held, layer), SNND_ARRAY_WEIGHT);
}

/* With filtered currents there are no taps for the parameters' gradient, so that these pairs are never chosen. */
START_TEST(parameters_may_go_another_way_than_currents) {
    static const snnd_path *const paths[] = {&snnd_taps_path, &snnd_low_rank_path, &snnd_events_path,
                                             &snnd_filtered_events_path};
    shape given = middling;
    given.mask = FIXED, given.batch = 40, given.kernel_count = 2;
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net held = make_net(&given, 5, &options);
    pass(&held, 1e-4);
    for (int d = 1; d < DELAYS; d++) {
        const int32_t layer = delay_layer[d];
        const size_t count = (size_t)count_of(layer_of(&held, layer), SNND_ARRAY_WEIGHT);
        float *weight = malloc(count * sizeof *weight), *position = malloc(count * sizeof *position);
        memcpy(weight, gradient_of(held.workspace, layer_of(&held, layer), SNND_ARRAY_WEIGHT), count * sizeof *weight);
        memcpy(position, gradient_of(held.workspace, layer_of(&held, layer), SNND_ARRAY_POSITION),
               count * sizeof *position);
        for (int p = 0; p < COUNT(paths); p++) {
            if (path_of(_i, layer)->filters && !paths[p]->filters)
                continue;
            go_another_way(&held, layer, paths[p]);
            assert_near(stage_of(&held, layer)->gradient[SNND_ARRAY_WEIGHT], weight, count, 1e-5, "weight", layer,
                        paths[p]->name);
            assert_near(stage_of(&held, layer)->gradient[SNND_ARRAY_POSITION], position, count, 1e-5, "position", layer,
                        paths[p]->name);
        }
        free(weight);
        free(position);
    }
    free_net(&held);
}
END_TEST

/* ---- low memory ---- */

static net pass_counted(allocator *memory, int32_t method, int32_t low_memory, int64_t *bytes) {
    snnd_context_options options = context_options(2, method, SNND_ISA_AUTO);
    options.allocate = allocator_allocate;
    options.release = allocator_release;
    options.memory_user = memory;
    options.low_memory = low_memory;
    net made = make_net(&middling, 5, &options);
    pass(&made, 1e-4); /* makes the threads */
    *bytes = memory->bytes;
    pass(&made, 1e-4);
    ck_assert_int_eq(memory->bytes, *bytes); /* a pass takes none */
    return made;
}

START_TEST(low_memory_gives_the_same_bits_in_less_memory) {
    allocator much = {0}, little = {0};
    int64_t bytes, fewer;
    net expected = pass_counted(&much, _i, 0, &bytes), got = pass_counted(&little, _i, 1, &fewer);
    assert_same_passes(&got, &expected);
    for (int32_t i = 0; i < LAYERS; i++) { /* records are made again, too */
        float *left = record_of(got.workspace, layer_of(&got, i), SNND_RECORD_OUTPUT);
        float *right = record_of(expected.workspace, layer_of(&expected, i), SNND_RECORD_OUTPUT);
        assert_same_bits(left, right, values_of(&got, i) * sizeof *left, "records");
        free(left);
        free(right);
    }
    const int64_t lanes = (middling.batch + SNND_LANES - 1) / SNND_LANES * SNND_LANES;
    const int64_t currents = (int64_t)sizeof(float) * lanes * middling.steps * (middling.first + middling.second);
    ck_assert_int_ge(bytes - fewer, currents);
    free_net(&expected);
    free_net(&got);
    ck_assert_int_eq(much.out, 0);
    ck_assert_int_eq(little.out, 0);
}
END_TEST

/* ---- dormant synapses ---- */

static const shape sparse = {.inputs = 9,
                             .first = 14,
                             .second = 8,
                             .outputs = 5,
                             .steps = 30,
                             .batch = 20,
                             .kernel_count = 2,
                             .max_delay = 24,
                             .sigma = 3,
                             .mask = FIXED};

static const uint8_t *mask_of(const net *held, int32_t layer) {
    return array_of(layer_of(held, layer), SNND_ARRAY_MASK).data;
}

/* How many of the dormant synapses of a layer have a gradient that is not 0. */
static int dormant_gradients(const net *held, int32_t layer, snnd_array_name name) {
    int found = 0;
    for (int64_t s = 0; s < count_of(layer_of(held, layer), SNND_ARRAY_WEIGHT); s++)
        found += !mask_of(held, layer)[s] && stage_of(held, layer)->gradient[name][s] != 0;
    return found;
}

START_TEST(dormant_synapses_have_no_gradient_where_nobody_asks) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    for (int which = FIXED; which <= DEEP_R; which++) {
        shape given = sparse;
        given.mask = (mask)which;
        net held = make_net(&given, 5, &options);
        for (int again = 0; again < 2; again++) {
            pass(&held, 1e-3);
            for (int d = 0; d < DELAYS; d++) {
                const int32_t layer = delay_layer[d];
                ck_assert_int_eq(dormant_gradients(&held, layer, SNND_ARRAY_WEIGHT), 0);
                ck_assert_int_eq(dormant_gradients(&held, layer, SNND_ARRAY_POSITION), 0);
                gradient_of(held.workspace, layer_of(&held, layer), SNND_ARRAY_WEIGHT); /* of this pass, not the next */
            }
        }
        free_net(&held);
    }
}
END_TEST

/* All synapses that a mask leaves out are dormant: of a dense layer with the same weights, they carry nothing. */
START_TEST(gradients_of_dormant_synapses_are_those_of_a_dense_layer) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net masked = make_net(&sparse, 5, &options), dense = make_net(&sparse, 5, &options);
    for (int d = 0; d < DELAYS; d++)
        snnd_layer_drop_array(layer_of(&dense, delay_layer[d]), SNND_ARRAY_MASK);
    pass(&masked, 1e-4);
    pass(&dense, 1e-4);
    for (int d = 0; d < DELAYS; d++) {
        const int32_t layer = delay_layer[d];
        for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
            assert_near(gradient_of(masked.workspace, layer_of(&masked, layer), (snnd_array_name)name),
                        stage_of(&dense, layer)->gradient[name],
                        (size_t)count_of(layer_of(&masked, layer), SNND_ARRAY_WEIGHT), 1e-5,
                        snnd_array_word((snnd_array_name)name), layer, "masked");
        const int64_t dormant =
            count_of(layer_of(&masked, layer), SNND_ARRAY_WEIGHT) - snnd_layer_active(layer_of(&masked, layer));
        ck_assert_int_gt(dormant_gradients(&masked, layer, SNND_ARRAY_WEIGHT), dormant / 2);
        ck_assert_int_eq(dormant_gradients(&masked, layer, SNND_ARRAY_POSITION), 0); /* their weight is 0 */
    }
    free_net(&masked);
    free_net(&dense);
}
END_TEST

START_TEST(asking_for_gradients_leaves_those_of_live_synapses) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    for (int which = FIXED; which <= DEEP_R; which++) {
        shape given = sparse;
        given.mask = (mask)which;
        net held = make_net(&given, 5, &options);
        pass(&held, 1e-4);
        for (int d = 0; d < DELAYS; d++)
            for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++) {
                const int32_t layer = delay_layer[d];
                const size_t count = (size_t)count_of(layer_of(&held, layer), SNND_ARRAY_WEIGHT);
                float *before = malloc(count * sizeof *before);
                memcpy(before, stage_of(&held, layer)->gradient[name], count * sizeof *before);
                const float *after = gradient_of(held.workspace, layer_of(&held, layer), (snnd_array_name)name);
                for (size_t s = 0; s < count; s++)
                    HOLDS(!mask_of(&held, layer)[s] || after[s] == before[s],
                          "gradient %zu of %s of layer %d was %.9g and is %.9g", s,
                          snnd_array_word((snnd_array_name)name), layer, (double)before[s], (double)after[s]);
                free(before);
            }
        free_net(&held);
    }
}
END_TEST

START_TEST(what_the_host_writes_to_a_gradient_stays) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net held = make_net(&sparse, 5, &options);
    pass(&held, 1e-4);
    for (int d = 0; d < DELAYS; d++) {
        snnd_layer *layer = layer_of(&held, delay_layer[d]);
        gradient_of(held.workspace, layer, SNND_ARRAY_POSITION)[1] = 123;
        gradient_of(held.workspace, layer, SNND_ARRAY_WEIGHT)[1] = 456;
    }
    for (int d = 0; d < DELAYS; d++) {
        snnd_layer *layer = layer_of(&held, delay_layer[d]);
        ck_assert_float_eq(gradient_of(held.workspace, layer, SNND_ARRAY_POSITION)[1], 123);
        ck_assert_float_eq(gradient_of(held.workspace, layer, SNND_ARRAY_WEIGHT)[1], 456);
    }
    free_net(&held);
}
END_TEST

START_TEST(growth_by_gradient_has_gradients_of_dormant_synapses_without_asking) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    shape given = sparse;
    given.mask = DEEP_R_BY_GRADIENT;
    net held = make_net(&given, 5, &options);
    pass(&held, 1e-4);
    for (int d = 0; d < DELAYS; d++) {
        const int64_t all = count_of(layer_of(&held, delay_layer[d]), SNND_ARRAY_WEIGHT);
        const int64_t dormant = all - snnd_layer_active(layer_of(&held, delay_layer[d]));
        ck_assert_int_gt(dormant_gradients(&held, delay_layer[d], SNND_ARRAY_WEIGHT), dormant / 2);
    }
    free_net(&held);
}
END_TEST

Suite *paths_suite(void) {
    Suite *suite = suite_create("model/paths");
    TCase *cases = tcase_create("paths");
    tcase_set_timeout(cases, 120);
    const int first = SNND_METHOD_AUTO, end = SNND_METHOD_FILTERED_EVENTS + 1;
    tcase_add_loop_test(cases, all_ways_give_the_same_records_loss_and_gradients, 0, TRIALS);
    tcase_add_loop_test(cases, every_way_gives_the_same_bits_for_any_number_of_threads, first, end);
    tcase_add_loop_test(cases, a_pass_does_not_depend_on_the_passes_before, first, end);
    tcase_add_loop_test(cases, parameters_may_go_another_way_than_currents, SNND_METHOD_TAPS, end);
    tcase_add_loop_test(cases, low_memory_gives_the_same_bits_in_less_memory, first, end);
    tcase_add_loop_test(cases, dormant_synapses_have_no_gradient_where_nobody_asks, first, end);
    tcase_add_loop_test(cases, gradients_of_dormant_synapses_are_those_of_a_dense_layer, first, end);
    tcase_add_loop_test(cases, asking_for_gradients_leaves_those_of_live_synapses, first, end);
    tcase_add_loop_test(cases, what_the_host_writes_to_a_gradient_stays, first, end);
    tcase_add_loop_test(cases, growth_by_gradient_has_gradients_of_dormant_synapses_without_asking, first, end);
    suite_add_tcase(suite, cases);
    return suite;
}
