/* Sums driven by spikes, in every instruction set of this machine, against plain loops over bits in double precision.
 */
#include "kernel/events.h"

#include "isa.h"
#include "numbers.h"

Suite *events_suite(void);

enum { L = SNND_LANES, NEURONS = 7, MOST_STEPS = 33, MOST_LENGTH = 320 };

static const int32_t all_steps[] = {1, 2, 7, MOST_STEPS};
static const int32_t all_lanes[] = {1, 5, L};

/* ---- spikes ---- */

/* Bits and factors, and room for the lists made of them. */
typedef struct spikes {
    uint16_t bits[NEURONS][MOST_STEPS];
    float factor[NEURONS][L];
    uint16_t times[L * NEURONS * MOST_STEPS];
    int32_t begin[L * (NEURONS + 1)];
    float factors[L * NEURONS];
    snnd_events events;
} spikes;

/* A third of the steps, no lane of neuron 2, all of neuron 3; dropout has left out some lanes of some neurons. */
static void draw_spikes(spikes *made, int32_t steps) {
    for (int32_t i = 0; i < NEURONS; i++) {
        for (int32_t t = 0; t < steps; t++) {
            unsigned bits = 0;
            for (int lane = 0; lane < L; lane++)
                bits |= (unsigned)(number(1, (uint64_t)((i * MOST_STEPS + t) * L + lane)) > 0.3f) << lane;
            made->bits[i][t] = (uint16_t)(i == 2 ? 0 : i == 3 ? 0xffff : bits);
        }
        for (int lane = 0; lane < L; lane++)
            made->factor[i][lane] = (i + lane) % 4 == 1 ? 0 : i % 2 == 0 ? 1 : 1.25f + (float)i;
    }
    made->events = (snnd_events){
        .times = made->times, .begin = made->begin, .factor = made->factors, .neurons = NEURONS, .steps = steps};
}

static void list_all(int32_t isa, spikes *from) {
    memset(from->begin, 0x5A, sizeof from->begin);
    memset(from->times, 0x5A, sizeof from->times);
    for (int32_t i = 0; i < NEURONS; i++)
        kernels_of(isa)->events->list(&from->events, i, from->bits[i], from->factor[i]);
}

/* What the spike of a neuron at a step counts in a lane; 0: there is none. */
static double spike_at(const spikes *from, int32_t lane, int32_t i, int32_t t) {
    return (from->bits[i][t] >> lane & 1) != 0 ? (double)from->factor[i][lane] : 0;
}

START_TEST(lists_have_every_spike_that_counts_once_and_in_order) {
    static spikes drawn;
    for (int s = 0; s < LENGTH(all_steps); s++) {
        draw_spikes(&drawn, all_steps[s]);
        list_all(_i, &drawn);
        for (int32_t lane = 0; lane < L; lane++) {
            const int32_t *begin = drawn.begin + lane * (NEURONS + 1);
            int32_t next = 0;
            for (int32_t i = 0; i < NEURONS; i++) {
                ck_assert_int_eq(begin[i], next);
                ck_assert_float_eq(drawn.factors[lane * NEURONS + i], drawn.factor[i][lane]);
                for (int32_t t = 0; t < all_steps[s]; t++)
                    if (spike_at(&drawn, lane, i, t) != 0)
                        ck_assert_int_eq(drawn.times[lane * NEURONS * all_steps[s] + next++], t);
            }
            ck_assert_int_eq(begin[NEURONS], next);
        }
    }
}
END_TEST

START_TEST(lists_of_a_tile_do_not_depend_on_those_of_the_last) {
    static spikes first, again;
    draw_spikes(&first, 7);
    list_all(_i, &first);
    again = first;
    again.events.times = again.times, again.events.begin = again.begin, again.events.factor = again.factors;
    for (int32_t i = 0; i < NEURONS; i++)
        kernels_of(_i)->events->list(&again.events, i, again.bits[i], again.factor[i]);
    ck_assert_mem_eq(first.begin, again.begin, sizeof first.begin);
    ck_assert_mem_eq(first.times, again.times, sizeof first.times);
}
END_TEST

/* ---- sums ---- */

typedef struct sums {
    snnd_event_job job;
    float *table, *samples; /* as they were before, too */
    float *table_before, *samples_before;
    size_t table_floats, sample_floats;
} sums;

