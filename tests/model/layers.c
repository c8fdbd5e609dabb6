/* What each kind of layer does to its input, through a workspace. */
#include "model/block.h"
#include "model/small.h"

Suite *layers_suite(void);

static snnd_context *context;
static snnd_network *network;
static snnd_workspace *workspace;

static void set_up(void) {
    context = make_context(1);
    network = make_network(context, 1);
    workspace = NULL;
}

static void tear_down(void) {
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

/* A synapse's taps add up to this, not to 1: the reference divides by sum + 1e-7. */
static const double WHOLE = 1 / (1 + 1e-7);

/* ---- delays ---- */

enum { STEPS = 40 };

/* One synapse of weight 0.75 and a delay of `delay` steps, fed with random numbers. */
static void assert_shifted(snnd_layer *layer, snnd_mode mode, int32_t delay) {
    float *input = make_numbers(STEPS, 1);
    workspace = make_workspace(network, 1, STEPS);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = 0.75f;
    floats(layer, SNND_ARRAY_POSITION)[0] = (float)(12 - delay);
    float *output = output_after(workspace, mode, input, 1);
    for (int t = 0; t < STEPS; t++) {
        if (t < delay)
            ck_assert_float_eq(output[t], 0);
        else
            ck_assert_double_eq_tol((double)output[t], 0.75 * WHOLE * (double)input[t - delay], 2e-7);
    }
    free(input);
    free(output);
}

START_TEST(a_delay_shifts_its_input_by_that_many_steps) {
    assert_shifted(add_delays(network, 1, NULL), SNND_EVALUATE, _i);
}
END_TEST

START_TEST(a_triangle_at_sigma_0_shifts_in_training_too) {
    snnd_delay_options options = delay_options(24);
    options.kernel = SNND_KERNEL_MAX;
    snnd_layer *layer = add_delays(network, 1, &options);
    OK(context, snnd_network_set_sigma(network, 0));
    assert_shifted(layer, SNND_TRAIN, _i);
}
END_TEST

START_TEST(frozen_delays_shift_in_training_whatever_sigma_is) {
    snnd_delay_options options = delay_options(24);
    options.learn_delays = 0;
    snnd_layer *layer = add_delays(network, 1, &options);
    OK(context, snnd_network_set_sigma(network, 12));
    assert_shifted(layer, SNND_TRAIN, 4 * _i);
}
END_TEST

START_TEST(evaluation_rounds_the_position) {
    snnd_layer *layer = add_delays(network, 1, NULL);
    float input[STEPS] = {1};
    workspace = make_workspace(network, 1, STEPS);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = 1;
    floats(layer, SNND_ARRAY_POSITION)[0] = 3.4f; /* 8.6 steps */
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    for (int t = 0; t < STEPS; t++)
        ck_assert_float_eq_tol(output[t], t == 9 ? 1 : 0, 1e-6f);
    free(output);
}
END_TEST

/* What a pulse at step 0 becomes in training: the kernel of model.md, straight from its formula. */
static void assert_kernel(int32_t kernel, double sigma, double position) {
    snnd_delay_options options = delay_options(8);
    options.kernel = kernel;
    snnd_layer *layer = add_delays(network, 1, &options);
    const float input[12] = {1};
    double g[9], sum = 1e-7;
    for (int n = 0; n < 9; n++) {
        const double away = n - (double)((float)position + 4);
        g[n] = kernel == SNND_KERNEL_GAUSS ? exp(-pow(away / (sigma + 0.27), 2) / 2) : fmax(0, sigma + 1 - fabs(away));
        sum += g[n];
    }
    OK(context, snnd_network_set_sigma(network, sigma));
    workspace = make_workspace(network, 1, 12);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = -2;
    floats(layer, SNND_ARRAY_POSITION)[0] = (float)position;
    float *output = output_after(workspace, SNND_TRAIN, input, 1);
    for (int t = 0; t < 12; t++)
        ck_assert_double_eq_tol((double)output[t], t > 8 ? 0 : -2 * g[8 - t] / sum, 1e-6);
    free(output);
}

static const double shapes[][2] = {{4, 0}, {2.5, 3.3}, {1, -4}, {0.5, 0.5}, {0.23, 1.75}, {0, -2.2}, {100, 1}};

START_TEST(a_pulse_comes_out_as_a_gaussian) {
    assert_kernel(SNND_KERNEL_GAUSS, shapes[_i][0], shapes[_i][1]);
}
END_TEST

START_TEST(a_pulse_comes_out_as_a_triangle) {
    assert_kernel(SNND_KERNEL_MAX, shapes[_i][0], shapes[_i][1]);
}
END_TEST

START_TEST(evaluation_does_not_look_at_sigma) {
    add_delays(network, 3, NULL);
    float *input = make_numbers(STEPS, 2);
    workspace = make_workspace(network, 1, STEPS);
    OK(context, snnd_network_set_sigma(network, 12));
    float *wide = output_after(workspace, SNND_EVALUATE, input, 1);
    OK(context, snnd_network_set_sigma(network, 0.23));
    float *narrow = output_after(workspace, SNND_EVALUATE, input, 1);
    assert_same_bits(wide, narrow, 3 * STEPS * sizeof *wide, "outputs");
    free(input);
    free(wide);
    free(narrow);
}
END_TEST

START_TEST(two_synapses_for_a_pair_are_the_sum_of_one_and_one) {
    const snnd_mode mode = _i == 0 ? SNND_EVALUATE : SNND_TRAIN;
    snnd_delay_options options = delay_options(6);
    float *input = make_numbers(STEPS * 3, 3), *sum = calloc(STEPS * 4, sizeof *sum);
    snnd_network *pair = make_network(context, 3);
    options.kernel_count = 2;
    snnd_layer *both = add_delays(pair, 4, &options);
    OK(context, snnd_network_initialize(pair, 8));
    options.kernel_count = 1;
    for (int which = 0; which < 2; which++) {
        snnd_network *single = make_network(context, 3);
        snnd_layer *layer = add_delays(single, 4, &options);
        for (int name = SNND_ARRAY_WEIGHT; name <= SNND_ARRAY_POSITION; name++)
            for (int s = 0; s < 12; s++)
                floats(layer, (snnd_array_name)name)[s] = floats(both, (snnd_array_name)name)[2 * s + which];
        snnd_workspace *own = make_workspace(single, 1, STEPS);
        float *output = output_after(own, mode, input, 1);
        for (int k = 0; k < STEPS * 4; k++)
            sum[k] += output[k];
        free(output);
        snnd_workspace_free(own);
        snnd_network_free(single);
    }
    workspace = make_workspace(pair, 1, STEPS);
    float *output = output_after(workspace, mode, input, 1);
    for (int k = 0; k < STEPS * 4; k++)
        ck_assert_float_eq_tol(output[k], sum[k], 1e-5f);
    snnd_workspace_free(workspace);
    workspace = NULL;
    snnd_network_free(pair);
    free(input);
    free(sum);
    free(output);
}
END_TEST

START_TEST(a_sign_turns_its_synapse_round) {
    snnd_layer *layer = add_delays(network, 2, NULL);
    const snnd_structure structure = structure_of(0);
    snnd_sparsity *sparsity;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &sparsity));
    int8_t *sign = array_of(layer, SNND_ARRAY_SIGN).data;
    for (int o = 0; o < 2; o++) {
        sign[o] = o == 0 ? 1 : -1;
        floats(layer, SNND_ARRAY_WEIGHT)[o] = 0.5f;
        floats(layer, SNND_ARRAY_POSITION)[o] = 12;
    }
    float *input = make_numbers(STEPS, 4);
    workspace = make_workspace(network, 1, STEPS);
    for (int mode = SNND_EVALUATE; mode <= SNND_TRAIN; mode++) {
        float *output = output_after(workspace, (snnd_mode)mode, input, 1);
        for (int t = 0; t < STEPS; t++)
            ck_assert_float_eq(output[2 * t], -output[2 * t + 1]);
        ck_assert_float_ne(output[2 * (STEPS - 1)], 0);
        free(output);
    }
    snnd_sparsity_free(sparsity);
    free(input);
}
END_TEST

