/* Exported C in fixed point, compiled. Networks whose numbers are whole in fixed point, too, must agree with the stream
 * as closely as float does; of others, the classes. */
#include "export/compiled.h"
#include "kernel/readout.h"

Suite *c_fixed_suite(void);

typedef struct bed {
    snnd_context *context;
    snnd_network *network;
    snnd_plan *plan;
    float *input;
} bed;

static bed make_bed(snnd_context *context, snnd_network *network) {
    bed b = {.context = context, .network = network};
    OK(context, snnd_plan_create(network, &b.plan));
    b.input = make_input(FRAMES / steps, steps, snnd_plan_inputs(b.plan));
    return b;
}

static void free_bed(bed *b) {
    free(b->input);
    snnd_plan_free(b->plan);
    snnd_network_free(b->network);
    snnd_context_free(b->context);
}

static void compare(const bed *b, int32_t readout, double limit) {
    const snnd_export_c_options options = c_options(SNND_C_FIXED, readout);
    outcome expected = by_stream(b->context, b->plan, readout, b->input);
    outcome got = by_c(b->context, b->plan, &options, b->input);
    assert_close(&expected, &got, limit);
    free_outcome(&expected);
    free_outcome(&got);
}

/* ---- numbers that fixed point has exactly ---- */

/* Weights that are whole numbers of `unit`, to each neuron one of 127. */
static void make_whole(snnd_layer *layer, double unit, uint64_t stream) {
    float *weight = floats(layer, SNND_ARRAY_WEIGHT);
    const int64_t count = count_of(layer, SNND_ARRAY_WEIGHT), each = count / snnd_layer_outputs(layer);
    for (int64_t s = 0; s < count; s++)
        weight[s] = (float)(unit * (s % each == 0 ? 127 : rint(uniform(-127, 127, stream, (uint64_t)s))));
}

/* A norm that multiplies by powers of two. */
static void halve(snnd_layer *norm) {
    for (int32_t n = 0; n < snnd_layer_outputs(norm); n++) {
        floats(norm, SNND_ARRAY_SCALE)[n] = n % 3 == 0 ? 0.5f : n % 3 == 1 ? 0.25f : -0.25f;
        floats(norm, SNND_ARRAY_SHIFT)[n] = (float)(n % 8 - 3) / 16;
        floats(norm, SNND_ARRAY_RUNNING_MEAN)[n] = (float)(n % 5) / 8;
        floats(norm, SNND_ARRAY_RUNNING_VARIANCE)[n] = 1;
    }
}

static snnd_layer *add_exact_norm(snnd_network *network) {
    snnd_batch_norm_options options;
    snnd_layer *layer;
    ck_assert_int_eq(snnd_batch_norm_options_init(&options, sizeof options), SNND_OK);
    options.epsilon = 1e-300;
    OK(network->context, snnd_network_add_batch_norm(network, &options, &layer));
    halve(layer);
    return layer;
}

/* The paper's neurons, or the other order, or the other reset, or both. */
enum { VARIANTS = 4 };

static void choose_variant(snnd_lif_options *lif, snnd_leaky_integrator_options *leaky, int variant) {
    ck_assert_int_eq(snnd_lif_options_init(lif, sizeof *lif), SNND_OK);
    ck_assert_int_eq(snnd_leaky_integrator_options_init(leaky, sizeof *leaky), SNND_OK);
    lif->order = leaky->order = variant % 2 == 0 ? SNND_ORDER_PAPER : SNND_ORDER_UPDATE_FIRST;
    lif->reset = variant / 2 == 0 ? SNND_RESET_ZERO : SNND_RESET_SUBTRACT;
}

static void add_halving_variant(snnd_network *network, int variant) {
    snnd_lif_options options;
    snnd_leaky_integrator_options unused;
    choose_variant(&options, &unused, variant);
    options.tau = 2;
    OK(network->context, snnd_network_add_lif(network, &options, NULL));
}

static void add_halving_lif(snnd_network *network) {
    add_halving_variant(network, 0);
}

