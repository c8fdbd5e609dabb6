/* The calls of streams: states that come and go, events, and what is refused. That a stream gives the bits of a batch
 * is tested in stream_bits.c. */
#include <pthread.h>

#include "base/allocator.h"
#include "inference/bed.h"

Suite *stream_calls_suite(void);

START_TEST(events_are_frames_that_count_them) {
    bed b = make_bed(make_context(1), sparse);
    snnd_stream *by_frame = make_stream(&b, SNND_READOUT_SUM), *by_event = make_stream(&b, SNND_READOUT_SUM);
    for (int t = 0; t < STEPS; t++) {
        int32_t events[40];
        float frame[13] = {0}, one[7], other[7];
        const int64_t count = t % 3 == 0 ? 0 : (int64_t)uniform(0, 40, 19, (uint64_t)t);
        for (int64_t k = 0; k < count; k++) {
            events[k] = (int32_t)uniform(0, 13, 20, (uint64_t)(t * 40 + k));
            frame[events[k]] += 1;
        }
        PUSHES(by_frame, snnd_stream_push(by_frame, frame, one, NULL));
        PUSHES(by_event, snnd_stream_push_events(by_event, count == 0 ? NULL : events, count, other, NULL));
        assert_same_bits(one, other, sizeof one, "potentials");
    }
    ck_assert_int_eq(snnd_stream_frames(by_event), STEPS);
    snnd_stream_free(by_frame);
    snnd_stream_free(by_event);
    free_bed(&b);
}
END_TEST

/* ---- states ---- */

START_TEST(goes_on_from_copies_and_saved_states) {
    bed b = make_bed(make_context(1), shapes[_i]);
    const size_t outputs = (size_t)b.outputs;
    float *expected = malloc(STEPS * outputs * sizeof *expected), *got = malloc(outputs * sizeof *got);
    float *score = malloc(outputs * sizeof *score), *final = malloc(outputs * sizeof *final);
    snnd_stream *whole = make_stream(&b, SNND_READOUT_MAX), *copy = make_stream(&b, SNND_READOUT_MAX), *clone;
    snnd_stream *restored = make_stream(&b, SNND_READOUT_MAX);
    const size_t bytes = snnd_stream_state_size(whole);
    unsigned char *state = malloc(bytes), *again = malloc(bytes);
    stream_sample(&b, whole, 0, expected, final);
    snnd_stream_reset(whole);
    for (int cut = 0; cut < STEPS; cut += 13) {
        PUSHES(restored,
               snnd_stream_push(restored, frame_of(&b, 1, cut), NULL, NULL)); /* something to be overwritten */
        PUSHES(whole, snnd_stream_save(whole, state, bytes));
        PUSHES(restored, snnd_stream_restore(restored, state, bytes));
        PUSHES(restored, snnd_stream_save(restored, again, bytes));
        assert_same_bits(state, again, bytes, "saved states");
        PUSHES(copy, snnd_stream_copy(copy, whole));
        OK(b.context, snnd_stream_clone(whole, &clone));
        ck_assert_int_eq(snnd_stream_frames(restored), cut);
        snnd_stream *const all[] = {copy, clone, restored};
        for (int k = 0; k < COUNT(all); k++) {
            for (int t = cut; t < STEPS; t++) {
                PUSHES(all[k], snnd_stream_push(all[k], frame_of(&b, 0, t), got, score));
                assert_same_bits(got, expected + (size_t)t * outputs, outputs * sizeof *got, "potentials");
            }
            assert_same_bits(score, final, outputs * sizeof *score, "scores");
        }
        snnd_stream_free(clone);
        for (int t = cut; t < cut + 13 && t < STEPS; t++)
            PUSHES(whole, snnd_stream_push(whole, frame_of(&b, 0, t), NULL, NULL));
    }
    snnd_stream_free(whole);
    snnd_stream_free(copy);
    snnd_stream_free(restored);
    free(state);
    free(again);
    free(expected);
    free(got);
    free(score);
    free(final);
    free_bed(&b);
}
END_TEST

/* Two layers of neurons whose options are as a test says. */
static snnd_network *make_neurons(snnd_context *context, const snnd_lif_options *lif, int32_t leaky_order) {
    snnd_network *network = make_network(context, 3);
    snnd_leaky_integrator_options leaky;
    OK(context, snnd_leaky_integrator_options_init(&leaky, sizeof leaky));
    leaky.order = leaky_order;
    leaky.tau_per_neuron = lif->tau_per_neuron;
    OK(context, snnd_network_add_lif(network, lif, NULL));
    OK(context, snnd_network_add_leaky_integrator(network, &leaky, NULL));
    return network;
}

