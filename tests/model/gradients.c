/*
 * Gradients: against differences of the loss where it is smooth, and through spikes against dual numbers, which carry
 * the derivative forwards by the formulas of the model alone.
 */
#include "kernel/readout.h"
#include "model/small.h"

Suite *gradients_suite(void);

enum { INPUTS = 3, CLASSES = 4, STEPS = 30, BATCH = 5 };

static snnd_context *context;
static snnd_network *network;
static snnd_workspace *workspace;
static snnd_loss_options options;
static float *input;
static int32_t *labels;

/* Of the delays under test. */
static int32_t sharing;

static void set_up(void) {
    sharing = SNND_SHARING_NONE;
    context = make_context(1);
    network = make_network(context, INPUTS);
    workspace = NULL;
    input = make_numbers(BATCH * STEPS * INPUTS, 1);
    labels = make_labels(BATCH, CLASSES);
    OK(context, snnd_loss_options_init(&options, sizeof options));
}

static void tear_down(void) {
    free(input);
    free(labels);
    snnd_workspace_free(workspace);
    snnd_network_free(network);
    snnd_context_free(context);
}

/* ---- differences ---- */

static double loss_now(void) {
    snnd_loss_report report;
    OK(context, snnd_loss_report_init(&report, sizeof report));
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_loss(workspace, labels, &options, &report));
    return report.loss;
}

/* dL/dparameter by a central difference of fourth order. */
static double slope_of(float *parameter, double step) {
    const float middle = *parameter;
    double loss[5];
    for (int n = -2; n <= 2; n++) {
        *parameter = (float)((double)middle + n * step);
        loss[n + 2] = n == 0 ? 0 : loss_now();
    }
    *parameter = middle;
    return (8 * (loss[3] - loss[1]) - (loss[4] - loss[0])) / (12 * step);
}

/* All gradients of an array against differences, measured by the largest of them. */
static void assert_array(snnd_layer *layer, snnd_array_name name, double step) {
    train_pass(workspace, input, labels, BATCH, &options);
    const float *gradient = gradient_of(workspace, layer, name);
    const int64_t count = count_of(layer, name);
    double largest = 0;
    for (int64_t k = 0; k < count; k++)
        largest = fmax(largest, fabs((double)gradient[k]));
    ck_assert_msg(largest > 1e-4, "no gradient of %s of layer %d above %g", snnd_array_word(name), layer->index,
                  largest);
    for (int64_t k = 0; k < count; k++) {
        const double expected = slope_of(floats(layer, name) + k, step);
        ck_assert_msg(fabs((double)gradient[k] - expected) < 5e-3 * largest,
                      "%s %lld of layer %d: gradient %g, difference %g, largest %g", snnd_array_word(name),
                      (long long)k, layer->index, (double)gradient[k], expected, largest);
    }
}

/* All gradients of the network. The steps for positions go with the width of the profiles. */
static void assert_gradients_by(double step, double position_step) {
    if (workspace == NULL)
        workspace = make_workspace(network, BATCH, STEPS);
    for (int32_t i = 0; i < snnd_network_layer_count(network); i++) {
        snnd_layer *layer = snnd_network_layer(network, i);
        for (int name = SNND_ARRAY_WEIGHT; name < SNND_ARRAY_NAMES; name++)
            if (snnd_layer_trains(layer, (snnd_array_name)name, SNND_PARAMETERS_WEIGHTS | SNND_PARAMETERS_POSITIONS))
                assert_array(layer, (snnd_array_name)name, name == SNND_ARRAY_POSITION ? position_step : step);
    }
}

static void assert_gradients(double position_step) {
    assert_gradients_by(1.0 / 32, position_step);
}

/* Profiles to try, with a step over which they are smooth. */
static const struct {
    int32_t kind;
    double sigma, step;
} profiles[] = {
    {SNND_PROFILE_GAUSS, 12, 0.25},  {SNND_PROFILE_GAUSS, 3, 0.125},  {SNND_PROFILE_GAUSS, 0.23, 1.0 / 64},
    {SNND_PROFILE_MAX, 4, 1.0 / 32}, {SNND_PROFILE_MAX, 0, 1.0 / 32},
};

/* Adds delays of the profile under test. A triangle has kinks at whole steps: positions keep away from them. */
static snnd_layer *add_tested(int profile, int32_t outputs, int32_t per_pair) {
    snnd_delay_options delays = delay_options(24);
    delays.profile = profiles[profile].kind;
    delays.synapses_per_pair = per_pair;
    delays.sharing = sharing;
    snnd_layer *layer = add_delays(network, outputs, &delays);
    float *position = floats(layer, SNND_ARRAY_POSITION);
    for (int64_t s = 0; s < count_of(layer, SNND_ARRAY_POSITION); s++)
        position[s] = floorf(position[s]) + 0.25f + (float)uniform(0, 0.5, 2, (uint64_t)s);
    OK(context, snnd_network_set_sigma(network, profiles[profile].sigma));
    return layer;
}

START_TEST(gradients_of_delays_are_slopes_of_the_loss) {
    add_tested(_i, CLASSES, 1);
    add_leaky_integrator(network);
    assert_gradients(profiles[_i].step);
}
END_TEST

