/* Passes as wholes: what must not matter, what must be refused, what is left to read. */
#include "base/allocator.h"
#include "kernel/readout.h"
#include "model/small.h"

Suite *workspace_suite(void);

enum { INPUTS = 5, HIDDEN = 9, CLASSES = 4, STEPS = 40, BATCH = 19 };

static snnd_context *context;
static snnd_network *network;
static snnd_workspace *workspace;
static float *input;
static int32_t *labels;

static void set_up(void) {
    context = make_context(2);
    network = make_spiking(context, INPUTS, HIDDEN, CLASSES, 8, 0.4);
    workspace = make_workspace(network, BATCH, STEPS);
    input = make_numbers(BATCH * STEPS * INPUTS, 1);
    labels = make_labels(BATCH, CLASSES);
}

static void tear_down(void) {
    free(input);
    free(labels);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

static snnd_layer *layer_at(int32_t index) {
    return snnd_network_layer(network, index);
}

/* ---- what must not matter ---- */

START_TEST(evaluating_a_batch_is_evaluating_its_samples) {
    train_pass(workspace, input, labels, BATCH, NULL); /* so that the running statistics are not the first ones */
    float *batch = output_after(workspace, SNND_EVALUATE, input, BATCH);
    for (int b = 0; b < BATCH; b++) {
        float *one = output_after(workspace, SNND_EVALUATE, input + b * STEPS * INPUTS, 1);
        for (int t = 0; t < STEPS; t++)
            assert_same_bits(batch + (t * BATCH + b) * CLASSES, one + t * CLASSES, CLASSES * sizeof *one, "outputs");
        free(one);
    }
    free(batch);
}
END_TEST

START_TEST(permuting_samples_permutes_outputs) {
    float *turned = malloc(BATCH * STEPS * INPUTS * sizeof *turned);
    for (int b = 0; b < BATCH; b++)
        memcpy(turned + (BATCH - 1 - b) * STEPS * INPUTS, input + b * STEPS * INPUTS, STEPS * INPUTS * sizeof *input);
    float *straight = output_after(workspace, SNND_EVALUATE, input, BATCH);
    float *reversed = output_after(workspace, SNND_EVALUATE, turned, BATCH);
    for (int t = 0; t < STEPS; t++)
        for (int b = 0; b < BATCH; b++)
            assert_same_bits(straight + (t * BATCH + b) * CLASSES, reversed + (t * BATCH + BATCH - 1 - b) * CLASSES,
                             CLASSES * sizeof *straight, "outputs");
    free(turned);
    free(straight);
    free(reversed);
}
END_TEST

/* The place that hidden neuron `h` goes to. */
static int permuted(int h) {
    return (4 * h + 2) % HIDDEN;
}

/* A network with the hidden neurons of `from` in other places. */
static snnd_network *permute_hidden(snnd_network *from) {
    snnd_network *to = make_spiking(context, INPUTS, HIDDEN, CLASSES, 8, 0.4);
    for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
        for (int h = 0; h < HIDDEN; h++) {
            for (int i = 0; i < INPUTS; i++)
                floats(snnd_network_layer(to, 0), (snnd_array_name)name)[permuted(h) * INPUTS + i] =
                    floats(snnd_network_layer(from, 0), (snnd_array_name)name)[h * INPUTS + i];
            for (int c = 0; c < CLASSES; c++)
                floats(snnd_network_layer(to, 4), (snnd_array_name)name)[c * HIDDEN + permuted(h)] =
                    floats(snnd_network_layer(from, 4), (snnd_array_name)name)[c * HIDDEN + h];
        }
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_RUNNING_VARIANCE; name++)
        for (int h = 0; h < HIDDEN; h++)
            floats(snnd_network_layer(to, 1), (snnd_array_name)name)[permuted(h)] =
                floats(snnd_network_layer(from, 1), (snnd_array_name)name)[h];
    return to;
}

