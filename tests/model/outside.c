/*
 * A network as a layer of somebody else's: gradients that the host adds on the way back, the gradient of the input,
 * what the rate penalty adds, and clipping. Two networks of which the host makes one by them are the one that has all
 * layers.
 */
#include "base/allocator.h"
#include "model/small.h"

Suite *outside_suite(void);

enum { INPUTS = 20, HIDDEN = 9, CLASSES = 4, STEPS = 30, BATCH = 37, LAYERS = 10 };

static snnd_context *context;
static float *input;
static int32_t *labels;

static void set_up(void) {
    context = make_context(2);
    input = make_numbers(BATCH * STEPS * INPUTS, 1);
    for (int k = 0; k < BATCH * STEPS * INPUTS; k++)
        input[k] = input[k] > 0.6f ? 3 : 0;
    labels = make_labels(BATCH, CLASSES);
}

static void tear_down(void) {
    free(input);
    free(labels);
    snnd_context_free(context);
}

/* ---- networks ---- */

/* Layer `index` of the network that is cut; everything that a block may have inside or at its end. */
static void add_layer(snnd_network *to, int index) {
    const snnd_delay_options delays = delay_options(8), none = delay_options(0);
    switch (index) {
    case 0:
        add_delays(to, HIDDEN, &delays);
        break;
    case 1:
    case 6:
        add_batch_norm(to);
        break;
    case 2:
    case 5:
        add_lif(to);
        break;
    case 3:
        add_dropout(to, 0.25);
        break;
    case 4:
        add_delays(to, HIDDEN, &none);
        break;
    case 7:
        add_leaky_integrator(to);
        break;
    case 8:
        add_delays(to, CLASSES, &delays);
        break;
    default:
        add_leaky_integrator(to);
    }
}

static snnd_network *make_part(int32_t inputs, int first, int end) {
    snnd_network *made = make_network(context, inputs);
    for (int i = first; i < end; i++)
        add_layer(made, i);
    OK(context, snnd_network_set_sigma(made, 1.5));
    return made;
}

static snnd_network *make_whole(void) {
    snnd_network *whole = make_part(INPUTS, 0, LAYERS);
    for (int i = 0; i < LAYERS; i++) {
        snnd_layer *layer = snnd_network_layer(whole, i);
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            if (name == SNND_ARRAY_WEIGHT && layer->arrays[name].data != NULL)
                fill_uniform(floats(layer, SNND_ARRAY_WEIGHT), (size_t)count_of(layer, SNND_ARRAY_WEIGHT), -1, 1.5,
                             (uint64_t)i + 5);
    }
    fill_uniform(floats(snnd_network_layer(whole, 1), SNND_ARRAY_SHIFT), HIDDEN, 0, 0.5, 4);
    return whole;
}

/* The parameters of the whole network's layers from `first` on. */
static void take_parameters(snnd_network *to, snnd_network *whole, int first) {
    for (int i = 0; i < snnd_network_layer_count(to); i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            const snnd_array *from = &snnd_network_layer(whole, first + i)->arrays[name];
            if (from->data != NULL)
                OK(context, snnd_layer_set_array(snnd_network_layer(to, i), (snnd_array_name)name, from->data,
                                                 snnd_array_count(from)));
        }
}

static snnd_workspace *make_passing(snnd_network *network, int first) {
    static float mask[BATCH * HIDDEN];
    snnd_workspace *made = make_workspace(network, BATCH, STEPS);
    for (int k = 0; k < BATCH * HIDDEN; k++)
        mask[k] = k % 4 == 1 ? 0 : 4.0f / 3;
    if (first <= 3 && first + snnd_network_layer_count(network) > 3)
        OK(context, snnd_workspace_set_dropout_mask(made, snnd_network_layer(network, 3 - first), mask));
    return made;
}

