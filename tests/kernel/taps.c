/* The hot kernels, in every instruction set of this machine, against plain loops in double precision. */
#include "kernel/taps.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "kernel/activity.h"
#include "kernel/dispatch.h"
#include "support.h"

Suite *taps_suite(void);

enum { L = SNND_LANES, MOST_STEPS = 80, MOST_TAPS = 25, SOURCES = 5, SYNAPSES = 12 };

static const int32_t all_steps[] = {1, 7, 8, 15, 16, 17, 32, 80};
static const int32_t all_taps[] = {1, 2, 5, 8, 9, 16, 25};

enum { STEPS = sizeof all_steps / sizeof all_steps[0], TAPS = sizeof all_taps / sizeof all_taps[0] };

/* ---- what is tried ---- */

/* Between -1 and 1. */
static float noise(uint64_t stream, uint64_t index) {
    return (float)(2 * snnd_random_uniform(1, stream, index) - 1);
}

static int32_t below(uint64_t stream, uint64_t index, int32_t bound) {
    return (int32_t)(snnd_random_uniform(2, stream, index) * bound);
}

/* Rows of 16 lanes with `front` and `back` zero rows round each neuron, aligned as the library's are. */
static snnd_activity make_activity(int32_t neurons, int32_t steps, int32_t front, int32_t back, uint64_t stream) {
    snnd_activity made = {.neurons = neurons, .steps = steps, .front = front, .back = back};
    const size_t floats = (size_t)neurons * snnd_activity_stride(&made);
    made.data = aligned_alloc(64, floats * sizeof(float));
    ck_assert_ptr_nonnull(made.data);
    memset(made.data, 0, floats * sizeof(float));
    for (int32_t n = 0; n < neurons; n++)
        for (int32_t k = 0; k < steps * L; k++)
            snnd_activity_row(&made, 0, n)[k] = noise(stream, (uint64_t)(n * MOST_STEPS * L + k));
    return made;
}

typedef struct table {
    snnd_taps taps;
    int32_t first[SYNAPSES], count[SYNAPSES];
    float value[SYNAPSES * MOST_TAPS];
} table;

/* Runs of 0 to K taps anywhere; what lies between the end of a run and the width is not to be read. */
static void fill_table(table *made, int32_t taps) {
    made->taps = (snnd_taps){.first = made->first, .count = made->count, .value = made->value, .width = taps};
    for (int32_t s = 0; s < SYNAPSES; s++) {
        made->count[s] = s == 0 ? taps : below(7, (uint64_t)(s * 100 + taps), taps + 1);
        made->first[s] = below(8, (uint64_t)(s * 100 + taps), taps - made->count[s] + 1);
        for (int32_t n = 0; n < taps; n++)
            made->value[s * taps + n] = n < made->count[s] ? noise(9, (uint64_t)(s * MOST_TAPS + n)) : NAN;
    }
}

/* The list of all synapses, not in order, each from some neuron. */
static void fill_list(int32_t *neuron, int32_t *synapse) {
    for (int32_t i = 0; i < SYNAPSES; i++) {
        synapse[i] = i * 5 % SYNAPSES;
        neuron[i] = i * 7 % SOURCES;
    }
}

static const snnd_hot_kernels *kernels_of(int32_t isa) {
    const snnd_hot_kernels *kernels = NULL;
    ck_assert_int_eq(snnd_kernels_choose(isa, &kernels), SNND_OK);
    ck_assert_int_eq(kernels->isa, isa);
    return kernels;
}

/* ---- choosing ---- */

START_TEST(the_automatic_choice_is_the_best_there_is) {
    const snnd_hot_kernels *automatic = NULL, *asked = NULL;
    ck_assert_int_eq(snnd_kernels_choose(SNND_ISA_AUTO, &automatic), SNND_OK);
    for (int32_t isa = SNND_ISA_AVX512; isa >= SNND_ISA_PLAIN; isa--)
        if (snnd_kernels_choose(isa, &asked) == SNND_OK)
            break;
    ck_assert_ptr_eq(automatic, asked);
}
END_TEST

START_TEST(an_unknown_instruction_set_is_refused) {
    const snnd_hot_kernels *kernels = NULL;
    ck_assert_int_eq(snnd_kernels_choose(-1, &kernels), SNND_ERROR_ARGUMENT);
    ck_assert_int_eq(snnd_kernels_choose(SNND_ISA_AVX512 + 1, &kernels), SNND_ERROR_ARGUMENT);
    ck_assert_ptr_null(kernels);
}
END_TEST

/* ---- gather ---- */