START_TEST(gradients_of_several_synapses_for_a_pair_are_slopes_of_the_loss) {
    add_tested(_i, CLASSES, 3);
    add_leaky_integrator(network);
    assert_gradients(profiles[_i].step);
}
END_TEST

/* The first layer, whose input has no gradient, and another one. */
START_TEST(gradients_of_delays_that_synapses_share_are_slopes_of_the_loss) {
    sharing = _i % 2 == 0 ? SNND_SHARING_AXONAL : SNND_SHARING_DENDRITIC;
    add_tested(_i / 2, 6, 1);
    add_tested(_i / 2, CLASSES, 2);
    add_leaky_integrator(network);
    assert_gradients(profiles[_i / 2].step);
}
END_TEST

START_TEST(gradients_through_batch_norm_are_slopes_of_the_loss) {
    add_tested(_i, CLASSES, 1);
    snnd_layer *batch_norm = add_batch_norm(network);
    fill_uniform(floats(batch_norm, SNND_ARRAY_SCALE), CLASSES, 0.5, 1.5, 3);
    fill_uniform(floats(batch_norm, SNND_ARRAY_SHIFT), CLASSES, -0.5, 0.5, 4);
    add_leaky_integrator(network);
    options.readout = SNND_READOUT_MEAN;
    assert_gradients(profiles[_i].step);
}
END_TEST

/* Through batch norm too, whose statistics are of the samples' own steps; every readout. */
START_TEST(gradients_of_samples_of_different_lengths_are_slopes_of_the_loss) {
    static const int32_t lengths[BATCH] = {12, STEPS, 3, 21, 1};
    add_tested(0, 6, 1);
    snnd_layer *batch_norm = add_batch_norm(network);
    fill_uniform(floats(batch_norm, SNND_ARRAY_SCALE), 6, 0.5, 1.5, 3);
    fill_uniform(floats(batch_norm, SNND_ARRAY_SHIFT), 6, -0.5, 0.5, 4);
    add_leaky_integrator(network);
    add_tested(0, CLASSES, 1);
    add_batch_norm(network);
    add_leaky_integrator(network);
    for (int b = 0; b < BATCH; b++)
        for (int k = lengths[b] * INPUTS; k < STEPS * INPUTS; k++)
            input[b * STEPS * INPUTS + k] = NAN;
    workspace = make_workspace(network, BATCH, STEPS);
    OK(context, snnd_workspace_set_lengths(workspace, lengths, BATCH));
    options.readout = _i;
    assert_gradients_by(1.0 / 1024, profiles[0].step / 12); /* where scores are nearly equal, the loss bends sharply */
}
END_TEST

START_TEST(gradients_through_a_second_layer_of_delays_are_slopes_of_the_loss) {
    add_tested(_i, 6, 1);
    add_tested(_i, CLASSES, 1);
    add_leaky_integrator(network);
    assert_gradients(profiles[_i].step);
}
END_TEST

START_TEST(gradients_under_every_readout_are_slopes_of_the_loss) {
    add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    options.readout = _i;
    assert_gradients(1.0 / 64); /* so that no peak moves to another step */
}
END_TEST

START_TEST(gradients_of_batch_norm_on_the_input_are_slopes_of_the_loss) {
    add_batch_norm(network);
    add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    options.readout = SNND_READOUT_MEAN;
    assert_gradients(profiles[1].step);
}
END_TEST

START_TEST(gradients_through_dropout_are_slopes_of_the_loss) {
    const float mask[BATCH * 6] = {0, 2, 2, 0, 2, 0, 2, 2, 0, 0, 2, 2, 0, 2, 0,
                                   2, 0, 2, 2, 0, 2, 2, 0, 0, 2, 2, 2, 0, 2, 2};
    add_tested(1, 6, 1);
    snnd_layer *dropout = add_dropout(network, 0.5);
    add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    workspace = make_workspace(network, BATCH, STEPS);
    OK(context, snnd_workspace_set_dropout_mask(workspace, dropout, mask));
    assert_gradients(profiles[1].step);
}
END_TEST

START_TEST(gradients_under_signs_and_a_mask_are_slopes_by_theta) {
    snnd_structure structure = structure_of(0.5);
    snnd_sparsity *sparsity;
    sharing = _i / 2 + SNND_SHARING_NONE;
    add_tested(1, 6, 2);
    add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    structure.signs = _i % 2 == 0 ? SNND_SIGNS_SYNAPSE : SNND_SIGNS_DALE;
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &sparsity));
    assert_gradients(profiles[1].step); /* of absent synapses too */
    snnd_sparsity_free(sparsity);
}
END_TEST

/* ---- the loss, and the input ---- */

START_TEST(gradients_of_smooth_labels_and_weighed_classes_are_slopes_of_the_loss) {
    static const double weights[CLASSES] = {0.5, 3, 1, 0.25};
    add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    options.readout = SNND_READOUT_MEAN;
    options.label_smoothing = _i == 1 ? 0 : 0.3;
    options.class_weight = _i == 0 ? NULL : weights;
    options.class_weight_count = _i == 0 ? 0 : CLASSES;
    assert_gradients(profiles[1].step);
}
END_TEST