START_TEST(permuting_hidden_neurons_permutes_their_spikes) {
    train_pass(workspace, input, labels, BATCH, NULL);
    fill_uniform(floats(layer_at(1), SNND_ARRAY_SCALE), HIDDEN, 0.5, 1.5, 2);
    snnd_network *other = permute_hidden(network);
    snnd_workspace *own = make_workspace(other, BATCH, STEPS);
    float *output = output_after(workspace, SNND_EVALUATE, input, BATCH);
    float *other_output = output_after(own, SNND_EVALUATE, input, BATCH);
    for (int32_t i = 0; i < 4; i++) {
        float *record = record_of(workspace, layer_at(i), SNND_RECORD_OUTPUT);
        float *other_record = record_of(own, snnd_network_layer(other, i), SNND_RECORD_OUTPUT);
        for (int k = 0; k < STEPS * BATCH; k++)
            for (int h = 0; h < HIDDEN; h++)
                ck_assert_float_eq(record[k * HIDDEN + h], other_record[k * HIDDEN + permuted(h)]);
        free(record);
        free(other_record);
    }
    for (int k = 0; k < STEPS * BATCH * CLASSES; k++)
        ck_assert_float_eq_tol(output[k], other_output[k], 1e-5f);
    free(output);
    free(other_output);
    snnd_workspace_free(own);
    snnd_network_free(other);
}
END_TEST

/* What three steps of training came to: the network, and the gradients and output of the last step. */
typedef struct training {
    snnd_network *network;
    float *gradients, *output;
    size_t count;
} training;

static training train_three_steps(snnd_context *own) {
    enum { MANY = 37, NEURONS = 33 };
    training result = {.network = make_spiking(own, INPUTS, NEURONS, CLASSES, 8, 0.4)};
    snnd_workspace *used = make_workspace(result.network, MANY, STEPS);
    snnd_optimizer_options options;
    snnd_optimizer *optimizer;
    float *samples = make_numbers(MANY * STEPS * INPUTS, 3);
    int32_t *classes = make_labels(MANY, CLASSES);
    OK(own, snnd_optimizer_options_init(&options, sizeof options));
    options.parameters = SNND_PARAMETERS_WEIGHTS + SNND_PARAMETERS_POSITIONS;
    options.rate = 0.01;
    OK(own, snnd_optimizer_create(result.network, &options, &optimizer));
    for (uint64_t step = 0; step < 3; step++) {
        OK(own, snnd_workspace_set_draw(used, 1, step));
        train_pass(used, samples, classes, MANY, NULL);
        OK(own, snnd_optimizer_step(optimizer, used));
    }
    result.gradients = all_gradients(used, &result.count);
    result.output = record_of(used, snnd_network_layer(result.network, 5), SNND_RECORD_OUTPUT);
    free(samples);
    free(classes);
    snnd_optimizer_free(optimizer);
    snnd_workspace_free(used);
    return result;
}

static void free_training(training *result) {
    free(result->gradients);
    free(result->output);
    snnd_network_free(result->network);
}

START_TEST(results_are_the_same_to_the_last_bit_for_any_number_of_threads) {
    static const int32_t threads[] = {2, 3, 7};
    snnd_context *one = make_context(1), *many = make_context(threads[_i]);
    training expected = train_three_steps(one), got = train_three_steps(many);
    assert_same_networks(expected.network, got.network);
    assert_same_bits(expected.gradients, got.gradients, got.count * sizeof(float), "gradients");
    assert_same_bits(expected.output, got.output, (size_t)STEPS * 37 * CLASSES * sizeof(float), "outputs");
    free_training(&expected);
    free_training(&got);
    snnd_context_free(one);
    snnd_context_free(many);
}
END_TEST

/* A context on an instruction set, or NULL where the machine lacks it. */
static snnd_context *make_isa_context(snnd_isa isa) {
    snnd_context_options options;
    snnd_context *made = NULL;
    OK(context, snnd_context_options_init(&options, sizeof options));
    options.isa = isa;
    const snnd_status status = snnd_context_create(&options, &made);
    ck_assert(status == SNND_OK || status == SNND_ERROR_UNSUPPORTED);
    return made;
}

/* A training pass without spikes, so that rounding stays rounding. */
static float *smooth_gradients(snnd_context *own, size_t *count) {
    snnd_network *smooth = make_network(own, INPUTS);
    add_delays(smooth, HIDDEN, NULL);
    add_batch_norm(smooth);
    add_delays(smooth, CLASSES, NULL);
    add_leaky_integrator(smooth);
    OK(own, snnd_network_set_sigma(smooth, 3));
    snnd_workspace *used = make_workspace(smooth, BATCH, STEPS);
    snnd_loss_options options;
    OK(own, snnd_loss_options_init(&options, sizeof options));
    options.readout = SNND_READOUT_MEAN;
    train_pass(used, input, labels, BATCH, &options);
    float *gradients = all_gradients(used, count);
    snnd_workspace_free(used);
    snnd_network_free(smooth);
    return gradients;
}