/* sum_s sum_n value[s][n] source_s[t + offset + direction (first[s] + n)], and the sum of the terms' sizes. */
static double naive_gather(const snnd_gather *job, int32_t t, int lane, double *size) {
    double sum = 0;
    *size = 0;
    for (int64_t i = 0; i < job->synapses; i++) {
        const int32_t s = job->synapse[i];
        for (int32_t n = 0; n < job->taps->count[s]; n++) {
            const int32_t row = t + job->offset + job->direction * (job->taps->first[s] + n);
            const double term = (double)job->taps->value[s * job->taps->width + n] *
                                (double)job->source[(ptrdiff_t)((size_t)job->neuron[i] * job->stride) + row * L + lane];
            sum += term;
            *size += fabs(term);
        }
    }
    return sum;
}

static void gather_agrees(int32_t isa, int32_t direction, int32_t steps, int32_t taps, int64_t synapses) {
    const int32_t past = direction > 0 ? taps - 1 : 0, future = direction > 0 ? 0 : taps - 1;
    snnd_activity source = make_activity(SOURCES, steps, past, future, 3);
    snnd_activity target = make_activity(1, steps, 2, 2, 4);
    static table held;
    fill_table(&held, taps);
    int32_t neuron[SYNAPSES], synapse[SYNAPSES];
    fill_list(neuron, synapse);
    const snnd_gather job = {.target = snnd_activity_row(&target, 0, 0),
                             .source = snnd_activity_row(&source, 0, 0),
                             .stride = snnd_activity_stride(&source),
                             .steps = steps,
                             .offset = -direction * (taps - 1),
                             .direction = direction,
                             .synapses = synapses,
                             .neuron = neuron,
                             .synapse = synapse,
                             .taps = &held.taps};
    kernels_of(isa)->gather(&job);
    for (int32_t t = 0; t < steps; t++)
        for (int lane = 0; lane < L; lane++) {
            double size;
            const double expected = naive_gather(&job, t, lane, &size);
            ck_assert_msg(fabs((double)job.target[t * L + lane] - expected) <= 1e-5 * size,
                          "%d steps, %d taps, direction %d: step %d, lane %d is %.9g; expected %.9g", steps, taps,
                          direction, t, lane, (double)job.target[t * L + lane], expected);
        }
    for (int32_t k = 0; k < 2 * L; k++) { /* nothing is written before and after */
        ck_assert_float_eq(target.data[k], 0);
        ck_assert_float_eq(job.target[steps * L + k], 0);
    }
    free(source.data);
    free(target.data);
}

START_TEST(delayed_sums_are_those_of_the_plain_loops) {
    for (int s = 0; s < STEPS; s++)
        for (int k = 0; k < TAPS; k++)
            gather_agrees(_i, 1, all_steps[s], all_taps[k], SYNAPSES);
}
END_TEST

START_TEST(sums_back_in_time_are_those_of_the_plain_loops) {
    for (int s = 0; s < STEPS; s++)
        for (int k = 0; k < TAPS; k++)
            gather_agrees(_i, -1, all_steps[s], all_taps[k], SYNAPSES);
}
END_TEST

START_TEST(a_neuron_without_synapses_gets_zeros) {
    for (int s = 0; s < STEPS; s++)
        gather_agrees(_i, 1, all_steps[s], 5, 0);
}
END_TEST

START_TEST(a_delay_shifts_by_whole_rows) {
    enum { K = 7, T = 19 };
    snnd_activity source = make_activity(1, T, K - 1, 0, 5), target = make_activity(1, T, 0, 0, 6);
    const float one = 1;
    const int32_t zero = 0, single = 1;
    for (int32_t delay = 0; delay < K; delay++) {
        int32_t first = K - 1 - delay, count = single;
        float value = one;
        const snnd_taps taps = {.first = &first, .count = &count, .value = &value, .width = 1};
        const snnd_gather job = {.target = target.data,
                                 .source = snnd_activity_row(&source, 0, 0),
                                 .stride = snnd_activity_stride(&source),
                                 .steps = T,
                                 .offset = -(K - 1),
                                 .direction = 1,
                                 .synapses = 1,
                                 .neuron = &zero,
                                 .synapse = &zero,
                                 .taps = &taps};
        kernels_of(_i)->gather(&job);
        for (int32_t t = 0; t < T; t++)
            for (int lane = 0; lane < L; lane++)
                ck_assert_float_eq(target.data[t * L + lane], t < delay ? 0 : job.source[(t - delay) * L + lane]);
    }
    free(source.data);
    free(target.data);
}
END_TEST