/* Time constants that are each neuron's own, and all 2. */
static void add_own_halving_lif(snnd_network *network) {
    snnd_lif_options options;
    snnd_layer *layer;
    ck_assert_int_eq(snnd_lif_options_init(&options, sizeof options), SNND_OK);
    options.tau = 2;
    options.tau_per_neuron = SNND_TAU_GIVEN;
    OK(network->context, snnd_network_add_lif(network, &options, &layer));
}

/* `inputs`, then layers that fire, then leaky integrators; decays of a half. The hidden layers are of two variants. */
static snnd_network *make_exact(snnd_context *context, int32_t inputs, int32_t hidden, int32_t per_pair, int first,
                                int second) {
    snnd_network *network = make_network(context, inputs);
    snnd_delay_options options = delay_options(10);
    options.synapses_per_pair = per_pair;
    make_whole(add_delays(network, hidden, &options), 1.0 / 2048, 31);
    add_exact_norm(network);
    add_halving_variant(network, first);
    add_dropout(network, 0.3);
    make_whole(add_delays(network, hidden / 2, &options), 1.0 / 256, 32);
    add_halving_variant(network, second);
    make_whole(add_delays(network, 4, &options), 1.0 / 512, 33);
    add_exact_norm(network);
    snnd_lif_options unused;
    snnd_leaky_integrator_options leaky;
    choose_variant(&unused, &leaky, first);
    leaky.tau = 2;
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    return network;
}

/* Inputs of eighths. */
static void make_eighths(bed *b) {
    for (int k = 0; k < FRAMES * snnd_plan_inputs(b->plan); k++)
        b->input[k] = rintf(b->input[k] * 8) / 8;
}

START_TEST(is_exact_where_numbers_are) {
    static const int32_t inputs[] = {7, 50, 7}, per_pair[] = {1, 1, 3};
    snnd_context *context = make_context(1);
    bed b = make_bed(context, make_exact(context, inputs[_i], 24, per_pair[_i], 0, 0));
    make_eighths(&b);
    compare(&b, SNND_READOUT_SUM, 1e-5);
    free_bed(&b);
}
END_TEST

/* Every variant in front of and behind every other. */
START_TEST(is_exact_in_every_order_with_every_reset) {
    snnd_context *context = make_context(1);
    bed b = make_bed(context, make_exact(context, _i % 3 == 0 ? 50 : 7, 24, 1, _i / VARIANTS, _i % VARIANTS));
    make_eighths(&b);
    compare(&b, SNND_READOUT_SUM, 1e-5);
    free_bed(&b);
}
END_TEST

/* Softmax is a sum of shares of 1/32768. */
START_TEST(has_every_readout) {
    snnd_context *context = make_context(1);
    bed b = make_bed(context, make_exact(context, 7, 24, 1, 0, 0));
    make_eighths(&b);
    compare(&b, _i, _i == SNND_READOUT_SOFTMAX_SUM ? 1e-3 : 1e-5);
    free_bed(&b);
}
END_TEST

START_TEST(counts_spikes_at_the_end) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 9);
    const snnd_delay_options options = delay_options(6);
    make_whole(add_delays(network, 5, &options), 1.0 / 1024, 34);
    add_halving_variant(network, _i);
    bed b = make_bed(context, network);
    make_eighths(&b);
    compare(&b, SNND_READOUT_SUM, 1e-9);
    compare(&b, SNND_READOUT_SOFTMAX_SUM, 1e-3);
    free_bed(&b);
}
END_TEST

/* Rates of spikes are below 1; the unit is 1/65536, and the nearest is told. */
START_TEST(a_mean_of_spikes_is_a_rate) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 9);
    const snnd_delay_options options = delay_options(6);
    make_whole(add_delays(network, 5, &options), 1.0 / 1024, 34);
    add_halving_lif(network);
    bed b = make_bed(context, network);
    make_eighths(&b);
    outcome expected = by_stream(b.context, b.plan, SNND_READOUT_MEAN, b.input);
    double largest = 0;
    for (int k = 0; k < FRAMES * expected.outputs; k++)
        largest = fmax(largest, expected.scores[k]);
    ck_assert(largest > 0.1 && largest < 0.9);
    free_outcome(&expected);
    compare(&b, SNND_READOUT_MEAN, 0.5 / 65536 + 1e-7);
    free_bed(&b);
}
END_TEST