START_TEST(a_weight_of_0_carries_nothing) {
    snnd_layer *layer = add_delays(network, 1, NULL);
    float *input = make_numbers(STEPS, 5);
    workspace = make_workspace(network, 1, STEPS);
    floats(layer, SNND_ARRAY_WEIGHT)[0] = 0;
    for (int mode = SNND_EVALUATE; mode <= SNND_TRAIN; mode++) {
        float *output = output_after(workspace, (snnd_mode)mode, input, 1);
        for (int t = 0; t < STEPS; t++)
            ck_assert_float_eq(output[t], 0);
        free(output);
    }
    free(input);
}
END_TEST

/* ---- batch norm ---- */

enum { SAMPLES = 5, NEURONS = 3, VALUES = STEPS * SAMPLES * NEURONS };

/* Mean and biased variance of one neuron of [T, B, O]. */
static void moments_of(const float *values, int32_t neuron, double *mean, double *variance) {
    *mean = *variance = 0;
    for (int k = neuron; k < VALUES; k += NEURONS)
        *mean += (double)values[k] / (STEPS * SAMPLES);
    for (int k = neuron; k < VALUES; k += NEURONS)
        *variance += pow((double)values[k] - *mean, 2) / (STEPS * SAMPLES);
}

/* A network of batch norm alone, over inputs with a mean and a spread; returns the input [B, T, I]. */
static float *build_batch_norm(double momentum, snnd_layer **layer) {
    snnd_batch_norm_options options;
    OK(context, snnd_batch_norm_options_init(&options, sizeof options));
    options.momentum = momentum;
    snnd_network_free(network);
    network = make_network(context, NEURONS);
    OK(context, snnd_network_add_batch_norm(network, &options, layer));
    workspace = make_workspace(network, 2 * SAMPLES, STEPS);
    float *input = make_numbers(VALUES, 6);
    for (int k = 0; k < VALUES; k++)
        input[k] = 3 + 2 * input[k] * (float)(1 + k % NEURONS);
    return input;
}