/* Gathers into `target` from one activity through the table, forwards. */
static void gather_forward(int32_t isa, const snnd_activity *source, int32_t steps, const table *held, float *target) {
    int32_t neuron[SYNAPSES], synapse[SYNAPSES];
    fill_list(neuron, synapse);
    const snnd_gather job = {.target = target,
                             .source = snnd_activity_row(source, 0, 0),
                             .stride = snnd_activity_stride(source),
                             .steps = steps,
                             .offset = -source->front,
                             .direction = 1,
                             .synapses = SYNAPSES,
                             .neuron = neuron,
                             .synapse = synapse,
                             .taps = &held->taps};
    kernels_of(isa)->gather(&job);
}

START_TEST(a_step_has_the_same_bits_in_a_recording_of_any_length) {
    static table held;
    fill_table(&held, 9);
    snnd_activity source = make_activity(SOURCES, MOST_STEPS, 8, 0, 3), target = make_activity(1, MOST_STEPS, 0, 0, 4);
    float *whole = aligned_alloc(64, MOST_STEPS * L * sizeof(float));
    ck_assert_ptr_nonnull(whole);
    gather_forward(_i, &source, MOST_STEPS, &held, whole);
    for (int32_t steps = 1; steps < MOST_STEPS; steps++) {
        gather_forward(_i, &source, steps, &held, target.data);
        ck_assert_mem_eq(target.data, whole, (size_t)steps * L * sizeof(float));
    }
    free(whole);
    free(source.data);
    free(target.data);
}
END_TEST

START_TEST(a_sample_has_the_same_bits_in_any_lane) {
    static table held;
    fill_table(&held, 9);
    const int32_t steps = 33;
    snnd_activity source = make_activity(SOURCES, steps, 8, 0, 3), target = make_activity(1, steps, 0, 0, 4);
    for (int32_t n = 0; n < SOURCES; n++) /* the same sample everywhere */
        for (int32_t k = 0; k < steps * L; k++)
            snnd_activity_row(&source, 0, n)[k] = snnd_activity_row(&source, 0, n)[k / L * L];
    gather_forward(_i, &source, steps, &held, target.data);
    for (int32_t k = 0; k < steps * L; k++)
        ck_assert_float_eq(target.data[k], target.data[k / L * L]);
    free(source.data);
    free(target.data);
}
END_TEST

/* <gather(x), g> = <x, gather back(g)>: the way back is the transpose of the way there. */
START_TEST(the_two_directions_are_each_others_transpose) {
    for (int s = 0; s < STEPS; s++) {
        enum { K = 6 };
        static table held;
        fill_table(&held, K);
        const int32_t steps = all_steps[s], zero = 0, synapse = 0;
        snnd_activity x = make_activity(1, steps, K - 1, 0, 10), y = make_activity(1, steps, 0, 0, 11);
        snnd_activity g = make_activity(1, steps, 0, K - 1, 12), d = make_activity(1, steps, 0, 0, 13);
        snnd_gather job = {.target = y.data,
                           .source = snnd_activity_row(&x, 0, 0),
                           .stride = snnd_activity_stride(&x),
                           .steps = steps,
                           .offset = -(K - 1),
                           .direction = 1,
                           .synapses = 1,
                           .neuron = &zero,
                           .synapse = &synapse,
                           .taps = &held.taps};
        kernels_of(_i)->gather(&job);
        job.target = d.data;
        job.source = snnd_activity_row(&g, 0, 0);
        job.stride = snnd_activity_stride(&g);
        job.offset = K - 1;
        job.direction = -1;
        kernels_of(_i)->gather(&job);
        double there = 0, back = 0, size = 0;
        for (int32_t k = 0; k < steps * L; k++) {
            there += (double)y.data[k] * (double)snnd_activity_row(&g, 0, 0)[k];
            back += (double)snnd_activity_row(&x, 0, 0)[k] * (double)d.data[k];
            size += fabs((double)y.data[k] * (double)snnd_activity_row(&g, 0, 0)[k]);
        }
        ck_assert_double_eq_tol(there, back, 1e-6 * size);
        ck_assert_double_gt(size, 0);
        free(x.data);
        free(y.data);
        free(g.data);
        free(d.data);
    }
}
END_TEST

/* ---- correlate ---- */

