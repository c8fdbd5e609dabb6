/* Streams as large as they may be, and one step beyond it. */
#include "base/allocator.h"
#include "inference/stream.h"
#include "model/small.h"

Suite *sizes_suite(void);

enum { MEGABYTE = 1 << 20 };

/* A chain of layers of delays from so many inputs to one neuron, and of more layers of one neuron behind it. */
static snnd_network *make_chain(snnd_context *context, int32_t inputs, int32_t max_delay, int more) {
    const snnd_delay_options options = delay_options(max_delay);
    snnd_network *network = make_network(context, inputs);
    for (int k = 0; k <= more; k++)
        add_delays(network, 1, &options);
    return network;
}

static double rounded(double bytes) {
    return ceil(bytes / 64) * 64;
}

/* What a stream of make_chain() takes, which is more than size_t can tell on some machines. */
static double bytes_of_stream(double inputs, double max_delay, double more) {
    const double cells = 2 * (max_delay + 1) * (inputs + more) + (1 + more) * SNND_FRAME_MARGIN;
    return rounded(sizeof(snnd_stream)) + rounded(cells * sizeof(float)) + rounded((inputs + more) * sizeof(int32_t)) +
           2 * rounded(8 * sizeof(double)) + 2 * rounded(inputs * sizeof(float));
}

/* The most inputs whose stream has an address for each of its bytes, up to those that a network may have. */
static int32_t most_inputs(double max_delay, double more) {
    int32_t most = 1 << 20;
    while (bytes_of_stream(most, max_delay, more) > (double)PTRDIFF_MAX)
        most--;
    return most;
}

static void check_stream(snnd_context *context, allocator *memory, int32_t inputs, int32_t max_delay, int more) {
    const double bytes = bytes_of_stream(inputs, max_delay, more);
    snnd_network *network = make_chain(context, inputs, max_delay, more);
    snnd_plan *plan = NULL;
    snnd_stream *stream = NULL;
    if (bytes > (double)PTRDIFF_MAX) {
        FAILS(context, SNND_ERROR_MEMORY, "or a stream on it", snnd_plan_create(network, &plan));
        ck_assert_ptr_null(plan);
    } else {
        OK(context, snnd_plan_create(network, &plan));
        ck_assert_double_eq((double)snnd_stream_size(plan), bytes);
        memory->largest = 16 * MEGABYTE;
        FAILS(context, SNND_ERROR_MEMORY, "cannot allocate a stream: there is not enough memory",
              snnd_stream_create(plan, NULL, &stream));
        memory->largest = 0;
        void *small = aligned_alloc(64, 64);
        ck_assert_int_eq(snnd_stream_place(plan, NULL, small, 64, &stream), SNND_ERROR_ARGUMENT);
        ck_assert_int_eq(snnd_stream_place(plan, NULL, small, snnd_stream_size(plan) - 1, &stream),
                         SNND_ERROR_ARGUMENT);
        free(small);
        ck_assert_ptr_null(stream);
    }
    snnd_plan_free(plan);
    snnd_network_free(network);
}

