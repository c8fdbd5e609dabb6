/* Optimizers, step by step against their formulas in double precision. */
#include "model/small.h"

Suite *optimizer_suite(void);

enum { INPUTS = 2, NEURONS = 3, MOVED = INPUTS * NEURONS };

static snnd_context *context;
static snnd_network *network;
static snnd_layer *delays, *batch_norm, *frozen;
static snnd_workspace *workspace;
static snnd_optimizer *optimizer;
static snnd_optimizer_options options;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, INPUTS);
    snnd_delay_options still = delay_options(8);
    still.learn_delays = 0;
    delays = add_delays(network, NEURONS, NULL);
    batch_norm = add_batch_norm(network);
    frozen = add_delays(network, INPUTS, &still);
    workspace = make_passed_workspace(network);
    optimizer = NULL;
    OK(context, snnd_optimizer_options_init(&options, sizeof options));
}

static void tear_down(void) {
    snnd_optimizer_free(optimizer);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

static void create(void) {
    OK(context, snnd_optimizer_create(network, &options, &optimizer));
}

/* Fills all gradients anew and makes a step. */
static void step_on(uint64_t stream) {
    for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
        fill_uniform(gradient_of(workspace, delays, (snnd_array_name)name), MOVED, -1, 1, stream + 100);
    for (int name = SNND_ARRAY_SCALE; name <= SNND_ARRAY_SHIFT; name++)
        fill_uniform(gradient_of(workspace, batch_norm, (snnd_array_name)name), NEURONS, -1, 1, stream + 200);
    fill_uniform(gradient_of(workspace, frozen, SNND_ARRAY_WEIGHT), MOVED, -1, 1, stream + 300);
    OK(context, snnd_optimizer_step(optimizer, workspace));
}

/* One parameter by the formulas as they are printed. */
typedef struct parameter {
    double value, first, second;
} parameter;

static void adam_by_hand(parameter *p, double gradient, int step) {
    const double decay = options.weight_decay;
    const double g = gradient + (options.decoupled ? 0 : decay * p->value);
    if (options.decoupled)
        p->value -= options.rate * decay * p->value;
    p->first = options.momentum * p->first + (1 - options.momentum) * g;
    p->second = options.beta2 * p->second + (1 - options.beta2) * g * g;
    const double m = p->first / (1 - pow(options.momentum, step)), v = p->second / (1 - pow(options.beta2, step));
    p->value -= options.rate * m / (sqrt(v) + options.epsilon);
}

static void sgd_by_hand(parameter *p, double gradient) {
    const double decay = options.weight_decay;
    const double g = gradient + (options.decoupled ? 0 : decay * p->value);
    if (options.decoupled)
        p->value -= options.rate * decay * p->value;
    p->first = options.momentum * p->first + g;
    p->value -= options.rate * p->first;
}

/* Some steps of the optimizer beside those by hand, over the weights of the first layer. From the third step on the
 * rate and the momentum are others. */
static void assert_follows(int steps) {
    parameter expected[MOVED] = {{0}};
    for (int s = 0; s < MOVED; s++)
        expected[s].value = (double)floats(delays, SNND_ARRAY_WEIGHT)[s];
    create();
    for (int step = 1; step <= steps; step++) {
        if (step == 3) {
            options.rate *= 0.5;
            options.momentum = 0.6;
            OK(context, snnd_optimizer_set_rate(optimizer, options.rate));
            OK(context, snnd_optimizer_set_momentum(optimizer, options.momentum));
        }
        step_on((uint64_t)step);
        for (int s = 0; s < MOVED; s++) {
            const double gradient = (double)gradient_of(workspace, delays, SNND_ARRAY_WEIGHT)[s];
            if (options.kind == SNND_ADAM)
                adam_by_hand(&expected[s], gradient, step);
            else
                sgd_by_hand(&expected[s], gradient);
            ck_assert_double_eq_tol((double)floats(delays, SNND_ARRAY_WEIGHT)[s], expected[s].value, 2e-6);
        }
    }
}

static const struct {
    double decay;
    int32_t decoupled;
} decays[] = {{0, 0}, {0.25, 0}, {0.25, 1}};

START_TEST(adam_follows_its_formula) {
    options.rate = 0.05;
    options.beta2 = 0.95;
    options.weight_decay = decays[_i].decay;
    options.decoupled = decays[_i].decoupled;
    assert_follows(4);
}
END_TEST

START_TEST(sgd_follows_its_formula) {
    options.kind = SNND_SGD;
    options.rate = 0.05;
    options.weight_decay = decays[_i].decay;
    options.decoupled = decays[_i].decoupled;
    assert_follows(4);
}
END_TEST

START_TEST(the_first_step_of_adam_is_the_rate_against_the_gradients_sign) {
    float before[MOVED];
    memcpy(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before);
    options.rate = 0.125;
    create();
    step_on(1);
    for (int s = 0; s < MOVED; s++) {
        const float gradient = gradient_of(workspace, delays, SNND_ARRAY_WEIGHT)[s];
        ck_assert_float_eq_tol(floats(delays, SNND_ARRAY_WEIGHT)[s], before[s] - copysignf(0.125f, gradient), 1e-6f);
    }
}
END_TEST

START_TEST(a_rate_of_0_moves_nothing) {
    float before[MOVED];
    memcpy(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before);
    options.rate = 0;
    options.kind = _i;
    create();
    step_on(1);
    assert_same_bits(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before, "weights");
}
END_TEST

/* ---- factors ---- */

/* A factor of the weights of one layer makes its steps those of another rate, and those of others stay. */
START_TEST(a_factor_multiplies_the_rate_of_its_array_alone) {
    options.kind = _i % 2 ? SNND_ADAM : SNND_SGD;
    options.rate = 0.05;
    options.weight_decay = 0.25;
    options.decoupled = _i / 2;
    create();
    snnd_optimizer *const own = optimizer;
    float weights[MOVED], scales[NEURONS], plain[MOVED], plain_scales[NEURONS];
    memcpy(weights, floats(delays, SNND_ARRAY_WEIGHT), sizeof weights);
    memcpy(scales, floats(batch_norm, SNND_ARRAY_SCALE), sizeof scales);
    OK(context, snnd_optimizer_set_factor(own, delays, SNND_ARRAY_WEIGHT, 0.25));
    step_on(1);
    float moved[MOVED], moved_scales[NEURONS];
    memcpy(moved, floats(delays, SNND_ARRAY_WEIGHT), sizeof moved);
    memcpy(moved_scales, floats(batch_norm, SNND_ARRAY_SCALE), sizeof moved_scales);
    memcpy(floats(delays, SNND_ARRAY_WEIGHT), weights, sizeof weights);
    memcpy(floats(batch_norm, SNND_ARRAY_SCALE), scales, sizeof scales);
    options.rate = 0.0125;
    create();
    snnd_optimizer_free(own);
    step_on(1);
    memcpy(plain, floats(delays, SNND_ARRAY_WEIGHT), sizeof plain);
    memcpy(plain_scales, floats(batch_norm, SNND_ARRAY_SCALE), sizeof plain_scales);
    for (int s = 0; s < MOVED; s++) {
        ck_assert_float_eq_tol(moved[s], plain[s], 1e-7f);
        ck_assert_float_gt(fabsf(moved[s] - weights[s]), 1e-5f);
    }
    for (int n = 0; n < NEURONS; n++)
        ck_assert_float_gt(fabsf(moved_scales[n] - plain_scales[n]), 1e-4f);
}
END_TEST

/* To the last bit, with weight decay of either kind, and a zero below zero; the moments are those of one that moves. */
START_TEST(a_frozen_array_stays_and_its_moments_go_on) {
    snnd_array frozen_moment, moment;
    options.kind = _i % 2 ? SNND_ADAM : SNND_SGD;
    options.rate = 0.05;
    options.weight_decay = _i / 2 == 0 ? 0 : 0.25;
    options.decoupled = _i / 4;
    create();
    snnd_optimizer *const moving = optimizer;
    float before[MOVED], moments[MOVED];
    floats(delays, SNND_ARRAY_WEIGHT)[1] = -0.0f;
    memcpy(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before);
    step_on(1);
    OK(context, snnd_optimizer_moment(moving, delays, SNND_ARRAY_WEIGHT, 1, &moment));
    memcpy(moments, moment.data, sizeof moments);
    memcpy(floats(delays, SNND_ARRAY_WEIGHT), before, sizeof before);
    create();
    OK(context, snnd_optimizer_set_factor(optimizer, delays, SNND_ARRAY_WEIGHT, 0));
    float shift = floats(batch_norm, SNND_ARRAY_SHIFT)[0];
    step_on(1);
    assert_same_bits(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before, "weights");
    OK(context, snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_WEIGHT, 1, &frozen_moment));
    assert_same_bits(moments, frozen_moment.data, sizeof moments, "moments");
    ck_assert_float_ne(floats(batch_norm, SNND_ARRAY_SHIFT)[0], shift);
    OK(context, snnd_optimizer_set_factor(optimizer, delays, SNND_ARRAY_WEIGHT, 1));
    step_on(2);
    ck_assert(memcmp(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before) != 0);
    snnd_optimizer_free(moving);
}
END_TEST

