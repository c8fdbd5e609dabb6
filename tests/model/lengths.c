/*
 * Samples of different lengths in one batch: each has what it would have alone, in a workspace of its own length, and
 * nothing beyond its end.
 */
#include "inference/shapes.h"
#include "kernel/readout.h"

Suite *lengths_suite(void);

/* Two tiles, in the second of which a lane has no sample. */
enum { BATCH = 20, STEPS = 41, SHORTEST = 2 };

static snnd_context *make_context_of(int32_t threads, snnd_method method, int low_memory) {
    snnd_context_options options;
    snnd_context *context;
    ck_assert_int_eq(snnd_context_options_init(&options, sizeof options), SNND_OK);
    options.threads = threads;
    options.method = method;
    options.low_memory = low_memory;
    ck_assert_int_eq(snnd_context_create(&options, &context), SNND_OK);
    return context;
}

/* A batch, and the network that it goes through. */
typedef struct batch {
    snnd_context *context;
    snnd_network *network;
    snnd_workspace *workspace;
    int32_t inputs, classes;
    int32_t length[BATCH];
    int32_t *labels;
    float *input; /* beyond the end of a sample no numbers */
} batch;

static const float *sample_of(const batch *b, int32_t sample) {
    return b->input + (size_t)sample * STEPS * (size_t)b->inputs;
}

static batch make_batch(snnd_context *context, snnd_network *network) {
    batch b = {.context = context, .network = network, .inputs = snnd_network_inputs(network)};
    b.classes = snnd_network_outputs(network);
    b.labels = make_labels(BATCH, b.classes);
    b.input = make_input(BATCH, STEPS, b.inputs);
    for (int32_t s = 0; s < BATCH; s++) {
        b.length[s] = s % 7 == 3 ? STEPS : (int32_t)uniform(SHORTEST, STEPS, 31, (uint64_t)s);
        for (int32_t k = b.length[s] * b.inputs; k < STEPS * b.inputs; k++)
            b.input[s * STEPS * b.inputs + k] = k % 3 == 0 ? NAN : k % 3 == 1 ? INFINITY : 3e38f;
    }
    b.workspace = make_workspace(network, BATCH, STEPS);
    OK(context, snnd_workspace_set_lengths(b.workspace, b.length, BATCH));
    return b;
}

static void free_batch(batch *b) {
    free(b->labels);
    free(b->input);
    snnd_workspace_free(b->workspace);
    snnd_network_free(b->network);
    snnd_context_free(b->context);
}

/* ---- alone ---- */

/* The rows [T, O] of a sample in a record of the batch are `alone` [its length, O], and then 0. */
static void assert_rows(const batch *b, const float *all, const float *alone, int32_t sample, size_t neurons,
                        double tolerance, const char *what) {
    for (int32_t t = 0; t < STEPS; t++)
        for (size_t n = 0; n < neurons; n++) {
            const float got = all[((size_t)t * BATCH + (size_t)sample) * neurons + n];
            const float expected = t < b->length[sample] ? alone[(size_t)t * neurons + n] : 0;
            const bool same = memcmp(&got, &expected, sizeof got) == 0;
            HOLDS(same || (t < b->length[sample] && fabs((double)got - (double)expected) <= tolerance),
                  "%s of sample %d (%d steps), step %d, neuron %zu: %.9g, alone %.9g", what, sample, b->length[sample],
                  t, n, (double)got, (double)expected);
        }
}

static bool has_potential(const snnd_layer *layer) {
    return snnd_layer_get_type(layer) == SNND_LAYER_LIF || snnd_layer_get_type(layer) == SNND_LAYER_ADAPTIVE_LIF;
}

static void compare_records(const batch *b, const snnd_workspace *alone, int32_t sample, double tolerance) {
    for (int32_t i = 0; i < snnd_network_layer_count(b->network); i++) {
        const snnd_layer *layer = snnd_network_layer(b->network, i);
        for (int record = SNND_RECORD_OUTPUT; record <= SNND_RECORD_POTENTIAL; record++) {
            if (record == SNND_RECORD_POTENTIAL && !has_potential(layer))
                continue;
            float *all = record_of(b->workspace, layer, (snnd_record)record);
            float *own = record_of(alone, layer, (snnd_record)record);
            assert_rows(b, all, own, sample, (size_t)snnd_layer_outputs(layer), tolerance, "record");
            free(all);
            free(own);
        }
    }
}