START_TEST(batch_norm_gives_mean_shift_and_variance_scale_squared) {
    snnd_layer *layer;
    float *input = build_batch_norm(0.1, &layer);
    for (int n = 0; n < NEURONS; n++) {
        floats(layer, SNND_ARRAY_SCALE)[n] = 0.5f + (float)n;
        floats(layer, SNND_ARRAY_SHIFT)[n] = -1.5f + (float)n;
    }
    float *output = output_after(workspace, SNND_TRAIN, input, SAMPLES);
    for (int n = 0; n < NEURONS; n++) {
        double mean, variance;
        moments_of(output, n, &mean, &variance);
        ck_assert_double_eq_tol(mean, -1.5 + n, 1e-5);
        ck_assert_double_eq_tol(sqrt(variance), 0.5 + n, 1e-4); /* epsilon is 1e-5 of variances above 1 */
    }
    free(input);
    free(output);
}
END_TEST

START_TEST(running_statistics_follow_the_batches_unbiased) {
    snnd_layer *layer;
    const double momentum = 0.25, count = STEPS * SAMPLES;
    float *input = build_batch_norm(momentum, &layer);
    double running_mean[NEURONS] = {0}, running_variance[NEURONS] = {1, 1, 1};
    for (int pass = 0; pass < 3; pass++) {
        for (int n = 0; n < NEURONS; n++) {
            double mean, variance;
            moments_of(input, n, &mean, &variance); /* [B, T, I] has the neurons in the same places */
            running_mean[n] = (1 - momentum) * running_mean[n] + momentum * mean;
            running_variance[n] = (1 - momentum) * running_variance[n] + momentum * variance * count / (count - 1);
        }
        OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, SAMPLES));
        for (int n = 0; n < NEURONS; n++) {
            ck_assert_double_eq_tol((double)floats(layer, SNND_ARRAY_RUNNING_MEAN)[n], running_mean[n], 1e-5);
            ck_assert_double_eq_tol((double)floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[n], running_variance[n],
                                    1e-5 * running_variance[n]);
        }
        fill_uniform(input, VALUES, -pass, 2, 10 + (uint64_t)pass);
    }
    free(input);
}
END_TEST

START_TEST(evaluation_normalises_by_the_running_statistics_and_leaves_them) {
    snnd_layer *layer;
    float *input = build_batch_norm(0.1, &layer);
    for (int n = 0; n < NEURONS; n++) {
        floats(layer, SNND_ARRAY_RUNNING_MEAN)[n] = 0.5f;
        floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[n] = 4;
        floats(layer, SNND_ARRAY_SCALE)[n] = 3;
        floats(layer, SNND_ARRAY_SHIFT)[n] = 10;
    }
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    float *output = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    for (int k = 0; k < STEPS * NEURONS; k++)
        ck_assert_double_eq_tol((double)output[k], ((double)input[k] - 0.5) / sqrt(4 + 1e-5) * 3 + 10, 1e-5);
    ck_assert_float_eq(floats(layer, SNND_ARRAY_RUNNING_MEAN)[0], 0.5f);
    ck_assert_float_eq(floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[0], 4);
    free(input);
    free(output);
}
END_TEST

START_TEST(momentum_0_keeps_the_running_statistics) {
    snnd_layer *layer;
    float *input = build_batch_norm(0, &layer);
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, SAMPLES));
    ck_assert_float_eq(floats(layer, SNND_ARRAY_RUNNING_MEAN)[0], 0);
    ck_assert_float_eq(floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[0], 1);
    free(input);
}
END_TEST

START_TEST(a_constant_current_is_normalised_to_the_shift) {
    snnd_layer *layer;
    float *input = build_batch_norm(0.1, &layer);
    for (int k = 0; k < VALUES; k++)
        input[k] = 0.3f;
    floats(layer, SNND_ARRAY_SHIFT)[1] = 0.25f;
    float *output = output_after(workspace, SNND_TRAIN, input, SAMPLES);
    for (int k = 0; k < VALUES; k++)
        ck_assert_float_eq_tol(output[k], k % NEURONS == 1 ? 0.25f : 0, 1e-4f);
    free(input);
    free(output);
}
END_TEST