/* After so many frames that a test cannot run them, whose totals are put into the state. */
START_TEST(a_mean_is_rounded_to_the_nearest) {
    static const char program[] =
        "#include \"net.h\"\n"
        "static int differs(int64_t total, int64_t steps, int64_t mean) {\n"
        "    net_state state;\n"
        "    int64_t scores[NET_OUTPUTS];\n"
        "    net_reset(&state);\n"
        "    state.total[0] = total, state.total[1] = -total, state.steps = steps;\n"
        "    net_scores(&state, scores);\n"
        "    return scores[0] != mean || scores[1] != -mean;\n"
        "}\n"
        "int main(void) {\n"
        "    return differs(1, 65537, 1) || differs(1, 131072, 1) || differs(1, 131073, 0) ||\n"
        "           differs(3, 131072, 2) || differs(2, 3, 43691) || differs(7, 3, 152917) ||\n"
        "           differs(0, 0, 0) || differs(INT64_C(1) << 62, INT64_C(1) << 32, INT64_C(1) << 46);\n"
        "}\n";
    snnd_context *context = make_context(1);
    bed b = make_bed(context, make_relay(context));
    const snnd_export_c_options options = c_options(SNND_C_FIXED, SNND_READOUT_MEAN);
    OK(context, snnd_export_c(b.plan, &options, scratch("net.c"), scratch("net.h"), NULL));
    scratch_write(scratch("mean.c"), program, sizeof program - 1);
    char command[4 * SCRATCH_PATH];
    snprintf(command, sizeof command,
             EXPORT_CC " -std=c99 -Wall -Wextra -Wconversion -Werror -fsanitize=undefined "
                       "-fsanitize-undefined-trap-on-error '%s' '%s' -o '%s' && '%s'",
             scratch("net.c"), scratch("mean.c"), scratch("mean"), scratch("mean"));
    ck_assert_int_eq(system(command), 0);
    free_bed(&b);
}
END_TEST

/* ---- neurons that differ by much ---- */

/* The numbers of one output are within `limit` of its largest. */
static void compare_output(const bed *b, int32_t readout, int32_t output, double limit) {
    const snnd_export_c_options options = c_options(SNND_C_FIXED, readout);
    outcome expected = by_stream(b->context, b->plan, readout, b->input);
    outcome got = by_c(b->context, b->plan, &options, b->input);
    double largest = 0;
    for (int t = 0; t < FRAMES; t++)
        largest = fmax(largest, fabs(expected.potentials[t * expected.outputs + output]));
    ck_assert_double_gt(largest, 0);
    for (int t = 0; t < FRAMES; t++) {
        const int k = t * expected.outputs + output;
        HOLDS(fabs(got.potentials[k] - expected.potentials[k]) <= limit * largest,
              "step %d, output %d: potential %g, not %g", t, output, got.potentials[k], expected.potentials[k]);
        HOLDS(fabs(got.scores[k] - expected.scores[k]) <= limit * largest * FRAMES,
              "step %d, output %d: score %g, not %g", t, output, got.scores[k], expected.scores[k]);
    }
    free_outcome(&expected);
    free_outcome(&got);
}

/* Three integrators of which the first has weights, or a bias, that are so many times larger. */
static bed make_unequal(double weights, double bias) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 5);
    const snnd_delay_options options = delay_options(4);
    snnd_layer *layer = add_delays(network, 3, &options);
    make_whole(layer, 1.0 / 1024, 36);
    for (int s = 0; s < 5; s++)
        floats(layer, SNND_ARRAY_WEIGHT)[s] *= (float)weights;
    snnd_layer *norm = add_exact_norm(network);
    floats(norm, SNND_ARRAY_SHIFT)[0] = (float)bias;
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    leaky.tau = 2;
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    return make_bed(context, network);
}

