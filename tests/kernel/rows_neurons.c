/* Neurons over time, in every instruction set of this machine, against the equations of one sample in double
 * precision. */
#include "kernel/rows.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>

#include "isa.h"
#include "kernel/activity.h"
#include "support.h"

Suite *rows_neurons_suite(void);

enum { L = SNND_LANES, T = 60, SEEDS = 5 };

static double noise(uint64_t stream, uint64_t index) {
    return 2 * snnd_random_uniform(11, stream, index) - 1;
}

/* Currents that make a neuron fire now and then. */
static void fill_currents(uint64_t seed, float *current, int32_t steps) {
    for (int32_t k = 0; k < steps * L; k++)
        current[k] = (float)(0.35 + 0.6 * noise(seed, (uint64_t)k));
}

static snnd_lif lif_of(uint64_t seed, int32_t detach) {
    return (snnd_lif){.decay = (float)(0.95 - 0.2 * (double)seed / SEEDS),
                      .threshold = (float)(1 - 0.1 * (double)seed / SEEDS),
                      .alpha = (float)(5 - 0.5 * (double)seed),
                      .detach_reset = detach};
}

/* ---- kernels for one neuron ---- */

static snnd_rows row_at(float *data) {
    return (snnd_rows){.data = data};
}

static void fire(int32_t isa, const snnd_lif *lif, int32_t steps, float *current, float *potential, float *spikes) {
    _Alignas(64) float sums[L];
    kernels_of(isa)->rows->lif_forward(lif, (snnd_extent){1, steps}, row_at(current), row_at(potential), row_at(spikes),
                                       sums);
}

static void fire_backward(int32_t isa, const snnd_lif *lif, int32_t steps, float *current, float *potential,
                          float *gradient) {
    kernels_of(isa)->rows->lif_backward(lif, (snnd_extent){1, steps}, row_at(current), row_at(potential),
                                        row_at(gradient));
}

static void leak(int32_t isa, float decay, float *current, float *potential) {
    kernels_of(isa)->rows->leaky_forward(decay, (snnd_extent){1, T}, row_at(current), row_at(potential));
}

/* A number that is not finite, in one lane at one step of any of seven neurons, is seen in the sum of this lane alone.
 * A neuron that it makes fire forgets it at once. */
START_TEST(a_current_that_is_not_finite_is_seen_in_the_sum_of_its_lane) {
    enum { NEURONS = 7, STEPS = 3 };
    static const float wrong[] = {INFINITY, -INFINITY, NAN};
    _Alignas(64) float current[NEURONS * STEPS * L], spikes[NEURONS * STEPS * L], sums[L];
    const snnd_lif lif = lif_of(1, 1);
    const snnd_rows from = {current, STEPS * L}, to = {spikes, STEPS * L}, none = {0};
    for (int where = 0; where < NEURONS * STEPS * L; where++)
        for (int w = 0; w < 3; w++) {
            for (int k = 0; k < NEURONS * STEPS * L; k++)
                current[k] = (float)noise(7, (uint64_t)k);
            current[where] = wrong[w];
            kernels_of(_i)->rows->lif_forward(&lif, (snnd_extent){NEURONS, STEPS}, from, none, to, sums);
            for (int l = 0; l < L; l++)
                HOLDS((isfinite(sums[l]) != 0) == (l != where % L), "number %d of place %d: the sum of lane %d is %g",
                      w, where, l, (double)sums[l]);
        }
}
END_TEST

/* ---- one neuron, one sample, as the model states it ---- */

typedef struct one {
    double v[T], s[T]; /* before the spike, and the spike */
} one;

static one recursion(const snnd_lif *lif, const float *current, int lane) {
    one made;
    double mem = 0, syn = 0;
    for (int32_t t = 0; t < T; t++) {
        made.v[t] = mem;
        made.s[t] = mem - (double)lif->threshold > 0;
        mem = ((double)lif->decay * mem + syn) * (1 - made.s[t]);
        syn = (double)current[t * L + lane];
    }
    return made;
}

