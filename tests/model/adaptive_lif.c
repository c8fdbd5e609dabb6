/*
 * Adaptive LIF neurons, by their recursion. Their gradients are those of potentials where a surrogate is so flat that
 * it is one number (differences then say what they are to be), and beside that those of derivatives that are carried
 * forwards in time.
 */
#include "model/one_layer.h"

Suite *adaptive_lif_suite(void);

enum { NEURONS = 5, SAMPLES = 19, PARAMETERS = 4 };

static const snnd_array_name names[PARAMETERS] = {SNND_ARRAY_MEMBRANE_DECAY, SNND_ARRAY_ADAPTATION_DECAY,
                                                  SNND_ARRAY_SUBTHRESHOLD_ADAPTATION, SNND_ARRAY_SPIKE_ADAPTATION};
static const double low[PARAMETERS] = {0.8187307530779818, 0.9672161004820059, -1, 0};
static const double high[PARAMETERS] = {0.9607894391523232, 0.9917012926388760, 1, 2};

static snnd_adaptive_lif_options adaptive_options(void) {
    snnd_adaptive_lif_options options;
    ck_assert_int_eq(snnd_adaptive_lif_options_init(&options, sizeof options), SNND_OK);
    return options;
}

/* Replaces the network by one of `neurons` inputs and neurons that take them as currents. */
static snnd_layer *build(int32_t neurons, const snnd_adaptive_lif_options *options) {
    snnd_layer *layer;
    snnd_network_free(network);
    network = make_network(context, neurons);
    OK(context, snnd_network_add_adaptive_lif(network, options, &layer));
    return layer;
}

/* The four parameters of a neuron. */
typedef struct parameters {
    double of[PARAMETERS];
} parameters;

static parameters parameters_of(snnd_layer *layer, int n) {
    parameters p;
    for (int k = 0; k < PARAMETERS; k++)
        p.of[k] = (double)floats(layer, names[k])[n];
    return p;
}

/* ---- forwards ---- */

/* Potentials and spikes [steps] of one neuron, `current` with `stride` between steps. */
static void recursion(const parameters *p, double threshold, const float *current, int stride, double *u, double *s) {
    double last = 0, fired = 0, w = 0;
    for (int t = 0; t < STEPS; t++) {
        w = p->of[1] * w + p->of[2] * last + p->of[3] * fired;
        last = u[t] = p->of[0] * (last - threshold * fired) + (1 - p->of[0]) * ((double)current[t * stride] - w);
        fired = s[t] = u[t] > threshold;
    }
}

START_TEST(adaptive_neurons_follow_their_recursion) {
    snnd_adaptive_lif_options options = adaptive_options();
    options.threshold = 0.3;
    snnd_layer *layer = build(NEURONS, &options);
    float *input = make_numbers(SAMPLES * STEPS * NEURONS, 7);
    for (int k = 0; k < SAMPLES * STEPS * NEURONS; k++)
        input[k] = 2 * input[k] + 1;
    workspace = make_workspace(network, SAMPLES, STEPS);
    OK(context, snnd_workspace_forward(workspace, _i ? SNND_TRAIN : SNND_EVALUATE, input, SAMPLES));
    float *spikes = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    float *potential = record_of(workspace, layer, SNND_RECORD_POTENTIAL);
    int fired = 0;
    for (int b = 0; b < SAMPLES; b++)
        for (int n = 0; n < NEURONS; n++) {
            const parameters p = parameters_of(layer, n);
            double u[STEPS], s[STEPS], largest = 1;
            recursion(&p, 0.3, input + b * STEPS * NEURONS + n, NEURONS, u, s);
            for (int t = 0; t < STEPS; t++) {
                const int k = (t * SAMPLES + b) * NEURONS + n;
                largest = fmax(largest, fabs(u[t])); /* what feeds itself grows, and its rounding with it */
                ck_assert_double_gt(fabs(u[t] - 0.3), 3e-5 * largest); /* so that rounding decides nothing */
                ck_assert_double_eq_tol((double)potential[k], u[t], 3e-5 * largest);
                ck_assert_double_eq((double)spikes[k], s[t]);
                fired += s[t] > 0;
            }
        }
    ck_assert_int_gt(fired, 100);
    const double rate = snnd_workspace_spike_rate(workspace);
    ck_assert_double_eq_tol(rate, (double)fired / (SAMPLES * STEPS * NEURONS), 1e-12);
    free(input);
    free(spikes);
    free(potential);
}
END_TEST