/* Networks by what they begin with. */
enum { DELAYS, TWO_OF_DELAYS, NO_DELAYS, NORM, NORM_AND_DELAYS, INTEGRATOR, DROPOUT, BEGINNINGS };

static void add_beginning(int kind) {
    const snnd_delay_options none = delay_options(0);
    if (kind == NORM || kind == NORM_AND_DELAYS)
        add_batch_norm(network);
    if (kind == INTEGRATOR)
        add_leaky_integrator(network);
    if (kind == DROPOUT)
        add_dropout(network, 0.3);
    if (kind == NO_DELAYS)
        add_delays(network, CLASSES, &none);
    if (kind == TWO_OF_DELAYS)
        add_tested(1, 6, 1);
    if (kind == NORM)
        add_leaky_integrator(network);
    if (kind != NO_DELAYS)
        add_tested(1, CLASSES, kind == DELAYS ? 2 : 1);
    add_leaky_integrator(network);
    options.readout = SNND_READOUT_MEAN;
}

static void assert_input_gradient(void) {
    static float gradient[BATCH * STEPS * INPUTS];
    double largest = 0;
    train_pass(workspace, input, labels, BATCH, &options);
    OK(context, snnd_workspace_input_gradient(workspace, gradient));
    for (int k = 0; k < BATCH * STEPS * INPUTS; k++)
        largest = fmax(largest, fabs((double)gradient[k]));
    ck_assert_double_gt(largest, 1e-4);
    for (int k = 0; k < BATCH * STEPS * INPUTS; k += 7)
        ck_assert_double_eq_tol((double)gradient[k], slope_of(input + k, 0.125), 5e-3 * largest);
}

/* On each path, with currents that are kept or recomputed. */
START_TEST(the_gradient_of_the_input_is_the_slope_of_the_loss) {
    static const snnd_method methods[] = {SNND_METHOD_AUTO, SNND_METHOD_DIRECT, SNND_METHOD_SPECTRAL};
    context->options.method = methods[_i % 3];
    context->options.low_memory = _i % 2;
    sharing = _i / 3 / BEGINNINGS + SNND_SHARING_NONE;
    add_beginning(_i / 3 % BEGINNINGS);
    workspace = make_workspace(network, BATCH, STEPS);
    assert_input_gradient();
    assert_input_gradient(); /* as the memory is now that it was asked for */
}
END_TEST

/* Samples so long that they are cut into segments, and so many tiles that they go in groups. */
START_TEST(the_gradient_of_an_input_in_segments_and_groups_is_that_of_the_direct_path) {
    enum { WIDE = 3 };
    static const int32_t shapes[][2] = {{150, 40}, {2, 9001}}; /* samples, steps */
    const int32_t samples = shapes[_i][0], steps = shapes[_i][1];
    const size_t count = (size_t)samples * (size_t)steps * WIDE;
    float *many = make_numbers(count, 9), *by[2];
    int32_t *many_labels = make_labels(samples, CLASSES);
    double largest = 0;
    snnd_network_free(network);
    network = make_network(context, WIDE);
    add_tested(1, 8, 1);
    add_tested(1, CLASSES, 1);
    options.readout = SNND_READOUT_MEAN;
    for (int k = 0; k < 2; k++) {
        context->options.method = k == 0 ? SNND_METHOD_DIRECT : SNND_METHOD_SPECTRAL;
        by[k] = malloc(count * sizeof **by);
        ck_assert_ptr_nonnull(by[k]);
        snnd_workspace_free(workspace);
        workspace = make_workspace(network, samples, steps);
        train_pass(workspace, many, many_labels, samples, &options);
        OK(context, snnd_workspace_input_gradient(workspace, by[k]));
    }
    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, fabs((double)by[0][k]));
    for (size_t k = 0; k < count; k++)
        HOLDS(fabs((double)by[0][k] - (double)by[1][k]) <= 2e-6 * largest, "number %zu: %g and %g, largest %g", k,
              (double)by[0][k], (double)by[1][k], largest);
    for (int k = 0; k < 2; k++)
        free(by[k]);
    free(many);
    free(many_labels);
}
END_TEST

/* ---- what is added, given or left out ---- */

START_TEST(l1_adds_its_sign_to_the_gradient_and_nothing_at_0) {
    snnd_layer *layer = add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    const int64_t count = count_of(layer, SNND_ARRAY_WEIGHT);
    float *weight = floats(layer, SNND_ARRAY_WEIGHT), without[CLASSES * INPUTS];
    double sum = 0;
    weight[2] = weight[7] = 0;
    for (int64_t s = 0; s < count; s++)
        sum += fabs((double)weight[s]);
    workspace = make_workspace(network, BATCH, STEPS);
    const double plain = train_pass(workspace, input, labels, BATCH, &options);
    memcpy(without, gradient_of(workspace, layer, SNND_ARRAY_WEIGHT), sizeof without);
    options.l1 = 0.25;
    ck_assert_double_eq_tol(train_pass(workspace, input, labels, BATCH, &options), plain + 0.25 * sum, 1e-9);
    for (int64_t s = 0; s < count; s++) {
        const double sign = weight[s] > 0 ? 1 : weight[s] < 0 ? -1 : 0;
        ck_assert_double_eq_tol((double)gradient_of(workspace, layer, SNND_ARRAY_WEIGHT)[s],
                                (double)without[s] + 0.25 * sign, 1e-7);
    }
}
END_TEST