START_TEST(streams_end_where_addresses_do) {
    allocator memory;
    snnd_context *context = allocator_limited(&memory, 0, 1);
    const int32_t most = most_inputs(1022, _i);
    /* A little more than 2^32 bytes, and twice as many. */
    check_stream(context, &memory, 524802, 1022, _i);
    check_stream(context, &memory, 1 << 20, 1022, _i);
    if (most < 1 << 20)
        check_stream(context, &memory, most + 1, 1022, _i);
    check_stream(context, &memory, most, 1022, _i);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

/* Each layer of the chain is small enough, and only the sum is not. */
START_TEST(layers_add_up) {
    enum { INPUTS = 150000 };
    allocator memory;
    snnd_context *context = allocator_limited(&memory, 0, 1);
    const snnd_delay_options wide = delay_options(1022), narrow = delay_options(0);
    snnd_network *network = make_network(context, INPUTS);
    add_delays(network, 1, &wide);
    add_delays(network, INPUTS, &narrow);
    add_delays(network, 1, &wide);
    snnd_plan *plan = NULL;
    if (PTRDIFF_MAX == INT32_MAX) {
        FAILS(context, SNND_ERROR_MEMORY, "or a stream on it", snnd_plan_create(network, &plan));
    } else {
        OK(context, snnd_plan_create(network, &plan));
        ck_assert_double_gt((double)snnd_stream_size(plan), 2.0 * INPUTS * 2 * 1023 * 4);
    }
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(saved_states_have_the_size_they_say) {
    snnd_context *context = make_context(1);
    snnd_network *network = make_chain(context, 1000, 1022, 1);
    snnd_plan *plan;
    snnd_stream *stream;
    OK(context, snnd_plan_create(network, &plan));
    OK(context, snnd_stream_create(plan, NULL, &stream));
    ck_assert_uint_eq(snnd_stream_state_size(stream), 4 * 8 + 8 + (1001 * 1023) * 4 + 8);
    ck_assert_uint_lt(snnd_stream_state_size(stream), snnd_stream_size(plan));
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* Streams keep a past of each input where axons have the delays, of each dendrite where those have. */
START_TEST(streams_keep_a_line_for_each_delay_that_synapses_share) {
    enum { INPUTS = 30, OUTPUTS = 7, EACH = 2, TAPS = 11 };
    static const int32_t lines[] = {INPUTS, INPUTS, OUTPUTS * EACH};
    snnd_context *context = make_context(1);
    snnd_delay_options options = delay_options(TAPS - 1);
    options.synapses_per_pair = EACH;
    options.sharing = _i + SNND_SHARING_NONE;
    snnd_network *network = make_network(context, INPUTS);
    add_delays(network, OUTPUTS, &options);
    snnd_plan *plan;
    snnd_stream *stream;
    OK(context, snnd_plan_create(network, &plan));
    OK(context, snnd_stream_create(plan, NULL, &stream));
    ck_assert_int_eq(snnd_plan_synapses(plan), INPUTS * OUTPUTS * EACH);
    ck_assert_uint_eq(snnd_stream_state_size(stream), 4 * 8 + OUTPUTS * 8 + (size_t)lines[_i] * TAPS * 4 + 8);
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(network);
    snnd_context_free(context);
}
END_TEST

/* ---- copies ---- */

/* Another network, larger, smaller, or of the same numbers of state in another order. */
static snnd_network *make_other(snnd_context *context, int which) {
    static const struct {
        int32_t inputs, max_delay;
        int more;
    } others[] = {{300, 8, 0}, {3, 2, 0}, {5, 8, 1}, {9, 4, 0}};
    return make_chain(context, others[which].inputs, others[which].max_delay, others[which].more);
}

/* Fingerprints of 64 bits can be made to agree. */
START_TEST(a_copy_trusts_no_fingerprint) {
    snnd_context *context = make_context(1);
    snnd_network *networks[2] = {make_chain(context, 5, 8, 0), make_other(context, _i)};
    snnd_plan *plans[2];
    snnd_stream *streams[2];
    for (int k = 0; k < 2; k++) {
        OK(context, snnd_plan_create(networks[k], &plans[k]));
        OK(context, snnd_stream_create(plans[k], NULL, &streams[k]));
    }
    plans[1]->fingerprint = plans[0]->fingerprint;
    for (int k = 0; k < 2; k++) {
        ck_assert_int_eq(snnd_stream_copy(streams[k], streams[1 - k]), SNND_ERROR_ARGUMENT);
        ck_assert_str_eq(snnd_stream_last_error(streams[k]), "snnd_stream_copy: the streams are of different networks");
    }
    for (int k = 0; k < 2; k++) {
        snnd_stream_free(streams[k]);
        snnd_plan_free(plans[k]);
        snnd_network_free(networks[k]);
    }
    snnd_context_free(context);
}
END_TEST

Suite *sizes_suite(void) {
    Suite *suite = suite_create("sizes");
    TCase *made = tcase_create("streams"), *copied = tcase_create("copies");
    tcase_set_timeout(made, 60);
    tcase_add_loop_test(made, streams_end_where_addresses_do, 0, 2);
    tcase_add_test(made, layers_add_up);
    tcase_add_test(made, saved_states_have_the_size_they_say);
    tcase_add_loop_test(made, streams_keep_a_line_for_each_delay_that_synapses_share, 0, 3);
    tcase_add_loop_test(copied, a_copy_trusts_no_fingerprint, 0, 4);
    suite_add_tcase(suite, made);
    suite_add_tcase(suite, copied);
    return suite;
}