/* [a][b][numbers] -> [b][a][numbers] (for free()). */
static float *exchange(const float *from, size_t a, size_t b, size_t numbers) {
    float *to = malloc(a * b * numbers * sizeof *to);
    ck_assert_ptr_nonnull(to);
    for (size_t i = 0; i < a; i++)
        for (size_t j = 0; j < b; j++)
            memcpy(to + (j * a + i) * numbers, from + (i * b + j) * numbers, numbers * sizeof *to);
    return to;
}

/* Gradients of layers of `part` are those of the layers from `first` on of the whole network. */
static void assert_gradients_of_part(snnd_workspace *part, snnd_workspace *whole, int first, double tolerance) {
    for (int i = 0; i < snnd_network_layer_count(part->network); i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++) {
            const float *expected = whole->stage[first + i].gradient[name], *got = part->stage[i].gradient[name];
            double largest = 0;
            ck_assert_int_eq(expected == NULL, got == NULL);
            const int64_t count =
                expected == NULL ? 0 : snnd_array_count(&whole->network->layer[first + i]->arrays[name]);
            for (int64_t k = 0; k < count; k++)
                largest = fmax(largest, fabs((double)expected[k]));
            const bool still = first + i == 4 && name == SNND_ARRAY_POSITION; /* there is no delay to move to */
            ck_assert(count == 0 || still || largest > 1e-6);
            for (int64_t k = 0; k < count; k++)
                ck_assert_msg(fabs((double)got[k] - (double)expected[k]) <= tolerance * largest,
                              "%s %lld of layer %d: %g and %g, largest %g", snnd_array_word((snnd_array_name)name),
                              (long long)k, first + i, (double)got[k], (double)expected[k], largest);
        }
}

/* ---- chains ---- */

/* A host passes a batch through two networks and back. */
static void pass_through_both(snnd_workspace *front, snnd_workspace *behind) {
    const size_t between = (size_t)snnd_network_inputs(behind->network);
    float *output = output_after(front, SNND_TRAIN, input, BATCH);
    float *handed = exchange(output, STEPS, BATCH, between);
    train_pass(behind, handed, labels, BATCH, NULL);
    OK(context, snnd_workspace_input_gradient(behind, handed));
    float *back = exchange(handed, BATCH, STEPS, between);
    OK(context, snnd_workspace_add_gradient(front, last_layer(front->network), back));
    OK(context, snnd_workspace_backward(front));
    free(output);
    free(handed);
    free(back);
}

/* Cut behind each layer, on each path, with currents kept or recomputed. */
START_TEST(two_networks_in_a_chain_have_the_gradients_of_one) {
    static const snnd_method methods[] = {SNND_METHOD_AUTO, SNND_METHOD_DIRECT, SNND_METHOD_SPECTRAL};
    const int cut = 1 + _i % (LAYERS - 1);
    context->options.method = methods[_i / (LAYERS - 1) % 3];
    context->options.low_memory = _i / (LAYERS - 1) / 3;
    snnd_network *whole = make_whole(), *front = make_part(INPUTS, 0, cut);
    snnd_network *behind = make_part(snnd_network_outputs(front), cut, LAYERS);
    take_parameters(front, whole, 0);
    take_parameters(behind, whole, cut);
    snnd_workspace *all = make_passing(whole, 0), *first = make_passing(front, 0), *second = make_passing(behind, cut);
    train_pass(all, input, labels, BATCH, NULL);
    ck_assert_double_gt(snnd_workspace_spike_rate(all), 0.02);
    for (int time = 0; time < 2; time++) {
        pass_through_both(first, second);
        assert_gradients_of_part(first, all, 0, 2e-4);
        assert_gradients_of_part(second, all, cut, 2e-4);
    }
    snnd_workspace_free(all);
    snnd_workspace_free(first);
    snnd_workspace_free(second);
    snnd_network_free(whole);
    snnd_network_free(front);
    snnd_network_free(behind);
}
END_TEST

/* ---- inside ---- */

static float *some_gradient(const snnd_layer *layer, uint64_t stream) {
    return make_numbers((size_t)(STEPS * BATCH * snnd_layer_outputs(layer)), stream);
}