START_TEST(factors_that_cannot_be_are_named) {
    static const double bad[] = {-1, NAN, INFINITY, 1e7};
    create();
    for (int k = 0; k < COUNT(bad); k++)
        FAILS(context, SNND_ERROR_ARGUMENT, "the factor of 'scale' of layer 1 is",
              snnd_optimizer_set_factor(optimizer, batch_norm, SNND_ARRAY_SCALE, bad[k]));
    FAILS(context, SNND_ERROR_STATE, "does not update 'position' of layer 0",
          snnd_optimizer_set_factor(optimizer, delays, SNND_ARRAY_POSITION, 0));
    FAILS(context, SNND_ERROR_STATE, "does not update 'running_mean' of layer 1",
          snnd_optimizer_set_factor(optimizer, batch_norm, SNND_ARRAY_RUNNING_MEAN, 0));
    FAILS(context, SNND_ERROR_ARGUMENT, "expected a layer",
          snnd_optimizer_set_factor(optimizer, NULL, SNND_ARRAY_WEIGHT, 0));
    FAILS(context, SNND_ERROR_ARGUMENT, "and a name",
          snnd_optimizer_set_factor(optimizer, delays, (snnd_array_name)99, 0));
    ck_assert_int_eq(snnd_optimizer_set_factor(NULL, delays, SNND_ARRAY_WEIGHT, 0), SNND_ERROR_ARGUMENT);
}
END_TEST