static sums make_sums(const spikes *from, int32_t lanes, int32_t columns, int32_t length) {
    const size_t row = (size_t)length + 5; /* tables need not be aligned */
    const size_t sample = ((size_t)from->events.steps * (size_t)columns + (size_t)length + L - 1) / L * L;
    sums made = {.table_floats = NEURONS * row, .sample_floats = L * sample};
    made.table = make_row(made.table_floats, 2), made.table_before = make_row(made.table_floats, 2);
    made.samples = make_row(made.sample_floats, 3), made.samples_before = make_row(made.sample_floats, 3);
    made.job = (snnd_event_job){.events = &from->events,
                                .table = made.table,
                                .table_row = row,
                                .samples = made.samples,
                                .sample = sample,
                                .columns = columns,
                                .length = length,
                                .lanes = lanes};
    return made;
}

static void free_sums(sums *made) {
    free(made->table);
    free(made->table_before);
    free(made->samples);
    free(made->samples_before);
}

/* What is expected of samples, and the sum of the sizes of its terms. */
static void scatter_by_hand(const spikes *from, const sums *given, double *expected, double *size) {
    const snnd_event_job *job = &given->job;
    for (size_t k = 0; k < given->sample_floats; k++)
        size[k] = fabs(expected[k] = (double)given->samples_before[k]);
    for (int32_t lane = 0; lane < job->lanes; lane++)
        for (int32_t i = 0; i < NEURONS; i++)
            for (int32_t t = 0; t < from->events.steps; t++)
                for (int32_t n = 0; n < job->length; n++) {
                    const size_t at = (size_t)lane * job->sample + (size_t)(t * job->columns + n);
                    const double term = spike_at(from, lane, i, t) *
                                        (double)given->table_before[(size_t)i * job->table_row + (size_t)n];
                    expected[at] += term;
                    size[at] += fabs(term);
                }
}

static void collect_by_hand(const spikes *from, const sums *given, double *expected, double *size) {
    const snnd_event_job *job = &given->job;
    for (size_t k = 0; k < given->table_floats; k++)
        size[k] = fabs(expected[k] = (double)given->table_before[k]);
    for (int32_t lane = 0; lane < job->lanes; lane++)
        for (int32_t i = 0; i < NEURONS; i++)
            for (int32_t t = 0; t < from->events.steps; t++)
                for (int32_t n = 0; n < job->length; n++) {
                    const size_t at = (size_t)i * job->table_row + (size_t)n;
                    const double term =
                        spike_at(from, lane, i, t) *
                        (double)given->samples_before[(size_t)lane * job->sample + (size_t)(t * job->columns + n)];
                    expected[at] += term;
                    size[at] += fabs(term);
                }
}

/* What no spike adds to is left as it was. */
static void assert_near(const float *got, const float *before, const double *expected, const double *size,
                        size_t floats, const sums *given) {
    for (size_t k = 0; k < floats; k++)
        HOLDS(size[k] > fabs((double)before[k]) ? fabs((double)got[k] - expected[k]) <= 2e-6 * size[k]
                                                : got[k] == before[k],
              "%d steps, %d lanes, %d columns, length %d: number %zu is %g; expected %g", given->job.events->steps,
              given->job.lanes, given->job.columns, given->job.length, k, (double)got[k], expected[k]);
}

static void sums_agree(int32_t isa, const spikes *from, int32_t lanes, int32_t columns, int32_t length) {
    sums given = make_sums(from, lanes, columns, length);
    const size_t most = given.table_floats > given.sample_floats ? given.table_floats : given.sample_floats;
    double *expected = malloc(most * sizeof *expected), *size = malloc(most * sizeof *size);
    ck_assert(expected != NULL && size != NULL);
    scatter_by_hand(from, &given, expected, size);
    kernels_of(isa)->events->scatter(&given.job);
    assert_near(given.samples, given.samples_before, expected, size, given.sample_floats, &given);
    ck_assert_mem_eq(given.table, given.table_before, given.table_floats * sizeof(float));
    memcpy(given.samples, given.samples_before, given.sample_floats * sizeof(float));
    collect_by_hand(from, &given, expected, size);
    kernels_of(isa)->events->collect(&given.job);
    assert_near(given.table, given.table_before, expected, size, given.table_floats, &given);
    ck_assert_mem_eq(given.samples, given.samples_before, given.sample_floats * sizeof(float));
    free(expected);
    free(size);
    free_sums(&given);
}

