/* Exported C in float32, compiled, beside the stream. */
#include "export/compiled.h"
#include "kernel/readout.h"

Suite *c_float_suite(void);

static void compare(snnd_network *(*shape)(snnd_context *), int32_t readout) {
    snnd_context *context = make_context(1);
    snnd_network *network = shape(context);
    unsettle(network);
    snnd_plan *plan;
    OK(context, snnd_plan_create(network, &plan));
    float *input = make_input(FRAMES / steps, steps, snnd_plan_inputs(plan));
    const snnd_export_c_options options = c_options(SNND_C_FLOAT32, readout);
    outcome expected = by_stream(context, plan, readout, input), got = by_c(context, plan, &options, input);
    assert_close(&expected, &got, 1e-5);
    ck_assert_int_le(got.report.synapses, snnd_plan_synapses(plan));
    free_outcome(&expected);
    free_outcome(&got);
    free(input);
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
}

START_TEST(is_the_stream_but_for_rounding) {
    compare(shapes[_i], SNND_READOUT_SOFTMAX_SUM);
}
END_TEST

/* More inputs than outputs, so that future currents are kept of real inputs. */
static snnd_network *wide(snnd_context *context) {
    return make_spiking(context, 60, 20, 5, 16, 0.1);
}

/* Norms that stand alone, in a row, in front of neurons, at the end; delays right behind delays. */
static snnd_network *norms(snnd_context *context) {
    snnd_network *network = make_network(context, 6);
    const snnd_delay_options options = delay_options(4);
    add_batch_norm(network);
    add_delays(network, 9, &options);
    add_delays(network, 12, &options);
    add_batch_norm(network);
    add_batch_norm(network);
    add_lif(network);
    add_batch_norm(network);
    add_lif(network);
    add_leaky_integrator(network);
    add_delays(network, 5, &options);
    add_leaky_integrator(network);
    add_batch_norm(network);
    return network;
}

static snnd_network *one_norm(snnd_context *context) {
    snnd_network *network = make_network(context, 6);
    add_batch_norm(network);
    return network;
}

START_TEST(has_odd_chains) {
    static snnd_network *(*const odd_shapes[])(snnd_context *) = {wide, norms, one_norm};
    compare(odd_shapes[_i], SNND_READOUT_SUM);
}
END_TEST

START_TEST(has_every_readout) {
    compare(sparse, _i);
}
END_TEST

START_TEST(has_the_softmax) {
    static const double ranges[] = {1, 24, 300};
    compare_softmax(SNND_C_FLOAT32, ranges[_i], 5e-7);
}
END_TEST

Suite *c_float_suite(void) {
    Suite *suite = suite_create("c float");
    TCase *compiled = scratch_case(suite, "compiled");
    tcase_add_loop_test(compiled, is_the_stream_but_for_rounding, 0, COUNT(shapes));
    tcase_add_loop_test(compiled, has_odd_chains, 0, 3);
    tcase_add_loop_test(compiled, has_every_readout, SNND_READOUT_SOFTMAX_SUM, SNND_READOUTS_END);
    tcase_add_loop_test(compiled, has_the_softmax, 0, 3);
    return suite;
}
