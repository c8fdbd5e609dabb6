/* Synaptic operations: by hand, and against a loop over every synapse, sample and step. */
#include "inference/shapes.h"
#include "model/layer_pass.h"

Suite *operations_suite(void);

static snnd_context *make_options_context(snnd_isa isa, int32_t threads, int32_t low_memory) {
    snnd_context_options options;
    snnd_context *context = NULL;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.isa = isa;
    options.threads = threads;
    options.low_memory = low_memory;
    const snnd_status status = snnd_context_create(&options, &context);
    ck_assert(status == SNND_OK || (status == SNND_ERROR_UNSUPPORTED && isa != SNND_ISA_PLAIN));
    return context;
}

static snnd_operations operations_of(const snnd_workspace *workspace, const snnd_layer *layer,
                                     const snnd_picojoules *picojoules) {
    snnd_operations operations;
    OK(workspace->context, snnd_operations_init(&operations, sizeof operations));
    OK(workspace->context, snnd_workspace_operations(workspace, layer, picojoules, &operations));
    return operations;
}

/* ---- by hand ---- */

enum { STEPS = 6, SAMPLES = 2 };

static snnd_context *context;
static snnd_network *network;
static snnd_workspace *workspace;

/*
 * Two inputs, two neurons that fire two steps after a current of 2, three integrators. In the first sample the first
 * input is not 0 twice and the second once; in the second sample the second alone, once. The first input's other
 * synapse is too weak for a spike, and the second input has none to the first neuron.
 */
static void set_up(void) {
    static const float first[2][2] = {{2, 0}, {0.01f, 2}}, second[3][2] = {{1, 1}, {0, -1}, {0.5f, 1}};
    static const float input[SAMPLES][STEPS][2] = {{{1, 0}, {0, 1}, {0, 0}, {1, 0}}, {{0, 1}}};
    const snnd_delay_options options = delay_options(0);
    context = make_context(1);
    network = make_network(context, 2);
    memcpy(floats(add_delays(network, 2, &options), SNND_ARRAY_WEIGHT), first, sizeof first);
    add_lif(network);
    add_dropout(network, 0.9);
    memcpy(floats(add_delays(network, 3, &options), SNND_ARRAY_WEIGHT), second, sizeof second);
    add_leaky_integrator(network);
    workspace = make_workspace(network, SAMPLES, STEPS);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input[0][0], SAMPLES));
}