START_TEST(l1_is_of_theta_where_there_are_signs) {
    const snnd_structure structure = structure_of(0.5);
    snnd_sparsity *sparsity;
    snnd_layer *layer = add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    OK(context, snnd_sparsity_create_deep_r(network, &structure, NULL, &sparsity));
    const float *theta = floats(layer, SNND_ARRAY_WEIGHT);
    float without[CLASSES * INPUTS];
    workspace = make_workspace(network, BATCH, STEPS);
    train_pass(workspace, input, labels, BATCH, &options);
    memcpy(without, gradient_of(workspace, layer, SNND_ARRAY_WEIGHT), sizeof without);
    options.l1 = 0.25;
    train_pass(workspace, input, labels, BATCH, &options);
    for (int s = 0; s < CLASSES * INPUTS; s++)
        ck_assert_double_eq_tol((double)gradient_of(workspace, layer, SNND_ARRAY_WEIGHT)[s],
                                (double)without[s] + (theta[s] > 0 ? 0.25 : 0), 1e-7);
    snnd_sparsity_free(sparsity);
}
END_TEST

START_TEST(an_output_gradient_of_the_hosts_does_what_the_loss_does) {
    size_t count;
    float scores[BATCH * CLASSES], given[STEPS * BATCH * CLASSES];
    add_tested(1, 6, 1);
    add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    workspace = make_workspace(network, BATCH, STEPS);
    options.readout = SNND_READOUT_SUM;
    train_pass(workspace, input, labels, BATCH, &options);
    float *expected = all_gradients(workspace, &count);
    OK(context, snnd_workspace_scores(workspace, SNND_READOUT_SUM, scores));
    for (int b = 0; b < BATCH; b++) {
        double sum = 0;
        for (int c = 0; c < CLASSES; c++)
            sum += exp((double)scores[b * CLASSES + c]);
        for (int c = 0; c < CLASSES; c++)
            for (int t = 0; t < STEPS; t++)
                given[(t * BATCH + b) * CLASSES + c] =
                    (float)((exp((double)scores[b * CLASSES + c]) / sum - (labels[b] == c)) / BATCH);
    }
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_add_gradient(workspace, last_layer(workspace->network), given));
    OK(context, snnd_workspace_backward(workspace));
    float *got = all_gradients(workspace, &count);
    for (size_t k = 0; k < count; k++)
        ck_assert_float_eq_tol(got[k], expected[k], 2e-5f);
    free(expected);
    free(got);
}
END_TEST

START_TEST(an_output_gradient_of_the_hosts_leaves_l1_out) {
    const float nothing[STEPS * BATCH * CLASSES] = {0};
    snnd_layer *layer = add_tested(1, CLASSES, 1);
    workspace = make_workspace(network, BATCH, STEPS);
    options.l1 = 1;
    train_pass(workspace, input, labels, BATCH, &options);
    OK(context, snnd_workspace_forward(workspace, SNND_TRAIN, input, BATCH));
    OK(context, snnd_workspace_add_gradient(workspace, last_layer(workspace->network), nothing));
    OK(context, snnd_workspace_backward(workspace));
    for (int s = 0; s < CLASSES * INPUTS; s++)
        ck_assert_float_eq(gradient_of(workspace, layer, SNND_ARRAY_WEIGHT)[s], 0);
}
END_TEST

START_TEST(a_pass_replaces_the_gradients_of_the_one_before) {
    size_t count;
    snnd_network_free(network);
    network = make_spiking(context, INPUTS, 6, CLASSES, 4, 0);
    workspace = make_workspace(network, BATCH, STEPS);
    train_pass(workspace, input, labels, BATCH, NULL);
    float *once = all_gradients(workspace, &count);
    train_pass(workspace, input, labels, BATCH, NULL);
    float *twice = all_gradients(workspace, &count);
    assert_same_bits(once, twice, count * sizeof *once, "gradients");
    free(once);
    free(twice);
}
END_TEST

START_TEST(room_for_more_samples_changes_no_gradient) {
    enum { ROOM = 40 };
    size_t count;
    snnd_network_free(network);
    network = make_spiking(context, INPUTS, 6, CLASSES, 4, 0.4);
    float *many = make_numbers(ROOM * STEPS * INPUTS, 9);
    int32_t *many_labels = make_labels(ROOM, CLASSES);
    snnd_workspace *roomy = make_workspace(network, ROOM, STEPS);
    workspace = make_workspace(network, BATCH, STEPS);
    train_pass(roomy, many, many_labels, ROOM, NULL); /* leaves numbers in every lane */
    train_pass(roomy, input, labels, BATCH, NULL);
    train_pass(workspace, input, labels, BATCH, NULL);
    float *expected = all_gradients(workspace, &count), *got = all_gradients(roomy, &count);
    assert_same_bits(expected, got, count * sizeof *got, "gradients");
    free(expected);
    free(got);
    free(many);
    free(many_labels);
    snnd_workspace_free(roomy);
}
END_TEST