START_TEST(instruction_sets_agree_to_rounding) {
    size_t count;
    snnd_context *plain = make_isa_context(SNND_ISA_PLAIN), *other = make_isa_context((snnd_isa)_i);
    ck_assert_ptr_nonnull(plain);
    if (other != NULL) {
        float *expected = smooth_gradients(plain, &count), *got = smooth_gradients(other, &count);
        float largest = 0;
        for (size_t k = 0; k < count; k++)
            largest = fmaxf(largest, fabsf(expected[k]));
        for (size_t k = 0; k < count; k++)
            ck_assert_float_eq_tol(got[k], expected[k], 1e-5f * largest);
        free(expected);
        free(got);
    }
    snnd_context_free(plain);
    snnd_context_free(other);
}
END_TEST

START_TEST(a_workspace_without_gradients_evaluates_alike) {
    snnd_workspace *small;
    OK(context, snnd_workspace_create(network, BATCH, STEPS, 0, &small));
    float *expected = output_after(workspace, SNND_EVALUATE, input, BATCH);
    float *got = output_after(small, SNND_EVALUATE, input, BATCH);
    assert_same_bits(expected, got, STEPS * BATCH * CLASSES * sizeof *got, "outputs");
    free(expected);
    free(got);
    snnd_workspace_free(small);
}
END_TEST

START_TEST(evaluation_between_training_passes_leaves_no_trace) {
    size_t count;
    train_pass(workspace, input, labels, 7, NULL);
    float *expected = all_gradients(workspace, &count);
    free(output_after(workspace, SNND_EVALUATE, input, BATCH));
    train_pass(workspace, input, labels, 7, NULL);
    float *got = all_gradients(workspace, &count);
    assert_same_bits(expected, got, count * sizeof *got, "gradients");
    free(expected);
    free(got);
}
END_TEST

/* ---- what must be refused ---- */

START_TEST(sizes_out_of_range_are_named) {
    snnd_workspace *made = NULL;
    FAILS(context, SNND_ERROR_ARGUMENT, "batch is 0", snnd_workspace_create(network, 0, STEPS, 1, &made));
    FAILS(context, SNND_ERROR_ARGUMENT, "batch is -3", snnd_workspace_create(network, -3, STEPS, 1, &made));
    FAILS(context, SNND_ERROR_ARGUMENT, "steps is 0", snnd_workspace_create(network, 1, 0, 1, &made));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_workspace_create(network, 1, 1, 1, NULL));
    ck_assert_ptr_null(made);
}
END_TEST

START_TEST(counts_out_of_range_are_named) {
    FAILS(context, SNND_ERROR_ARGUMENT, "count is 20; expected 1 to 19",
          snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH + 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "count is 0", snnd_workspace_forward(workspace, SNND_TRAIN, input, 0));
    FAILS(context, SNND_ERROR_ARGUMENT, "input is NULL", snnd_workspace_forward(workspace, SNND_TRAIN, NULL, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "mode is 2", snnd_workspace_forward(workspace, (snnd_mode)2, input, 1));
}
END_TEST

START_TEST(an_input_that_is_not_finite_is_named_and_changes_nothing) {
    static const float bad[] = {NAN, INFINITY, -INFINITY};
    const float before = floats(layer_at(1), SNND_ARRAY_RUNNING_MEAN)[0];
    float *expected = output_after(workspace, SNND_EVALUATE, input, 5);
    input[(3 * STEPS + 17) * INPUTS + 2] = bad[_i];
    FAILS(context, SNND_ERROR_ARGUMENT, "sample 3, step 17, channel 2",
          snnd_workspace_forward(workspace, SNND_TRAIN, input, 5));
    float *got = record_of(workspace, layer_at(5), SNND_RECORD_OUTPUT);
    assert_same_bits(expected, got, 5 * STEPS * CLASSES * sizeof *got, "outputs");
    ck_assert_float_eq(floats(layer_at(1), SNND_ARRAY_RUNNING_MEAN)[0], before);
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, 3)); /* the bad one is not looked at */
    free(expected);
    free(got);
}
END_TEST

START_TEST(labels_out_of_range_are_named) {
    snnd_loss_report report;
    OK(context, snnd_loss_report_init(&report, sizeof report));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    labels[7] = CLASSES;
    FAILS(context, SNND_ERROR_ARGUMENT, "label 7 of the batch is 4; expected 0 to 3",
          snnd_workspace_loss(workspace, labels, NULL, &report));
    labels[7] = -1;
    FAILS(context, SNND_ERROR_ARGUMENT, "label 7 of the batch is -1",
          snnd_workspace_loss(workspace, labels, NULL, &report));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_workspace_loss(workspace, NULL, NULL, &report));
    ck_assert_int_eq(report.samples, 0);
    labels[7] = 0;
    OK(context, snnd_workspace_loss(workspace, labels, NULL, &report));
}
END_TEST