static void tear_down(void) {
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

START_TEST(operations_are_those_counted_on_paper) {
    const snnd_operations first = operations_of(workspace, snnd_network_layer(network, 0), NULL);
    const snnd_operations second = operations_of(workspace, snnd_network_layer(network, 3), NULL);
    const snnd_operations all = operations_of(workspace, NULL, NULL);
    ck_assert_double_eq(first.multiplications, (2 * 2 + 1 * 1 + 1 * 1) / 2.0);
    ck_assert_double_eq(first.accumulations, 0);
    ck_assert_double_eq(second.multiplications, 0);
    ck_assert_double_eq(second.accumulations, (2 * 2 + 1 * 3 + 1 * 3) / 2.0);
    ck_assert_double_eq(all.multiplications, 3);
    ck_assert_double_eq(all.accumulations, 5);
    ck_assert_double_eq(all.picojoules, 0);
}
END_TEST

START_TEST(energy_is_what_the_host_says_of_each) {
    const snnd_picojoules both = {sizeof both, 0.9, 4.6}, one = {sizeof one, 0.5, 0};
    ck_assert_double_eq_tol(operations_of(workspace, NULL, &both).picojoules, 5 * 0.9 + 3 * 4.6, 1e-12);
    ck_assert_double_eq_tol(operations_of(workspace, NULL, &one).picojoules, 5 * 0.5, 1e-12);
    ck_assert_double_eq_tol(operations_of(workspace, snnd_network_layer(network, 0), &both).picojoules, 3 * 4.6, 1e-12);
}
END_TEST

START_TEST(what_cannot_be_counted_is_refused_by_name) {
    snnd_operations operations = {.size = sizeof operations, .accumulations = -1};
    snnd_network *other = make_network(context, 1);
    snnd_layer *theirs = add_lif(other);
    const snnd_picojoules below = {sizeof below, -1, 1}, above = {sizeof above, 1, 2e9}, none = {sizeof none, NAN, 0};
    ck_assert_int_eq(snnd_workspace_operations(NULL, NULL, NULL, &operations), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "operations is NULL", snnd_workspace_operations(workspace, NULL, NULL, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network",
          snnd_workspace_operations(workspace, theirs, NULL, &operations));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 1 is lif; expected a layer of delays",
          snnd_workspace_operations(workspace, snnd_network_layer(network, 1), NULL, &operations));
    FAILS(context, SNND_ERROR_ARGUMENT, "accumulation is -1",
          snnd_workspace_operations(workspace, NULL, &below, &operations));
    FAILS(context, SNND_ERROR_ARGUMENT, "multiplication is 2e+09",
          snnd_workspace_operations(workspace, NULL, &above, &operations));
    FAILS(context, SNND_ERROR_ARGUMENT, "accumulation is",
          snnd_workspace_operations(workspace, NULL, &none, &operations));
    snnd_workspace *fresh = make_workspace(network, 1, 1);
    FAILS(context, SNND_ERROR_STATE, "no forward pass", snnd_workspace_operations(fresh, NULL, NULL, &operations));
    operations.size = 1;
    FAILS(context, SNND_ERROR_ARGUMENT, "snnd_operations",
          snnd_workspace_operations(workspace, NULL, NULL, &operations));
    ck_assert_double_eq(operations.accumulations, -1);
    snnd_workspace_free(fresh);
    snnd_network_free(other);
}
END_TEST

/* ---- every synapse, sample and step ---- */

/* Dropout twice behind the neurons, once behind numbers and once in front of all. */
static snnd_network *dropped(snnd_context *of) {
    snnd_network *made = make_network(of, 7);
    const snnd_delay_options options = delay_options(6);
    add_dropout(made, 0.3);
    add_delays(made, 20, &options);
    add_lif(made);
    add_dropout(made, 0.5);
    add_dropout(made, 0.5);
    add_delays(made, 21, &options);
    add_leaky_integrator(made);
    add_dropout(made, 0.5);
    add_delays(made, 6, &options);
    return made;
}

/* Several synapses a pair, not all of which carry something. */
static snnd_network *thinned(snnd_context *of) {
    snnd_network *made = several_synapses(of);
    thin_out(snnd_network_layer(made, 0), 0.6);
    thin_out(snnd_network_layer(made, 2), 0.6);
    return made;
}

/* Numbers that are not 0 where there is no sample either: the last tile is not full. */
static snnd_network *shifted(snnd_context *of) {
    snnd_network *made = make_network(of, 7);
    const snnd_delay_options options = delay_options(6);
    add_delays(made, 20, &options);
    snnd_layer *layer = add_batch_norm(made);
    fill_uniform(floats(layer, SNND_ARRAY_SHIFT), 20, 0.1, 1, 3);
    add_delays(made, 6, &options);
    return made;
}

/* Under a controller, with signs. */
static snnd_network *masked(snnd_context *of) {
    return make_spiking(of, 11, 40, 6, 10, 0.4);
}

static snnd_network *(*const networks[])(snnd_context *) = {
    sparse,  no_delays,    several_synapses, thinned,       deep,    odd,     linear,
    at_once, update_first, adaptive,         sparse_axonal, dropped, shifted, masked,
};

/* The layer whose spikes come to a layer of delays; NULL: numbers come to it. */
static const snnd_layer *firing_before(const snnd_layer *layer) {
    for (int32_t i = layer->index - 1; i >= 0; i--) {
        const snnd_layer *before = snnd_network_layer(layer->network, i);
        if (snnd_layer_get_type(before) != SNND_LAYER_DROPOUT)
            return snnd_layer_pass_of(before)->spikes != NULL ? before : NULL;
    }
    return NULL;
}

/* What the layer gets that is not 0, times its synapses, one by one: of `input` [samples, steps, inputs] where there is
 * no layer before. */
static int64_t count_by_loop(const snnd_workspace *passed, const snnd_layer *layer, const float *input) {
    const snnd_layer *firing = firing_before(layer);
    const int32_t samples = passed->pass.samples, inputs = snnd_layer_inputs(layer),
                  outputs = snnd_layer_outputs(layer), per_pair = layer->options.delays.synapses_per_pair;
    const snnd_layer *before = firing != NULL ? firing : snnd_network_layer(layer->network, layer->index - 1);
    float *record = before == NULL ? NULL : record_of(passed, before, SNND_RECORD_OUTPUT);
    float *weight = malloc((size_t)(outputs * inputs * per_pair) * sizeof *weight);
    int64_t operations = 0;
    OK(passed->context, snnd_layer_weights(layer, weight));
    for (int32_t b = 0; b < samples; b++)
        for (int32_t t = 0; t < passed->steps; t++)
            for (int32_t i = 0; i < inputs; i++) {
                const float came = record == NULL ? input[(b * passed->steps + t) * inputs + i]
                                                  : record[(t * samples + b) * inputs + i];
                for (int32_t o = 0; o < outputs && came != 0; o++)
                    for (int32_t c = 0; c < per_pair; c++)
                        operations += weight[(o * inputs + i) * per_pair + c] != 0;
            }
    free(record);
    free(weight);
    return operations;
}

/* Numbers of which a third are 0. */
static float *make_sparse_input(size_t count) {
    float *input = make_numbers(count, 21);
    for (size_t k = 0; k < count; k++)
        input[k] = k % 3 == 0 ? 0 : 3 * input[k];
    return input;
}

/* Gives how many layers got something. */
static int compare_with_loop(snnd_workspace *passed, const float *input) {
    int busy = 0;
    snnd_operations sum = {.accumulations = 0};
    const snnd_network *of = passed->network;
    for (int32_t l = 0; l < snnd_network_layer_count(of); l++) {
        const snnd_layer *layer = snnd_network_layer(of, l);
        if (snnd_layer_get_type(layer) != SNND_LAYER_DELAYS)
            continue;
        const snnd_operations got = operations_of(passed, layer, NULL);
        const double expected = (double)count_by_loop(passed, layer, input) / passed->pass.samples;
        const bool spikes = firing_before(layer) != NULL;
        ck_assert_double_eq(spikes ? got.accumulations : got.multiplications, expected);
        ck_assert_double_eq(spikes ? got.multiplications : got.accumulations, 0);
        busy += expected > 0;
        sum.accumulations += got.accumulations;
        sum.multiplications += got.multiplications;
    }
    const snnd_operations all = operations_of(passed, NULL, NULL);
    ck_assert_double_eq_tol(all.accumulations, sum.accumulations, 1e-6);
    ck_assert_double_eq_tol(all.multiplications, sum.multiplications, 1e-6);
    return busy;
}

/* Two tiles, the second of three samples. */
static void count_in(snnd_context *of, snnd_mode mode) {
    enum { BATCH = 19, LONG = 25 };
    int busy = 0;
    for (int k = 0; k < COUNT(networks); k++) {
        snnd_network *made = networks[k](of);
        snnd_sparsity *sparsity = NULL;
        const snnd_structure structure = structure_of(0.7);
        if (networks[k] == masked)
            OK(of, snnd_sparsity_create_deep_r(made, &structure, NULL, &sparsity));
        float *input = make_sparse_input((size_t)(BATCH * LONG * snnd_network_inputs(made)));
        snnd_workspace *passed = make_workspace(made, BATCH, LONG);
        OK(of, snnd_workspace_forward(passed, mode, input, BATCH));
        busy += compare_with_loop(passed, input);
        snnd_workspace_free(passed);
        snnd_sparsity_free(sparsity);
        snnd_network_free(made);
        free(input);
    }
    ck_assert_int_gt(busy, 2 * COUNT(networks) - 4); /* some layers are silent */
}

START_TEST(operations_are_those_of_a_loop_over_all_synapses) {
    for (int isa = SNND_ISA_PLAIN; isa <= SNND_ISA_AVX512; isa++)
        for (int way = 0; way < 4; way++) {
            snnd_context *of = make_options_context((snnd_isa)isa, way < 2 ? 1 : 3, way % 2);
            if (of == NULL)
                continue;
            count_in(of, SNND_EVALUATE);
            count_in(of, SNND_TRAIN);
            snnd_context_free(of);
        }
}
END_TEST

/* A spike for each neuron and step is as many operations as a plan has synapses. */
START_TEST(synapses_are_those_of_a_plan) {
    snnd_context *of = make_context(1);
    snnd_network *made = sparse(of);
    snnd_plan *plan;
    int64_t synapses = 0;
    floats(snnd_network_layer(made, 0), SNND_ARRAY_WEIGHT)[1] = 1e-40f; /* what a pass takes for 0 */
    OK(of, snnd_plan_create(made, &plan));
    snnd_workspace *passed = make_workspace(made, 1, 1);
    float input[13];
    for (int k = 0; k < 13; k++)
        input[k] = 1;
    OK(of, snnd_workspace_forward(passed, SNND_EVALUATE, input, 1));
    synapses += (int64_t)operations_of(passed, snnd_network_layer(made, 0), NULL).multiplications;
    float *weight = floats(snnd_network_layer(made, 4), SNND_ARRAY_WEIGHT);
    for (int64_t s = 0; s < count_of(snnd_network_layer(made, 4), SNND_ARRAY_WEIGHT); s++)
        synapses += weight[s] != 0;
    ck_assert_int_eq(synapses, snnd_plan_synapses(plan));
    snnd_workspace_free(passed);
    snnd_plan_free(plan);
    snnd_network_free(made);
    snnd_context_free(of);
}
END_TEST

Suite *operations_suite(void) {
    Suite *suite = suite_create("model/operations");
    TCase *cases = tcase_create("operations");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, operations_are_those_counted_on_paper);
    tcase_add_test(cases, energy_is_what_the_host_says_of_each);
    tcase_add_test(cases, what_cannot_be_counted_is_refused_by_name);
    tcase_add_test(cases, operations_are_those_of_a_loop_over_all_synapses);
    tcase_add_test(cases, synapses_are_those_of_a_plan);
    suite_add_tcase(suite, cases);
    return suite;
}