/*
 * d(sum g s) / d current[at] by carrying derivatives forwards in time, ds = surrogate(v) dv. With `detach` the spike in
 * the reset is taken for a constant. `size` receives the sum of the terms' sizes.
 */
static double forward_derivative(const snnd_lif *lif, const float *current, const float *g, int lane, int32_t at,
                                 double *size) {
    double mem = 0, syn = 0, d_mem = 0, d_syn = 0, total = 0;
    *size = 0;
    for (int32_t t = 0; t < T; t++) {
        const double v = mem - (double)lif->threshold, s = v > 0, alpha = (double)lif->alpha;
        const double x = acos(-1) / 2 * alpha * v, d_s = alpha / 2 / (1 + x * x) * d_mem;
        const double charge = (double)lif->decay * mem + syn, d_charge = (double)lif->decay * d_mem + d_syn;
        total += (double)g[t * L + lane] * d_s;
        *size += fabs((double)g[t * L + lane] * d_s);
        mem = charge * (1 - s);
        d_mem = d_charge * (1 - s) - (lif->detach_reset ? 0 : charge * d_s);
        syn = (double)current[t * L + lane];
        d_syn = t == at;
    }
    return total;
}

/* ---- forwards ---- */

static void recursion_agrees(int32_t isa, uint64_t seed) {
    const snnd_lif lif = lif_of(seed, 1);
    _Alignas(64) float current[T * L], potential[T * L], spikes[T * L];
    fill_currents(seed, current, T);
    fire(isa, &lif, T, current, potential, spikes);
    int fired = 0;
    for (int lane = 0; lane < L; lane++) {
        const one expected = recursion(&lif, current, lane);
        for (int32_t t = 0; t < T; t++) {
            /* Where rounding could decide, the two may part. */
            ck_assert_double_gt(fabs(expected.v[t] - (double)lif.threshold), 1e-5);
            ck_assert_double_eq_tol((double)potential[t * L + lane], expected.v[t], 1e-5);
            ck_assert_float_eq(spikes[t * L + lane], (float)expected.s[t]);
            fired += expected.s[t] > 0;
        }
    }
    ck_assert_int_gt(fired, 50);
    ck_assert_int_lt(fired, T * L / 2);
}

START_TEST(spikes_and_potentials_are_those_of_the_recursion) {
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        recursion_agrees(_i, seed);
}
END_TEST

START_TEST(spikes_and_potentials_are_the_same_without_each_other) {
    const snnd_lif lif = lif_of(3, 1);
    _Alignas(64) float current[T * L], potential[T * L], spikes[T * L], alone[T * L];
    fill_currents(3, current, T);
    fire(_i, &lif, T, current, potential, spikes);
    fire(_i, &lif, T, current, alone, NULL);
    ck_assert_mem_eq(alone, potential, sizeof alone);
    fire(_i, &lif, T, current, NULL, alone);
    ck_assert_mem_eq(alone, spikes, sizeof alone);
}
END_TEST

START_TEST(a_spike_is_taken_strictly_above_the_threshold) {
    const snnd_lif lif = {.decay = 0, .threshold = 0.75f, .alpha = 5, .detach_reset = 1};
    _Alignas(64) float current[3 * L] = {0}, potential[3 * L], spikes[3 * L];
    current[0] = 0.75f;
    current[1] = nextafterf(0.75f, 1);
    current[2] = nextafterf(0.75f, 0);
    fire(_i, &lif, 3, current, potential, spikes);
    for (int lane = 0; lane < 3; lane++)
        ck_assert_float_eq(potential[2 * L + lane], current[lane]);
    ck_assert_float_eq(spikes[2 * L + 0], 0);
    ck_assert_float_eq(spikes[2 * L + 1], 1);
    ck_assert_float_eq(spikes[2 * L + 2], 0);
}
END_TEST