START_TEST(a_current_makes_a_spike_in_its_own_step_strictly_above_the_threshold) {
    float input[4][2] = {{0}, {0}};
    snnd_adaptive_lif_options options = adaptive_options();
    options.threshold = 0.125;
    snnd_layer *layer = build(2, &options);
    for (int n = 0; n < 2; n++)
        floats(layer, SNND_ARRAY_MEMBRANE_DECAY)[n] = 0.875f; /* so that a current of 1 comes to the threshold */
    input[1][0] = 1;
    input[1][1] = nextafterf(1, 2);
    workspace = make_workspace(network, 1, 4);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input[0], 1));
    float *spikes = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    for (int t = 0; t < 4; t++) {
        ck_assert_float_eq(spikes[2 * t], 0);
        ck_assert_float_eq(spikes[2 * t + 1], t == 1 ? 1 : 0);
    }
    free(spikes);
}
END_TEST

/* ---- parameters ---- */

START_TEST(parameters_are_drawn_in_their_ranges) {
    enum { MANY = 4000 };
    snnd_layer *layer = build(MANY, NULL);
    OK(context, snnd_network_initialize(network, 5));
    for (int k = 0; k < PARAMETERS; k++) {
        const float *value = floats(layer, names[k]);
        double mean = 0;
        ck_assert_int_eq(count_of(layer, names[k]), MANY);
        for (int n = 0; n < MANY; n++) {
            ck_assert_double_ge((double)value[n], low[k] - 1e-7);
            ck_assert_double_le((double)value[n], high[k] + 1e-7);
            mean += (double)value[n] / MANY;
        }
        ck_assert_double_eq_tol((mean - low[k]) / (high[k] - low[k]), 0.5, 0.03);
    }
    float first[3];
    memcpy(first, floats(layer, SNND_ARRAY_SPIKE_ADAPTATION), sizeof first);
    OK(context, snnd_network_initialize(network, 6));
    ck_assert_mem_ne(first, floats(layer, SNND_ARRAY_SPIKE_ADAPTATION), sizeof first);
    OK(context, snnd_network_initialize(network, 5));
    ck_assert_mem_eq(first, floats(layer, SNND_ARRAY_SPIKE_ADAPTATION), sizeof first);
}
END_TEST

START_TEST(clamping_brings_parameters_back_and_hosts_set_none_beyond) {
    snnd_layer *layer = build(3, NULL);
    for (int k = 0; k < PARAMETERS; k++) {
        float *value = floats(layer, names[k]), inside[3], beyond[3];
        const float middle = (float)((low[k] + high[k]) / 2);
        value[0] = -1e30f, value[1] = middle, value[2] = 40;
        OK(context, snnd_network_clamp(network));
        ck_assert_float_eq(value[0], (float)low[k]);
        ck_assert_float_eq(value[1], middle);
        ck_assert_float_eq(value[2], (float)high[k]);
        memcpy(inside, value, sizeof inside);
        OK(context, snnd_layer_set_array(layer, names[k], inside, 3)); /* ends are in the range */
        memcpy(beyond, value, sizeof beyond);
        beyond[2] = nextafterf(beyond[2], 100);
        FAILS(context, SNND_ERROR_ARGUMENT, snnd_array_word(names[k]),
              snnd_layer_set_array(layer, names[k], beyond, 3));
        beyond[2] = inside[2];
        beyond[0] = nextafterf(beyond[0], -100);
        FAILS(context, SNND_ERROR_ARGUMENT, " 0 of layer 0 (adaptive_lif) is ",
              snnd_layer_set_array(layer, names[k], beyond, 3));
    }
}
END_TEST

