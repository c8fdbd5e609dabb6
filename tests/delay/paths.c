/*
 * The ways to compute delays, against each other: random networks whose second and third layer of delays get spikes.
 * A spike that rounding makes, or takes, would not be an error, but would hide one: networks are taken whose potentials
 * all keep away from the threshold.
 */
#include <fenv.h>

#include "base/allocator.h"
#include "delay/state.h"
#include "model/block.h"
#include "model/delays.h"
#include "model/small.h"

Suite *paths_suite(void);

/* Delay layers of the networks, their places in the chain, and neurons. */
enum { METHODS = SNND_METHOD_SPECTRAL + 1 };
enum { DELAYS = 3, FIRST = 0, SECOND = 4, THIRD = 7, LAYERS = 9 };
static const int32_t delay_layer[DELAYS] = {FIRST, SECOND, THIRD};
static const int32_t lif_layer[] = {2, 6};

typedef enum mask { DENSE, FIXED, DEEP_R, DEEP_R_BY_GRADIENT } mask;

typedef struct shape {
    int32_t inputs, first, second, outputs, steps, batch;
    int32_t synapses_per_pair, max_delay, isa;
    double sigma, dropout;
    mask mask;
    int32_t sharing; /* 0: of no delays */
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
    options.synapses_per_pair = given->synapses_per_pair;
    options.sharing = given->sharing == 0 ? SNND_SHARING_NONE : given->sharing;
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
    OK(held->context, snnd_workspace_add_gradient(held->workspace, last_layer(held->workspace->network), gradient));
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

/* The first seed of a network that rounding makes no spikes in, and that spikes get through. */
static uint64_t safe_seed(const shape *given) {
    const snnd_context_options options = context_options(1, SNND_METHOD_DIRECT, given->isa);
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

/* Sums in another order, and the rounding of the frequency domain: a few units in the last place of the largest;
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

/* As they lie in the workspace, where nobody has asked for those of absent synapses. */
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

static const snnd_delay *delay_of(const net *held, int32_t layer) {
    return snnd_delays_state(stage_of(held, layer));
}

static void assert_paths(const net *held, int32_t method) {
    const bool shared = snnd_is_shared(layer_of(held, FIRST)->options.delays.sharing);
    const snnd_delay_path fast = shared ? SNND_PATH_SHARED : SNND_PATH_SPECTRAL;
    const snnd_delay_path path = method == SNND_METHOD_DIRECT ? SNND_PATH_DIRECT : fast;
    for (int d = 0; d < DELAYS && (method != SNND_METHOD_AUTO || shared); d++) {
        ck_assert_int_eq(snnd_delay_forward_path(delay_of(held, delay_layer[d])), path);
        ck_assert_int_eq(snnd_delay_parameter_path(delay_of(held, delay_layer[d])), path);
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
                   .steps = PICK(5, trial, 14, 30, 80),
                   .batch = PICK(6, trial, 5, 16, 40),
                   .synapses_per_pair = PICK(7, trial, 1, 2),
                   .max_delay = PICK(8, trial, 8, 24, 24, 40),
                   .isa = 1 + trial % 3,
                   .sigma = sigmas[trial % COUNT(sigmas)],
                   .dropout = PICK(9, trial, 0, 1) * 0.25,
                   .mask = (mask)PICK(10, trial, DENSE, DENSE, FIXED, DEEP_R, DEEP_R_BY_GRADIENT),
                   .sharing = trial % 2 == 0 ? 0 : PICK(11, trial, SNND_SHARING_AXONAL, SNND_SHARING_DENDRITIC)};
    if (drawn.steps < 20) /* else of most profiles only the tails arrive in time, and their sums cancel to rounding */
        drawn.max_delay = 8;
    drawn.isa = has_isa(drawn.isa) ? drawn.isa : SNND_ISA_PLAIN;
    return drawn;
}

enum { TRIALS = 90 };

START_TEST(all_ways_give_the_same_records_loss_and_gradients) {
    const shape drawn = draw_shape(_i);
    const uint64_t seed = safe_seed(&drawn);
    const snnd_context_options direct = context_options(1, SNND_METHOD_DIRECT, drawn.isa);
    net expected = make_net(&drawn, seed, &direct);
    const double loss = pass(&expected, 1e-4);
    for (int32_t method = SNND_METHOD_AUTO; method <= SNND_METHOD_SPECTRAL; method++) {
        char path[200];
        snprintf(path, sizeof path, "method %d, %d-%d-%d-%d, %d taps, %d synapses a pair, %d steps, batch %d, sigma %g",
                 method, drawn.inputs, drawn.first, drawn.second, drawn.outputs, drawn.max_delay + 1,
                 drawn.synapses_per_pair, drawn.steps, drawn.batch, drawn.sigma);
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

/* Several tiles, a partial last one, and more of them than are transformed together. */
static const shape middling = {.inputs = 11,
                               .first = 24,
                               .second = 9,
                               .outputs = 5,
                               .steps = 25,
                               .batch = 150,
                               .synapses_per_pair = 1,
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
    for (int kind = 0; kind < 2 * (SNND_SHARING_DENDRITIC + 1); kind++) {
        shape given = middling;
        given.mask = kind % 2 != 0 ? DEEP_R : DENSE;
        given.sharing = kind / 2;
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

/* Between a wide and a narrow sigma other paths may be taken; nothing may be left. */
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

/* Makes the gradients of a layer's parameters again from the last pass, by a method. */
static void make_again(const net *held, int32_t layer, int32_t method, snnd_delay_gradient to) {
    const snnd_block *block = snnd_workspace_block(held->workspace, layer_of(held, layer));
    snnd_delay *delay = snnd_delays_state(stage_of(held, layer));
    snnd_delay_pass pass = delay->pass;
    pass.method = method;
    snnd_delay_begin(delay, &pass);
    snnd_delay_parameter_gradient(delay, block->input, &block->gradient, to);
}

START_TEST(parameters_may_go_another_way_than_currents) {
    shape given = middling;
    given.mask = FIXED, given.batch = 40, given.synapses_per_pair = 2;
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net held = make_net(&given, 5, &options);
    pass(&held, 1e-4);
    for (int d = 0; d < DELAYS; d++) {
        const int32_t layer = delay_layer[d];
        const size_t count = (size_t)count_of(layer_of(&held, layer), SNND_ARRAY_WEIGHT);
        float *weight = make_numbers(count, 1), *position = make_numbers(count, 2);
        for (int32_t method = SNND_METHOD_DIRECT; method <= SNND_METHOD_SPECTRAL; method++) {
            make_again(&held, layer, method, (snnd_delay_gradient){weight, position, 1e-4});
            assert_near(weight, stage_of(&held, layer)->gradient[SNND_ARRAY_WEIGHT], count, 1e-5, "weight", layer,
                        "recomputed");
            assert_near(position, stage_of(&held, layer)->gradient[SNND_ARRAY_POSITION], count, 1e-5, "position", layer,
                        "recomputed");
        }
        free(weight);
        free(position);
    }
    free_net(&held);
}
END_TEST

/* ---- low memory ---- */

static net pass_counted(allocator *memory, const shape *given, int32_t method, int32_t products, int32_t low_memory,
                        int64_t *bytes) {
    snnd_context_options options = context_options(2, method, SNND_ISA_AUTO);
    options.products = products;
    options.allocate = allocator_allocate;
    options.release = allocator_release;
    options.memory_user = memory;
    options.low_memory = low_memory;
    net made = make_net(given, 5, &options);
    pass(&made, 1e-4); /* makes the threads */
    *bytes = memory->bytes;
    pass(&made, 1e-4);
    ck_assert_int_eq(memory->bytes, *bytes); /* a pass takes none */
    return made;
}

static void assert_same_records(const net *got, const net *expected) {
    for (int32_t i = 0; i < LAYERS; i++) {
        float *left = record_of(got->workspace, layer_of(got, i), SNND_RECORD_OUTPUT);
        float *right = record_of(expected->workspace, layer_of(expected, i), SNND_RECORD_OUTPUT);
        assert_same_bits(left, right, values_of(got, i) * sizeof *left, "records");
        free(left);
        free(right);
    }
}

static bool has_products(int32_t products) {
    snnd_context_options options = context_options(1, 0, SNND_ISA_AUTO);
    snnd_context *made = NULL;
    options.products = products;
    const snnd_status status = snnd_context_create(&options, &made);
    snnd_context_free(made);
    return status == SNND_OK;
}

/* Records are recomputed, too, and a BLAS gives other bits where matrices have other sizes. */
static void assert_low_memory(int32_t method, int32_t products, int32_t sharing) {
    shape given = middling;
    given.sharing = sharing;
    allocator much = {0}, little = {0};
    int64_t bytes, fewer;
    net expected = pass_counted(&much, &given, method, products, 0, &bytes);
    net got = pass_counted(&little, &given, method, products, 1, &fewer);
    assert_same_passes(&got, &expected);
    assert_same_records(&got, &expected);
    const int64_t lanes = (middling.batch + SNND_LANES - 1) / SNND_LANES * SNND_LANES;
    const int64_t currents = (int64_t)sizeof(float) * lanes * middling.steps * (middling.first + middling.second);
    ck_assert_int_ge(bytes - fewer, currents);
    free_net(&expected);
    free_net(&got);
    ck_assert_int_eq(much.out, 0);
    ck_assert_int_eq(little.out, 0);
}

START_TEST(low_memory_gives_the_same_bits_in_less_memory) {
    for (int32_t products = SNND_PRODUCTS_OWN; products <= SNND_PRODUCTS_BLAS; products++)
        if (has_products(products))
            for (int32_t sharing = SNND_SHARING_NONE; sharing <= SNND_SHARING_DENDRITIC; sharing++)
                assert_low_memory(_i, products, sharing);
}
END_TEST

/* In a pass numbers below 1e-38 count as zero, and all others are rounded to the nearest. */
START_TEST(records_are_made_again_as_in_the_pass_whatever_the_mode_of_the_host) {
    snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    shape given = middling;
    given.batch = 20;
    net expected = make_net(&given, 5, &options);
    options.low_memory = 1;
    net got = make_net(&given, 5, &options);
    for (int k = 0; k < given.batch * given.steps * given.inputs; k += 3)
        expected.input[k] = got.input[k] = k % 2 == 0 ? 1e-38f : 1e-39f;
    pass(&expected, 0);
    pass(&got, 0);
    assert_same_records(&got, &expected);
    float *nearest = record_of(expected.workspace, layer_of(&expected, 1), SNND_RECORD_OUTPUT);
    ck_assert_int_eq(fesetround(FE_UPWARD), 0);
    float *upward = record_of(expected.workspace, layer_of(&expected, 1), SNND_RECORD_OUTPUT);
    ck_assert_int_eq(fegetround(), FE_UPWARD);
    assert_same_bits(upward, nearest, values_of(&expected, 1) * sizeof *nearest, "records");
    assert_same_records(&got, &expected);
    ck_assert_int_eq(fesetround(FE_TONEAREST), 0);
    free(nearest);
    free(upward);
    free_net(&expected);
    free_net(&got);
}
END_TEST

/* ---- absent synapses ---- */

static const shape sparse = {.inputs = 9,
                             .first = 14,
                             .second = 8,
                             .outputs = 5,
                             .steps = 30,
                             .batch = 20,
                             .synapses_per_pair = 2,
                             .max_delay = 24,
                             .sigma = 3,
                             .mask = FIXED};

static const uint8_t *mask_of(const net *held, int32_t layer) {
    return array_of(layer_of(held, layer), SNND_ARRAY_MASK).data;
}

static const float *complete_of(const net *held, int32_t layer, snnd_array_name name) {
    snnd_array array = {0};
    OK(held->context, snnd_workspace_complete_gradient(held->workspace, layer_of(held, layer), name, &array));
    ck_assert_int_eq(snnd_array_count(&array), count_of(layer_of(held, layer), name));
    return array.data;
}

static size_t synapses_of(const net *held, int32_t layer) {
    return (size_t)count_of(layer_of(held, layer), SNND_ARRAY_WEIGHT);
}

/* How many of the absent synapses of a layer have a gradient that is not 0. */
static int64_t absent_gradients(const net *held, int32_t layer, const float *gradient) {
    int64_t found = 0;
    for (size_t s = 0; s < synapses_of(held, layer); s++)
        found += !mask_of(held, layer)[s] && gradient[s] != 0;
    return found;
}

static int64_t absent_synapses(const net *held, int32_t layer) {
    return (int64_t)synapses_of(held, layer) - snnd_layer_active(layer_of(held, layer));
}

/* What a host is shown, and the optimizer looks at. */
static void assert_absent_are_zero(const net *held) {
    for (int d = 0; d < DELAYS; d++)
        for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++) {
            const float *shown = gradient_of(held->workspace, layer_of(held, delay_layer[d]), (snnd_array_name)name);
            ck_assert_ptr_eq(shown, stage_of(held, delay_layer[d])->gradient[name]);
            ck_assert_int_eq(absent_gradients(held, delay_layer[d], shown), 0);
        }
}

START_TEST(absent_synapses_have_a_gradient_of_zero_whoever_asks_for_more) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    for (int which = FIXED; which <= DEEP_R; which++) {
        shape given = sparse;
        given.mask = (mask)which;
        net held = make_net(&given, 5, &options);
        for (int again = 0; again < 2; again++) {
            pass(&held, 1e-3);
            assert_absent_are_zero(&held);
            for (int d = 0; d < DELAYS; d++) {
                complete_of(&held, delay_layer[d], SNND_ARRAY_WEIGHT);
                complete_of(&held, delay_layer[d], SNND_ARRAY_POSITION);
            }
            assert_absent_are_zero(&held);
        }
        free_net(&held);
    }
}
END_TEST

/* All synapses that a mask leaves out are absent: of a dense layer with the same weights, they carry nothing. The
 * second pass is another one, and so are its gradients. */
START_TEST(complete_gradients_are_those_of_a_dense_layer) {
    const snnd_context_options options = context_options(2, _i % METHODS, SNND_ISA_AUTO);
    shape given = sparse;
    given.sharing = _i / METHODS;
    net masked = make_net(&given, 5, &options), dense = make_net(&given, 5, &options);
    for (int d = 0; d < DELAYS; d++)
        snnd_layer_drop_array(layer_of(&dense, delay_layer[d]), SNND_ARRAY_MASK);
    for (int again = 0; again < 2; again++) {
        pass(&masked, 1e-4 * (1 + again));
        pass(&dense, 1e-4 * (1 + again));
        for (int d = 0; d < DELAYS; d++) {
            const int32_t layer = delay_layer[d];
            for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
                assert_near(complete_of(&masked, layer, (snnd_array_name)name), stage_of(&dense, layer)->gradient[name],
                            (size_t)count_of(layer_of(&masked, layer), (snnd_array_name)name), 1e-5,
                            snnd_array_word((snnd_array_name)name), layer, "masked");
            const float *weight = complete_of(&masked, layer, SNND_ARRAY_WEIGHT);
            const float *position = complete_of(&masked, layer, SNND_ARRAY_POSITION);
            ck_assert_int_gt(absent_gradients(&masked, layer, weight), absent_synapses(&masked, layer) / 2);
            if (!snnd_is_shared(given.sharing)) /* where their weight is 0 */
                ck_assert_int_eq(absent_gradients(&masked, layer, position), 0);
        }
        masked.input[3] = dense.input[3] = 2;
    }
    free_net(&masked);
    free_net(&dense);
}
END_TEST

/* Those of the pass stay as they are to the bit; made with the others, they are the same but for rounding. */
START_TEST(complete_gradients_have_those_of_live_synapses_and_leave_them) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    for (int which = FIXED; which <= DEEP_R; which++) {
        shape given = sparse;
        given.mask = (mask)which;
        net held = make_net(&given, 5, &options);
        pass(&held, 1e-4);
        for (int d = 0; d < DELAYS; d++)
            for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++) {
                const int32_t layer = delay_layer[d];
                const size_t count = synapses_of(&held, layer);
                const float *shown = stage_of(&held, layer)->gradient[name];
                float *before = malloc(count * sizeof *before), *live = malloc(count * sizeof *live);
                memcpy(before, shown, count * sizeof *before);
                const float *complete = complete_of(&held, layer, (snnd_array_name)name);
                for (size_t s = 0; s < count; s++)
                    live[s] = mask_of(&held, layer)[s] ? complete[s] : before[s];
                ck_assert_ptr_ne(complete, shown);
                assert_same_bits(shown, before, count * sizeof *before, "gradients");
                assert_near(live, before, count, 1e-5, snnd_array_word((snnd_array_name)name), layer, "complete");
                free(before);
                free(live);
            }
        free_net(&held);
    }
}
END_TEST

static size_t first_live(const net *held, int32_t layer) {
    size_t s = 0;
    while (!mask_of(held, layer)[s])
        s++;
    return s;
}

/* A step with numbers of the host's in some gradients, after which the host may have asked for complete ones. */
static net step_with_the_host(const snnd_context_options *options, bool writes, bool asks) {
    snnd_optimizer *optimizer;
    snnd_optimizer_options of_both;
    net held = make_net(&sparse, 5, options);
    OK(held.context, snnd_optimizer_options_init(&of_both, sizeof of_both));
    of_both.parameters = SNND_PARAMETERS_WEIGHTS | SNND_PARAMETERS_POSITIONS;
    OK(held.context, snnd_optimizer_create(held.network, &of_both, &optimizer));
    pass(&held, 1e-4);
    for (int d = 0; d < DELAYS; d++)
        for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION && writes; name++) {
            const snnd_layer *layer = layer_of(&held, delay_layer[d]);
            float *first =
                &gradient_of(held.workspace, layer, (snnd_array_name)name)[first_live(&held, delay_layer[d])];
            *first = *first > 0 ? -123 : 123; /* the other way */
            if (asks)
                complete_of(&held, delay_layer[d], (snnd_array_name)name);
            first = &gradient_of(held.workspace, layer, (snnd_array_name)name)[first_live(&held, delay_layer[d])];
            ck_assert_float_eq(fabsf(*first), 123);
        }
    OK(held.context, snnd_optimizer_step(optimizer, held.workspace));
    snnd_optimizer_free(optimizer);
    return held;
}

START_TEST(what_the_host_writes_to_a_gradient_stays_and_reaches_the_optimizer) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net without = step_with_the_host(&options, false, false), written = step_with_the_host(&options, true, false);
    net asked = step_with_the_host(&options, true, true);
    for (int d = 0; d < DELAYS; d++) {
        const size_t live = first_live(&without, delay_layer[d]);
        for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
            ck_assert_float_ne(floats(layer_of(&written, delay_layer[d]), (snnd_array_name)name)[live],
                               floats(layer_of(&without, delay_layer[d]), (snnd_array_name)name)[live]);
    }
    assert_same_networks(asked.network, written.network);
    free_net(&without);
    free_net(&written);
    free_net(&asked);
}
END_TEST