START_TEST(a_current_makes_a_spike_two_steps_later_at_the_earliest) {
    const snnd_lif lif = lif_of(0, 1);
    _Alignas(64) float current[T * L] = {0}, potential[T * L], spikes[T * L];
    for (int lane = 0; lane < L; lane++) /* lane l has one large current, at 3 l */
        current[3 * lane * L + lane] = 100;
    fire(_i, &lif, T, current, potential, spikes);
    for (int lane = 0; lane < L; lane++)
        for (int32_t t = 0; t < T; t++)
            ck_assert_float_eq(spikes[t * L + lane], t == 3 * lane + 2 ? 1 : 0);
}
END_TEST

START_TEST(a_spike_resets_the_potential_to_zero) {
    const snnd_lif lif = lif_of(1, 1);
    _Alignas(64) float current[T * L], potential[T * L], spikes[T * L];
    fill_currents(1, current, T);
    fire(_i, &lif, T, current, potential, spikes);
    int resets = 0;
    for (int32_t k = 0; k < (T - 1) * L; k++)
        if (spikes[k] > 0) {
            ck_assert_float_eq(potential[k + L], 0);
            resets++;
        }
    ck_assert_int_gt(resets, 0);
}
END_TEST

START_TEST(a_neuron_rests_without_current) {
    const snnd_lif lif = lif_of(0, 1);
    _Alignas(64) float current[T * L] = {0}, potential[T * L], spikes[T * L];
    fire(_i, &lif, T, current, potential, spikes);
    for (int32_t k = 0; k < T * L; k++) {
        ck_assert_float_eq(potential[k], 0);
        ck_assert_float_eq(spikes[k], 0);
    }
}
END_TEST

START_TEST(lanes_do_not_touch_each_other) {
    const snnd_lif lif = lif_of(2, 1);
    _Alignas(64) float current[T * L], turned[T * L], potential[T * L], spikes[T * L];
    _Alignas(64) float other_potential[T * L], other_spikes[T * L];
    fill_currents(2, current, T);
    for (int32_t t = 0; t < T; t++)
        for (int lane = 0; lane < L; lane++)
            turned[t * L + lane] = current[t * L + (lane + 5) % L];
    fire(_i, &lif, T, current, potential, spikes);
    fire(_i, &lif, T, turned, other_potential, other_spikes);
    for (int32_t t = 0; t < T; t++)
        for (int lane = 0; lane < L; lane++) {
            ck_assert_float_eq(other_potential[t * L + lane], potential[t * L + (lane + 5) % L]);
            ck_assert_float_eq(other_spikes[t * L + lane], spikes[t * L + (lane + 5) % L]);
        }
}
END_TEST

/* ---- backwards ---- */

static void gradient_agrees(int32_t isa, uint64_t seed, int32_t detach) {
    const snnd_lif lif = lif_of(seed, detach);
    _Alignas(64) float current[T * L], potential[T * L], g[T * L], gradient[T * L];
    fill_currents(seed, current, T);
    fire(isa, &lif, T, current, potential, NULL);
    for (int32_t k = 0; k < T * L; k++)
        gradient[k] = g[k] = (float)noise(100 + seed, (uint64_t)k);
    fire_backward(isa, &lif, T, current, potential, gradient);
    for (int lane = 0; lane < L; lane++)
        for (int32_t t = 0; t < T; t++) {
            double size;
            const double expected = forward_derivative(&lif, current, g, lane, t, &size);
            const double got = (double)gradient[t * L + lane];
            ck_assert_msg(fabs(got - expected) <= 2e-5 * size + 1e-7, "step %d, lane %d is %.9g; expected %.9g", t,
                          lane, got, expected);
        }
}

START_TEST(gradients_with_a_detached_reset_are_derivatives) {
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        gradient_agrees(_i, seed, 1);
}
END_TEST

START_TEST(gradients_through_the_reset_are_derivatives) {
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        gradient_agrees(_i, seed, 0);
}
END_TEST