/* ---- what is moved ---- */

static bool moves(snnd_layer *layer, snnd_array_name name) {
    float before[MOVED];
    const size_t bytes = (size_t)count_of(layer, name) * sizeof *before;
    memcpy(before, floats(layer, name), bytes);
    step_on(1);
    return memcmp(before, floats(layer, name), bytes) != 0;
}

START_TEST(only_the_chosen_parameters_move) {
    options.parameters = _i;
    options.rate = 0.1;
    create();
    const bool weights = (_i & SNND_PARAMETERS_WEIGHTS) != 0, positions = (_i & SNND_PARAMETERS_POSITIONS) != 0;
    ck_assert_int_eq(moves(delays, SNND_ARRAY_WEIGHT), weights);
    ck_assert_int_eq(moves(delays, SNND_ARRAY_POSITION), positions);
    ck_assert_int_eq(moves(batch_norm, SNND_ARRAY_SCALE), weights);
    ck_assert_int_eq(moves(batch_norm, SNND_ARRAY_SHIFT), weights);
    ck_assert_int_eq(moves(batch_norm, SNND_ARRAY_RUNNING_MEAN), false);
    ck_assert_int_eq(moves(batch_norm, SNND_ARRAY_RUNNING_VARIANCE), false);
    ck_assert_int_eq(moves(frozen, SNND_ARRAY_WEIGHT), weights);
    ck_assert_int_eq(moves(frozen, SNND_ARRAY_POSITION), false);
}
END_TEST

START_TEST(positions_may_leave_their_range_until_they_are_clamped) {
    options.parameters = SNND_PARAMETERS_POSITIONS;
    options.rate = 100;
    create();
    step_on(1);
    ck_assert_float_gt(fabsf(floats(delays, SNND_ARRAY_POSITION)[0]), 12);
    OK(context, snnd_network_clamp(network));
    ck_assert_float_eq(fabsf(floats(delays, SNND_ARRAY_POSITION)[0]), 12);
}
END_TEST