START_TEST(one_number_has_no_unbiased_variance_and_does_no_harm) {
    snnd_layer *layer;
    free(build_batch_norm(0.1, &layer));
    snnd_workspace_free(workspace);
    workspace = make_workspace(network, 1, 1);
    const float input[NEURONS] = {2, 2, 2};
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, 1));
    ck_assert_float_eq_tol(floats(layer, SNND_ARRAY_RUNNING_MEAN)[0], 0.2f, 1e-6f);
    ck_assert_float_eq_tol(floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[0], 0.9f, 1e-6f);
}
END_TEST

/* ---- batch norm of several tiles ---- */

enum { LARGE = 37, CHANNELS = 6, ALL = STEPS * LARGE }; /* three tiles, the last with 5 samples; two bundles */

/* The input [B, T, I] and a gradient [T, B, O] as double sums see them, for one neuron in the order [T, B]. */
typedef struct seen {
    double x[ALL], gradient[ALL], mean, variance, inverse_deviation;
    double shift, scale; /* dL/dshift, dL/dscale */
} seen;

static void look_at(seen *neuron, const float *input, const float *gradient, int32_t n) {
    neuron->mean = neuron->variance = neuron->shift = neuron->scale = 0;
    for (int k = 0; k < ALL; k++) {
        neuron->x[k] = (double)input[(k % LARGE * STEPS + k / LARGE) * CHANNELS + n];
        neuron->gradient[k] = (double)gradient[k * CHANNELS + n];
        neuron->mean += neuron->x[k] / ALL;
    }
    for (int k = 0; k < ALL; k++)
        neuron->variance += pow(neuron->x[k] - neuron->mean, 2) / ALL;
    neuron->inverse_deviation = 1 / sqrt(neuron->variance + 1e-5);
    for (int k = 0; k < ALL; k++) {
        neuron->shift += neuron->gradient[k];
        neuron->scale += neuron->gradient[k] * (neuron->x[k] - neuron->mean) * neuron->inverse_deviation;
    }
}

/* Channels of means and spreads of all sizes: the tiles of one differ much, those of another hardly at all. */
static float *make_large_input(void) {
    float *made = make_numbers(ALL * CHANNELS, 30);
    for (int b = 0; b < LARGE; b++)
        for (int t = 0; t < STEPS; t++)
            for (int n = 0; n < CHANNELS; n++) {
                float *x = &made[(b * STEPS + t) * CHANNELS + n];
                *x = n % 2 == 0 ? *x * (float)(1 + n) + (float)(b / 16 * 5) : 100 + 0.1f * *x;
            }
    return made;
}

/* A network of batch norm alone, with a scale and shift for each channel. */
static snnd_layer *build_large_batch_norm(void) {
    snnd_network_free(network);
    network = make_network(context, CHANNELS);
    snnd_layer *layer = add_batch_norm(network);
    for (int n = 0; n < CHANNELS; n++) {
        floats(layer, SNND_ARRAY_SCALE)[n] = 0.5f + 0.25f * (float)n;
        floats(layer, SNND_ARRAY_SHIFT)[n] = 1 - 0.5f * (float)n;
    }
    workspace = make_workspace(network, LARGE + 20, STEPS);
    return layer;
}

START_TEST(batch_norm_of_several_tiles_is_that_of_plain_sums) {
    static seen neuron;
    snnd_layer *layer = build_large_batch_norm();
    float *input = make_large_input(), *gradient = make_numbers(ALL * CHANNELS, 31);
    float *output = output_after(workspace, SNND_TRAIN, input, LARGE);
    for (int n = 0; n < CHANNELS; n++) {
        look_at(&neuron, input, gradient, n);
        const double scale = (double)floats(layer, SNND_ARRAY_SCALE)[n],
                     shift = (double)floats(layer, SNND_ARRAY_SHIFT)[n];
        for (int k = 0; k < ALL; k++) {
            const double expected = (neuron.x[k] - neuron.mean) * neuron.inverse_deviation * scale + shift;
            HOLDS(fabs((double)output[k * CHANNELS + n] - expected) <= 1e-6 * (1 + fabs(expected)),
                  "output %d of neuron %d is %g; expected %g", k, n, (double)output[k * CHANNELS + n], expected);
        }
        ck_assert_double_eq_tol((double)floats(layer, SNND_ARRAY_RUNNING_MEAN)[n], 0.1 * neuron.mean,
                                1e-7 * (1 + fabs(neuron.mean)));
        const double unbiased = neuron.variance * ALL / (ALL - 1);
        ck_assert_double_eq_tol((double)floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[n], 0.9 + 0.1 * unbiased,
                                1e-7 * (1 + unbiased));
    }
    free(input);
    free(gradient);
    free(output);
}
END_TEST