START_TEST(an_output_is_not_lost_beside_a_larger_one) {
    static const double larger[][2] = {{1, 0}, {200, 0}, {5000, 0}, {1, 300}, {1, 20000}};
    bed b = make_unequal(larger[_i][0], larger[_i][1]);
    for (int32_t output = 1; output < 3; output++)
        compare_output(&b, SNND_READOUT_LAST, output, 1e-2);
    compare_output(&b, SNND_READOUT_SUM, 1, 1e-2);
    free_bed(&b);
}
END_TEST

/* One hidden neuron has weights a thousand million times those of the others, which have to fire as they do. */
START_TEST(a_hidden_neuron_is_not_lost_beside_a_larger_one) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 7);
    const snnd_delay_options options = delay_options(4);
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    leaky.tau = 2;
    make_whole(add_delays(network, 6, &options), 1.0 / 128, 38);
    for (int s = 0; s < 7; s++)
        floats(snnd_network_layer(network, 0), SNND_ARRAY_WEIGHT)[s] *= 1e9f;
    add_halving_lif(network);
    make_whole(add_delays(network, 2, &options), 1.0 / 128, 39);
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    bed b = make_bed(context, network);
    make_eighths(&b);
    compare(&b, SNND_READOUT_SUM, 1e-5);
    free_bed(&b);
}
END_TEST

/* Membranes that forget a part in ten thousand, or in a million, of what they hold at a step, after one pulse. */
START_TEST(membranes_that_last_long_forget_as_they_should) {
    static const double taus[] = {100, 3000, 2e5, 1e6, 1e9};
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 2);
    const snnd_delay_options options = delay_options(0);
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    leaky.tau = taus[_i];
    snnd_layer *layer = add_delays(network, 2, &options);
    for (int s = 0; s < 4; s++)
        floats(layer, SNND_ARRAY_WEIGHT)[s] = 127.0f / 1024;
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    bed b = make_bed(context, network);
    for (int k = 0; k < FRAMES * 2; k++)
        b.input[k] = k < 2 ? 8 : 0;
    steps = FRAMES;
    outcome expected = by_stream(context, b.plan, SNND_READOUT_LAST, b.input);
    const snnd_export_c_options fixed = c_options(SNND_C_FIXED, SNND_READOUT_LAST);
    outcome got = by_c(context, b.plan, &fixed, b.input);
    const double first = expected.potentials[2], last = expected.potentials[2 * FRAMES - 2];
    const double got_first = got.potentials[2], got_last = got.potentials[2 * FRAMES - 2];
    ck_assert_double_gt(first, 0.5);
    ck_assert_double_eq_tol(got_first, first, 1e-5 * first);
    ck_assert_double_eq_tol(got_first - got_last, first - last, 0.1 * (first - last) + 1e-6 * first);
    free_outcome(&expected);
    free_outcome(&got);
    free_bed(&b);
    steps = 70;
}
END_TEST

/* Terms are right to 1.5/65536, shares to 1/65536. */
START_TEST(has_the_softmax) {
    static const double ranges[] = {1, 2, 12, 24, 300, 1e7};
    compare_softmax(SNND_C_FIXED, ranges[_i], 6e-5);
}
END_TEST

/* ---- sums at their limits ---- */