static void compare_scores(const batch *b, snnd_workspace *alone, int32_t sample, double tolerance) {
    float *all = malloc(BATCH * (size_t)b->classes * sizeof *all), *own = malloc((size_t)b->classes * sizeof *own);
    ck_assert(all != NULL && own != NULL);
    for (int readout = SNND_READOUT_SOFTMAX_SUM; readout < SNND_READOUTS_END; readout++) {
        OK(b->context, snnd_workspace_scores(b->workspace, (snnd_readout)readout, all));
        OK(b->context, snnd_workspace_scores(alone, (snnd_readout)readout, own));
        for (int32_t c = 0; c < b->classes; c++) {
            const float *got = &all[(size_t)sample * (size_t)b->classes + (size_t)c];
            HOLDS(memcmp(got, &own[c], sizeof *got) == 0 || fabs((double)*got - (double)own[c]) <= tolerance * STEPS,
                  "readout %d of sample %d, class %d: %.9g, alone %.9g", readout, sample, c, (double)*got,
                  (double)own[c]);
        }
    }
    free(all);
    free(own);
}

static int64_t spikes_of(const snnd_workspace *workspace, int64_t steps) {
    double spikes = 0;
    for (int32_t i = 0; i < snnd_network_layer_count(workspace->network); i++) {
        const snnd_layer *layer = snnd_network_layer(workspace->network, i);
        if (!has_potential(layer))
            continue;
        const int32_t neurons = snnd_layer_outputs(layer);
        double *rates = malloc((size_t)neurons * sizeof *rates);
        OK(workspace->context, snnd_workspace_spike_rates(workspace, layer, rates));
        for (int32_t n = 0; n < neurons; n++)
            spikes += rates[n] * (double)steps;
        free(rates);
    }
    return llround(spikes);
}

static snnd_operations operations_of(const snnd_workspace *workspace, int32_t samples) {
    snnd_operations made;
    OK(workspace->context, snnd_operations_init(&made, sizeof made));
    OK(workspace->context, snnd_workspace_operations(workspace, NULL, NULL, &made));
    made.accumulations *= samples;
    made.multiplications *= samples;
    return made;
}

/* Each sample of the batch alone; what counts is the sum over all of them. */
static void compare_with_each_alone(const batch *b, snnd_mode mode, double tolerance) {
    int64_t spikes = 0, steps = 0;
    double accumulations = 0, multiplications = 0, loss = 0;
    snnd_loss_report report;
    OK(b->context, snnd_loss_report_init(&report, sizeof report));
    OK(b->context, snnd_workspace_forward(b->workspace, mode, b->input, BATCH));
    for (int32_t s = 0; s < BATCH; s++) {
        snnd_workspace *alone = make_workspace(b->network, 1, b->length[s]);
        OK(b->context, snnd_workspace_forward(alone, mode, sample_of(b, s), 1));
        compare_records(b, alone, s, tolerance);
        compare_scores(b, alone, s, tolerance);
        OK(b->context, snnd_workspace_loss(alone, &b->labels[s], NULL, &report));
        loss += report.loss / BATCH;
        spikes += spikes_of(alone, b->length[s]);
        steps += b->length[s];
        accumulations += operations_of(alone, 1).accumulations;
        multiplications += operations_of(alone, 1).multiplications;
        snnd_workspace_free(alone);
    }
    OK(b->context, snnd_workspace_loss(b->workspace, b->labels, NULL, &report));
    ck_assert_double_eq_tol(report.loss, loss, 1e-12 * loss + tolerance);
    ck_assert_int_eq(spikes_of(b->workspace, steps), spikes);
    if (tolerance > 0) /* a number that rounds to 0 is no operation */
        return;
    const snnd_operations of_batch = operations_of(b->workspace, BATCH);
    ck_assert_double_eq_tol(of_batch.accumulations, accumulations, 1e-9 * accumulations + 1e-9);
    ck_assert_double_eq_tol(of_batch.multiplications, multiplications, 1e-9 * multiplications + 1e-9);
}

START_TEST(a_sample_has_the_bits_that_it_has_alone) {
    snnd_context *context = make_context(1);
    batch b = make_batch(context, shapes[_i](context));
    unsettle(b.network);
    compare_with_each_alone(&b, SNND_EVALUATE, 0);
    free_batch(&b);
}
END_TEST

/* ---- training ---- */