START_TEST(gradients_of_a_batch_are_the_mean_of_its_samples) {
    enum { ODD = 17 };
    size_t count;
    add_tested(1, 6, 1);
    add_lif(network);
    add_tested(1, CLASSES, 1);
    add_leaky_integrator(network);
    float *many = make_numbers(ODD * STEPS * INPUTS, 9);
    int32_t *many_labels = make_labels(ODD, CLASSES);
    workspace = make_workspace(network, ODD, STEPS);
    train_pass(workspace, many, many_labels, ODD, NULL);
    float *got = all_gradients(workspace, &count);
    double *mean = calloc(count, sizeof *mean), largest = 0;
    for (int b = 0; b < ODD; b++) {
        train_pass(workspace, many + b * STEPS * INPUTS, many_labels + b, 1, NULL);
        float *one = all_gradients(workspace, &count);
        for (size_t k = 0; k < count; k++)
            mean[k] += (double)one[k] / ODD;
        free(one);
    }
    for (size_t k = 0; k < count; k++)
        largest = fmax(largest, fabs(mean[k]));
    for (size_t k = 0; k < count; k++)
        ck_assert_double_eq_tol((double)got[k], mean[k], 1e-5 * largest);
    free(many);
    free(many_labels);
    free(got);
    free(mean);
}
END_TEST

START_TEST(what_is_not_trained_has_no_gradient) {
    snnd_array array;
    snnd_delay_options frozen = delay_options(4);
    frozen.learn_delays = 0;
    snnd_layer *delays = add_delays(network, CLASSES, &frozen), *batch_norm = add_batch_norm(network),
               *lif = add_lif(network);
    workspace = make_workspace(network, BATCH, STEPS);
    train_pass(workspace, input, labels, BATCH, &options);
    OK(context, snnd_workspace_gradient(workspace, delays, SNND_ARRAY_WEIGHT, &array));
    FAILS(context, SNND_ERROR_STATE, "no gradient of 'position'",
          snnd_workspace_gradient(workspace, delays, SNND_ARRAY_POSITION, &array));
    FAILS(context, SNND_ERROR_STATE, "no gradient of 'running_mean'",
          snnd_workspace_gradient(workspace, batch_norm, SNND_ARRAY_RUNNING_MEAN, &array));
    FAILS(context, SNND_ERROR_STATE, "no gradient of 'weight'",
          snnd_workspace_gradient(workspace, lif, SNND_ARRAY_WEIGHT, &array));
}
END_TEST

START_TEST(gradients_have_the_shape_of_their_parameters) {
    snnd_array array;
    snnd_layer *layer = add_tested(0, CLASSES, 3);
    workspace = make_workspace(network, BATCH, STEPS);
    train_pass(workspace, input, labels, BATCH, &options);
    OK(context, snnd_workspace_gradient(workspace, layer, SNND_ARRAY_POSITION, &array));
    const snnd_array parameter = array_of(layer, SNND_ARRAY_POSITION);
    ck_assert_int_eq(array.dtype, SNND_FLOAT32);
    ck_assert_int_eq(array.dimensions, 3);
    ck_assert_mem_eq(array.shape, parameter.shape, sizeof array.shape);
    ck_assert_ptr_ne(array.data, parameter.data);
}
END_TEST

START_TEST(gradients_with_frozen_delays_are_slopes_by_the_weights) {
    snnd_delay_options frozen = delay_options(24);
    frozen.learn_delays = 0;
    add_delays(network, CLASSES, &frozen);
    add_leaky_integrator(network);
    assert_gradients(0);
}
END_TEST

/* ---- through spikes: the whole network in dual numbers ---- */

enum { HIDDEN = 6, SAMPLES = 3, MAX_DELAY = 6, TAPS = MAX_DELAY + 1 };
static const double SIGMA = 1.5, TAU = 10.05, ALPHA = 5;

/* A number and its derivative along the parameter in question. */
typedef struct dual {
    double value, slope;
} dual;

static dual constant(double value) {
    return (dual){value, 0};
}

static dual plus(dual a, dual b) {
    return (dual){a.value + b.value, a.slope + b.slope};
}

static dual minus(dual a, dual b) {
    return (dual){a.value - b.value, a.slope - b.slope};
}

static dual times(dual a, dual b) {
    return (dual){a.value * b.value, a.slope * b.value + a.value * b.slope};
}

static dual over(dual a, dual b) {
    return (dual){a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value};
}

static dual exponential(dual a) {
    return (dual){exp(a.value), exp(a.value) * a.slope};
}

static dual logarithm(dual a) {
    return (dual){log(a.value), a.slope / a.value};
}

static dual root(dual a) {
    return (dual){sqrt(a.value), a.slope / (2 * sqrt(a.value))};
}

static double surrogate(int32_t kind, double v) {
    const double x = acos(-1) / 2 * ALPHA * v, q = 1 / (1 + exp(-ALPHA * v));
    switch (kind) {
    case SNND_SURROGATE_FAST_SIGMOID:
        return 1 / pow(1 + ALPHA * fabs(v), 2);
    case SNND_SURROGATE_SIGMOID:
        return ALPHA * q * (1 - q);
    case SNND_SURROGATE_TRIANGLE:
        return fmax(0, 1 - ALPHA * fabs(v));
    case SNND_SURROGATE_RECTANGLE:
        return fabs(v) < 1 / (2 * ALPHA) ? ALPHA : 0;
    default:
        return ALPHA / 2 / (1 + x * x);
    }
}