START_TEST(detaching_the_reset_matters) {
    _Alignas(64) float current[T * L], potential[T * L], detached[T * L], attached[T * L];
    snnd_lif lif = lif_of(0, 1);
    fill_currents(0, current, T);
    fire(_i, &lif, T, current, potential, NULL);
    for (int32_t k = 0; k < T * L; k++)
        detached[k] = attached[k] = 1;
    fire_backward(_i, &lif, T, current, potential, detached);
    lif.detach_reset = 0;
    fire_backward(_i, &lif, T, current, potential, attached);
    double difference = 0;
    for (int32_t k = 0; k < T * L; k++)
        difference = fmax(difference, fabs((double)detached[k] - (double)attached[k]));
    ck_assert_double_gt(difference, 0.1);
}
END_TEST

START_TEST(the_last_two_currents_have_no_gradient) {
    for (int32_t detach = 0; detach <= 1; detach++)
        for (int32_t steps = 1; steps <= 4; steps++) {
            const snnd_lif lif = lif_of(0, detach);
            _Alignas(64) float current[4 * L], potential[4 * L], gradient[4 * L];
            fill_currents(3, current, steps);
            fire(_i, &lif, steps, current, potential, NULL);
            for (int32_t k = 0; k < steps * L; k++)
                gradient[k] = 1;
            fire_backward(_i, &lif, steps, current, potential, gradient);
            for (int32_t k = 0; k < steps * L; k++)
                if (k / L >= steps - 2)
                    ck_assert_float_eq(gradient[k], 0);
                else
                    ck_assert_float_ne(gradient[k], 0);
        }
}
END_TEST

START_TEST(the_surrogate_is_steepest_at_the_threshold) {
    /* One current, one spike time: the gradient is the surrogate alone. */
    const snnd_lif lif = {.decay = 0, .threshold = 1, .alpha = 4, .detach_reset = 1};
    _Alignas(64) float current[3 * L] = {0}, potential[3 * L], gradient[3 * L] = {0};
    for (int lane = 0; lane < L; lane++) {
        current[lane] = 0.2f * (float)lane;
        gradient[2 * L + lane] = 1;
    }
    fire(_i, &lif, 3, current, potential, NULL);
    fire_backward(_i, &lif, 3, current, potential, gradient);
    for (int lane = 0; lane < L; lane++) {
        const double x = acos(-1) / 2 * 4 * ((double)current[lane] - 1);
        ck_assert_double_eq_tol((double)gradient[lane], 4 / 2.0 / (1 + x * x), 1e-5);
    }
    ck_assert_double_eq_tol((double)gradient[5], 2, 1e-5); /* at the threshold: alpha / 2 */
}
END_TEST

/* ---- the leaky integrator ---- */

START_TEST(a_leaky_integrator_sums_with_a_decaying_memory) {
    const float decay = 0.9f;
    _Alignas(64) float current[T * L], potential[T * L];
    fill_currents(0, current, T);
    leak(_i, decay, current, potential);
    for (int lane = 0; lane < L; lane++)
        for (int32_t t = 0; t < T; t++) {
            double expected = 0; /* sum over u < t of decay^(t-1-u) current[u] */
            for (int32_t u = 0; u < t; u++)
                expected += pow((double)decay, t - 1 - u) * (double)current[u * L + lane];
            ck_assert_double_eq_tol((double)potential[t * L + lane], expected, 1e-5);
        }
}
END_TEST

START_TEST(a_leaky_integrator_may_have_no_memory) {
    _Alignas(64) float current[T * L], potential[T * L];
    fill_currents(1, current, T);
    leak(_i, 0, current, potential);
    for (int32_t k = 0; k < T * L; k++)
        ck_assert_float_eq(potential[k], k < L ? 0 : current[k - L]);
}
END_TEST