/* With the weights, by a decay that the weights alone have. */
START_TEST(the_optimizer_of_the_weights_moves_parameters_without_decay) {
    const snnd_delay_options delays = delay_options(4);
    snnd_optimizer_options options;
    snnd_optimizer *optimizer;
    snnd_layer *first = add_delays(network, NEURONS, &delays), *layer = add_adaptive_lif(network);
    add_delays(network, 2, &delays);
    workspace = make_workspace(network, 3, STEPS);
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
    options.kind = SNND_SGD;
    options.rate = 0.125;
    options.momentum = 0;
    options.weight_decay = 0.5;
    options.decoupled = _i;
    OK(context, snnd_optimizer_create(network, &options, &optimizer));
    float *input = make_numbers(3 * STEPS, 4), before[PARAMETERS][NEURONS];
    int32_t *labels = make_labels(3, 2);
    for (int k = 0; k < 3 * STEPS; k++)
        input[k] *= 30;
    train_pass(workspace, input, labels, 3, NULL);
    const float weight = floats(first, SNND_ARRAY_WEIGHT)[0];
    for (int k = 0; k < PARAMETERS; k++)
        memcpy(before[k], floats(layer, names[k]), sizeof before[k]);
    OK(context, snnd_optimizer_step(optimizer, workspace));
    double moved = 0;
    for (int k = 0; k < PARAMETERS; k++)
        for (int n = 0; n < NEURONS; n++) {
            const double gradient = (double)gradient_of(workspace, layer, names[k])[n];
            ck_assert_float_eq(floats(layer, names[k])[n], (float)((double)before[k][n] - 0.125 * gradient));
            moved += fabs(gradient);
        }
    ck_assert_double_gt(moved, 1e-4);
    ck_assert_double_eq_tol(
        (double)floats(first, SNND_ARRAY_WEIGHT)[0],
        (double)weight * (1 - 0.0625) - 0.125 * (double)gradient_of(workspace, first, SNND_ARRAY_WEIGHT)[0], 1e-6);
    snnd_optimizer_free(optimizer);
    free(input);
    free(labels);
}
END_TEST

/* ---- backwards: differences ---- */

/*
 * Where the surrogate is so flat that it is alpha / 2 at all potentials, and the reset is not differentiated, the
 * gradient of sum g s is alpha / 2 times that of sum g u, with spikes as they are: which differences of records of the
 * potentials give. The spikes have to be the same on both sides of a difference.
 */
enum { FEW = 3, INPUTS = 2 };
static const double FLAT = 1e-6;

typedef struct slopes {
    snnd_layer *delays, *neurons;
    float input[SAMPLES * STEPS * INPUTS], given[STEPS * SAMPLES * FEW];
    int64_t spikes;
} slopes;

/* sum g u, and which spikes there are. */
static double weighted_potentials(slopes *s, float *spikes) {
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, s->input, SAMPLES));
    float *potential = record_of(workspace, s->neurons, SNND_RECORD_POTENTIAL);
    float *fired = record_of(workspace, s->neurons, SNND_RECORD_OUTPUT);
    double sum = 0;
    for (int k = 0; k < STEPS * SAMPLES * FEW; k++)
        sum += (double)s->given[k] * (double)potential[k];
    memcpy(spikes, fired, sizeof s->given);
    free(potential);
    free(fired);
    return sum;
}

static double difference(slopes *s, float *parameter, double step) {
    static float spikes[2][STEPS * SAMPLES * FEW];
    const float middle = *parameter;
    *parameter = (float)((double)middle + step);
    const double above = *parameter, upper = weighted_potentials(s, spikes[0]);
    *parameter = (float)((double)middle - step);
    const double below = *parameter, lower = weighted_potentials(s, spikes[1]);
    *parameter = middle;
    assert_same_bits(spikes[0], spikes[1], sizeof spikes[0], "spikes on both sides of a difference");
    return (upper - lower) / (above - below);
}