START_TEST(loss_options_out_of_range_are_named) {
    snnd_loss_options options;
    OK(context, snnd_loss_options_init(&options, sizeof options));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    options.readout = 6;
    FAILS(context, SNND_ERROR_ARGUMENT, "readout is 6", snnd_workspace_loss(workspace, labels, &options, NULL));
    options.readout = SNND_READOUT_SUM;
    options.l1 = -0.5;
    FAILS(context, SNND_ERROR_ARGUMENT, "l1 is -0.5", snnd_workspace_loss(workspace, labels, &options, NULL));
}
END_TEST

START_TEST(a_loss_that_is_not_finite_is_an_error) {
    snnd_loss_options options;
    OK(context, snnd_loss_options_init(&options, sizeof options));
    options.l1 = 1;
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    floats(snnd_network_layer(network, 4), SNND_ARRAY_WEIGHT)[0] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "the loss is", snnd_workspace_loss(workspace, labels, &options, NULL));
    FAILS(context, SNND_ERROR_STATE, "a loss before", snnd_workspace_backward(workspace));
}
END_TEST

START_TEST(a_backward_pass_needs_a_loss) {
    static const char words[] = "needs a training pass and a loss";
    FAILS(context, SNND_ERROR_STATE, words, snnd_workspace_backward(workspace));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    FAILS(context, SNND_ERROR_STATE, words, snnd_workspace_backward(workspace));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, NULL));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH)); /* of which no loss was taken */
    FAILS(context, SNND_ERROR_STATE, words, snnd_workspace_backward(workspace));
}
END_TEST

static const struct {
    int32_t layer;
    snnd_array_name name;
} parameters[] = {
    {0, SNND_ARRAY_WEIGHT}, {4, SNND_ARRAY_POSITION}, {4, SNND_ARRAY_MASK},
    {0, SNND_ARRAY_SIGN},   {1, SNND_ARRAY_SCALE},    {1, SNND_ARRAY_SHIFT},
};

/* Even two numbers that have changed places. */
START_TEST(gradients_are_those_of_the_parameters_of_the_pass) {
    static const char words[] = "a backward pass: parameters have changed since the training pass";
    snnd_sparsity *sparsity;
    OK(context, snnd_sparsity_create_deep_r(network, NULL, NULL, &sparsity));
    const snnd_array array = array_of(layer_at(parameters[_i].layer), parameters[_i].name);
    const size_t bytes = (size_t)snnd_array_count(&array) * snnd_dtype_bytes(array.dtype);
    uint8_t *data = array.data, *before = malloc(bytes);
    memcpy(before, data, bytes);
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, NULL));
    for (size_t k = 1; k < bytes; k++) {
        data[k] ^= 1;
        FAILS(context, SNND_ERROR_STATE, words, snnd_workspace_backward(workspace));
        data[k] ^= 1;
        if (data[k] == data[0])
            continue;
        data[0] = before[k];
        data[k] = before[0];
        FAILS(context, SNND_ERROR_STATE, words, snnd_workspace_backward(workspace));
        memcpy(data, before, bytes);
    }
    OK(context, snnd_network_set_sigma(network, 1.5)); /* of which nothing behind the pass depends */
    OK(context, snnd_workspace_backward(workspace));
    snnd_sparsity_free(sparsity);
    free(before);
}
END_TEST

START_TEST(complete_gradients_are_those_of_the_parameters_of_the_pass) {
    snnd_sparsity *sparsity;
    snnd_array array;
    OK(context, snnd_sparsity_create_fixed_mask(network, NULL, &sparsity));
    train_pass(workspace, input, labels, BATCH, NULL);
    float *weight = floats(layer_at(0), SNND_ARRAY_WEIGHT), before = weight[2];
    weight[2] = before + 1;
    FAILS(context, SNND_ERROR_STATE, "snnd_workspace_complete_gradient: parameters have changed",
          snnd_workspace_complete_gradient(workspace, layer_at(0), SNND_ARRAY_WEIGHT, &array));
    weight[2] = before;
    OK(context, snnd_workspace_complete_gradient(workspace, layer_at(0), SNND_ARRAY_WEIGHT, &array));
    snnd_sparsity_free(sparsity);
}
END_TEST