/* What is given inside a network is what is given to the end of a network of the layers up to there. */
START_TEST(a_gradient_that_is_given_inside_is_one_at_the_end_of_fewer_layers) {
    const int at = _i % LAYERS;
    context->options.low_memory = _i / LAYERS;
    snnd_network *whole = make_whole(), *fewer = make_part(INPUTS, 0, at + 1);
    take_parameters(fewer, whole, 0);
    snnd_workspace *all = make_passing(whole, 0), *front = make_passing(fewer, 0);
    float *given = some_gradient(snnd_network_layer(whole, at), 7);
    OK(context, snnd_workspace_forward(all, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_add_gradient(all, snnd_network_layer(whole, at), given));
    OK(context, snnd_workspace_backward(all));
    OK(context, snnd_workspace_forward(front, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_add_gradient(front, last_layer(fewer), given));
    OK(context, snnd_workspace_backward(front));
    assert_gradients_of_part(front, all, 0, 2e-4);
    for (int i = at + 1; i < LAYERS; i++) /* nothing comes to those behind */
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            for (int64_t k = 0;
                 all->stage[i].gradient[name] != NULL && k < snnd_array_count(&whole->layer[i]->arrays[name]); k++)
                ck_assert_float_eq(all->stage[i].gradient[name][k], 0);
    free(given);
    snnd_workspace_free(all);
    snnd_workspace_free(front);
    snnd_network_free(whole);
    snnd_network_free(fewer);
}
END_TEST

/* Gives every layer something, some of it twice, before the loss or after. */
static void give_to_all(snnd_workspace *workspace) {
    for (int i = 0; i < snnd_network_layer_count(workspace->network); i++) {
        const snnd_layer *layer = snnd_network_layer(workspace->network, i);
        float *given = some_gradient(layer, (uint64_t)i);
        for (int time = 0; time <= i % 2; time++)
            OK(workspace->context, snnd_workspace_add_gradient(workspace, layer, given));
        free(given);
    }
}

static float *gradients_by(snnd_workspace *workspace, bool loss, int give, size_t *count) {
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    if (give == 1)
        give_to_all(workspace);
    if (loss)
        OK(context, snnd_workspace_loss(workspace, labels, NULL, NULL));
    if (give == 2)
        give_to_all(workspace);
    OK(context, snnd_workspace_backward(workspace));
    return all_gradients(workspace, count);
}

START_TEST(what_is_given_adds_to_the_loss_before_it_or_after) {
    size_t count;
    double largest = 0;
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    float *of_loss = gradients_by(workspace, true, 0, &count), *given = gradients_by(workspace, false, 1, &count);
    float *before = gradients_by(workspace, true, 1, &count), *after = gradients_by(workspace, true, 2, &count);
    float *again = gradients_by(workspace, true, 0, &count);
    assert_same_bits(before, after, count * sizeof *before, "gradients");
    assert_same_bits(of_loss, again, count * sizeof *again, "gradients once a pass has used up what was given");
    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, fabs((double)before[k]));
    for (size_t k = 0; k < count; k++)
        ck_assert_double_eq_tol((double)before[k], (double)of_loss[k] + (double)given[k], 1e-4 * largest);
    free(of_loss);
    free(given);
    free(before);
    free(after);
    free(again);
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
}
END_TEST

/* A second way back through the same pass has what was given since the first. */
START_TEST(a_backward_pass_uses_up_what_was_given) {
    size_t count;
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    const snnd_loss_options l1 = {.size = sizeof l1, .l1 = 1, .rate_penalty = 1};
    float *given = gradients_by(workspace, false, 1, &count);
    OK(context, snnd_workspace_loss(workspace, labels, &l1, NULL));
    OK(context, snnd_workspace_backward(workspace));
    FAILS(context, SNND_ERROR_STATE, "made only once", snnd_workspace_backward(workspace));
    give_to_all(workspace);
    FAILS(context, SNND_ERROR_STATE, "no backward pass since", snnd_workspace_clip_gradients(workspace, 1, NULL));
    OK(context, snnd_workspace_backward(workspace));
    float *again = all_gradients(workspace, &count);
    assert_same_bits(given, again, count * sizeof *given, "gradients");
    FAILS(context, SNND_ERROR_STATE, "made only once", snnd_workspace_backward(workspace));
    free(given);
    free(again);
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
}
END_TEST

/* ---- the rate penalty ---- */

static void give_constant(snnd_workspace *workspace, int32_t layer, const double *rates, const snnd_loss_options *o) {
    static float given[STEPS * BATCH * HIDDEN];
    for (int k = 0; k < STEPS * BATCH * HIDDEN; k++) {
        const double r = rates[k % HIDDEN], above = fmax(0, r - o->rate_upper), below = fmax(0, o->rate_lower - r);
        given[k] = (float)(2 * o->rate_penalty * (above - below) / (STEPS * BATCH));
    }
    OK(context, snnd_workspace_add_gradient(workspace, snnd_network_layer(workspace->network, layer), given));
}

/* With the bounds between the neurons' rates, so that some are above and some below. */
START_TEST(the_rate_penalty_is_given_where_spikes_go_out) {
    static const int32_t layers[] = {2, 5};
    size_t count;
    double rates[2][HIDDEN], expected = 0;
    int above = 0, below = 0;
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    snnd_loss_options options;
    snnd_loss_report plain = {.size = sizeof plain}, penalised = plain;
    OK(context, snnd_loss_options_init(&options, sizeof options));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    for (int l = 0; l < 2; l++)
        OK(context, snnd_workspace_spike_rates(workspace, snnd_network_layer(whole, layers[l]), rates[l]));
    const double mean = snnd_workspace_spike_rate(workspace);
    options.rate_penalty = 3;
    options.rate_lower = 0.9 * mean;
    options.rate_upper = 1.1 * mean;
    for (int k = 0; k < 2 * HIDDEN; k++) {
        const double r = rates[k / HIDDEN][k % HIDDEN];
        above += r > options.rate_upper;
        below += r < options.rate_lower;
        expected += 3 * (pow(fmax(0, r - 1.1 * mean), 2) + pow(fmax(0, 0.9 * mean - r), 2));
    }
    ck_assert_msg(above > 1 && below > 1, "%d rates are above, %d below", above, below);
    OK(context, snnd_workspace_loss(workspace, labels, NULL, &plain));
    for (int l = 0; l < 2; l++)
        give_constant(workspace, layers[l], rates[l], &options);
    OK(context, snnd_workspace_backward(workspace));
    float *by_hand = all_gradients(workspace, &count);
    OK(context, snnd_workspace_loss(workspace, labels, &options, &penalised));
    OK(context, snnd_workspace_backward(workspace));
    float *got = all_gradients(workspace, &count);
    assert_same_bits(by_hand, got, count * sizeof *got, "gradients");
    ck_assert_double_eq_tol(penalised.rate_penalty, expected, 1e-12);
    ck_assert_double_eq(penalised.cross_entropy, plain.cross_entropy);
    ck_assert_double_eq(penalised.loss, plain.loss + penalised.rate_penalty);
    ck_assert_double_eq(plain.rate_penalty, 0);
    free(by_hand);
    free(got);
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
}
END_TEST

/* The network ends in neurons that fire, and the penalty is in the loss of an evaluation, too. */
START_TEST(the_rate_penalty_counts_a_last_layer_and_evaluations) {
    double rates[HIDDEN], expected = 0;
    snnd_network *whole = make_whole(), *fewer = make_part(INPUTS, 0, 3);
    take_parameters(fewer, whole, 0);
    snnd_workspace *workspace;
    snnd_loss_report report = {.size = sizeof report};
    const snnd_loss_options options = {.size = sizeof options, .rate_penalty = 2};
    OK(context, snnd_workspace_create(fewer, BATCH, STEPS, 0, &workspace));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH));
    OK(context, snnd_workspace_spike_rates(workspace, last_layer(fewer), rates));
    for (int n = 0; n < HIDDEN; n++)
        expected += 2 * rates[n] * rates[n];
    ck_assert_double_gt(expected, 1e-3);
    OK(context, snnd_workspace_loss(workspace, labels, &options, &report));
    ck_assert_double_eq_tol(report.rate_penalty, expected, 1e-12);
    snnd_workspace_free(workspace);
    snnd_network_free(fewer);
    snnd_network_free(whole);
}
END_TEST

