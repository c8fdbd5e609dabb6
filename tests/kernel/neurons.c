/* Neurons over time, in every instruction set of this machine, against the equations of one sample in double
 * precision. */
#include "kernel/neurons.h"

#include <check.h>
#include <math.h>
#include <stdbool.h>

#include "isa.h"
#include "kernel/activity.h"
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

/* Every order with every reset and surrogate; number 0 is the paper's. */
enum { SURROGATES = SNND_SURROGATE_RECTANGLE, VARIANTS = 4 * SURROGATES };

static snnd_lif variant_of(int variant, uint64_t seed, int32_t detach) {
    snnd_lif lif = lif_of(seed, detach);
    lif.order = variant / (2 * SURROGATES) == 0 ? SNND_ORDER_PAPER : SNND_ORDER_UPDATE_FIRST;
    lif.reset = variant / SURROGATES % 2 == 0 ? SNND_RESET_ZERO : SNND_RESET_SUBTRACT;
    lif.surrogate = SNND_SURROGATE_ARCTAN + variant % SURROGATES;
    return lif;
}

/* ---- kernels for one neuron ---- */

static snnd_rows row_at(float *data) {
    return (snnd_rows){.data = data};
}

static void fire(int32_t isa, const snnd_lif *lif, int32_t steps, float *current, float *potential, float *spikes) {
    _Alignas(64) float sums[L];
    kernels_of(isa)->neurons->lif_forward(lif, (snnd_extent){1, steps}, row_at(current), row_at(potential),
                                          row_at(spikes), sums);
}

static void fire_backward(int32_t isa, const snnd_lif *lif, int32_t steps, float *current, float *potential,
                          float *gradient) {
    kernels_of(isa)->neurons->lif_backward(lif, (snnd_extent){1, steps}, row_at(current), row_at(potential),
                                           row_at(gradient), NULL);
}

static void leak(int32_t isa, float decay, float *current, float *potential) {
    const snnd_leaky leaky = {.decay = decay};
    kernels_of(isa)->neurons->leaky_forward(&leaky, (snnd_extent){1, T}, row_at(current), row_at(potential));
}

/* A number that is not finite, in one lane at one step of any of seven neurons, is seen in the sum of this lane alone.
 * A neuron that it makes fire forgets it at once. */
static void what_is_not_finite_is_seen(int32_t isa, const snnd_lif *lif) {
    enum { NEURONS = 7, STEPS = 3 };
    static const float wrong[] = {INFINITY, -INFINITY, NAN};
    _Alignas(64) float current[NEURONS * STEPS * L], spikes[NEURONS * STEPS * L], sums[L];
    const snnd_rows from = {current, STEPS * L}, to = {spikes, STEPS * L}, none = {0};
    for (int where = 0; where < NEURONS * STEPS * L; where++)
        for (int w = 0; w < 3; w++) {
            for (int k = 0; k < NEURONS * STEPS * L; k++)
                current[k] = (float)noise(7, (uint64_t)k);
            current[where] = wrong[w];
            kernels_of(isa)->neurons->lif_forward(lif, (snnd_extent){NEURONS, STEPS}, from, none, to, sums);
            for (int l = 0; l < L; l++)
                HOLDS((isfinite(sums[l]) != 0) == (l != where % L), "number %d of place %d: the sum of lane %d is %g",
                      w, where, l, (double)sums[l]);
        }
}

START_TEST(a_current_that_is_not_finite_is_seen_in_the_sum_of_its_lane) {
    for (int variant = 0; variant < VARIANTS; variant += SURROGATES) {
        const snnd_lif lif = variant_of(variant, 1, 1);
        what_is_not_finite_is_seen(_i, &lif);
    }
}
END_TEST

/* ---- one neuron, one sample, as the model states it ---- */

typedef struct one {
    double v[T], s[T]; /* before the spike, and the spike */
} one;