START_TEST(spikes_add_and_sum_up_as_in_the_plain_loops) {
    static spikes drawn;
    for (int s = 0; s < LENGTH(all_steps); s++) {
        draw_spikes(&drawn, all_steps[s]);
        list_all(_i, &drawn);
        for (int l = 0; l < LENGTH(all_lanes); l++)
            for (int32_t length = L; length <= MOST_LENGTH; length += length < 10 * L ? L : 5 * L)
                sums_agree(_i, &drawn, all_lanes[l], length, length);
    }
}
END_TEST

START_TEST(a_run_may_be_several_rows_of_any_number_of_columns) {
    static spikes drawn;
    draw_spikes(&drawn, 7);
    list_all(_i, &drawn);
    for (int32_t columns = 1; columns <= 21; columns++)
        for (int32_t taps = 1; taps <= 9; taps += 4)
            sums_agree(_i, &drawn, 5, columns, (columns * taps + L - 1) / L * L);
}
END_TEST

/* ---- from samples to rows and back ---- */

/* Fewer columns than a sample has at each step. */
START_TEST(rows_are_samples_turned_round) {
    static const int32_t all_columns[] = {1, 5, 16, 17, 40};
    for (int s = 0; s < LENGTH(all_steps); s++)
        for (int c = 0; c < LENGTH(all_columns); c++)
            for (int l = 0; l < LENGTH(all_lanes); l++) {
                const int32_t steps = all_steps[s], columns = all_columns[c], lanes = all_lanes[l], held = columns + 3;
                const size_t sample = (size_t)(steps * held + L);
                float *samples = make_row(L * sample, 4), *before = make_row(L * sample, 4);
                const snnd_rows rows = make_rows(columns, steps, 5);
                kernels_of(_i)->events->to_rows(steps, columns, lanes, samples, sample, held, rows);
                for (int32_t k = 0; k < columns; k++)
                    for (int32_t n = 0; n < steps * L; n++)
                        ck_assert_float_eq(
                            snnd_rows_of(rows, k)[n],
                            n % L < lanes ? samples[(size_t)(n % L) * sample + (size_t)(n / L * held + k)] : 0);
                assert_rows_end(rows, columns, steps);
                ck_assert_mem_eq(samples, before, L * sample * sizeof(float));
                free(samples);
                free(before);
                free(rows.data);
            }
}
END_TEST

START_TEST(samples_are_rows_turned_round) {
    static const int32_t all_columns[] = {1, 5, 16, 17, 40};
    for (int s = 0; s < LENGTH(all_steps); s++)
        for (int c = 0; c < LENGTH(all_columns); c++)
            for (int l = 0; l < LENGTH(all_lanes); l++) {
                const int32_t steps = all_steps[s], columns = all_columns[c], lanes = all_lanes[l], held = columns + 3;
                const size_t sample = (size_t)(steps * held + L);
                float *samples = make_row(L * sample, 6), *before = make_row(L * sample, 6);
                const snnd_rows rows = make_rows(columns, steps, 7);
                kernels_of(_i)->events->to_samples(steps, columns, lanes, rows, samples, sample, held);
                for (int32_t lane = 0; lane < L; lane++)
                    for (int32_t n = 0; n < (int32_t)sample; n++) {
                        const size_t at = (size_t)lane * sample + (size_t)n;
                        const bool there = lane < lanes && n < steps * held && n % held < columns;
                        HOLDS(samples[at] == (there ? snnd_rows_of(rows, n % held)[n / held * L + lane] : before[at]),
                              "lane %d, number %d is %g", lane, n, (double)samples[at]);
                    }
                free(samples);
                free(before);
                free(rows.data);
            }
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, lists_have_every_spike_that_counts_once_and_in_order, isa, isa + 1);
    tcase_add_loop_test(cases, lists_of_a_tile_do_not_depend_on_those_of_the_last, isa, isa + 1);
    tcase_add_loop_test(cases, spikes_add_and_sum_up_as_in_the_plain_loops, isa, isa + 1);
    tcase_add_loop_test(cases, a_run_may_be_several_rows_of_any_number_of_columns, isa, isa + 1);
    tcase_add_loop_test(cases, rows_are_samples_turned_round, isa, isa + 1);
    tcase_add_loop_test(cases, samples_are_rows_turned_round, isa, isa + 1);
}

Suite *events_suite(void) {
    Suite *suite = suite_create("events");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