/* ---- clipping ---- */

static double norm_of(const float *values, size_t count) {
    double sum = 0;
    for (size_t k = 0; k < count; k++)
        sum += (double)values[k] * (double)values[k];
    return sqrt(sum);
}

START_TEST(gradients_are_clipped_by_their_common_norm) {
    size_t count;
    double norm = 0;
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    train_pass(workspace, input, labels, BATCH, NULL);
    float *before = all_gradients(workspace, &count);
    OK(context, snnd_workspace_clip_gradients(workspace, 1e9, &norm));
    ck_assert_double_eq_tol(norm, norm_of(before, count), 1e-9 * norm);
    float *same = all_gradients(workspace, &count);
    assert_same_bits(before, same, count * sizeof *same, "gradients below the norm");
    OK(context, snnd_workspace_clip_gradients(workspace, norm / 4, NULL));
    float *after = all_gradients(workspace, &count);
    for (size_t k = 0; k < count; k++)
        ck_assert_float_eq(after[k], (float)((double)before[k] * (norm / 4 / norm)));
    OK(context, snnd_workspace_clip_gradients(workspace, 1e9, &norm));
    ck_assert_double_eq_tol(norm, norm_of(before, count) / 4, 1e-6 * norm);
    free(before);
    free(same);
    free(after);
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
}
END_TEST