static one recursion(const snnd_lif *lif, const float *current, int lane) {
    const bool update_first = lif->order == SNND_ORDER_UPDATE_FIRST;
    one made;
    double mem = 0, syn = 0;
    for (int32_t t = 0; t < T; t++) {
        const double now = (double)current[t * L + lane];
        const double charge = (double)lif->decay * mem + (update_first ? now : syn);
        made.v[t] = update_first ? charge : mem;
        made.s[t] = made.v[t] - (double)lif->threshold > 0;
        if (lif->reset == SNND_RESET_SUBTRACT)
            mem = charge - (double)lif->threshold * made.s[t];
        else
            mem = charge * (1 - made.s[t]);
        syn = now;
    }
    return made;
}

/* The surrogate's slope as the header has it. */
static double slope_of(const snnd_lif *lif, double v) {
    const double alpha = (double)lif->alpha, x = acos(-1) / 2 * alpha * v, q = 1 / (1 + exp(-alpha * v));
    switch (lif->surrogate) {
    case SNND_SURROGATE_FAST_SIGMOID:
        return 1 / pow(1 + alpha * fabs(v), 2);
    case SNND_SURROGATE_SIGMOID:
        return alpha * q * (1 - q);
    case SNND_SURROGATE_TRIANGLE:
        return fmax(0, 1 - alpha * fabs(v));
    case SNND_SURROGATE_RECTANGLE:
        return fabs(v) < 1 / (2 * alpha) ? alpha : 0;
    default:
        return alpha / 2 / (1 + x * x);
    }
}

enum { BY_DECAY = -1 };

/*
 * d(sum g s) / d current[at], or by the decay, by carrying derivatives forwards in time, ds = surrogate(v) dv. With
 * `detach` the spike in the reset is taken for a constant. `size` receives the sum of the terms' sizes.
 */
static double forward_derivative(const snnd_lif *lif, const float *current, const float *g, int lane, int32_t at,
                                 double *size) {
    const double decay = (double)lif->decay, threshold = (double)lif->threshold;
    const bool update_first = lif->order == SNND_ORDER_UPDATE_FIRST, subtract = lif->reset == SNND_RESET_SUBTRACT;
    double mem = 0, syn = 0, d_mem = 0, d_syn = 0, total = 0;
    *size = 0;
    for (int32_t t = 0; t < T; t++) {
        const double now = (double)current[t * L + lane], d_now = t == at;
        const double charge = decay * mem + (update_first ? now : syn);
        const double d_charge = decay * d_mem + (at == BY_DECAY ? mem : 0) + (update_first ? d_now : d_syn);
        const double v = (update_first ? charge : mem) - threshold, s = v > 0;
        const double d_s = slope_of(lif, v) * (update_first ? d_charge : d_mem);
        total += (double)g[t * L + lane] * d_s;
        *size += fabs((double)g[t * L + lane] * d_s);
        mem = subtract ? charge - threshold * s : charge * (1 - s);
        d_mem = subtract ? d_charge : d_charge * (1 - s);
        if (!lif->detach_reset)
            d_mem -= (subtract ? threshold : charge) * d_s;
        syn = now;
        d_syn = d_now;
    }
    return total;
}

/* ---- forwards ---- */

static void recursion_agrees(int32_t isa, int variant, uint64_t seed) {
    const snnd_lif lif = variant_of(variant, seed, 1);
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
    ck_assert_int_lt(fired, T * L * 2 / 3);
}

START_TEST(spikes_and_potentials_are_those_of_the_recursion) {
    for (int variant = 0; variant < VARIANTS; variant += SURROGATES)
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            recursion_agrees(_i, variant, seed);
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

static void gradient_agrees(int32_t isa, int variant, uint64_t seed, int32_t detach) {
    const snnd_lif lif = variant_of(variant, seed, detach);
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
            /* Beside its edge a triangle is a difference of numbers that are close. */
            const double least = variant == 0 ? 1e-7 : 1e-6;
            ck_assert_msg(fabs(got - expected) <= 2e-5 * size + least,
                          "variant %d: step %d, lane %d is %.9g; expected %.9g", variant, t, lane, got, expected);
        }
}