/* A spike, with the surrogate in place of its derivative. */
static dual spike(int32_t kind, dual v) {
    return (dual){v.value > 0 ? 1 : 0, surrogate(kind, v.value) * v.slope};
}

typedef struct parameters {
    dual weight[HIDDEN][INPUTS], position[HIDDEN][INPUTS], scale[HIDDEN], shift[HIDDEN], leak[HIDDEN];
    dual out_weight[CLASSES][HIDDEN], out_position[CLASSES][HIDDEN], out_leak[CLASSES];
} parameters;

enum { PARAMETERS = sizeof(parameters) / sizeof(dual) };

/* current += the source through one synapse with a Gaussian profile. */
static void carry(dual weight, dual position, const dual source[STEPS], dual current[STEPS]) {
    dual g[TAPS], sum = constant(1e-7);
    for (int n = 0; n < TAPS; n++) {
        const dual away = over(minus(constant(n - MAX_DELAY / 2), position), constant(SIGMA + 0.27));
        g[n] = exponential(times(constant(-0.5), times(away, away)));
        sum = plus(sum, g[n]);
    }
    for (int t = 0; t < STEPS; t++)
        for (int n = 0; n < TAPS; n++)
            if (t - MAX_DELAY + n >= 0)
                current[t] = plus(current[t], times(weight, times(over(g[n], sum), source[t - MAX_DELAY + n])));
}

static void normalise(dual scale, dual shift, dual current[SAMPLES][STEPS]) {
    const dual count = constant(SAMPLES * STEPS);
    dual mean = constant(0), variance = constant(0);
    for (int k = 0; k < SAMPLES * STEPS; k++)
        mean = plus(mean, over(current[k / STEPS][k % STEPS], count));
    for (int k = 0; k < SAMPLES * STEPS; k++) {
        const dual away = minus(current[k / STEPS][k % STEPS], mean);
        variance = plus(variance, over(times(away, away), count));
    }
    const dual deviation = root(plus(variance, constant(1e-5)));
    for (int k = 0; k < SAMPLES * STEPS; k++) {
        dual *at = &current[k / STEPS][k % STEPS];
        *at = plus(times(scale, over(minus(*at, mean), deviation)), shift);
    }
}

/* 1 - 1/tau with 1/tau = 1 / (1 + e^-a) */
static dual decay_of(dual leak) {
    const dual one = constant(1);
    return minus(one, over(one, plus(one, exponential(minus(constant(0), leak)))));
}

static void fire(const dual current[STEPS], const snnd_lif_options *lif, dual decay, dual spikes[STEPS]) {
    const bool update_first = lif->order == SNND_ORDER_UPDATE_FIRST;
    dual mem = constant(0), syn = constant(0);
    for (int t = 0; t < STEPS; t++) {
        const dual next = plus(times(decay, mem), update_first ? current[t] : syn);
        spikes[t] = spike(lif->surrogate, minus(update_first ? next : mem, constant(1)));
        const dual reset = lif->detach_reset ? constant(spikes[t].value) : spikes[t];
        mem = lif->reset == SNND_RESET_SUBTRACT ? minus(next, reset) : times(next, minus(constant(1), reset));
        syn = current[t];
    }
}

static void integrate(const dual current[STEPS], int32_t order, dual decay, dual output[STEPS]) {
    dual mem = constant(0), syn = constant(0);
    for (int t = 0; t < STEPS; t++) {
        output[t] = mem = plus(times(decay, mem), order == SNND_ORDER_UPDATE_FIRST ? current[t] : syn);
        syn = current[t];
    }
}

static dual softmax_of(const dual *values, int stride, int which) {
    dual sum = constant(0);
    for (int c = 0; c < CLASSES; c++)
        sum = plus(sum, exponential(values[c * stride]));
    return over(exponential(values[which * stride]), sum);
}

/* The paper's loss of one sample: cross-entropy of a sum of softmaxes. */
static dual paper_loss(const dual output[CLASSES][STEPS], int32_t label) {
    dual score[CLASSES];
    for (int c = 0; c < CLASSES; c++) {
        score[c] = constant(0);
        for (int t = 0; t < STEPS; t++)
            score[c] = plus(score[c], softmax_of(&output[0][t], STEPS, c));
    }
    return times(constant(-1), logarithm(softmax_of(score, 1, label)));
}

static dual spikes_expected[HIDDEN][SAMPLES][STEPS];