/* dL/dx = scale / deviation (dL/dy - mean of dL/dy - x' mean of dL/dy x'), with x' the normalised input. */
START_TEST(gradients_of_batch_norm_of_several_tiles_are_those_of_plain_sums) {
    static seen neuron;
    snnd_layer *layer = build_large_batch_norm();
    float *input = make_large_input(), *gradient = make_numbers(ALL * CHANNELS, 31);
    for (int k = 0; k < ALL * CHANNELS; k++)
        gradient[k] += 0.3f; /* so that their sum is not small */
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, LARGE));
    OK(context, snnd_workspace_set_output_gradient(workspace, gradient));
    OK(context, snnd_workspace_backward(workspace));
    const float *d_shift = gradient_of(workspace, layer, SNND_ARRAY_SHIFT);
    const float *d_scale = gradient_of(workspace, layer, SNND_ARRAY_SCALE);
    for (int n = 0; n < CHANNELS; n++) {
        look_at(&neuron, input, gradient, n);
        ck_assert_double_eq_tol((double)d_shift[n], neuron.shift, 1e-6 * fabs(neuron.shift));
        ck_assert_double_eq_tol((double)d_scale[n], neuron.scale, 1e-6 * fabs(neuron.scale) + 1e-5);
        const double factor = (double)floats(layer, SNND_ARRAY_SCALE)[n] * neuron.inverse_deviation;
        for (int k = 0; k < ALL; k++) {
            const double normal = (neuron.x[k] - neuron.mean) * neuron.inverse_deviation;
            const double expected = factor * (neuron.gradient[k] - neuron.shift / ALL - normal * neuron.scale / ALL);
            const int32_t b = k % LARGE, t = k / LARGE;
            const double got = (double)snnd_activity_row(&workspace->block[0].gradient, b / SNND_LANES,
                                                         n)[t * SNND_LANES + b % SNND_LANES];
            HOLDS(fabs(got - expected) <= 1e-6 * factor * 2, "gradient of sample %d, step %d, neuron %d is %g; not %g",
                  b, t, n, got, expected);
        }
    }
    free(input);
    free(gradient);
}
END_TEST

START_TEST(lanes_without_a_sample_count_nothing_in_batch_norm) {
    snnd_layer *layer = build_large_batch_norm();
    float *input = make_large_input(), *gradient = make_numbers((LARGE + 20) * STEPS * CHANNELS, 31),
          expected[CHANNELS];
    float *more = make_numbers((LARGE + 20) * STEPS * CHANNELS, 32);
    for (int used = 0; used < 2; used++) { /* the second time, what the lanes held is another batch's */
        if (used)
            OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, more, LARGE + 20));
        OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, LARGE));
        OK(context, snnd_workspace_set_output_gradient(workspace, gradient));
        OK(context, snnd_workspace_backward(workspace));
        const float *d_scale = gradient_of(workspace, layer, SNND_ARRAY_SCALE);
        if (used)
            assert_same_bits(d_scale, expected, sizeof expected, "gradients");
        memcpy(expected, d_scale, sizeof expected);
    }
    const snnd_activity *d_input = &workspace->block[0].gradient;
    for (int n = 0; n < CHANNELS; n++)
        for (int t = 0; t < STEPS; t++)
            for (int lane = LARGE % SNND_LANES; lane < SNND_LANES; lane++)
                HOLDS(snnd_activity_row(d_input, LARGE / SNND_LANES, n)[t * SNND_LANES + lane] == 0,
                      "lane %d has a gradient", lane);
    free(input);
    free(gradient);
    free(more);
}
END_TEST

/* ---- neurons ---- */

/* Replaces the network by one of `neurons` inputs and LIF neurons that take them as currents. */
static snnd_layer *build_lif(int32_t neurons, const snnd_lif_options *options) {
    snnd_layer *layer;
    snnd_network_free(network);
    network = make_network(context, neurons);
    OK(context, snnd_network_add_lif(network, options, &layer));
    return layer;
}

START_TEST(lif_neurons_follow_their_recursion) {
    snnd_lif_options options;
    OK(context, snnd_lif_options_init(&options, sizeof options));
    options.tau = 4;
    options.threshold = 0.8;
    snnd_layer *layer = build_lif(NEURONS, &options);
    float *input = make_numbers(STEPS * NEURONS, 7);
    for (int k = 0; k < STEPS * NEURONS; k++)
        input[k] += 0.4f;
    workspace = make_workspace(network, 1, STEPS);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    float *spikes = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    float *potential = record_of(workspace, layer, SNND_RECORD_POTENTIAL);
    int fired = 0;
    for (int n = 0; n < NEURONS; n++) {
        double mem = 0, syn = 0;
        for (int t = 0; t < STEPS; t++) {
            ck_assert_double_eq_tol((double)potential[t * NEURONS + n], mem, 1e-5);
            ck_assert_double_gt(fabs(mem - 0.8), 1e-5); /* so that rounding decides nothing */
            const double spike = mem - 0.8 > 0 ? 1 : 0;
            ck_assert_double_eq((double)spikes[t * NEURONS + n], spike);
            mem = ((1 - 1 / 4.0) * mem + syn) * (1 - spike);
            syn = (double)input[t * NEURONS + n];
            fired += spike > 0;
        }
    }
    ck_assert_int_gt(fired, 10);
    free(input);
    free(spikes);
    free(potential);
}
END_TEST