START_TEST(growth_by_gradient_has_gradients_of_absent_synapses_without_asking) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    shape given = sparse;
    given.mask = DEEP_R_BY_GRADIENT;
    net held = make_net(&given, 5, &options);
    pass(&held, 1e-4);
    for (int d = 0; d < DELAYS; d++) {
        const int32_t layer = delay_layer[d];
        const float *made = stage_of(&held, layer)->gradient[SNND_ARRAY_WEIGHT];
        ck_assert_int_gt(absent_gradients(&held, layer, made), absent_synapses(&held, layer) / 2);
        ck_assert_ptr_eq(complete_of(&held, layer, SNND_ARRAY_WEIGHT), made);
    }
    free_net(&held);
}
END_TEST

START_TEST(where_nothing_is_absent_the_complete_gradient_is_that_of_the_pass) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net held = make_net(&middling, 5, &options);
    pass(&held, 1e-4);
    for (int32_t i = 0; i < LAYERS; i++)
        for (int name = SNND_ARRAY_WEIGHT; name < SNND_ARRAY_NAMES; name++)
            if (stage_of(&held, i)->gradient[name] != NULL)
                ck_assert_ptr_eq(complete_of(&held, i, (snnd_array_name)name), stage_of(&held, i)->gradient[name]);
    free_net(&held);
}
END_TEST