static void assert_slopes(slopes *s, snnd_layer *layer, snnd_array_name name, double step) {
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, s->input, SAMPLES));
    OK(context, snnd_workspace_add_gradient(workspace, last_layer(workspace->network), s->given));
    OK(context, snnd_workspace_backward(workspace));
    const int64_t count = count_of(layer, name);
    double gradient[FEW * INPUTS], largest = 0;
    for (int64_t k = 0; k < count; k++) {
        gradient[k] = (double)gradient_of(workspace, layer, name)[k] / (FLAT / 2);
        largest = fmax(largest, fabs(gradient[k]));
    }
    ck_assert_double_gt(largest, 0.1);
    for (int64_t k = 0; k < count; k++)
        ck_assert_double_eq_tol(gradient[k], difference(s, floats(layer, name) + k, step), 4e-3 * largest);
}

/* With a threshold that is never met, and with one that is met so clearly that differences change no spike. */
START_TEST(gradients_are_differences_of_potentials) {
    slopes *s = calloc(1, sizeof *s);
    ck_assert_ptr_nonnull(s);
    const snnd_delay_options delays = delay_options(4);
    snnd_adaptive_lif_options options = adaptive_options();
    options.alpha = FLAT;
    options.detach_reset = 1;
    options.threshold = _i == 0 ? 1e3 : 1e-3;
    snnd_network_free(network);
    network = make_network(context, INPUTS);
    s->delays = add_delays(network, FEW, &delays);
    OK(context, snnd_network_add_adaptive_lif(network, &options, &s->neurons));
    fill_uniform(floats(s->neurons, SNND_ARRAY_SUBTHRESHOLD_ADAPTATION), FEW, 0.002, 0.01, 20);
    fill_uniform(floats(s->neurons, SNND_ARRAY_SPIKE_ADAPTATION), FEW, 0.002, 0.01, 21);
    fill_uniform(floats(s->delays, SNND_ARRAY_WEIGHT), FEW * INPUTS, 0.5, 1, 22);
    for (int n = 0; n < FEW; n++) /* the second half drives potentials below any threshold */
        for (int k = 0; k < SAMPLES * STEPS * INPUTS; k++)
            s->input[k] = (float)((k / INPUTS % STEPS < STEPS / 2 ? 6 : -6) + uniform(-1, 1, 23, (uint64_t)k));
    fill_uniform(s->given, STEPS * SAMPLES * FEW, -1, 1, 24);
    workspace = make_workspace(network, SAMPLES, STEPS);
    for (int k = 0; k < PARAMETERS - (_i == 0); k++) /* without spikes nothing depends on b */
        assert_slopes(s, s->neurons, names[k], 1.0 / 4096);
    assert_slopes(s, s->delays, SNND_ARRAY_WEIGHT, 1.0 / 2048);
    const double rate = snnd_workspace_spike_rate(workspace);
    ck_assert(_i == 0 ? rate == 0 : rate > 0.2 && rate < 0.8);
    free(s);
}
END_TEST

/* ---- backwards: derivatives that go forwards ---- */