/* Neurons that are others make another network of a plan, though all of its arrays are alike in shape. */
START_TEST(takes_no_state_of_other_neurons) {
    enum { KINDS = 8 };
    snnd_context *context = make_context(1);
    snnd_network *network[KINDS];
    snnd_plan *plan[KINDS];
    snnd_stream *stream[KINDS];
    snnd_lif_options lif;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    network[0] = make_neurons(context, &lif, SNND_ORDER_PAPER);
    network[1] = make_neurons(context, &lif, SNND_ORDER_UPDATE_FIRST);
    lif.reset = SNND_RESET_SUBTRACT;
    network[2] = make_neurons(context, &lif, SNND_ORDER_PAPER);
    lif.order = SNND_ORDER_UPDATE_FIRST;
    network[3] = make_neurons(context, &lif, SNND_ORDER_PAPER);
    lif.reset = SNND_RESET_ZERO;
    network[4] = make_neurons(context, &lif, SNND_ORDER_PAPER);
    lif.tau_per_neuron = SNND_TAU_GIVEN;
    for (int k = 5; k < KINDS; k++)
        network[k] = make_neurons(context, &lif, SNND_ORDER_PAPER);
    floats(network[6]->layer[0], SNND_ARRAY_LEAK)[1] += 0.5f;
    floats(network[7]->layer[1], SNND_ARRAY_LEAK)[2] += 0.5f;
    for (int k = 0; k < KINDS; k++) {
        OK(context, snnd_plan_create(network[k], &plan[k]));
        OK(context, snnd_stream_create(plan[k], NULL, &stream[k]));
    }
    for (int from = 0; from < KINDS; from++)
        for (int to = 0; to < KINDS; to++)
            ck_assert_int_eq(snnd_stream_copy(stream[to], stream[from]), to == from ? SNND_OK : SNND_ERROR_ARGUMENT);
    for (int k = 0; k < KINDS; k++) {
        snnd_stream_free(stream[k]);
        snnd_plan_free(plan[k]);
        snnd_network_free(network[k]);
    }
    snnd_context_free(context);
}
END_TEST