/* What was not kept of it would be recomputed from others. */
START_TEST(records_of_a_pass_that_kept_little_are_made_of_its_parameters) {
    snnd_context_options options;
    snnd_context *own;
    OK(context, snnd_context_options_init(&options, sizeof options));
    options.low_memory = _i;
    OK(context, snnd_context_create(&options, &own));
    snnd_network *net = make_spiking(own, INPUTS, HIDDEN, CLASSES, 8, 0);
    snnd_workspace *passed = make_workspace(net, BATCH, STEPS);
    snnd_layer *layer = snnd_network_layer(net, 0);
    OK(own, snnd_workspace_forward(passed, SNND_TRAIN, input, BATCH));
    float *before = record_of(passed, layer, SNND_RECORD_OUTPUT),
          *after = malloc(STEPS * BATCH * HIDDEN * sizeof *after);
    floats(layer, SNND_ARRAY_WEIGHT)[1] += 1;
    if (_i == 1) {
        FAILS(own, SNND_ERROR_STATE, "low_memory: parameters have changed",
              snnd_workspace_record(passed, layer, SNND_RECORD_OUTPUT, after));
    } else {
        OK(own, snnd_workspace_record(passed, layer, SNND_RECORD_OUTPUT, after));
        assert_same_bits(before, after, STEPS * BATCH * HIDDEN * sizeof *after, "records");
    }
    free(before);
    free(after);
    snnd_workspace_free(passed);
    snnd_network_free(net);
    snnd_context_free(own);
}
END_TEST

START_TEST(a_backward_pass_is_made_once) {
    train_pass(workspace, input, labels, BATCH, NULL);
    FAILS(context, SNND_ERROR_STATE, "can be made only once", snnd_workspace_backward(workspace));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, NULL)); /* a new loss of the same pass */
    OK(context, snnd_workspace_backward(workspace));
}
END_TEST

START_TEST(there_is_no_backward_pass_after_an_evaluation) {
    float gradient[1] = {0};
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, NULL));
    FAILS(context, SNND_ERROR_STATE, "needs a training pass", snnd_workspace_backward(workspace));
    FAILS(context, SNND_ERROR_STATE, "needs a training pass",
          snnd_workspace_add_gradient(workspace, last_layer(workspace->network), gradient));
    float *given = make_numbers(STEPS * BATCH * CLASSES, 2);
    given[7] = NAN;
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    FAILS(context, SNND_ERROR_ARGUMENT, "number 7 of the gradient is nan",
          snnd_workspace_add_gradient(workspace, last_layer(workspace->network), given));
    free(given);
}
END_TEST

START_TEST(gradients_are_those_of_the_last_pass_or_none) {
    snnd_array array;
    snnd_layer *layer = layer_at(0);
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, NULL));
    FAILS(context, SNND_ERROR_STATE, "no backward pass",
          snnd_workspace_gradient(workspace, layer, SNND_ARRAY_WEIGHT, &array));
    OK(context, snnd_workspace_backward(workspace));
    OK(context, snnd_workspace_gradient(workspace, layer, SNND_ARRAY_WEIGHT, &array));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH));
    FAILS(context, SNND_ERROR_STATE, "no backward pass",
          snnd_workspace_gradient(workspace, layer, SNND_ARRAY_WEIGHT, &array));
}
END_TEST

START_TEST(a_workspace_without_gradients_does_not_train) {
    snnd_workspace *small;
    snnd_array array;
    OK(context, snnd_workspace_create(network, 1, STEPS, 0, &small));
    FAILS(context, SNND_ERROR_STATE, "created with gradients", snnd_workspace_forward(small, SNND_TRAIN, input, 1));
    FAILS(context, SNND_ERROR_STATE, "without gradients",
          snnd_workspace_gradient(small, layer_at(0), SNND_ARRAY_WEIGHT, &array));
    snnd_workspace_free(small);
}
END_TEST

START_TEST(nothing_can_be_read_before_a_pass) {
    float values[1];
    int32_t classes[1];
    snnd_array array;
    FAILS(context, SNND_ERROR_STATE, "no forward pass", snnd_workspace_loss(workspace, labels, NULL, NULL));
    FAILS(context, SNND_ERROR_STATE, "no forward pass", snnd_workspace_scores(workspace, SNND_READOUT_SUM, values));
    FAILS(context, SNND_ERROR_STATE, "no forward pass",
          snnd_workspace_predictions(workspace, SNND_READOUT_SUM, classes));
    FAILS(context, SNND_ERROR_STATE, "no forward pass",
          snnd_workspace_record(workspace, layer_at(0), SNND_RECORD_OUTPUT, values));
    FAILS(context, SNND_ERROR_STATE, "no backward pass",
          snnd_workspace_gradient(workspace, layer_at(0), SNND_ARRAY_WEIGHT, &array));
    ck_assert_double_eq(snnd_workspace_spike_rate(workspace), 0);
}
END_TEST