START_TEST(a_step_uses_a_real_gradient_to_lower_the_loss) {
    const int32_t label = 1;
    float *input = make_numbers(3 * INPUTS, 9);
    options.kind = SNND_SGD;
    options.rate = 0.01;
    create();
    const double before = train_pass(workspace, input, &label, 1, NULL);
    OK(context, snnd_optimizer_step(optimizer, workspace));
    ck_assert_double_lt(train_pass(workspace, input, &label, 1, NULL), before);
    free(input);
}
END_TEST

/* The parameters have moved, and the gradients have not. */
START_TEST(a_second_step_moves_by_the_same_gradients) {
    static const float rate = 0.25f; /* so that no product is rounded */
    const int32_t label = 1;
    float *input = make_numbers(3 * INPUTS, 9);
    options.kind = SNND_SGD;
    options.rate = (double)rate;
    options.momentum = 0;
    create();
    train_pass(workspace, input, &label, 1, NULL);
    float *weight = floats(delays, SNND_ARRAY_WEIGHT), *gradient = gradient_of(workspace, delays, SNND_ARRAY_WEIGHT);
    const float before = weight[0], slope = gradient[0];
    ck_assert(slope > 0 || slope < 0);
    OK(context, snnd_optimizer_step(optimizer, workspace));
    OK(context, snnd_optimizer_step(optimizer, workspace));
    ck_assert_float_eq(gradient_of(workspace, delays, SNND_ARRAY_WEIGHT)[0], slope);
    ck_assert_float_eq_tol(weight[0], before - 2 * rate * slope, 1e-6f);
    free(input);
}
END_TEST

/* ---- moments ---- */

START_TEST(moments_can_be_read) {
    snnd_array first, second;
    create();
    step_on(1);
    OK(context, snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_WEIGHT, 1, &first));
    OK(context, snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_WEIGHT, 2, &second));
    const snnd_array weight = array_of(delays, SNND_ARRAY_WEIGHT);
    ck_assert_mem_eq(first.shape, weight.shape, sizeof weight.shape);
    ck_assert_int_eq(second.dtype, SNND_FLOAT32);
    for (int s = 0; s < MOVED; s++) {
        const float gradient = gradient_of(workspace, delays, SNND_ARRAY_WEIGHT)[s];
        ck_assert_float_eq_tol(((float *)first.data)[s], 0.1f * gradient, 1e-7f);
        ck_assert_float_eq_tol(((float *)second.data)[s], 1e-3f * gradient * gradient, 1e-8f);
    }
}
END_TEST

START_TEST(a_moment_that_is_written_counts) {
    snnd_array first;
    options.kind = SNND_SGD;
    options.rate = 1;
    options.momentum = 0.5;
    create();
    OK(context, snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_WEIGHT, 1, &first));
    const float before = floats(delays, SNND_ARRAY_WEIGHT)[4];
    ((float *)first.data)[4] = 8;
    step_on(1);
    const float gradient = gradient_of(workspace, delays, SNND_ARRAY_WEIGHT)[4];
    ck_assert_float_eq_tol(floats(delays, SNND_ARRAY_WEIGHT)[4], before - (0.5f * 8 + gradient), 1e-5f);
}
END_TEST

START_TEST(moments_that_there_are_not_are_named) {
    snnd_array array;
    options.kind = SNND_SGD;
    create();
    OK(context, snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_WEIGHT, 1, &array));
    FAILS(context, SNND_ERROR_STATE, "no moment 2 of 'weight'",
          snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_WEIGHT, 2, &array));
    FAILS(context, SNND_ERROR_STATE, "no moment 1 of 'position'",
          snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_POSITION, 1, &array));
    FAILS(context, SNND_ERROR_ARGUMENT, "order 1 or 2",
          snnd_optimizer_moment(optimizer, delays, SNND_ARRAY_WEIGHT, 3, &array));
    FAILS(context, SNND_ERROR_ARGUMENT, "expected a layer",
          snnd_optimizer_moment(optimizer, NULL, SNND_ARRAY_WEIGHT, 1, &array));
    snnd_network *other = make_network(context, 1);
    FAILS(context, SNND_ERROR_ARGUMENT, "of this network",
          snnd_optimizer_moment(optimizer, add_delays(other, 1, NULL), SNND_ARRAY_WEIGHT, 1, &array));
    snnd_network_free(other);
}
END_TEST