/* All of `hidden` neurons fire at once onto one: 258 weights of 127 are the most that 16 bits hold. */
START_TEST(sums_of_all_synapses_fit) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 1);
    const snnd_delay_options options = delay_options(0);
    snnd_layer *first = add_delays(network, _i, &options);
    for (int32_t n = 0; n < _i; n++)
        floats(first, SNND_ARRAY_WEIGHT)[n] = 1;
    add_halving_lif(network);
    snnd_layer *second = add_delays(network, 2, &options);
    for (int32_t n = 0; n < _i; n++)
        floats(second, SNND_ARRAY_WEIGHT)[n] = 0.25f, floats(second, SNND_ARRAY_WEIGHT)[_i + n] = -0.25f;
    add_leaky_integrator(network);
    bed b = make_bed(context, network);
    const snnd_export_c_options options_of_c = c_options(SNND_C_FIXED, SNND_READOUT_SUM);
    outcome expected = by_stream(context, b.plan, SNND_READOUT_SUM, b.input);
    outcome got = by_c(context, b.plan, &options_of_c, b.input);
    assert_close(&expected, &got, 1e-3); /* the decay is rounded to 1/65536 */
    size_t length;
    char *header = (char *)scratch_read(scratch("net.h"), &length);
    ck_assert_int_eq(strstr(header, "int16_t ring_1") != NULL, _i <= 258);
    free(header);
    free_outcome(&expected);
    free_outcome(&got);
    free_bed(&b);
}
END_TEST

/* Whose own time constants are 2, as those that share one. */
START_TEST(time_constants_of_their_own_are_exact_where_numbers_are) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 9);
    const snnd_delay_options options = delay_options(6);
    snnd_leaky_integrator_options leaky;
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    leaky.tau = 2;
    leaky.tau_per_neuron = SNND_TAU_LEARNED;
    make_whole(add_delays(network, 12, &options), 1.0 / 1024, 34);
    add_own_halving_lif(network);
    make_whole(add_delays(network, 4, &options), 1.0 / 512, 35);
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    bed b = make_bed(context, network);
    make_eighths(&b);
    compare(&b, SNND_READOUT_SUM, 1e-5);
    free_bed(&b);
}
END_TEST

/* One that lasts long has all of its layer counted by what is lost in a step. */
START_TEST(neurons_forget_each_by_its_own_time_constant) {
    static const double taus[2][3] = {{1.25, 3, 20}, {1.25, 20, 3000}};
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, 2);
    const snnd_delay_options options = delay_options(0);
    snnd_leaky_integrator_options leaky;
    snnd_layer *layer = add_delays(network, 3, &options), *neurons;
    ck_assert_int_eq(snnd_leaky_integrator_options_init(&leaky, sizeof leaky), SNND_OK);
    leaky.tau_per_neuron = SNND_TAU_GIVEN;
    for (int s = 0; s < 6; s++)
        floats(layer, SNND_ARRAY_WEIGHT)[s] = 127.0f / 1024;
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, &neurons));
    for (int n = 0; n < 3; n++)
        floats(neurons, SNND_ARRAY_LEAK)[n] = (float)-log(taus[_i][n] - 1);
    bed b = make_bed(context, network);
    for (int output = 0; output < 3; output++)
        compare_output(&b, SNND_READOUT_LAST, output, 2e-3);
    free_bed(&b);
}
END_TEST

/* Inputs beyond their limit, of one sign for long, into neurons that forget fast, slowly and never. */
START_TEST(nothing_overflows) {
    enum { INPUTS = 40 };
    static const double taus[] = {1, 10.05, 63, 65, 1e4, 1e9};
    const int variant = _i / 2 / (int)(sizeof taus / sizeof taus[0]) % VARIANTS;
    const bool own = _i >= 12 * VARIANTS && _i % 12 / 2 > 0; /* a tau of 1 can only be shared */
    snnd_context *context = make_context(1);
    snnd_network *network = make_network(context, INPUTS);
    const snnd_delay_options options = delay_options(2);
    snnd_lif_options lif;
    snnd_leaky_integrator_options leaky;
    choose_variant(&lif, &leaky, variant);
    lif.tau_per_neuron = leaky.tau_per_neuron = own ? SNND_TAU_GIVEN : SNND_TAU_SHARED;
    lif.tau = leaky.tau = taus[_i / 2 % (int)(sizeof taus / sizeof taus[0])];
    snnd_layer *first = add_delays(network, 40, &options);
    for (int64_t s = 0; s < count_of(first, SNND_ARRAY_WEIGHT); s++)
        floats(first, SNND_ARRAY_WEIGHT)[s] = s / INPUTS % 2 == 0 ? 3 : -3;
    add_batch_norm(network);
    OK(context, snnd_network_add_lif(network, &lif, NULL));
    fill_uniform(floats(add_delays(network, 3, &options), SNND_ARRAY_WEIGHT), 3 * 40, 0, 1, 35);
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    steps = FRAMES;
    bed b = make_bed(context, network);
    for (int k = 0; k < FRAMES * INPUTS; k++)
        b.input[k] = _i % 2 == 0 ? 1e3f : -1e3f;
    const snnd_export_c_options fixed = c_options(SNND_C_FIXED, SNND_READOUT_SOFTMAX_SUM);
    outcome got = by_c(context, b.plan, &fixed, b.input); /* stops where arithmetic is undefined */
    for (int t = 0; t < FRAMES; t++) {
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            sum += got.scores[t * 3 + c];
            HOLDS(got.potentials[t * 3 + c] >= 0, "step %d: a potential has wrapped round to %g", t,
                  got.potentials[t * 3 + c]);
        }
        HOLDS(fabs(sum - (t + 1)) < 2e-2, "step %d: shares of %g", t, sum);
    }
    free_outcome(&got);
    free_bed(&b);
    steps = 70;
}
END_TEST