/* Growth by the gradient makes gradients of absent synapses, which are not what moves. */
START_TEST(absent_synapses_have_no_part_in_the_norm) {
    const snnd_structure structure = structure_of(0.75);
    snnd_sparsity *sparsity;
    double norm, sum = 0, all = 0;
    snnd_network *whole = make_whole();
    OK(context, snnd_sparsity_create_deep_r(whole, &structure, NULL, &sparsity));
    snnd_workspace *workspace = make_passing(whole, 0);
    train_pass(workspace, input, labels, BATCH, NULL);
    for (int i = 0; i < LAYERS; i++)
        for (int name = 1; name < SNND_ARRAY_NAMES; name++)
            for (int64_t k = 0;
                 workspace->stage[i].gradient[name] != NULL && k < snnd_array_count(&whole->layer[i]->arrays[name]);
                 k++) {
                const uint8_t *mask = whole->layer[i]->arrays[SNND_ARRAY_MASK].data;
                const double g = (double)workspace->stage[i].gradient[name][k];
                all += g * g;
                sum += mask == NULL || mask[k] ? g * g : 0;
            }
    ck_assert_double_gt(all, 1.1 * sum);
    OK(context, snnd_workspace_clip_gradients(workspace, 1e9, &norm));
    ck_assert_double_eq_tol(norm, sqrt(sum), 1e-9 * norm);
    snnd_workspace_free(workspace);
    snnd_sparsity_free(sparsity);
    snnd_network_free(whole);
}
END_TEST

START_TEST(a_norm_that_is_not_finite_is_an_error_and_clips_nothing) {
    size_t count;
    double norm = 7;
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    train_pass(workspace, input, labels, BATCH, NULL);
    gradient_of(workspace, snnd_network_layer(whole, 1), SNND_ARRAY_SHIFT)[2] = NAN;
    float *before = all_gradients(workspace, &count);
    FAILS(context, SNND_ERROR_NUMERIC, "norm of the gradients is",
          snnd_workspace_clip_gradients(workspace, 1e-3, &norm));
    float *after = all_gradients(workspace, &count);
    assert_same_bits(before, after, count * sizeof *after, "gradients");
    ck_assert_double_eq(norm, 7);
    free(before);
    free(after);
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
}
END_TEST