static void correlation_agrees(int32_t isa, int32_t steps, int32_t taps, int32_t group) {
    enum { NEURONS = 4 };
    const int32_t synapses = NEURONS * group, width = taps + 1;
    snnd_activity source = make_activity(NEURONS, steps, taps - 1, 0, 14), gradient = make_activity(1, steps, 0, 0, 15);
    int32_t *first = calloc((size_t)synapses, sizeof *first), *count = calloc((size_t)synapses, sizeof *count);
    double *sum = calloc((size_t)synapses * (size_t)width, sizeof *sum);
    ck_assert(first != NULL && count != NULL && sum != NULL);
    for (int32_t s = 0; s < synapses; s++) {
        count[s] = s == 0 ? taps : below(16, (uint64_t)(s * 100 + taps), taps + 1);
        first[s] = below(17, (uint64_t)(s * 100 + taps), taps - count[s] + 1);
    }
    for (int32_t k = 0; k < synapses * width; k++) /* what is there is added to */
        sum[k] = k;
    const snnd_correlate job = {.sum = sum,
                                .gradient = gradient.data,
                                .source = snnd_activity_row(&source, 0, 0),
                                .stride = snnd_activity_stride(&source),
                                .steps = steps,
                                .taps_total = taps,
                                .synapses = synapses,
                                .group = group,
                                .first = first,
                                .count = count,
                                .width = width};
    kernels_of(isa)->correlate(&job);
    for (int32_t s = 0; s < synapses; s++)
        for (int32_t n = 0; n < width; n++) {
            double expected = s * width + n, size = 0;
            for (int32_t t = 0; t < steps && n < count[s]; t++)
                for (int lane = 0; lane < L; lane++) {
                    const int32_t row = t - (taps - 1) + first[s] + n;
                    const double term = (double)gradient.data[t * L + lane] *
                                        (double)snnd_activity_row(&source, 0, s / group)[row * L + lane];
                    expected += term;
                    size += fabs(term);
                }
            ck_assert_msg(fabs(sum[s * width + n] - expected) <= 1e-5 * size,
                          "%d steps, %d taps, group %d: sum %d of synapse %d is %.9g; expected %.9g", steps, taps,
                          group, n, s, sum[s * width + n], expected);
        }
    free(first);
    free(count);
    free(sum);
    free(source.data);
    free(gradient.data);
}

START_TEST(correlations_are_those_of_the_plain_loops) {
    for (int s = 0; s < STEPS; s++)
        for (int32_t taps = 1; taps <= MOST_TAPS; taps++)
            correlation_agrees(_i, all_steps[s], taps, 1);
}
END_TEST

START_TEST(synapses_of_a_group_come_from_one_neuron) {
    for (int32_t group = 2; group <= 5; group++)
        for (int k = 0; k < TAPS; k++)
            correlation_agrees(_i, 17, all_taps[k], group);
}
END_TEST

Suite *taps_suite(void) {
    Suite *suite = suite_create("taps");

    TCase *choosing = tcase_create("choosing");
    tcase_add_test(choosing, the_automatic_choice_is_the_best_there_is);
    tcase_add_test(choosing, an_unknown_instruction_set_is_refused);
    suite_add_tcase(suite, choosing);

    static const char *const names[] = {
        [SNND_ISA_PLAIN] = "plain", [SNND_ISA_AVX2] = "avx2", [SNND_ISA_AVX512] = "avx512"};
    for (int32_t isa = SNND_ISA_PLAIN; isa <= SNND_ISA_AVX512; isa++) {
        const snnd_hot_kernels *kernels;
        if (snnd_kernels_choose(isa, &kernels) != SNND_OK)
            continue;
        TCase *hot = tcase_create(names[isa]);
        tcase_set_timeout(hot, 120);
        tcase_add_loop_test(hot, delayed_sums_are_those_of_the_plain_loops, isa, isa + 1);
        tcase_add_loop_test(hot, sums_back_in_time_are_those_of_the_plain_loops, isa, isa + 1);
        tcase_add_loop_test(hot, a_neuron_without_synapses_gets_zeros, isa, isa + 1);
        tcase_add_loop_test(hot, a_delay_shifts_by_whole_rows, isa, isa + 1);
        tcase_add_loop_test(hot, a_step_has_the_same_bits_in_a_recording_of_any_length, isa, isa + 1);
        tcase_add_loop_test(hot, a_sample_has_the_same_bits_in_any_lane, isa, isa + 1);
        tcase_add_loop_test(hot, the_two_directions_are_each_others_transpose, isa, isa + 1);
        tcase_add_loop_test(hot, correlations_are_those_of_the_plain_loops, isa, isa + 1);
        tcase_add_loop_test(hot, synapses_of_a_group_come_from_one_neuron, isa, isa + 1);
        suite_add_tcase(suite, hot);
    }
    return suite;
}