/* Without batch norm and dropout a sample is for itself in training too. */
static snnd_network *make_alone(snnd_context *context) {
    snnd_network *network = make_network(context, 7);
    const snnd_delay_options options = delay_options(12);
    snnd_lif_options lif;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    lif.detach_reset = 0;
    add_delays(network, 18, &options);
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    add_delays(network, 16, &options);
    add_leaky_integrator(network);
    add_delays(network, 5, &options);
    add_leaky_integrator(network);
    return network;
}

/* Spikes hide how sums are rounded, or not at all: without them what differs is small. */
static snnd_network *make_smooth(snnd_context *context) {
    snnd_network *network = make_network(context, 7);
    const snnd_delay_options options = delay_options(12);
    add_delays(network, 18, &options);
    add_leaky_integrator(network);
    add_delays(network, 5, &options);
    add_leaky_integrator(network);
    return network;
}

/* The same with neurons that adapt. */
static snnd_network *make_adaptive(snnd_context *context) {
    snnd_network *network = make_network(context, 7);
    const snnd_delay_options options = delay_options(12);
    add_delays(network, 18, &options);
    add_adaptive_lif(network);
    add_delays(network, 5, &options);
    add_leaky_integrator(network);
    return network;
}

/* And with time constants that are learned. */
static snnd_network *make_learning(snnd_context *context) {
    snnd_network *network = make_network(context, 7);
    const snnd_delay_options options = delay_options(12);
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    lif.tau_per_neuron = leaky.tau_per_neuron = SNND_TAU_LEARNED;
    add_delays(network, 18, &options);
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    add_delays(network, 5, &options);
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    return network;
}

/* And with delays of dendrites, and of axons. */
static snnd_network *make_sharing(snnd_context *context) {
    snnd_network *network = make_network(context, 7);
    snnd_delay_options options = delay_options(12);
    options.sharing = SNND_SHARING_DENDRITIC;
    add_delays(network, 18, &options);
    add_leaky_integrator(network);
    options.sharing = SNND_SHARING_AXONAL;
    add_delays(network, 5, &options);
    add_leaky_integrator(network);
    return network;
}

static snnd_network *(*const apart[])(snnd_context *) = {make_smooth, make_alone, make_adaptive, make_learning,
                                                         make_sharing};

static const snnd_method methods[] = {SNND_METHOD_AUTO, SNND_METHOD_DIRECT, SNND_METHOD_SPECTRAL};

START_TEST(a_sample_has_the_bits_that_it_has_alone_in_training) {
    snnd_context *context = make_context_of(1, SNND_METHOD_DIRECT, _i % 2);
    batch b = make_batch(context, apart[_i / 2](context));
    compare_with_each_alone(&b, SNND_TRAIN, 0);
    free_batch(&b);
}
END_TEST

START_TEST(a_sample_has_what_it_has_alone_on_every_path) {
    snnd_context *context = make_context_of(1, methods[_i], 0);
    batch b = make_batch(context, make_smooth(context));
    compare_with_each_alone(&b, SNND_TRAIN, methods[_i] == SNND_METHOD_DIRECT ? 0 : 2e-4);
    free_batch(&b);
}
END_TEST

/* Relative to the largest. On the spectral path rounding depends on the steps of the workspace; it chooses between two
 * steps at which a potential is as good as equal, and goes through neurons that amplify it. */
static double tolerance_of(snnd_method method) {
    return method == SNND_METHOD_DIRECT ? 2e-6 : 5e-4;
}

/* Gradients of the mean loss are the mean of the gradients that samples have alone. */
START_TEST(gradients_are_those_of_the_samples_alone) {
    snnd_context *context = make_context_of(1, methods[_i % 3], 0);
    batch b = make_batch(context, apart[_i / 3](context));
    for (int readout = SNND_READOUT_SOFTMAX_SUM; readout < SNND_READOUTS_END; readout++) {
        snnd_loss_options options;
        OK(context, snnd_loss_options_init(&options, sizeof options));
        options.readout = readout;
        size_t count, same;
        train_pass(b.workspace, b.input, b.labels, BATCH, &options);
        float *got = all_gradients(b.workspace, &count);
        double *expected = calloc(count, sizeof *expected), largest = 0;
        ck_assert_ptr_nonnull(expected);
        for (int32_t s = 0; s < BATCH; s++) {
            snnd_workspace *alone = make_workspace(b.network, 1, b.length[s]);
            train_pass(alone, sample_of(&b, s), &b.labels[s], 1, &options);
            float *own = all_gradients(alone, &same);
            for (size_t k = 0; k < count; k++)
                expected[k] += (double)own[k] / BATCH;
            free(own);
            snnd_workspace_free(alone);
        }
        for (size_t k = 0; k < count; k++)
            largest = fmax(largest, fabs(expected[k]));
        ck_assert_double_gt(largest, 1e-4);
        for (size_t k = 0; k < count; k++)
            HOLDS(fabs((double)got[k] - expected[k]) <= tolerance_of(methods[_i % 3]) * largest,
                  "readout %d, gradient %zu: %g, alone %g", readout, k, (double)got[k], expected[k]);
        free(expected);
        free(got);
    }
    free_batch(&b);
}
END_TEST