/* ---- refusing ---- */

static const struct {
    size_t field;
    double value;
    const char *words;
} bad_numbers[] = {
    {offsetof(snnd_optimizer_options, rate), -1, "rate is -1; expected 0 to 1e6"},
    {offsetof(snnd_optimizer_options, rate), NAN, "rate"},
    {offsetof(snnd_optimizer_options, momentum), 1, "momentum"},
    {offsetof(snnd_optimizer_options, momentum), -0.1, "momentum"},
    {offsetof(snnd_optimizer_options, beta2), 1, "beta2 is 1; expected at least 0 and below 1"},
    {offsetof(snnd_optimizer_options, epsilon), 0, "epsilon"},
    {offsetof(snnd_optimizer_options, weight_decay), -1, "weight_decay"},
};

START_TEST(numbers_out_of_range_are_named) {
    memcpy((char *)&options + bad_numbers[_i].field, &bad_numbers[_i].value, sizeof(double));
    FAILS(context, SNND_ERROR_ARGUMENT, bad_numbers[_i].words, snnd_optimizer_create(network, &options, &optimizer));
    ck_assert_ptr_null(optimizer);
}
END_TEST

START_TEST(choices_out_of_range_are_named) {
    options.kind = 3;
    FAILS(context, SNND_ERROR_ARGUMENT, "kind", snnd_optimizer_create(network, &options, &optimizer));
    options.kind = SNND_SGD;
    options.parameters = 0;
    FAILS(context, SNND_ERROR_ARGUMENT, "parameters", snnd_optimizer_create(network, &options, &optimizer));
    options.parameters = 4;
    FAILS(context, SNND_ERROR_ARGUMENT, "parameters", snnd_optimizer_create(network, &options, &optimizer));
    options.parameters = 1;
    options.decoupled = 2;
    FAILS(context, SNND_ERROR_ARGUMENT, "decoupled", snnd_optimizer_create(network, &options, &optimizer));
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_optimizer_create(network, NULL, NULL));
    ck_assert_int_eq(snnd_optimizer_create(NULL, NULL, &optimizer), SNND_ERROR_ARGUMENT);
}
END_TEST

START_TEST(rates_and_momentums_out_of_range_are_named) {
    create();
    FAILS(context, SNND_ERROR_ARGUMENT, "rate is -1", snnd_optimizer_set_rate(optimizer, -1));
    FAILS(context, SNND_ERROR_ARGUMENT, "momentum is 1", snnd_optimizer_set_momentum(optimizer, 1));
    FAILS(context, SNND_ERROR_ARGUMENT, "momentum is", snnd_optimizer_set_momentum(optimizer, NAN));
    ck_assert_int_eq(snnd_optimizer_set_rate(NULL, 1), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_optimizer_set_momentum(NULL, 0.5), SNND_ERROR_ARGUMENT);
}
END_TEST

START_TEST(a_step_needs_a_workspace_of_the_network_with_gradients) {
    float before[MOVED];
    snnd_workspace *bare, *foreign;
    snnd_network *other = make_network(context, 1);
    add_delays(other, 1, NULL);
    foreign = make_workspace(other, 1, 1);
    OK(context, snnd_workspace_create(network, 1, 1, 0, &bare));
    memcpy(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before);
    create();
    FAILS(context, SNND_ERROR_ARGUMENT, "NULL", snnd_optimizer_step(optimizer, NULL));
    FAILS(context, SNND_ERROR_ARGUMENT, "another network", snnd_optimizer_step(optimizer, foreign));
    FAILS(context, SNND_ERROR_STATE, "without gradients", snnd_optimizer_step(optimizer, bare));
    ck_assert_int_eq(snnd_optimizer_step(NULL, workspace), SNND_ERROR_ARGUMENT);
    const float input[3 * INPUTS] = {0};
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, 1));
    FAILS(context, SNND_ERROR_STATE, "no backward pass", snnd_optimizer_step(optimizer, workspace));
    assert_same_bits(before, floats(delays, SNND_ARRAY_WEIGHT), sizeof before, "weights");
    snnd_workspace_free(bare);
    snnd_workspace_free(foreign);
    snnd_network_free(other);
}
END_TEST