static dual whole_network(const parameters *p, const snnd_lif_options *lif, const float mask[SAMPLES][HIDDEN]) {
    dual loss = constant(0), current[SAMPLES][STEPS];
    for (int h = 0; h < HIDDEN; h++) {
        for (int b = 0; b < SAMPLES; b++) {
            for (int t = 0; t < STEPS; t++)
                current[b][t] = constant(0);
            for (int i = 0; i < INPUTS; i++) {
                dual source[STEPS];
                for (int t = 0; t < STEPS; t++)
                    source[t] = constant((double)input[(b * STEPS + t) * INPUTS + i]);
                carry(p->weight[h][i], p->position[h][i], source, current[b]);
            }
        }
        normalise(p->scale[h], p->shift[h], current);
        for (int b = 0; b < SAMPLES; b++)
            fire(current[b], lif, decay_of(p->leak[h]), spikes_expected[h][b]);
    }
    for (int b = 0; b < SAMPLES; b++) {
        dual output[CLASSES][STEPS];
        for (int c = 0; c < CLASSES; c++) {
            dual sum[STEPS] = {{0, 0}};
            for (int h = 0; h < HIDDEN; h++)
                carry(times(constant((double)mask[b][h]), p->out_weight[c][h]), p->out_position[c][h],
                      spikes_expected[h][b], sum);
            integrate(sum, lif->order, decay_of(p->out_leak[c]), output[c]);
        }
        loss = plus(loss, over(paper_loss((const dual(*)[STEPS])output, labels[b]), constant(SAMPLES)));
    }
    return loss;
}

static dual *take_array(dual *to, snnd_layer *layer, snnd_array_name name) {
    for (int64_t k = 0; k < count_of(layer, name); k++)
        *to++ = constant((double)floats(layer, name)[k]);
    return to;
}

/* Those of neurons that share a time constant are no parameters of the network. */
static dual *take_leaks(dual *to, snnd_layer *layer) {
    if (layer->arrays[SNND_ARRAY_LEAK].data != NULL)
        return take_array(to, layer, SNND_ARRAY_LEAK);
    for (int32_t n = 0; n < snnd_layer_outputs(layer); n++)
        *to++ = constant(-log(TAU - 1));
    return to;
}

static bool is_leak(const parameters *named, const dual *parameter) {
    return (parameter >= named->leak && parameter < named->leak + HIDDEN) || parameter >= named->out_leak;
}

static const float kept[SAMPLES][HIDDEN] = {{2, 0, 2, 2, 0, 2}, {0, 2, 2, 0, 2, 2}, {2, 2, 0, 2, 2, 0}};

/* Every order with every reset and surrogate, with the reset differentiated or not, and with one time constant for all
 * or each neuron's own, which is learned. */
enum { SURROGATES = SNND_SURROGATE_RECTANGLE, VARIANTS = 16 * SURROGATES };

static snnd_lif_options variant_of(int variant) {
    snnd_lif_options lif;
    OK(context, snnd_lif_options_init(&lif, sizeof lif));
    lif.detach_reset = variant % 2;
    lif.order = variant / 2 % 2 == 0 ? SNND_ORDER_PAPER : SNND_ORDER_UPDATE_FIRST;
    lif.reset = variant / 4 % 2 == 0 ? SNND_RESET_ZERO : SNND_RESET_SUBTRACT;
    lif.surrogate = SNND_SURROGATE_ARCTAN + variant / 8 % SURROGATES;
    lif.tau_per_neuron = variant / 8 / SURROGATES == 0 ? SNND_TAU_SHARED : SNND_TAU_LEARNED;
    lif.tau_spread = lif.tau_per_neuron == SNND_TAU_SHARED ? 0 : 0.5;
    return lif;
}

/* The library's own network of the same parameters. */
static void build_whole(const snnd_lif_options *lif) {
    snnd_delay_options delays = delay_options(MAX_DELAY);
    snnd_leaky_integrator_options readout;
    OK(context, snnd_leaky_integrator_options_init(&readout, sizeof readout));
    readout.order = lif->order;
    readout.tau_per_neuron = lif->tau_per_neuron;
    readout.tau_spread = lif->tau_spread;
    add_delays(network, HIDDEN, &delays);
    snnd_layer *batch_norm = add_batch_norm(network);
    OK(context, snnd_network_add_lif(network, lif, NULL));
    snnd_layer *dropout = add_dropout(network, 0.5);
    add_delays(network, CLASSES, &delays);
    OK(context, snnd_network_add_leaky_integrator(network, &readout, NULL));
    fill_uniform(floats(batch_norm, SNND_ARRAY_SCALE), HIDDEN, 0.5, 1, 3);
    fill_uniform(floats(batch_norm, SNND_ARRAY_SHIFT), HIDDEN, 0, 0.3, 4);
    OK(context, snnd_network_set_sigma(network, SIGMA));
    workspace = make_workspace(network, SAMPLES, STEPS);
    OK(context, snnd_workspace_set_dropout_mask(workspace, dropout, kept[0]));
}

static void assert_same_spikes(void) {
    int fired = 0;
    float *spikes = record_of(workspace, snnd_network_layer(network, 2), SNND_RECORD_OUTPUT);
    for (int t = 0; t < STEPS; t++)
        for (int b = 0; b < SAMPLES; b++)
            for (int h = 0; h < HIDDEN; h++) {
                const double expected = spikes_expected[h][b][t].value;
                ck_assert_double_eq((double)spikes[(t * SAMPLES + b) * HIDDEN + h], expected);
                fired += expected > 0;
            }
    ck_assert_int_gt(fired, 20);
    free(spikes);
}

