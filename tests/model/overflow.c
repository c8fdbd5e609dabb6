/* Passes of numbers that leave single precision: told as streams tell it, and nothing else is. */
#include "model/small.h"

Suite *overflow_suite(void);

enum { INPUTS = 2, NEURONS = 6, STEPS = 40, BATCH = 19, BAD = 17 };

static snnd_context *context;
static snnd_network *network;
static snnd_workspace *workspace;
static float *input;

static void set_up(void) {
    context = make_context(2);
    network = make_network(context, INPUTS);
    workspace = NULL;
    input = make_numbers(BATCH * STEPS * INPUTS, 3);
}

static void tear_down(void) {
    free(input);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

enum { HIDDEN_KINDS = 7, LAST_KINDS = 5 };

/* Hidden neurons of one kind, order and reset, whose overflow weights of 0 hide from the outputs. */
static void make_hidden(int kind) {
    const snnd_delay_options options = delay_options(2);
    snnd_layer *first = add_delays(network, NEURONS, &options);
    fill_uniform(floats(first, SNND_ARRAY_WEIGHT), NEURONS * INPUTS, -3, 3, 1);
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    lif.order = leaky.order = kind == 0 || kind == 1 || kind == 4 ? SNND_ORDER_PAPER : SNND_ORDER_UPDATE_FIRST;
    lif.reset = kind == 3 || kind == 4 ? SNND_RESET_SUBTRACT : SNND_RESET_ZERO;
    if (kind == 6)
        add_adaptive_lif(network);
    else if (kind == 1 || kind == 5)
        OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    else
        OK(context, snnd_network_add_lif(network, &lif, NULL));
    snnd_layer *second = add_delays(network, 3, &options);
    for (int s = 0; s < 3 * NEURONS; s++)
        floats(second, SNND_ARRAY_WEIGHT)[s] = 0;
    add_leaky_integrator(network);
}

/* Outputs that are the overflow: of delays, batch norm, LIF neurons, integrators or adaptive neurons. */
static void make_last(int kind) {
    const snnd_delay_options options = delay_options(2);
    fill_uniform(floats(add_delays(network, NEURONS, &options), SNND_ARRAY_WEIGHT), NEURONS * INPUTS, -3, 3, 1);
    if (kind == 1)
        add_batch_norm(network);
    if (kind == 2)
        add_lif(network);
    if (kind == 3)
        add_leaky_integrator(network);
    if (kind == 4)
        add_adaptive_lif(network);
}

/* Whether a stream overflows in one of the frames of a sample. */
static bool stream_overflows(const float *sample) {
    snnd_plan *plan;
    snnd_stream *stream;
    snnd_status status = SNND_OK;
    OK(context, snnd_plan_create(network, &plan));
    OK(context, snnd_stream_create(plan, NULL, &stream));
    for (int t = 0; t < STEPS && status == SNND_OK; t++)
        status = snnd_stream_push(stream, sample + t * INPUTS, NULL, NULL);
    ck_assert(status == SNND_OK || status == SNND_ERROR_NUMERIC);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    return status != SNND_OK;
}

/* One sample of the batch has large numbers from some step on, sometimes in the last one alone. */
static void enlarge(int round) {
    float *sample = input + BAD * STEPS * INPUTS;
    fill_uniform(input, BATCH * STEPS * INPUTS, -1, 1, 4);
    const int from = round % 3 == 0 ? STEPS - 1 : round % STEPS;
    for (int k = from * INPUTS; k < STEPS * INPUTS; k++)
        sample[k] = (float)uniform(-1, 1, 50 + (uint64_t)round, (uint64_t)k) *
                    (float)pow(10, uniform(37, 38.5, 20, (uint64_t)round));
}

START_TEST(a_batch_overflows_where_a_stream_does) {
    enum { ROUNDS = 120 };
    int overflows = 0;
    if (_i < HIDDEN_KINDS)
        make_hidden(_i);
    else
        make_last(_i - HIDDEN_KINDS);
    workspace = make_workspace(network, BATCH, STEPS);
    for (int round = 0; round < ROUNDS; round++) {
        enlarge(round);
        const bool expected = stream_overflows(input + BAD * STEPS * INPUTS);
        const snnd_status status = snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH);
        ck_assert_msg(status == (expected ? SNND_ERROR_NUMERIC : SNND_OK), "round %d: %s, with a stream%s overflowing",
                      round, snnd_status_string(status), expected ? "" : " not");
        overflows += expected;
        if (!expected)
            continue;
        ck_assert_ptr_nonnull(
            strstr(snnd_context_last_error(context), "overflow because inputs or parameters are too large"));
        FAILS(context, SNND_ERROR_STATE, "no forward pass has been made",
              snnd_workspace_scores(workspace, SNND_READOUT_SUM, input));
    }
    ck_assert_msg(overflows > ROUNDS / 10 && overflows < ROUNDS * 9 / 10, "%d of %d overflow", overflows, ROUNDS);
}
END_TEST