START_TEST(complete_gradients_are_refused_where_gradients_are) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net held = make_net(&sparse, 5, &options);
    snnd_array array;
    snnd_layer *first = layer_of(&held, FIRST);
    ck_assert_int_eq(snnd_workspace_complete_gradient(NULL, first, SNND_ARRAY_WEIGHT, &array), SNND_ERROR_ARGUMENT);
    FAILS(held.context, SNND_ERROR_STATE, "snnd_workspace_complete_gradient",
          snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_WEIGHT, &array));
    pass(&held, 1e-4);
    FAILS(held.context, SNND_ERROR_ARGUMENT, "snnd_workspace_complete_gradient: array is NULL",
          snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_WEIGHT, NULL));
    FAILS(held.context, SNND_ERROR_STATE, "no gradient of 'scale'",
          snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_SCALE, &array));
    OK(held.context, snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_WEIGHT, &array));
    OK(held.context, snnd_workspace_forward(held.workspace, SNND_TRAIN, held.input, sparse.batch));
    FAILS(held.context, SNND_ERROR_STATE, "snnd_workspace_complete_gradient",
          snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_WEIGHT, &array));
    free_net(&held);
}
END_TEST

/* Memory is taken at the first call for a layer, and where there is none nothing has changed. */
START_TEST(complete_gradients_take_memory_once) {
    allocator memory = {0};
    snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    options.allocate = allocator_allocate;
    options.release = allocator_release;
    options.memory_user = &memory;
    net held = make_net(&sparse, 5, &options);
    snnd_array array;
    pass(&held, 1e-4);
    memory.fail_at = memory.calls + 2;
    FAILS(held.context, SNND_ERROR_MEMORY, "",
          snnd_workspace_complete_gradient(held.workspace, layer_of(&held, SECOND), SNND_ARRAY_WEIGHT, &array));
    memory.fail_at = 0;
    assert_absent_are_zero(&held);
    complete_of(&held, SECOND, SNND_ARRAY_WEIGHT);
    const int64_t calls = memory.calls;
    complete_of(&held, SECOND, SNND_ARRAY_POSITION);
    pass(&held, 1e-4);
    complete_of(&held, SECOND, SNND_ARRAY_WEIGHT);
    ck_assert_int_eq(memory.calls, calls);
    free_net(&held);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* ---- a network that has become another ---- */

static const char NOT_THOSE[] = "have changed since the training pass";

/* Masks and signs of the pass are gone, and nothing may look where they were. What can be recomputed is. */
START_TEST(a_pass_is_over_once_the_network_is_initialized) {
    shape given = sparse;
    given.mask = DEEP_R;
    snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    options.low_memory = 1;
    net held = make_net(&given, 5, &options);
    snnd_layer *first = layer_of(&held, FIRST);
    snnd_array array;
    float *values = make_numbers(values_of(&held, FIRST), 1);
    OK(held.context, snnd_workspace_forward(held.workspace, SNND_TRAIN, held.input, given.batch));
    OK(held.context, snnd_workspace_loss(held.workspace, held.labels, NULL, NULL));
    snnd_sparsity_free(held.sparsity);
    held.sparsity = NULL;
    OK(held.context, snnd_network_initialize(held.network, 9));
    FAILS(held.context, SNND_ERROR_STATE, NOT_THOSE, snnd_workspace_backward(held.workspace));
    pass(&held, 0);
    OK(held.context, snnd_workspace_record(held.workspace, first, SNND_RECORD_OUTPUT, values));
    OK(held.context, snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_WEIGHT, &array));
    held.sparsity = make_sparsity(held.network, DEEP_R);
    FAILS(held.context, SNND_ERROR_STATE, NOT_THOSE,
          snnd_workspace_record(held.workspace, first, SNND_RECORD_OUTPUT, values));
    FAILS(held.context, SNND_ERROR_STATE, NOT_THOSE,
          snnd_workspace_complete_gradient(held.workspace, first, SNND_ARRAY_WEIGHT, &array));
    pass(&held, 0);
    complete_of(&held, FIRST, SNND_ARRAY_WEIGHT);
    free(values);
    free_net(&held);
}
END_TEST