START_TEST(layers_of_another_network_are_refused) {
    float values[1];
    snnd_array array;
    snnd_network *other = make_spiking(context, INPUTS, HIDDEN, CLASSES, 8, 0.4);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network",
          snnd_workspace_record(workspace, snnd_network_layer(other, 2), SNND_RECORD_OUTPUT, values));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network",
          snnd_workspace_gradient(workspace, snnd_network_layer(other, 0), SNND_ARRAY_WEIGHT, &array));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network",
          snnd_workspace_set_dropout_mask(workspace, snnd_network_layer(other, 3), NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer is NULL",
          snnd_workspace_record(workspace, NULL, SNND_RECORD_OUTPUT, values));
    snnd_network_free(other);
}
END_TEST

START_TEST(records_that_a_layer_lacks_are_named) {
    float values[1];
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "(delays) has no record 2",
          snnd_workspace_record(workspace, layer_at(0), SNND_RECORD_POTENTIAL, values));
    FAILS(context, SNND_ERROR_ARGUMENT, "has no record 7",
          snnd_workspace_record(workspace, layer_at(2), (snnd_record)7, values));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL",
          snnd_workspace_record(workspace, layer_at(2), SNND_RECORD_OUTPUT, NULL));
}
END_TEST

START_TEST(no_workspace_is_an_error_and_never_a_crash) {
    snnd_array array;
    ck_assert_int_eq(snnd_workspace_create(NULL, 1, 1, 1, &workspace), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_set_draw(NULL, 0, 0), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_forward(NULL, SNND_TRAIN, input, 1), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_loss(NULL, labels, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_backward(NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_gradient(NULL, layer_at(0), SNND_ARRAY_WEIGHT, &array), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_workspace_record(NULL, layer_at(0), SNND_RECORD_OUTPUT, input), SNND_ERROR_ARGUMENT);
    ck_assert_double_eq(snnd_workspace_spike_rate(NULL), 0);
    snnd_workspace_free(NULL);
}
END_TEST

static snnd_status create_and_free(snnd_context *own, void *user) {
    snnd_workspace *made;
    (void)own;
    const snnd_status status = snnd_workspace_create(user, BATCH, STEPS, 1, &made);
    if (status == SNND_OK)
        snnd_workspace_free(made);
    return status;
}

START_TEST(a_workspace_that_memory_runs_out_on_leaves_nothing_behind) {
    allocator memory = {0};
    snnd_context *starving;
    OK(context, allocator_context(&memory, 1, &starving));
    snnd_network *spiking = make_spiking(starving, INPUTS, HIDDEN, CLASSES, 8, 0.4);
    allocator_starve(starving, &memory, create_and_free, spiking);
    snnd_network_free(spiking);
    snnd_context_free(starving);
}
END_TEST

START_TEST(a_pass_allocates_nothing) {
    allocator memory = {0};
    snnd_context *counting;
    OK(context, allocator_context(&memory, 1, &counting));
    snnd_network *spiking = make_spiking(counting, INPUTS, HIDDEN, CLASSES, 8, 0.4);
    snnd_workspace *own = make_workspace(spiking, BATCH, STEPS);
    const int64_t before = memory.calls;
    train_pass(own, input, labels, BATCH, NULL);
    free(output_after(own, SNND_EVALUATE, input, BATCH));
    ck_assert_int_eq(memory.calls, before);
    snnd_workspace_free(own);
    snnd_network_free(spiking);
    snnd_context_free(counting);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* ---- what is left to read ---- */

/* A readout of potentials [T, B, C], straight from its definition. */
static double score_by_hand(const float *output, int readout, int b, int c) {
    double score = readout == SNND_READOUT_MAX ? -INFINITY : 0;
    for (int t = 0; t < STEPS; t++) {
        const float *row = output + (t * BATCH + b) * CLASSES;
        double sum = 0;
        for (int k = 0; k < CLASSES; k++)
            sum += exp((double)row[k]);
        if (readout == SNND_READOUT_SOFTMAX_SUM)
            score += exp((double)row[c]) / sum;
        else if (readout == SNND_READOUT_MAX)
            score = fmax(score, (double)row[c]);
        else if (readout == SNND_READOUT_LAST)
            score = (double)row[c];
        else
            score += (double)row[c] / (readout == SNND_READOUT_MEAN ? STEPS : 1);
    }
    return score;
}

START_TEST(scores_predictions_and_loss_are_those_of_the_readout) {
    float scores[BATCH * CLASSES];
    int32_t classes[BATCH], correct = 0;
    double loss = 0;
    snnd_loss_report report;
    snnd_loss_options options;
    OK(context, snnd_loss_report_init(&report, sizeof report));
    OK(context, snnd_loss_options_init(&options, sizeof options));
    options.readout = _i;
    float *output = output_after(workspace, SNND_EVALUATE, input, BATCH);
    OK(context, snnd_workspace_scores(workspace, (snnd_readout)_i, scores));
    OK(context, snnd_workspace_predictions(workspace, (snnd_readout)_i, classes));
    OK(context, snnd_workspace_loss(workspace, labels, &options, &report));
    for (int b = 0; b < BATCH; b++) {
        double sum = 0, best = -INFINITY;
        int winner = 0;
        for (int c = 0; c < CLASSES; c++) {
            const double score = score_by_hand(output, _i, b, c);
            ck_assert_double_eq_tol((double)scores[b * CLASSES + c], score, 1e-5);
            sum += exp(score);
            winner = score > best ? c : winner;
            best = fmax(best, score);
        }
        ck_assert_int_eq(classes[b], winner);
        correct += winner == labels[b];
        loss += (log(sum) - score_by_hand(output, _i, b, labels[b])) / BATCH;
    }
    ck_assert_double_eq_tol(report.loss, loss, 1e-6 * (1 + loss));
    ck_assert_double_eq(report.penalty, 0);
    ck_assert_int_eq(report.samples, BATCH);
    ck_assert_int_eq(report.correct, correct);
    free(output);
}
END_TEST

START_TEST(the_first_of_equal_scores_wins) {
    int32_t classes[BATCH];
    for (int32_t i = 0; i < 5; i += 4)
        memset(floats(layer_at(i), SNND_ARRAY_WEIGHT), 0,
               (size_t)count_of(layer_at(i), SNND_ARRAY_WEIGHT) * sizeof(float));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH));
    OK(context, snnd_workspace_predictions(workspace, SNND_READOUT_SUM, classes));
    for (int b = 0; b < BATCH; b++)
        ck_assert_int_eq(classes[b], 0);
}
END_TEST

START_TEST(a_loss_report_of_an_older_header_is_filled_as_far_as_it_goes) {
    snnd_loss_report report = {.penalty = -7};
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH));
    report.size = offsetof(snnd_loss_report, penalty);
    OK(context, snnd_workspace_loss(workspace, labels, NULL, &report));
    ck_assert_double_gt(report.loss, 0);
    ck_assert_double_eq(report.penalty, -7);
}
END_TEST

