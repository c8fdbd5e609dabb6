/* Batch norm: statistics over time and batch, in one tile and in several. */
#include "model/block.h"
#include "model/one_layer.h"

Suite *batch_norm_suite(void);

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

/* One factor and one shift are all that evaluation does to a neuron. */
START_TEST(evaluation_is_what_it_folds_to) {
    double factor[NEURONS], shift[NEURONS];
    snnd_layer *layer;
    float *input = build_batch_norm(0.3, &layer);
    for (int n = 0; n < NEURONS; n++) {
        floats(layer, SNND_ARRAY_SCALE)[n] = 0.5f - (float)n;
        floats(layer, SNND_ARRAY_SHIFT)[n] = -1.5f + (float)n;
        floats(layer, SNND_ARRAY_RUNNING_MEAN)[n] = 2.5f * (float)n;
        floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[n] = 0.25f * (float)n;
    }
    OK(context, snnd_layer_fold(layer, factor, shift));
    float *output = output_after(workspace, SNND_EVALUATE, input, SAMPLES);
    for (int b = 0; b < SAMPLES; b++)
        for (int t = 0; t < STEPS; t++)
            for (int n = 0; n < NEURONS; n++) {
                const double x = (double)input[(b * STEPS + t) * NEURONS + n];
                const double y = (double)output[(t * SAMPLES + b) * NEURONS + n];
                ck_assert_double_le(fabs(factor[n] * x + shift[n] - y), 1e-6 * (1 + fabs(factor[n] * x)));
            }
    floats(layer, SNND_ARRAY_RUNNING_VARIANCE)[1] = -1;
    FAILS(context, SNND_ERROR_NUMERIC, "running_variance 1 of layer 0", snnd_layer_fold(layer, factor, shift));
    FAILS(context, SNND_ERROR_ARGUMENT, "factor is NULL", snnd_layer_fold(layer, NULL, shift));
    FAILS(context, SNND_ERROR_ARGUMENT, "shift is NULL", snnd_layer_fold(layer, factor, NULL));
    ck_assert_int_eq(snnd_layer_fold(NULL, factor, shift), SNND_ERROR_ARGUMENT);
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

/* ---- several tiles ---- */

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
    OK(context, snnd_workspace_add_gradient(workspace, last_layer(workspace->network), gradient));
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
        OK(context, snnd_workspace_add_gradient(workspace, last_layer(workspace->network), gradient));
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

Suite *batch_norm_suite(void) {
    Suite *suite = suite_create("model/batch_norm");
    TCase *cases = tcase_create("batch_norm");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_test(cases, batch_norm_gives_mean_shift_and_variance_scale_squared);
    tcase_add_test(cases, running_statistics_follow_the_batches_unbiased);
    tcase_add_test(cases, evaluation_normalises_by_the_running_statistics_and_leaves_them);
    tcase_add_test(cases, evaluation_is_what_it_folds_to);
    tcase_add_test(cases, momentum_0_keeps_the_running_statistics);
    tcase_add_test(cases, a_constant_current_is_normalised_to_the_shift);
    tcase_add_test(cases, one_number_has_no_unbiased_variance_and_does_no_harm);
    tcase_add_test(cases, batch_norm_of_several_tiles_is_that_of_plain_sums);
    tcase_add_test(cases, gradients_of_batch_norm_of_several_tiles_are_those_of_plain_sums);
    tcase_add_test(cases, lanes_without_a_sample_count_nothing_in_batch_norm);
    suite_add_tcase(suite, cases);
    return suite;
}