/* It is linear, so that a difference over any distance is exact up to rounding. */
START_TEST(a_leaky_integrator_gradient_is_the_difference) {
    const float decay = 0.9f;
    _Alignas(64) float current[T * L], potential[T * L], moved[T * L], gradient[T * L], g[T * L];
    fill_currents(2, current, T);
    for (int32_t k = 0; k < T * L; k++)
        gradient[k] = g[k] = (float)noise(200, (uint64_t)k);
    kernels_of(_i)->rows->leaky_backward(decay, (snnd_extent){1, T}, row_at(gradient));
    leak(_i, decay, current, potential);
    for (int32_t at = 0; at < T; at++) {
        for (int lane = 0; lane < L; lane++)
            current[at * L + lane] += 16;
        leak(_i, decay, current, moved);
        for (int lane = 0; lane < L; lane++) {
            double difference = 0;
            for (int32_t t = 0; t < T; t++)
                difference += (double)g[t * L + lane] * ((double)moved[t * L + lane] - (double)potential[t * L + lane]);
            ck_assert_double_eq_tol((double)gradient[at * L + lane], difference / 16, 1e-5);
            current[at * L + lane] -= 16;
        }
        leak(_i, decay, current, potential);
    }
}
END_TEST

/* ---- several neurons ---- */

enum { MOST = 9, MARGIN = 2 * L, MOST_STRIDE = (T + 4) * L };

static const float UNTOUCHED = 77;

/* Rows of MOST neurons with something between them, before the first and behind the last. */
typedef struct field {
    _Alignas(64) float data[MARGIN + MOST * MOST_STRIDE];
    size_t stride;
} field;

static snnd_rows rows_from(field *f, int32_t neuron) {
    return (snnd_rows){.data = f->data + MARGIN + (size_t)neuron * f->stride, .stride = f->stride};
}

static void clear(field *f, int32_t steps_between) {
    f->stride = (size_t)(T + steps_between) * L;
    for (size_t k = 0; k < sizeof f->data / sizeof f->data[0]; k++)
        f->data[k] = UNTOUCHED;
}

static bool is_inside(const field *f, size_t k, int32_t neurons) {
    return k >= MARGIN && (k - MARGIN) / f->stride < (size_t)neurons && (k - MARGIN) % f->stride < T * L;
}

static void only_rows_are_written(const field *f, int32_t neurons) {
    for (size_t k = 0; k < sizeof f->data / sizeof f->data[0]; k++)
        if (!is_inside(f, k, neurons))
            ck_assert_float_eq(f->data[k], UNTOUCHED);
}

enum result { POTENTIAL, SPIKES, POTENTIAL_ALONE, SPIKES_ALONE, DETACHED, ATTACHED, LEAKY, LEAKY_GRADIENT, RESULTS };

/* What all kernels make of neurons that have the same currents and gradients each time. */
typedef struct outcome {
    field of[RESULTS];
} outcome;

static void clear_outcome(outcome *o, int32_t neurons) {
    static const enum result gradients[] = {DETACHED, ATTACHED, LEAKY_GRADIENT};
    for (int i = 0; i < RESULTS; i++)
        clear(&o->of[i], 1 + i % 4);
    for (int i = 0; i < 3; i++)
        for (int32_t n = 0; n < neurons; n++)
            for (int32_t k = 0; k < T * L; k++)
                rows_from(&o->of[gradients[i]], n).data[k] = (float)noise(300 + (uint64_t)n, (uint64_t)k);
}

/* Runs `count` neurons at once, from number `from` on. */
static void run_kernels(int32_t isa, outcome *o, field *current, int32_t from, int32_t count) {
    const snnd_row_kernels *kernels = kernels_of(isa)->rows;
    const snnd_lif detached = lif_of(1, 1), attached = lif_of(1, 0);
    const snnd_extent extent = {count, T};
    const snnd_rows h = rows_from(current, from), none = {0};
    snnd_rows to[RESULTS];
    for (int i = 0; i < RESULTS; i++)
        to[i] = rows_from(&o->of[i], from);
    _Alignas(64) float sums[L];
    kernels->lif_forward(&detached, extent, h, to[POTENTIAL], to[SPIKES], sums);
    kernels->lif_forward(&detached, extent, h, to[POTENTIAL_ALONE], none, NULL);
    kernels->lif_forward(&detached, extent, h, none, to[SPIKES_ALONE], sums);
    kernels->lif_backward(&detached, extent, h, to[POTENTIAL], to[DETACHED]);
    kernels->lif_backward(&attached, extent, h, to[POTENTIAL], to[ATTACHED]);
    kernels->leaky_forward(attached.decay, extent, h, to[LEAKY]);
    kernels->leaky_backward(attached.decay, extent, to[LEAKY_GRADIENT]);
}

