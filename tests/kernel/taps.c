/* The hot kernels, in every instruction set of this machine, against plain loops in double precision. */
#include "kernel/kernels.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>

#include "isa.h"
#include "kernel/activity.h"
#include "support.h"

Suite *taps_suite(void);

enum { L = SNND_LANES, MOST_STEPS = 80, MOST_TAPS = 25, SOURCES = 5, MANY_SOURCES = 150, TARGETS = 4, SYNAPSES = 12 };

static const int32_t all_steps[] = {1, 2, 3, 7, 8, 15, 16, 17, 32, 33, 80};
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

static float *make_floats(size_t count) {
    float *made = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    ck_assert_ptr_nonnull(made);
    return made;
}

/* Rows of 16 lanes with `front` and `back` zero rows round each neuron, aligned as the library's are. */
static snnd_activity make_activity(int32_t neurons, int32_t steps, int32_t front, int32_t back, uint64_t stream) {
    snnd_activity made = {.neurons = neurons, .steps = steps, .front = front, .back = back};
    const size_t floats = (size_t)neurons * snnd_activity_stride(&made);
    made.data = make_floats(floats);
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

/* Runs of 0 to K taps anywhere, or of `uniform`; what lies between the end of a run and the width is not to be read. */
static void fill_table(table *made, int32_t taps, int32_t uniform) {
    made->taps = (snnd_taps){
        .first = made->first, .count = made->count, .value = made->value, .width = taps, .uniform = uniform};
    for (int32_t s = 0; s < SYNAPSES; s++) {
        const uint64_t place = (uint64_t)(s * 100 + taps);
        made->count[s] = uniform > 0 ? uniform : s == 0 ? taps : below(7, place, taps + 1);
        made->first[s] = below(8, place, taps - made->count[s] + 1);
        for (int32_t n = 0; n < taps; n++)
            made->value[s * taps + n] = n < made->count[s] ? noise(9, (uint64_t)(s * MOST_TAPS + n)) : NAN;
    }
}

enum { MOST_CONNECTIONS = 4 * MANY_SOURCES };

typedef struct connections {
    int64_t begin[TARGETS + 1], place[TARGETS];
    int32_t neuron[MOST_CONNECTIONS], synapse[MOST_CONNECTIONS];
    snnd_one_tap one[MOST_CONNECTIONS];
} connections;

/* A list for each target, in the order of the sources: two synapses a source and more, none, one, and few. */
static void fill_lists(connections *made, int32_t sources) {
    const int32_t length[TARGETS] = {2 * sources + 2, 0, sources, 7};
    made->begin[0] = 0;
    for (int32_t j = 0; j < TARGETS; j++) {
        made->begin[j + 1] = made->begin[j] + length[j];
        for (int32_t i = 0; i < length[j]; i++) {
            made->neuron[made->begin[j] + i] = i * sources / length[j];
            made->synapse[made->begin[j] + i] = (i * 5 + j) % SYNAPSES;
        }
    }
}

/* From all of `source` to all of `target`; the zero rows of the source are one less than the taps. */
static snnd_gather make_job(connections *lists, const table *held, const snnd_activity *source,
                            const snnd_activity *target, int32_t direction) {
    for (int64_t k = 0; held->taps.uniform == 1 && k < lists->begin[target->neurons]; k++) {
        const int32_t s = lists->synapse[k];
        lists->one[k] =
            (snnd_one_tap){lists->neuron[k], held->first[s], held->value[(size_t)s * (size_t)held->taps.width]};
    }
    return (snnd_gather){.target = snnd_activity_rows(target, 0, 0),
                         .source = snnd_activity_rows(source, 0, 0),
                         .targets = target->neurons,
                         .sources = source->neurons,
                         .steps = source->steps,
                         .offset = source->back - source->front,
                         .direction = direction,
                         .taps_total = source->front + source->back + 1,
                         .begin = lists->begin,
                         .neuron = lists->neuron,
                         .synapse = lists->synapse,
                         .taps = &held->taps,
                         .one = held->taps.uniform == 1 ? lists->one : NULL,
                         .place = lists->place};
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

/* sum_s sum_n value[s][n] source_s[t + offset + direction (first[s] + n)] of target j, and the sum of the terms' sizes.
 */
static double naive_gather(const snnd_gather *job, int32_t j, int32_t t, int lane, double *size) {
    double sum = 0;
    *size = 0;
    for (int64_t i = job->begin[j]; i < job->begin[j + 1]; i++) {
        const int32_t s = job->synapse[i];
        for (int32_t n = 0; n < job->taps->count[s]; n++) {
            const int32_t row = t + job->offset + job->direction * (job->taps->first[s] + n);
            const double term = (double)job->taps->value[s * job->taps->width + n] *
                                (double)snnd_rows_of(job->source, job->neuron[i])[row * L + lane];
            sum += term;
            *size += fabs(term);
        }
    }
    return sum;
}

static void target_agrees(const snnd_gather *job, int32_t j) {
    for (int32_t t = 0; t < job->steps; t++)
        for (int lane = 0; lane < L; lane++) {
            double size;
            const double expected = naive_gather(job, j, t, lane, &size);
            const double got = (double)snnd_rows_of(job->target, j)[t * L + lane];
            HOLDS(fabs(got - expected) <= 1e-5 * size,
                  "%d steps, %d taps, direction %d: step %d, lane %d of %d is %.9g; expected %.9g", job->steps,
                  job->taps_total, job->direction, t, lane, j, got, expected);
        }
}

/* With `uniform` above 0, all synapses have that many of the taps. */
static void gather_agrees(int32_t isa, int32_t direction, int32_t steps, int32_t taps, int32_t sources,
                          int32_t uniform) {
    const int32_t past = direction > 0 ? taps - 1 : 0, future = direction > 0 ? 0 : taps - 1;
    snnd_activity source = make_activity(sources, steps, past, future, 3);
    snnd_activity target = make_activity(TARGETS, steps, 2, 2, 4);
    static table held;
    static connections lists;
    fill_table(&held, taps, uniform);
    fill_lists(&lists, sources);
    const snnd_gather job = make_job(&lists, &held, &source, &target, direction);
    kernels_of(isa)->taps->gather(&job);
    for (int32_t j = 0; j < TARGETS; j++) {
        target_agrees(&job, j);
        for (int32_t k = 0; k < 2 * L; k++) { /* nothing is written before and after */
            ck_assert_float_eq(snnd_activity_row(&target, 0, j)[k - 2 * L], 0);
            ck_assert_float_eq(snnd_activity_row(&target, 0, j)[steps * L + k], 0);
        }
    }
    free(source.data);
    free(target.data);
}

START_TEST(delayed_sums_are_those_of_the_plain_loops) {
    for (int s = 0; s < STEPS; s++)
        for (int k = 0; k < TAPS; k++)
            gather_agrees(_i, 1, all_steps[s], all_taps[k], SOURCES, 0);
}
END_TEST

START_TEST(sums_back_in_time_are_those_of_the_plain_loops) {
    for (int s = 0; s < STEPS; s++)
        for (int k = 0; k < TAPS; k++)
            gather_agrees(_i, -1, all_steps[s], all_taps[k], SOURCES, 0);
}
END_TEST

START_TEST(synapses_may_all_have_the_same_number_of_taps) {
    for (int32_t uniform = 1; uniform <= 9; uniform++)
        for (int32_t direction = -1; direction <= 1; direction += 2) {
            gather_agrees(_i, direction, 33, uniform, SOURCES, uniform);
            gather_agrees(_i, direction, 33, 12, SOURCES, uniform);
        }
}
END_TEST

START_TEST(sums_over_many_sources_are_those_of_the_plain_loops) {
    for (int k = 0; k < TAPS; k++) {
        gather_agrees(_i, 1, 33, all_taps[k], MANY_SOURCES, 0);
        gather_agrees(_i, -1, 33, all_taps[k], MANY_SOURCES, all_taps[k] / 2);
    }
}
END_TEST

START_TEST(neurons_without_synapses_get_zeros) {
    static table held;
    static connections lists;
    fill_table(&held, 5, 0);
    for (int s = 0; s < STEPS; s++) {
        snnd_activity source = make_activity(SOURCES, all_steps[s], 4, 0, 3);
        snnd_activity target = make_activity(TARGETS, all_steps[s], 0, 0, 4);
        const snnd_gather job = make_job(&lists, &held, &source, &target, 1);
        kernels_of(_i)->taps->gather(&job);
        for (int32_t k = 0; k < TARGETS * all_steps[s] * L; k++)
            ck_assert_float_eq(target.data[k], 0);
        free(source.data);
        free(target.data);
    }
}
END_TEST

START_TEST(a_delay_shifts_by_whole_rows) {
    enum { K = 7, T = 19 };
    snnd_activity source = make_activity(1, T, K - 1, 0, 5), target = make_activity(1, T, 0, 0, 6);
    static connections single = {.begin = {0, 1}};
    for (int32_t uniform = 0; uniform <= 1; uniform++)
        for (int32_t delay = 0; delay < K; delay++) {
            static table held;
            held.taps = (snnd_taps){
                .first = held.first, .count = held.count, .value = held.value, .width = 1, .uniform = uniform};
            held.first[0] = K - 1 - delay;
            held.count[0] = 1;
            held.value[0] = 1;
            const snnd_gather job = make_job(&single, &held, &source, &target, 1);
            kernels_of(_i)->taps->gather(&job);
            for (int32_t t = 0; t < T; t++)
                for (int lane = 0; lane < L; lane++)
                    ck_assert_float_eq(target.data[t * L + lane],
                                       t < delay ? 0 : job.source.data[(t - delay) * L + lane]);
        }
    free(source.data);
    free(target.data);
}
END_TEST

START_TEST(a_step_has_the_same_bits_in_a_recording_of_any_length) {
    static table held;
    static connections lists;
    snnd_activity source = make_activity(SOURCES, MOST_STEPS, 8, 0, 3);
    snnd_activity whole = make_activity(TARGETS, MOST_STEPS, 0, 0, 4),
                  part = make_activity(TARGETS, MOST_STEPS, 0, 0, 4);
    fill_lists(&lists, SOURCES);
    for (int32_t uniform = 0; uniform <= 9; uniform++) {
        fill_table(&held, 9, uniform);
        snnd_gather job = make_job(&lists, &held, &source, &whole, 1);
        kernels_of(_i)->taps->gather(&job);
        job.target = snnd_activity_rows(&part, 0, 0);
        for (job.steps = 1; job.steps < MOST_STEPS; job.steps++) {
            kernels_of(_i)->taps->gather(&job);
            for (int32_t j = 0; j < TARGETS; j++)
                ck_assert_mem_eq(snnd_activity_row(&part, 0, j), snnd_activity_row(&whole, 0, j),
                                 (size_t)job.steps * L * sizeof(float));
        }
    }
    free(source.data);
    free(whole.data);
    free(part.data);
}
END_TEST

START_TEST(a_neuron_has_the_same_bits_in_any_company) {
    static table held;
    static connections lists;
    const int32_t steps = 33;
    fill_table(&held, 9, 0);
    fill_lists(&lists, MANY_SOURCES);
    snnd_activity source = make_activity(MANY_SOURCES, steps, 8, 0, 3);
    snnd_activity together = make_activity(TARGETS, steps, 0, 0, 4), alone = make_activity(1, steps, 0, 0, 4);
    const snnd_gather all = make_job(&lists, &held, &source, &together, 1);
    kernels_of(_i)->taps->gather(&all);
    for (int32_t j = 0; j < TARGETS; j++) {
        static connections single;
        const size_t length = (size_t)(lists.begin[j + 1] - lists.begin[j]);
        single.begin[1] = (int64_t)length;
        memcpy(single.neuron, lists.neuron + lists.begin[j], length * sizeof single.neuron[0]);
        memcpy(single.synapse, lists.synapse + lists.begin[j], length * sizeof single.synapse[0]);
        const snnd_gather job = make_job(&single, &held, &source, &alone, 1);
        kernels_of(_i)->taps->gather(&job);
        ck_assert_mem_eq(alone.data, snnd_activity_row(&together, 0, j), (size_t)steps * L * sizeof(float));
    }
    free(source.data);
    free(together.data);
    free(alone.data);
}
END_TEST

START_TEST(a_sample_has_the_same_bits_in_any_lane) {
    static table held;
    static connections lists;
    const int32_t steps = 33;
    fill_table(&held, 9, 0);
    fill_lists(&lists, SOURCES);
    snnd_activity source = make_activity(SOURCES, steps, 8, 0, 3), target = make_activity(TARGETS, steps, 0, 0, 4);
    for (int32_t n = 0; n < SOURCES; n++) /* the same sample everywhere */
        for (int32_t k = 0; k < steps * L; k++)
            snnd_activity_row(&source, 0, n)[k] = snnd_activity_row(&source, 0, n)[k / L * L];
    const snnd_gather job = make_job(&lists, &held, &source, &target, 1);
    kernels_of(_i)->taps->gather(&job);
    for (int32_t k = 0; k < TARGETS * steps * L; k++)
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
        static connections single = {.begin = {0, 1}};
        fill_table(&held, K, 0);
        const int32_t steps = all_steps[s];
        snnd_activity x = make_activity(1, steps, K - 1, 0, 10), y = make_activity(1, steps, 0, 0, 11);
        snnd_activity g = make_activity(1, steps, 0, K - 1, 12), d = make_activity(1, steps, 0, 0, 13);
        const snnd_gather forth = make_job(&single, &held, &x, &y, 1), back = make_job(&single, &held, &g, &d, -1);
        kernels_of(_i)->taps->gather(&forth);
        kernels_of(_i)->taps->gather(&back);
        double there = 0, here = 0, size = 0;
        for (int32_t k = 0; k < steps * L; k++) {
            there += (double)y.data[k] * (double)snnd_activity_row(&g, 0, 0)[k];
            here += (double)snnd_activity_row(&x, 0, 0)[k] * (double)d.data[k];
            size += fabs((double)y.data[k] * (double)snnd_activity_row(&g, 0, 0)[k]);
        }
        ck_assert_double_eq_tol(there, here, 1e-6 * size);
        ck_assert_double_gt(size, 0);
        free(x.data);
        free(y.data);
        free(g.data);
        free(d.data);
    }
}
END_TEST

/* ---- correlate ---- */

/* Sum n of synapse s of neuron j in one lane, and the sum of the terms' sizes. */
static double naive_correlate(const snnd_correlate *job, int32_t j, int32_t s, int32_t n, int lane, double *size) {
    const int32_t *first = job->first + (size_t)j * job->of_neuron, *count = job->count + (size_t)j * job->of_neuron;
    double sum = 0;
    *size = 0;
    for (int32_t t = 0; t < job->steps && n < count[s]; t++) {
        const int32_t row = t - (job->taps_total - 1) + first[s] + n;
        const double term = (double)snnd_rows_of(job->gradient, j)[t * L + lane] *
                            (double)snnd_rows_of(job->source, s / job->group)[row * L + lane];
        sum += term;
        *size += fabs(term);
    }
    return sum;
}

/* What was there before sum `place`, larger than what is added. */
static float before(int32_t place) {
    return 10 * noise(18, (uint64_t)place);
}

/* A sum of 16 numbers, of which `more` was to be added to what was there; what no tap belongs to stays. */
static void sum_agrees(const snnd_correlate *job, int32_t j, int32_t s, int32_t n) {
    const size_t place = (size_t)j * job->sum_row + (size_t)(s * job->width + n) * L;
    const bool there = s < job->synapses && n < job->count[(size_t)j * job->of_neuron + (size_t)s];
    double added = 0, expected = 0, sizes = 0, held = 0;
    for (int lane = 0; lane < L; lane++) {
        const double was = (double)before((int32_t)place + lane), is = (double)job->sum[place + (size_t)lane];
        double size = 0;
        const double more = there ? naive_correlate(job, j, s, n, lane, &size) : 0;
        HOLDS(there ? fabs(is - was - more) <= 1e-5 * size + 1e-6 * fabs(was) : is == was,
              "%d steps, %d taps, group %d, neuron %d: sum %d of synapse %d, lane %d is %.9g; expected %.9g + "
              "%.9g",
              job->steps, job->taps_total, job->group, j, n, s, lane, is, was, more);
        added += is - was;
        expected += more;
        sizes += size;
        held += fabs(was);
    }
    ck_assert_double_le(fabs(added - expected), 1e-5 * sizes + 1e-6 * held);
}

/* Some neurons, whose sums and taps are apart by more than they need. */
static void correlation_agrees(int32_t isa, int32_t steps, int32_t taps, int32_t group) {
    enum { FROM = 4, TO = 3, APART = 2 };
    const int32_t synapses = FROM * group, width = taps + 1, of_neuron = synapses + APART;
    const size_t sums = (size_t)(TO * of_neuron * width) * L, tables = (size_t)(TO * of_neuron);
    snnd_activity source = make_activity(FROM, steps, taps - 1, 0, 14), gradient = make_activity(TO, steps, 0, 1, 15);
    int32_t *first = calloc(tables, sizeof *first), *count = calloc(tables, sizeof *count);
    float *sum = make_floats(sums);
    ck_assert(first != NULL && count != NULL);
    for (int32_t s = 0; s < (int32_t)tables; s++) {
        count[s] = s == 0 ? taps : below(16, (uint64_t)(s * 100 + taps), taps + 1);
        first[s] = below(17, (uint64_t)(s * 100 + taps), taps - count[s] + 1);
    }
    for (size_t k = 0; k < sums; k++)
        sum[k] = before((int32_t)k);
    const snnd_correlate job = {.sum = sum,
                                .sum_row = (size_t)(of_neuron * width) * L,
                                .gradient = snnd_activity_rows(&gradient, 0, 0),
                                .source = snnd_activity_rows(&source, 0, 0),
                                .neurons = TO,
                                .steps = steps,
                                .taps_total = taps,
                                .synapses = synapses,
                                .group = group,
                                .first = first,
                                .count = count,
                                .of_neuron = (size_t)of_neuron,
                                .width = width};
    kernels_of(isa)->taps->correlate(&job);
    for (int32_t j = 0; j < TO; j++)
        for (int32_t k = 0; k < of_neuron * width; k++)
            sum_agrees(&job, j, k / width, k % width);
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

START_TEST(no_step_is_lost_however_many_there_are) {
    for (int32_t steps = 1; steps <= 2 * L + 1; steps++)
        correlation_agrees(_i, steps, 9, 1);
}
END_TEST

START_TEST(synapses_of_a_group_come_from_one_neuron) {
    for (int32_t group = 2; group <= 5; group++)
        for (int k = 0; k < TAPS; k++)
            correlation_agrees(_i, 17, all_taps[k], group);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, delayed_sums_are_those_of_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, sums_back_in_time_are_those_of_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, synapses_may_all_have_the_same_number_of_taps, isa, isa + 1);
    tcase_add_loop_test(cases, sums_over_many_sources_are_those_of_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, neurons_without_synapses_get_zeros, isa, isa + 1);
    tcase_add_loop_test(cases, a_delay_shifts_by_whole_rows, isa, isa + 1);
    tcase_add_loop_test(cases, a_step_has_the_same_bits_in_a_recording_of_any_length, isa, isa + 1);
    tcase_add_loop_test(cases, a_neuron_has_the_same_bits_in_any_company, isa, isa + 1);
    tcase_add_loop_test(cases, a_sample_has_the_same_bits_in_any_lane, isa, isa + 1);
    tcase_add_loop_test(cases, the_two_directions_are_each_others_transpose, isa, isa + 1);
    tcase_add_loop_test(cases, correlations_are_those_of_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, no_step_is_lost_however_many_there_are, isa, isa + 1);
    tcase_add_loop_test(cases, synapses_of_a_group_come_from_one_neuron, isa, isa + 1);
}

Suite *taps_suite(void) {
    Suite *suite = suite_create("taps");

    TCase *choosing = tcase_create("choosing");
    tcase_add_test(choosing, the_automatic_choice_is_the_best_there_is);
    tcase_add_test(choosing, an_unknown_instruction_set_is_refused);
    suite_add_tcase(suite, choosing);

    add_case_for_each_isa(suite, add_tests);
    return suite;
}