/* In front of a neuron such a number would only silence it. */
START_TEST(a_parameter_that_is_no_longer_finite_is_named) {
    OK(context, snnd_optimizer_create(network, NULL, &optimizer));
    snnd_workspace *passed = make_passed_workspace(network);
    gradient_of(passed, delays, SNND_ARRAY_WEIGHT)[1] = NAN;
    FAILS(context, SNND_ERROR_NUMERIC, "weight 1 of layer 0 (delays) is nan", snnd_optimizer_step(optimizer, passed));
    snnd_workspace_free(passed);
}
END_TEST

START_TEST(a_moment_that_overflows_is_named) {
    OK(context, snnd_optimizer_create(network, NULL, &optimizer));
    snnd_workspace *passed = make_passed_workspace(network);
    gradient_of(passed, delays, SNND_ARRAY_WEIGHT)[1] = 1e25f;
    FAILS(context, SNND_ERROR_NUMERIC, "moment 2 of weight of layer 0 (delays) is not finite",
          snnd_optimizer_step(optimizer, passed));
    snnd_workspace_free(passed);
}
END_TEST

START_TEST(options_start_as_adams_inventors_set_them) {
    ck_assert_int_eq(options.kind, SNND_ADAM);
    ck_assert_int_eq(options.parameters, SNND_PARAMETERS_WEIGHTS);
    ck_assert_double_eq(options.rate, 1e-3);
    ck_assert_double_eq(options.momentum, 0.9);
    ck_assert_double_eq(options.beta2, 0.999);
    ck_assert_double_eq(options.epsilon, 1e-8);
    ck_assert_double_eq(options.weight_decay, 0);
    ck_assert_int_eq(options.decoupled, 0);
}
END_TEST

Suite *optimizer_suite(void) {
    Suite *suite = suite_create("optimizer/optimizer");
    TCase *cases = tcase_create("optimizer");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, adam_follows_its_formula, 0, COUNT(decays));
    tcase_add_loop_test(cases, sgd_follows_its_formula, 0, COUNT(decays));
    tcase_add_test(cases, the_first_step_of_adam_is_the_rate_against_the_gradients_sign);
    tcase_add_loop_test(cases, a_rate_of_0_moves_nothing, SNND_ADAM, SNND_SGD + 1);
    tcase_add_loop_test(cases, a_factor_multiplies_the_rate_of_its_array_alone, 0, 4);
    tcase_add_loop_test(cases, a_frozen_array_stays_and_its_moments_go_on, 0, 6);
    tcase_add_test(cases, factors_that_cannot_be_are_named);
    tcase_add_loop_test(cases, only_the_chosen_parameters_move, 1, 4);
    tcase_add_test(cases, positions_may_leave_their_range_until_they_are_clamped);
    tcase_add_test(cases, a_step_uses_a_real_gradient_to_lower_the_loss);
    tcase_add_test(cases, a_second_step_moves_by_the_same_gradients);
    tcase_add_test(cases, moments_can_be_read);
    tcase_add_test(cases, a_moment_that_is_written_counts);
    tcase_add_test(cases, moments_that_there_are_not_are_named);
    tcase_add_loop_test(cases, numbers_out_of_range_are_named, 0, COUNT(bad_numbers));
    tcase_add_test(cases, choices_out_of_range_are_named);
    tcase_add_test(cases, rates_and_momentums_out_of_range_are_named);
    tcase_add_test(cases, a_step_needs_a_workspace_of_the_network_with_gradients);
    tcase_add_test(cases, a_parameter_that_is_no_longer_finite_is_named);
    tcase_add_test(cases, a_moment_that_overflows_is_named);
    tcase_add_test(cases, options_start_as_adams_inventors_set_them);
    suite_add_tcase(suite, cases);
    return suite;
}