START_TEST(gradients_with_a_detached_reset_are_derivatives) {
    for (int variant = 0; variant < VARIANTS; variant++)
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            gradient_agrees(_i, variant, seed, 1);
}
END_TEST

START_TEST(gradients_through_the_reset_are_derivatives) {
    for (int variant = 0; variant < VARIANTS; variant++)
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            gradient_agrees(_i, variant, seed, 0);
}
END_TEST

/* Of neurons whose time constants are their own. */
static void slopes_agree(int32_t isa, int variant, int32_t detach) {
    enum { NEURONS = 5, ROW = T * L };
    _Alignas(64) float current[NEURONS * ROW], potential[NEURONS * ROW], g[NEURONS * ROW], gradient[NEURONS * ROW];
    _Alignas(64) float slopes[NEURONS * L], decays[NEURONS];
    snnd_lif lif = variant_of(variant, 1, detach);
    lif.decays = decays;
    for (int n = 0; n < NEURONS; n++) {
        decays[n] = 0.6f + 0.07f * (float)n;
        fill_currents((uint64_t)n, current + n * ROW, T);
    }
    for (int k = 0; k < NEURONS * ROW; k++)
        gradient[k] = g[k] = (float)noise(100, (uint64_t)k);
    const snnd_extent extent = {NEURONS, T};
    const snnd_rows none = {0}, h = {current, ROW}, v = {potential, ROW}, back = {gradient, ROW};
    kernels_of(isa)->neurons->lif_forward(&lif, extent, h, v, none, NULL);
    kernels_of(isa)->neurons->lif_backward(&lif, extent, h, v, back, slopes);
    for (int n = 0; n < NEURONS; n++)
        for (int lane = 0; lane < L; lane++) {
            double size;
            snnd_lif same = lif;
            same.decay = decays[n];
            const double expected = forward_derivative(&same, current + n * ROW, g + n * ROW, lane, BY_DECAY, &size);
            const double got = (double)slopes[n * L + lane];
            ck_assert_msg(fabs(got - expected) <= 1e-4 * size + 1e-6,
                          "variant %d: neuron %d, lane %d is %.9g; expected %.9g", variant, n, lane, got, expected);
        }
}