START_TEST(a_current_makes_a_spike_two_steps_later_strictly_above_the_threshold) {
    float input[6][2] = {{1, nextafterf(1, 2)}}; /* the threshold, and the next number above it */
    snnd_layer *layer = build_lif(2, NULL);
    workspace = make_workspace(network, 1, 6);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input[0], 1));
    float *spikes = record_of(workspace, layer, SNND_RECORD_OUTPUT);
    for (int t = 0; t < 6; t++) {
        ck_assert_float_eq(spikes[2 * t], 0);
        ck_assert_float_eq(spikes[2 * t + 1], t == 2 ? 1 : 0);
    }
    free(spikes);
}
END_TEST

START_TEST(a_spike_resets_to_zero_and_swallows_the_current_of_its_step) {
    const float input[6] = {5, 0.75f, 0, 0, 0, 0};
    snnd_layer *layer = build_lif(1, NULL);
    workspace = make_workspace(network, 1, 6);
    OK(context, snnd_workspace_forward(workspace, SNND_EVALUATE, input, 1));
    float *potential = record_of(workspace, layer, SNND_RECORD_POTENTIAL);
    for (int t = 0; t < 6; t++)
        ck_assert_float_eq(potential[t], t == 2 ? 5 : 0);
    free(potential);
}
END_TEST

START_TEST(spikes_are_0_or_1) {
    snnd_network *spiking = make_spiking(context, 4, 20, 3, 8, 0);
    snnd_workspace *own = make_workspace(spiking, 3, STEPS);
    float *input = make_numbers(3 * STEPS * 4, 9);
    int ones = 0;
    OK(context, snnd_workspace_forward(own, SNND_TRAIN, input, 3));
    float *spikes = record_of(own, snnd_network_layer(spiking, 2), SNND_RECORD_OUTPUT);
    for (int k = 0; k < STEPS * 3 * 20; k++) {
        ck_assert(spikes[k] == 0 || spikes[k] == 1);
        ones += spikes[k] == 1;
    }
    ck_assert_int_gt(ones, 50);
    free(input);
    free(spikes);
    snnd_workspace_free(own);
    snnd_network_free(spiking);
}
END_TEST

START_TEST(a_leaky_integrator_follows_its_recursion) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.tau = 3;
    OK(context, snnd_network_add_leaky_integrator(network, &options, NULL));
    float *input = make_numbers(STEPS, 10);
    workspace = make_workspace(network, 1, STEPS);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    double mem = 0, syn = 0;
    for (int t = 0; t < STEPS; t++) {
        mem = (1 - 1 / 3.0) * mem + syn;
        syn = (double)input[t];
        ck_assert_double_eq_tol((double)output[t], mem, 1e-5);
    }
    free(input);
    free(output);
}
END_TEST

START_TEST(a_tau_of_one_step_forgets_at_once) {
    snnd_leaky_integrator_options options;
    OK(context, snnd_leaky_integrator_options_init(&options, sizeof options));
    options.tau = 1;
    OK(context, snnd_network_add_leaky_integrator(network, &options, NULL));
    float *input = make_numbers(STEPS, 11);
    workspace = make_workspace(network, 1, STEPS);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    for (int t = 0; t < STEPS; t++)
        ck_assert_float_eq(output[t], t == 0 ? 0 : input[t - 1]);
    free(input);
    free(output);
}
END_TEST

/* ---- dropout ---- */

enum { WIDE = 64, MANY = 33, SHORT = 3 };
static const double PROBABILITY = 0.4;

/* A network of dropout alone over WIDE neurons, twice. */
static void build_dropout(void) {
    snnd_network_free(network);
    network = make_network(context, WIDE);
    add_dropout(network, PROBABILITY);
    add_dropout(network, PROBABILITY);
    workspace = make_workspace(network, MANY, SHORT);
}

/* Masks [B, O] of both layers for a draw, read from a pass over ones. */
static void masks_of(snnd_workspace *from, uint64_t seed, uint64_t step, int32_t count, float *first, float *second) {
    float ones[MANY * SHORT * WIDE];
    for (int k = 0; k < MANY * SHORT * WIDE; k++)
        ones[k] = 1;
    OK(context, snnd_workspace_set_draw(from, seed, step));
    OK(context, snnd_workspace_forward(from, SNND_TRAIN, ones, count));
    float *once = record_of(from, snnd_network_layer(from->network, 0), SNND_RECORD_OUTPUT);
    float *twice = record_of(from, snnd_network_layer(from->network, 1), SNND_RECORD_OUTPUT);
    memcpy(first, once, (size_t)count * WIDE * sizeof *first);
    memcpy(second, twice, (size_t)count * WIDE * sizeof *second);
    for (int32_t k = 0; k < SHORT * count * WIDE; k++) {
        ck_assert_float_eq(once[k], first[k % (count * WIDE)]); /* constant in time */
        ck_assert_float_eq(twice[k], second[k % (count * WIDE)]);
    }
    free(once);
    free(twice);
}