/* Their sums over time are beyond single precision. */
START_TEST(large_potentials_are_no_overflow) {
    const snnd_delay_options options = delay_options(0);
    snnd_lif_options lif;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    lif.tau = 1;
    fill_uniform(floats(add_delays(network, NEURONS, &options), SNND_ARRAY_WEIGHT), NEURONS * INPUTS, -1, 1, 1);
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    workspace = make_workspace(network, BATCH, STEPS);
    for (int k = 0; k < BATCH * STEPS * INPUTS; k++)
        input[k] = 1e38f;
    ck_assert(!stream_overflows(input));
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, BATCH));
}
END_TEST

/* In the frequency domain a gradient is summed over time before it is one of a delay. */
START_TEST(gradients_that_overflow_are_named) {
    snnd_context_options options;
    OK(NULL, snnd_context_options_init(&options, sizeof options));
    options.method = SNND_METHOD_SPECTRAL;
    snnd_context *spectral = NULL;
    ck_assert_int_eq(snnd_context_create(&options, &spectral), SNND_OK);
    snnd_network *linear = make_network(spectral, INPUTS);
    const snnd_delay_options delays = delay_options(2);
    snnd_layer *layer = add_delays(linear, 3, &delays);
    OK(spectral, snnd_network_initialize(linear, 7));
    float *gradient = make_numbers(BATCH * STEPS * 3, 5);
    snnd_array array;
    for (int k = 0; k < BATCH * STEPS * 3; k++)
        gradient[k] = 3e37f;
    OK(spectral, snnd_workspace_create(linear, BATCH, STEPS, 1, &workspace));
    OK(spectral, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(spectral, snnd_workspace_add_gradient(workspace, last_layer(workspace->network), gradient));
    FAILS(spectral, SNND_ERROR_NUMERIC, "of layer 0 (delays) are not finite", snnd_workspace_backward(workspace));
    FAILS(spectral, SNND_ERROR_STATE, "", snnd_workspace_gradient(workspace, layer, SNND_ARRAY_WEIGHT, &array));
    snnd_workspace_free(workspace);
    workspace = NULL;
    free(gradient);
    snnd_network_free(linear);
    snnd_context_free(spectral);
}
END_TEST

START_TEST(running_statistics_stay_finite) {
    const snnd_delay_options options = delay_options(2);
    add_delays(network, NEURONS, &options);
    snnd_layer *norm = add_batch_norm(network);
    add_lif(network);
    workspace = make_workspace(network, BATCH, STEPS);
    input[BAD * STEPS * INPUTS] = 3e38f;
    FAILS(context, SNND_ERROR_NUMERIC, "numbers of layer 1 (batch_norm) overflow",
          snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    for (int n = 0; n < NEURONS; n++) {
        ck_assert(isfinite(floats(norm, SNND_ARRAY_RUNNING_MEAN)[n]));
        ck_assert(isfinite(floats(norm, SNND_ARRAY_RUNNING_VARIANCE)[n]));
    }
    input[BAD * STEPS * INPUTS] = 1;
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
}
END_TEST

START_TEST(a_parameter_that_is_not_finite_is_named_by_the_pass) {
    static const snnd_array_name names[] = {SNND_ARRAY_WEIGHT, SNND_ARRAY_POSITION};
    make_hidden(0);
    workspace = make_workspace(network, BATCH, STEPS);
    for (int mode = SNND_EVALUATE; mode <= SNND_TRAIN; mode++)
        for (int n = 0; n < COUNT(names); n++) {
            float *at = floats(snnd_network_layer(network, 2), names[n]) + 5;
            const float before = *at;
            *at = NAN;
            FAILS(context, SNND_ERROR_NUMERIC, n == 0 ? "weight 5 of layer 2" : "position 5 of layer 2",
                  snnd_workspace_forward(workspace, (snnd_mode)mode, input, BATCH));
            *at = before;
            OK(context, snnd_workspace_forward(workspace, (snnd_mode)mode, input, BATCH));
        }
}
END_TEST

/* Whatever needs a pass says that there is none. */
static void assert_no_pass(snnd_layer *last) {
    static float values[BATCH * STEPS * NEURONS];
    static const int32_t labels[BATCH];
    static const char none[] = "no forward pass has been made yet";
    int32_t classes[BATCH];
    double rates[NEURONS];
    snnd_array array;
    FAILS(context, SNND_ERROR_STATE, none, snnd_workspace_loss(workspace, labels, NULL, NULL));
    FAILS(context, SNND_ERROR_STATE, none, snnd_workspace_scores(workspace, SNND_READOUT_SUM, values));
    FAILS(context, SNND_ERROR_STATE, none, snnd_workspace_predictions(workspace, SNND_READOUT_SUM, classes));
    FAILS(context, SNND_ERROR_STATE, none, snnd_workspace_record(workspace, last, SNND_RECORD_OUTPUT, values));
    FAILS(context, SNND_ERROR_STATE, none,
          snnd_workspace_spike_rates(workspace, snnd_network_layer(network, 1), rates));
    FAILS(context, SNND_ERROR_STATE, "needs a training pass",
          snnd_workspace_add_gradient(workspace, last_layer(workspace->network), values));
    FAILS(context, SNND_ERROR_STATE, "needs a training pass", snnd_workspace_backward(workspace));
    FAILS(context, SNND_ERROR_STATE, "no backward pass",
          snnd_workspace_gradient(workspace, snnd_network_layer(network, 0), SNND_ARRAY_WEIGHT, &array));
    ck_assert(!(snnd_workspace_spike_rate(workspace) > 0));
}

START_TEST(a_pass_that_fails_by_its_numbers_leaves_none) {
    static const float bad[] = {NAN, 3e38f};
    static const int32_t labels[BATCH];
    make_hidden(0);
    workspace = make_workspace(network, BATCH, STEPS);
    float *weight = floats(snnd_network_layer(network, 0), SNND_ARRAY_WEIGHT);
    for (int mode = SNND_EVALUATE; mode <= SNND_TRAIN; mode++) {
        train_pass(workspace, input, labels, BATCH, NULL);
        const float before = weight[0];
        weight[0] = bad[_i];
        input[0] = 10;
        ck_assert_int_eq(snnd_workspace_forward(workspace, (snnd_mode)mode, input, BATCH), SNND_ERROR_NUMERIC);
        assert_no_pass(snnd_network_layer(network, 3));
        weight[0] = before;
    }
}
END_TEST

START_TEST(a_pass_that_fails_by_its_arguments_leaves_the_one_before) {
    static const int32_t labels[BATCH];
    snnd_loss_report first, second;
    make_hidden(0);
    workspace = make_workspace(network, BATCH, STEPS);
    OK(context, snnd_loss_report_init(&first, sizeof first));
    OK(context, snnd_loss_report_init(&second, sizeof second));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, &first));
    FAILS(context, SNND_ERROR_ARGUMENT, "mode", snnd_workspace_forward(workspace, (snnd_mode)2, input, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "count", snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH + 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_workspace_forward(workspace, SNND_TRAIN, NULL, 1));
    input[0] = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "nan", snnd_workspace_forward(workspace, SNND_TRAIN, input, 1));
    OK(context, snnd_workspace_loss(workspace, labels, NULL, &second));
    ck_assert(first.loss == second.loss && second.samples == BATCH);
    OK(context, snnd_workspace_backward(workspace));
}
END_TEST

Suite *overflow_suite(void) {
    Suite *suite = suite_create("model/overflow");
    TCase *cases = tcase_create("overflow");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_batch_overflows_where_a_stream_does, 0, HIDDEN_KINDS + LAST_KINDS);
    tcase_add_test(cases, large_potentials_are_no_overflow);
    tcase_add_test(cases, gradients_that_overflow_are_named);
    tcase_add_test(cases, running_statistics_stay_finite);
    tcase_add_test(cases, a_parameter_that_is_not_finite_is_named_by_the_pass);
    tcase_add_loop_test(cases, a_pass_that_fails_by_its_numbers_leaves_none, 0, 2);
    tcase_add_test(cases, a_pass_that_fails_by_its_arguments_leaves_the_one_before);
    suite_add_tcase(suite, cases);
    return suite;
}