/* ---- networks as they come ---- */

START_TEST(finds_the_classes_of_other_networks) {
    enum { ROUNDS = 8 };
    int same = 0, all = 0;
    for (int round = 0; round < ROUNDS; round++) {
        snnd_context *context = make_context(1);
        snnd_network *network = (_i == 0 ? sparse : long_delays)(context);
        OK(context, snnd_network_initialize(network, (uint64_t)round));
        unsettle(network);
        bed b = make_bed(context, network);
        const snnd_export_c_options fixed = c_options(SNND_C_FIXED, SNND_READOUT_SUM);
        outcome expected = by_stream(context, b.plan, SNND_READOUT_SUM, b.input);
        outcome got = by_c(context, b.plan, &fixed, b.input);
        for (int n = 0; n < FRAMES / steps; n++)
            same += expected.class[n] == got.class[n];
        all += FRAMES / steps;
        free_outcome(&expected);
        free_outcome(&got);
        free_bed(&b);
    }
    ck_assert_msg(same >= all - 1, "%d of %d classes", same, all);
}
END_TEST

Suite *c_fixed_suite(void) {
    Suite *suite = suite_create("c fixed");
    TCase *compiled = scratch_case(suite, "compiled");
    tcase_add_loop_test(compiled, is_exact_where_numbers_are, 0, 3);
    tcase_add_loop_test(compiled, has_every_readout, SNND_READOUT_SOFTMAX_SUM, SNND_READOUTS_END);
    tcase_add_loop_test(compiled, is_exact_in_every_order_with_every_reset, 0, VARIANTS * VARIANTS);
    tcase_add_loop_test(compiled, counts_spikes_at_the_end, 0, VARIANTS);
    tcase_add_test(compiled, a_mean_of_spikes_is_a_rate);
    tcase_add_test(compiled, a_mean_is_rounded_to_the_nearest);
    tcase_add_loop_test(compiled, an_output_is_not_lost_beside_a_larger_one, 0, 5);
    tcase_add_test(compiled, a_hidden_neuron_is_not_lost_beside_a_larger_one);
    tcase_add_loop_test(compiled, membranes_that_last_long_forget_as_they_should, 0, 5);
    tcase_add_loop_test(compiled, sums_of_all_synapses_fit, 257, 260);
    tcase_add_test(compiled, time_constants_of_their_own_are_exact_where_numbers_are);
    tcase_add_loop_test(compiled, neurons_forget_each_by_its_own_time_constant, 0, 2);
    tcase_add_loop_test(compiled, nothing_overflows, 0, 12 * 2 * VARIANTS);
    tcase_add_loop_test(compiled, finds_the_classes_of_other_networks, 0, 2);
    tcase_add_loop_test(compiled, has_the_softmax, 0, 6);
    return suite;
}