START_TEST(gradients_through_spikes_are_those_of_dual_numbers) {
    const snnd_lif_options lif = variant_of(_i);
    union {
        parameters named;
        dual all[PARAMETERS];
    } p;
    build_whole(&lif);
    snnd_layer *first = snnd_network_layer(network, 0), *norm = snnd_network_layer(network, 1),
               *last = snnd_network_layer(network, 4);
    const bool learned = lif.tau_per_neuron == SNND_TAU_LEARNED;
    dual *to = take_array(p.all, first, SNND_ARRAY_WEIGHT);
    to = take_array(to, first, SNND_ARRAY_POSITION);
    to = take_array(to, norm, SNND_ARRAY_SCALE);
    to = take_array(to, norm, SNND_ARRAY_SHIFT);
    to = take_leaks(to, snnd_network_layer(network, 2));
    to = take_array(to, last, SNND_ARRAY_WEIGHT);
    to = take_array(to, last, SNND_ARRAY_POSITION);
    ck_assert_int_eq(take_leaks(to, snnd_network_layer(network, 5)) - p.all, PARAMETERS);
    const double loss = train_pass(workspace, input, labels, SAMPLES, NULL);
    ck_assert_double_eq_tol(whole_network(&p.named, &lif, kept).value, loss, 1e-5);
    assert_same_spikes();
    size_t count;
    float *gradient = all_gradients(workspace, &count);
    ck_assert_uint_eq(count, learned ? PARAMETERS : PARAMETERS - HIDDEN - CLASSES);
    const float *next = gradient;
    for (int k = 0; k < PARAMETERS; k++) {
        if (!learned && is_leak(&p.named, &p.all[k]))
            continue;
        p.all[k].slope = 1;
        const double expected = whole_network(&p.named, &lif, kept).slope;
        p.all[k].slope = 0;
        ck_assert_double_eq_tol((double)*next++, expected, 3e-6 + 1e-4 * fabs(expected));
    }
    free(gradient);
}
END_TEST

Suite *gradients_suite(void) {
    Suite *suite = suite_create("model/gradients");
    TCase *cases = tcase_create("gradients");
    tcase_add_checked_fixture(cases, set_up, tear_down);
    tcase_add_loop_test(cases, gradients_of_delays_are_slopes_of_the_loss, 0, COUNT(profiles));
    tcase_add_loop_test(cases, gradients_of_several_synapses_for_a_pair_are_slopes_of_the_loss, 0, COUNT(profiles));
    tcase_add_loop_test(cases, gradients_of_delays_that_synapses_share_are_slopes_of_the_loss, 0, 2 * COUNT(profiles));
    tcase_add_loop_test(cases, gradients_through_batch_norm_are_slopes_of_the_loss, 0, COUNT(profiles));
    tcase_add_loop_test(cases, gradients_of_samples_of_different_lengths_are_slopes_of_the_loss,
                        SNND_READOUT_SOFTMAX_SUM, SNND_READOUTS_END);
    tcase_add_loop_test(cases, gradients_through_a_second_layer_of_delays_are_slopes_of_the_loss, 0, COUNT(profiles));
    tcase_add_loop_test(cases, gradients_under_every_readout_are_slopes_of_the_loss, SNND_READOUT_SOFTMAX_SUM,
                        SNND_READOUTS_END);
    tcase_add_test(cases, gradients_of_batch_norm_on_the_input_are_slopes_of_the_loss);
    tcase_add_test(cases, gradients_through_dropout_are_slopes_of_the_loss);
    tcase_add_loop_test(cases, gradients_under_signs_and_a_mask_are_slopes_by_theta, 0, 6);
    tcase_add_test(cases, gradients_with_frozen_delays_are_slopes_by_the_weights);
    tcase_add_loop_test(cases, gradients_of_smooth_labels_and_weighed_classes_are_slopes_of_the_loss, 0, 3);
    tcase_add_loop_test(cases, the_gradient_of_the_input_is_the_slope_of_the_loss, 0,
                        3 * BEGINNINGS * SNND_SHARING_DENDRITIC);
    tcase_add_loop_test(cases, the_gradient_of_an_input_in_segments_and_groups_is_that_of_the_direct_path, 0, 2);
    tcase_add_test(cases, l1_adds_its_sign_to_the_gradient_and_nothing_at_0);
    tcase_add_test(cases, l1_is_of_theta_where_there_are_signs);
    tcase_add_test(cases, an_output_gradient_of_the_hosts_does_what_the_loss_does);
    tcase_add_test(cases, an_output_gradient_of_the_hosts_leaves_l1_out);
    tcase_add_test(cases, a_pass_replaces_the_gradients_of_the_one_before);
    tcase_add_test(cases, room_for_more_samples_changes_no_gradient);
    tcase_add_test(cases, gradients_of_a_batch_are_the_mean_of_its_samples);
    tcase_add_test(cases, what_is_not_trained_has_no_gradient);
    tcase_add_test(cases, gradients_have_the_shape_of_their_parameters);
    tcase_add_loop_test(cases, gradients_through_spikes_are_those_of_dual_numbers, 0, VARIANTS);
    suite_add_tcase(suite, cases);
    return suite;
}