/* ---- batch norm ---- */

/* By the plain formulas, over the samples' own steps alone. */
START_TEST(batch_norm_takes_the_samples_own_steps) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 6);
    snnd_batch_norm_options options;
    snnd_layer *norm;
    OK(context, snnd_batch_norm_options_init(&options, sizeof options));
    options.momentum = 0.25;
    OK(context, snnd_network_add_batch_norm(network, &options, &norm));
    batch b = make_batch(context, network);
    float *got = output_after(b.workspace, SNND_TRAIN, b.input, BATCH);
    for (int32_t n = 0; n < 6; n++) {
        double count = 0, mean = 0, variance = 0;
        for (int32_t s = 0; s < BATCH; s++)
            for (int32_t t = 0; t < b.length[s]; t++, count++)
                mean += (double)sample_of(&b, s)[t * 6 + n];
        mean /= count;
        for (int32_t s = 0; s < BATCH; s++)
            for (int32_t t = 0; t < b.length[s]; t++)
                variance += pow((double)sample_of(&b, s)[t * 6 + n] - mean, 2) / count;
        for (int32_t s = 0; s < BATCH; s++)
            for (int32_t t = 0; t < STEPS; t++) {
                const double expected =
                    t >= b.length[s] ? 0
                                     : ((double)sample_of(&b, s)[t * 6 + n] - mean) / sqrt(variance + options.epsilon);
                ck_assert_double_eq_tol((double)got[(t * BATCH + s) * 6 + n], expected, 1e-6);
            }
        ck_assert_double_eq_tol((double)floats(norm, SNND_ARRAY_RUNNING_MEAN)[n], 0.25 * mean, 1e-6);
        ck_assert_double_eq_tol((double)floats(norm, SNND_ARRAY_RUNNING_VARIANCE)[n],
                                0.75 + 0.25 * variance * count / (count - 1), 1e-5);
    }
    free(got);
    free_batch(&b);
}
END_TEST

/* ---- the same bits ---- */

/* What a training pass comes to. */
typedef struct outcome {
    size_t count;
    float *gradient, *output;
    double loss;
} outcome;

static outcome outcome_of(batch *b) {
    outcome made;
    made.loss = train_pass(b->workspace, b->input, b->labels, BATCH, NULL);
    made.gradient = all_gradients(b->workspace, &made.count);
    made.output = record_of(b->workspace, snnd_network_layer(b->network, snnd_network_layer_count(b->network) - 1),
                            SNND_RECORD_OUTPUT);
    return made;
}

static void assert_same_outcome(const batch *b, outcome *one, outcome *other) {
    assert_same_bits(&one->loss, &other->loss, sizeof one->loss, "losses");
    assert_same_bits(one->gradient, other->gradient, one->count * sizeof *one->gradient, "gradients");
    assert_same_bits(one->output, other->output, (size_t)(BATCH * STEPS * b->classes) * sizeof *one->output, "outputs");
    free(one->gradient);
    free(one->output);
    free(other->gradient);
    free(other->output);
}

START_TEST(threads_and_memory_change_no_bits) {
    const snnd_method method = methods[_i / COUNT(shapes)];
    snnd_context *plain = make_context_of(1, method, 0), *other = make_context_of(3, method, 1);
    batch a = make_batch(plain, shapes[_i % COUNT(shapes)](plain));
    batch b = make_batch(other, shapes[_i % COUNT(shapes)](other));
    outcome one = outcome_of(&a), two = outcome_of(&b);
    assert_same_outcome(&a, &one, &two);
    assert_same_networks(a.network, b.network);
    free_batch(&a);
    free_batch(&b);
}
END_TEST