START_TEST(gradients_by_decays_are_derivatives) {
    for (int variant = 0; variant < VARIANTS; variant++)
        for (int32_t detach = 0; detach <= 1; detach++)
            slopes_agree(_i, variant, detach);
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

START_TEST(a_leaky_integrator_that_updates_first_is_one_step_ahead) {
    _Alignas(64) float current[T * L], potential[T * L], ahead[T * L], gradient[T * L], gradient_ahead[T * L];
    const snnd_leaky paper = {.decay = 0.9f}, first = {.decay = 0.9f, .order = SNND_ORDER_UPDATE_FIRST};
    fill_currents(1, current, T);
    for (int32_t k = 0; k < T * L; k++)
        gradient[k] = gradient_ahead[k] = (float)noise(200, (uint64_t)k);
    const snnd_neuron_kernels *kernels = kernels_of(_i)->neurons;
    kernels->leaky_forward(&paper, (snnd_extent){1, T}, row_at(current), row_at(potential));
    kernels->leaky_forward(&first, (snnd_extent){1, T}, row_at(current), row_at(ahead));
    ck_assert_mem_eq(ahead, potential + L, (T - 1) * L * sizeof *ahead);
    kernels->leaky_backward(&paper, (snnd_extent){1, T}, row_at(gradient));
    kernels->leaky_backward(&first, (snnd_extent){1, T}, row_at(gradient_ahead));
    ck_assert_mem_eq(gradient_ahead + L, gradient, (T - 1) * L * sizeof *ahead);
}
END_TEST

START_TEST(gradients_of_a_leaky_integrator_by_decays_are_derivatives) {
    enum { NEURONS = 5, ROW = T * L };
    _Alignas(64) float current[NEURONS * ROW], potential[NEURONS * ROW], g[NEURONS * ROW], slopes[NEURONS * L];
    const float decays[NEURONS] = {0, 0.5f, 0.9f, 0.99f, 1};
    const snnd_rows h = {current, ROW}, v = {potential, ROW}, back = {g, ROW};
    for (int32_t order = SNND_ORDER_PAPER; order <= SNND_ORDER_UPDATE_FIRST; order++) {
        const snnd_leaky leaky = {.order = order, .decays = decays};
        for (int n = 0; n < NEURONS; n++)
            fill_currents((uint64_t)n, current + n * ROW, T);
        for (int k = 0; k < NEURONS * ROW; k++)
            g[k] = (float)noise(100, (uint64_t)k);
        kernels_of(_i)->neurons->leaky_forward(&leaky, (snnd_extent){NEURONS, T}, h, v);
        kernels_of(_i)->neurons->leaky_slopes(&leaky, (snnd_extent){NEURONS, T}, v, back, slopes);
        for (int k = 0; k < NEURONS * L; k++) {
            const float *row = current + k / L * ROW + k % L, *out = g + k / L * ROW + k % L;
            double mem = 0, syn = 0, d_mem = 0, total = 0, size = 0;
            for (int t = 0; t < T; t++) {
                d_mem = mem + (double)decays[k / L] * d_mem;
                mem = (double)decays[k / L] * mem + (order == SNND_ORDER_PAPER ? syn : (double)row[t * L]);
                syn = (double)row[t * L];
                total += (double)out[t * L] * d_mem;
                size += fabs((double)out[t * L] * d_mem);
            }
            ck_assert_double_eq_tol((double)slopes[k], total, 1e-5 * size);
        }
    }
}
END_TEST

/* It is linear, so that a difference over any distance is exact up to rounding. */
START_TEST(a_leaky_integrator_gradient_is_the_difference) {
    const float decay = 0.9f;
    _Alignas(64) float current[T * L], potential[T * L], moved[T * L], gradient[T * L], g[T * L];
    fill_currents(2, current, T);
    for (int32_t k = 0; k < T * L; k++)
        gradient[k] = g[k] = (float)noise(200, (uint64_t)k);
    const snnd_leaky leaky = {.decay = decay};
    kernels_of(_i)->neurons->leaky_backward(&leaky, (snnd_extent){1, T}, row_at(gradient));
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

/* Time constants of their own, or one for all. */
static const float own_decays[MOST] = {0.9f, 0.8f, 0.95f, 0.7f, 0, 0.99f, 0.6f, 1, 0.5f};
enum { KINDS = 2 * VARIANTS };

static snnd_lif kind_of(int kind, int32_t detach, int32_t from) {
    snnd_lif lif = variant_of(kind / 2, 1, detach);
    lif.decays = kind % 2 == 0 ? NULL : own_decays + from;
    return lif;
}

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
static void run_kernels(int32_t isa, int kind, outcome *o, field *current, int32_t from, int32_t count) {
    const snnd_neuron_kernels *kernels = kernels_of(isa)->neurons;
    const snnd_lif detached = kind_of(kind, 1, from), attached = kind_of(kind, 0, from);
    const snnd_extent extent = {count, T};
    const snnd_rows h = rows_from(current, from), none = {0};
    snnd_rows to[RESULTS];
    for (int i = 0; i < RESULTS; i++)
        to[i] = rows_from(&o->of[i], from);
    _Alignas(64) float sums[L];
    kernels->lif_forward(&detached, extent, h, to[POTENTIAL], to[SPIKES], sums);
    kernels->lif_forward(&detached, extent, h, to[POTENTIAL_ALONE], none, NULL);
    kernels->lif_forward(&detached, extent, h, none, to[SPIKES_ALONE], sums);
    kernels->lif_backward(&detached, extent, h, to[POTENTIAL], to[DETACHED], NULL);
    kernels->lif_backward(&attached, extent, h, to[POTENTIAL], to[ATTACHED], NULL);
    const snnd_leaky leaky = {.decay = attached.decay, .order = attached.order, .decays = attached.decays};
    kernels->leaky_forward(&leaky, extent, h, to[LEAKY]);
    kernels->leaky_backward(&leaky, extent, to[LEAKY_GRADIENT]);
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
    for (int kind = 0; kind < KINDS; kind++)
        for (int32_t neurons = kind == 0 ? 1 : MOST; neurons <= MOST; neurons++) {
            clear_outcome(&at_once, neurons);
            clear_outcome(&alone, neurons);
            run_kernels(_i, kind, &at_once, &current, 0, neurons);
            for (int32_t n = 0; n < neurons; n++)
                run_kernels(_i, kind, &alone, &current, n, 1);
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
    for (int kind = 0; kind < KINDS; kind++) {
        clear_outcome(&plain, MOST);
        clear_outcome(&here, MOST);
        run_kernels(SNND_ISA_PLAIN, kind, &plain, &current, 0, MOST);
        run_kernels(_i, kind, &here, &current, 0, MOST);
        same_bits(&here, &plain);
    }
}
END_TEST

/* A neuron's row, step by step, has the bits of the row. */
START_TEST(steps_have_the_bits_of_rows) {
    static field current;
    static outcome rows;
    fill_all_currents(&current);
    for (int kind = 0; kind < KINDS; kind++) {
        const snnd_lif lif = kind_of(kind, 1, 0);
        const snnd_leaky leaky = {.decay = lif.decay, .order = lif.order, .decays = lif.decays};
        float mem[2][MOST] = {{0}}, syn[2][MOST] = {{0}}, now[MOST], spikes[MOST], potential[MOST];
        clear_outcome(&rows, MOST);
        run_kernels(_i, kind, &rows, &current, 0, MOST);
        for (int t = 0; t < T; t++) {
            for (int n = 0; n < MOST; n++)
                now[n] = rows_from(&current, n).data[t * L + 3];
            kernels_of(_i)->neurons->lif_step(&lif, MOST, now, mem[0], syn[0], spikes);
            kernels_of(_i)->neurons->leaky_step(&leaky, MOST, now, mem[1], syn[1], potential);
            for (int n = 0; n < MOST; n++) {
                ck_assert_float_eq(spikes[n], rows_from(&rows.of[SPIKES], n).data[t * L + 3]);
                ck_assert_float_eq(potential[n], rows_from(&rows.of[LEAKY], n).data[t * L + 3]);
            }
        }
    }
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
    tcase_add_loop_test(cases, gradients_by_decays_are_derivatives, isa, isa + 1);
    tcase_add_loop_test(cases, detaching_the_reset_matters, isa, isa + 1);
    tcase_add_loop_test(cases, the_last_two_currents_have_no_gradient, isa, isa + 1);
    tcase_add_loop_test(cases, the_surrogate_is_steepest_at_the_threshold, isa, isa + 1);
    tcase_add_loop_test(cases, a_leaky_integrator_sums_with_a_decaying_memory, isa, isa + 1);
    tcase_add_loop_test(cases, a_leaky_integrator_may_have_no_memory, isa, isa + 1);
    tcase_add_loop_test(cases, a_leaky_integrator_that_updates_first_is_one_step_ahead, isa, isa + 1);
    tcase_add_loop_test(cases, gradients_of_a_leaky_integrator_by_decays_are_derivatives, isa, isa + 1);
    tcase_add_loop_test(cases, a_leaky_integrator_gradient_is_the_difference, isa, isa + 1);
    tcase_add_loop_test(cases, neurons_at_once_are_each_as_alone, isa, isa + 1);
    tcase_add_loop_test(cases, steps_have_the_bits_of_rows, isa, isa + 1);
    tcase_add_loop_test(cases, neurons_have_the_same_bits_in_all_instruction_sets, isa, isa + 1);
}

Suite *neurons_suite(void) {
    Suite *suite = suite_create("neurons");
    add_case_for_each_isa(suite, add_tests);
    return suite;
}