/* ---- bits ---- */

/* Everything that comes of a pass in which all is asked for (for free()). */
static float *all_of_it(snnd_context *own, size_t *count) {
    snnd_context *const before = context;
    context = own;
    static const double weights[CLASSES] = {0.5, 3, 1, 0.25};
    const snnd_loss_options options = {.size = sizeof options,
                                       .label_smoothing = 0.1,
                                       .rate_penalty = 3,
                                       .rate_lower = 0.03,
                                       .rate_upper = 0.07,
                                       .class_weight = weights,
                                       .class_weight_count = CLASSES};
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    OK(own, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    give_to_all(workspace);
    OK(own, snnd_workspace_loss(workspace, labels, &options, NULL));
    OK(own, snnd_workspace_backward(workspace));
    OK(own, snnd_workspace_clip_gradients(workspace, 0.5, NULL));
    float *all = all_gradients(workspace, count);
    all = realloc(all, (*count + BATCH * STEPS * INPUTS) * sizeof *all);
    ck_assert_ptr_nonnull(all);
    OK(own, snnd_workspace_input_gradient(workspace, all + *count));
    *count += BATCH * STEPS * INPUTS;
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
    context = before;
    return all;
}

START_TEST(results_do_not_depend_on_threads_or_on_memory) {
    static const int32_t threads[] = {1, 3, 7};
    size_t count;
    for (int method = SNND_METHOD_AUTO; method <= SNND_METHOD_SPECTRAL; method++) {
        snnd_context *other = make_context(threads[_i / 2]);
        other->options.low_memory = _i % 2;
        context->options.method = other->options.method = (snnd_method)method;
        float *expected = all_of_it(context, &count), *got = all_of_it(other, &count);
        assert_same_bits(expected, got, count * sizeof *got, "gradients");
        free(expected);
        free(got);
        snnd_context_free(other);
    }
}
END_TEST

START_TEST(results_agree_between_instruction_sets) {
    size_t count;
    double largest = 0;
    snnd_context_options options;
    snnd_context *plain;
    OK(context, snnd_context_options_init(&options, sizeof options));
    options.isa = SNND_ISA_PLAIN;
    OK(context, snnd_context_create(&options, &plain));
    float *expected = all_of_it(plain, &count), *got = all_of_it(context, &count);
    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, fabs((double)expected[k]));
    for (size_t k = 0; k < count; k++)
        ck_assert_double_eq_tol((double)got[k], (double)expected[k], 1e-4 * largest);
    free(expected);
    free(got);
    snnd_context_free(plain);
}
END_TEST

/* The first call of each takes memory, and no other. */
START_TEST(what_is_asked_for_takes_memory_once) {
    static float back[BATCH * STEPS * INPUTS];
    allocator memory = {0};
    snnd_context *const before = context;
    snnd_context *own;
    int64_t calls = 0;
    ck_assert_int_eq(allocator_context(&memory, 1, &own), SNND_OK);
    context = own;
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    for (int step = 0; step < 3; step++) {
        train_pass(workspace, input, labels, BATCH, NULL);
        give_to_all(workspace);
        OK(own, snnd_workspace_backward(workspace));
        OK(own, snnd_workspace_input_gradient(workspace, back));
        OK(own, snnd_workspace_clip_gradients(workspace, 0.5, NULL));
        ck_assert(step == 0 || memory.calls == calls);
        calls = memory.calls;
    }
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
    snnd_context_free(own);
    ck_assert_int_eq(memory.out, 0);
    context = before;
}
END_TEST

/* ---- refusals ---- */