START_TEST(lengths_that_are_whole_are_none) {
    snnd_context *context = make_context(1), *other = make_context(1);
    batch a = make_batch(context, shapes[_i](context)), b = make_batch(other, shapes[_i](other));
    free(b.input);
    free(a.input);
    a.input = make_input(BATCH, STEPS, a.inputs);
    b.input = make_input(BATCH, STEPS, b.inputs);
    for (int32_t s = 0; s < BATCH; s++)
        b.length[s] = STEPS;
    OK(context, snnd_workspace_set_lengths(a.workspace, NULL, 77));
    OK(other, snnd_workspace_set_lengths(b.workspace, b.length, BATCH));
    outcome one = outcome_of(&a), two = outcome_of(&b);
    assert_same_outcome(&a, &one, &two);
    assert_same_networks(a.network, b.network);
    free_batch(&a);
    free_batch(&b);
}
END_TEST

/* What a longer batch has left in a workspace does not show in the next. */
START_TEST(nothing_stays_of_the_pass_before) {
    snnd_context *context = make_context_of(1, methods[_i], 0), *other = make_context_of(1, methods[_i], 0);
    batch a = make_batch(context, make_alone(context)), b = make_batch(other, make_alone(other));
    float *whole = make_input(BATCH, STEPS, b.inputs);
    OK(other, snnd_workspace_set_lengths(b.workspace, NULL, 0));
    train_pass(b.workspace, whole, b.labels, BATCH, NULL);
    OK(other, snnd_workspace_set_lengths(b.workspace, b.length, BATCH));
    outcome one = outcome_of(&a), two = outcome_of(&b);
    assert_same_outcome(&a, &one, &two);
    free(whole);
    free_batch(&a);
    free_batch(&b);
}
END_TEST

/* ---- gradients that go in and out ---- */

/* Beyond the end what comes in is not looked at, and what goes out is 0, on every path. */
START_TEST(gradients_that_go_in_and_out_end_with_the_samples) {
    snnd_context *context = make_context_of(1, methods[_i / 2], 0);
    batch b = make_batch(context, _i % 2 ? make_alone(context) : paper(context));
    const snnd_layer *layer = snnd_network_layer(b.network, 1);
    const int32_t neurons = snnd_layer_outputs(layer), place = ((b.length[2] - 1) * BATCH + 2) * neurons;
    const size_t inputs = (size_t)(BATCH * STEPS * b.inputs);
    float *gradient = make_numbers((size_t)(STEPS * BATCH * neurons), 9);
    float *made[2], *back[2] = {malloc(inputs * sizeof(float)), malloc(inputs * sizeof(float))};
    size_t count = 0;
    for (int i = 0; i < 2; i++) {
        for (int32_t s = 0; s < BATCH; s++)
            for (int32_t k = b.length[s] * neurons; k < STEPS * neurons; k++)
                gradient[(k / neurons * BATCH + s) * neurons + k % neurons] = i == 0 ? 0 : k % 2 ? NAN : 3e38f;
        OK(context, snnd_workspace_forward(b.workspace, SNND_TRAIN, b.input, BATCH));
        OK(context, snnd_workspace_loss(b.workspace, b.labels, NULL, NULL));
        OK(context, snnd_workspace_add_gradient(b.workspace, layer, gradient));
        OK(context, snnd_workspace_backward(b.workspace));
        OK(context, snnd_workspace_input_gradient(b.workspace, back[i]));
        made[i] = all_gradients(b.workspace, &count);
    }
    assert_same_bits(made[0], made[1], count * sizeof *made[0], "gradients");
    assert_same_bits(back[0], back[1], inputs * sizeof *back[0], "gradients of the input");
    for (int32_t s = 0; s < BATCH; s++)
        for (int32_t k = b.length[s] * b.inputs; k < STEPS * b.inputs; k++)
            ck_assert_float_eq(back[0][s * STEPS * b.inputs + k], 0);
    gradient[place] = NAN;
    char words[64];
    snprintf(words, sizeof words, "number %d of the gradient is nan", place);
    FAILS(context, SNND_ERROR_ARGUMENT, words, snnd_workspace_add_gradient(b.workspace, layer, gradient));
    for (int i = 0; i < 2; i++) {
        free(made[i]);
        free(back[i]);
    }
    free(gradient);
    free_batch(&b);
}
END_TEST