/* d(sum g s) by a parameter, or by the current at a step, through spikes by their surrogate. */
static double forward_derivative(const parameters *p, double threshold, bool detach, const float *current,
                                 const float *g, int by, int at) {
    double u = 0, w = 0, s = 0, d_u = 0, d_w = 0, d_s = 0, total = 0;
    for (int t = 0; t < STEPS; t++) {
        const double d[PARAMETERS] = {by == 0, by == 1, by == 2, by == 3}, h = (double)current[t], d_h = t == at;
        const double next_w = p->of[1] * w + p->of[2] * u + p->of[3] * s;
        d_w = d[1] * w + p->of[1] * d_w + d[2] * u + p->of[2] * d_u + d[3] * s + p->of[3] * d_s;
        w = next_w;
        d_u = d[0] * (u - threshold * s) + p->of[0] * (d_u - (detach ? 0 : threshold * d_s)) - d[0] * (h - w) +
              (1 - p->of[0]) * (d_h - d_w);
        u = p->of[0] * (u - threshold * s) + (1 - p->of[0]) * (h - w);
        const double x = acos(-1) / 2 * 5 * (u - threshold);
        s = u > threshold;
        d_s = 2.5 / (1 + x * x) * d_u;
        total += (double)g[t] * d_s;
    }
    return total;
}

START_TEST(gradients_through_spikes_are_derivatives_carried_forwards) {
    snnd_adaptive_lif_options options = adaptive_options();
    options.threshold = 0.3;
    options.detach_reset = _i;
    snnd_layer *delays, *layer;
    float input[STEPS], given[STEPS];
    const snnd_delay_options none = delay_options(0);
    delays = add_delays(network, 1, &none);
    OK(context, snnd_network_add_adaptive_lif(network, &options, &layer));
    floats(delays, SNND_ARRAY_WEIGHT)[0] = 1;
    workspace = make_workspace(network, 1, STEPS);
    for (uint64_t seed = 0; seed < 20; seed++) {
        OK(context, snnd_network_initialize(network, seed));
        floats(delays, SNND_ARRAY_WEIGHT)[0] = 1;
        floats(layer, SNND_ARRAY_SUBTHRESHOLD_ADAPTATION)[0] = (float)uniform(-0.1, 1, 39, seed);
        fill_uniform(input, STEPS, -1, 3, 40 + seed);
        fill_uniform(given, STEPS, -1, 1, 70 + seed);
        const parameters p = parameters_of(layer, 0);
        OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, 1));
        OK(context, snnd_workspace_add_gradient(workspace, last_layer(network), given));
        OK(context, snnd_workspace_backward(workspace));
        for (int k = 0; k < PARAMETERS; k++) {
            const double expected = forward_derivative(&p, 0.3, _i != 0, input, given, k, -1);
            ck_assert_double_eq_tol((double)gradient_of(workspace, layer, names[k])[0], expected,
                                    1e-4 + 1e-4 * fabs(expected));
        }
        float by_input[STEPS];
        OK(context, snnd_workspace_input_gradient(workspace, by_input));
        for (int t = 0; t < STEPS; t++) {
            const double expected = forward_derivative(&p, 0.3, _i != 0, input, given, -1, t);
            ck_assert_double_eq_tol((double)by_input[t], expected, 1e-4 + 1e-4 * fabs(expected));
        }
    }
}
END_TEST

/* ---- contexts, copies ---- */

/* Deep, with batch norm in front of some: gradients [..] of a training pass of more than one tile. */
static float *deep_gradients(int32_t threads, int32_t low_memory, int32_t method, size_t *count) {
    enum { BATCH = 37, INS = 4, CLASSES = 3 };
    snnd_context_options options;
    snnd_context *own;
    const snnd_delay_options delays = delay_options(6);
    OK(context, snnd_context_options_init(&options, sizeof options));
    options.threads = threads;
    options.low_memory = low_memory;
    options.method = method;
    OK(context, snnd_context_create(&options, &own));
    snnd_network *net = make_usual(own, INS, 13, 11, 6, 0.3, add_adaptive_lif);
    add_delays(net, 7, &delays);
    add_adaptive_lif(net);
    add_dropout(net, 0.2);
    add_delays(net, CLASSES, &delays);
    add_leaky_integrator(net);
    snnd_workspace *used = make_workspace(net, BATCH, STEPS);
    float *input = make_numbers(BATCH * STEPS * INS, 5);
    int32_t *labels = make_labels(BATCH, CLASSES);
    for (int k = 0; k < BATCH * STEPS * INS; k++)
        input[k] *= 10;
    train_pass(used, input, labels, BATCH, NULL);
    for (int32_t l = 2; l < 10; l += 5) /* each has some in all four of its arrays */
        for (int k = 0; k < PARAMETERS; k++) {
            const float *gradient = gradient_of(used, snnd_network_layer(net, l), names[k]);
            double sum = 0;
            for (int n = 0; n < 7; n++)
                sum += fabs((double)gradient[n]);
            ck_assert_msg(sum > 0, "no gradient of %s of layer %d", snnd_array_word(names[k]), l);
        }
    float *gradients = all_gradients(used, count);
    free(input);
    free(labels);
    snnd_workspace_free(used);
    snnd_network_free(net);
    snnd_context_free(own);
    return gradients;
}