/* Complete gradients that were made of other parameters would be those of no network. */
START_TEST(complete_gradients_are_not_made_of_parameters_that_came_later) {
    const snnd_context_options options = context_options(2, _i, SNND_ISA_AUTO);
    net held = make_net(&sparse, 5, &options), before = make_net(&sparse, 6, &options);
    snnd_array array;
    pass(&held, 1e-4);
    OK(held.context, snnd_network_rewind(held.network, before.network));
    FAILS(held.context, SNND_ERROR_STATE, NOT_THOSE,
          snnd_workspace_complete_gradient(held.workspace, layer_of(&held, THIRD), SNND_ARRAY_WEIGHT, &array));
    assert_absent_are_zero(&held); /* those of the pass are still there */
    pass(&held, 1e-4);
    complete_of(&held, THIRD, SNND_ARRAY_WEIGHT);
    free_net(&held);
    free_net(&before);
}
END_TEST

Suite *paths_suite(void) {
    Suite *suite = suite_create("delay/paths");
    TCase *cases = tcase_create("paths");
    tcase_set_timeout(cases, 120);
    const int first = SNND_METHOD_AUTO, end = SNND_METHOD_SPECTRAL + 1;
    tcase_add_loop_test(cases, all_ways_give_the_same_records_loss_and_gradients, 0, TRIALS);
    tcase_add_loop_test(cases, every_way_gives_the_same_bits_for_any_number_of_threads, first, end);
    tcase_add_loop_test(cases, a_pass_does_not_depend_on_the_passes_before, first, end);
    tcase_add_loop_test(cases, parameters_may_go_another_way_than_currents, first, end);
    tcase_add_loop_test(cases, low_memory_gives_the_same_bits_in_less_memory, first, end);
    tcase_add_loop_test(cases, records_are_made_again_as_in_the_pass_whatever_the_mode_of_the_host, first, end);
    tcase_add_loop_test(cases, absent_synapses_have_a_gradient_of_zero_whoever_asks_for_more, first, end);
    tcase_add_loop_test(cases, complete_gradients_are_those_of_a_dense_layer, 0,
                        METHODS * (SNND_SHARING_DENDRITIC + 1));
    tcase_add_loop_test(cases, complete_gradients_have_those_of_live_synapses_and_leave_them, first, end);
    tcase_add_loop_test(cases, what_the_host_writes_to_a_gradient_stays_and_reaches_the_optimizer, first, end);
    tcase_add_loop_test(cases, growth_by_gradient_has_gradients_of_absent_synapses_without_asking, first, end);
    tcase_add_loop_test(cases, where_nothing_is_absent_the_complete_gradient_is_that_of_the_pass, first, end);
    tcase_add_loop_test(cases, complete_gradients_are_refused_where_gradients_are, first, end);
    tcase_add_loop_test(cases, complete_gradients_take_memory_once, first, end);
    tcase_add_loop_test(cases, a_pass_is_over_once_the_network_is_initialized, first, end);
    tcase_add_loop_test(cases, complete_gradients_are_not_made_of_parameters_that_came_later, first, end);
    suite_add_tcase(suite, cases);
    return suite;
}