/* A penalty on rates is a neuron's at every step of every sample, and at no other. */
START_TEST(a_penalty_on_rates_is_of_the_samples_own_steps) {
    snnd_context *context = make_context_of(1, SNND_METHOD_DIRECT, 0);
    batch b = make_batch(context, make_alone(context));
    const snnd_layer *layer = snnd_network_layer(b.network, 1);
    const int32_t neurons = snnd_layer_outputs(layer);
    double *rates = malloc((size_t)neurons * sizeof *rates), penalty = 0, steps = 0;
    float *pull = calloc((size_t)(STEPS * BATCH * neurons), sizeof *pull), *expected, *got;
    snnd_loss_options options;
    snnd_loss_report report;
    size_t count;
    OK(context, snnd_loss_options_init(&options, sizeof options));
    OK(context, snnd_loss_report_init(&report, sizeof report));
    for (int32_t s = 0; s < BATCH; s++)
        steps += b.length[s];
    OK(context, snnd_workspace_forward(b.workspace, SNND_TRAIN, b.input, BATCH));
    OK(context, snnd_workspace_spike_rates(b.workspace, layer, rates));
    for (int32_t n = 0; n < neurons; n++) {
        const double beyond = fmax(0, rates[n] - 0.05);
        penalty += 3 * beyond * beyond;
        for (int32_t k = 0; k < STEPS * BATCH; k++)
            pull[k * neurons + n] = (float)(6 * beyond / steps);
    }
    OK(context, snnd_workspace_loss(b.workspace, b.labels, NULL, NULL));
    OK(context, snnd_workspace_add_gradient(b.workspace, layer, pull));
    OK(context, snnd_workspace_backward(b.workspace));
    expected = all_gradients(b.workspace, &count);
    options.rate_penalty = 3;
    options.rate_upper = 0.05;
    OK(context, snnd_workspace_forward(b.workspace, SNND_TRAIN, b.input, BATCH));
    OK(context, snnd_workspace_loss(b.workspace, b.labels, &options, &report));
    OK(context, snnd_workspace_backward(b.workspace));
    got = all_gradients(b.workspace, &count);
    ck_assert_double_gt(penalty, 0);
    ck_assert_double_eq_tol(report.rate_penalty, penalty, 1e-12);
    assert_same_bits(got, expected, count * sizeof *got, "gradients");
    free(rates);
    free(pull);
    free(expected);
    free(got);
    free_batch(&b);
}
END_TEST

/* ---- numbers that overflow ---- */

/* A sum that overflows in the step behind the end of a sample is nobody's. */
START_TEST(what_overflows_beyond_the_end_is_no_error) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 1);
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    lif.detach_reset = 0;
    leaky.tau_per_neuron = lif.tau_per_neuron = SNND_TAU_LEARNED;
    if (_i == 0)
        OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    else
        OK(context, snnd_network_add_lif(network, &lif, NULL));
    snnd_workspace *workspace = make_workspace(network, 2, 5);
    float d_input[10];
    const int32_t label[] = {0, 0};
    const float input[] = {-3e38f, -3e38f, 1, 1, 1, 0, 0, 0, 0, 0};
    const int32_t lengths[] = {2, 5}, longer[] = {3, 5};
    OK(context, snnd_workspace_set_lengths(workspace, lengths, 2));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 2));
    train_pass(workspace, input, label, 2, NULL);
    OK(context, snnd_workspace_input_gradient(workspace, d_input));
    OK(context, snnd_workspace_set_lengths(workspace, longer, 2));
    FAILS(context, SNND_ERROR_NUMERIC, "overflow", snnd_workspace_forward(workspace, SNND_EVALUATE, input, 2));
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* Neurons that adapt may grow without end, after the end of the sample too. */
START_TEST(neurons_that_adapt_may_overflow_beyond_the_end) {
    enum { LONG = 200 };
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 1);
    floats(add_adaptive_lif(network), SNND_ARRAY_SUBTHRESHOLD_ADAPTATION)[0] = -1;
    snnd_workspace *workspace = make_workspace(network, 2, LONG);
    float input[2 * LONG] = {3e38f};
    const int32_t lengths[] = {3, LONG}, whole[] = {LONG, LONG}, label[] = {0, 0};
    OK(context, snnd_workspace_set_lengths(workspace, lengths, 2));
    train_pass(workspace, input, label, 2, NULL);
    OK(context, snnd_workspace_set_lengths(workspace, whole, 2));
    FAILS(context, SNND_ERROR_NUMERIC, "overflow", snnd_workspace_forward(workspace, SNND_TRAIN, input, 2));
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* ---- what cannot be ---- */