START_TEST(gradients_are_the_same_to_the_last_bit_for_any_number_of_threads_and_with_low_memory) {
    static const int32_t threads[] = {2, 3, 7};
    for (int32_t method = SNND_METHOD_DIRECT; method <= SNND_METHOD_SPECTRAL; method++) {
        size_t count, here;
        float *expected = deep_gradients(1, 0, method, &count);
        for (int k = 0; k < 4; k++) {
            float *got = deep_gradients(k < 3 ? threads[k] : 2, k == 3, method, &here);
            ck_assert_uint_eq(here, count);
            assert_same_bits(expected, got, count * sizeof *got, "gradients");
            free(got);
        }
        free(expected);
    }
}
END_TEST

START_TEST(parameters_are_cloned_copied_and_wound_back) {
    snnd_network *clone, *other;
    snnd_layer *layer = build(NEURONS, NULL);
    OK(context, snnd_network_initialize(network, 3));
    OK(context, snnd_network_clone(network, &clone));
    assert_same_networks(network, clone);
    OK(context, snnd_network_clone(network, &other));
    OK(context, snnd_network_initialize(other, 4));
    OK(context, snnd_network_rewind(network, other));
    assert_same_networks(network, other);
    OK(context, snnd_network_copy_parameters(network, clone));
    assert_same_networks(network, clone);
    for (int k = 0; k < PARAMETERS; k++) { /* a backward pass is of the parameters of the pass before it */
        const int32_t label = 0;
        float input[STEPS * NEURONS] = {0};
        snnd_workspace_free(workspace);
        workspace = make_workspace(network, 1, STEPS);
        OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, 1));
        OK(context, snnd_workspace_loss(workspace, &label, NULL, NULL));
        floats(layer, names[k])[2] *= 1.0001f;
        FAILS(context, SNND_ERROR_STATE, "parameters have changed", snnd_workspace_backward(workspace));
    }
    snnd_network_free(clone);
    snnd_network_free(other);
}
END_TEST

Suite *adaptive_lif_suite(void) {
    Suite *suite = suite_create("model/adaptive_lif");
    TCase *cases = tcase_create("adaptive_lif");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, adaptive_neurons_follow_their_recursion, 0, 2);
    tcase_add_test(cases, a_current_makes_a_spike_in_its_own_step_strictly_above_the_threshold);
    tcase_add_test(cases, parameters_are_drawn_in_their_ranges);
    tcase_add_test(cases, clamping_brings_parameters_back_and_hosts_set_none_beyond);
    tcase_add_loop_test(cases, the_optimizer_of_the_weights_moves_parameters_without_decay, 0, 2);
    tcase_add_loop_test(cases, gradients_are_differences_of_potentials, 0, 2);
    tcase_add_loop_test(cases, gradients_through_spikes_are_derivatives_carried_forwards, 0, 2);
    tcase_add_test(cases, gradients_are_the_same_to_the_last_bit_for_any_number_of_threads_and_with_low_memory);
    tcase_add_test(cases, parameters_are_cloned_copied_and_wound_back);
    suite_add_tcase(suite, cases);
    return suite;
}