START_TEST(what_cannot_be_is_refused_by_name) {
    static float numbers[BATCH * STEPS * INPUTS];
    snnd_network *whole = make_whole(), *other = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    const snnd_layer *last = last_layer(whole);
    ck_assert_int_eq(snnd_workspace_add_gradient(NULL, last, numbers), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_input_gradient(NULL, numbers), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_clip_gradients(NULL, 1, NULL), SNND_ERROR_ARGUMENT);
    FAILS(context, SNND_ERROR_STATE, "training pass", snnd_workspace_add_gradient(workspace, last, numbers));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH));
    FAILS(context, SNND_ERROR_STATE, "training pass", snnd_workspace_add_gradient(workspace, last, numbers));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    FAILS(context, SNND_ERROR_ARGUMENT, "gradient is NULL", snnd_workspace_add_gradient(workspace, last, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer is NULL", snnd_workspace_add_gradient(workspace, NULL, numbers));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network",
          snnd_workspace_add_gradient(workspace, last_layer(other), numbers));
    numbers[11] = INFINITY;
    FAILS(context, SNND_ERROR_ARGUMENT, "number 11 of the gradient is inf",
          snnd_workspace_add_gradient(workspace, last, numbers));
    FAILS(context, SNND_ERROR_STATE, "a loss before it", snnd_workspace_backward(workspace));
    FAILS(context, SNND_ERROR_STATE, "no backward pass", snnd_workspace_input_gradient(workspace, numbers));
    FAILS(context, SNND_ERROR_STATE, "no backward pass", snnd_workspace_clip_gradients(workspace, 1, NULL));
    train_pass(workspace, input, labels, BATCH, NULL);
    FAILS(context, SNND_ERROR_ARGUMENT, "gradient is NULL", snnd_workspace_input_gradient(workspace, NULL));
    static const double norms[] = {0, -1, NAN, INFINITY};
    for (int k = 0; k < COUNT(norms); k++)
        FAILS(context, SNND_ERROR_ARGUMENT, "max_norm is", snnd_workspace_clip_gradients(workspace, norms[k], NULL));
    floats(snnd_network_layer(whole, 0), SNND_ARRAY_WEIGHT)[3] += 1;
    FAILS(context, SNND_ERROR_STATE, "parameters have changed", snnd_workspace_input_gradient(workspace, numbers));
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
    snnd_network_free(other);
}
END_TEST

START_TEST(a_gradient_of_the_input_that_overflows_is_an_error) {
    static float numbers[BATCH * STEPS * INPUTS], given[STEPS * BATCH * CLASSES];
    const snnd_delay_options delays = delay_options(4);
    snnd_network *network = make_network(context, INPUTS);
    snnd_layer *layer = add_delays(network, CLASSES, &delays);
    snnd_workspace *workspace = make_workspace(network, BATCH, STEPS);
    for (int64_t s = 0; s < count_of(layer, SNND_ARRAY_WEIGHT); s++)
        floats(layer, SNND_ARRAY_WEIGHT)[s] = 1e10f;
    for (int k = 0; k < STEPS * BATCH * CLASSES; k++)
        given[k] = 1e30f;
    numbers[0] = 5;
    context->options.method = SNND_METHOD_DIRECT;
    float *small = calloc(BATCH * STEPS * INPUTS, sizeof *small);
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, small, BATCH));
    OK(context, snnd_workspace_add_gradient(workspace, layer, given));
    OK(context, snnd_workspace_backward(workspace));
    FAILS(context, SNND_ERROR_NUMERIC, "gradient of the input is not finite",
          snnd_workspace_input_gradient(workspace, numbers));
    ck_assert_float_eq(numbers[0], 5);
    free(small);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
}
END_TEST