START_TEST(the_spike_rate_counts_the_record) {
    snnd_network *deep = make_network(context, INPUTS);
    snnd_layer *lif[2];
    for (int i = 0; i < 2; i++) {
        add_delays(deep, HIDDEN + 4 * i, NULL);
        add_batch_norm(deep);
        lif[i] = add_lif(deep);
    }
    snnd_workspace *own = make_workspace(deep, BATCH, STEPS);
    OK(context, snnd_workspace_forward(own, SNND_TRAIN, input, 7)); /* lanes without a sample do not count */
    double rate = 0;
    for (int i = 0; i < 2; i++) {
        const int values = STEPS * 7 * (HIDDEN + 4 * i);
        float *spikes = record_of(own, lif[i], SNND_RECORD_OUTPUT);
        for (int k = 0; k < values; k++)
            rate += (double)spikes[k] / values / 2;
        free(spikes);
    }
    ck_assert_double_gt(rate, 0.01);
    ck_assert_double_eq_tol(snnd_workspace_spike_rate(own), rate, 1e-9);
    snnd_workspace_free(own);
    snnd_network_free(deep);
}
END_TEST

START_TEST(the_spike_rates_count_each_neurons_record) {
    enum { SAMPLES = 18 }; /* more than one tile, the second with lanes that do not count */
    double rates[HIDDEN], mean = 0;
    for (snnd_mode mode = SNND_EVALUATE; mode <= SNND_TRAIN; mode++) {
        OK(context, snnd_workspace_forward(workspace, mode, input, SAMPLES));
        OK(context, snnd_workspace_spike_rates(workspace, layer_at(2), rates));
        float *spikes = record_of(workspace, layer_at(2), SNND_RECORD_OUTPUT);
        for (int n = 0; n < HIDDEN; n++) {
            double counted = 0;
            for (int k = 0; k < STEPS * SAMPLES; k++)
                counted += (double)spikes[k * HIDDEN + n];
            ck_assert_double_eq_tol(rates[n], counted / (STEPS * SAMPLES), 1e-12);
        }
        free(spikes);
    }
    for (int n = 0; n < HIDDEN; n++)
        mean += rates[n] / HIDDEN;
    ck_assert_double_gt(mean, 0.01);
    ck_assert_double_eq_tol(mean, snnd_workspace_spike_rate(workspace), 1e-12);
}
END_TEST