static int differences(const float *a, const float *b, int count) {
    int different = 0;
    for (int k = 0; k < count; k++)
        different += a[k] != b[k];
    return different;
}

static float mask_a[MANY * WIDE], mask_b[MANY * WIDE], mask_c[MANY * WIDE], mask_d[MANY * WIDE];

START_TEST(dropout_masks_are_constant_in_time_and_scale_the_survivors) {
    int dropped = 0;
    build_dropout();
    masks_of(workspace, 1, 1, MANY, mask_a, mask_b);
    for (int k = 0; k < MANY * WIDE; k++) {
        ck_assert(mask_a[k] == 0 || mask_a[k] == (float)(1 / (1 - PROBABILITY)));
        dropped += mask_a[k] == 0;
    }
    const double deviation = sqrt(PROBABILITY * (1 - PROBABILITY) / (MANY * WIDE));
    ck_assert_double_eq_tol((double)dropped / (MANY * WIDE), PROBABILITY, 5 * deviation);
}
END_TEST

START_TEST(a_draw_gives_the_same_masks_again) {
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    masks_of(workspace, 7, 4, MANY, mask_c, mask_d);
    masks_of(workspace, 7, 3, MANY, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, sizeof mask_a, "masks of the first layer");
    assert_same_bits(mask_b, mask_d, sizeof mask_b, "masks of the second layer");
}
END_TEST

START_TEST(other_seeds_steps_and_layers_give_other_masks) {
    /* Two independent masks differ in 2 p (1 - p) of their entries. */
    const int entries = MANY * WIDE, fewest = (int)(0.8 * 2 * PROBABILITY * (1 - PROBABILITY) * entries);
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    masks_of(workspace, 8, 3, MANY, mask_c, mask_d);
    ck_assert_int_gt(differences(mask_a, mask_c, entries), fewest);
    masks_of(workspace, 7, 4, MANY, mask_c, mask_d);
    ck_assert_int_gt(differences(mask_a, mask_c, entries), fewest);
    int second_alone = 0; /* dropped by the second layer though not by the first */
    for (int k = 0; k < entries; k++)
        second_alone += mask_a[k] != 0 && mask_b[k] == 0;
    ck_assert_double_eq_tol((double)second_alone / entries, PROBABILITY * (1 - PROBABILITY), 0.06);
}
END_TEST

START_TEST(masks_do_not_depend_on_the_size_of_the_batch) {
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    masks_of(workspace, 7, 3, 4, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, 4 * WIDE * sizeof *mask_a, "masks");
}
END_TEST

START_TEST(masks_do_not_depend_on_the_number_of_threads) {
    build_dropout();
    masks_of(workspace, 7, 3, MANY, mask_a, mask_b);
    snnd_context *one = context;
    context = make_context(5);
    snnd_network *other = make_network(context, WIDE);
    add_dropout(other, PROBABILITY);
    add_dropout(other, PROBABILITY);
    snnd_workspace *own = make_workspace(other, MANY, SHORT);
    masks_of(own, 7, 3, MANY, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, sizeof mask_a, "masks of the first layer");
    assert_same_bits(mask_b, mask_d, sizeof mask_b, "masks of the second layer");
    snnd_workspace_free(own);
    snnd_network_free(other);
    snnd_context_free(context);
    context = one;
}
END_TEST

START_TEST(dropout_does_nothing_in_evaluation) {
    build_dropout();
    float *input = make_numbers(SHORT * WIDE, 12);
    float *output = output_after(workspace, SNND_EVALUATE, input, 1);
    assert_same_bits(input, output, SHORT * WIDE * sizeof *input, "input and output");
    free(input);
    free(output);
}
END_TEST

START_TEST(dropout_of_probability_0_keeps_everything) {
    snnd_network_free(network);
    network = make_network(context, WIDE);
    add_dropout(network, 0);
    workspace = make_workspace(network, 1, SHORT);
    float *input = make_numbers(SHORT * WIDE, 12);
    float *output = output_after(workspace, SNND_TRAIN, input, 1);
    assert_same_bits(input, output, SHORT * WIDE * sizeof *input, "input and output");
    free(input);
    free(output);
}
END_TEST