static void fill_all_currents(field *current) {
    clear(current, 2);
    for (int32_t n = 0; n < MOST; n++)
        fill_currents(50 + (uint64_t)n, rows_from(current, n).data, T);
}

static void same_bits(const outcome *a, const outcome *b) {
    for (int i = 0; i < RESULTS; i++)
        ck_assert_msg(memcmp(a->of[i].data, b->of[i].data, sizeof a->of[i].data) == 0, "result %d differs", i);
}

START_TEST(neurons_at_once_are_each_as_alone) {
    static field current;
    static outcome at_once, alone;
    fill_all_currents(&current);
    for (int32_t neurons = 1; neurons <= MOST; neurons++) {
        clear_outcome(&at_once, neurons);
        clear_outcome(&alone, neurons);
        run_kernels(_i, &at_once, &current, 0, neurons);
        for (int32_t n = 0; n < neurons; n++)
            run_kernels(_i, &alone, &current, n, 1);
        same_bits(&at_once, &alone);
        for (int i = 0; i < RESULTS; i++)
            only_rows_are_written(&at_once.of[i], neurons);
    }
}
END_TEST

START_TEST(neurons_have_the_same_bits_in_all_instruction_sets) {
    static field current;
    static outcome plain, here;
    fill_all_currents(&current);
    clear_outcome(&plain, MOST);
    clear_outcome(&here, MOST);
    run_kernels(SNND_ISA_PLAIN, &plain, &current, 0, MOST);
    run_kernels(_i, &here, &current, 0, MOST);
    same_bits(&here, &plain);
}
END_TEST

static void add_tests(TCase *cases, int32_t isa) {
    tcase_add_loop_test(cases, spikes_and_potentials_are_those_of_the_recursion, isa, isa + 1);
    tcase_add_loop_test(cases, spikes_and_potentials_are_the_same_without_each_other, isa, isa + 1);
    tcase_add_loop_test(cases, a_current_that_is_not_finite_is_seen_in_the_sum_of_its_lane, isa, isa + 1);
    tcase_add_loop_test(cases, a_spike_is_taken_strictly_above_the_threshold, isa, isa + 1);
    tcase_add_loop_test(cases, a_current_makes_a_spike_two_steps_later_at_the_earliest, isa, isa + 1);
    tcase_add_loop_test(cases, a_spike_resets_the_potential_to_zero, isa, isa + 1);
    tcase_add_loop_test(cases, a_neuron_rests_without_current, isa, isa + 1);
    tcase_add_loop_test(cases, lanes_do_not_touch_each_other, isa, isa + 1);
    tcase_add_loop_test(cases, gradients_with_a_detached_reset_are_derivatives, isa, isa + 1);
    tcase_add_loop_test(cases, gradients_through_the_reset_are_derivatives, isa, isa + 1);
    tcase_add_loop_test(cases, detaching_the_reset_matters, isa, isa + 1);
    tcase_add_loop_test(cases, the_last_two_currents_have_no_gradient, isa, isa + 1);
    tcase_add_loop_test(cases, the_surrogate_is_steepest_at_the_threshold, isa, isa + 1);
    tcase_add_loop_test(cases, a_leaky_integrator_sums_with_a_decaying_memory, isa, isa + 1);
    tcase_add_loop_test(cases, a_leaky_integrator_may_have_no_memory, isa, isa + 1);
    tcase_add_loop_test(cases, a_leaky_integrator_gradient_is_the_difference, isa, isa + 1);
    tcase_add_loop_test(cases, neurons_at_once_are_each_as_alone, isa, isa + 1);
    tcase_add_loop_test(cases, neurons_have_the_same_bits_in_all_instruction_sets, isa, isa + 1);
}

Suite *rows_neurons_suite(void) {
    Suite *suite = suite_create("rows_neurons");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