START_TEST(numbers_of_a_loss_that_cannot_be_are_refused_by_name) {
    static const double weights[CLASSES] = {1, 2, 0, 1};
    snnd_network *whole = make_whole();
    snnd_workspace *workspace = make_passing(whole, 0);
    const struct {
        snnd_loss_options options;
        const char *words;
    } bad[] = {
        {{.label_smoothing = -0.1}, "loss: label_smoothing is -0.1; expected 0 to 1"},
        {{.label_smoothing = 1.5}, "label_smoothing is 1.5"},
        {{.label_smoothing = NAN}, "label_smoothing is nan"},
        {{.rate_penalty = -1}, "rate_penalty is -1"},
        {{.rate_penalty = INFINITY}, "rate_penalty is inf"},
        {{.rate_upper = 1.25}, "rate_upper is 1.25"},
        {{.rate_penalty = 1, .rate_lower = 0.5, .rate_upper = 0.25},
         "rate_lower is 0.5; expected no more than rate_upper, which is 0.25"},
        {{.rate_lower = 0.5, .rate_upper = 0.5}, "rate_upper is 0.5, which has no effect without rate_penalty"},
        {{.rate_lower = 0.5}, "rate_lower is 0.5, which has no effect without rate_penalty"},
        {{.rate_lower = -0.5}, "rate_lower is -0.5"},
        {{.class_weight_count = 2}, "class_weight_count is 2; expected 0"},
        {{.class_weight = weights}, "class_weight_count is 0; expected 4"},
        {{.class_weight = weights, .class_weight_count = 5}, "class_weight_count is 5; expected 4"},
        {{.class_weight = weights, .class_weight_count = 4}, "class_weight of class 2 is 0"},
    };
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    for (int k = 0; k < COUNT(bad); k++) {
        snnd_loss_options options = bad[k].options;
        snnd_trainer_options run;
        snnd_trainer *trainer;
        options.size = sizeof options;
        FAILS(context, SNND_ERROR_ARGUMENT, bad[k].words, snnd_workspace_loss(workspace, labels, &options, NULL));
        OK(context, snnd_trainer_options_init(&run, sizeof run));
        run.label_smoothing = options.label_smoothing;
        run.rate_penalty = options.rate_penalty;
        run.rate_lower = options.rate_lower;
        run.rate_upper = options.rate_upper;
        run.class_weight = options.class_weight;
        run.class_weight_count = options.class_weight_count;
        FAILS(context, SNND_ERROR_ARGUMENT, "trainer: ", snnd_trainer_create(whole, &run, &trainer));
    }
    snnd_workspace_free(workspace);
    snnd_network_free(whole);
}
END_TEST

Suite *outside_suite(void) {
    Suite *suite = suite_create("model/outside");
    TCase *cases = tcase_create("outside");
    tcase_set_timeout(cases, 60);
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, two_networks_in_a_chain_have_the_gradients_of_one, 0, 6 * (LAYERS - 1));
    tcase_add_loop_test(cases, a_gradient_that_is_given_inside_is_one_at_the_end_of_fewer_layers, 0, 2 * LAYERS);
    tcase_add_test(cases, what_is_given_adds_to_the_loss_before_it_or_after);
    tcase_add_test(cases, a_backward_pass_uses_up_what_was_given);
    tcase_add_test(cases, the_rate_penalty_is_given_where_spikes_go_out);
    tcase_add_test(cases, the_rate_penalty_counts_a_last_layer_and_evaluations);
    tcase_add_test(cases, gradients_are_clipped_by_their_common_norm);
    tcase_add_test(cases, absent_synapses_have_no_part_in_the_norm);
    tcase_add_test(cases, a_norm_that_is_not_finite_is_an_error_and_clips_nothing);
    tcase_add_loop_test(cases, results_do_not_depend_on_threads_or_on_memory, 0, 6);
    tcase_add_test(cases, results_agree_between_instruction_sets);
    tcase_add_test(cases, what_is_asked_for_takes_memory_once);
    tcase_add_test(cases, what_cannot_be_is_refused_by_name);
    tcase_add_test(cases, a_gradient_of_the_input_that_overflows_is_an_error);
    tcase_add_test(cases, numbers_of_a_loss_that_cannot_be_are_refused_by_name);
    suite_add_tcase(suite, cases);
    return suite;
}