START_TEST(a_given_mask_is_used_until_it_is_taken_back) {
    build_dropout();
    const snnd_layer *layer = snnd_network_layer(network, 0);
    masks_of(workspace, 7, 3, 5, mask_a, mask_b);
    fill_uniform(mask_c, MANY * WIDE, 0, 3, 13);
    OK(context, snnd_workspace_set_dropout_mask(workspace, layer, mask_c));
    for (int pass = 0; pass < 2; pass++) {
        float drawn[5 * WIDE], twice[5 * WIDE];
        masks_of(workspace, 7, 4 + (uint64_t)pass, 5, drawn, twice);
        assert_same_bits(mask_c, drawn, sizeof drawn, "masks");
    }
    OK(context, snnd_workspace_set_dropout_mask(workspace, layer, NULL));
    masks_of(workspace, 7, 3, 5, mask_c, mask_d);
    assert_same_bits(mask_a, mask_c, 5 * WIDE * sizeof *mask_a, "masks");
}
END_TEST

START_TEST(a_mask_must_be_finite_and_for_a_layer_of_dropout) {
    build_dropout();
    fill_uniform(mask_c, MANY * WIDE, 0, 3, 13);
    mask_c[70] = NAN;
    FAILS(context, SNND_ERROR_ARGUMENT, "entry 70",
          snnd_workspace_set_dropout_mask(workspace, snnd_network_layer(network, 0), mask_c));
    snnd_network *other = make_network(context, WIDE);
    snnd_layer *lif = add_lif(other);
    snnd_workspace *own = make_workspace(other, 1, 1);
    FAILS(context, SNND_ERROR_ARGUMENT, "lif; expected dropout", snnd_workspace_set_dropout_mask(own, lif, mask_a));
    snnd_workspace_free(own);
    snnd_network_free(other);
}
END_TEST

Suite *layers_suite(void) {
    Suite *suite = suite_create("model/layers");
    TCase *cases = tcase_create("layers");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, a_delay_shifts_its_input_by_that_many_steps, 0, 25);
    tcase_add_loop_test(cases, a_triangle_at_sigma_0_shifts_in_training_too, 0, 25);
    tcase_add_loop_test(cases, frozen_delays_shift_in_training_whatever_sigma_is, 0, 7);
    tcase_add_test(cases, evaluation_rounds_the_position);
    tcase_add_loop_test(cases, a_pulse_comes_out_as_a_gaussian, 0, COUNT(shapes));
    tcase_add_loop_test(cases, a_pulse_comes_out_as_a_triangle, 0, COUNT(shapes));
    tcase_add_test(cases, evaluation_does_not_look_at_sigma);
    tcase_add_loop_test(cases, two_synapses_for_a_pair_are_the_sum_of_one_and_one, 0, 2);
    tcase_add_test(cases, a_sign_turns_its_synapse_round);
    tcase_add_test(cases, a_weight_of_0_carries_nothing);
    tcase_add_test(cases, batch_norm_gives_mean_shift_and_variance_scale_squared);
    tcase_add_test(cases, running_statistics_follow_the_batches_unbiased);
    tcase_add_test(cases, evaluation_normalises_by_the_running_statistics_and_leaves_them);
    tcase_add_test(cases, momentum_0_keeps_the_running_statistics);
    tcase_add_test(cases, a_constant_current_is_normalised_to_the_shift);
    tcase_add_test(cases, one_number_has_no_unbiased_variance_and_does_no_harm);
    tcase_add_test(cases, batch_norm_of_several_tiles_is_that_of_plain_sums);
    tcase_add_test(cases, gradients_of_batch_norm_of_several_tiles_are_those_of_plain_sums);
    tcase_add_test(cases, lanes_without_a_sample_count_nothing_in_batch_norm);
    tcase_add_test(cases, lif_neurons_follow_their_recursion);
    tcase_add_test(cases, a_current_makes_a_spike_two_steps_later_strictly_above_the_threshold);
    tcase_add_test(cases, a_spike_resets_to_zero_and_swallows_the_current_of_its_step);
    tcase_add_test(cases, spikes_are_0_or_1);
    tcase_add_test(cases, a_leaky_integrator_follows_its_recursion);
    tcase_add_test(cases, a_tau_of_one_step_forgets_at_once);
    tcase_add_test(cases, dropout_masks_are_constant_in_time_and_scale_the_survivors);
    tcase_add_test(cases, a_draw_gives_the_same_masks_again);
    tcase_add_test(cases, other_seeds_steps_and_layers_give_other_masks);
    tcase_add_test(cases, masks_do_not_depend_on_the_size_of_the_batch);
    tcase_add_test(cases, masks_do_not_depend_on_the_number_of_threads);
    tcase_add_test(cases, dropout_does_nothing_in_evaluation);
    tcase_add_test(cases, dropout_of_probability_0_keeps_everything);
    tcase_add_test(cases, a_given_mask_is_used_until_it_is_taken_back);
    tcase_add_test(cases, a_mask_must_be_finite_and_for_a_layer_of_dropout);
    suite_add_tcase(suite, cases);
    return suite;
}