START_TEST(lengths_that_cannot_be_are_named) {
    snnd_context *context = make_context(1);
    batch b = make_batch(context, make_smooth(context));
    int32_t lengths[BATCH];
    memcpy(lengths, b.length, sizeof lengths);
    OK(context, snnd_workspace_forward(b.workspace, SNND_EVALUATE, b.input, BATCH));
    const double rate = operations_of(b.workspace, 1).multiplications;
    lengths[4] = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "length 4 of the batch is 0; expected 1 to 41",
          snnd_workspace_set_lengths(b.workspace, lengths, BATCH));
    lengths[4] = STEPS + 1;
    FAILS(context, SNND_ERROR_ARGUMENT, "length 4 of the batch is 42; expected 1 to 41",
          snnd_workspace_set_lengths(b.workspace, lengths, BATCH));
    FAILS(context, SNND_ERROR_ARGUMENT, "there are 21 lengths; expected 1 to 20",
          snnd_workspace_set_lengths(b.workspace, b.length, BATCH + 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "there are 0 lengths", snnd_workspace_set_lengths(b.workspace, b.length, 0));
    ck_assert_int_eq(snnd_workspace_set_lengths(NULL, b.length, BATCH), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_ARGUMENT, "count is 19; expected 20, the number of lengths that were set",
          snnd_workspace_forward(b.workspace, SNND_EVALUATE, b.input, BATCH - 1));
    /* What was set stays, and so does the pass. */
    ck_assert_double_eq(operations_of(b.workspace, 1).multiplications, rate);
    OK(context, snnd_workspace_forward(b.workspace, SNND_EVALUATE, b.input, BATCH));
    ck_assert_double_eq(operations_of(b.workspace, 1).multiplications, rate);
    b.input[(5 * STEPS + b.length[5] - 1) * b.inputs + 2] = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "input of sample 5, step",
          snnd_workspace_forward(b.workspace, SNND_EVALUATE, b.input, BATCH));
    OK(context, snnd_workspace_set_lengths(b.workspace, NULL, 0));
    FAILS(context, SNND_ERROR_ARGUMENT, "input of sample 0, step",
          snnd_workspace_forward(b.workspace, SNND_EVALUATE, b.input, BATCH));
    free_batch(&b);
}
END_TEST

Suite *lengths_suite(void) {
    Suite *suite = suite_create("lengths");
    TCase *alone = tcase_create("alone");
    tcase_set_timeout(alone, 120);
    tcase_add_loop_test(alone, a_sample_has_the_bits_that_it_has_alone, 0, COUNT(shapes));
    tcase_add_loop_test(alone, a_sample_has_the_bits_that_it_has_alone_in_training, 0, 2 * COUNT(apart));
    tcase_add_loop_test(alone, a_sample_has_what_it_has_alone_on_every_path, 0, COUNT(methods));
    tcase_add_loop_test(alone, gradients_are_those_of_the_samples_alone, 0, COUNT(methods) * COUNT(apart));
    tcase_add_test(alone, batch_norm_takes_the_samples_own_steps);
    suite_add_tcase(suite, alone);

    TCase *bits = tcase_create("bits");
    tcase_set_timeout(bits, 120);
    tcase_add_loop_test(bits, threads_and_memory_change_no_bits, 0, COUNT(methods) * COUNT(shapes));
    tcase_add_loop_test(bits, lengths_that_are_whole_are_none, 0, COUNT(shapes));
    tcase_add_loop_test(bits, nothing_stays_of_the_pass_before, 0, COUNT(methods));
    suite_add_tcase(suite, bits);

    TCase *beyond = tcase_create("beyond");
    tcase_add_loop_test(beyond, gradients_that_go_in_and_out_end_with_the_samples, 0, 2 * COUNT(methods));
    tcase_add_test(beyond, a_penalty_on_rates_is_of_the_samples_own_steps);
    tcase_add_loop_test(beyond, what_overflows_beyond_the_end_is_no_error, 0, 2);
    tcase_add_test(beyond, neurons_that_adapt_may_overflow_beyond_the_end);
    tcase_add_test(beyond, lengths_that_cannot_be_are_named);
    suite_add_tcase(suite, beyond);
    return suite;
}
