/* Neurons over time, against the equations of one sample in double precision. */
#include "kernel/rows.h"

#include <check.h>
#include <math.h>

#include "kernel/activity.h"
#include "kernel/dispatch.h"
#include "support.h"

Suite *neurons_suite(void);

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

START_TEST(spikes_and_potentials_are_those_of_the_recursion) {
    const snnd_lif lif = lif_of((uint64_t)_i, 1);
    float current[T * L], potential[T * L], spikes[T * L];
    fill_currents((uint64_t)_i, current, T);
    snnd_lif_forward(&lif, T, current, potential, spikes);
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
END_TEST

START_TEST(a_spike_is_taken_strictly_above_the_threshold) {
    const snnd_lif lif = {.decay = 0, .threshold = 0.75f, .alpha = 5, .detach_reset = 1};
    float current[3 * L] = {0}, potential[3 * L], spikes[3 * L];
    current[0] = 0.75f;
    current[1] = nextafterf(0.75f, 1);
    current[2] = nextafterf(0.75f, 0);
    snnd_lif_forward(&lif, 3, current, potential, spikes);
    for (int lane = 0; lane < 3; lane++)
        ck_assert_float_eq(potential[2 * L + lane], current[lane]);
    ck_assert_float_eq(spikes[2 * L + 0], 0);
    ck_assert_float_eq(spikes[2 * L + 1], 1);
    ck_assert_float_eq(spikes[2 * L + 2], 0);
}
END_TEST

START_TEST(a_current_makes_a_spike_two_steps_later_at_the_earliest) {
    const snnd_lif lif = lif_of(0, 1);
    float current[T * L] = {0}, potential[T * L], spikes[T * L];
    for (int lane = 0; lane < L; lane++) /* lane l has one large current, at 3 l */
        current[3 * lane * L + lane] = 100;
    snnd_lif_forward(&lif, T, current, potential, spikes);
    for (int lane = 0; lane < L; lane++)
        for (int32_t t = 0; t < T; t++)
            ck_assert_float_eq(spikes[t * L + lane], t == 3 * lane + 2 ? 1 : 0);
}
END_TEST

START_TEST(a_spike_resets_the_potential_to_zero) {
    const snnd_lif lif = lif_of(1, 1);
    float current[T * L], potential[T * L], spikes[T * L];
    fill_currents(1, current, T);
    snnd_lif_forward(&lif, T, current, potential, spikes);
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
    float current[T * L] = {0}, potential[T * L], spikes[T * L];
    snnd_lif_forward(&lif, T, current, potential, spikes);
    for (int32_t k = 0; k < T * L; k++) {
        ck_assert_float_eq(potential[k], 0);
        ck_assert_float_eq(spikes[k], 0);
    }
}
END_TEST

START_TEST(lanes_do_not_touch_each_other) {
    const snnd_lif lif = lif_of(2, 1);
    float current[T * L], turned[T * L], potential[T * L], spikes[T * L], other_potential[T * L], other_spikes[T * L];
    fill_currents(2, current, T);
    for (int32_t t = 0; t < T; t++)
        for (int lane = 0; lane < L; lane++)
            turned[t * L + lane] = current[t * L + (lane + 5) % L];
    snnd_lif_forward(&lif, T, current, potential, spikes);
    snnd_lif_forward(&lif, T, turned, other_potential, other_spikes);
    for (int32_t t = 0; t < T; t++)
        for (int lane = 0; lane < L; lane++) {
            ck_assert_float_eq(other_potential[t * L + lane], potential[t * L + (lane + 5) % L]);
            ck_assert_float_eq(other_spikes[t * L + lane], spikes[t * L + (lane + 5) % L]);
        }
}
END_TEST

/* ---- backwards ---- */

static void gradient_agrees(uint64_t seed, int32_t detach) {
    const snnd_lif lif = lif_of(seed, detach);
    float current[T * L], potential[T * L], spikes[T * L], g[T * L], gradient[T * L];
    fill_currents(seed, current, T);
    snnd_lif_forward(&lif, T, current, potential, spikes);
    for (int32_t k = 0; k < T * L; k++)
        gradient[k] = g[k] = (float)noise(100 + seed, (uint64_t)k);
    snnd_lif_backward(&lif, T, current, potential, gradient);
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
    gradient_agrees((uint64_t)_i, 1);
}
END_TEST

START_TEST(gradients_through_the_reset_are_derivatives) {
    gradient_agrees((uint64_t)_i, 0);
}
END_TEST

START_TEST(detaching_the_reset_matters) {
    float current[T * L], potential[T * L], spikes[T * L], detached[T * L], attached[T * L];
    snnd_lif lif = lif_of(0, 1);
    fill_currents(0, current, T);
    snnd_lif_forward(&lif, T, current, potential, spikes);
    for (int32_t k = 0; k < T * L; k++)
        detached[k] = attached[k] = 1;
    snnd_lif_backward(&lif, T, current, potential, detached);
    lif.detach_reset = 0;
    snnd_lif_backward(&lif, T, current, potential, attached);
    double difference = 0;
    for (int32_t k = 0; k < T * L; k++)
        difference = fmax(difference, fabs((double)detached[k] - (double)attached[k]));
    ck_assert_double_gt(difference, 0.1);
}
END_TEST

START_TEST(the_last_two_currents_have_no_gradient) {
    const snnd_lif lif = lif_of(0, _i);
    for (int32_t steps = 1; steps <= 4; steps++) {
        float current[4 * L], potential[4 * L], spikes[4 * L], gradient[4 * L];
        fill_currents(3, current, steps);
        snnd_lif_forward(&lif, steps, current, potential, spikes);
        for (int32_t k = 0; k < steps * L; k++)
            gradient[k] = 1;
        snnd_lif_backward(&lif, steps, current, potential, gradient);
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
    float current[3 * L] = {0}, potential[3 * L], spikes[3 * L], gradient[3 * L] = {0};
    for (int lane = 0; lane < L; lane++) {
        current[lane] = 0.2f * (float)lane;
        gradient[2 * L + lane] = 1;
    }
    snnd_lif_forward(&lif, 3, current, potential, spikes);
    snnd_lif_backward(&lif, 3, current, potential, gradient);
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
    float current[T * L], potential[T * L];
    fill_currents(0, current, T);
    snnd_leaky_forward(decay, T, current, potential);
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
    float current[T * L], potential[T * L];
    fill_currents(1, current, T);
    snnd_leaky_forward(0, T, current, potential);
    for (int32_t k = 0; k < T * L; k++)
        ck_assert_float_eq(potential[k], k < L ? 0 : current[k - L]);
}
END_TEST

/* It is linear, so that a difference over any distance is exact up to rounding. */
START_TEST(a_leaky_integrator_gradient_is_the_difference) {
    const float decay = 0.9f;
    float current[T * L], potential[T * L], moved[T * L], gradient[T * L], g[T * L];
    fill_currents(2, current, T);
    for (int32_t k = 0; k < T * L; k++)
        gradient[k] = g[k] = (float)noise(200, (uint64_t)k);
    snnd_leaky_backward(decay, T, gradient);
    snnd_leaky_forward(decay, T, current, potential);
    for (int32_t at = 0; at < T; at++) {
        for (int lane = 0; lane < L; lane++)
            current[at * L + lane] += 16;
        snnd_leaky_forward(decay, T, current, moved);
        for (int lane = 0; lane < L; lane++) {
            double difference = 0;
            for (int32_t t = 0; t < T; t++)
                difference += (double)g[t * L + lane] * ((double)moved[t * L + lane] - (double)potential[t * L + lane]);
            ck_assert_double_eq_tol((double)gradient[at * L + lane], difference / 16, 1e-5);
            current[at * L + lane] -= 16;
        }
        snnd_leaky_forward(decay, T, current, potential);
    }
}
END_TEST

Suite *neurons_suite(void) {
    Suite *suite = suite_create("neurons");

    TCase *forward = tcase_create("lif forward");
    tcase_add_loop_test(forward, spikes_and_potentials_are_those_of_the_recursion, 0, SEEDS);
    tcase_add_test(forward, a_spike_is_taken_strictly_above_the_threshold);
    tcase_add_test(forward, a_current_makes_a_spike_two_steps_later_at_the_earliest);
    tcase_add_test(forward, a_spike_resets_the_potential_to_zero);
    tcase_add_test(forward, a_neuron_rests_without_current);
    tcase_add_test(forward, lanes_do_not_touch_each_other);
    suite_add_tcase(suite, forward);

    TCase *backward = tcase_create("lif backward");
    tcase_add_loop_test(backward, gradients_with_a_detached_reset_are_derivatives, 0, SEEDS);
    tcase_add_loop_test(backward, gradients_through_the_reset_are_derivatives, 0, SEEDS);
    tcase_add_test(backward, detaching_the_reset_matters);
    tcase_add_loop_test(backward, the_last_two_currents_have_no_gradient, 0, 2);
    tcase_add_test(backward, the_surrogate_is_steepest_at_the_threshold);
    suite_add_tcase(suite, backward);

    TCase *leaky = tcase_create("leaky integrator");
    tcase_add_test(leaky, a_leaky_integrator_sums_with_a_decaying_memory);
    tcase_add_test(leaky, a_leaky_integrator_may_have_no_memory);
    tcase_add_test(leaky, a_leaky_integrator_gradient_is_the_difference);
    suite_add_tcase(suite, leaky);
    return suite;
}