START_TEST(refuses_states_that_are_not_its_own) {
    bed b = make_bed(make_context(1), sparse), other = make_bed(make_context(1), sparse);
    floats(snnd_network_layer(other.network, 0), SNND_ARRAY_WEIGHT)[0] += 1;
    snnd_plan *changed;
    OK(other.context, snnd_plan_create(other.network, &changed));
    snnd_stream *stream = make_stream(&b, SNND_READOUT_SUM), *stranger, *mean = make_stream(&b, SNND_READOUT_MEAN);
    OK(other.context, snnd_stream_create(changed, NULL, &stranger));
    const size_t bytes = snnd_stream_state_size(stream);
    unsigned char *state = malloc(bytes), *before = malloc(bytes), *after = malloc(bytes);
    for (int t = 0; t < 5; t++)
        PUSHES(stream, snnd_stream_push(stream, frame_of(&b, 0, t), NULL, NULL));
    PUSHES(stream, snnd_stream_save(stream, before, bytes));
    struct {
        size_t at, count;
        const char *words;
    } damages[] = {
        {0, 1, "not the state"},       {8, 1, "another network"},       {16, 1, "the readout of the state differs"},
        {31, 1, "more than a stream"}, {32 + 6, 2, "score of class 0"}, {bytes - 10, 2, "not finite"},
        {bytes - 10, 1, "checksum"},   {bytes - 1, 1, "checksum"}};
    for (int k = 0; k < COUNT(damages); k++) {
        memcpy(state, before, bytes);
        memset(state + damages[k].at, 0xff, damages[k].count);
        ck_assert_int_eq(snnd_stream_restore(stream, state, bytes), SNND_ERROR_FORMAT);
        ck_assert_msg(strstr(snnd_stream_last_error(stream), damages[k].words) != NULL, "%s",
                      snnd_stream_last_error(stream));
    }
    ck_assert_int_eq(snnd_stream_restore(stream, before, bytes - 1), SNND_ERROR_FORMAT);
    ck_assert_int_eq(snnd_stream_restore(stream, NULL, bytes), SNND_ERROR_ARGUMENT);
    ck_assert_str_eq(snnd_stream_last_error(stream), "snnd_stream_restore: state is NULL");
    ck_assert_int_eq(snnd_stream_save(stream, state, bytes - 1), SNND_ERROR_ARGUMENT);
    PUSHES(stream, snnd_stream_save(stream, after, bytes));
    assert_same_bits(before, after, bytes, "states before and after what was refused");
    ck_assert_int_eq(snnd_stream_copy(stranger, stream), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_nonnull(strstr(snnd_stream_last_error(stranger), "different networks"));
    ck_assert_int_eq(snnd_stream_copy(mean, stream), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_stream_restore(mean, before, bytes), SNND_ERROR_FORMAT);
    snnd_stream_free(stream);
    snnd_stream_free(stranger);
    snnd_stream_free(mean);
    snnd_plan_free(changed);
    free(state);
    free(before);
    free(after);
    free_bed(&b);
    free_bed(&other);
}
END_TEST

/* ---- memory and threads ---- */

static snnd_status make_both(snnd_context *context, void *argument) {
    (void)context;
    snnd_plan *plan;
    snnd_stream *stream, *clone;
    snnd_status status = snnd_plan_create(argument, &plan);
    if (status != SNND_OK)
        return status;
    status = snnd_stream_create(plan, NULL, &stream);
    if (status == SNND_OK) {
        status = snnd_stream_clone(stream, &clone);
        if (status == SNND_OK)
            snnd_stream_free(clone);
        snnd_stream_free(stream);
    }
    snnd_plan_free(plan);
    return status;
}

START_TEST(takes_no_memory_for_frames_and_survives_without) {
    allocator memory = {0};
    snnd_context *context;
    ck_assert_int_eq(allocator_context(&memory, 1, &context), SNND_OK);
    bed b = make_bed(context, deep);
    allocator_starve(context, &memory, make_both, b.network);
    snnd_stream *stream = make_stream(&b, SNND_READOUT_SOFTMAX_SUM);
    const int64_t calls = memory.calls;
    for (int t = 0; t < STEPS; t++)
        PUSHES(stream, snnd_stream_push(stream, frame_of(&b, 0, t), NULL, NULL));
    ck_assert_int_eq(memory.calls, calls);
    snnd_stream_free(stream);
    free_bed(&b);
    ck_assert_int_eq(memory.out, 0);
}
END_TEST

START_TEST(lives_where_the_host_puts_it) {
    bed b = make_bed(make_context(1), sparse);
    const size_t bytes = snnd_stream_size(b.plan);
    char *memory = aligned_alloc(64, (bytes + 127) / 64 * 64), fence[64];
    memset(memory, 0x5a, bytes + 64);
    memset(fence, 0x5a, sizeof fence);
    snnd_stream *placed, *made = make_stream(&b, SNND_READOUT_SOFTMAX_SUM);
    float one[7], other[7];
    ck_assert_int_eq(snnd_stream_place(b.plan, NULL, memory, bytes - 1, &placed), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_stream_place(b.plan, NULL, memory + 4, bytes, &placed), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_stream_place(b.plan, NULL, memory, bytes, &placed), SNND_OK);
    for (int t = 0; t < STEPS; t++) {
        PUSHES(placed, snnd_stream_push(placed, frame_of(&b, 0, t), NULL, one));
        PUSHES(made, snnd_stream_push(made, frame_of(&b, 0, t), NULL, other));
        assert_same_bits(one, other, sizeof one, "scores");
    }
    assert_same_bits(memory + bytes, fence, sizeof fence, "the bytes behind the stream");
    snnd_stream_free(placed);
    snnd_stream_free(made);
    free(memory);
    free_bed(&b);
}
END_TEST

typedef struct listener {
    pthread_t thread;
    const bed *bed;
    snnd_stream *stream;
    int sample;
    float potentials[STEPS][7], scores[7];
} listener;

static void *listen(void *argument) {
    listener *self = argument;
    for (int round = 0; round < 20; round++) {
        snnd_stream_reset(self->stream);
        stream_sample(self->bed, self->stream, self->sample, self->potentials[0], self->scores);
    }
    return NULL;
}

START_TEST(many_threads_share_a_plan) {
    enum { THREADS = 6 };
    bed b = make_bed(make_context(1), sparse);
    static listener all[THREADS], alone[SAMPLES];
    for (int k = 0; k < SAMPLES; k++) {
        alone[k] = (listener){.bed = &b, .stream = make_stream(&b, SNND_READOUT_SOFTMAX_SUM), .sample = k};
        listen(&alone[k]);
    }
    for (int k = 0; k < THREADS; k++) {
        all[k] = (listener){.bed = &b, .stream = make_stream(&b, SNND_READOUT_SOFTMAX_SUM), .sample = k % SAMPLES};
        ck_assert_int_eq(pthread_create(&all[k].thread, NULL, listen, &all[k]), 0);
    }
    for (int k = 0; k < THREADS; k++) {
        pthread_join(all[k].thread, NULL);
        assert_same_bits(all[k].potentials, alone[k % SAMPLES].potentials, sizeof all[k].potentials, "potentials");
        snnd_stream_free(all[k].stream);
    }
    for (int k = 0; k < SAMPLES; k++)
        snnd_stream_free(alone[k].stream);
    free_bed(&b);
}
END_TEST

START_TEST(outlives_its_network) {
    bed b = make_bed(make_context(1), sparse);
    float first[7], second[7];
    snnd_stream *stream = make_stream(&b, SNND_READOUT_SUM);
    for (int t = 0; t < STEPS; t++)
        PUSHES(stream, snnd_stream_push(stream, frame_of(&b, 0, t), NULL, first));
    OK(b.context, snnd_network_initialize(b.network, 99));
    snnd_network_free(b.network);
    b.network = NULL;
    snnd_stream_reset(stream);
    for (int t = 0; t < STEPS; t++)
        PUSHES(stream, snnd_stream_push(stream, frame_of(&b, 0, t), NULL, second));
    assert_same_bits(first, second, sizeof first, "scores");
    snnd_stream_free(stream);
    free_bed(&b);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(bad_input_changes_nothing) {
    bed b = make_bed(make_context(1), sparse);
    snnd_stream *stream = make_stream(&b, SNND_READOUT_SUM);
    float frame[13] = {0};
    frame[12] = NAN;
    ck_assert_int_eq(snnd_stream_push(stream, frame, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_str_eq(snnd_stream_last_error(stream), "channel 12 of frame 0 is nan; expected a finite number");
    ck_assert_int_eq(snnd_stream_push(stream, NULL, NULL, NULL), SNND_ERROR_ARGUMENT);
    const int32_t events[] = {0, 13};
    ck_assert_int_eq(snnd_stream_push_events(stream, events, 2, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_str_eq(snnd_stream_last_error(stream), "event 1 of frame 0 is in channel 13; expected 0 to 12");
    ck_assert_int_eq(snnd_stream_push_events(stream, NULL, 2, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_stream_push_events(stream, events, -1, NULL, NULL), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_stream_push(NULL, frame, NULL, NULL), SNND_ERROR_ARGUMENT);
    float one_place[64];
    frame[12] = 0;
    ck_assert_int_eq(snnd_stream_push(stream, frame, one_place, one_place), SNND_ERROR_ARGUMENT);
    ck_assert_str_eq(snnd_stream_last_error(stream),
                     "potentials and scores would be written to the same place; expected two different places");
    ck_assert_int_eq(snnd_stream_frames(stream), 0);
    snnd_stream_free(stream);
    free_bed(&b);
}
END_TEST

START_TEST(overflow_is_told) {
    bed b = make_bed(make_context(1), no_delays);
    snnd_stream *stream;
    snnd_network *linear = make_network(b.context, 2);
    const snnd_delay_options options = delay_options(0);
    snnd_layer *layer = add_delays(linear, 1, &options);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = floats(layer, SNND_ARRAY_WEIGHT)[1] = 3;
    snnd_plan *plan;
    OK(b.context, snnd_plan_create(linear, &plan));
    OK(b.context, snnd_stream_create(plan, NULL, &stream));
    const float frame[2] = {2e38f, 2e38f};
    ck_assert_int_eq(snnd_stream_push(stream, frame, NULL, NULL), SNND_ERROR_NUMERIC);
    ck_assert_ptr_nonnull(strstr(snnd_stream_last_error(stream), "output 0 is inf after frame 0"));
    snnd_stream_free(stream);
    snnd_plan_free(plan);
    snnd_network_free(linear);
    free_bed(&b);
}
END_TEST

START_TEST(hidden_overflow_is_told_and_not_saved) {
    bed b = make_bed(make_context(1), no_delays);
    snnd_stream *stream = make_stream(&b, SNND_READOUT_SUM);
    float frame[9];
    for (int i = 0; i < 9; i++)
        frame[i] = 3e38f;
    snnd_status status = SNND_OK;
    for (int t = 0; t < 5 && status == SNND_OK; t++)
        status = snnd_stream_push(stream, frame, NULL, NULL);
    ck_assert_int_eq(status, SNND_ERROR_NUMERIC);
    ck_assert_ptr_nonnull(strstr(snnd_stream_last_error(stream), "neurons of layer 2 overflow after frame "));
    const size_t bytes = snnd_stream_state_size(stream);
    void *state = malloc(bytes);
    ck_assert_int_eq(snnd_stream_save(stream, state, bytes), SNND_ERROR_NUMERIC);
    PUSHES(stream, snnd_stream_reset(stream));
    PUSHES(stream, snnd_stream_push(stream, frame_of(&b, 0, 0), NULL, NULL));
    PUSHES(stream, snnd_stream_save(stream, state, bytes));
    free(state);
    snnd_stream_free(stream);
    free_bed(&b);
}
END_TEST

START_TEST(plans_and_options_are_checked) {
    bed b = make_bed(make_context(1), sparse);
    snnd_network *empty = make_network(b.context, 3);
    snnd_plan *plan;
    snnd_stream *stream;
    snnd_stream_options options;
    FAILS(b.context, SNND_ERROR_STATE, "no layers", snnd_plan_create(empty, &plan));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "plan is NULL", snnd_plan_create(b.network, NULL));
    ck_assert_int_eq(snnd_plan_create(NULL, &plan), SNND_ERROR_ARGUMENT);
    floats(snnd_network_layer(b.network, 4), SNND_ARRAY_POSITION)[3] = NAN;
    FAILS(b.context, SNND_ERROR_NUMERIC, "position 3 of layer 4", snnd_plan_create(b.network, &plan));
    snnd_stream_options_init(&options, sizeof options);
    options.readout = 6;
    FAILS(b.context, SNND_ERROR_ARGUMENT, "readout is 6", snnd_stream_create(b.plan, &options, &stream));
    FAILS(b.context, SNND_ERROR_ARGUMENT, "stream is NULL", snnd_stream_create(b.plan, NULL, NULL));
    ck_assert_int_eq(snnd_stream_create(NULL, NULL, &stream), SNND_ERROR_ARGUMENT);
    ck_assert_uint_eq(snnd_stream_size(NULL), 0);
    ck_assert_uint_eq(snnd_stream_state_size(NULL), 0);
    ck_assert_int_eq(snnd_stream_reset(NULL), SNND_ERROR_ARGUMENT);
    ck_assert_str_eq(snnd_stream_last_error(NULL), "");
    snnd_plan_free(NULL);
    snnd_stream_free(NULL);
    snnd_network_free(empty);
    free_bed(&b);
}
END_TEST

START_TEST(counts_what_carries_something) {
    bed b = make_bed(make_context(1), sparse);
    int64_t carrying = 0;
    for (int32_t i = 0; i < 5; i += 4)
        for (int64_t s = 0; s < count_of(snnd_network_layer(b.network, i), SNND_ARRAY_WEIGHT); s++)
            carrying += floats(snnd_network_layer(b.network, i), SNND_ARRAY_WEIGHT)[s] != 0;
    ck_assert_int_eq(snnd_plan_synapses(b.plan), carrying);
    ck_assert_int_gt(carrying, 50);
    ck_assert_int_eq(snnd_plan_synapses(NULL) + snnd_plan_inputs(NULL) + snnd_plan_outputs(NULL), 0);
    free_bed(&b);
}
END_TEST

Suite *stream_calls_suite(void) {
    Suite *suite = suite_create("stream_calls");
    TCase *events = tcase_create("events"), *states = tcase_create("states"), *bounds = tcase_create("bounds");
    tcase_add_test(events, events_are_frames_that_count_them);
    tcase_add_loop_test(states, goes_on_from_copies_and_saved_states, 0, COUNT(shapes));
    tcase_add_test(states, takes_no_state_of_other_neurons);
    tcase_add_test(states, refuses_states_that_are_not_its_own);
    tcase_add_test(states, takes_no_memory_for_frames_and_survives_without);
    tcase_add_test(states, lives_where_the_host_puts_it);
    tcase_add_test(states, many_threads_share_a_plan);
    tcase_add_test(states, outlives_its_network);
    tcase_add_test(bounds, bad_input_changes_nothing);
    tcase_add_test(bounds, overflow_is_told);
    tcase_add_test(bounds, hidden_overflow_is_told_and_not_saved);
    tcase_add_test(bounds, plans_and_options_are_checked);
    tcase_add_test(bounds, counts_what_carries_something);
    suite_add_tcase(suite, events);
    suite_add_tcase(suite, states);
    suite_add_tcase(suite, bounds);
    return suite;
}