START_TEST(what_has_no_spike_rates_is_named) {
    double rates[HIDDEN] = {-1};
    snnd_network *other = make_spiking(context, INPUTS, HIDDEN, CLASSES, 8, 0.4);
    FAILS(context, SNND_ERROR_STATE, "no forward pass", snnd_workspace_spike_rates(workspace, layer_at(2), rates));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer 0 (delays)", snnd_workspace_spike_rates(workspace, layer_at(0), rates));
    FAILS(context, SNND_ERROR_ARGUMENT, "rates is NULL", snnd_workspace_spike_rates(workspace, layer_at(2), NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "layer is NULL", snnd_workspace_spike_rates(workspace, NULL, rates));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network",
          snnd_workspace_spike_rates(workspace, snnd_network_layer(other, 2), rates));
    ck_assert_int_eq(snnd_workspace_spike_rates(NULL, layer_at(2), rates), SNND_ERROR_ARGUMENT);
    ck_assert_double_eq(rates[0], -1);
    snnd_network_free(other);
}
END_TEST

Suite *workspace_suite(void) {
    Suite *suite = suite_create("model/workspace");
    TCase *cases = tcase_create("workspace");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, evaluating_a_batch_is_evaluating_its_samples);
    tcase_add_test(cases, permuting_samples_permutes_outputs);
    tcase_add_test(cases, permuting_hidden_neurons_permutes_their_spikes);
    tcase_add_loop_test(cases, results_are_the_same_to_the_last_bit_for_any_number_of_threads, 0, 3);
    tcase_add_loop_test(cases, instruction_sets_agree_to_rounding, SNND_ISA_AVX2, SNND_ISA_AVX512 + 1);
    tcase_add_test(cases, a_workspace_without_gradients_evaluates_alike);
    tcase_add_test(cases, evaluation_between_training_passes_leaves_no_trace);
    tcase_add_test(cases, sizes_out_of_range_are_named);
    tcase_add_test(cases, counts_out_of_range_are_named);
    tcase_add_loop_test(cases, an_input_that_is_not_finite_is_named_and_changes_nothing, 0, 3);
    tcase_add_test(cases, labels_out_of_range_are_named);
    tcase_add_test(cases, loss_options_out_of_range_are_named);
    tcase_add_test(cases, a_loss_that_is_not_finite_is_an_error);
    tcase_add_test(cases, a_backward_pass_needs_a_loss);
    tcase_add_loop_test(cases, gradients_are_those_of_the_parameters_of_the_pass, 0, COUNT(parameters));
    tcase_add_test(cases, complete_gradients_are_those_of_the_parameters_of_the_pass);
    tcase_add_loop_test(cases, records_of_a_pass_that_kept_little_are_made_of_its_parameters, 0, 2);
    tcase_add_test(cases, a_backward_pass_is_made_once);
    tcase_add_test(cases, there_is_no_backward_pass_after_an_evaluation);
    tcase_add_test(cases, gradients_are_those_of_the_last_pass_or_none);
    tcase_add_test(cases, a_workspace_without_gradients_does_not_train);
    tcase_add_test(cases, nothing_can_be_read_before_a_pass);
    tcase_add_test(cases, layers_of_another_network_are_refused);
    tcase_add_test(cases, records_that_a_layer_lacks_are_named);
    tcase_add_test(cases, no_workspace_is_an_error_and_never_a_crash);
    tcase_add_test(cases, a_workspace_that_memory_runs_out_on_leaves_nothing_behind);
    tcase_add_test(cases, a_pass_allocates_nothing);
    tcase_add_loop_test(cases, scores_predictions_and_loss_are_those_of_the_readout, SNND_READOUT_SOFTMAX_SUM,
                        SNND_READOUTS_END);
    tcase_add_test(cases, the_first_of_equal_scores_wins);
    tcase_add_test(cases, a_loss_report_of_an_older_header_is_filled_as_far_as_it_goes);
    tcase_add_test(cases, the_spike_rate_counts_the_record);
    tcase_add_test(cases, the_spike_rates_count_each_neurons_record);
    tcase_add_test(cases, what_has_no_spike_rates_is_named);
    suite_add_tcase(suite, cases);
    return suite;
}
